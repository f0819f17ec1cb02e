# SPDX-License-Identifier: MIT
"""Acknowledged receive: settling, what comes back, and what is in doubt."""
from deliveries import Deliveries
from harness import MIB, SLOW, CallError, until


class Settling(Deliveries):

    def test_the_sender_waits_until_its_value_is_acknowledged(self):
        sender, delivery = self.hold()
        self.assertFalse(sender.has_answer())
        self.assertIsNone(self.worker.call("ack", delivery))
        self.assertIsNone(sender.result())

    def test_a_reply_reaches_the_sender(self):
        for reply in None, 0, "r", [1, {"a": b"x"}], {}, {"timeout": 1}:
            sender, delivery = self.hold()
            self.worker.call("ack", delivery, reply)
            self.assertEqual(sender.result(), reply)

    def test_who_asks_is_told_where_the_sender_is(self):
        for url in self.daemon.urls:
            sender = self.connect(url)
            sender.call("hello", {"name": "asked"})
            (task,) = self.probe.call("task.list", "asked")
            for first in sender, self.worker:
                if first is sender:
                    self.park(sender, "send", "c", "v")
                self.worker.request("recv", "c", {"ack": True, "peer": True})
                if first is not sender:
                    self.wait_balance("c", -1)
                    sender.request("send", "c", "v")
                value, delivery, attempt, peer = self.worker.result()
                self.assertEqual((value, attempt, peer),
                                 ("v", 1, task["peer"]))
                self.worker.call("ack", delivery)
                self.assertIsNone(sender.result())
            sender.close()

    def test_a_value_that_waited_alone_came_from_nowhere(self):
        self.probe.call("channel.open", "c", {"capacity": 1})
        self.probe.call("send", "c", "v")
        value, delivery, _, peer = self.worker.call(
            "recv", "c", {"ack": True, "peer": True})
        self.assertEqual((value, peer), ("v", None))
        self.worker.call("ack", delivery)

    def test_only_a_delivery_has_a_place_for_the_peer(self):
        for options in {"peer": True}, {"peer": True, "ack": False}:
            with self.assertRaisesRegex(CallError, "INVALID: recv: peer needs ack"):
                self.worker.call("recv", "c", options)
        self.assertEqual(self.channels(), [])

    def test_a_receiver_may_come_first(self):
        for method in "recv", "next":
            self.park(self.worker, method, "c", {"ack": True})
            sender = self.connect()
            sender.request("send", "c", "v")
            value, delivery, attempt = self.worker.result()
            self.assertEqual((value, attempt), ("v", 1))
            self.assertFalse(sender.has_answer())
            self.worker.call("ack", delivery, "reply")
            self.assertEqual(sender.result(), "reply")

    def test_fail_makes_the_senders_call_fail_with_raised(self):
        sender, delivery = self.hold()
        self.worker.call("fail", delivery, "ValueError", "no good")
        self.assertEqual(sender.fault(), "RAISED: ValueError: no good")
        self.assertEqual(self.channels(), [])

    def test_nack_gives_the_value_back_with_the_next_attempt(self):
        sender, delivery = self.hold()
        for attempt in range(2, 6):
            self.assertIsNone(self.worker.call("nack", delivery))
            self.assertEqual(self.balance("c"), 1)
            value, delivery, count = self.take()
            self.assertEqual((value, count), ("v", attempt))
        self.worker.call("ack", delivery, attempt)
        self.assertEqual(sender.result(), attempt)

    def test_a_plain_receive_takes_what_was_given_back(self):
        sender, delivery = self.hold()
        self.worker.call("nack", delivery)
        self.assertEqual(self.probe.call("recv", "c"), "v")
        self.assertIsNone(sender.result())

    def test_deliveries_are_settled_in_any_order(self):
        held = [self.hold(n) for n in range(5)]
        for n in 3, 0, 4, 1, 2:
            self.worker.call("ack", held[n][1], -n)
            self.assertEqual(held[n][0].result(), -n)

    def test_notifications_settle_too(self):
        sender, delivery = self.hold()
        self.worker.notify("ack", delivery, "r")
        self.assertEqual(sender.result(), "r")

    def test_large_values_and_replies_pass(self):
        value, reply = bytes(range(256)) * 4096, b"\xc1" * MIB
        sender, delivery = self.hold(value)
        self.worker.call("nack", delivery)
        got, delivery, attempt = self.take()
        self.assertTrue(got == value and attempt == 2)
        self.worker.call("ack", delivery, reply)
        self.assertTrue(sender.result() == reply)

    def test_a_sequence_is_held_value_by_value(self):
        sender = self.connect()
        sender.request("send_sequence", "c", ["a", "b"])
        for value in "a", "b":
            got, delivery, _ = self.take()
            self.assertEqual(got, value)
            self.assertFalse(sender.has_answer())
            self.worker.call("ack", delivery, "dropped")
        self.assertEqual(sender.result(), 2)

    def test_exceptions_are_never_held(self):
        sender = self.connect()
        self.park(sender, "send_exception", "c", "Type", "text")
        self.worker.expect_error("RAISED", "recv", "c", {"ack": True})
        self.assertIsNone(sender.result())
        self.park(self.worker, "recv", "c", {"ack": True})
        self.assertIsNone(sender.call("send_exception", "c", "Type", "text"))
        self.assertEqual(self.worker.fault(), "RAISED: Type: text")
        self.assertEqual(self.channels(), [])
        self.assertEqual(self.probe.call("server.stats")["deliveries"], 0)

    def test_not_to_wait_is_about_meeting_somebody(self):
        """With timeout 0 a sender still waits for the acknowledgement."""
        for settle, said in ((("ack", "r"), "r"), (("nack",), "WOULDBLOCK"),
                             (None, "IN_DOUBT")):
            worker, sender = self.connect_many(2)
            self.park(worker, "recv", "c", {"ack": True})
            sender.request("send", "c", "v", {"timeout": 0})
            delivery = worker.result()[1]
            self.assertFalse(sender.has_answer())
            if settle is None:
                worker.reset()
            else:
                worker.call(settle[0], delivery, *settle[1:])
            error, result = sender.answer()
            self.assertEqual(result or error.split(":")[0], said)
            self.assertEqual(self.balance("c"), 0)


