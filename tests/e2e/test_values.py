# SPDX-License-Identifier: MIT
"""Values pass byte for byte, whatever they are and whichever way they go."""
import struct

from harness import Case, MIB
from wire import Raw, nested, pack, value_of

INTEGERS = [b"\x00", b"\x7f", b"\xe0", b"\xff", b"\xcc\x00", b"\xcc\xff",
            b"\xcd\xff\xff", b"\xce\xff\xff\xff\xff", b"\xcf" + b"\xff" * 8,
            b"\xcf" + b"\0" * 8, b"\xd0\x80", b"\xd1\x80\x00",
            b"\xd2\x80\x00\x00\x00", b"\xd3\x80" + b"\0" * 7,
            b"\xd3\x7f" + b"\xff" * 7]
FLOATS = [b"\xca" + struct.pack(">f", x) for x in (
    0.0, -0.0, 1.5, float("inf"), float("-inf"))] + [
    b"\xca\x7f\x80\x00\x01", b"\xca\xff\xc0\x12\x34",
    b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x01", b"\xcb" + b"\xff" * 8,
    b"\xcb" + struct.pack(">d", 5e-324)]
STRINGS = [b"\xa0", b"\xa3abc", b"\xd9\x00", b"\xd9\x03abc", b"\xda\x00\x00",
           b"\xdb\x00\x00\x00\x01x", b"\xa4\x00\xff\xfe\xc1",
           b"\xbf" + b"\xc1" * 31, b"\xd9\xff" + bytes(range(255)),
           b"\xda\x01\x00" + bytes(range(256)), b"\xa5a\xcc\x88\xed\xa0"]
BINARIES = [b"\xc4\x00", b"\xc4\xff" + bytes(range(255)),
            b"\xc5\x01\x00" + bytes(range(256)), b"\xc6\x00\x00\x00\x00",
            b"\xc6\x00\x00\x00\x02\xc1\x00"]
EXTENSIONS = [b"\xd4\x00a", b"\xd5\x7fab", b"\xd6\x80abcd",
              b"\xd7\x01" + b"x" * 8, b"\xd8\x02" + b"y" * 16,
              b"\xc7\x00\x05", b"\xc7\x03\x05\xc1\xc1\xc1",
              b"\xc8\x01\x00\x06" + b"z" * 256, b"\xc9\x00\x00\x00\x01\x07q",
              b"\xd6\xff" + struct.pack(">I", 1 << 31),
              b"\xd7\xff" + struct.pack(">Q", 1 << 40),
              b"\xc7\x0c\xff" + b"\x00" * 12, b"\xc7\x05\xff12345"]
CONTAINERS = [b"\x90", b"\xdc\x00\x00", b"\xdd\x00\x00\x00\x00", b"\x80",
              b"\xde\x00\x00", b"\xdf\x00\x00\x00\x00", b"\x91\xc0",
              b"\x82\x01\x02\x01\x03", b"\x81\x90\x80", b"\x81\x81\xc0\xc2\xc3",
              b"\xdc\x00\x11" + bytes(17), b"\xde\x00\x01\xa1a\x91\xdb\0\0\0\0",
              b"\x9f" + b"\x81\xa1k\xc4\x02\xc1\xc1" * 15]
CONSTANTS = [b"\xc0", b"\xc2", b"\xc3"]
ALL = INTEGERS + FLOATS + STRINGS + BINARIES + EXTENSIONS + CONTAINERS + \
    CONSTANTS
# The request's array and that of its parameters are two of the 32.
DEEPEST = nested(30)


