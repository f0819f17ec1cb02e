# SPDX-License-Identifier: MIT
"""Several calls at once: all of them, or none; and nobody in between."""
import threading

from harness import Case, CallError, PATIENCE
from methods import METHODS, good

ALLOWED = ("send", "recv", "next", "send_exception", "send_sequence",
           "broadcast", "channel.open", "channel.close", "channel.info")


class Atomic(Case):

    def setUp(self):
        super().setUp()
        self.caller = self.connect()

    def look(self):
        infos = [self.probe.call("channel.info", name)
                 for name in self.channels()]
        for info in infos:
            del info["oldest_wait"]
        return infos

    def run_calls(self, *calls):
        return self.caller.call("atomic", [[m, list(p)] for m, *p in calls])

    def expect_nothing(self, code, *calls):
        """It fails, and everything is as it was."""
        before = self.look()
        said = self.caller.expect_error(
            code, "atomic", [[m, list(p)] for m, *p in calls])
        self.assertEqual(self.look(), before)
        return said

    def crowd(self):
        """Senders on s, receivers on r, values in v, a select on x and y."""
        self.people = self.connect_many(8)
        for n in range(3):
            self.park(self.people[n], "send", "s", "s%d" % n)
            self.park(self.people[3 + n], ("recv", "next")[n % 2], "r")
        self.probe.call("channel.open", "v", {"capacity": 3})
        self.probe.call("send_sequence", "v", ["v0", "v1"])
        self.people[6].request("select", [["send", "x", "x0"], ["recv", "y"]])
        self.wait_balance("y", -1)
        self.park(self.people[7], "send", "s", "s3")

    def answer_of(self, n):
        return self.people[n].result()


class All(Atomic):

    def test_every_allowed_method_does_what_it_does_alone(self):
        self.crowd()
        results = self.run_calls(
            ("send", "r", "to r0"), ("recv", "s"), ("next", "s"),
            ("send_exception", "r", "Type", "text", {"data": 1}),
            ("send_sequence", "v", ["v2"]), ("broadcast", "r", "all"),
            ("recv", "v"), ("channel.open", "o", {"preference": 1}),
            ("channel.close", "k"), ("channel.info", "s"), ("recv", "x"))
        info = results[9]
        self.assertEqual(results[:7], [None, "s0", "s1", None, 1, 1, "v0"])
        self.assertEqual((results[7]["name"], results[7]["preference"]),
                         ("o", 1))
        self.assertTrue(results[8]["closed"])
        self.assertEqual((info["balance"], len(info["queue"])), (2, 2))
        self.assertEqual(results[10], "x0")
        self.assertEqual(self.answer_of(3), "to r0")
        self.assertEqual(self.people[4].fault(), "RAISED: Type: text")
        self.assertEqual(self.answer_of(5), "all")
        self.assertEqual([self.answer_of(0), self.answer_of(1)], [None] * 2)
        self.assertEqual(self.answer_of(6), [0, None])
        self.assertEqual(self.balance("y"), 0)
        self.assertEqual([self.probe.call("recv", "v") for _ in "12"],
                         ["v1", "v2"])
        self.assertEqual([self.probe.call("recv", "s") for _ in "12"],
                         ["s2", "s3"])

    def test_later_calls_see_what_earlier_ones_did(self):
        results = self.run_calls(
            ("channel.open", "c", {"capacity": 2}), ("send", "c", 1),
            ("channel.info", "c"), ("send", "c", 2), ("recv", "c"),
            ("next", "c"), ("channel.info", "c"),
            ("channel.open", "c", {"capacity": 0}))
        self.assertEqual(results[2]["values"], 1)
        self.assertEqual(results[4:6], [1, 2])
        self.assertEqual(results[6]["values"], 0)
        self.assertEqual(self.channels(), [])

    def test_who_was_met_is_answered_in_that_order(self):
        self.crowd()
        self.run_calls(("send", "r", 1), ("recv", "s"), ("send", "r", 2))
        self.assertEqual([self.answer_of(n) for n in (3, 0, 4)], [1, None, 2])

    def test_close_with_wake_releases_all(self):
        self.crowd()
        self.run_calls(("channel.close", "s", {"wake": True}),
                       ("channel.close", "r", {"wake": True}))
        for n, code in ((0, "CLOSED"), (1, "CLOSED"), (3, "CLOSED"),
                        (4, "STOP"), (5, "CLOSED"), (7, "CLOSED")):
            self.assertTrue(self.people[n].fault().startswith(code), n)

    def test_a_raised_capacity_lets_senders_in(self):
        self.crowd()
        self.run_calls(("channel.open", "s", {"capacity": 2}),
                       ("recv", "s"))
        self.assertEqual([self.answer_of(n) for n in range(3)], [None] * 3)
        self.assertEqual([self.probe.call("recv", "s") for _ in "123"],
                         ["s1", "s2", "s3"])

    def test_there_are_1_to_64_calls(self):
        self.assertEqual(self.run_calls(*[("broadcast", "c", 1)] * 64),
                         [0] * 64)
        for count in 0, 65, 1000:
            said = self.expect_nothing("INVALID",
                                       *[("broadcast", "c", 1)] * count)
            self.assertIn("not %d of them" % count, said)

    def test_a_broadcast_in_it_makes_deliveries_without_a_sender(self):
        worker = self.connect()
        self.park(worker, "recv", "c", {"ack": True})
        self.assertEqual(self.run_calls(("broadcast", "c", "v")), [1])
        value, delivery, attempt = worker.result()
        self.assertEqual((value, attempt), ("v", 1))
        self.assertIsNone(worker.call("ack", delivery))


