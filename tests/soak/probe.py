# SPDX-License-Identifier: MIT
"""What a hand-off takes meanwhile, told by tests/bench/load.

In each sample a pair over TCP at the daemon, and one at a server that only
moves bytes: what the machine does to both is no matter of the daemon's. A
third look, over the Unix socket, has values acknowledged, and is only there to
find one that is lost, doubled, changed or out of its order.
"""
import json
import os
import subprocess

from peers import free_port

SPAN = "warm=50 span=400 lanes=1"


class Probe:

    def __init__(self, build, folder, daemon):
        bench = os.path.join(build, "tests", "bench")
        port = free_port()
        self.floor = subprocess.Popen(
            [os.path.join(bench, "floor"), "tcp", str(port)])
        own = "peer=chand pid=%d" % daemon.pid
        other = "peer=floor pid=%d url=tcp:%d" % (self.floor.pid, port)
        tcp = "url=tcp:" + daemon.ipv4.rsplit(":", 1)[1]
        unix = "url=unix:" + daemon.unix[len("unix://"):]
        self.commands = [
            [os.path.join(bench, "load")] + words.split() for words in (
                "%s %s" % (other, SPAN),
                "%s %s %s" % (own, tcp, SPAN),
                "%s %s warm=0 span=100 mode=ack lanes=3 depth=4" % (own, unix))]
        self.said = []
        self.faults = []
        self.process = None

    def begin(self):
        self.said = []
        self.go_on()

    def go_on(self):
        self.process = subprocess.Popen(self.commands[len(self.said)],
                                        stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def has_ended(self):
        """Whether all have; one after the other."""
        if self.process.poll() is None:
            return False
        said, why = self.process.communicate()
        if self.process.returncode != 0:
            self.faults.append("load: " + why.decode().strip())
            return True
        self.said.append(json.loads(said))
        if len(self.said) < len(self.commands):
            self.go_on()
            return False
        return True

    def result(self):
        """Nothing, if one of them has found a fault."""
        if len(self.said) < len(self.commands):
            return {}
        floor, own, _ = self.said
        return {"p50_us": own["p50_us"], "p99_us": own["p99_us"],
                "floor_p50_us": floor["p50_us"],
                "floor_p99_us": floor["p99_us"],
                "server_busy": own["server_busy"]}

    def end(self):
        self.floor.terminate()
        self.floor.wait()
