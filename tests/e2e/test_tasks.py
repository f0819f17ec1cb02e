# SPDX-License-Identifier: MIT
"""Tasks: calls that run beside their connection, and what is done to them."""
from harness import Case, SLOW, until


class Tasks(Case):

    def setUp(self):
        super().setUp()
        self.client = self.connect()
        self.client.task = self.client.call("task.self")

    def spawn(self, method, *params, client=None):
        return (client or self.client).call("task.spawn", method,
                                            list(params))

    def wait(self, task):
        return self.client.call("task.wait", task)

    def row(self, task):
        return next((row for row in self.probe.call("task.list")
                     if row["id"] == task), None)

    def state(self, task):
        return (self.row(task) or {}).get("state")

    def wait_for(self, task, state):
        until(lambda: self.state(task) == state, "it is %s" % state)

    def expect_fault(self, code, task):
        return self.client.expect_error(code, "task.wait", task)


class Spawning(Tasks):

    def test_a_spawned_call_runs_beside_its_connection(self):
        task = self.spawn("recv", "c")
        self.assertEqual(self.client.call("ping", "free"), "free")
        self.assertIsNone(self.client.call("send", "c", "v"))
        self.assertEqual(self.wait(task), "v")

    def test_results_of_all_kinds_are_kept(self):
        big = bytes(300000)
        for value in big, [1, {}], None, False:
            self.assertEqual(self.wait(self.spawn("ping", value)), value)
        self.assertIsNone(self.wait(self.spawn("ping")))
        task = self.spawn("task.self")
        self.assertEqual(self.wait(task), task)

    def test_errors_are_kept(self):
        for call, code in ((("recv", "c", {"timeout": 0}), "WOULDBLOCK"),
                           (("recv", "c", {"timeout": 0.01}), "TIMEOUT"),
                           (("recv",), "INVALID"),
                           (("channel.info", "c"), "NOCHANNEL")):
            self.expect_fault(code, self.spawn(*call))
        task = self.spawn("recv", "c")
        self.probe.call("send_exception", "c", "Type", "text")
        self.assertEqual(self.expect_fault("RAISED", task), "Type: text")

    def test_a_method_that_does_not_exist_is_not_spawned(self):
        said = self.client.expect_error("NOMETHOD", "task.spawn", "no", [])
        self.assertIn('"no"', said)
        self.client.expect_error("INVALID", "task.spawn", "n" * 65, [])
        self.assertEqual(len(self.probe.call("task.list")), 2)

    def test_a_result_is_kept_until_waited_for_once(self):
        tasks = [self.spawn("ping", n) for n in range(10)]
        for n in 7, 0, 9, 3:
            self.assertEqual(self.wait(tasks[n]), n)
            self.expect_fault("NOTASK", tasks[n])
        self.assertEqual(self.wait(tasks[5]), 5)

    def test_of_two_who_wait_one_gets_the_result(self):
        task = self.spawn("recv", "c")
        waiters = [self.spawn("task.wait", task) for _ in range(2)]
        for waiter in waiters:
            self.wait_for(waiter, "blocked")
        self.probe.call("send", "c", "v")
        self.assertEqual(self.wait(waiters[0]), "v")
        self.expect_fault("NOTASK", waiters[1])

    def test_another_connection_may_wait_too(self):
        task = self.spawn("ping", "v")
        self.assertEqual(self.probe.call("task.wait", task), "v")
        self.expect_fault("NOTASK", task)

    def test_who_waits_for_another_connections_task_outlives_it(self):
        owner = self.connect()
        task = self.spawn("recv", "c", client=owner)
        waiter = self.spawn("task.wait", task)
        self.wait_for(waiter, "blocked")
        owner.reset()
        self.expect_fault("NOTASK", waiter)
        self.assertEqual(self.channels(), [])

    def test_waiting_takes_a_timeout(self):
        task = self.spawn("recv", "c")
        self.client.expect_error("WOULDBLOCK", "task.wait", task,
                                 {"timeout": 0})
        self.client.expect_error("TIMEOUT", "task.wait", task,
                                 {"timeout": 0.02})
        self.probe.call("send", "c", "v")
        self.assertEqual(self.client.call("task.wait", task,
                                          {"timeout": 5}), "v")

    def test_a_connections_task_has_no_result(self):
        for other in self.client.task, self.probe.call("task.self"):
            said = self.client.expect_error("INVALID", "task.wait", other)
            self.assertIn("not spawned", said)

    def test_a_task_cannot_wait_for_itself(self):
        task = self.spawn("ping")
        own = self.spawn("task.wait", task + 1)
        self.assertEqual(own, task + 1)
        self.assertIn("itself", self.expect_fault("INVALID", own))

    def test_tasks_nobody_knows_are_notask(self):
        for method, *rest in (("task.wait",), ("task.kill",), ("task.wake",),
                              ("task.throw", "T", "m")):
            for task in 0, 999999, (1 << 64) - 1:
                said = self.client.expect_error("NOTASK", method, task, *rest)
                self.assertIn(str(task), said)

    def test_they_end_with_their_connection(self):
        for way in "close", "reset", "half_close":
            owner = self.connect()
            sender, receiver = (self.spawn("send", "s", 1, client=owner),
                                self.spawn("recv", "r", client=owner))
            kept = self.spawn("ping", client=owner)
            self.wait_balance("s", 1)
            self.wait_balance("r", -1)
            getattr(owner, way)()
            self.wait_tasks(2)
            self.assertEqual(self.channels(), [])
            for task in sender, receiver, kept:
                self.expect_fault("NOTASK", task)

    def test_what_a_spawned_task_receives_its_connection_settles(self):
        sender = self.connect()
        sender.request("send", "c", "v")
        task = self.spawn("recv", "c", {"ack": True})
        value, delivery, _ = self.wait(task)
        self.client.call("ack", delivery, "r")
        self.assertEqual(sender.result(), "r")

    def test_a_spawned_task_may_spawn_and_run_an_atomic(self):
        child = self.wait(self.spawn("task.spawn", "ping", ["deep"]))
        self.assertEqual(self.wait(child), "deep")
        self.assertEqual(self.wait(self.spawn("atomic", [
            ["broadcast", ["c", 1]]])), [0])


