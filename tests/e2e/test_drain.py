# SPDX-License-Identifier: MIT
"""What is held when the daemon is told to stop may still be settled."""
import os
import signal
import time

from harness import SLOW, Case, until


class Stopped(Case):

    def setUp(self):
        super().setUp()
        self.worker, self.sender = self.connect_many(2)

    def hold(self, sender=None):
        """A value that a worker has and has not settled: its receipt."""
        (sender or self.sender).request("send", "jobs", "v")
        self.wait_balance("jobs", 1)
        return self.worker.call("recv", "jobs", {"ack": True})[1]

    def begin(self):
        self.daemon.process.send_signal(signal.SIGTERM)
        until(lambda: "stopping" in self.daemon.log(), "it stops")

    def ends(self, seconds=5):
        self.assertEqual(self.daemon.process.wait(seconds * SLOW), 0,
                         self.daemon.log())

    def goes_on(self):
        """Nothing makes it end: the daemon still answers."""
        self.assertTrue(self.probe.fault(
            self.probe.request("ping")).startswith("SHUTDOWN: "))
        self.assertIsNone(self.daemon.process.poll())


class Draining(Stopped):

    options = ("--drain-timeout", "60", "--linger-timeout", "2")

    def test_an_acknowledgement_in_time_reaches_the_sender(self):
        receipt = self.hold()
        self.begin()
        self.goes_on()
        self.assertFalse(self.sender.has_answer())
        self.assertIsNone(self.worker.call("ack", receipt, "done"))
        self.assertEqual(self.sender.result(), "done")
        self.ends()

    def test_it_ends_as_soon_as_nothing_is_held(self):
        first, second = self.connect_many(2)
        receipts = [self.hold(), self.hold(sender=first),
                    self.hold(sender=second)]
        self.begin()
        self.worker.call("ack", receipts[0])
        self.worker.call("ack", receipts[1])
        self.goes_on()
        self.worker.call("ack", receipts[2])
        self.ends()
        for client in self.sender, first, second:
            self.assertIsNone(client.result())

    def test_a_refusal_reaches_the_sender(self):
        receipt = self.hold()
        self.begin()
        self.worker.call("fail", receipt, "E", "no")
        self.assertEqual(self.sender.fault(), "RAISED: E: no")
        self.ends()

    def test_a_value_that_is_given_back_fails_with_shutdown(self):
        receipt = self.hold()
        self.begin()
        self.worker.call("nack", receipt)
        self.assertTrue(self.sender.fault().startswith("SHUTDOWN: "))
        self.ends()

    def test_a_value_whose_worker_is_lost_is_in_doubt(self):
        self.hold()
        self.begin()
        self.worker.close()
        self.assertTrue(self.sender.fault().startswith("IN_DOUBT: "))
        self.ends()

    def test_a_value_whose_lease_ends_is_in_doubt(self):
        self.sender.request("send", "jobs", "v")
        self.wait_balance("jobs", 1)
        self.worker.call("recv", "jobs", {"ack": True, "lease": 1.5})
        self.begin()
        self.assertTrue(self.sender.fault().startswith("IN_DOUBT: "))
        self.ends()

    def test_a_lease_can_be_extended_meanwhile(self):
        receipt = self.hold()
        self.begin()
        self.worker.call("extend", receipt, 30)
        self.worker.call("ack", receipt)
        self.assertIsNone(self.sender.result())
        self.ends()

    def test_recv_with_done_acknowledges_and_then_says_shutdown(self):
        receipt = self.hold()
        self.begin()
        msgid = self.worker.request("recv", "jobs", {
            "ack": True, "done": receipt, "reply": 7})
        self.assertEqual(self.sender.result(), 7)
        self.assertTrue(self.worker.fault(msgid).startswith("SHUTDOWN: "))
        self.ends()

    def test_a_worker_that_waits_is_told_and_can_still_acknowledge(self):
        """Its connection lives on, and holds what it held."""
        receipt = self.hold()
        waits = self.park(self.worker, "recv", "jobs", {"ack": True})
        self.begin()
        self.assertTrue(self.worker.fault(waits).startswith("SHUTDOWN: "))
        self.worker.call("ack", receipt)
        self.assertIsNone(self.sender.result())
        self.ends()

    def test_whoever_waits_for_somebody_is_told_at_once(self):
        receipt = self.hold()
        spawner, *clients = self.connect_many(6)
        spawned = spawner.call("task.spawn", "recv", ["spawned"])
        self.wait_balance("spawned", -1)
        calls = [("recv", "a"), ("send", "b", 1), ("next", "c"),
                 ("select", [["recv", "d"], ["send", "e", 1]]),
                 ("task.park",)]
        spawner.request("task.wait", spawned)
        for client, call in zip(clients, calls):
            client.request(*call)
        for channel, balance in ("a", -1), ("b", 1), ("c", -1), ("d", -1):
            self.wait_balance(channel, balance)
        until(lambda: "paused" in [task["state"] for task in
                                   self.probe.call("task.list")],
              "one is parked")
        self.begin()
        for client in clients:
            self.assertTrue(client.fault().startswith("SHUTDOWN: "))
        self.assertTrue(spawner.fault().startswith("SHUTDOWN: "))
        self.goes_on()
        self.worker.call("ack", receipt)
        self.ends()

    def test_the_rest_of_a_sequence_is_not_sent(self):
        self.sender.request("send_sequence", "jobs", ["a", "b"])
        self.wait_balance("jobs", 1)
        receipt = self.worker.call("recv", "jobs", {"ack": True})[1]
        self.begin()
        self.worker.call("ack", receipt)
        self.assertTrue(self.sender.fault().startswith(
            "SHUTDOWN: 1 of 2 taken"))
        self.ends()

    def test_nothing_else_is_begun(self):
        receipt = self.hold()
        self.begin()
        for call in (("send", "c", 1), ("recv", "c"), ("hello",),
                     ("channel.list",), ("broadcast", "c", 1),
                     ("atomic", [["send", ["c", 1]]]), ("server.stats",),
                     ("task.spawn", "ack", [receipt])):
            self.assertTrue(self.probe.fault(
                self.probe.request(*call)).startswith("SHUTDOWN: "), call)
        self.worker.call("ack", receipt)
        self.ends()

    def test_nobody_is_let_in(self):
        receipt = self.hold()
        self.begin()
        for url in self.daemon.urls:
            with self.assertRaises(OSError):
                self.connect(url)
        self.assertFalse(os.path.exists(self.daemon.path))
        self.worker.call("ack", receipt)
        self.ends()

    def test_a_second_signal_ends_the_patience(self):
        self.hold()
        self.begin()
        self.goes_on()
        self.daemon.process.send_signal(signal.SIGINT)
        self.assertTrue(self.sender.fault().startswith("IN_DOUBT: "))
        self.ends()

    def test_a_value_without_its_sender_can_be_acknowledged_too(self):
        self.probe.call("channel.open", "jobs", {"capacity": 1})
        self.probe.call("send", "jobs", "stored")
        receipt = self.worker.call("recv", "jobs", {"ack": True})[1]
        self.begin()
        self.goes_on()
        self.worker.call("ack", receipt)
        self.ends()


class Impatient(Stopped):

    options = ("--drain-timeout", "1", "--linger-timeout", "2")

    def test_what_is_not_settled_in_time_is_in_doubt(self):
        self.hold()
        start = time.monotonic()
        self.begin()
        self.goes_on()
        self.assertTrue(self.sender.fault().startswith("IN_DOUBT: "))
        self.assertGreater(time.monotonic() - start, 0.9)
        self.ends()


class Hasty(Stopped):

    options = ("--drain-timeout", "0")

    def test_without_patience_what_is_held_is_in_doubt_at_once(self):
        self.hold()
        self.daemon.process.send_signal(signal.SIGTERM)
        self.assertTrue(self.sender.fault().startswith("IN_DOUBT: "))
        self.ends(3)
