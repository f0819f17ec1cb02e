# SPDX-License-Identifier: MIT
"""Waiting on several channels, and telling all who wait on one."""
from harness import Case, SLOW


class Select(Case):

    def setUp(self):
        super().setUp()
        self.chooser = self.connect()

    def wait_on(self, client, *cases, **options):
        """A select that has to wait on all its channels, and does."""
        cases = [list(case) for case in cases]
        before = [self.balance(case[1]) for case in cases]
        client.request("select", cases, options)
        for case, balance in zip(cases, before):
            change = 1 if case[0] == "send" else -1
            self.wait_balance(case[1], balance + change)


class AtOnce(Select):

    def test_the_first_listed_that_can_go_goes(self):
        senders = self.connect_many(3)
        for name, sender in zip("abc", senders):
            self.park(sender, "send", name, name)
        for cases, chosen in (("zcb", [1, "c"]), ("yab", [1, "a"]),
                              ("bxy", [0, "b"])):
            self.assertEqual(self.chooser.call(
                "select", [["recv", name] for name in cases]), chosen)
        self.assertEqual(self.channels(), [])

    def test_a_send_and_a_receive_stand_side_by_side(self):
        receiver = self.connect()
        self.park(receiver, "recv", "out")
        cases = [["recv", "in"], ["send", "out", "v"]]
        self.assertEqual(self.chooser.call("select", cases), [1, None])
        self.assertEqual(receiver.result(), "v")
        self.park(receiver, "send", "in", "w")
        self.assertEqual(self.chooser.call("select", cases), [0, "w"])
        self.assertIsNone(receiver.result())

    def test_exactly_one_case_happens(self):
        receivers = self.connect_many(2)
        for name, receiver in zip("ab", receivers):
            self.park(receiver, "recv", name)
        self.assertEqual(self.chooser.call(
            "select", [["send", "a", 1], ["send", "b", 2]]), [0, None])
        self.assertEqual(receivers[0].result(), 1)
        self.assertEqual(self.balance("b"), -1)
        self.assertFalse(receivers[1].has_answer())

    def test_not_to_wait_and_to_wait_in_vain(self):
        cases = [["recv", "a"], ["send", "b", 1]]
        self.chooser.expect_error("WOULDBLOCK", "select", cases,
                                  {"timeout": 0})
        self.chooser.expect_error("TIMEOUT", "select", cases,
                                  {"timeout": 0.02})
        self.assertEqual(self.channels(), [])

    def test_when_none_can_go_and_one_is_closing_it_is_closed(self):
        self.probe.call("channel.close", "b")
        for cases in ([["recv", "a"], ["recv", "b"]],
                      [["send", "b", 1], ["recv", "a"]]):
            for options in {}, {"timeout": 0}, {"timeout": 9}:
                self.chooser.expect_error("CLOSED", "select", cases, options)
        sender = self.connect()
        self.park(sender, "send", "a", "v")
        self.assertEqual(self.chooser.call("select", cases), [1, "v"])

    def test_a_capacity_takes_and_gives(self):
        self.probe.call("channel.open", "c", {"capacity": 1})
        cases = [["send", "c", "v"], ["recv", "c"]]
        self.assertEqual(self.chooser.call("select", cases), [0, None])
        self.assertEqual(self.chooser.call("select", cases), [1, "v"])

    def test_there_are_1_to_64_cases(self):
        sender = self.connect()
        self.park(sender, "send", "c63", "last")
        cases = [["recv", "c%d" % n] for n in range(64)]
        self.assertEqual(self.chooser.call("select", cases), [63, "last"])
        for count in 0, 65, 1000:
            said = self.chooser.expect_error("INVALID", "select",
                                             [["recv", "c"]] * count)
            self.assertIn("not %d of them" % count, said)
        self.assertEqual(self.channels(), [])

    def test_what_is_no_case_is_invalid_and_its_place_named(self):
        good = ["send", "c", 1]
        for wrong in (1, None, "recv", [], ["recv"], ["send", "c"],
                      ["recv", "c", 1], ["send", "c", 1, 2], ["next", "c"],
                      ["recv", ""], ["recv", 7], ["recv", "x" * 256],
                      ["send", "a\nb", 1], [["recv"], "c"],
                      ["recv", "c", {"timeout": 0}], {"recv": "c"}):
            said = self.chooser.expect_error("INVALID", "select",
                                             [good, good, wrong, good])
            self.assertIn("case 2", said)
        self.assertEqual(self.channels(), [])


