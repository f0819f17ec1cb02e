# SPDX-License-Identifier: MIT
"""All that the daemon says of itself, against a full recount."""
import os
import re

from gauges import recount
from harness import Client, until

SHOWN = ("connections", "tasks", "channels", "senders", "receivers", "values",
         "held", "watchers", "memory", "requests", "failures", "handoffs",
         "deliveries", "redeliveries", "accepted", "malformed", "stalled")


class Look:

    def __init__(self, daemon):
        self.daemon = daemon
        self.client = Client(daemon.unix)
        self.client.call("ping")

    def at_once(self, watchers):
        """What is to be shown, and what is wrong; one moment of the daemon:
        requests of one write run in one turn."""
        stats, channels, tasks = self.client.results(self.client.requests(
            ("server.stats",), ("channel.list",), ("task.list",)))
        faults = ["%s is %d, and not %d" % (name, stats[name], count)
                  for name, count in recount(channels, tasks, watchers).items()
                  if stats[name] != count]
        seen = {name: stats[name] for name in SHOWN}
        seen["rss_kib"] = self.rss_kib()
        seen["other_files"] = self.other_files()
        return seen, faults

    def rss_kib(self):
        """Exact, where VmRSS is only nearly so."""
        with open("/proc/%d/smaps_rollup" % self.daemon.pid) as file:
            return int(re.search(r"Rss: +(\d+)", file.read()).group(1))

    def files(self):
        return len(os.listdir("/proc/%d/fd" % self.daemon.pid))

    def other_files(self):
        """Descriptors that are no connection's: the least of some looks, as
        connections come and go between two of them."""
        return min(self.files() - self.client.call("server.stats")[
            "connections"] for _ in range(20))

    def at_rest(self, files):
        """What is wrong when all have left."""
        def is_alone():
            return self.client.call("server.stats")["connections"] == 1

        until(is_alone, "all have left")
        until(lambda: self.files() <= files, "their descriptors are closed")
        stats, faults = self.at_once(0)
        for name in "senders", "receivers", "held", "watchers":
            if stats[name] != 0:
                faults.append("at rest, %s is %d" % (name, stats[name]))
        self.client.close()
        return faults