class Values(Case):

    def pass_on(self, sender, receiver, value):
        receiver.request("recv", "c")
        sender.request("send", "c", Raw(value))
        got = value_of(receiver.message(decode=False))
        self.assertIsNone(sender.result())
        self.assertEqual(got, value)

    def test_values_of_all_types_pass_byte_for_byte(self):
        sender, receiver = self.connect_many(2)
        for value in ALL:
            self.pass_on(sender, receiver, value)

    def test_ping_returns_all_types_byte_for_byte(self):
        for value in ALL + [DEEPEST]:
            self.probe.request("ping", Raw(value))
            self.assertEqual(value_of(self.probe.message(decode=False)), value)

    def test_values_pass_between_all_kinds_of_sockets(self):
        for one in self.daemon.urls:
            for other in self.daemon.urls:
                sender, receiver = self.connect(one), self.connect(other)
                self.pass_on(sender, receiver, b"\x92\xc4\x01\xff\xa1x")
                self.pass_on(sender, receiver, b"\xc6" + struct.pack(
                    ">I", 300000) + bytes(300000))

    def test_a_parked_value_is_kept_as_it_was_sent(self):
        sender, receiver = self.connect_many(2)
        for value in ALL:
            self.park(sender, "send", "c", Raw(value))
            receiver.request("recv", "c")
            self.assertEqual(value_of(receiver.message(decode=False)), value)
            self.assertIsNone(sender.result())

    def test_values_may_be_nested_up_to_the_limit(self):
        sender, receiver = self.connect_many(2)
        self.pass_on(sender, receiver, DEEPEST)
        self.pass_on(sender, receiver, b"\x81\xc0" * 30 + b"\xc0")

    def test_values_of_every_size_around_the_buffers_pass(self):
        sender, receiver = self.connect_many(2)
        sizes = [1 << n for n in range(8, 21, 2)] + [
            (16 << 10) - 5, 65536 - 20, 65536, 65536 + 1, 256 << 10, 3 * MIB]
        for size in sizes:
            for near in -17, -1, 0, 1:
                body = bytes([size % 251]) * (size + near)
                self.pass_on(sender, receiver,
                             b"\xc6" + struct.pack(">I", len(body)) + body)

    def test_values_of_a_concurrent_connection_keep_their_bytes(self):
        """They are shown where they lie in its message, and shown again."""
        sender, receiver = self.connect_many(2)
        sender.call("hello", {"concurrent": True})
        for size in 100, 4096, 20000, 300000:
            self.pass_on(sender, receiver, b"\xc6" + struct.pack(
                ">I", size) + bytes([size % 251]) * size)

    def test_a_map_as_the_value_is_no_options(self):
        receiver = self.connect()
        for value in {}, {"timeout": 0}, {"timeuot": "x"}:
            self.park(receiver, "recv", "c")
            self.probe.call("send", "c", value)
            self.assertEqual(receiver.result(), value)

    def test_pipelined_values_of_mixed_sizes_keep_their_bytes(self):
        sender, receiver = self.connect_many(2)
        values = [bytes([n]) * (n * n * 37 % 90000) for n in range(150)]
        msgids = receiver.requests(*[("recv", "c")] * len(values))
        for value, msgid in zip(values, msgids):
            sender.request("send", "c", value)
            self.assertEqual(receiver.result(msgid), value)
            self.assertIsNone(sender.result())


