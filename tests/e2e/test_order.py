# SPDX-License-Identifier: MIT
"""Who goes first: within a connection, on a channel, at a rendezvous."""
import select
import threading

from harness import Case, CallError, MIB, PATIENCE

MANY = 10000


class Pipelining(Case):

    def test_requests_of_a_connection_run_one_after_another(self):
        calls = []
        for n in range(300):
            calls += [("ping", n), ("channel.open", "c", {"preference": 1}),
                      ("channel.info", "c"), ("channel.open", "c",
                                              {"preference": -1}),
                      ("channel.list",)]
        results = self.probe.results(self.probe.requests(*calls))
        self.assertEqual(results[0::5], list(range(300)))
        self.assertTrue(all(r["preference"] == 1 for r in results[2::5]))
        self.assertTrue(all(r == [] for r in results[4::5]))

    def test_what_stands_behind_a_waiting_request_waits(self):
        client = self.connect()
        msgids = client.requests(("ping", 1), ("recv", "c"), ("ping", 2),
                                 ("channel.open", "mark", {"preference": 1}))
        self.assertEqual(client.result(msgids[0]), 1)
        self.wait_balance("c", -1)
        self.assertFalse(client.has_answer())
        self.assertNotIn("mark", self.channels())
        self.probe.call("send", "c", "v")
        self.assertEqual(client.result(msgids[1]), "v")
        self.assertEqual(client.result(msgids[2]), 2)
        client.result(msgids[3])
        self.assertIn("mark", self.channels())

    def test_an_error_does_not_stop_what_stands_behind_it(self):
        calls = [("nothing",), ("ping", 1), ("recv",), ("ping", 2),
                 ("recv", "c", {"timeout": 0}), ("ping", 3)]
        client = self.connect()
        msgids = client.requests(*calls)
        for msgid, value in zip(msgids[::2], (1, 2, 3)):
            client.fault(msgid)
            self.assertEqual(client.result(msgid + 1), value)

    def test_two_connections_that_wait_for_each_other_go_on(self):
        one, other = self.connect_many(2)
        first = one.requests(("send", "a", 1), ("recv", "b"))
        second = other.requests(("recv", "a"), ("send", "b", 2))
        self.assertEqual(one.results(first), [None, 2])
        self.assertEqual(other.results(second), [1, None])

    def test_ten_thousand_values_arrive_once_and_in_order(self):
        for url in self.daemon.urls:
            sender, receiver = self.connect(url), self.connect(url)
            sends = b"".join(sender.frame("send", "c", n)
                             for n in range(MANY))
            receives = b"".join(receiver.frame("recv", "c")
                                for _ in range(MANY))
            writers = [threading.Thread(target=sender.send, args=(sends,)),
                       threading.Thread(target=receiver.send,
                                        args=(receives,))]
            for writer in writers:
                writer.start()
            got = receiver.results(range(1, MANY + 1))
            sent = sender.results(range(1, MANY + 1))
            for writer in writers:
                writer.join(PATIENCE)
            self.assertEqual(got, list(range(MANY)))
            self.assertEqual(sent, [None] * MANY)

    def test_a_busy_connection_does_not_keep_others_waiting(self):
        busy = self.connect()
        frames = b"".join(busy.frame("ping", n) for n in range(5 * MANY))
        writer = threading.Thread(target=busy.send, args=(frames,))
        reader = threading.Thread(target=busy.results,
                                  args=(range(1, 5 * MANY + 1),))
        writer.start()
        reader.start()
        while reader.is_alive():
            self.assertEqual(self.probe.call("ping", "me"), "me")
        writer.join(PATIENCE)