class Coming(Deliveries):
    """Back to the head of the queue."""

    def lose_by(self, way):
        """A worker holds the first of three, and loses it."""
        worker = self.connect(self.daemon.ipv4)
        worker.task = worker.call("task.self")
        senders = self.connect_many(3)
        for value, sender in zip("abc", senders):
            self.park(sender, "send", "c", value)
        lease = {"lease": 0.05 * SLOW} if way == "lease" else {}
        value, delivery, _ = self.take(worker, **lease)
        self.assertEqual((value, self.balance("c")), ("a", 2))
        if way == "nack":
            worker.call("nack", delivery)
        elif way == "kill":
            self.probe.call("task.kill", worker.task)
        elif way != "lease":
            getattr(worker, way)()
        return senders

    def test_a_value_returns_to_the_head_however_it_was_lost(self):
        for way in "nack", "lease", "close", "reset", "half_close", "kill":
            senders = self.lose_by(way)
            self.wait_balance("c", 3)
            for value, sender in zip("abc", senders):
                got, delivery, attempt = self.take()
                self.assertEqual((got, attempt),
                                 (value, 2 if value == "a" else 1), way)
                self.worker.call("ack", delivery)
                self.assertIsNone(sender.result())
            self.assertEqual(self.channels(), [])

    def test_a_waiting_receiver_gets_it_at_once(self):
        for options in {}, {"ack": True}:
            _, delivery = self.hold()
            self.park(self.probe_two(), "recv", "c", options)
            self.worker.call("nack", delivery)
            got = self.other.result()
            self.assertEqual(got if not options else got[0::2],
                             "v" if not options else ["v", 2])

    def probe_two(self):
        self.other = self.connect()
        return self.other

    def test_several_return_in_their_old_order(self):
        worker, senders = self.connect(), self.connect_many(6)
        for n, sender in enumerate(senders):
            self.park(sender, "send", "c", n)
        for n in range(4):
            self.assertEqual(self.take(worker)[0], n)
        worker.reset()
        self.wait_balance("c", 6)
        got = [self.take()[0::2] for _ in senders]
        self.assertEqual(got, [[n, 2] for n in range(4)] + [[4, 1], [5, 1]])

    def test_later_nacks_find_their_old_places(self):
        held = [self.hold(n)[1] for n in range(4)]
        for n in 2, 0, 3, 1:
            self.worker.call("nack", held[n])
        self.assertEqual([self.probe.call("recv", "c") for _ in held],
                         [0, 1, 2, 3])


