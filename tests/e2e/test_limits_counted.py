# SPDX-License-Identifier: MIT
"""Each limit is reached: it says so, is counted, and the daemon goes on."""
import os

from client import pack
from harness import MIB, Case, Client, until


class Limits(Case):

    options = ("--max-connections", "8", "--max-message", "8K",
               "--max-output", "4K", "--max-channels", "5",
               "--max-capacity", "3", "--max-held", "2", "--max-tasks", "2",
               "--max-watchers", "1")

    def stat(self, name):
        return self.probe.call("server.stats")[name]

    def reach(self, counter, option, method, *params, client=None):
        """The call fails for that limit, which is named and counted."""
        before = self.stat(counter)
        said = (client or self.probe).expect_error("LIMIT", method, *params)
        self.assertIn(option, said)
        self.assertEqual(self.stat(counter), before + 1)

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

    def test_connections(self):
        for client in self.connect_many(7):
            client.call("ping")
        self.assertFalse(self.is_served(self.daemon.ipv4))
        self.assertEqual(self.stat("refused_connections"), 1)
        self.assertIn("max_connections are open", self.daemon.log())

    def test_messages(self):
        client = self.connect()
        client.send(pack([0, 1, "ping", [bytes(9000)]]))
        self.assertIn("TOOBIG", client.rest()[0][2])
        self.assertEqual(self.stat("refused_messages"), 1)

    def test_output(self):
        self.deafen(self.connect())
        self.assertGreater(self.stat("stalled"), 0)

    def deafen(self, client):
        frames = client.frame("ping", bytes(7000)) * 400
        client.sock.settimeout(0.2)
        try:
            client.send(frames)
        except OSError:
            pass
        until(lambda: self.stat("stalled") > 0, "it is stalled")

    def test_channels(self):
        for n in range(5):
            self.probe.call("channel.close", "c%d" % n)
        self.reach("refused_channels", "max_channels", "channel.open", "d")
        self.reach("refused_channels", "max_channels", "send", "d", 1)

    def test_capacities(self):
        self.reach("refused_capacities", "max_capacity", "channel.open", "c",
                   {"capacity": 4})
        self.probe.call("channel.open", "c", {"capacity": 3})

    def test_deliveries_held_and_waited_for(self):
        self.probe.call("channel.open", "c", {"capacity": 3})
        for n in range(3):
            self.probe.call("send", "c", n)
        for _ in range(2):
            self.probe.call("recv", "c", {"ack": True})
        self.reach("refused_deliveries", "max_held", "recv", "c",
                   {"ack": True})

    def test_operations_of_a_connection(self):
        client = self.connect()
        tasks = [client.call("task.spawn", "recv", ["c"]) for _ in range(2)]
        self.reach("refused_tasks", "max_tasks", "task.spawn", "ping", [],
                   client=client)
        client.call("hello", {"concurrent": True})
        self.reach("refused_tasks", "max_tasks", "ping", client=client)
        self.probe.call("task.kill", tasks[0])

    def test_watchers(self):
        self.probe.call("channel.watch", "*")
        self.reach("refused_watchers", "max_watchers", "channel.watch", "*",
                   client=self.connect())
        for n in range(15):
            self.probe.call("channel.watch", str(n))
        self.reach("refused_watchers", "16 globs", "channel.watch", "x")


class Addresses(Case):

    over_tls = False  # that has the addresses of TCP

    options = ("--max-connections-per-address", "3")

    def count(self, name="refused_addresses"):
        return self.probe.call("server.stats")[name]

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

    def test_each_place_has_its_own(self):
        for url in self.daemon.urls:
            there = 3 - (url == self.daemon.usual)  # where the probe is
            clients = self.connect_many(there, url)
            for client in clients:
                client.call("ping")
            before = self.count()
            for _ in range(5):
                self.assertFalse(self.is_served(url))
            self.assertEqual(self.count(), before + 5)
            clients[0].close()
            until(lambda: self.is_served(url), "there is room again")
        self.assertIn("max_connections_per_address are open",
                      self.daemon.log())

    def test_who_comes_and_goes_is_not_counted_for_ever(self):
        for url in self.daemon.urls * 20:
            until(lambda: self.is_served(url), "there is room")

    def test_a_reload_changes_it(self):
        daemon = self.start(config="[limits]\nmax_connections_per_address ="
                            " 2\n")
        for client in self.connect_many(2, daemon.ipv4):
            client.call("ping")
        self.assertFalse(self.is_served(daemon.ipv4))
        daemon.reload("[limits]\nmax_connections_per_address = 3\n")
        self.assertTrue(self.is_served(daemon.ipv4))


