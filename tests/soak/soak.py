#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A daemon under a load of everything, for so many seconds.

    soak.py BUILD SAMPLES SECONDS [--every SECONDS] [--seed SEED] [--tls]

Writes SAMPLES, one object of JSON a line, and at the end a verdict, beside
what it says. Ends with 1 if anything was not as it has to be; `picture.py
SAMPLES SVG` draws what was seen so far, at any time.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", room) for room in ("e2e", "bench")]

CONFIG = """
[channel "r3"]
capacity = 3
lease = %s
[limits]
drain_timeout = 5
max_output = 64K
%s"""


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("samples")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10 ** 6))
    parser.add_argument("--tls", action="store_true")
    return parser.parse_args()


def speaks_tls(chand):
    said = subprocess.run([chand, "--help"], stdout=subprocess.PIPE, text=True)
    return "tls://" in said.stdout


class Soak:

    def __init__(self, how, folder):
        import harness  # when the environment names the daemon
        from stage import Stage
        self.how, self.folder = how, folder
        self.tls = ""
        listen = ["unix://%s/chand.sock" % folder, "tcp://127.0.0.1:0"]
        if how.tls:
            from certificates import certificates
            self.tls = "[tls]\ncertificate = %s\nkey = %s\n" % \
                certificates().server
            listen.append("tls://127.0.0.1:0")
        self.daemon = harness.Daemon(folder=folder, listen=listen,
                                     config=self.config(0))
        self.stage = Stage(how.seed, self.daemon.urls)
        self.look_back = None
        self.faults = []
        self.count = 0

    def config(self, number):
        """Each time another one, in what no value hangs on."""
        return CONFIG % ((5, 9)[number % 2], self.tls)

    def run(self, samples):
        from probe import Probe
        from recount import Look
        began = time.monotonic()
        probe = Probe(self.how.build, self.folder, self.daemon)
        self.look = Look(self.daemon)
        at_rest = self.look.files()
        self.stage.begin()
        while time.monotonic() - began < self.how.seconds:
            self.play_until(lambda: time.monotonic() - began >=
                            self.how.every * (self.count + 1) - 2)
            probe.begin()
            self.play_until(probe.has_ended)
            sample = dict(self.sample(time.monotonic() - began),
                          **probe.result())
            print(json.dumps(sample), file=samples, flush=True)
            self.count += 1
        probe.end()
        self.faults += probe.faults
        return self.finish(at_rest)

    def play_until(self, claim):
        while not claim():
            self.stage.play(0.1)

    def sample(self, at):
        stage = self.stage
        self.daemon.reload(self.config(self.count + 1))
        seen, faults = self.look.at_once(len(stage.watchers))
        self.faults += faults
        stage.replace_watcher()
        return dict(
            seen, at=round(at, 3), calls=stage.calls, kills=stage.kills,
            visits=stage.visits, told=stage.told(), reloads=self.count + 1,
            faults=len(self.faults) + len(stage.ledger.faults),
            **{name.replace(" ", "_"): count
               for name, count in stage.ledger.counts.items()})

    def finish(self, at_rest):
        """All leave, the daemon ends; what is known only then."""
        self.stage.end()
        self.faults += self.stage.ledger.faults
        self.faults += self.look.at_rest(at_rest)
        status = self.daemon.terminate()
        log = self.daemon.log()
        if status != 0:
            self.faults.append("the daemon has ended with %d" % status)
        self.faults += re.findall(r".*level=error.*|.*Sanitizer.*", log)
        reloads = log.count("msg=reloaded")
        if reloads != self.count:
            self.faults.append("%d of %d reloads" % (reloads, self.count))
        return {"faults": self.faults, "tls": self.how.tls,
                "seed": self.how.seed, "seconds": self.how.seconds,
                "warnings": log.count("level=warning")}


def main():
    how = parse()
    folder = tempfile.mkdtemp(prefix="chand-soak-")
    try:
        # A copy: somebody may build while this runs.
        os.environ["CHAND"] = shutil.copy(os.path.join(how.build, "chand"),
                                          folder)
        if how.tls and not speaks_tls(os.environ["CHAND"]):
            sys.exit("soak: this chand does not speak tls://")
        print("seed %d" % how.seed, flush=True)
        with open(how.samples, "w", encoding="ascii") as samples:
            end = Soak(how, folder).run(samples)
            print(json.dumps({"end": end}), file=samples)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    import verdict
    return verdict.tell(how.samples)


if __name__ == "__main__":
    sys.exit(main())