class Limit(Tasks):

    options = ("--max-tasks", "3")

    def test_a_connection_has_no_more_tasks_than_allowed(self):
        tasks = [self.spawn("recv", "c") for _ in range(2)]
        tasks.append(self.spawn("ping", "kept results count"))
        said = self.client.expect_error("LIMIT", "task.spawn", "ping", [])
        self.assertIn("max_tasks", said)
        self.assertEqual(self.wait(self.spawn_elsewhere()), "v")
        self.wait(tasks[2])
        self.wait(self.spawn("ping"))

    def spawn_elsewhere(self):
        return self.spawn("ping", "v", client=self.probe)


class Results(Tasks):

    options = ("--max-connections", "6")

    def test_those_that_are_kept_count_for_no_task_of_the_daemon(self):
        """Nor is a connection refused for them, or let in."""
        for n in range(20):
            self.spawn("ping", n)
        until(lambda: self.probe.call("server.stats")["tasks"] == 2,
              "only the connections are tasks")
        for _ in range(4):
            self.assertEqual(self.connect().call("ping", 1), 1)
        with self.assertRaises((EOFError, OSError)):
            self.connect().call("ping")


class Listing(Tasks):

    def test_every_field_of_a_spawned_task_is_shown(self):
        self.client.call("hello", {"name": "boss"})
        task = self.spawn("recv", "c")
        self.wait_balance("c", -1)
        row = self.row(task)
        self.assertGreaterEqual(row.pop("age"), 0)
        self.assertEqual(row.pop("peer"), self.client.name())
        self.assertEqual(row, {"id": task, "name": "boss", "kind": "spawned",
                               "state": "blocked", "channel": "c",
                               "requests": 1})
        self.assertEqual([r["kind"] for r in self.probe.call(
            "task.list", "bo*")], ["connection", "spawned"])

    def test_every_state_is_shown(self):
        parked = self.spawn("task.park")
        sender = self.spawn("send", "c", "v")
        self.probe.call("recv", "c", {"ack": True})
        receiver = self.spawn("recv", "d")
        self.deafen(self.connect())
        (deaf,) = self.probe.call("task.list", "deaf")
        idle = self.connect().call("task.self")
        self.wait_balance("d", -1)
        self.assertEqual([self.state(task) for task in (
            parked, sender, receiver, deaf["id"], idle,
            self.probe.call("task.self"))],
            ["paused", "held", "blocked", "paused", "idle", "running"])

    def test_who_is_about_to_run_is_runnable(self):
        calls = [("task.spawn", "ping", []), ("task.list",)]
        msgids = self.client.requests(*calls)
        task = self.client.result(msgids[0])
        rows = {row["id"]: row["state"] for row in
                self.client.result(msgids[1])}
        self.assertEqual(rows[task], "runnable")

    def test_one_that_has_ended_is_no_task_any_more(self):
        task = self.spawn("ping", "result")
        until(lambda: self.row(task) is None, "it has ended")
        self.assertEqual(self.wait(task), "result")


