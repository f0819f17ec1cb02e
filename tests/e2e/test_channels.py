# SPDX-License-Identifier: MIT
"""Rendezvous, timeouts, closing, settings, and how all that is shown."""
from harness import Case, CallError, SLOW, until
from wire import Raw


class Rendezvous(Case):

    def test_a_sender_waits_until_a_receiver_comes(self):
        for url in self.daemon.urls:
            sender = self.connect(url)
            self.park(sender, "send", "c", "v")
            self.assertFalse(sender.has_answer())
            self.assertEqual(self.probe.call("recv", "c"), "v")
            self.assertIsNone(sender.result())

    def test_a_receiver_waits_until_a_sender_comes(self):
        for url in self.daemon.urls:
            for method in "recv", "next":
                receiver = self.connect(url)
                self.park(receiver, method, "c")
                self.assertFalse(receiver.has_answer())
                self.assertIsNone(self.probe.call("send", "c", "v"))
                self.assertEqual(receiver.result(), "v")

    def test_a_select_that_comes_back_waits_on_nothing_that_is_shut(self):
        sender, receiver = self.connect_many(2)
        self.park(receiver, "recv", "open", {"ack": True})
        self.probe.call("channel.close", "shut", {"wake": True})
        sender.request("select", [["recv", "shut"], ["send", "open", "v"]])
        receiver.call("nack", receiver.result()[1])
        self.assertTrue(sender.fault().startswith("CLOSED: "))

    def test_channels_do_not_mix(self):
        one, other = self.connect_many(2)
        self.park(one, "recv", "one")
        self.park(other, "recv", "other")
        self.probe.call("send", "other", 2)
        self.assertFalse(one.has_answer())
        self.assertEqual(other.result(), 2)

    def test_a_value_goes_to_one_receiver_only(self):
        receivers = self.connect_many(5)
        for receiver in receivers:
            self.park(receiver, "recv", "c")
        self.probe.call("send", "c", "v")
        self.assertEqual(receivers[0].result(), "v")
        self.assertEqual(self.balance("c"), -4)
        self.assertFalse(any(r.has_answer() for r in receivers[1:]))


class Timeouts(Case):

    def test_zero_means_not_to_wait(self):
        for zero in 0, 0.0, Raw(b"\xca\0\0\0\0"), -0.0:
            options = {"timeout": zero}
            self.probe.expect_error("WOULDBLOCK", "recv", "c", options)
            self.probe.expect_error("WOULDBLOCK", "next", "c", options)
            self.probe.expect_error("WOULDBLOCK", "send", "c", 1, options)
        self.assertEqual(self.channels(), [])

    def test_zero_takes_and_gives_what_is_there(self):
        other = self.connect()
        self.park(other, "send", "c", "v")
        self.assertEqual(self.probe.call("recv", "c", {"timeout": 0}), "v")
        other.result()
        self.park(other, "recv", "c")
        self.probe.call("send", "c", "w", {"timeout": 0})
        self.assertEqual(other.result(), "w")

    def test_a_wait_ends_when_its_time_runs_out(self):
        for seconds in 0.02, 1e-9, Raw(b"\xca\x3c\x23\xd7\x0a"), 5e-324:
            options = {"timeout": seconds}
            self.probe.expect_error("TIMEOUT", "recv", "c", options)
            self.probe.expect_error("TIMEOUT", "next", "c", options)
            self.probe.expect_error("TIMEOUT", "send", "c", 1, options)
        self.assertEqual(self.channels(), [])

    def test_a_wait_lasts_as_long_as_was_asked(self):
        import time
        for seconds in 0.2, 1:
            start = time.monotonic()
            self.probe.expect_error("TIMEOUT", "recv", "c",
                                    {"timeout": seconds})
            took = time.monotonic() - start
            self.assertGreaterEqual(took, seconds - 0.001)
            self.assertLess(took, seconds + 1 * SLOW)

    def test_none_and_very_long_ones_wait_on(self):
        for options in ({}, {"timeout": None}, {"timeout": 1e9},
                        {"timeout": 1e300}, {"timeout": float("inf")},
                        {"timeout": (1 << 64) - 1}, {"timeout": 86400}):
            client = self.connect()
            self.park(client, "recv", "c", options)
            self.probe.call("send", "c", 1)
            self.assertEqual(client.result(), 1)

    def test_many_waits_end_in_the_order_of_their_times(self):
        clients = self.connect_many(10)
        for n, client in enumerate(clients):
            client.request("recv", "c", {"timeout": 0.3 - 0.02 * n})
        for client in reversed(clients):
            self.assertIn("TIMEOUT", client.fault())
        self.assertEqual(self.balance("c"), 0)

    def test_who_timed_out_is_not_served(self):
        first, second = self.connect_many(2)
        self.park(first, "recv", "c", {"timeout": 0.05})
        self.park(second, "recv", "c")
        self.assertIn("TIMEOUT", first.fault())
        self.probe.call("send", "c", "v")
        self.assertEqual(second.result(), "v")
        self.assertFalse(first.has_answer())

    def test_a_value_that_timed_out_is_not_received(self):
        first, second = self.connect_many(2)
        self.park(first, "send", "c", "old", {"timeout": 0.05})
        self.park(second, "send", "c", "new")
        self.assertIn("TIMEOUT", first.fault())
        self.assertEqual(self.probe.call("recv", "c"), "new")


