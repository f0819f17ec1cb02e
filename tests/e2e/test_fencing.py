# SPDX-License-Identifier: MIT
"""Who may settle a delivery, and until when; nobody else changes anything."""
from deliveries import SETTLERS, Deliveries
from harness import SLOW


class Leases(Deliveries):

    def test_a_lease_ends_and_the_value_comes_back(self):
        sender, _ = self.hold(lease=0.05 * SLOW)
        self.wait_balance("c", 1)
        self.assertEqual(self.held("c"), 0)
        value, delivery, attempt = self.take()
        self.assertEqual((value, attempt), ("v", 2))
        self.worker.call("ack", delivery)
        self.assertIsNone(sender.result())

    def test_without_a_lease_a_delivery_stays(self):
        _, kept = self.hold("kept")
        self.hold("lost", lease=0.05 * SLOW)
        self.wait_held("c", 1)
        self.worker.call("ack", kept)

    def test_a_lease_can_be_made_longer(self):
        sender, kept = self.hold("kept", lease=0.2 * SLOW)
        self.assertIsNone(self.worker.call("extend", kept, 3600))
        self.hold("lost", lease=0.25 * SLOW)
        self.wait_held("c", 1)
        self.worker.call("ack", kept, "in time")
        self.assertEqual(sender.result(), "in time")

    def test_a_lease_can_be_made_shorter_or_begin_late(self):
        for options in {"lease": 3600}, {}:
            _, delivery = self.hold(**options)
            self.worker.call("extend", delivery, 0.02)
            self.wait_held("c", 0)
            self.worker.expect_error("STALE", "ack", delivery)
            self.assertEqual(self.probe.call("recv", "c"), "v")

    def test_a_settled_delivery_is_not_lost_again(self):
        sender, delivery = self.hold(lease=0.1 * SLOW)
        self.worker.call("ack", delivery)
        self.hold("other", lease=0.1 * SLOW)
        self.wait_balance("c", 1)
        self.assertIsNone(sender.result())
        self.assertEqual(self.probe.call("recv", "c"), "other")


class Fencing(Deliveries):

    def test_a_late_delivery_is_stale(self):
        sender, delivery = self.hold(lease=0.05 * SLOW)
        self.wait_balance("c", 1)
        self.expect_from_all("STALE", delivery)
        self.assertEqual(self.probe.call("recv", "c"), "v")
        self.assertIsNone(sender.result())

    def test_a_superseded_delivery_is_stale(self):
        sender, old = self.hold(lease=0.05 * SLOW)
        self.wait_balance("c", 1)
        _, new, attempt = self.take()
        self.assertEqual(attempt, 2)
        self.assertNotEqual(old, new)
        self.expect_from_all("STALE", old)
        self.worker.call("ack", new, "new")
        self.assertEqual(sender.result(), "new")

    def test_a_foreign_delivery_is_stale(self):
        sender, delivery = self.hold()
        for other in self.probe, self.connect(self.daemon.ipv4):
            self.expect_from_all("STALE", delivery, other)
        self.worker.call("ack", delivery, "own")
        self.assertEqual(sender.result(), "own")

    def test_a_delivery_of_another_boot_is_stale(self):
        _, delivery = self.hold()
        other = self.connect(self.start().unix)
        self.park_elsewhere(other)
        for method, *rest in SETTLERS:
            said = other.expect_error("STALE", method, delivery, *rest)
            self.assertIn("started again", said)

    def park_elsewhere(self, client):
        """There, too, a delivery of that number is held."""
        sender = self.connect(self.daemons[-1].unix)
        sender.request("send", "c", "v")
        self.assertEqual(client.call("recv", "c", {"ack": True})[0], "v")

    def test_a_delivery_settled_twice_is_stale(self):
        self.hold()
        for method, *rest in SETTLERS[:3]:
            _, delivery = self.hold("w")
            self.worker.call(method, delivery, *rest)
            self.expect_from_all("STALE", delivery)
            if method == "nack":
                self.probe.call("recv", "c")

    def test_a_number_never_given_is_stale(self):
        _, delivery = self.hold()
        boot, number, attempt = delivery.split("-")
        for wrong in ((boot, "9" * 19, attempt), (boot, number, "2"),
                      (boot, "0", "1"), (boot, number, "0"),
                      ("0" * 16, number, attempt)):
            self.expect_from_all("STALE", "-".join(wrong))
        self.worker.call("ack", delivery)

    def test_garbage_is_invalid(self):
        sender, delivery = self.hold()
        boot, number, attempt = delivery.split("-")
        for garbage in ("", "x", "-", "--", boot, delivery + "0" * 30,
                        delivery + "x", delivery + "\0", " " + delivery,
                        delivery + " ", "0x" + delivery, delivery[1:],
                        "-".join((boot, "0" + number, attempt)),
                        "-".join((boot, "+" + number, attempt)),
                        "-".join((boot, "-" + number, attempt)),
                        "-".join((boot, number, attempt, "1")),
                        "-".join((boot, "9" * 20, attempt)),
                        "-".join((boot, number, "4294967297")),
                        "-".join(("G" * 16, number, attempt)),
                        "ü" * 20, "y" * 70000):
            self.expect_from_all("INVALID", garbage)
            self.worker.expect_error("INVALID", "recv", "d",
                                     {"done": garbage, "timeout": 0})
        self.worker.call("ack", delivery)
        self.assertIsNone(sender.result())

    def lose_senders(self):
        """Deliveries whose senders have left, each in its own way."""
        sender, delivery = self.hold(options={"timeout": 0.05 * SLOW})
        self.assertIn("IN_DOUBT", sender.fault())
        yield delivery
        for leave in ("close", "reset", "half_close"):
            sender, delivery = self.hold()
            getattr(sender, leave)()
            self.wait_held("c", 0)
            yield delivery
        sender, delivery = self.hold()
        self.probe.call("task.kill", sender.task)
        self.assertIn("KILLED", sender.fault())
        yield delivery
        sender, delivery = self.hold()
        self.probe.call("task.throw", sender.task, "Type", "text")
        self.assertEqual(sender.fault(), "RAISED: Type: text")
        yield delivery

    def test_when_the_sender_has_left_it_is_gone(self):
        for method, *rest in SETTLERS:
            for delivery in self.lose_senders():
                self.expect_from_all("GONE", delivery,
                                     settlers=[(method, *rest)])
                self.expect_from_all("STALE", delivery)
        self.assertEqual(self.channels(), [])

    def test_a_lease_that_ends_after_the_sender_has_left_is_stale(self):
        sender, delivery = self.hold(options={"timeout": 0.02 * SLOW},
                                     lease=0.2 * SLOW)
        self.assertIn("IN_DOUBT", sender.fault())
        self.hold("mark", lease=0.25 * SLOW)
        self.wait_balance("c", 1)
        self.expect_from_all("STALE", delivery)