class Killing(Tasks):

    def test_a_killed_call_fails_with_killed(self):
        for call, channel in ((("send", "c", 1), "c"), (("recv", "c"), "c"),
                              (("next", "c"), "c"), (("task.park",), None)):
            for options in {}, {"pending": True}, {"pending": False}:
                task = self.spawn(*call)
                self.wait_for(task, "blocked" if channel else "paused")
                self.assertIs(self.probe.call("task.kill", task, options),
                              True)
                self.expect_fault("KILLED", task)
                self.assertEqual(self.channels(), [])

    def test_one_that_waits_for_a_task_can_be_killed(self):
        waiter = self.spawn("task.wait", self.spawn("recv", "c"))
        self.wait_for(waiter, "blocked")
        self.assertIs(self.client.call("task.kill", waiter), True)
        self.expect_fault("KILLED", waiter)

    def test_one_that_has_not_begun_never_begins(self):
        receiver = self.connect()
        self.park(receiver, "recv", "c")
        for options in {}, {"pending": True}:
            task = self.spawn("ping") + 1
            msgids = self.client.requests(
                ("task.spawn", "send", ["c", "lost"]),
                ("task.kill", task, options), ("task.wait", task))
            self.assertEqual(self.client.results(msgids[:2]), [task, True])
            self.assertIn("KILLED", self.client.fault(msgids[2]))
            self.assertEqual(self.balance("c"), -1)
        self.assertFalse(receiver.has_answer())

    def test_one_that_has_ended_is_not_killed(self):
        task = self.spawn("ping", "v")
        until(lambda: self.row(task) is None, "it has ended")
        self.assertIs(self.client.call("task.kill", task), False)
        self.assertEqual(self.wait(task), "v")
        self.client.expect_error("NOTASK", "task.kill", task)

    def test_a_connection_is_closed_with_its_task(self):
        for options in {}, {"pending": True}:
            idle, blocked = self.connect_many(2)
            task = idle.call("task.self")
            self.assertIs(self.probe.call("task.kill", task, options), True)
            self.assertEqual(idle.rest(), [])
            task = blocked.call("task.self")
            msgid = self.park(blocked, "recv", "c")
            blocked.request("ping", "never")
            self.probe.call("task.kill", task, options)
            self.assertIn("KILLED", blocked.fault(msgid))
            self.assertEqual(blocked.rest(), [])
            self.wait_tasks(2)

    def test_suicide_is_answered_with_killed(self):
        self.client.request("task.kill", self.client.task)
        self.assertIn("KILLED", self.client.fault())
        self.assertEqual(self.client.rest(), [])
        task = self.probe.call("task.spawn", "ping", []) + 1
        self.probe.call("task.spawn", "task.kill", [task])
        self.probe.expect_error("KILLED", "task.wait", task)

    def test_balance_is_right_at_once(self):
        task = self.spawn("recv", "c")
        self.wait_balance("c", -1)
        msgids = self.client.requests(
            ("channel.close", "c"), ("task.kill", task, {"pending": True}),
            ("channel.info", "c"))
        info = self.client.results(msgids)[2]
        self.assertEqual((info["balance"], info["closed"]), (0, True))


class Throwing(Tasks):

    def test_a_call_that_waits_fails_with_raised(self):
        for call, channel in ((("send", "c", 1), "c"), (("recv", "c"), "c"),
                              (("task.park",), None)):
            for options in {}, {"pending": True}:
                task = self.spawn(*call)
                self.wait_for(task, "blocked" if channel else "paused")
                self.assertIs(self.probe.call(
                    "task.throw", task, "Type", "text", options), True)
                self.assertEqual(self.expect_fault("RAISED", task),
                                 "Type: text")
                self.assertEqual(self.channels(), [])

    def test_one_that_waits_for_a_task_is_in_a_call(self):
        waited = self.spawn("recv", "c")
        waiter = self.spawn("task.wait", waited)
        self.wait_for(waiter, "blocked")
        self.assertIs(self.client.call("task.throw", waiter, "T", "m"), True)
        self.assertEqual(self.expect_fault("RAISED", waiter), "T: m")
        self.probe.call("send", "c", "v")
        self.assertEqual(self.wait(waited), "v")

    def test_a_held_sender_is_thrown_out(self):
        task = self.spawn("send", "c", 1)
        delivery = self.probe.call("recv", "c", {"ack": True})[1]
        self.client.call("task.throw", task, "Type", "text")
        self.expect_fault("RAISED", task)
        self.probe.expect_error("GONE", "ack", delivery)

    def test_one_in_no_call_is_left_alone(self):
        idle = self.connect()
        task = idle.call("task.self")
        for options in {}, {"pending": True}:
            self.assertIs(self.client.call("task.throw", task, "Type",
                                           "text", options), False)
        self.assertEqual(idle.call("ping", "alive"), "alive")
        ended = self.spawn("ping", "v")
        until(lambda: self.row(ended) is None, "it has ended")
        self.assertIs(self.client.call("task.throw", ended, "T", "m"), False)
        self.assertEqual(self.wait(ended), "v")

    def test_a_connection_survives_what_is_thrown_at_its_call(self):
        msgid = self.park(self.client, "recv", "c")
        self.probe.call("task.throw", self.client.task, "Type", "text")
        self.assertEqual(self.client.fault(msgid), "RAISED: Type: text")
        self.assertEqual(self.client.call("ping", 1), 1)

    def test_thrown_at_oneself_the_call_itself_fails(self):
        said = self.client.expect_error("RAISED", "task.throw",
                                        self.client.task, "Type", "own")
        self.assertEqual(said, "Type: own")
        self.assertEqual(self.client.call("ping", 1), 1)