class Closing(Case):

    def close(self):
        return self.probe.call("channel.close", "c")

    def test_who_would_wait_on_a_closing_channel_is_told_closed(self):
        info = self.close()
        self.assertTrue(info["closing"] and info["closed"])
        for options in {}, {"timeout": 0}, {"timeout": 5}:
            self.probe.expect_error("CLOSED", "send", "c", 1, options)
            self.probe.expect_error("CLOSED", "recv", "c", options)
            self.probe.expect_error("STOP", "next", "c", options)

    def test_parked_senders_are_drained_after_close(self):
        senders = self.connect_many(3)
        for n, sender in enumerate(senders):
            self.park(sender, "send", "c", n)
        info = self.close()
        self.assertEqual((info["closing"], info["closed"], info["balance"]),
                         (True, False, 3))
        self.probe.expect_error("CLOSED", "send", "c", "late")
        for n, method in enumerate(["recv", "next", "next"]):
            self.assertEqual(self.probe.call(method, "c"), n)
            self.assertIsNone(senders[n].result())
        self.assertTrue(self.probe.call("channel.info", "c")["closed"])
        self.probe.expect_error("STOP", "next", "c")
        self.probe.expect_error("CLOSED", "recv", "c")

    def test_parked_receivers_can_be_served_after_close(self):
        first, second = self.connect_many(2)
        self.park(first, "recv", "c")
        self.park(second, "recv", "c")
        self.assertFalse(self.close()["closed"])
        self.probe.expect_error("STOP", "next", "c")
        self.probe.expect_error("CLOSED", "recv", "c")
        self.assertFalse(first.has_answer())
        self.probe.call("send", "c", 1, {"timeout": 0})
        self.assertEqual(first.result(), 1)
        self.probe.call("send", "c", 2)
        self.assertEqual(second.result(), 2)
        self.assertTrue(self.probe.call("channel.info", "c")["closed"])

    def test_a_closing_channel_is_closed_when_its_last_waiter_leaves(self):
        client = self.connect()
        self.park(client, "recv", "c")
        self.assertFalse(self.close()["closed"])
        client.close()
        until(lambda: self.probe.call("channel.info", "c")["closed"],
              "the channel is closed")

    def test_open_undoes_close(self):
        self.close()
        info = self.probe.call("channel.open", "c")
        self.assertFalse(info["closing"] or info["closed"])
        self.probe.expect_error("WOULDBLOCK", "recv", "c", {"timeout": 0})
        self.probe.expect_error("WOULDBLOCK", "next", "c", {"timeout": 0})
        self.assertEqual(self.channels(), [])

    def test_close_and_open_do_not_touch_who_waits(self):
        client = self.connect()
        self.park(client, "recv", "c")
        for _ in range(3):
            self.assertEqual(self.close()["balance"], -1)
            self.probe.call("channel.open", "c")
        self.probe.call("send", "c", "v")
        self.assertEqual(client.result(), "v")

    def test_a_waiter_still_times_out_on_a_closing_channel(self):
        client = self.connect()
        self.park(client, "recv", "c", {"timeout": 0.1})
        self.close()
        self.assertIn("TIMEOUT", client.fault())


class Existence(Case):

    def test_a_channel_exists_while_somebody_waits(self):
        self.probe.expect_error("NOCHANNEL", "channel.info", "c")
        client = self.connect()
        self.park(client, "recv", "c")
        self.assertEqual(self.channels(), ["c"])
        self.probe.call("send", "c", 1)
        client.result()
        self.assertIn("c", self.probe.expect_error(
            "NOCHANNEL", "channel.info", "c"))
        self.assertEqual(self.channels(), [])

    def test_settings_keep_a_channel(self):
        for options in ({"preference": 0}, {"preference": 1},
                        {"schedule_all": True}):
            self.probe.call("channel.open", "c", options)
            self.assertEqual(self.channels(), ["c"])
            self.probe.call("channel.open", "c", {"preference": -1,
                                                  "schedule_all": False})
            self.assertEqual(self.channels(), [])

    def test_being_closed_keeps_a_channel(self):
        self.probe.call("channel.close", "c")
        self.assertEqual(self.channels(), ["c"])

    def test_open_alone_makes_nothing_that_stays(self):
        self.assertEqual(self.probe.call("channel.open", "c")["name"], "c")
        self.assertEqual(self.channels(), [])

    def test_settings_survive_use_and_partial_changes(self):
        client = self.connect()
        self.probe.call("channel.open", "c", {"preference": 1,
                                              "schedule_all": True})
        self.park(client, "send", "c", 1)
        self.probe.call("recv", "c")
        info = self.probe.call("channel.open", "c", {"preference": 0})
        self.assertEqual((info["preference"], info["schedule_all"]), (0, True))
        self.assertEqual(info["handoffs"], 1)

    def test_preference_is_clamped_by_sign(self):
        for given, kept in ((5, 1), (1 << 62, 1), (1, 1), (0, 0), (-1, -1),
                            (-7, -1), (-(1 << 63), -1)):
            info = self.probe.call("channel.open", "c", {"preference": given})
            self.assertEqual(info["preference"], kept)

    def test_a_reborn_channel_has_forgotten_its_settings(self):
        self.probe.call("channel.open", "c", {"preference": 1})
        self.probe.call("channel.open", "c", {"preference": -1})
        client = self.connect()
        self.park(client, "recv", "c")
        info = self.probe.call("channel.info", "c")
        self.assertEqual((info["handoffs"], info["preference"]), (0, -1))


