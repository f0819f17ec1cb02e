# SPDX-License-Identifier: MIT
"""kill -9 at each point of a hand-over: sender, receiver, daemon.

The daemon is one that stops itself at the point (points.c). Sender and
receiver are connections that a process of their own holds: it is killed while
the daemon is stopped, so that the daemon sees it only behind the point; or
nobody is, and all goes on as if nothing had been. What the others are told
must be what PROTOCOL.md says, over both transports.
"""
import os
import select
import signal
import subprocess

import harness
from harness import CallError, Case, until

POINTS = os.path.join(os.path.dirname(os.path.abspath(harness.CHAND)),
                      "tests/e2e/points")


class Holder:
    """A process that has the connection, so that to kill it ends that."""

    def __init__(self, client):
        self.process = harness.start_process(
            ["sleep", "1000"], pass_fds=[client.sock.fileno()],
            stdin=subprocess.DEVNULL)
        client.sock.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        harness.running.discard(self.process)


def is_told(client):
    return bool(select.select([client.sock], [], [], 0)[0])


class Points(Case):

    def start(self, *options, **how):
        before, harness.CHAND = harness.CHAND, POINTS
        try:
            return super().start(*options, **how)
        finally:
            harness.CHAND = before

    def begin(self, point, url):
        """Another daemon, with a sender and two receivers."""
        self.daemon.terminate()
        os.environ["POINT"] = point
        try:
            self.daemon = self.start()
        finally:
            del os.environ["POINT"]
        where = self.daemon.unix if url == "unix" else self.daemon.ipv4
        self.probe = self.connect()
        self.sender, self.receiver, self.other = self.connect_many(3, where)
        for client in self.sender, self.receiver, self.other, self.probe:
            client.call("ping")

    def wait_stopped(self):
        def is_stopped():
            with open("/proc/%d/stat" % self.daemon.pid) as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "T"
        until(is_stopped, "the daemon stops at the point")

    def end_victim(self, victim):
        """While the daemon is stopped; then it goes on, if it can."""
        if victim == "daemon":
            self.daemon.kill()
            return
        if victim is not None:
            Holder(getattr(self, victim)).kill()
            self.clients.remove(getattr(self, victim))
        os.kill(self.daemon.pid, signal.SIGCONT)
        if victim is not None:
            self.wait_tasks(3)

    def hand_over(self, point, options):
        """Until the daemon stops at the point."""
        self.sender.request("send", "c", "value")
        if point in ("parsed", "queued"):
            self.wait_stopped()
            return
        if point == "acked":
            self.wait_balance("c", 1)
            result = self.receiver.call("recv", "c", options)
            self.receiver.request("ack", result[1], "reply")
        else:
            self.wait_balance("c", 1)
            self.receiver.request("recv", "c", options)
        self.wait_stopped()

    # ---- what may be told ----

    def is_unknown(self, client):
        """The connection ended, and nothing was said."""
        with self.assertRaises((EOFError, ConnectionError)):
            client.answer()

    def nobody_has(self):
        error = self.other.fault(self.other.request(
            "recv", "c", {"timeout": 0}))
        self.assertTrue(error.startswith("WOULDBLOCK"), error)

    def takes_it(self, receiver, options, attempt):
        """This one receives it, and the sender learns that."""
        result = receiver.call("recv", "c", options)
        if not options:
            self.assertEqual(result, "value")
            self.assertIsNone(self.sender.result())
            return
        self.assertEqual((result[0], result[2]), ("value", attempt))
        self.assertIsNone(receiver.call("ack", result[1], "reply"))
        self.assertEqual(self.sender.result(), "reply")

    # ---- before they meet ----

    def before_the_meeting(self, victim, options):
        if victim == "daemon":
            self.is_unknown(self.sender)
            self.is_unknown(self.receiver)
        elif victim == "sender":
            self.nobody_has()
        elif victim == "receiver":
            self.takes_it(self.other, options, 1)
        else:
            self.takes_it(self.receiver, options, 1)

    # ---- when they have met ----

    def after_the_meeting(self, victim, options):
        """Plainly received: that has happened, and the sender knows."""
        if victim == "daemon":
            self.is_unknown(self.sender)
            self.is_unknown(self.receiver)
            return
        if victim != "receiver":
            self.assertEqual(self.receiver.result(), "value")
        if victim != "sender":
            self.assertIsNone(self.sender.result())
        self.nobody_has()

    def while_it_is_held(self, victim, options):
        if victim == "daemon":
            self.is_unknown(self.sender)
            self.is_unknown(self.receiver)
        elif victim == "sender":
            value, delivery, attempt = self.receiver.result()
            self.assertEqual((value, attempt), ("value", 1))
            with self.assertRaisesRegex(CallError, "^GONE"):
                self.receiver.call("ack", delivery)
            self.nobody_has()
        elif victim == "receiver":
            self.assertFalse(is_told(self.sender))
            self.takes_it(self.other, options, 2)
        else:
            value, delivery, attempt = self.receiver.result()
            self.assertEqual((value, attempt), ("value", 1))
            self.receiver.call("ack", delivery, "reply")
            self.assertEqual(self.sender.result(), "reply")

    def after_the_acknowledgement(self, victim, options):
        if victim == "daemon":
            self.is_unknown(self.sender)
            self.is_unknown(self.receiver)
            return
        if victim != "receiver":
            self.assertIsNone(self.receiver.result())
        if victim != "sender":
            self.assertEqual(self.sender.result(), "reply")
        self.nobody_has()

    # ---- all of them ----

    def try_all(self, point, judge, options):
        for url in "unix", "tcp":
            for victim in "sender", "receiver", "daemon", None:
                with self.subTest(point=point, url=url, victim=victim):
                    self.begin(point, url)
                    self.hand_over(point, options)
                    self.end_victim(victim)
                    judge(victim, options)
                    if victim != "daemon":
                        self.assertEqual(self.channels(), [])

    def test_parsed_plain(self):
        self.try_all("parsed", self.before_the_meeting, {})

    def test_parsed_acknowledged(self):
        self.try_all("parsed", self.before_the_meeting, {"ack": True})

    def test_queued_plain(self):
        self.try_all("queued", self.before_the_meeting, {})

    def test_queued_acknowledged(self):
        self.try_all("queued", self.before_the_meeting, {"ack": True})

    def test_matched_plain(self):
        self.try_all("matched", self.after_the_meeting, {})

    def test_matched_acknowledged(self):
        self.try_all("matched", self.while_it_is_held, {"ack": True})

    def test_taken_plain(self):
        self.try_all("taken", self.after_the_meeting, {})

    def test_acknowledged(self):
        self.try_all("acked", self.after_the_acknowledgement, {"ack": True})
