# SPDX-License-Identifier: MIT
"""A connection whose requests run side by side."""
import signal

from harness import Case, CallError

MANY = 1000


class Concurrent(Case):

    def setUp(self):
        super().setUp()
        self.client = self.connect()
        self.client.call("hello", {"concurrent": True})

    def answers(self, count):
        """So many answers, in the order in which they come."""
        got = [self.client.message() for _ in range(count)]
        self.assertNotIn(None, got)
        return [(msgid, error, result) for _, msgid, error, result in got]

    def request(self, *call):
        return self.client.request(*call)


class Answers(Concurrent):

    def test_requests_are_answered_as_they_finish(self):
        self.client.requests(("recv", "a"), ("recv", "b"), ("ping", "c"),
                             ("send", "b", "B"), ("send", "a", "A"))
        got = {m: (e, r) for m, e, r in self.answers(5)}
        self.assertEqual(got, {2: (None, "A"), 3: (None, "B"),
                               4: (None, "c"), 5: (None, None),
                               6: (None, None)})

    def test_a_waiting_request_holds_nobody_back(self):
        waiting = self.request("recv", "c")
        self.assertEqual(self.client.call("ping", 1), 1)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.result(waiting), "v")

    def test_they_are_begun_in_order(self):
        self.client.requests(*[("send", "c", n) for n in range(200)])
        self.wait_balance("c", 200)
        got = [self.probe.call("recv", "c") for _ in range(200)]
        self.assertEqual(got, list(range(200)))
        self.assertEqual([m for m, _, _ in self.answers(200)],
                         list(range(2, 202)))

    def test_each_has_a_task_of_its_own(self):
        tasks = [self.client.call("task.self") for _ in range(3)]
        self.assertEqual(len(set(tasks)), 3)
        self.request("recv", "c")
        self.wait_balance("c", -1)
        (row,) = [r for r in self.probe.call("task.list")
                  if r["channel"] == "c"]
        self.assertEqual(row["kind"], "spawned")

    def test_it_can_be_ended_again(self):
        waiting = self.request("recv", "c")
        self.client.call("hello", {"concurrent": False})
        self.request("task.park", {"timeout": 60})
        self.request("ping")
        self.wait_balance("c", -1)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.result(waiting), "v")
        self.assertFalse(self.client.has_answer())

    def test_notifications_run_beside_it_too(self):
        self.client.notify("recv", "c")
        self.assertEqual(self.client.call("ping", 1), 1)
        self.wait_balance("c", -1)
        self.client.notify("nothing")
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.call("ping", 2), 2)

    def test_a_thousand_are_in_the_air(self):
        self.client.requests(*[("recv", "c%d" % (n % 10))
                               for n in range(MANY)])
        for n in range(10):
            self.wait_balance("c%d" % n, -MANY // 10)
        sender = self.connect()
        sender.results(sender.requests(*[
            ("send", "c%d" % (n % 10), n) for n in range(MANY)]))
        got = {m: r for m, e, r in self.answers(MANY) if e is None}
        self.assertEqual(got, {n + 2: n for n in range(MANY)})

    def test_one_more_than_allowed_is_refused(self):
        self.client.requests(*[("recv", "c")] * MANY)
        self.wait_balance("c", -MANY)
        self.assertIn("LIMIT: ", self.client.fault(self.request("ping")))
        self.assertEqual(self.probe.call("broadcast", "c", 1), MANY)
        self.answers(MANY)
        self.assertEqual(self.client.call("ping", 1), 1)

    def test_large_values_pass(self):
        value, reply = bytes(range(256)) * 2000, b"r" * 300000
        sender = self.connect()
        for options in {}, {"ack": True}:
            for first in "send", "recv":
                self.request("recv", "c", options)
                self.wait_balance("c", -1)
                sender.request("send", "c", value)
                got = self.client.result()
                if options:
                    got, delivery, _ = got
                    self.client.call("ack", delivery, reply)
                self.assertTrue(got == value)
                self.assertTrue(sender.result() == (options and reply or None))
        self.request("send", "c", value)
        self.assertTrue(self.probe.call("recv", "c") == value)
        self.assertIsNone(self.client.result())
        self.assertTrue(self.client.call("ping", value) == value)


class Msgids(Concurrent):

    def test_one_that_is_in_use_is_invalid(self):
        self.client.request("recv", "c", msgid=7)
        self.wait_balance("c", -1)
        self.client.request("ping", "second", msgid=7)
        error = self.client.fault(7)
        self.assertIn("INVALID", error)
        self.assertIn("7", error)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.result(7), "v")
        self.client.request("ping", "again", msgid=7)
        self.assertEqual(self.client.result(7), "again")

    def test_0_and_the_largest_are_msgids(self):
        for msgid in 0, (1 << 32) - 1:
            self.client.request("recv", "c", msgid=msgid)
            self.wait_balance("c", -1)
            self.probe.call("send", "c", msgid)
            self.assertEqual(self.client.result(msgid), msgid)