class Parking(Tasks):

    def test_a_parked_task_is_woken_once(self):
        task = self.spawn("task.park")
        self.wait_for(task, "paused")
        self.assertIs(self.client.call("task.wake", task), True)
        self.assertIsNone(self.wait(task))

    def test_only_one_that_is_parked_is_woken(self):
        blocked = self.spawn("recv", "c")
        self.wait_balance("c", -1)
        ended = self.spawn("ping")
        until(lambda: self.row(ended) is None, "it has ended")
        waiter = self.spawn("task.wait", blocked)
        self.wait_for(waiter, "blocked")
        for task in (blocked, ended, waiter, self.client.task,
                     self.probe.call("task.self")):
            self.assertIs(self.client.call("task.wake", task), False)
        self.assertEqual(self.balance("c"), -1)

    def test_a_second_wake_finds_it_awake(self):
        task = self.spawn("task.park")
        self.wait_for(task, "paused")
        self.assertEqual(self.client.results(self.client.requests(
            ("task.wake", task), ("task.wake", task))), [True, False])

    def test_a_park_ends_when_its_time_runs_out(self):
        self.client.expect_error("TIMEOUT", "task.park", {"timeout": 0.02})
        self.client.expect_error("WOULDBLOCK", "task.park", {"timeout": 0})

    def test_a_connection_can_park_itself(self):
        self.client.request("task.park", {"timeout": 60 * SLOW})
        self.wait_state(self.client, "paused")
        self.assertIs(self.probe.call("task.wake", self.client.task), True)
        self.assertIsNone(self.client.result())


class Order(Tasks):
    """Who runs next, as one connection's pipelined requests see it."""

    def beside(self, victim, act, *options):
        """Did the victim run before the request behind `act`?"""
        self.wait_for(victim, "paused")
        msgids = self.client.requests((act, victim, *options), ("task.list",))
        self.assertIs(self.client.result(msgids[0]), True)
        alive = [row["id"] for row in self.client.result(msgids[1])]
        return victim not in alive

    def test_a_killed_one_runs_next(self):
        self.assertTrue(self.beside(self.spawn("task.park"), "task.kill"))

    def test_with_pending_it_runs_when_its_turn_comes(self):
        self.assertFalse(self.beside(self.spawn("task.park"), "task.kill",
                                     {"pending": True}))

    def test_one_that_was_thrown_at_runs_next(self):
        self.assertTrue(self.beside(self.spawn("task.park"), "task.throw",
                                    "T", "m"))
        self.assertFalse(self.beside(self.spawn("task.park"), "task.throw",
                                     "T", "m", {"pending": True}))

    def test_a_woken_one_goes_to_the_tail(self):
        self.assertFalse(self.beside(self.spawn("task.park"), "task.wake"))

    def test_schedule_lets_everybody_else_run(self):
        for between, ran in ((("ping",), False), (("task.schedule",), True)):
            msgids = self.client.requests(
                ("task.spawn", "channel.open", ["mark", {"preference": 1}]),
                between, ("channel.list",))
            results = self.client.results(msgids)
            self.assertIsNone(results[1])
            self.assertEqual(len(results[2]), ran)
            self.wait(results[0])
            self.probe.call("channel.open", "mark", {"preference": -1})

    def test_spawned_tasks_begin_in_order(self):
        msgids = self.client.requests(*[
            ("task.spawn", "send", ["c", n]) for n in range(50)])
        self.client.results(msgids)
        self.wait_balance("c", 50)
        got = [self.probe.call("recv", "c") for _ in range(50)]
        self.assertEqual(got, list(range(50)))
