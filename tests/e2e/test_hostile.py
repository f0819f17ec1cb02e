# SPDX-License-Identifier: MIT
"""Bytes that are no requests end their own connection, and nothing else."""
import os
import socket
import ssl
import struct
import time

from harness import Case, MIB, PATIENCE, SLOW, until
from wire import Raw, nested, pack, text

MOST = 64 << 10  # --max-message of these tests
HUGE = struct.pack(">I", (1 << 32) - 1)


class Hostile(Case):
    """In each test a call is parked, and must not notice anything."""

    options = ("--max-message", "64K")


    def setUp(self):
        super().setUp()
        self.bystander = self.connect()
        self.park(self.bystander, "recv", "bystander")

    def tearDown(self):
        self.assertEqual(self.probe.call("ping", "alive"), "alive")
        self.assertEqual(self.balance("bystander"), -1)
        self.assertFalse(self.bystander.has_answer())
        self.probe.call("send", "bystander", "undisturbed")
        self.assertEqual(self.bystander.result(), "undisturbed")

    def refused(self, data, code, msgid=None, url=None):
        """The connection is closed at once, after at most one answer."""
        for where in [url] if url else self.daemon.urls:
            client = self.connect(where)
            client.send(data)
            answers = client.rest()
            client.close()
            if msgid is None:
                self.assertEqual(answers, [])
                continue
            ((kind, number, error, result),) = answers
            self.assertEqual((kind, number, result), (1, msgid, None))
            self.assertEqual(error.split(":")[0], code)

    def request(self, params, msgid=b"\5"):
        return b"\x94\0" + msgid + b"\xa4ping" + params


