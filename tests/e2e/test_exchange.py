# SPDX-License-Identifier: MIT
"""Sequences, exceptions, capacity, and the ends of a channel."""
from harness import Case, CallError, SLOW, until


class Exchange(Case):

    def info(self):
        return self.probe.call("channel.info", "c")

    def open(self, **options):
        return self.probe.call("channel.open", "c", options)

    def waiters(self, count, method, *rest):
        clients = self.connect_many(count)
        for n, client in enumerate(clients):
            params = rest or ([n] if method == "send" else [])
            self.park(client, method, "c", *params)
        return clients


class Sequences(Exchange):

    def test_values_are_sent_one_after_the_other(self):
        sender = self.connect()
        sender.request("send_sequence", "c", ["a", "b", "c"])
        for value in "a", "b", "c":
            self.assertFalse(sender.has_answer())
            self.assertEqual(self.probe.call("recv", "c"), value)
        self.assertEqual(sender.result(), 3)

    def test_an_empty_one_sends_nothing_whatever_the_channel(self):
        self.assertEqual(self.probe.call("send_sequence", "c", []), 0)
        self.assertEqual(self.channels(), [])
        self.probe.call("channel.close", "c")
        self.assertEqual(self.probe.call("send_sequence", "c", [],
                                         {"timeout": 0}), 0)

    def test_other_senders_come_in_between(self):
        sender = self.connect()
        sender.request("send_sequence", "c", [1, 2])
        self.wait_balance("c", 1)
        self.waiters(1, "send", "between")
        got = [self.probe.call("recv", "c") for _ in range(3)]
        self.assertEqual(got, [1, "between", 2])

    def test_one_that_fails_says_how_many_were_taken(self):
        receivers = self.waiters(2, "recv")
        said = self.probe.expect_error("WOULDBLOCK", "send_sequence", "c",
                                       [1, 2, 3, 4], {"timeout": 0})
        self.assertIn("2 of 4 taken", said)
        self.assertEqual([r.result() for r in receivers], [1, 2])
        self.assertEqual(self.channels(), [])

    def test_the_timeout_is_for_the_whole(self):
        sender = self.connect()
        sender.request("send_sequence", "c", list(range(1000)),
                       {"timeout": 0.3 * SLOW})
        taken = 0
        while not sender.has_answer():
            try:
                self.probe.call("recv", "c", {"timeout": 0.05 * SLOW})
                taken += 1
                # A value is taken now and then: none waits for long.
                self.probe.call("task.park", {"timeout": 0.02 * SLOW})
            except CallError as error:
                self.assertEqual(error.code, "TIMEOUT")
        self.assertIn("TIMEOUT: %d of 1000 taken" % taken, sender.fault())

    def test_closed_while_it_waits_it_stops(self):
        sender = self.connect()
        sender.request("send_sequence", "c", [1, 2, 3])
        self.wait_balance("c", 1)
        self.probe.call("channel.close", "c")
        self.assertEqual(self.probe.call("recv", "c"), 1)
        self.assertIn("CLOSED: 1 of 3 taken", sender.fault())

    def test_a_refused_value_stops_it(self):
        sender = self.connect()
        sender.request("send_sequence", "c", [1, 2, 3])
        for method, *rest in (("ack",), ("fail", "Type", "text")):
            delivery = self.probe.call("recv", "c", {"ack": True})[1]
            self.probe.call(method, delivery, *rest)
        self.assertEqual(sender.fault(), "RAISED: 1 of 3 taken: Type: text")


