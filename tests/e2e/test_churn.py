# SPDX-License-Identifier: MIT
"""Connections come and go, each in its way, and the daemon is as it was.

CHAND_CHURN says how many; `./dev churn` makes a million. The seed is printed.
"""
import os
import sys
import time

from harness import SLOW, Case, until

COUNT = int(float(os.environ.get("CHAND_CHURN", "20000")) / SLOW)
WARM_UP = 2000
AT_ONCE = 20
ROOM = 512 << 10  # what an allocator may keep more than before


class Churn(Case):

    # ---- ways to come and go; those over TCP leave no TIME_WAIT ----

    def ask_and_leave(self, client):
        client.call("ping")
        client.reset()

    def leave_unheard(self, client):
        client.request("hello", {"name": "somebody"})
        client.reset()

    def leave_at_once(self, client):
        client.reset()

    def leave_while_it_waits(self, client):
        client.request("recv", "c")
        client.close()

    def leave_holding(self, client):
        """What it takes returns, and is taken by the next one like it."""
        client.request("recv", "held", {"ack": True})
        client.close()

    def leave_while_it_sends(self, client):
        client.send(client.frame("send", "c", bytes(30000))[:20000])
        client.close()

    def end_well(self, client):
        client.request("ping")
        client.half_close()
        client.result()
        client.close()

    def talk_garbage(self, client):
        client.send(b"\xc1")
        client.message()
        client.close()

    def spawn_and_leave(self, client):
        client.request("task.spawn", "recv", ["c"])
        client.close()

    def come_and_go(self, count):
        over_tcp = [self.ask_and_leave, self.leave_unheard,
                    self.leave_at_once]
        over_unix = over_tcp + [
            self.leave_while_it_waits, self.leave_holding,
            self.leave_while_it_sends, self.end_well, self.talk_garbage,
            self.spawn_and_leave]
        for _ in range(count // AT_ONCE):
            is_tcp = self.numbers.random() < 0.3
            url = self.daemon.ipv4 if is_tcp else self.daemon.unix
            for client in self.connect_many(AT_ONCE, url):
                self.numbers.choice(over_tcp if is_tcp else over_unix)(client)
            del self.clients[1:]  # but the probe
            self.gone += AT_ONCE

    def settle(self):
        """Until only the probe and who waits for an acknowledgement stay."""
        self.wait_tasks(2)
        until(lambda: self.daemon.files() <= self.files, "files are closed")

    def test_connections_that_come_and_go_leave_nothing_behind(self):
        self.numbers = self.random()
        self.gone = 0
        self.sender = self.connect()
        self.sender.request("send", "held", "value")
        self.wait_balance("held", 1)
        self.clients = [self.probe]
        self.files = self.daemon.files()
        self.come_and_go(min(WARM_UP, COUNT))
        self.settle()
        before = self.daemon.memory()
        began = time.monotonic()
        self.come_and_go(COUNT)
        self.settle()
        print("%d connections, %.0f a second" % (
            self.gone, COUNT / (time.monotonic() - began)), file=sys.stderr)
        self.assert_memory(self.daemon.memory(), before * 1.05 + ROOM)
        stats = self.probe.call("server.stats")
        self.assertEqual(stats["accepted"], self.gone + 2)
        self.assertEqual((stats["connections"], stats["held"],
                          stats["receivers"]), (2, 0, 0))
        self.assertEqual(self.channels(), ["held"])
        self.assertEqual(self.probe.call("recv", "held"), "value")
        self.assertIsNone(self.sender.result())
        self.sender.close()