class Malformed(Hostile):

    def test_a_byte_that_is_no_msgpack_ends_the_connection(self):
        self.refused(b"\xc1", "INVALID")
        self.refused(b"\xc1" * 1000, "INVALID")
        self.refused(self.request(b"\x91\xc1"), "INVALID", 5)
        self.refused(self.request(b"\x91\x82\1\2\xc1"), "INVALID", 5)
        self.refused(b"\x94\0\5\xc1", "INVALID", 5)
        self.refused(b"\x94\0\xc1", "INVALID")

    def test_nesting_beyond_the_limit_is_refused(self):
        for depth in 31, 40, 5000:
            self.refused(self.request(b"\x91" + nested(depth)), "INVALID", 5)
            self.refused(self.request(b"\x91" + b"\x81\1" * depth),
                         "INVALID", 5)

    def test_counts_that_cannot_follow_are_refused_at_once(self):
        for head in b"\xdd", b"\xdf":
            self.refused(self.request(head + HUGE), "INVALID", 5)
            self.refused(self.request(b"\x91" + head + HUGE), "INVALID", 5)
            self.refused(head + HUGE, "INVALID")
        self.refused(self.request(b"\x91\xdd\0\1\0\0"), "INVALID", 5)
        self.refused(self.request(b"\x91\xdf\0\0\x80\0"), "INVALID", 5)

    def test_lengths_that_cannot_follow_are_refused_at_once(self):
        for head in b"\xdb", b"\xc6", b"\xc9":
            self.refused(self.request(b"\x91" + head + HUGE), "TOOBIG", 5)
            self.refused(self.request(b"\x91" + head + b"\0\1\0\0"),
                         "TOOBIG", 5)
        self.refused(b"\x94\0\5\xdb" + HUGE, "TOOBIG", 5)
        self.refused(b"\xdb" + HUGE, "INVALID")

    def test_other_shapes_are_refused(self):
        for data in (b"\x95\0\5\xa4ping\x90\xc0", b"\x93\0\5\xa4ping",
                     b"\x90", b"\x91\0", b"\x94\3\5\xa4ping\x90",
                     b"\x94\xff\5\xa4ping\x90", b"\x94\xc0\5\xa4ping\x90",
                     b"\x94\xcb" + bytes(8) + b"\5\xa4ping\x90",
                     b"\x94\2\5\xa4ping\x90", b"\x92\2\xa4ping", b"\x80",
                     b"\x84\0\5\1\2\3\4\5\6", b"\xc0", b"\0", b"\xa4ping",
                     b"\x93\2\7\x90", b"\x93\2\xa4ping\xc0",
                     b"\x93\2\xa4ping\x80"):
            self.refused(data, "INVALID")
        for rest in b"\7\x90", b"\xc0\x90", b"\x91\xa4ping\x90", \
                b"\xa4ping\xc0", b"\xa4ping\x80", b"\xa4ping\xa0", \
                b"\xa4ping\7":
            self.refused(b"\x94\0\5" + rest, "INVALID", 5)

    def test_a_response_is_refused(self):
        for error, result in ((None, 1), ("x", None), (None, None)):
            self.refused(pack([1, 5, error, result]), "INVALID")

    def test_a_msgid_that_is_no_u32_is_refused(self):
        for msgid in (b"\xff", b"\xcf\0\0\0\1\0\0\0\0", b"\xa15", b"\xc0",
                      b"\xcb" + struct.pack(">d", 5), b"\xd3" + b"\xff" * 8,
                      b"\xcf" + b"\xff" * 8, b"\x90", b"\xc4\1\5"):
            self.refused(self.request(b"\x90", msgid), "INVALID")

    def test_answers_to_what_stood_before_still_come(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.send(client.frame("ping", 1) + client.frame("ping", 2)
                        + b"\xc1" + client.frame("ping", 3))
            answers = client.rest()
            self.assertEqual(answers, [[1, 1, None, 1], [1, 2, None, 2]])

    def test_what_is_refused_is_counted_in_few_lines(self):
        for _ in range(100):
            self.refused(b"\xc1", "INVALID", url=self.daemon.unix)
        lines = self.daemon.log().count("warning")
        self.assertTrue(1 <= lines <= 20, self.daemon.log())


class OtherProtocols(Hostile):

    def test_a_web_browser_is_turned_away(self):
        self.refused(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "INVALID")
        self.refused(b"POST /channels HTTP/1.1\r\nContent-Length: 100000\r\n"
                     b"\r\n" + bytes(100000), "INVALID")

    def test_a_tls_client_is_turned_away(self):
        for url in filter(None, (self.daemon.ipv4, self.daemon.ipv6)):
            client = self.connect(url)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with self.assertRaises((ssl.SSLError, OSError)) as caught:
                context.wrap_socket(client.sock)
            self.assertNotIsInstance(caught.exception, socket.timeout)

    def test_json_and_text_are_turned_away(self):
        self.refused(b'{"jsonrpc":"2.0","method":"ping","id":1}\n', "INVALID")
        self.refused(b"\r\n", "INVALID")
        self.refused(b"\0" * 5, "INVALID")


class Sizes(Hostile):

    def ping(self, size):
        """A ping whose frame has that many bytes in all."""
        return b"\x94\0\5\xa4ping\x91\xc6" + struct.pack(
            ">I", size - 14) + bytes(size - 14)

    def test_the_largest_message_passes_and_one_byte_more_does_not(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            frame = self.ping(MOST)
            self.assertEqual(len(frame), MOST)
            client.send(frame)
            self.assertEqual(len(client.result(5)), MOST - 14)
        self.refused(self.ping(MOST + 1), "TOOBIG", 5)

    def test_a_message_of_many_small_parts_that_is_too_long(self):
        self.refused(self.request(b"\xdc\xff\x00" + b"\xa1x" * 40000),
                     "TOOBIG", 5)

    def test_what_comes_behind_a_refusal_does_not_undo_it(self):
        """Bytes for a socket that is closed would reset the connection."""
        def malformed():
            return self.probe.call("server.stats")["malformed"]

        for data in self.request(b"\x91\xc6" + HUGE), b"\x94\0\5\xc1":
            for url in self.daemon.urls:
                before = malformed()
                client = self.connect(url)
                client.send(data)
                until(lambda: malformed() > before, "it is refused")
                client.send(b"more")
                ((_, number, error, _),) = client.rest()
                self.assertEqual(number, 5)
                self.assertIn(error.split(":")[0], ("TOOBIG", "INVALID"))

    def test_a_sender_of_far_too_much_still_reads_why(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.sock.setblocking(False)
            data = self.ping(16 * MIB)
            try:
                while data:
                    data = data[client.sock.send(data):]
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                pass
            client.sock.settimeout(PATIENCE)
            self.assertIn("TOOBIG", client.fault(5))

    def test_one_mebibyte_passes_by_default(self):
        daemon = self.start()
        for url in daemon.urls:
            value = os.urandom(MIB)
            self.assertEqual(self.connect(url).call("ping", value), value)

    def test_the_reason_names_the_limit(self):
        client = self.connect()
        client.send(self.ping(MOST + 1))
        self.assertIn(str(MOST), client.fault(5))


class Pieces(Hostile):

    def frames(self):
        value = {"a": [1.5, None, b"\0\xff"], "b": Raw(b"\xc7\3\5abc")}
        return (pack([0, 300, "ping", [value]])
                + pack([2, "ping", []])
                + pack([0, 70000, "recv", ["none", {"timeout": 0}]])
                + b"\xdc\0\4\xcc\0\xce\0\0\0\7\xd9\4ping"
                + b"\xdd\0\0\0\1\xdb\0\0\0\3xyz")

    def check(self, client):
        error, result = client.answer(300)
        self.assertIsNone(error)
        self.assertEqual(result["a"], [1.5, None, b"\0\xff"])
        self.assertIn("WOULDBLOCK", client.fault(70000))
        self.assertEqual(client.result(7), "xyz")

    def test_every_split_into_two_writes_works(self):
        frames = self.frames()
        for url in self.daemon.urls:
            client = self.connect(url)
            for at in range(1, len(frames)):
                client.send(frames[:at])
                # What came before that has been read when this is answered.
                self.probe.call("ping")
                client.send(frames[at:])
                self.check(client)

    def test_every_byte_may_come_alone(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            for byte in self.frames():
                client.send(bytes([byte]))
                self.probe.call("ping")
            self.check(client)

    def test_a_large_message_may_come_byte_by_byte(self):
        size = int(MOST / max(1, SLOW))
        for url in self.daemon.urls:
            client = self.connect(url)
            value = os.urandom(size - 100)
            frame = client.frame("ping", value)
            for at in range(len(frame)):
                client.sock.send(frame[at:at + 1])
            self.assertEqual(client.result(), value)

    def test_a_cut_off_message_is_never_executed(self):
        frame = pack([2, "channel.open", ["mark", {"preference": 1}]])
        for at in range(1, len(frame)):
            client = self.connect()
            client.send(frame[:at])
            client.half_close()
            self.assertEqual(client.rest(), [])
        self.assertNotIn("mark", self.channels())


class Noise(Hostile):

    def blob(self, random):
        """Nothing but noise, or a message with some of it in it."""
        kind = random.randrange(4)
        if kind == 0:
            return bytes(random.randrange(256)
                         for _ in range(random.randrange(1, 300)))
        frame = bytearray(pack([0, 5, random.choice(
            ["ping", "hello", "channel.list", "task.list", "server.info"]),
            [{"a": [1, text(b"\xff")]}, random.choice([1, {}])]]))
        for _ in range(random.randrange(1, 6)):
            at = random.randrange(len(frame))
            if kind == 1:
                frame[at] = random.randrange(256)
            elif kind == 2:
                frame[at:at] = bytes([random.randrange(256)])
            elif len(frame) > 2:
                del frame[at]
        return bytes(frame)

    def test_noise_never_disturbs_anybody(self):
        random = self.random()
        for n in range(200):
            client = self.connect(random.choice(self.daemon.urls))
            blob = self.blob(random)
            start = time.monotonic()
            try:
                client.send(blob)
                client.half_close()
                client.message(decode=False)
            except (ConnectionResetError, BrokenPipeError, OSError) as error:
                self.assertNotIsInstance(error, socket.timeout, blob.hex())
            self.assertLess(time.monotonic() - start, PATIENCE, blob.hex())
            client.close()
        self.wait_tasks(2)