class Memory(Case):

    options = ("--max-memory", "32M", "--max-connections", "100",
               "--max-capacity", "1000")

    def stats(self):
        return self.probe.call("server.stats")

    def test_values_that_wait_take_no_more_than_that(self):
        self.probe.call("channel.open", "c", {"capacity": 1000})
        value = bytes(MIB)
        taken, refused = 0, []
        for _ in range(60):
            client = self.connect()
            error, _ = client.answer(client.request("send", "c", value))
            if error is None:
                taken += 1
            else:
                refused.append(error)
            client.close()
        self.assertGreater(taken, 15)
        self.assertLess(taken, 33)
        for error in refused:
            self.assertRegex(error, r"^LIMIT: .* may use 33554432 bytes of "
                             r"memory \(max_memory\)")
        stats = self.stats()
        self.assertGreaterEqual(stats["refused_memory"], len(refused))
        self.assertLess(stats["memory"], 34 * MIB)
        self.assert_memory(self.daemon.memory(), 60 * MIB)
        for _ in range(taken):
            self.assertEqual(len(self.probe.call("recv", "c")), MIB)
        self.assertLess(self.stats()["memory"], 12 * MIB)
        self.assertIsNone(self.connect().call("ping", None))

    def test_messages_that_are_not_whole_take_no_more_than_that(self):
        clients = self.connect_many(40)
        for client in clients:
            client.send(b"\x94\0\7\xa4ping\x91\xc6\0\xff\0\0")
        for client in clients:
            try:
                client.send(bytes(MIB))
            except OSError:
                pass
        refused = until(lambda: [c for c in clients if c.has_answer()],
                        "some are refused")
        for client in refused:
            answer = client.message()
            self.assertEqual(answer[1], 7)
            self.assertIn("LIMIT: all clients together", answer[2])
        self.assertLess(self.stats()["memory"], 34 * MIB)
        self.probe.call("ping", 1)

    def test_small_things_count_too(self):
        self.probe.call("channel.open", "c", {"capacity": 1000})
        said = None
        for n in range(400000):
            self.probe.request("channel.close", "%0200d" % n, msgid=1)
            error, _ = self.probe.answer(1)
            if error is not None:
                said = error
                break
        self.assertIn("max_memory", said)
        self.probe.call("ping", 1)

    def test_what_cannot_be_stops_the_start(self):
        daemon = self.start("--max-memory", "64M")
        client = self.connect(daemon.unix)
        most = client.call("hello")["limits"]["connections"]
        self.assertLessEqual(most, 8192)
        self.assertEqual(most, min(8192, most))
        with self.assertRaisesRegex(AssertionError, "max_connections is"):
            self.start("--max-memory", "1M", "--max-connections", "200")
        with self.assertRaisesRegex(AssertionError, "max_memory is"):
            self.start("--max-memory", "%d" % (1 << 46))

    def test_memory_comes_back_with_the_last_client(self):
        self.probe.call("ping", bytes(MIB))
        before = self.stats()["memory"]
        for _ in range(3):
            clients = self.connect_many(20)
            for client in clients:
                self.park(client, "send", "c", os.urandom(100000))
            self.assertGreater(self.stats()["memory"], before + 2000000)
            for client in clients:
                client.close()
            self.wait_balance("c", 0)
        until(lambda: self.stats()["memory"] < before + 300000,
              "it is given back")
