# SPDX-License-Identifier: MIT
"""Forged histories: the checker rejects each, for the right reason."""
import json
import unittest

from check import Verdict
from history import History, Malformed

SECOND = 10 ** 9


class Forger:
    """Writes a history, a millisecond a line unless told otherwise."""

    def __init__(self):
        self.lines = []
        self.now = 0
        self.numbers = {}

    def line(self, by, kind, after=0.001, **said):
        self.now += int(after * SECOND)
        self.lines.append(json.dumps(
            {"by": by, "is": kind, "t": self.now, **said}))

    def begin(self, by, what, on=1, after=0.001, **said):
        number = self.numbers[by] = self.numbers.get(by, 0) + 1
        self.line(by, "begins", after, call=number, on=on, what=what, **said)
        return number

    def send(self, by="s", value="v", channel="c", **said):
        return self.begin(by, "send", channel=channel, value=value, **said)

    def recv(self, by="r", channel="c", **said):
        return self.begin(by, "recv", channel=channel, **said)

    def got(self, call, by="r", value="v", **said):
        self.line(by, "ok", call=call, value=value, **said)

    def held(self, call, by="w", value="v", attempt=1, **said):
        self.got(call, by, value, attempt=attempt,
                 delivery="%s.%d" % (value, attempt), **said)

    def settle(self, what, by="w", delivery="v.1", outcome="ok", **said):
        number = self.begin(by, what, delivery=delivery, **said)
        if outcome in ("ok", "unknown"):
            self.line(by, outcome, call=number)
        elif outcome is not None:
            self.line(by, "error", call=number, code=outcome)

    def end(self, call, outcome="ok", by="s", **said):
        if outcome in ("ok", "unknown"):
            self.line(by, outcome, call=call, **said)
        elif outcome == "IN_DOUBT":
            self.line(by, "unknown", call=call, code=outcome, **said)
        else:
            self.line(by, "error", call=call, code=outcome, **said)

    def take(self, by="w", lease=None, **said):
        """An acknowledged receive, whole."""
        call = self.recv(by, ack=True, lease=lease)
        self.held(call, by, **said)

    def ends(self, *names):
        for name in names:
            self.line(name, "ends")


class Case(unittest.TestCase):

    def setUp(self):
        self.forged = Forger()

    def judge(self, *rules, **bounds):
        """Only these rules are broken."""
        verdict = Verdict(History().read(self.forged.lines), **bounds)
        self.assertEqual(verdict.rules(), sorted(rules), verdict.faults)
        return verdict

    def acked(self, reply="done", **said):
        """A value that is held and acknowledged; the sender's call."""
        forged = self.forged
        send = forged.send()
        forged.take(**said)
        forged.settle("ack", reply=reply)
        return send