class Cancelling(Concurrent):

    def cancelled(self, msgid):
        """Both answers, in whichever order they come."""
        number = self.request("cancel", msgid)
        got = {m: (e, r) for m, e, r in self.answers(2)}
        self.assertEqual(got[number], (None, True))
        return got[msgid][0]

    def test_a_request_in_the_air_can_be_withdrawn(self):
        for call in (("recv", "c"), ("next", "c"), ("send", "c", 1),
                     ("select", [["recv", "c"], ["recv", "d"]]),
                     ("task.park",), ("send_sequence", "c", [1, 2])):
            msgid = self.request(*call)
            self.assertEqual(self.client.call("ping", 1), 1)
            self.assertTrue(self.cancelled(msgid).startswith("KILLED: "),
                            call)
            self.assertEqual(self.channels(), [])

    def test_one_that_waits_for_a_task_can_be_withdrawn(self):
        task = self.client.call("task.spawn", "recv", ["c"])
        msgid = self.request("task.wait", task)
        self.assertIn("KILLED", self.cancelled(msgid))
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.call("task.wait", task), "v")

    def test_a_held_one_can_be_withdrawn(self):
        msgid = self.request("send", "c", "v")
        delivery = self.probe.call("recv", "c", {"ack": True})[1]
        self.assertIn("KILLED", self.cancelled(msgid))
        self.probe.expect_error("GONE", "ack", delivery)

    def test_one_that_is_not_pending_is_not_withdrawn(self):
        other = self.connect()
        other.call("hello", {"concurrent": True})
        self.park(other, "recv", "c")
        for msgid in 1, 99, other.last_msgid + 50, (1 << 32) - 1, 1 << 40:
            self.assertIs(self.client.call("cancel", msgid), False)
        self.assertEqual(self.balance("c"), -1)

    def test_without_concurrency_nothing_is_pending(self):
        self.assertIs(self.probe.call("cancel", 1), False)


class Ending(Concurrent):

    def test_the_end_of_file_withdraws_what_waits_and_runs_the_rest(self):
        calls = [("recv", "c")] * 3 + [("ping", 1), ("send", "d", 2),
                                       ("ping", 3)]
        frames = b"".join(self.client.frame(*call) for call in calls)
        with self.daemon.halted():
            self.client.send(frames)
            self.client.half_close()
        got = {m[1]: (m[2], m[3]) for m in self.client.rest()}
        self.assertEqual(len(got), 6, got)
        for msgid in 2, 3, 4, 6:
            self.assertIn("KILLED", got[msgid][0])
        self.assertEqual((got[5], got[7]), ((None, 1), (None, 3)))
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [])

    def test_whatever_the_way_it_ends_nothing_stays(self):
        for way in "close", "reset", "half_close":
            client = self.connect(self.daemon.ipv4)
            client.call("hello", {"concurrent": True})
            client.requests(*[("recv", "c"), ("send", "d", 1),
                              ("task.park",)] * 20)
            self.wait_balance("c", -20)
            self.wait_balance("d", 20)
            getattr(client, way)()
            self.wait_tasks(2)
            self.assertEqual(self.channels(), [])

    def test_all_in_the_air_are_told_that_the_daemon_stops(self):
        self.client.requests(*[("recv", "c")] * 20 + [("send", "d", 1)] * 20)
        self.wait_balance("d", 20)
        self.daemon.terminate(signal.SIGTERM)
        got = self.answers(40)
        self.assertEqual(len({m for m, _, _ in got}), 40)
        for _, error, _ in got:
            self.assertTrue(error.startswith("SHUTDOWN: "), error)
        self.assertIsNone(self.client.message())


class Arrays(Concurrent):

    def setUp(self):
        super().setUp()
        self.client.call("hello", {"errors": "array"})

    def fault(self):
        try:
            self.fail("no error: %r" % self.client.result())
        except CallError as error:
            return error.error

    def test_errors_are_arrays(self):
        self.request("recv", "c", {"timeout": 0})
        code, text, data = self.fault()
        self.assertEqual((code, data), ("WOULDBLOCK", None))
        self.assertNotIn("WOULDBLOCK", text)

    def test_raised_has_the_whole_exception_as_data(self):
        self.request("recv", "c")
        self.wait_balance("c", -1)
        data = {"key": [1, b"\xc1"]}
        self.probe.call("send_exception", "c", "Type", "text",
                        {"data": data})
        self.assertEqual(self.fault(), ["RAISED", "Type: text",
                                        ["Type", "text", data]])

    def test_a_sequence_says_how_many_were_taken(self):
        self.request("send_sequence", "c", [1, 2, 3])
        for value in 1, 2:
            self.assertEqual(self.probe.call("recv", "c"), value)
        self.assertEqual(self.probe.call("channel.clear", "c"), 1)
        code, text, data = self.fault()
        self.assertEqual((code, data), ("KILLED", 2))
        self.assertIn("2 of 3 taken", text)

    def test_without_data_there_is_nil(self):
        self.request("send", "c", "v")
        delivery = self.probe.call("recv", "c", {"ack": True})[1]
        self.probe.call("fail", delivery, "Type", "")
        self.assertEqual(self.fault(), ["RAISED", "Type: ",
                                        ["Type", "", None]])

    def test_strings_can_be_had_again(self):
        self.client.call("hello", {"errors": "string"})
        self.assertTrue(self.client.expect_error("NOCHANNEL", "channel.info",
                                                 "c"))
