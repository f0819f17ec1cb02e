# SPDX-License-Identifier: MIT
"""Time that goes by unseen, and clocks that are set: no deadline comes early
or is lost."""
import glob
import os
import re
import tempfile
import time
import unittest

from harness import SLOW, CallError, Case, until

FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") + [None])[0]
SHORT = 0.2 * SLOW
DAY = 86400


class Pause(Case):

    def outcome(self, client, msgid=None):
        try:
            return "ok", client.result(msgid)
        except CallError as error:
            return error.code, None

    # ---- the daemon is stopped ----

    def test_a_deadline_that_passed_unseen_is_told_once(self):
        client = self.connect()
        self.park(client, "recv", "c", {"timeout": SHORT})
        with self.daemon.halted():
            time.sleep(2 * SHORT)
        self.assertEqual(self.outcome(client)[0], "TIMEOUT")
        self.assertEqual(client.call("ping", 1), 1)

    def test_a_deadline_to_come_is_kept(self):
        client = self.connect()
        began = time.monotonic()
        self.park(client, "recv", "c", {"timeout": 5 * SHORT})
        with self.daemon.halted():
            time.sleep(SHORT)
        self.assertEqual(self.outcome(client)[0], "TIMEOUT")
        self.assertGreaterEqual(time.monotonic() - began, 5 * SHORT)

    def test_who_comes_while_a_deadline_passes_is_met_or_not_by_both(self):
        sender, receiver = self.connect_many(2)
        self.park(receiver, "recv", "c", {"timeout": SHORT})
        with self.daemon.halted():
            sender.request("send", "c", "value", {"timeout": 0})
            time.sleep(2 * SHORT)
        received, sent = self.outcome(receiver), self.outcome(sender)
        self.assertIn((received[0], sent[0]),
                      [("ok", "ok"), ("TIMEOUT", "WOULDBLOCK")])

    def test_an_acknowledgement_that_comes_late_is_stale_or_counts(self):
        """And the sender is told the same."""
        sender, receiver, other = self.connect_many(3)
        sent = self.park(sender, "send", "c", "value")
        delivery = receiver.call("recv", "c",
                                 {"ack": True, "lease": SHORT})[1]
        self.park(other, "recv", "c")
        with self.daemon.halted():
            receiver.request("ack", delivery, "reply")
            time.sleep(2 * SHORT)
        acked = self.outcome(receiver)[0]
        self.assertIn(acked, ("ok", "STALE"))
        said = self.outcome(sender, sent)
        self.assertEqual(said, ("ok", "reply" if acked == "ok" else None))
        if acked == "STALE":
            self.assertEqual(other.result(), "value")
        else:
            self.wait_balance("c", -1)

    def test_hang_ups_in_the_meantime_are_seen(self):
        sender, receiver = self.connect_many(2)
        self.park(receiver, "recv", "c")
        with self.daemon.halted():
            receiver.close()
            time.sleep(SHORT)
            sender.request("send", "c", "value", {"timeout": SHORT})
        self.assertIn(self.outcome(sender)[0], ("TIMEOUT", "ok"))
        self.wait_tasks(2)

    # ---- a client is stopped: it holds, and does not answer ----

    def test_who_is_stopped_with_a_delivery_loses_it_at_its_lease(self):
        sender, stopped, other = self.connect_many(3)
        sent = self.park(sender, "send", "c", "value")
        delivery = stopped.call("recv", "c", {"ack": True, "lease": SHORT})[1]
        began = time.monotonic()
        value, again, attempt = other.call("recv", "c", {"ack": True})
        self.assertGreaterEqual(time.monotonic() - began, 0.9 * SHORT)
        self.assertEqual((value, attempt), ("value", 2))
        with self.assertRaisesRegex(CallError, "^STALE"):
            stopped.call("ack", delivery)
        other.call("ack", again)
        self.assertIsNone(sender.result(sent))


@unittest.skipUnless(FAKETIME, "needs faketime")
class Clock(Case):
    """The wall's clock is set a day forth and back; deadlines care not."""

    # Within it the daemon could not read what its clock is to be.
    options = ("--sandbox", "no")

    def start(self, *options, **how):
        self.stamp = os.path.join(self.new_folder(), "stamp")
        self.set_clock(0)
        asan = os.environ.get("ASAN_OPTIONS", "quarantine_size_mb=1")
        given = {"LD_PRELOAD": FAKETIME, "FAKETIME_NO_CACHE": "1",
                 "FAKETIME_TIMESTAMP_FILE": self.stamp,
                 "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                 "ASAN_OPTIONS": asan + ":verify_asan_link_order=0"}
        before = dict(os.environ)
        os.environ.update(given)
        try:
            # The file is in no folder that the sandbox would leave us.
            return super().start("--sandbox", "no", *options, **how)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def new_folder(self):
        folder = tempfile.TemporaryDirectory(prefix="chand-clock-")
        self.addCleanup(folder.cleanup)
        return folder.name

    def set_clock(self, seconds):
        with open(self.stamp + ".new", "w") as file:
            file.write("%+d" % seconds)
        os.rename(self.stamp + ".new", self.stamp)

    def year_of_log(self):
        """A line that is written now: of a client that speaks garbage."""
        before = len(self.daemon.log())
        client = self.connect()
        client.send(b"\xc1")
        client.message()
        until(lambda: "\n" in self.daemon.log()[before:], "a line is written")
        return re.match(r"time=(\d+)-", self.daemon.log()[before:]).group(1)

    def check_step(self, seconds):
        timed, lasting = self.connect_many(2)
        sent = self.park(lasting, "send", "c", "value")
        began = time.monotonic()
        msgid = timed.request("recv", "d", {"timeout": 3 * SHORT})
        self.wait_balance("d", -1)
        self.set_clock(seconds)
        with self.assertRaisesRegex(CallError, "^TIMEOUT"):
            timed.result(msgid)
        took = time.monotonic() - began
        self.assertGreaterEqual(took, 3 * SHORT)
        self.assertLess(took, 3 * SHORT + 5 * SLOW)
        self.assertEqual(self.balance("c"), 1)
        self.assertEqual(self.connect().call("recv", "c"), "value")
        self.assertIsNone(lasting.result(sent))

    def test_a_clock_that_is_set_moves_no_deadline(self):
        for days in 400, -400:
            self.check_step(days * DAY)
        self.set_clock(4000 * DAY)
        year = time.strftime("%Y", time.gmtime(time.time() + 4000 * DAY))
        self.assertEqual(self.year_of_log(), year,
                         "the clock was not set: " + self.daemon.log())
