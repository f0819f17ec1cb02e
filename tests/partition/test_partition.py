# SPDX-License-Identifier: MIT
"""A peer that is cut off is noticed, and takes nothing more after that."""
import array
import fcntl
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import termios
import time

import namespaces
from harness import until

HERE = os.path.dirname(os.path.abspath(__file__))
HISTORY = os.path.join(HERE, "..", "history")
sys.path.insert(0, HISTORY)

from check import Verdict  # noqa: E402
from history import read_files  # noqa: E402

BOUND = 35  # seconds: proto/PROTOCOL.md, "A dead peer over TCP"
CUTS = {"nothing comes from it": ("output tcp sport %d drop",),
        "nothing comes to it": ("input tcp dport %d drop",),
        "nothing goes either way": ("output tcp sport %d drop",
                                    "input tcp dport %d drop")}


class Partition(namespaces.Case):

    def hold(self, name):
        """A worker behind the cable holds a value; also its sender."""
        worker, sender = self.connect_far(), self.connect()
        worker.request("recv", name, {"ack": True})
        self.wait_balance(name, -1)
        sender.request("send", name, name)
        worker.result()
        self.wait_acknowledged(worker)
        return worker

    @staticmethod
    def wait_acknowledged(client):
        """By its kernel's peer: it will not send again what it has sent.

        One that hears nothing, but goes on sending, is not dead.
        """
        def unacknowledged():
            room = array.array("i", [0])
            fcntl.ioctl(client.sock, termios.TIOCOUTQ, room)
            return room[0]

        until(lambda: unacknowledged() == 0, "all was acknowledged")

    def wait_gone(self, holding, waiting, began):
        """When each was noticed, in seconds from then."""
        noticed = {}

        def look():
            for name in holding:
                if name not in noticed and self.balance(name) == 1:
                    noticed[name] = time.monotonic() - began
            for name in waiting:
                if name not in noticed and self.balance(name) == 0:
                    noticed[name] = time.monotonic() - began
            return len(noticed) == len(holding) + len(waiting)

        until(look, "all are noticed", BOUND + 5)
        return noticed

    def test_whoever_is_cut_off_is_noticed_in_time(self):
        """Between the match and the acknowledgement, and before the match."""
        holding = {name: self.hold("held: " + name) for name in CUTS}
        waiting = {}
        for name in CUTS:
            waiting[name] = self.connect_far()
            waiting[name].request("recv", "waits: " + name)
            self.wait_balance("waits: " + name, -1)
            self.wait_acknowledged(waiting[name])
        self.between.rules(*(rule % clients[name].port
                             for clients in (holding, waiting)
                             for name, rules in CUTS.items()
                             for rule in rules))
        noticed = self.wait_gone(["held: " + name for name in CUTS],
                                 ["waits: " + name for name in CUTS],
                                 time.monotonic())
        print({name: round(after, 1) for name, after in noticed.items()})
        self.assertLess(max(noticed.values()), BOUND)
        self.between.rules()
        for name in CUTS:
            value, delivery, attempt = self.probe.call(
                "recv", "held: " + name, {"ack": True})
            self.assertEqual((value, attempt), ("held: " + name, 2))
            self.probe.call("ack", delivery)
            # Who is known to be gone takes nothing.
            self.probe.expect_error("WOULDBLOCK", "send", "waits: " + name,
                                    "v", {"timeout": 0})
        self.assertEqual(self.connect_far().call("ping", 1), 1)

    def test_a_reset_is_noticed_at_once(self):
        for cut in ("ss", "reject"):
            worker = self.hold(cut)
            if cut == "ss":
                self.between.kill_sockets(worker.port)
            else:
                # It answers packets: an answer of the daemon's is one.
                self.between.rules("input tcp dport %d reject with tcp reset"
                                   % worker.port)
                worker.request("ping")
            until(lambda: self.balance(cut) == 1, "it is noticed", 5)
            self.between.rules()
            value, _, attempt = self.probe.call("recv", cut, {"ack": True})
            self.assertEqual((value, attempt), (cut, 2))

    def test_packets_that_are_lost_lose_no_message(self):
        seed = int(os.environ.get("CHAND_SEED", time.time_ns() % (1 << 32)))
        print("CHAND_SEED=%d" % seed)
        logs = tempfile.mkdtemp(prefix="chand-logs-")
        self.addCleanup(shutil.rmtree, logs, True)
        loss = "tcp flags != rst numgen random mod 100 < 5 drop"
        self.between.rules("output " + loss, "input " + loss)
        clients = [subprocess.Popen(
            ["ip", "netns", "exec", self.between.far, "/usr/bin/python3",
             os.path.join(HISTORY, "roles.py"), "--url", self.far_url(),
             "--log", logs, "--name", "p%d" % number, "--seconds", "12",
             "--senders", "6", "--receivers", "3", "--workers", "3",
             "--seed", str(seed + number)]) for number in range(3)]
        for client in clients:
            self.assertEqual(client.wait(90), 0)
        verdict = Verdict(read_files(glob.glob(logs + "/*.jsonl")),
                          dead_after=BOUND)
        print(verdict.seen)
        self.assertEqual(verdict.faults, [])
        self.assertGreater(verdict.seen["acknowledged"], 100)
