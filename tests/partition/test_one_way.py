# SPDX-License-Identifier: MIT
"""What one way of a network loses, idle or not: proto/PROTOCOL.md has a table."""
import fcntl
import glob
import os
import struct
import termios
import threading
import time

import namespaces
from harness import until
from test_libchand import Program

BOUND = 35  # seconds since the last sign of life
AGAIN = 60  # where the peer sends again what is not acknowledged, and
PATIENT = 95  # where it does not give that up after 30 s
REPEATS = {"daemon": ("what the daemon sends", "from the client"),
           "client": ("what the client sends", "from the daemon")}
LOST = {"what the client sends": "output tcp sport %d drop",
        "what the daemon sends": "input tcp dport %d drop"}
GONE = ("UNKNOWN", "UNREACHABLE")


def connection_of(pid):
    """What /proc says of the one TCP connection that a process has."""
    inodes = {os.readlink(path)[8:-1] for path in
              glob.glob("/proc/%d/fd/*" % pid)
              if os.readlink(path).startswith("socket:[")}
    with open("/proc/%d/net/tcp" % pid) as table:
        (line,) = [line.split() for line in table.readlines()[1:]
                   if line.split()[9] in inodes]
    return line


class Pair:
    """A client behind the cable that waits, and what is then on the way."""

    def __init__(self, case, lost, busy):
        self.name = ("%s: %s is lost, %s" % (
            type(self).__name__, lost, busy)).replace(" ", "-")
        self.rule = LOST[lost]
        self.busy = busy
        self.bounds = {who: AGAIN if (lost, busy) == repeats else BOUND
                       for who, repeats in REPEATS.items()}
        self.noticed = {}  # by whom: when
        self.client = case.start_far(self)

    def note(self, who):
        self.noticed.setdefault(who, time.monotonic())


class Libchand(Pair):

    def listen(self):
        """Until its first call, which waits, has ended."""
        code = self.client.code(1)
        self.note("client" if code in GONE else code)

    def ask(self, number, channel):
        self.client.tell("recv", number, channel, -1, 0)

    def port(self):
        return int(connection_of(self.client.pid)[1].split(":")[1], 16)

    def unacknowledged(self):
        return int(connection_of(self.client.pid)[4].split(":")[0], 16)


class Patient(Pair):
    """Of a client whose kernel sends again for a quarter of an hour."""

    def __init__(self, *how):
        super().__init__(*how)
        self.bounds = {"daemon": PATIENT}

    def ask(self, _, channel):
        self.client.request("recv", channel)

    def port(self):
        return self.client.port

    def unacknowledged(self):
        return struct.unpack("i", fcntl.ioctl(
            self.client.sock, termios.TIOCOUTQ, bytes(4)))[0]


class OneWay(namespaces.Case):

    def start_far(self, pair):
        if isinstance(pair, Patient):
            client = self.connect_far()
            client.call("hello", {"concurrent": True})
            return client
        with self.between.entered(self.between.far):
            program = Program(self.far_url())
        self.assertEqual(program.ask("set", "concurrent"), "OK")
        self.addCleanup(program.process.wait)
        self.addCleanup(program.process.kill)
        return program

    def begin(self, kind, lost, busy):
        pair = kind(self, lost, busy)
        pair.ask(1, pair.name)
        if busy == "from the daemon":
            pair.ask(2, "more-for-" + pair.name)
            self.wait_balance("more-for-" + pair.name, -1)
        self.wait_balance(pair.name, -1)
        return pair

    def put_on_the_way(self, pair):
        more = "more-for-" + pair.name
        if pair.busy == "from the client":
            pair.ask(2, more)
        elif pair.busy == "from the daemon":
            self.probe.call("send", more, "v")

    def watch(self, pairs):
        """Until daemon and clients have noticed; when, in seconds."""
        def look():
            for pair in pairs:
                if "daemon" not in pair.noticed and \
                        self.balance(pair.name) == 0:
                    pair.note("daemon")
            return all("daemon" in pair.noticed for pair in pairs)

        until(look, "the daemon has noticed all", PATIENT + 5)

    def test_what_is_lost_one_way_is_noticed_in_time_whoever_has_sent(self):
        pairs = [self.begin(Libchand, lost, busy) for lost in LOST
                 for busy in ("idle", "from the client", "from the daemon")]
        patient = self.begin(Patient, *REPEATS["daemon"])
        listeners = [threading.Thread(target=pair.listen, daemon=True)
                     for pair in pairs]
        for thread in listeners:
            thread.start()
        until(lambda: not any(pair.unacknowledged()
                              for pair in (*pairs, patient)),
              "an idle connection is idle: acknowledgements may be delayed")
        self.between.rules(*(pair.rule % pair.port()
                             for pair in (*pairs, patient)))
        began = time.monotonic()
        for pair in (*pairs, patient):
            self.put_on_the_way(pair)
        self.watch((*pairs, patient))
        for thread in listeners:
            thread.join(AGAIN)
        for pair in (*pairs, patient):
            after = {who: round(when - began, 1)
                     for who, when in pair.noticed.items()}
            print("%s: %s" % (pair.name, after), flush=True)
            self.assertEqual(after.keys(), pair.bounds.keys(), pair.name)
            for who, bound in pair.bounds.items():
                self.assertLess(after[who], bound, pair.name)