class Ways(Case):
    """The same bytes, whichever call carries them, and from a large message
    as from a small one."""

    SIZES = (b"", b"\xc5\x13\x88" + bytes(5000))

    def setUp(self):
        super().setUp()
        self.sender, self.receiver = self.connect_many(2)

    def values(self):
        """All of them; and for a large message one more beside each."""
        for padding in self.SIZES:
            for value in ALL:
                yield value if not padding else b"\x92" + value + padding

    def raw(self, client, *call):
        client.request(*call)
        return value_of(client.message(decode=False))

    def give(self, *call):
        """Once the receiver waits."""
        self.wait_balance("c", -1)
        return self.sender.call(*call)

    def received(self):
        return value_of(self.receiver.message(decode=False))

    def test_by_an_acknowledged_receive_and_its_reply(self):
        for value in self.values():
            self.sender.request("send", "c", Raw(value))
            got = self.raw(self.receiver, "recv", "c", {"ack": True})
            self.assertTrue(got.startswith(b"\x93" + value))
            delivery = got[1 + len(value):-1]
            self.receiver.call("ack", Raw(delivery), Raw(value))
            self.assertEqual(value_of(self.sender.message(decode=False)),
                             value)

    def test_given_back_and_received_again(self):
        for value in self.values():
            self.sender.request("send", "c", Raw(value))
            got = self.raw(self.receiver, "recv", "c", {"ack": True})
            self.receiver.call("nack", Raw(got[1 + len(value):-1]))
            self.assertEqual(self.raw(self.receiver, "recv", "c"), value)
            self.assertIsNone(self.sender.result())

    def test_by_select_on_either_side(self):
        for value in self.values():
            self.sender.request("select", [["recv", "d"],
                                           ["send", "c", Raw(value)]])
            self.assertEqual(self.raw(self.receiver, "select",
                                      [["recv", "c"]]), b"\x92\x00" + value)
            self.assertEqual(self.sender.result(), [1, None])

    def test_by_broadcast(self):
        others = self.connect_many(2)
        for value in self.values():
            for client in others:
                client.request("recv", "c")
            self.receiver.request("recv", "c", {"ack": True})
            self.wait_balance("c", -3)
            self.probe.call("broadcast", "c", Raw(value))
            for client in others:
                self.assertEqual(value_of(client.message(decode=False)),
                                 value)
            got = self.received()
            self.assertTrue(got.startswith(b"\x93" + value))
            self.receiver.call("ack", Raw(got[1 + len(value):-1]))

    def test_by_atomic_both_ways(self):
        self.probe.call("channel.open", "v", {"capacity": 2})
        for value in self.values():
            self.receiver.request("recv", "c")
            self.wait_balance("c", -1)
            got = self.raw(self.sender, "atomic", [
                ["send", ["v", Raw(value)]], ["recv", ["v"]],
                ["send", ["c", Raw(value)]]])
            self.assertEqual(got, b"\x93\xc0" + value + b"\xc0")
            self.assertEqual(self.received(), value)

    def test_by_sequence_and_capacity(self):
        self.probe.call("channel.open", "c", {"capacity": 1000})
        values = list(self.values())
        self.assertEqual(self.sender.call("send_sequence", "c", [
            Raw(value) for value in values]), len(values))
        for value in values:
            self.assertEqual(self.raw(self.receiver, "recv", "c"), value)

    def test_as_the_data_of_an_exception(self):
        self.receiver.call("hello", {"errors": "array"})
        text = pack("Type: m")
        for value in self.values():
            self.receiver.request("recv", "c")
            self.give("send_exception", "c", "Type", "m",
                      {"data": Raw(value)})
            message = self.receiver.message(decode=False)
            self.assertTrue(message.endswith(
                pack("RAISED") + text + b"\x93" + pack("Type") + pack("m")
                + value + b"\xc0"), message)

    def test_by_spawned_calls_and_their_results(self):
        for value in self.values():
            task = self.sender.call("task.spawn", "send", ["c", Raw(value)])
            taker = self.receiver.call("task.spawn", "recv", ["c"])
            self.assertEqual(self.raw(self.receiver, "task.wait", taker),
                             value)
            self.assertIsNone(self.sender.call("task.wait", task))
            task = self.sender.call("task.spawn", "ping", [Raw(value)])
            self.assertEqual(self.raw(self.sender, "task.wait", task), value)

    def test_between_concurrent_connections(self):
        for client in self.sender, self.receiver:
            client.call("hello", {"concurrent": True})
        for value in self.values():
            self.receiver.request("recv", "c")
            self.give("send", "c", Raw(value))
            self.assertEqual(self.received(), value)
            self.assertEqual(self.raw(self.sender, "ping", Raw(value)), value)