class Good(Case):

    def test_a_plain_hand_off_is_good(self):
        send, recv = self.forged.send(), self.forged.recv()
        self.forged.got(recv)
        self.forged.end(send)
        self.forged.ends("s", "r")
        seen = self.judge().seen
        self.assertEqual((seen["plain"], seen["receives"]), (1, 1))

    def test_an_acknowledged_one_is_good(self):
        self.forged.end(self.acked(), reply="done")
        self.forged.ends("s", "w")
        self.assertEqual(self.judge().seen["acknowledged"], 1)

    def test_a_killed_receiver_may_have_taken_one(self):
        self.forged.recv("killed")
        self.forged.end(self.forged.send())
        self.assertEqual(self.judge().seen["missing"], 1)

    def test_a_value_given_back_may_time_out(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.settle("nack")
        self.forged.end(send, "TIMEOUT")
        self.judge()

    def test_a_lost_worker_is_a_reason(self):
        send = self.forged.send()
        self.forged.take("killed")
        self.forged.take("w", attempt=2)
        self.forged.settle("ack", delivery="v.2", reply=2)
        self.forged.end(send, reply=2)
        self.forged.ends("s", "w")
        self.assertEqual(self.judge().seen["redeliveries"], 1)

    def test_a_lease_that_ran_out_is_a_reason(self):
        self.forged.send()
        self.forged.take("w", lease=0.5)
        self.forged.take("x", attempt=2, after=0.6)
        self.forged.ends("w", "x")
        self.judge()

    def test_an_attempt_that_nobody_knows_of_needs_a_killed_worker(self):
        self.forged.send()
        self.forged.recv("killed", ack=True)
        self.forged.take("w", attempt=2)
        self.judge()

    def test_matching_moves_calls_until_all_are_accounted_for(self):
        # The wide call could be either's; only the early value needs it.
        wide = self.forged.recv("wide")
        early = self.forged.send("s1", "early")
        self.forged.end(early, by="s1")
        self.forged.line("wide", "unknown", call=wide, after=9)
        late = self.forged.send("s2", "late", after=-8)
        self.forged.recv("narrow")
        self.forged.end(late, by="s2")
        self.judge()


class OneOutcome(Case):

    def test_a_second_outcome(self):
        call = self.forged.send()
        self.forged.end(call, "TIMEOUT")
        self.forged.end(call, "unknown")
        self.judge("I1")

    def test_no_outcome_of_a_client_that_ended(self):
        self.forged.send()
        self.forged.ends("s")
        self.judge("I1")

    def test_no_outcome_on_a_connection_that_was_lost(self):
        self.forged.send()
        self.forged.line("s", "lost", on=1)
        self.judge("I1")

    def test_an_outcome_of_nothing(self):
        self.forged.line("s", "ok", call=7)
        self.judge("I1")

    def test_a_value_sent_twice(self):
        for _ in range(2):
            self.forged.end(self.forged.send(), "unknown")
        self.judge("I1")

    def test_a_call_begun_twice(self):
        self.forged.send()
        self.forged.numbers.clear()
        self.forged.send()
        self.judge("I1")

    def test_time_does_not_go_back(self):
        call = self.forged.send()
        self.forged.line("s", "error", after=-1, call=call, code="TIMEOUT")
        self.judge("I1")


class Taken(Case):

    def test_told_ok_and_nobody_received(self):
        self.forged.end(self.forged.send())
        self.judge("I2")

    def test_a_receiver_that_was_gone_before_took_nothing(self):
        self.forged.end(self.forged.recv(), "unknown", by="r")
        self.forged.end(self.forged.send(after=2))
        self.judge("I2")
        self.judge(dead_after=3)

    def test_a_receiver_that_came_afterwards_took_nothing(self):
        self.forged.end(self.forged.send())
        self.forged.recv("killed")
        self.judge("I2")

    def test_one_killed_receiver_takes_one_value(self):
        self.forged.recv("killed")
        for name in "s1", "s2":
            self.forged.end(self.forged.send(name, name), by=name)
        self.judge("I2")

    def test_a_killed_receiver_of_another_channel_took_nothing(self):
        self.forged.recv("killed", channel="other")
        self.forged.end(self.forged.send())
        self.judge("I2")

    def test_a_worker_that_died_has_not_acknowledged(self):
        self.forged.recv("killed", ack=True)
        self.forged.end(self.forged.send())
        self.judge("I2")

    def test_told_ok_before_it_was_acknowledged(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.end(send, reply="done")
        self.forged.settle("ack", reply="done")
        self.judge("I2")

    def test_told_ok_at_the_match(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.end(send)
        self.judge("I2")

    def test_a_reply_that_nobody_gave(self):
        self.forged.end(self.acked("done"), reply="other")
        self.judge("I2")

    def test_a_stale_acknowledgement_releases_nobody(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.settle("ack", outcome="STALE", reply="late")
        self.forged.end(send, reply="late")
        self.judge("I2")

    def test_acknowledged_but_the_sender_timed_out(self):
        self.forged.end(self.acked(), "IN_DOUBT")
        self.judge("I2")

    def test_acknowledged_and_failed(self):
        send = self.acked()
        self.forged.settle("fail")
        self.forged.end(send, reply="done")
        self.judge("I2")

    def test_raised_though_nobody_failed_it(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.end(send, "RAISED")
        self.judge("I2")

    def test_a_value_from_nowhere(self):
        self.forged.got(self.forged.recv())
        self.judge("I2")

    def test_a_value_of_another_channel(self):
        send = self.forged.send(channel="other")
        self.forged.got(self.forged.recv())
        self.forged.end(send, "unknown")
        self.judge("I2")

    def test_received_before_it_was_sent(self):
        self.forged.got(self.forged.recv())
        self.forged.end(self.forged.send(), "unknown")
        self.judge("I2")

    def test_received_by_a_call_that_began_after_the_sender_was_told(self):
        self.forged.end(self.forged.send())
        self.forged.got(self.forged.recv())
        self.judge("I2")

    def test_received_long_after_the_sender_was_gone(self):
        self.forged.end(self.forged.send(), "unknown")
        self.forged.got(self.forged.recv(after=2))
        self.judge("I2")
        self.judge(dead_after=3)


class Definite(Case):

    def refuse(self, code):
        send, recv = self.forged.send(), self.forged.recv()
        self.forged.got(recv)
        self.forged.end(send, code)

    def test_refused_but_received(self):
        for code in ("TIMEOUT", "CLOSED", "KILLED", "SHUTDOWN", "LIMIT",
                     "WOULDBLOCK", "DENIED", "NEVER_SEEN"):
            with self.subTest(code):
                self.forged = Forger()
                self.refuse(code)
                self.judge("I3")

    def test_timed_out_though_a_worker_was_lost_with_it(self):
        send = self.forged.send()
        self.forged.take("killed")
        self.forged.end(send, "TIMEOUT")
        self.judge("I3")

    def test_timed_out_though_only_one_of_two_gave_it_back(self):
        send = self.forged.send()
        self.forged.take("killed")
        self.forged.take("w", attempt=2)
        self.forged.settle("nack", delivery="v.2")
        self.forged.end(send, "TIMEOUT")
        self.judge("I3")

    def test_a_refused_nack_gave_nothing_back(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.settle("nack", outcome="STALE")
        self.forged.end(send, "TIMEOUT")
        self.judge("I3")

    def test_what_was_held_may_be_killed(self):
        send = self.forged.send()
        self.forged.take()
        self.forged.end(send, "KILLED")
        self.judge()

    def test_in_doubt_of_nobody(self):
        self.forged.end(self.forged.send(), "IN_DOUBT")
        self.judge("I3")


class Again(Case):

    def twice(self, **second):
        self.forged.send()
        self.forged.take("w", lease=second.pop("lease", None))
        self.forged.take("x", attempt=2, **second)

    def test_received_plainly_twice(self):
        send = self.forged.send()
        for name in "r", "q":
            self.forged.got(self.forged.recv(name), name)
        self.forged.end(send, "unknown")
        self.judge("I4")

    def test_again_without_a_reason(self):
        self.twice()
        self.forged.ends("w", "x")
        self.judge("I4")

    def test_again_before_the_lease_ran_out(self):
        self.twice(lease=0.5, after=0.3)
        self.forged.ends("w", "x")
        self.judge("I4")
        self.judge(early=0.3)

    def test_again_though_the_lease_was_made_longer(self):
        self.forged.send()
        self.forged.take("w", lease=0.5)
        self.forged.settle("extend", seconds=60)
        self.forged.take("x", attempt=2, after=2)
        self.forged.ends("w", "x")
        self.judge("I4")

    def test_again_before_it_was_given_back(self):
        self.twice()
        self.forged.settle("nack")
        self.forged.ends("w", "x")
        self.judge("I4")

    def test_again_though_the_connection_was_of_use_afterwards(self):
        self.twice()
        self.forged.settle("ack", outcome="STALE")
        self.forged.line("w", "lost", on=1)
        self.judge("I4")

    def test_the_same_attempt_twice(self):
        self.forged.send()
        for name in "killed", "w":
            self.forged.take(name)
        self.judge("I4")

    def test_an_attempt_is_left_out(self):
        self.forged.send()
        self.forged.take("killed")
        self.forged.take("w", attempt=3)
        self.judge("I4")

    def test_the_first_attempt_is_left_out(self):
        self.forged.send()
        self.forged.take("w", attempt=2)
        self.judge("I4")


class Order(Case):

    def test_a_sender_is_overtaken(self):
        forged = self.forged
        first = forged.send("s1", "one")
        forged.line("s1", "parked", call=first)
        second = forged.send("s2", "two")
        forged.got(forged.recv(), value="two")
        forged.end(second, by="s2")
        forged.got(forged.recv(), value="one")
        forged.end(first, by="s1")
        self.judge("I5")

    def test_a_receiver_is_overtaken(self):
        forged = self.forged
        first = forged.recv("r1")
        forged.line("r1", "parked", call=first)
        second = forged.recv("r2")
        forged.end(forged.send("s", "one"))
        forged.got(second, "r2", "one")
        forged.end(forged.send("s", "two"))
        forged.got(first, "r1", "two")
        self.judge("I5")

    def test_who_was_not_seen_to_wait_may_have_come_later(self):
        forged = self.forged
        first = forged.send("s1", "one")
        second = forged.send("s2", "two")
        forged.got(forged.recv(), value="two")
        forged.end(second, by="s2")
        forged.got(forged.recv(), value="one")
        forged.end(first, by="s1")
        self.judge()

    def test_another_channel_has_another_order(self):
        forged = self.forged
        first = forged.send("s1", "one")
        forged.line("s1", "parked", call=first)
        second = forged.send("s2", "two", channel="d")
        forged.got(forged.recv(channel="d"), value="two")
        forged.end(second, by="s2")
        forged.got(forged.recv(), value="one")
        forged.end(first, by="s1")
        self.judge()

    def test_one_that_was_held_meanwhile_is_not_overtaken(self):
        forged = self.forged
        first = forged.send("s1", "one")
        forged.line("s1", "parked", call=first)
        forged.take("w", value="one")
        second = forged.send("s2", "two")
        forged.take("x", value="two")
        forged.settle("ack", "x", "two.1", reply=2)
        forged.end(second, by="s2", reply=2)
        forged.settle("nack", "w", "one.1")
        forged.take("w", value="one", attempt=2)
        forged.settle("ack", "w", "one.2", reply=1)
        forged.end(first, by="s1", reply=1)
        self.judge()


class Garbage(Case):

    def test_what_is_no_history_is_refused(self):
        for line in ("", "{", "[]", "{}", '{"by": "s", "is": "?", "t": 1}',
                     '{"by": "s", "is": "begins", "t": 1}'):
            with self.subTest(line), self.assertRaises(Malformed):
                History().read([line])


if __name__ == "__main__":
    unittest.main()
