# SPDX-License-Identifier: MIT
"""Clients of a local daemon, while it and they are killed and paused.

run.py [--minutes N] [--clients N] [--seed N] [--keep FOLDER]
       [--plant NAME --reject RULE]

CHAND names the daemon. Each client is a process of its own, and writes its
own log; check.py judges them all. --plant has a fault of tests/plants grow
(CHAND is then tests/history/planted), of which the checker must say RULE in
one of ten histories, each as long as that.
"""
import argparse
import asyncio
import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import roles
from check import Verdict
from history import read_files

PAUSE = 1.0  # the daemon's longest
ROUNDS = 10  # in which a planted fault shows itself
CHAND = os.environ.get("CHAND", "chand")


class Daemon:

    def __init__(self, folder, plant):
        self.path = os.path.join(folder, "chand.sock")
        self.log = open(os.path.join(folder, "daemon.log"), "wb")
        self.env = dict(os.environ, CHAND_PLANT=plant or "")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [CHAND, "--listen", "unix://" + self.path, "--log-level",
             "warning", "--drain-timeout", "1"], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env=self.env)

    def stop(self, number):
        self.process.send_signal(number)
        return self.process.wait(30)

    def restart(self, number):
        self.stop(number)
        self.start()


class Crowd:
    """Processes with a client each; who is killed has a successor."""

    def __init__(self, chosen, folder, url):
        self.chosen = chosen
        self.folder = folder
        self.url = url
        self.running = {}  # pid: its role
        self.born = 0

    def bear(self, role):
        self.born += 1
        name = "c%d" % self.born
        words = ["--url", self.url, "--name", name, "--" + role, "1",
                 "--log", self.folder, "--pause", "4", "--work", "4",
                 "--seconds", "1e9", "--seed", str(self.chosen.seed)]
        # Its first SIGTERM waits until it can be heard.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        pid = os.fork()
        if pid == 0:
            live(words)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        self.running[pid] = role

    def begin(self):
        for number in range(self.chosen.clients):
            self.bear(("senders", "receivers", "senders",
                       "workers")[number % 4])

    def kill(self, chance):
        pid = chance.choice(sorted(self.running))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.bear(self.running.pop(pid))

    def end(self):
        """All finish what they are at; how many did not end well."""
        for pid in self.running:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGTERM)
        return sum(os.waitpid(pid, 0)[1] != 0 for pid in self.running)


def live(words):
    status = 1
    try:
        asyncio.run(roles.live(roles.parse(words)))
        status = 0
    finally:
        os._exit(status)


class Nemesis:
    """What befalls them: one thing after the other, as the seed has it."""

    ways = (("kill", 8), ("pause_client", 6), ("pause_daemon", 2),
            ("kill_daemon", 1), ("stop_daemon", 1))

    def __init__(self, chosen, daemon, crowd):
        self.chance = random.Random(chosen.seed)
        self.daemon = daemon
        self.crowd = crowd
        self.asleep = {}  # pid: when it goes on
        self.done = {name: 0 for name, _ in self.ways}

    def haunt(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(self.chance.uniform(0.05, 0.4))
            self.wake(time.monotonic())
            (way,) = self.chance.choices([name for name, _ in self.ways],
                                         [often for _, often in self.ways])
            self.done[way] += 1
            getattr(self, way)()

    def wake(self, now):
        for pid in [p for p, when in self.asleep.items() if when <= now]:
            if pid in self.crowd.running:
                os.kill(pid, signal.SIGCONT)
            del self.asleep[pid]

    def kill(self):
        self.crowd.kill(self.chance)

    def pause_client(self):
        pid = self.chance.choice(sorted(self.crowd.running))
        os.kill(pid, signal.SIGSTOP)
        self.asleep[pid] = time.monotonic() + self.chance.uniform(0.1, 2)

    def pause_daemon(self):
        self.daemon.process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.1, PAUSE))
        self.daemon.process.send_signal(signal.SIGCONT)

    def kill_daemon(self):
        self.daemon.restart(signal.SIGKILL)

    def stop_daemon(self):
        self.daemon.restart(signal.SIGTERM)


def run(chosen, folder):
    """The verdict of one history, and what was done to those in it."""
    daemon = Daemon(folder, chosen.plant)
    daemon.start()
    crowd = Crowd(chosen, folder, "unix://" + daemon.path)
    crowd.begin()
    nemesis = Nemesis(chosen, daemon, crowd)
    nemesis.haunt(60 * chosen.minutes)
    unwell = crowd.end()
    status = daemon.stop(signal.SIGTERM)
    logs = glob.glob(os.path.join(folder, "*.jsonl"))
    verdict = Verdict(read_files(logs), 0.5 + PAUSE, 0.05 + PAUSE)
    if status != 0 and not chosen.plant:
        verdict.faults.append("the daemon ended with %d" % status)
    if unwell:
        verdict.faults.append("%d clients did not end well" % unwell)
    return verdict, nemesis.done


def run_until_rejected(chosen, folder):
    """The first history in which the rule was broken, or the last."""
    for number in range(ROUNDS):
        place = os.path.join(folder, str(number))
        os.mkdir(place)
        verdict, done = run(chosen, place)
        if chosen.reject in verdict.rules():
            break
        chosen.seed += 1
    print("%s: in history %d these were broken: %s" % (
        chosen.plant, number + 1, " ".join(verdict.rules())))
    return verdict, done


def judge(chosen, verdict):
    """How many checks have passed, and failed."""
    if chosen.reject:
        found = chosen.reject in verdict.rules()
        return (1, 0) if found else (0, 1)
    dull = [what for what, count in verdict.seen.items()
            if not count and what != "missing"]
    for what in dull:
        print("nothing was seen of: " + what)
    return len(verdict.seen) - len(dull), len(verdict.faults) + len(dull)


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep")
    parser.add_argument("--plant")
    parser.add_argument("--reject")
    chosen = parser.parse_args(words)
    if chosen.seed is None:
        chosen.seed = random.SystemRandom().randrange(1 << 32)
    print("--seed %d" % chosen.seed, flush=True)
    folder = tempfile.mkdtemp(prefix="chand-history-")
    try:
        verdict, done = (run_until_rejected if chosen.reject else run)(
            chosen, folder)
        passed, failed = judge(chosen, verdict)
        if chosen.keep and failed:
            shutil.copytree(folder, chosen.keep, dirs_exist_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for fault in verdict.faults[:3 if chosen.reject else 20]:
        print(fault)
    for counts in verdict.seen, done:
        print(", ".join("%d %s" % (n, what) for what, n in counts.items()))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