class Exceptions(Exchange):

    def test_the_receivers_call_fails_with_it(self):
        for method in "recv", "next":
            (receiver,) = self.waiters(1, method)
            self.assertIsNone(self.probe.call("send_exception", "c",
                                              "ValueError", "no: good"))
            self.assertEqual(receiver.fault(), "RAISED: ValueError: no: good")

    def test_it_waits_like_a_value_and_in_order_with_values(self):
        sender = self.connect()
        self.waiters(1, "send", "before")
        self.park(sender, "send_exception", "c", "T", "m")
        self.waiters(1, "send", "behind")
        self.assertEqual(self.probe.call("recv", "c"), "before")
        self.assertFalse(sender.has_answer())
        self.probe.expect_error("RAISED", "recv", "c")
        self.assertIsNone(sender.result())
        self.assertEqual(self.probe.call("recv", "c"), "behind")

    def test_it_fails_like_a_send(self):
        options = [{"timeout": 0}, {"timeout": 0.01}]
        for code, option in zip(["WOULDBLOCK", "TIMEOUT"], options):
            self.probe.expect_error(code, "send_exception", "c", "T", "m",
                                    option)
        self.probe.call("channel.close", "c")
        self.probe.expect_error("CLOSED", "send_exception", "c", "T", "m")

    def test_types_and_messages_of_all_kinds_pass(self):
        for kind, message in (("T", ""), ("ü" * 32, "ö\n\0\x1b"),
                              ("x" * 64, "y" * 100000)):
            self.waiters(1, "recv")
            receiver = self.clients[-1]
            self.probe.call("send_exception", "c", kind, message)
            self.assertEqual(receiver.fault(),
                             "RAISED: %s: %s" % (kind, message))

    def test_a_capacity_keeps_it_as_it_keeps_values(self):
        self.open(capacity=2)
        self.probe.call("send_exception", "c", "T", "m", {"timeout": 0})
        self.probe.call("send", "c", 1, {"timeout": 0})
        self.assertEqual(self.info()["values"], 2)
        self.probe.expect_error("RAISED", "recv", "c", {"ack": True})
        self.assertEqual(self.probe.call("recv", "c"), 1)


class Capacity(Exchange):

    def test_sends_that_find_room_do_not_wait(self):
        self.open(capacity=3)
        for n in range(3):
            self.assertIsNone(self.probe.call("send", "c", n))
        info = self.info()
        self.assertEqual((info["balance"], info["values"], info["queue"]),
                         (3, 3, []))
        self.probe.expect_error("WOULDBLOCK", "send", "c", 3, {"timeout": 0})
        self.assertEqual([self.probe.call("recv", "c") for _ in range(3)],
                         [0, 1, 2])
        self.assertEqual(self.info()["handoffs"], 3)

    def test_a_receive_lets_the_oldest_sender_move_in(self):
        self.open(capacity=2)
        self.probe.call("send_sequence", "c", ["v0", "v1"])
        senders = self.waiters(3, "send")
        for n, value in enumerate(["v0", "v1", 0, 1, 2]):
            self.assertEqual(self.probe.call("recv", "c"), value)
            if n < 3:
                self.assertIsNone(senders[n].result())
            self.assertFalse(any(s.has_answer() for s in senders[n + 1:]))

    def test_a_raised_capacity_lets_senders_in_and_a_lowered_keeps_all(self):
        senders = self.waiters(4, "send")
        self.assertEqual(self.open(capacity=2)["values"], 2)
        self.assertEqual([s.result() for s in senders[:2]], [None, None])
        self.assertFalse(senders[2].has_answer())
        info = self.open(capacity=0)
        self.assertEqual((info["values"], info["balance"]), (2, 4))
        self.assertEqual([self.probe.call("recv", "c") for _ in range(4)],
                         [0, 1, 2, 3])
        self.assertEqual(self.channels(), [])

    def test_a_waiting_receiver_takes_it_past_the_store(self):
        (receiver,) = self.waiters(1, "recv")
        self.open(capacity=5)
        self.probe.call("send", "c", "v")
        self.assertEqual(receiver.result(), "v")
        self.assertEqual(self.info()["values"], 0)

    def test_values_are_drained_from_a_closing_channel(self):
        self.open(capacity=5)
        self.probe.call("send_sequence", "c", [1, 2])
        for wake in {}, {"wake": True}:
            info = self.probe.call("channel.close", "c", wake)
            self.assertEqual((info["values"], info["closed"]), (2, False))
        self.probe.expect_error("CLOSED", "send", "c", 3)
        self.assertEqual(self.probe.call("next", "c"), 1)
        self.assertEqual(self.probe.call("next", "c"), 2)
        self.probe.expect_error("STOP", "next", "c")
        self.assertTrue(self.info()["closed"])

    def test_values_outlive_their_senders_and_keep_the_channel(self):
        self.open(capacity=1)
        sender = self.connect()
        sender.call("send", "c", "v")
        sender.close()
        self.wait_tasks(1)
        self.open(capacity=0)
        self.assertEqual(self.probe.call("recv", "c"), "v")
        self.assertEqual(self.channels(), [])

    def test_there_is_a_largest_one(self):
        self.assertEqual(self.open(capacity=65536)["capacity"], 65536)
        said = self.probe.expect_error("LIMIT", "channel.open", "c",
                                       {"capacity": 65537, "preference": 1})
        self.assertIn("max_capacity", said)
        self.assertEqual((self.info()["capacity"], self.info()["preference"]),
                         (65536, -1))


