# SPDX-License-Identifier: MIT
"""Memory and mappings run out: calls fail with a reason, and who was served
before is served on."""
import os
import re

import harness
from harness import MIB, CallError, Case, until


class Memory(Case):
    """64 MiB more of address space, and load for 256."""

    room, size, load = 64 * MIB, MIB, 256

    def outcome(self, client):
        """What a sender was told: nil, an error's code, or nothing."""
        try:
            return client.result()
        except CallError as error:
            return error.code
        except (EOFError, OSError):
            return "unknown"

    def test_senders_beyond_it_are_refused_and_the_others_served(self):
        if self.daemon.is_instrumented():
            self.skipTest("sanitizers reserve all of the address space")
        senders = self.connect_many(self.load)
        self.daemon.limit_memory(self.room)
        for number, client in enumerate(senders):
            try:
                client.request("send", "c", [number, bytes(self.size)])
            except OSError:
                pass  # it was closed, as outcome() will say
        self.probe.call("ping")
        waiting = until(lambda: self.balance("c"), "some wait")
        self.assertLess(waiting, self.load)
        self.assertGreater(waiting, 10)
        received = set()
        while self.balance("c") > 0:
            received.add(self.probe.call("recv", "c")[0])
        told = [self.outcome(client) for client in senders]
        self.assertEqual(set(told) - {None, "LIMIT", "unknown"}, set())
        for number, said in enumerate(told):
            if said == "LIMIT":
                self.assertNotIn(number, received)
            if said is None:
                self.assertIn(number, received)
        self.assertGreater(len([t for t in told if t is not None]), 0)
        self.assertEqual(len(received), told.count(None))


class Waiting(Case):

    COUNT = 2000
    options = ("--max-channels", "5000")

    def cost(self, method, *params):
        """Bytes of a connection that waits in a call of its own channel."""
        before = self.daemon.memory()
        clients = self.connect_many(self.COUNT, self.daemon.ipv4)
        for number, client in enumerate(clients):
            client.request(method, "%s%d" % (method, number), *params)
        until(lambda: len(self.probe.call("channel.list")) == self.COUNT,
              "all wait")
        bytes_each = (self.daemon.memory() - before) / self.COUNT
        for client in clients:
            client.close()
        self.wait_tasks(1)
        return bytes_each

    def test_who_waits_costs_a_page_and_small_change(self):
        """What it knows of its client lies in the page of its stack, too."""
        if self.daemon.is_instrumented():
            return  # their redzones would be counted
        for method, *params in (("recv",), ("send", "value"),
                                ("recv", {"ack": True, "timeout": 1000})):
            self.assertLess(self.cost(method, *params), 5000)


class Maps(Case):
    """As on a kernel that has no light guards, and then no mappings left."""

    def start(self, *options, **how):
        os.environ["LSAN_OPTIONS"] = "detect_leaks=0"  # not beside strace
        before, harness.WRAP[:] = list(harness.WRAP), [
            "strace", "-D", "-qq", "-o", "/dev/null",
            "-e", "trace=madvise,mprotect",
            "-e", "inject=madvise:error=EINVAL:when=1",
            "-e", "inject=mprotect:error=ENOMEM:when=80+"]
        try:
            return super().start(*options, **how)
        finally:
            harness.WRAP[:] = before
            del os.environ["LSAN_OPTIONS"]

    def test_who_gets_no_guarded_stack_is_not_let_in(self):
        if self.daemon.is_instrumented():
            self.skipTest("a sanitizer guards memory of its own")
        with open("/proc/sys/vm/max_map_count") as file:
            most = int(file.read()) // 4
        limit = int(re.search(r"max_connections=(\d+)",
                              self.daemon.log()).group(1))
        self.assertLessEqual(limit, most)
        served, refused = self.fill(100)
        self.assertGreater(len(served), 5)
        self.assertGreater(refused, 5)
        self.assertRegex(self.daemon.log(), "memory|cannot")
        for client in served:
            self.assertEqual(client.call("ping", 1), 1)
            client.close()
        self.wait_tasks(1)
        # Stacks that have their guards serve again.
        again, refused = self.fill(len(served))
        self.assertEqual((len(again), refused), (len(served), 0))

    def fill(self, count):
        served, refused = [], 0
        for client in self.connect_many(count):
            try:
                client.call("ping")
                served.append(client)
            except (EOFError, OSError):
                refused += 1
        return served, refused