class Doubt(Deliveries):

    def expire(self, worker_ends=None):
        """What a sender whose time runs out is told."""
        worker, sender = self.connect_many(2)
        self.park(worker, "recv", "c", {"ack": True})
        sender.request("send", "c", "v", {"timeout": 0.2 * SLOW})
        delivery = worker.result()[1]
        if worker_ends is not None:
            worker_ends(worker, delivery)
            self.wait_balance("c", 1)
        code = sender.fault().split(":")[0]
        worker.close()
        self.assertEqual(self.balance("c"), 0)
        return code

    def test_a_timeout_while_the_value_is_held_leaves_doubt(self):
        self.assertEqual(self.expire(), "IN_DOUBT")

    def test_a_timeout_after_the_receiver_was_lost_leaves_doubt(self):
        for way in "close", "reset", "half_close":
            self.assertEqual(self.expire(
                lambda worker, _: getattr(worker, way)()), "IN_DOUBT")

    def test_a_timeout_after_the_lease_leaves_doubt(self):
        self.assertEqual(self.expire(
            lambda worker, delivery: worker.call("extend", delivery, 0.02)),
            "IN_DOUBT")

    def test_a_timeout_after_a_nack_leaves_none(self):
        self.assertEqual(self.expire(
            lambda worker, delivery: worker.call("nack", delivery)),
            "TIMEOUT")

    def test_a_nack_does_not_take_earlier_doubt_away(self):
        def lose_and_nack(worker, delivery):
            worker.call("extend", delivery, 0.01)
            self.wait_balance("c", 1)
            worker.call("nack", self.take(worker)[1])

        self.assertEqual(self.expire(lose_and_nack), "IN_DOUBT")

    def test_a_held_sender_that_is_killed_is_told_killed(self):
        sender, delivery = self.hold()
        self.probe.call("task.kill", sender.task)
        self.assertIn("KILLED", sender.fault())
        self.worker.expect_error("GONE", "ack", delivery)


class Channels(Deliveries):
    """What held values are to their channel."""

    def test_a_held_value_is_in_neither_balance_nor_queue(self):
        sender, delivery = self.hold()
        info = self.probe.call("channel.info", "c")
        self.assertEqual([info[key] for key in (
            "balance", "queue", "held", "values", "handoffs", "oldest_wait")],
            [0, [], 1, 0, 0, None])
        self.worker.call("ack", delivery)
        self.assertEqual(self.channels(), [])

    def test_its_senders_task_is_held_on_the_channel(self):
        sender, delivery = self.hold()
        row = self.task(sender)
        self.assertEqual((row["state"], row["channel"]), ("held", "c"))
        self.worker.call("nack", delivery)
        row = self.task(sender)
        self.assertEqual((row["state"], row["channel"]), ("blocked", "c"))
        self.take()
        self.assertEqual(self.task(sender)["state"], "held")

    def test_close_and_clear_do_not_touch_held_values(self):
        for wake in {}, {"wake": True}:
            sender, delivery = self.hold()
            info = self.probe.call("channel.close", "c", wake)
            self.assertEqual((info["held"], info["closed"]), (1, True))
            self.assertEqual(self.probe.call("channel.clear", "c"), 0)
            self.assertFalse(sender.has_answer())
            self.worker.call("ack", delivery, "r")
            self.assertEqual(sender.result(), "r")
            self.probe.call("channel.open", "c")

    def test_back_on_a_closing_channel_it_can_still_be_received(self):
        sender, delivery = self.hold()
        self.probe.call("channel.close", "c")
        self.worker.call("nack", delivery)
        self.assertEqual(self.worker.call("next", "c"), "v")
        self.assertIsNone(sender.result())

    def test_back_on_a_channel_closed_with_wake_its_sender_gets_closed(self):
        for way in "nack", "lease", "end":
            worker = self.connect()
            sender = self.connect()
            self.park(sender, "send", "c", "v")
            delivery = self.take(worker)[1]
            self.probe.call("channel.close", "c", {"wake": True})
            if way == "nack":
                worker.call("nack", delivery)
            elif way == "lease":
                worker.call("extend", delivery, 0.01)
            else:
                worker.reset()
            self.assertIn("CLOSED", sender.fault())
            self.assertEqual(self.balance("c"), 0)
            self.probe.call("channel.open", "c")

    def test_a_capacitys_values_are_held_and_returned(self):
        self.probe.call("channel.open", "c", {"capacity": 2})
        self.probe.call("send", "c", "a")
        self.probe.call("send", "c", "b")
        worker = self.connect()
        value, delivery, attempt = self.take(worker)
        info = self.probe.call("channel.info", "c")
        self.assertEqual((value, info["held"], info["values"]), ("a", 1, 1))
        worker.call("nack", delivery)
        self.assertEqual(self.take(worker)[0::2], ["a", 2])
        worker.reset()
        self.wait_balance("c", 2)
        value, delivery, attempt = self.take()
        self.assertEqual((value, attempt), ("a", 3))
        self.assertIsNone(self.worker.call("ack", delivery, "nobody"))
        _, delivery, _ = self.take()
        self.worker.expect_error("GONE", "fail", delivery, "T", "refused")
        info = self.probe.call("channel.open", "c", {"capacity": 0})
        self.assertEqual((info["balance"], info["held"]), (0, 0))
        self.assertEqual(self.channels(), [])


