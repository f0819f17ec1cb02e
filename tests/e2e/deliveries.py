# SPDX-License-Identifier: MIT
"""What the suites about acknowledged receives share."""
from harness import Case

SETTLERS = (("ack",), ("nack",), ("fail", "Type", "message"), ("extend", 60))


class Deliveries(Case):

    def setUp(self):
        super().setUp()
        self.worker = self.connect()

    def take(self, client=None, **options):
        """An acknowledged receive: its value, delivery and attempt."""
        return (client or self.worker).call("recv", "c",
                                            dict(options, ack=True))

    def hold(self, value="v", options=None, **taken):
        """A sender whose value the worker holds; and the delivery."""
        sender = self.connect()
        sender.task = sender.call("task.self")
        # The receiver comes first: a sender with a timeout cannot be late.
        self.park(self.worker, "recv", "c", dict(taken, ack=True))
        sender.request("send", "c", value, options or {})
        got, delivery, attempt = self.worker.result()
        self.assertEqual((got, attempt), (value, 1))
        return sender, delivery

    def look(self):
        """All that can be seen of the channels."""
        infos = self.probe.call("channel.list")
        for info in infos:
            del info["oldest_wait"]
        return infos

    def expect_from_all(self, code, delivery, client=None, settlers=SETTLERS):
        """None of the settling calls works, and none changes anything."""
        client = client or self.worker
        before = self.look()
        for method, *rest in settlers:
            client.expect_error(code, method, delivery, *rest)
            self.assertEqual(self.look(), before, method)