class Ends(Exchange):

    def test_close_with_wake_releases_all_who_wait(self):
        for method, code in (("send", "CLOSED"), ("recv", "CLOSED"),
                             ("next", "STOP")):
            clients = self.waiters(5, method)
            info = self.probe.call("channel.close", "c", {"wake": True})
            self.assertEqual((info["balance"], info["queue"], info["closed"]),
                             (0, [], True))
            for client in clients:
                self.assertTrue(client.fault().startswith(code + ": "))
            self.open()

    def test_close_without_wake_releases_nobody(self):
        for wake in {}, {"wake": False}:
            (client,) = self.waiters(1, "recv")
            self.probe.call("channel.close", "c", wake)
            self.assertEqual(self.balance("c"), -1)
            self.open()
            self.probe.call("send", "c", 1)
            self.assertEqual(client.result(), 1)

    def test_wake_can_come_after_close(self):
        (client,) = self.waiters(1, "next")
        self.probe.call("channel.close", "c")
        self.probe.call("channel.close", "c", {"wake": True})
        self.assertIn("STOP", client.fault())

    def test_they_are_released_in_their_order(self):
        """As their next requests are: each of them marks."""
        clients = self.connect_many(5)
        for n, client in enumerate(clients):
            client.requests(("recv", "c"), ("channel.open", "m%d" % n,
                                            {"preference": 1}))
            self.wait_balance("c", -n - 1)
        self.probe.call("channel.close", "c", {"wake": True})
        until(lambda: len(self.channels()) == 6, "all have marked")
        self.assertEqual(self.probe.results(self.probe.requests(
            ("channel.open", "c"), ("ping",)))[1], None)
        self.assertEqual(self.channels(), ["m%d" % n for n in range(5)])

    def test_open_lets_wait_again_after_wake(self):
        self.probe.call("channel.close", "c", {"wake": True})
        self.open()
        (client,) = self.waiters(1, "recv")
        self.probe.call("send", "c", 1)
        self.assertEqual(client.result(), 1)

    def test_clear_kills_who_waits_and_closes_nothing(self):
        for method in "send", "recv", "next":
            clients = self.waiters(4, method)
            self.assertEqual(self.probe.call("channel.clear", "c"), 4)
            for client in clients:
                self.assertIn("KILLED", client.fault())
                self.assertEqual(client.call("ping", "alive"), "alive")
            self.assertEqual(self.channels(), [])
        self.assertEqual(self.probe.call("channel.clear", "c"), 0)

    def test_clear_leaves_stored_values(self):
        self.open(capacity=1)
        self.probe.call("send", "c", "stored")
        senders = self.waiters(2, "send")
        self.assertEqual(self.probe.call("channel.clear", "c"), 2)
        for sender in senders:
            self.assertIn("KILLED", sender.fault())
        self.assertEqual(self.probe.call("recv", "c"), "stored")

    def test_next_iterates_until_the_end(self):
        senders = self.waiters(3, "send")
        self.probe.call("channel.close", "c")
        got = [self.probe.call("next", "c") for _ in senders]
        self.assertEqual(got, [0, 1, 2])
        for options in {}, {"timeout": 0}, {"timeout": 9}, {"ack": True}:
            self.probe.expect_error("STOP", "next", "c", options)
