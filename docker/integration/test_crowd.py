# SPDX-License-Identifier: MIT
"""Many clients at once, and some that do not read what they asked for."""
import os
import time

import fleet
from fleet import until

CROWD = int(os.environ.get("CROWD", "2000"))
CONTAINERS = 4
MIB = 1 << 20


class Crowd(fleet.Case):

    def setUp(self):
        super().setUp()
        each = CROWD // CONTAINERS // 4
        self.fleet.env.update(CROWD_SENDERS=str(2 * each),
                              CROWD_OTHERS=str(each))

    def test_a_crowd_of_clients_loses_nothing(self):
        daemon = self.start_daemon()
        (crowd,) = self.start(crowd=CONTAINERS)
        clients = CROWD // CONTAINERS // 4 * 4 * CONTAINERS
        until(lambda: self.connections(daemon) >= clients,
              "%d clients are there" % clients, 2 * fleet.PATIENCE)
        self.wait_ok(crowd, 2 * CROWD)
        self.end(crowd)
        _, seen = self.judge()
        self.assertEqual(seen["clients"], clients)
        self.assertEqual(seen["unknown"], 0)
        self.assertEqual(seen["missing"], 0)

    def connections(self, daemon):
        """Sockets that the kernel has for it, without asking it."""
        with open("/proc/%d/net/tcp" % daemon.pid()) as table:
            return sum(line.split()[1].endswith(":1CF3") and
                       line.split()[3] == "01" for line in table)


class SlowReaders(fleet.Case):

    def test_who_does_not_read_costs_a_bound_and_disturbs_nobody(self):
        daemon = self.start_daemon()
        (everybody,), (slow,) = self.start("everybody", "slow")
        until(lambda: "deaf" in slow.output(), "they have stopped reading")
        self.wait_ok([everybody], 300)
        began = time.monotonic()
        self.wait_ok([everybody], 300)
        self.assertLess(time.monotonic() - began, 30)
        # What waits for each of 20 readers: max_output, a value on its way.
        self.assertLess(self.memory(daemon), (20 * (1 + 2) + 32) * MIB)
        slow.kill("USR1")
        until(lambda: not slow.is_running(), "they have read all of it")
        self.assertEqual(slow.status(), 0, slow.output())
        self.end([everybody])
        self.judge()

    def memory(self, daemon):
        with open("/proc/%d/status" % daemon.pid()) as status:
            (line,) = [line for line in status if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