class BackPressure(Case):

    def fill(self, client, data):
        """Write until the daemon's side is full; how many bytes went."""
        client.sock.setblocking(False)
        sent = 0
        while sent < 128 * MIB:
            # A short wait tells "full" from "just being emptied".
            if not select.select([], [client.sock], [], 0.3)[1]:
                client.sock.settimeout(PATIENCE)
                return sent
            try:
                sent += client.sock.send(data[sent % len(data):])
            except BlockingIOError:
                pass
        self.fail("the daemon reads on: %d bytes" % sent)

    def check_blocked_connection(self, url):
        client = self.connect(url)
        self.park(client, "recv", "c")
        frame = client.frame("ping", bytes(1000), msgid=9)
        self.daemon.forget_peak()
        before = self.daemon.memory()
        sent = self.fill(client, frame * 1000)
        self.assert_memory(self.daemon.peak() - before, 2 * MIB)
        self.probe.call("send", "c", "v")
        self.assertEqual(client.result(), "v")
        for _ in range(sent // len(frame)):
            self.assertEqual(len(client.result(9)), 1000)
        client.close()

    def test_a_blocked_connection_is_not_read(self):
        for url in self.daemon.urls:
            self.check_blocked_connection(url)


class Plat6083(Case):
    """A sender that has served a waiting receiver goes to the tail of the
    ring. It must finish there without anybody else's help."""

    def test_plat_6083_a_requeued_sender_is_answered_without_other_traffic(
            self):
        receiver, sender = self.connect_many(2)
        for n in range(100):
            waiting = self.park(receiver, "recv", "c")
            # From here on nobody speaks but the sender, and once.
            msgid = sender.request("send", "c", n)
            self.assertIsNone(sender.result(msgid))
            self.assertEqual(receiver.result(waiting), n)

    def test_plat_6083_what_stands_behind_the_sender_runs_too(self):
        receiver, sender = self.connect_many(2)
        waiting = self.park(receiver, "recv", "c")
        msgids = sender.requests(("send", "c", "v"), ("ping", 1),
                                 ("send", "d", "w"))
        self.assertIsNone(sender.result(msgids[0]))
        self.assertEqual(sender.result(msgids[1]), 1)
        self.assertEqual(receiver.result(waiting), "v")
        self.wait_balance("d", 1)


class Fifo(Case):

    def test_senders_are_served_in_the_order_they_came(self):
        senders = self.connect_many(30)
        for n, sender in enumerate(senders):
            self.park(sender, "send", "c", n)
        msgids = self.probe.requests(*[("recv", "c")] * 30)
        self.assertEqual(self.probe.results(msgids), list(range(30)))
        for sender in senders:
            self.assertIsNone(sender.result())

    def test_receivers_are_served_in_the_order_they_came(self):
        receivers = self.connect_many(30)
        for receiver in receivers:
            self.park(receiver, "recv", "c")
        self.probe.results(self.probe.requests(
            *[("send", "c", n) for n in range(30)]))
        self.assertEqual([r.result() for r in receivers], list(range(30)))

    def test_who_leaves_the_middle_of_a_queue_changes_no_order(self):
        senders = self.connect_many(6)
        for n, sender in enumerate(senders):
            self.park(sender, "send", "c", n)
        for n in 0, 3, 5:
            senders[n].close()
        self.wait_balance("c", 3)
        self.assertEqual(self.probe.results(self.probe.requests(
            *[("recv", "c")] * 3)), [1, 2, 4])

    def test_order_does_not_depend_on_preference(self):
        for preference in -1, 0, 1:
            self.probe.call("channel.open", "c", {"preference": preference})
            senders = self.connect_many(5)
            for n, sender in enumerate(senders):
                self.park(sender, "send", "c", n)
            for n in range(5):
                self.assertEqual(self.probe.call("recv", "c"), n)


class Preference(Case):
    """After a rendezvous one side goes on first. Here each is a connection
    that marks, or looks at the mark, in the request behind."""

    def who_is_first(self, waiting, options):
        """The second request of the waiter makes a channel that the other
        one's second request sees, or does not see."""
        self.probe.call("channel.open", "c", options)
        waiter, caller = self.connect_many(2)
        coming = {"send": "recv", "recv": "send"}[waiting]
        arguments = {"send": ("c", "v"), "recv": ("c",)}
        before = self.balance("c")
        waiter.requests((waiting,) + arguments[waiting],
                        ("channel.open", "mark", {"preference": 1}))
        self.wait_balance("c", before + (1 if waiting == "send" else -1))
        msgids = caller.requests((coming,) + arguments[coming],
                                 ("channel.info", "mark"))
        waiter.results([1, 2])
        caller.result(msgids[0])
        try:
            caller.result(msgids[1])
            first = waiting
        except CallError:
            first = coming
        self.probe.call("channel.open", "mark", {"preference": -1})
        return first

    def test_by_default_the_receiver_has_its_turn_first(self):
        self.assertEqual(self.who_is_first("recv", {}), "recv")
        self.assertEqual(self.who_is_first("send", {}), "recv")

    def test_with_preference_1_the_sender_has_its_turn_first(self):
        options = {"preference": 1}
        self.assertEqual(self.who_is_first("recv", options), "send")
        self.assertEqual(self.who_is_first("send", options), "send")

    def test_with_preference_0_the_caller_goes_on(self):
        options = {"preference": 0}
        self.assertEqual(self.who_is_first("recv", options), "send")
        self.assertEqual(self.who_is_first("send", options), "recv")

    def test_with_schedule_all_the_caller_goes_to_the_tail(self):
        for preference in -1, 0, 1:
            options = {"preference": preference, "schedule_all": True}
            self.assertEqual(self.who_is_first("recv", options), "recv")
            self.assertEqual(self.who_is_first("send", options), "send")
