# SPDX-License-Identifier: MIT
"""Every error code, in both shapes: "CODE: text" and [CODE, text, data].

DENIED and INTERNAL cannot happen yet: there are no rights, and a fault of the
daemon is a bug that no test knows of.
"""
import os
import re
import signal

from harness import Case, MIB, SLOW, until

TABLE = os.path.join(os.path.dirname(__file__), "../../proto/errors.def")
UNREACHABLE = {"DENIED", "INTERNAL"}


def read_codes():
    with open(TABLE, encoding="utf-8") as file:
        return set(re.findall(r"^ERROR\((\w+),", file.read(), re.M))


class Codes(Case):

    options = ("--max-held", "1")

    def setUp(self):
        super().setUp()
        self.asker = self.connect()
        self.asker.task = self.asker.call("task.self")

    def in_both_shapes(self, code, provoke, data=None, text=None):
        """provoke() has `asker` begin a call that fails; it is the last."""
        for shape in "string", "array":
            self.asker.call("hello", {"errors": shape})
            provoke()
            self.hear(shape, code, data, text)

    def hear(self, shape, code, data=None, text=None):
        error, result = self.asker.answer()
        self.assertIsNone(result)
        if shape == "string":
            self.assertIsInstance(error, str)
            error = error.split(": ", 1) + [data]
        self.assertEqual((len(error), error[0], error[2]), (3, code, data))
        self.assertTrue(error[1] and not error[1].startswith(code), error)
        if text is not None:
            self.assertEqual(error[1], text)

    def ask(self, method, *params):
        return lambda: self.asker.request(method, *params)

    def take(self, client=None):
        return (client or self.asker).call("recv", "c", {"ack": True})[1]

    def offer(self, **options):
        sender = self.connect()
        self.park(sender, "send", "c", "v", options)
        return sender

    # ---- a test for each ----

    def test_closed(self):
        self.probe.call("channel.close", "c")
        self.in_both_shapes("CLOSED", self.ask("recv", "c"))

    def test_stop(self):
        self.probe.call("channel.close", "c")
        self.in_both_shapes("STOP", self.ask("next", "c"))

    def test_timeout(self):
        self.in_both_shapes("TIMEOUT", self.ask("send", "c", 1,
                                                {"timeout": 0.01}))

    def test_wouldblock(self):
        self.in_both_shapes("WOULDBLOCK", self.ask("recv", "c",
                                                   {"timeout": 0}))

    def test_in_doubt(self):
        def provoke():
            worker = self.connect()
            self.park(worker, "recv", "c", {"ack": True})
            self.asker.request("send", "c", 1, {"timeout": 0.05})

        self.in_both_shapes("IN_DOUBT", provoke)

    def test_raised(self):
        data = [1, {"a": b"\xc1"}, None]

        def provoke():
            self.asker.request("recv", "c")
            self.probe.call("send_exception", "c", "Type", "some: text",
                            {"data": data})

        self.provoke_raised(provoke, data)

    def provoke_raised(self, provoke, data):
        """Only in an array there is room for all of it."""
        provoke()
        self.assertEqual(self.asker.fault(), "RAISED: Type: some: text")
        self.asker.call("hello", {"errors": "array"})
        provoke()
        self.hear("array", "RAISED", ["Type", "some: text", data],
                  "Type: some: text")

    def test_killed(self):
        def provoke():
            self.park(self.asker, "recv", "c")
            self.assertEqual(self.probe.call("channel.clear", "c"), 1)

        self.in_both_shapes("KILLED", provoke)

    def test_stale(self):
        sender = self.offer()
        delivery = self.take()
        self.asker.call("ack", delivery)
        self.in_both_shapes("STALE", self.ask("ack", delivery))
        self.assertIsNone(sender.result())

    def test_gone(self):
        def provoke():
            sender = self.offer()
            delivery = self.take()
            sender.close()
            self.wait_held("c", 0)
            self.asker.request("ack", delivery)

        self.in_both_shapes("GONE", provoke)

    def test_invalid(self):
        for call in (("recv",), ("recv", ""), ("recv", "c", {"timeuot": 1}),
                     ("ack", "garbage"), ("hello", {"errors": "none"})):
            self.in_both_shapes("INVALID", self.ask(*call))

    def test_invalid_of_what_is_malformed(self):
        for shape in "string", "array":
            self.asker = self.connect()
            self.asker.call("hello", {"errors": shape})
            self.asker.last_msgid = 7
            self.asker.send(b"\x94\x00\x07\xa4ping\x80")
            self.hear(shape, "INVALID")
            self.assertEqual(self.asker.rest(), [])

    def test_nomethod(self):
        self.in_both_shapes("NOMETHOD", self.ask("chanel.open", "c"))

    def test_notask(self):
        self.in_both_shapes("NOTASK", self.ask("task.kill", 12345))

    def test_nochannel(self):
        self.in_both_shapes("NOCHANNEL", self.ask("channel.info", "c"))

    def test_toobig(self):
        for shape in "string", "array":
            self.asker = self.connect()
            self.asker.call("hello", {"errors": shape})
            self.asker.last_msgid = 7
            size = (16 * MIB).to_bytes(4, "big")
            self.asker.send(b"\x94\x00\x07\xa4ping\x91\xc6" + size)
            self.hear(shape, "TOOBIG")
            self.assertEqual(self.asker.rest(), [])

    def test_limit(self):
        self.offer()
        self.take()
        self.in_both_shapes("LIMIT", self.ask("recv", "c", {"ack": True}))

    def test_shutdown(self):
        shapes = {}
        for shape in "string", "array":
            client = shapes[shape] = self.connect()
            client.call("hello", {"errors": shape})
            self.park(client, "recv", "c")
        self.daemon.terminate(signal.SIGTERM)
        for shape, self.asker in shapes.items():
            self.hear(shape, "SHUTDOWN")

    # ---- and what else there is to say ----

    def test_a_sequence_has_how_many_as_data(self):
        receivers = self.connect_many(2)

        def provoke():
            for receiver in receivers:
                self.park(receiver, "recv", "c")
            self.asker.request("send_sequence", "c", [1, 2, 3],
                               {"timeout": 0})

        self.in_both_shapes("WOULDBLOCK", provoke, data=2,
                            text="2 of 3 taken: nobody was there")

    def test_fail_reaches_the_sender_as_raised(self):
        def provoke():
            self.park(self.asker, "send", "c", "v")
            worker = self.connect()
            worker.call("fail", self.take(worker), "Type", "some: text",
                        {"data": "why"})

        self.provoke_raised(provoke, "why")

    def test_a_throw_reaches_a_call_as_raised(self):
        def provoke():
            self.park(self.asker, "recv", "c")
            self.probe.call("task.throw", self.asker.task, "Type",
                            "some: text", {"data": 0})

        self.provoke_raised(provoke, 0)

    def test_a_spawned_calls_error_has_its_connections_shape(self):
        for shape in "string", "array":
            self.asker.call("hello", {"errors": shape})
            task = self.asker.call("task.spawn", "channel.info", ["c"])
            until(lambda: task not in [row["id"] for row in
                                       self.probe.call("task.list")],
                  "it has ended", 15 * SLOW)
            self.asker.request("task.wait", task)
            self.hear(shape, "NOCHANNEL")

    def test_every_code_has_a_test_or_cannot_happen(self):
        codes = read_codes()
        self.assertGreater(len(codes), 15)
        self.assertLessEqual(UNREACHABLE, codes)
        for code in codes - UNREACHABLE:
            self.assertTrue(hasattr(self, "test_" + code.lower()), code)
        for code in UNREACHABLE:
            self.assertFalse(hasattr(self, "test_" + code.lower()), code)