class OrNone(Atomic):

    GOOD = [("send", "r", 1), ("recv", "s"), ("send_sequence", "r", [2, 3]),
            ("next", "v"), ("send", "v", "v9"), ("recv", "x"),
            ("channel.open", "s", {"preference": 1, "schedule_all": True,
                                   "capacity": 7}),
            ("broadcast", "y", 4), ("channel.close", "r", {"wake": True})]

    def test_one_that_would_wait_undoes_all_wherever_it_stands(self):
        self.crowd()
        calls = self.GOOD
        for place in range(len(calls) + 1):
            for bad in ("recv", "nobody"), ("send", "nobody", 1), (
                    "next", "nobody"), ("send_exception", "nobody", "T", "m"):
                said = self.expect_nothing(
                    "WOULDBLOCK", *calls[:place], bad, *calls[place:])
                self.assertIn("call %d " % place, said)
        self.assertFalse(any(p.has_answer() for p in self.people))

    def test_afterwards_everybody_is_served_in_the_old_order(self):
        self.crowd()
        self.expect_nothing("WOULDBLOCK", ("recv", "s"), ("recv", "s"),
                            ("send", "r", "undone"), ("recv", "v"),
                            ("recv", "v"), ("broadcast", "r", "undone"),
                            ("recv", "v"))
        self.assertEqual([self.probe.call("recv", "s") for _ in range(4)],
                         ["s0", "s1", "s2", "s3"])
        self.assertEqual([self.probe.call("recv", "v") for _ in range(2)],
                         ["v0", "v1"])
        for n in range(3):
            self.probe.call("send", "r", n)
            self.assertEqual(self.answer_of(3 + n), n)
        self.assertEqual([self.answer_of(n) for n in (0, 1, 2, 7)],
                         [None] * 4)

    def test_a_select_comes_back_on_all_its_channels(self):
        self.crowd()
        self.expect_nothing("WOULDBLOCK", ("recv", "x"), ("recv", "nobody"))
        self.expect_nothing("WOULDBLOCK", ("broadcast", "y", 1),
                            ("recv", "nobody"))
        self.probe.call("send", "y", "v")
        self.assertEqual(self.answer_of(6), [1, "v"])
        self.assertNotIn("x", self.channels())

    def test_a_sequence_that_is_too_long_sends_nothing(self):
        self.crowd()
        self.expect_nothing("WOULDBLOCK", ("send_sequence", "r", [1, 2, 3, 4]))
        self.expect_nothing("WOULDBLOCK", ("send_sequence", "v", [1, 2]))

    def test_an_exception_is_not_taken(self):
        self.crowd()
        sender = self.connect()
        self.park(sender, "send_exception", "e", "Type", "text")
        said = self.expect_nothing("RAISED", ("recv", "s"), ("send", "r", 1),
                                   ("recv", "e"))
        self.assertEqual(said, "Type: text")
        self.assertFalse(sender.has_answer())
        self.probe.expect_error("RAISED", "recv", "e")
        self.assertIsNone(sender.result())

    def test_settings_are_undone(self):
        self.probe.call("channel.open", "c", {"preference": 1, "capacity": 4})
        self.probe.call("channel.close", "d")
        self.expect_nothing(
            "WOULDBLOCK", ("channel.open", "c", {
                "preference": 0, "schedule_all": True, "capacity": 9}),
            ("channel.close", "c"), ("channel.open", "c"),
            ("channel.open", "d"), ("channel.close", "e", {"wake": True}),
            ("channel.open", "f", {"capacity": 1}), ("send", "f", 1),
            ("recv", "g"))

    def test_a_closing_channel_refuses_with_closed_and_stop(self):
        self.crowd()
        self.probe.call("channel.close", "k")
        for code, call in (("CLOSED", ("send", "k", 1)),
                           ("CLOSED", ("recv", "k")), ("STOP", ("next", "k"))):
            self.expect_nothing(code, ("recv", "s"), call)
        self.expect_nothing("CLOSED", ("channel.close", "s"), ("recv", "s"),
                            ("send", "s", 1))

    def test_who_acknowledges_would_have_to_be_waited_for(self):
        worker = self.connect()
        self.park(worker, "recv", "c", {"ack": True})
        self.expect_nothing("WOULDBLOCK", ("send", "c", 1))
        self.assertEqual(self.run_calls(
            ("send_exception", "c", "Type", "text")), [None])
        self.assertEqual(worker.fault(), "RAISED: Type: text")

    def test_an_unknown_channels_info_undoes_all(self):
        self.crowd()
        self.expect_nothing("NOCHANNEL", ("recv", "s"),
                            ("channel.info", "nobody"))

    def test_what_is_no_call_is_invalid_and_its_place_named(self):
        self.crowd()
        first = ["recv", ["s"]]
        for wrong in (1, "recv", [], ["recv"], ["recv", "s"], ["recv", {}],
                      ["recv", ["s"], 1], [1, ["s"]], ["recv", []],
                      ["recv", ["s", 1]], ["recv", ["s", {"timeuot": 1}]],
                      ["recv", ["s", {"ack": True}]],
                      ["channel.open", ["s", {"capacity": -1}]]):
            before = self.look()
            said = self.caller.expect_error("INVALID", "atomic",
                                            [first, wrong])
            self.assertIn("call 1 ", said)
            self.assertEqual(self.look(), before)

    def test_other_methods_are_not_allowed_in_it(self):
        for method in sorted(set(METHODS) - set(ALLOWED)):
            said = self.expect_nothing("INVALID", (method, *good(method)))
            self.assertIn(method + " is not for atomic", said)
        self.expect_nothing("NOMETHOD", ("nothing",))
        self.expect_nothing("INVALID", ("n" * 65,))

    def test_limits_undo_all_too(self):
        self.crowd()
        self.expect_nothing("LIMIT", ("recv", "s"),
                            ("channel.open", "s", {"capacity": 70000}))


class Between(Atomic):

    def move(self, client, source, target):
        try:
            (value, _) = client.call("atomic", [["recv", [source]],
                                                ["send", [target, 0]]])
            self.assertEqual(value, 0)
        except CallError as error:
            self.assertEqual(error.code, "WOULDBLOCK")

    def test_nobody_sees_a_value_on_its_way(self):
        """Values go from one channel to another; their sum stays."""
        names, count = "abc", 6
        for name in names:
            self.probe.call("channel.open", name, {"capacity": 4})
        for n in range(count):
            self.probe.call("send", names[n % 3], 0)
        movers = [threading.Thread(target=lambda client, n: [
            self.move(client, names[n], names[(n + k) % 3])
            for k in range(1, 301)], args=(self.connect(), n))
            for n in range(3)]
        for mover in movers:
            mover.start()
        while any(mover.is_alive() for mover in movers):
            infos = self.run_calls(*[("channel.info", n) for n in names])
            self.assertEqual(sum(i["values"] for i in infos), count)
        for mover in movers:
            mover.join(PATIENCE)