class Done(Deliveries):

    def test_one_request_settles_and_receives(self):
        senders = self.connect_many(4)
        for n, sender in enumerate(senders):
            self.park(sender, "send", "c", n)
        value, delivery, _ = self.take()
        for n in 1, 2, 3:
            value, delivery, _ = self.take(done=delivery, reply=[value])
            self.assertEqual(value, n)
            self.assertEqual(senders[n - 1].result(), [n - 1])
        self.worker.expect_error("WOULDBLOCK", "recv", "c",
                                 {"done": delivery, "timeout": 0})
        self.assertIsNone(senders[3].result())

    def test_it_settles_before_it_waits(self):
        sender, delivery = self.hold()
        self.park(self.worker, "next", "c",
                  {"ack": True, "done": delivery, "reply": "r"})
        self.assertEqual(sender.result(), "r")
        self.probe.call("channel.close", "c", {"wake": True})
        self.assertIn("STOP", self.worker.fault())

    def test_the_end_of_a_channel_comes_after_the_settling(self):
        sender, delivery = self.hold()
        self.probe.call("channel.close", "c")
        self.worker.expect_error("STOP", "next", "c", {"done": delivery})
        self.assertIsNone(sender.result())

    def test_a_plain_receive_can_settle(self):
        sender, delivery = self.hold()
        self.park(self.connect(), "send", "d", "plain")
        self.assertEqual(self.worker.call("recv", "d", {"done": delivery}),
                         "plain")
        self.assertIsNone(sender.result())

    def expect_nothing(self, code, options):
        other = self.connect()
        self.park(other, "send", "c", "next")
        before = self.look()
        for method in "recv", "next":
            self.worker.expect_error(code, method, "c", options)
            self.assertEqual(self.look(), before)
            if code == "GONE":
                code = "STALE"
        self.assertEqual(self.probe.call("recv", "c"), "next")
        other.result()

    def test_when_settling_fails_nothing_is_received(self):
        sender, delivery = self.hold()
        self.worker.call("ack", delivery)
        self.expect_nothing("STALE", {"done": delivery, "ack": True})
        sender, delivery = self.hold()
        sender.close()
        self.wait_held("c", 0)
        self.expect_nothing("GONE", {"done": delivery, "reply": 1})

    def test_when_the_call_is_wrong_nothing_is_settled(self):
        sender, delivery = self.hold()
        self.expect_nothing("INVALID", {"done": delivery, "lease": 1})
        self.expect_nothing("INVALID", {"done": delivery, "timeout": -1})
        self.expect_nothing("INVALID", {"reply": 1})
        self.assertFalse(sender.has_answer())
        self.worker.call("ack", delivery)


class Limit(Deliveries):

    options = ("--max-held", "3")


    def test_who_waits_for_deliveries_counts_as_if_he_had_them(self):
        client = self.connect()
        client.call("hello", {"concurrent": True})
        msgids = client.requests(*[("recv", "c", {"ack": True})] * 4)
        said = client.fault(msgids[3])
        self.assertTrue(said.startswith("LIMIT: "), said)
        self.wait_balance("c", -3)
        client.request("cancel", msgids[0])
        self.assertEqual({client.message()[1] for _ in range(2)},
                         {msgids[0], client.last_msgid})
        client.request("recv", "c", {"ack": True})
        self.wait_balance("c", -3)

    def test_a_connection_owes_no_more_than_allowed(self):
        held = [self.hold(n) for n in range(3)]
        self.park(self.connect(), "send", "c", "more")
        said = self.worker.expect_error("LIMIT", "recv", "c", {"ack": True})
        self.assertIn("max_held", said)
        self.assertEqual((self.balance("c"), self.held("c")), (1, 3))
        other = self.connect()
        other.call("nack", self.take(other)[1])
        value, delivery, _ = self.take(done=held[0][1])
        self.assertEqual(value, "more")
        self.worker.expect_error("LIMIT", "next", "c", {"ack": True})
        self.worker.call("nack", delivery)
        self.assertEqual(self.take()[0::2], ["more", 3])
        until(lambda: held[0][0].has_answer(), "the first is answered")
