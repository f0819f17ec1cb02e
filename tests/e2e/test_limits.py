# SPDX-License-Identifier: MIT
"""What a client can make the daemon use: memory, descriptors, the CPU."""
import select
import signal
import threading
import time

from harness import MIB, PATIENCE, SLOW, Case, Client, until
from wire import Raw


class Memory(Case):

    def setUp(self):
        super().setUp()
        self.probe.call("ping", bytes(MIB))
        self.daemon.forget_peak()
        self.before = self.daemon.memory()

    def growth(self):
        return self.daemon.peak() - self.before

    def push(self, client, data):
        """Write for as long as somebody reads; how many bytes went."""
        client.sock.setblocking(False)
        sent = 0
        while sent < len(data) and \
                select.select([], [client.sock], [], 0.3)[1]:
            try:
                sent += client.sock.send(data[sent:sent + MIB])
            except BlockingIOError:
                pass
        client.sock.settimeout(PATIENCE)
        return sent

    def test_what_was_only_announced_takes_no_memory(self):
        for head in b"\xc6", b"\xdb", b"\xc9":
            for client in self.connect_many(40, self.daemon.ipv4):
                client.send(b"\x94\0\1\xa4ping\x91" + head
                            + b"\0\xff\0\0" + bytes(100))
        for client in self.connect_many(40):
            client.send(b"\x94\0\1\xa4ping\x91\xdd\0\xff\0\0" + bytes(100))
        self.probe.call("ping")
        self.assert_memory(self.growth(), 8 * MIB)

    def test_a_message_takes_memory_in_step_with_what_has_come(self):
        client = self.connect()
        client.send(b"\x94\0\1\xa4ping\x91\xc6\0\xff\0\0" + bytes(4 * MIB))
        until(lambda: self.growth() > 2 * MIB, "it was read")
        self.probe.call("ping")
        self.assert_memory(self.growth(), 12 * MIB)

    def test_answers_that_nobody_reads_block_only_their_own_task(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.call("hello", {"name": "deaf"})
            frames = client.frame("ping", bytes(64 << 10)) * 1024
            sent = self.push(client, frames)
            self.assertLess(sent, len(frames))
            until(lambda: self.probe.call("task.list", "deaf")[0]["state"]
                  == "paused", "its task is paused")
            self.assert_memory(self.growth(), 6 * MIB)
            client.close()
            until(lambda: not self.probe.call("task.list", "deaf"),
                  "the task is gone")

    def test_values_that_nobody_reads_hold_up_their_receiver_only(self):
        deaf, sender, other = self.connect_many(3)
        deaf.requests(*[("recv", "c")] * 64)
        value = bytes(MIB)
        sender.send(b"".join(sender.frame("send", "c", value)
                             for _ in range(3)))
        self.assertEqual(sender.results([1, 2]), [None, None])
        self.park(other, "recv", "elsewhere")
        self.probe.call("send", "elsewhere", 1)
        self.assertEqual(other.result(), 1)
        self.assert_memory(self.growth(), 12 * MIB)
        writer = threading.Thread(target=sender.send, args=(b"".join(
            sender.frame("send", "c", value) for _ in range(61)),))
        writer.start()
        for msgid in range(1, 65):
            self.assertEqual(len(deaf.result(msgid)), MIB)
        sender.results(range(3, 65))
        writer.join(PATIENCE)
        self.assert_memory(self.growth(), 20 * MIB)

    def test_answers_in_a_large_buffer_take_no_more_than_they_are(self):
        """Parts of a buffer that has grown for a message before them."""
        client = self.connect()
        big = client.frame("nothing", bytes(8 * MIB))
        small = client.frame("ping", bytes(20 << 10))
        self.push(client, big + small * 1000)
        self.assert_memory(self.growth(), 24 * MIB)

    def test_a_sequence_takes_no_more_memory_than_its_message(self):
        """Of the smallest values, too: each is a byte of it."""
        count = 15 * MIB
        values = Raw(b"\xdd" + count.to_bytes(4, "big") + b"\xc0" * count)
        client = self.connect()
        client.request("send_sequence", "c", values)
        self.wait_balance("c", 1)
        self.assertIsNone(self.probe.call("recv", "c"))
        self.probe.call("channel.clear", "c")
        self.assertIn("KILLED: 1 of %d taken" % count, client.fault())
        self.assert_memory(self.growth(), 40 * MIB)

    def test_a_large_value_is_in_memory_once(self):
        """As it is gathered, while it waits, and as it is written."""
        daemon = self.start("--max-message", "80M")
        before = daemon.memory()
        sender, receiver = self.connect_many(2, daemon.unix)
        value = bytes(64 * MIB)
        sender.request("send", "c", value)
        self.assertEqual(len(receiver.call("recv", "c")), 64 * MIB)
        self.assertIsNone(sender.result())
        self.assert_memory(daemon.peak() - before, 70 * MIB)

    def test_a_reader_that_comes_back_gets_all_answers(self):
        client = self.connect(self.daemon.ipv4)
        frame = client.frame("ping", bytes(10000), msgid=3)
        sent = self.push(client, frame * 3000) // len(frame)
        self.assertGreater(sent, 10)
        for _ in range(sent):
            self.assertEqual(len(client.result(3)), 10000)

    def test_memory_comes_back_when_clients_leave(self):
        for _ in range(6):
            clients = self.connect_many(50)
            for client in clients:
                self.park(client, "send", "c", bytes(MIB // 4))
            for client in clients:
                client.close()
            self.wait_balance("c", 0)
        # An allocator may keep what one round took, but not all six.
        self.assert_memory(self.daemon.memory() - self.before, 25 * MIB)


class Output(Case):

    options = ("--max-output", "16K", "--max-message", "1M")

    def test_a_smaller_limit_of_output_still_passes_large_values(self):
        client = self.connect()
        for size in 100, 16 << 10, 100000, MIB - 50:
            self.assertEqual(len(client.call("ping", bytes(size))), size)
        msgids = client.requests(*[("ping", bytes(5000))] * 20)
        self.assertEqual(len(client.results(msgids)), 20)

    def test_a_list_that_is_too_long_is_refused_with_a_reason(self):
        for n in range(6000):
            self.probe.request("channel.open", "%0200d" % n,
                               {"preference": 1}, msgid=1)
            self.probe.result(1)
        said = self.probe.expect_error("LIMIT", "channel.list")
        self.assertIn("1048576", said)
        self.assertEqual(len(self.probe.call("channel.list", "*0")), 600)


class SmallMessages(Case):

    options = ("--max-message", "1024")

    def test_an_info_shows_as_much_of_the_queue_as_fits(self):
        channel = "c" * 255
        for client in self.connect_many(400):
            client.request("recv", channel)
        self.wait_balance(channel, -400)
        for method in "channel.open", "channel.close", "channel.info":
            info = self.probe.call(method, channel)
            self.assertEqual(info["balance"], -400)
            self.assertGreater(len(info["queue"]), 50)
            self.assertEqual(info["queue"], sorted(info["queue"]))


class Channels(Case):

    options = ("--max-channels", "3")

    def test_there_are_no_more_channels_than_allowed(self):
        for name in "a", "b", "c":
            self.probe.call("channel.close", name)
        for method, rest in (("send", [1]), ("recv", []), ("next", []),
                             ("channel.open", []), ("channel.close", [])):
            said = self.probe.expect_error("LIMIT", method, "d", *rest)
            self.assertIn("max_channels", said)
        self.probe.expect_error("CLOSED", "recv", "a")
        self.probe.call("channel.open", "a")
        self.probe.call("channel.close", "d")


class Connections(Case):

    options = ("--max-connections", "5", "--linger-timeout", "60")

    def is_served(self, url):
        client = None
        try:
            client = Client(url)
            return client.call("ping", 1) == 1
        except (EOFError, OSError):
            return False
        finally:
            if client:
                client.close()

    def test_connections_beyond_the_limit_are_closed(self):
        clients = self.connect_many(4)
        for client in clients:
            client.call("ping")
        for url in self.daemon.urls * 20:
            self.assertFalse(self.is_served(url))
        for client in clients:
            self.assertEqual(client.call("ping", 2), 2)
        lines = self.daemon.log().count("max_connections are open")
        self.assertTrue(1 <= lines <= 12, self.daemon.log())
        clients[0].close()
        until(lambda: self.is_served(self.daemon.ipv4), "there is room again")

    def test_connections_that_linger_count(self):
        """Refused for what they sent, and not yet gone: more was unread."""
        lingering = [self.connect(self.daemon.unix) for _ in range(4)]
        for client in lingering:
            client.call("ping")
        self.daemon.process.send_signal(signal.SIGSTOP)
        for client in lingering:
            client.send(b"\xc1" * 100000)
        self.daemon.process.send_signal(signal.SIGCONT)
        self.wait_tasks(1)
        self.assertFalse(self.is_served(self.daemon.unix))
        for client in lingering:
            client.close()
        until(lambda: self.is_served(self.daemon.unix), "there is room again")

    def test_a_task_that_was_spawned_is_no_connection(self):
        tasks = [self.probe.call("task.spawn", "recv", ["c"])
                 for _ in range(20)]
        self.wait_balance("c", -20)
        self.assertTrue(self.is_served(self.daemon.unix))
        self.probe.call("send_sequence", "c", list(range(20)))
        # They have ended; what they got is kept until it is asked for.
        self.wait_balance("c", 0)
        self.assertTrue(self.is_served(self.daemon.unix))
        self.assertEqual([self.probe.call("task.wait", task)
                          for task in tasks], list(range(20)))
        clients = self.connect_many(4)
        for client in clients:
            client.call("ping")
        self.assertFalse(self.is_served(self.daemon.unix))
    def test_results_that_nobody_has_waited_for_keep_nobody_out(self):
        for _ in range(4):
            self.probe.call("task.spawn", "ping", [])
        self.assertTrue(self.is_served(self.daemon.unix))

    def test_hello_and_info_tell_the_limit(self):
        self.assertEqual(self.probe.call("hello")["limits"]["connections"], 5)


class Descriptors(Case):

    over_tls = False  # who is not accepted would wait for his handshake

    def test_300_clients_leave_nothing_behind(self):
        before = self.daemon.files()
        for url in self.daemon.urls:
            clients = [self.connect(url) for _ in range(300)]
            for n, client in enumerate(clients):
                client.request("recv", "c%d" % (n % 7))
            self.wait_tasks(301)
            for n, client in enumerate(clients):
                (client.close, client.half_close, client.reset)[n % 3]()
            self.wait_tasks(1)
            for client in clients:
                client.close()
            until(lambda: self.daemon.files() == before, "files are closed")
            self.assertEqual(self.channels(), [])

    def test_without_descriptors_the_daemon_neither_spins_nor_dies(self):
        self.daemon.limit_files(4)
        clients = [self.connect(url) for url in self.daemon.urls * 7]
        for client in clients:
            client.request("ping", 1)
        served = until(lambda: sum(c.has_answer() for c in clients) == 4,
                       "four more are served")
        self.assertTrue(served)
        before = self.daemon.cpu_seconds()
        start = time.monotonic()
        while time.monotonic() - start < 1.5:
            self.assertEqual(self.probe.call("ping", "served"), "served")
            time.sleep(0.05)
        self.assertLess(self.daemon.cpu_seconds() - before, 0.2 * SLOW)
        log = self.daemon.log()
        self.assertIn("cannot accept connections", log)
        self.assertLess(len(log.splitlines()), 50, log)
        for client in [c for c in clients if c.has_answer()]:
            client.close()
            clients.remove(client)
        until(lambda: sum(c.has_answer() for c in clients) == 4,
              "four others are served")
        self.daemon.limit_files()
        for client in clients:
            self.assertEqual(client.result(), 1)


class Cpu(Case):

    def test_a_daemon_with_nothing_to_do_does_nothing(self):
        clients = self.connect_many(50)
        for client in clients[:25]:
            client.request("recv", "c", {"timeout": 3600})
        half = self.connect()
        half.send(b"\x94\0\1\xa4ping\x91\xc4\xff")
        blocked = self.connect()
        blocked.send(blocked.frame("recv", "c") + bytes(100))
        self.deafen(self.connect())
        self.wait_balance("c", -26)
        before = self.daemon.cpu_seconds()
        time.sleep(1)
        self.assertLess(self.daemon.cpu_seconds() - before, 0.05 * SLOW)
