# SPDX-License-Identifier: MIT
"""Values pass byte for byte, whatever they are and whichever way they go."""
import struct

from harness import Case, MIB
from wire import Raw, nested, value_of

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