class Waiting(Select):

    def test_the_first_rendezvous_takes_it_off_all_others(self):
        for chosen in range(4):
            cases = [("recv", "a"), ("send", "b", "v"), ("recv", "c"),
                     ("send", "d", "w")]
            self.wait_on(self.chooser, *cases)
            method, name, *value = cases[chosen]
            if method == "recv":
                self.probe.call("send", name, "got")
            else:
                self.assertEqual(self.probe.call("recv", name), value[0])
            self.assertEqual(self.chooser.result(), [
                chosen, "got" if method == "recv" else None])
            self.assertEqual(self.channels(), [])

    def test_it_has_its_place_in_each_queue(self):
        first, last = self.connect_many(2)
        self.park(first, "recv", "a")
        self.wait_on(self.chooser, ("recv", "a"), ("recv", "b"))
        self.park(last, "recv", "a")
        for value in 1, 2, 3:
            self.probe.call("send", "a", value)
        self.assertEqual(first.result(), 1)
        self.assertEqual(self.chooser.result(), [0, 2])
        self.assertEqual(last.result(), 3)

    def test_two_selects_meet(self):
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", "v"))
        other = self.connect()
        self.assertEqual(other.call("select", [["recv", "c"], ["recv", "b"]]),
                         [1, "v"])
        self.assertEqual(self.chooser.result(), [1, None])
        self.assertEqual(self.channels(), [])

    def test_it_does_not_meet_itself(self):
        self.chooser.request("select", [["recv", "c"], ["send", "c", "own"]])
        self.wait_tasks(2)
        self.park(self.connect(), "send", "mark", 1)
        self.assertFalse(self.chooser.has_answer())
        self.assertEqual(self.probe.call("recv", "c"), "own")
        self.assertEqual(self.chooser.result(), [1, None])
        self.assertNotIn("c", self.channels())

    def test_a_channel_twice_is_served_once(self):
        self.chooser.request("select", [["recv", "c"], ["recv", "c"]])
        self.wait_balance("c", -2)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.chooser.result(), [0, "v"])
        self.assertEqual(self.channels(), [])

    def test_time_runs_out_on_all_channels(self):
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", 1),
                     timeout=0.2 * SLOW)
        self.assertIn("TIMEOUT", self.chooser.fault())
        self.assertEqual(self.channels(), [])

    def test_who_leaves_leaves_all_channels(self):
        for way in "close", "reset", "half_close":
            client = self.connect()
            self.wait_on(client, ("recv", "a"), ("send", "b", 1))
            getattr(client, way)()
            self.wait_balance("a", 0)
            self.assertEqual(self.channels(), [])

    def test_clear_and_wake_release_it_from_all(self):
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", 1))
        self.assertEqual(self.probe.call("channel.clear", "b"), 1)
        self.assertIn("KILLED", self.chooser.fault())
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", 1))
        self.probe.call("channel.close", "a", {"wake": True})
        self.assertIn("CLOSED", self.chooser.fault())
        self.assertEqual(self.channels(), ["a"])

    def test_an_exception_is_raised_by_it(self):
        self.wait_on(self.chooser, ("recv", "a"), ("recv", "b"))
        self.probe.call("send_exception", "b", "Type", "text")
        self.assertEqual(self.chooser.fault(), "RAISED: Type: text")
        self.assertEqual(self.channels(), [])

    def test_its_value_can_be_held_and_replied_to(self):
        worker = self.connect()
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", "v"))
        value, delivery, _ = worker.call("recv", "b", {"ack": True})
        self.assertEqual((value, self.balance("a")), ("v", 0))
        worker.call("nack", delivery)
        self.assertEqual((self.balance("a"), self.balance("b")), (-1, 1))
        value, delivery, _ = worker.call("recv", "b", {"ack": True})
        worker.call("ack", delivery, "reply")
        self.assertEqual(self.chooser.result(), [1, "reply"])

    def test_a_value_that_was_lost_has_made_the_choice(self):
        worker = self.connect()
        self.wait_on(self.chooser, ("recv", "a"), ("send", "b", "v"))
        worker.call("recv", "b", {"ack": True})
        worker.reset()
        self.wait_balance("b", 1)
        self.assertEqual(self.balance("a"), 0)
        self.assertEqual(self.probe.call("recv", "b"), "v")
        self.assertEqual(self.chooser.result(), [1, None])


class Broadcast(Case):

    def test_all_who_wait_at_that_moment_get_the_value(self):
        self.assertEqual(self.probe.call("broadcast", "c", "v"), 0)
        for count in 1, 2, 20:
            receivers = self.connect_many(count)
            for n, receiver in enumerate(receivers):
                self.park(receiver, ("recv", "next")[n % 2], "c")
            value = bytes(40000) if count == 20 else "v"
            self.assertEqual(self.probe.call("broadcast", "c", value), count)
            for receiver in receivers:
                self.assertEqual(receiver.result(), value)
            self.assertEqual(self.channels(), [])

    def test_it_never_waits_and_nothing_stays(self):
        self.probe.call("channel.open", "c", {"capacity": 5})
        self.assertEqual(self.probe.call("broadcast", "c", "v"), 0)
        self.assertEqual(self.balance("c"), 0)
        self.probe.call("channel.close", "c")
        self.assertEqual(self.probe.call("broadcast", "c", "v"), 0)

    def test_a_select_gets_it_on_one_channel_only(self):
        chooser = self.connect()
        chooser.request("select", [["recv", "a"], ["recv", "b"]])
        self.wait_balance("b", -1)
        self.assertEqual(self.probe.call("broadcast", "b", "v"), 1)
        self.assertEqual(chooser.result(), [1, "v"])
        self.assertEqual(self.probe.call("broadcast", "a", "v"), 0)

    def test_senders_who_wait_are_not_touched(self):
        sender = self.connect()
        self.park(sender, "send", "c", "own")
        self.assertEqual(self.probe.call("broadcast", "c", "v"), 0)
        self.assertEqual(self.probe.call("recv", "c"), "own")

    def test_who_acknowledges_gets_a_delivery_without_a_sender(self):
        receivers = self.connect_many(4)
        for receiver in receivers:
            self.park(receiver, "recv", "c", {"ack": True})
        self.assertEqual(self.probe.call("broadcast", "c", "v"), 4)
        given = [receiver.result() for receiver in receivers]
        self.assertEqual([g[0::2] for g in given], [["v", 1]] * 4)
        self.assertEqual(self.channels(), [])
        deliveries = [g[1] for g in given]
        self.assertIsNone(receivers[0].call("ack", deliveries[0], "reply"))
        self.assertIsNone(receivers[1].call("extend", deliveries[1], 60))
        self.assertIsNone(receivers[1].call("ack", deliveries[1]))
        receivers[2].expect_error("GONE", "nack", deliveries[2])
        receivers[3].expect_error("GONE", "fail", deliveries[3], "T", "m")
        for receiver, delivery in zip(receivers, deliveries):
            receiver.expect_error("STALE", "ack", delivery)
