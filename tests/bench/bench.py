#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compare chand with the floor and its peers, in one run.

    bench.py BUILD JSON [quick|full|smoke] [WORK-OR-SERIES]...

Every round goes through all workloads, and in each through all peers, in
another order each time; what is compared was measured within seconds. Figures
are medians over the rounds, ratios medians of each round's ratio. Prints a
table, writes JSON, and ends with 1 if anything did not verify.
"""
import collections
import json
import os
import platform
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import report
from peers import LOAD_CPU, Server, peers, pin
from works import SERIES, WORKS, turn_us

#               rounds, ms of warming and of measuring, series, system calls
MODES = {
    "smoke": (1, 20, 50, False, False),
    "quick": (2, 120, 350, False, True),
    "full": (5, 200, 600, True, True),
}
SERIES_ROUNDS = 2
PATIENCE = 150  # seconds, for one run of load


class Bench:
    def __init__(self, build, mode, chosen):
        self.build, self.mode, self.chosen = build, mode, chosen
        (self.rounds, self.warm, self.span, self.has_series,
         self.has_calls) = MODES[mode]
        self.peers = peers(build)
        if mode == "smoke":  # ours, whatever else is installed
            self.peers = {name: self.peers[name]
                          for name in ("floor", "chand")}
        self.place = tempfile.mkdtemp(prefix="bench")
        self.results, self.series, self.failed = [], [], []

    def is_chosen(self, name):
        return not self.chosen or name in self.chosen

    def load(self, server, peer, settings):
        """What load says, or None: it did not verify."""
        command = [f"{self.build}/tests/bench/load", f"peer={peer}",
                   f"url={server.url}", f"pid={server.pid}",
                   f"warm={self.warm}", f"span={self.span}"]
        run = subprocess.run(command + settings.split(), text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             timeout=PATIENCE, preexec_fn=pin(LOAD_CPU))
        if run.returncode == 0:
            return json.loads(run.stdout)
        self.fail(f"{peer} {settings}: {run.stderr.strip()}")
        return None

    def fail(self, text):
        self.failed.append(text)
        print("FAILED", text, file=sys.stderr)

    def one(self, peer, settings, local):
        if peer == "floor":  # it has no names: a waker cannot choose
            settings = settings.replace("wake=1", "")
        if self.mode == "smoke":
            settings = re.sub("0000", "0", settings)
        with Server(self.peers[peer], self.place, local) as server:
            said = self.load(server, peer, settings)
        if peer == "chand" and server.process.returncode != 0:
            self.fail(f"chand ended with {server.process.returncode}")
        return said

    def calls(self, peer, work):
        """System calls of each value, by name: strace counts."""
        out = f"{self.place}/calls"
        with Server(self.peers[peer], self.place, work.local) as server:
            strace = subprocess.Popen(
                ["strace", "-c", "-f", "-qq", "-U", "calls,name", "-o", out,
                 "-p", str(server.pid)], stderr=subprocess.DEVNULL)
            wait_traced(server.pid)
            said = self.load(server, peer, work.settings)
            strace.send_signal(signal.SIGINT)
            strace.wait(10)
        with open(out, encoding="ascii") as file:
            rows = [line.split() for line in file]
        counts = {name: int(count) for count, name in
                  (row for row in rows if len(row) == 2)
                  if count.isdigit() and name != "total"}
        total = said["total"] if said else 0
        return {name: count / total for name, count in counts.items()
                if total and count / total > 0.005}

    def run_round(self, number):
        for work in WORKS:
            if not work.settings or not self.is_chosen(work.name) or (
                    work.once and number > 0 and self.mode != "full") or (
                    work.once and number > 2):
                continue
            names = [name for name in work.peers if name in self.peers]
            turn = number % len(names)
            for peer in names[turn:] + names[:turn]:
                said = self.one(peer, work.settings, work.local)
                if said:
                    self.results.append(dict(work=work.name, peer=peer,
                                             round=number, said=said))

    def run_series(self, number):
        for name, values, settings, names, _ in SERIES:
            for value in values if self.is_chosen(name) else ():
                for peer in names.split():
                    if peer not in self.peers:
                        continue
                    said = self.one(peer, settings.format(value), False)
                    if said:
                        self.series.append(dict(series=name, at=value,
                                                peer=peer, said=said))

    def run_calls(self):
        return [dict(work=work.name, peer=peer,
                     calls=self.calls(peer, work))
                for work in WORKS
                for peer in work.peers
                if work.figure == "cpu_us" and peer in self.peers
                and self.is_chosen(work.name)]

    def run(self):
        begin = time.monotonic()
        try:
            for number in range(self.rounds):
                self.run_round(number)
                print(f"round {number + 1} of {self.rounds}, "
                      f"{time.monotonic() - begin:.0f} s", file=sys.stderr)
            for number in range(SERIES_ROUNDS if self.has_series else 0):
                self.run_series(number)
                print(f"series, {time.monotonic() - begin:.0f} s",
                      file=sys.stderr)
            calls = (self.run_calls()
                     if self.has_calls and shutil.which("strace") else [])
        finally:
            shutil.rmtree(self.place, ignore_errors=True)
        return dict(
            about=about(self.peers), mode=self.mode, rounds=self.rounds,
            seconds=round(time.monotonic() - begin), failed=self.failed,
            results=medians(self.results), ratios=ratios(self.results),
            series=self.median_series(), calls=calls)

    def median_series(self):
        groups = collections.defaultdict(list)
        for one in self.series:
            groups[one["series"], one["at"], one["peer"]].append(one["said"])
        return [dict(series=series, at=at, peer=peer, said=median(said))
                for (series, at, peer), said in groups.items()]


def wait_traced(pid):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            if not re.search(r"TracerPid:\s+0\n", status.read()):
                return
        time.sleep(0.02)


def about(present):
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    return dict(date=time.strftime("%Y-%m-%d", time.gmtime()),
                kernel=platform.release(), processors=os.cpu_count(),
                model=model.group(1) if model else platform.machine(),
                load=round(os.getloadavg()[0], 1),
                versions={name: peer.says() for name, peer in present.items()
                          if name != "floor"})


def median(said):
    return {key: statistics.median(one[key] for one in said if key in one)
            for key, value in said[0].items()
            if isinstance(value, (int, float))}


def medians(results):
    groups = collections.defaultdict(list)
    for one in results:
        groups[one["work"], one["peer"]].append(one["said"])
    return [dict(work=work, peer=peer, said=median(said))
            for (work, peer), said in groups.items()]


def figures(results):
    """{(work, peer): {round: what counts}}; W6w is said in W6."""
    found = collections.defaultdict(dict)
    for one in results:
        for work in WORKS:
            source = "W6" if work.name == "W6w" else work.name
            if one["work"] == source and work.figure in one["said"]:
                found[work.name, one["peer"]][one["round"]] = (
                    one["said"][work.figure])
    return found


def beyond_a_turn(results, work):
    return {one["round"]: one["said"][work.figure] - turn_us(one["said"])
            for one in results
            if one["work"] == work.name and one["peer"] == "chand"}


def ratio(ours, theirs):
    both = [ours[n] / theirs[n] for n in ours if theirs.get(n)]
    return statistics.median(both) if both else None


def ratios(results):
    """chand's figure by that of each other, and by what its goal names."""
    found, out = figures(results), []
    for work in WORKS:
        ours = found.get((work.name, "chand"))
        for peer in work.peers if ours else ():
            if peer != "chand" and (work.name, peer) in found:
                out.append(dict(work=work.name, peer=peer, ratio=ratio(
                    ours, found[work.name, peer])))
        goal = work.goal
        if ours and goal and goal.work:
            ours = beyond_a_turn(results, work) if goal.and_a_turn else ours
            out.append(dict(work=work.name, peer=f"{goal.peer} {goal.work}",
                            ratio=ratio(ours,
                                        found[goal.work, goal.peer])))
    return out


def main():
    build, out, *rest = sys.argv[1:]
    mode = rest.pop(0) if rest and rest[0] in MODES else "quick"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    data = Bench(os.path.abspath(build), mode, rest).run()
    with open(out, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
    print(report.tables(data))
    print(f"{len(data['results'])} passed, {len(data['failed'])} failed")
    return 1 if data["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
