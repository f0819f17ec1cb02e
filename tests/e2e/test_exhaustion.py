# SPDX-License-Identifier: MIT
"""Slow readers, slow writers, no descriptors, no memory: the others go on."""
import select
import socket
import time

from harness import MIB, SLOW, Case, until


class Others(Case):
    """Somebody who is served meanwhile, and how long that takes."""

    def setUp(self):
        super().setUp()
        self.idle = self.connect(self.start().unix)

    def ping(self, client):
        begun = time.monotonic()
        self.assertEqual(client.call("ping", 1), 1)
        return time.monotonic() - begun

    def worst(self, seconds=1.5):
        """
        How much longer the longest ping takes than with a daemon that has
        nothing to do on this machine, and the CPU used of every second.
        """
        pings, start = [(0, 0)], time.monotonic()
        before = self.daemon.cpu_seconds()
        while time.monotonic() - start < seconds:
            pings.append((self.ping(self.probe), self.ping(self.idle)))
            time.sleep(0.02)
        served, idle = map(max, zip(*pings))
        return served - 2 * idle, (self.daemon.cpu_seconds() - before) / seconds


class SlowReaders(Others):

    COUNT = 100
    options = ("--linger-timeout", "1")

    def test_a_hundred_that_stop_after_one_byte_harm_nobody(self):
        """1 MiB each: no more is kept than the limits say, then given back."""
        value = bytes(MIB)
        self.probe.call("ping", value)
        files, before = self.daemon.files(), self.daemon.memory()
        readers = self.connect_many(self.COUNT)
        for n, reader in enumerate(readers):
            reader.requests(*[("recv", "c%d" % n)] * 3)
        self.wait_tasks(self.COUNT + 1)
        for _ in range(3):
            for n in range(self.COUNT):
                self.probe.request("send", "c%d" % n, value,
                                   {"timeout": 0})
                self.probe.answer()
        for reader in readers:
            self.assertEqual(len(reader.sock.recv(1)), 1)
        worst, used = self.worst()
        self.assertLess(worst, 0.1 * SLOW)
        self.assertLess(used, 0.05 * SLOW)
        # One answer beyond max_output each, and what the calls of one took.
        self.assert_memory(self.daemon.memory() - before,
                           1.1 * self.COUNT * 2 * MIB + 8 * MIB)
        for reader in readers:
            reader.half_close()
        until(lambda: self.daemon.files() == files, "all are cut off",
              5 * SLOW)
        self.wait_tasks(1)
        self.assert_memory(self.daemon.memory() - before, 24 * MIB)


class SlowWriters(Others):

    COUNT = 2000

    def test_two_thousand_that_dribble_a_message_harm_nobody(self):
        """They are counted, and meanwhile two hand over what they have."""
        frame = self.probe.frame("ping", bytes(4096), msgid=1)
        dribblers = self.connect_many(self.COUNT)
        for client in dribblers:
            client.send(frame[:10])
        self.wait_tasks(self.COUNT + 1)
        before = self.daemon.memory()
        worst = 0
        for at in range(10, 14):
            for client in dribblers:
                client.send(frame[at:at + 1])
            worst = max(worst, self.worst(0.3)[0])
        self.assertLess(worst, 0.1 * SLOW)
        self.assert_memory(self.daemon.memory() - before, 32 * MIB)
        receiver = self.connect()
        self.park(receiver, "recv", "c")
        self.probe.call("send", "c", "v")
        self.assertEqual(receiver.result(), "v")
        stats = self.probe.call("server.stats")
        self.assertEqual(stats["connections"], self.COUNT + 2)
        self.assertEqual(stats["handoffs"], 1)
        for client in dribblers[::100]:
            client.send(frame[14:])
            self.assertEqual(client.result(1), bytes(4096))


class NoDescriptors(Others):

    over_tls = False  # who is not accepted would wait for his handshake

    def test_it_neither_spins_nor_talks_and_comes_back_at_once(self):
        self.daemon.limit_files(2)
        waiting = [self.connect(url) for url in self.daemon.urls * 30]
        for client in waiting:
            client.request("ping", 1)
        served = until(lambda: [c for c in waiting if c.has_answer()],
                       "as many as fit are served")
        lines = len(self.daemon.log().splitlines())
        worst, used = self.worst(3)
        self.assertLess(worst, 0.1 * SLOW)
        self.assertLess(used, 0.05 * SLOW)
        self.assertLessEqual(len(self.daemon.log().splitlines()) - lines, 10)
        for client in served:
            client.close()
        start = time.monotonic()
        others = [c for c in waiting if c not in served]
        until(lambda: [c for c in others if c.has_answer()],
              "another one is served", 1 * SLOW)
        self.assertLess(time.monotonic() - start, 1 * SLOW)
        self.daemon.limit_files()
        for client in others:
            self.assertEqual(client.result(), 1)


class NoMemory(Others):

    CHUNK = 4 * MIB

    def test_who_asks_for_too_much_is_told_and_the_daemon_lives(self):
        """64 MiB for a load of 256 MiB."""
        if self.daemon.is_instrumented():
            return  # an address space of its own
        self.daemon.limit_memory(64 * MIB)
        senders = self.connect_many(64)
        refused = cut_off = 0
        for n, sender in enumerate(senders):
            try:
                sender.request("send", "c%d" % n, bytes(self.CHUNK))
            except OSError:
                cut_off += 1
        self.assertEqual(self.probe.call("ping", 1), 1)
        waiting = until(lambda: sum(
            info["balance"] for info in self.probe.call("channel.list")),
            "some wait")
        readable = select.select([s.sock for s in senders], [], [], 1)[0]
        for sender in senders:
            if sender.sock not in readable:
                continue
            try:
                self.assertRegex(sender.fault(), "^LIMIT: .*memory")
                refused += 1
            except (EOFError, ConnectionResetError):
                cut_off += 1
        self.assertGreater(refused, cut_off)
        self.assertGreater(waiting, 0)
        for sender in senders:
            sender.close()
        until(lambda: self.probe.call("channel.list") == [], "all is free")
        self.daemon.limit_memory(512 * MIB)
        client = self.connect()
        self.assertEqual(len(client.call("ping", bytes(self.CHUNK))),
                         self.CHUNK)
