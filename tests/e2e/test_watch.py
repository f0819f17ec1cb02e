# SPDX-License-Identifier: MIT
"""Being told of operations, without ever slowing them."""
import time

from harness import Case, MIB, SLOW, until

OPERATIONS = 100000


class Watching(Case):

    def setUp(self):
        super().setUp()
        self.watcher = self.connect()
        self.watcher.call("channel.watch", "c*")

    def event(self, client=None):
        kind, method, params = (client or self.watcher).message()
        self.assertEqual((kind, method, len(params)), (2, "channel.event", 1))
        return params[0]

    def events(self, count):
        return [self.event() for _ in range(count)]

    def expect(self, *rows):
        got = [(e["channel"], e["op"], e["will_block"])
               for e in self.events(len(rows))]
        self.assertEqual(got, list(rows))
        self.assertFalse(self.watcher.has_answer())

    def watchers(self):
        return self.probe.call("server.stats")["watchers"]


class Events(Watching):

    def test_an_event_says_everything(self):
        self.probe.expect_error("WOULDBLOCK", "recv", "c", {"timeout": 0})
        self.assertEqual(self.event(), {
            "channel": "c", "op": "recv", "will_block": True, "dropped": 0,
            "task": self.probe.call("task.self")})

    def test_every_operation_is_told_in_order(self):
        other = self.connect()
        self.park(other, "recv", "c")
        self.probe.call("send", "c", 1)
        self.park(other, "send", "c2", 2)
        self.probe.call("next", "c2")
        self.expect(("c", "recv", True), ("c", "send", False),
                    ("c2", "send", True), ("c2", "recv", False))

    def test_calls_that_fail_are_told_too(self):
        self.probe.expect_error("WOULDBLOCK", "send", "c", 1, {"timeout": 0})
        self.probe.call("channel.close", "c")
        self.probe.expect_error("CLOSED", "send", "c", 1)
        self.probe.expect_error("STOP", "next", "c")
        self.expect(("c", "send", True), ("c", "send", True))

    def test_what_is_done_at_once_is_told_once_it_is_done(self):
        self.probe.expect_error("WOULDBLOCK", "atomic", [
            ["broadcast", ["c", 1]], ["recv", ["c"]]])
        self.probe.call("atomic", [["channel.open", ["c", {"capacity": 1}]],
                                   ["send", ["c", 1]], ["recv", ["c"]]])
        self.expect(("c", "send", False), ("c", "recv", False))

    def test_cases_sequences_and_broadcasts_are_operations(self):
        other = self.connect()
        other.request("select", [["recv", "c1"], ["send", "c2", 1]])
        self.wait_balance("c2", 1)
        self.probe.call("send_sequence", "c1", [1])
        self.probe.call("broadcast", "c3", 1)
        self.probe.expect_error("WOULDBLOCK", "send_exception", "c4", "T",
                                "m", {"timeout": 0})
        self.expect(("c1", "recv", True), ("c2", "send", True),
                    ("c1", "send", False), ("c3", "send", False),
                    ("c4", "send", True))

    def test_a_watcher_sees_its_own_operations(self):
        msgid = self.watcher.request("broadcast", "c", 1)
        self.assertEqual(self.event()["op"], "send")
        self.assertEqual(self.watcher.result(msgid), 0)

    def test_other_channels_are_not_told(self):
        for name in "d", "xc", "C":
            self.probe.call("broadcast", name, 1)
        self.assertEqual(self.watcher.call("ping", 1), 1)

    def test_several_globs_and_one_event_each(self):
        self.watcher.call("channel.watch", "*d")
        self.watcher.call("channel.watch", "c")
        for name in "c", "cd", "d", "e":
            self.probe.call("broadcast", name, 1)
        self.expect(*[(name, "send", False) for name in ("c", "cd", "d")])

    def test_a_spawned_call_has_its_own_task(self):
        task = self.probe.call("task.spawn", "broadcast", ["c", 1])
        self.assertEqual(self.event()["task"], task)

    def test_every_watcher_is_told(self):
        others = self.connect_many(3)
        for other in others:
            other.call("channel.watch", "c")
        self.probe.call("broadcast", "c", 1)
        for client in [self.watcher] + others:
            self.assertEqual(self.event(client)["channel"], "c")

    def test_it_ends_with_the_connection(self):
        self.assertEqual(self.watchers(), 1)
        for way in "close", "reset", "half_close":
            other = self.connect()
            other.call("channel.watch", "*")
            self.assertEqual(self.watchers(), 2)
            getattr(other, way)()
            until(lambda: self.watchers() == 1, "one watches")
        self.probe.call("broadcast", "c", 1)
        self.expect(("c", "send", False))
        self.watcher.close()
        until(lambda: self.watchers() == 0, "nobody watches")
        self.probe.call("broadcast", "c", 1)

    def test_there_are_no_more_globs_than_allowed(self):
        for n in range(15):
            self.watcher.call("channel.watch", "g%d" % n)
        said = self.watcher.expect_error("LIMIT", "channel.watch", "g")
        self.assertIn("16", said)


class Watchers(Case):

    options = ("--max-watchers", "1")

    def test_there_are_no_more_watchers_than_allowed(self):
        watcher = self.connect()
        watcher.call("channel.watch", "a")
        watcher.call("channel.watch", "b")
        said = self.probe.expect_error("LIMIT", "channel.watch", "c")
        self.assertIn("max_watchers", said)
        watcher.close()
        until(lambda: self.probe.call("server.stats")["watchers"] == 0,
              "there is room")
        self.probe.call("channel.watch", "c")


class Overflow(Watching):

    def operate(self, channel):
        """OPERATIONS of them; how long that took."""
        start = time.monotonic()
        frame = self.probe.frame("broadcast", channel, 0, msgid=1)
        for _ in range(OPERATIONS // 1000):
            self.probe.send(frame * 1000)
            self.probe.results([1] * 1000)
        return time.monotonic() - start

    def test_a_watcher_that_does_not_read_slows_nobody(self):
        """Nor is it told wrongly how much it has missed."""
        unwatched = self.operate("d")
        self.daemon.forget_peak()
        before = self.daemon.memory()
        watched = self.operate("c")
        self.assert_memory(self.daemon.peak() - before, 4 * MIB)
        self.assertLess(watched, 5 * unwatched + SLOW)
        told = dropped = 0
        made = OPERATIONS
        # What was dropped last is said by the next event: there is one.
        while told + dropped < made:
            while self.watcher.has_answer():
                event = self.event()
                told, dropped = told + 1, dropped + event["dropped"]
            if told + dropped < made:
                self.probe.call("broadcast", "c", 0)
                made += 1
            self.assertLess(made, 2 * OPERATIONS)
        self.assertEqual(told + dropped, made)
        self.assertGreater(dropped, OPERATIONS // 10)  # of TCP, most fits
        self.probe.call("broadcast", "c", 0)
        self.assertEqual(self.event()["dropped"], 0)