class Views(Case):

    def test_info_shows_who_waits_in_order(self):
        clients = self.connect_many(4)
        tasks = [client.call("task.self") for client in clients]
        for client in clients:
            self.park(client, "send", "c", None)
        info = self.probe.call("channel.info", "c")
        self.assertEqual((info["queue"], info["balance"]), (tasks, 4))
        self.probe.call("recv", "c")
        info = self.probe.call("channel.info", "c")
        self.assertEqual((info["queue"], info["balance"]), (tasks[1:], 3))
        self.assertEqual(info["handoffs"], 1)

    def test_oldest_wait_grows_and_belongs_to_the_first(self):
        first, second = self.connect_many(2)
        self.park(first, "recv", "c")

        def oldest():
            return self.probe.call("channel.info", "c")["oldest_wait"]

        until(lambda: oldest() > 0.2, "the wait is 0.2 s old")
        self.park(second, "recv", "c")
        self.assertGreater(oldest(), 0.2)
        before = oldest()
        self.probe.call("send", "c", 1)
        self.assertLess(oldest(), before)

    def test_list_takes_globs(self):
        names = ["jobs", "jobs.a", "jobs.b", "jo*", "ünï", "x"]
        for name in names:
            self.probe.call("channel.open", name, {"preference": 1})
        for glob, found in (("*", names), ("jobs*", names[:3]),
                            ("jobs.?", names[1:3]), ("*b", ["jobs.b"]),
                            ("jo*", names[:4]), ("none", []), ("x", ["x"]),
                            ("**x**", ["x"]), ("?", ["x"]),
                            ("*o*s*.*", names[1:3]), ("ü*", ["ünï"])):
            self.assertEqual([info["name"] for info in
                              self.probe.call("channel.list", glob)], found)

    def test_task_list_shows_states_and_the_channel(self):
        clients = dict(zip(["sender", "receiver", "idler"],
                           self.connect_many(3)))
        for name, client in clients.items():
            client.call("hello", {"name": name})
        self.park(clients["sender"], "send", "s", 1)
        self.park(clients["receiver"], "recv", "r")
        self.probe.call("hello", {"name": "prober"})
        tasks = {task["name"]: task for task in self.probe.call("task.list")}
        self.assertEqual({name: (task["state"], task["channel"])
                          for name, task in tasks.items()},
                         {"sender": ("blocked", "s"), "idler": ("idle", None),
                          "receiver": ("blocked", "r"),
                          "prober": ("running", None)})
        for task in tasks.values():
            self.assertEqual(task["kind"], "connection")
            self.assertGreaterEqual(task["age"], 0)
        self.assertEqual(tasks["sender"]["requests"], 2)
        self.assertEqual(tasks["prober"]["id"], self.probe.call("task.self"))

    def test_task_list_takes_globs_on_names(self):
        for name in "worker-1", "worker-2", "other":
            self.connect().call("hello", {"name": name})
        names = [t["name"] for t in self.probe.call("task.list", "worker-*")]
        self.assertEqual(names, ["worker-1", "worker-2"])

    def test_task_list_says_where_the_peer_is(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.call("hello", {"name": "me"})
            (task,) = client.call("task.list", "me")
            if url.startswith("unix:"):
                self.assertIn("uid=", task["peer"])
            else:
                host, port = client.sock.getsockname()[:2]
                self.assertIn(host, task["peer"])
                self.assertIn(str(port), task["peer"])
            client.call("hello", {"name": "he"})

    def test_what_does_not_exist_is_not_made_by_looking(self):
        for _ in range(3):
            with self.assertRaises(CallError):
                self.probe.call("channel.info", "c")
        self.assertEqual(self.probe.call("server.info")["channels"], 0)
