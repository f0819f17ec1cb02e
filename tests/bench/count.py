#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Count what a message costs; count.sh starts this.

    count.py PLACE CHAND [record|show]

Each script of script.py runs for N and for 2 N messages under callgrind. The
difference is what N messages cost: starting, connecting and stopping cancel
out. Without a word more, the counts are compared with counts.txt, and more
than LIMIT above is a failure; `record` writes that file anew; `show` also says
where memory is taken and which functions cost most.
"""
import collections
import os
import platform
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(HERE, "counts.txt")
MESSAGES = 200
LIMIT = 1.05
# Not what this processor is best at, but what all have.
PLAIN_COPIES = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM"
TAKING = ("malloc", "calloc", "realloc", "reallocarray", "posix_memalign",
          "aligned_alloc")
DEPTH = 3  # of callers that are told apart
TOP = 10


def wait_for(path, process):
    end = time.monotonic() + 60
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > end:
            sys.exit("the daemon does not listen")
        time.sleep(0.02)


def without_chance(command):
    """The same addresses each time, where that can be had."""
    fixed = ["setarch", "-R"]
    can = subprocess.run(fixed + ["true"], stderr=subprocess.DEVNULL)
    return (fixed if can.returncode == 0 else []) + command


def run(place, chand, script, messages):
    """The profile that callgrind writes."""
    out, path = f"{place}/profile", f"{place}/socket"
    command = without_chance(
        ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"]
        + [f"--separate-callers{DEPTH}={name}" for name in TAKING]
        + [chand, "--listen", f"unix://{path}", "--log-level", "warning",
           "--watchdog", "0"])
    environment = dict(os.environ, LD_PRELOAD=f"{place}/fixed_random.so",
                       GLIBC_TUNABLES=PLAIN_COPIES)
    daemon = subprocess.Popen(command, env=environment)
    try:
        wait_for(path, daemon)
        subprocess.run([sys.executable, f"{HERE}/script.py", str(daemon.pid),
                        path, script, str(messages)], check=True, timeout=120)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
    with open(out, encoding="utf-8", errors="replace") as file:
        return Profile(file)


class Profile:
    """Instructions of each function, and calls of those that take memory."""

    def __init__(self, lines):
        self.own = collections.Counter()
        self.taken = collections.Counter()
        self.names = {}
        self.function, self.called, self.is_call = "", "", False
        for line in lines:
            self.read(line.rstrip("\n"))

    def name(self, text):
        """(12) name the first time, (12) from then on."""
        number, _, name = text.partition(" ")
        if name:
            self.names[number] = name
        return self.names[number]

    def read(self, line):
        if line.startswith("fn="):
            self.function = self.name(line[3:])
        elif line.startswith("cfn="):
            self.called = self.name(line[4:])
        elif line.startswith("calls="):
            self.call(int(line[6:].split()[0]))
        elif re.match(r"[-+*\d]", line):
            self.cost(line)

    def call(self, count):
        self.is_call = True
        caller = self.function.split("'")[0]
        if self.called.split("'")[0] in TAKING and caller not in TAKING:
            self.taken[self.called] += count

    def cost(self, line):
        """Behind a call stands what the called one costs: it is not own."""
        if not self.is_call:
            self.own[self.function.split("'")[0]] += int(line.split()[1])
        self.is_call = False

    def __sub__(self, other):
        self.own.subtract(other.own)
        self.taken.subtract(other.taken)
        return self


def measure(place, chand, script):
    once = run(place, chand, script, MESSAGES)
    return run(place, chand, script, 2 * MESSAGES) - once


def per_message(counter):
    return sum(counter.values()) / MESSAGES


def where():
    """What else the counts depend on."""
    compiler = subprocess.run(["cc", "-dumpfullversion"], text=True,
                              stdout=subprocess.PIPE).stdout.strip()
    return f"{platform.machine()} cc-{compiler} {'-'.join(platform.libc_ver())}"


def read_record():
    """Where it was made, and {script: (instructions, allocations)}."""
    place, counts = "", {}
    with open(RECORD, encoding="ascii") as file:
        for line in file:
            word, _, rest = line.strip().partition(" ")
            if word == "made":
                place = rest
            elif word and word != "#":
                counts[word] = tuple(float(n) for n in rest.split())
    return place, counts


def write_record(counts):
    with open(RECORD, "w", encoding="ascii") as file:
        file.write("# What a message costs the daemon: instructions, "
                   "allocations.\n# Written by ./dev bench record; ./dev test "
                   "compares.\n")
        file.write(f"made {where()}\n")
        for script, (instructions, allocations) in counts.items():
            file.write(f"{script} {instructions:.0f} {allocations:.2f}\n")


def explain(script, profile):
    print(f"\n{script}, instructions of a message:")
    for name, count in profile.own.most_common(TOP):
        print(f"  {count / MESSAGES:8.0f}  {name}")
    print("  memory is taken by:")
    for name, count in profile.taken.most_common():
        if count >= MESSAGES // 10:
            print(f"  {count / MESSAGES:8.2f}  "
                  + " < ".join(name.split("'")))


def compare(counts):
    place, recorded = read_record()
    same = place == where()
    failed = 0
    for script, now in counts.items():
        before = recorded.get(script, now)
        grown = any(n > LIMIT * b + 0.01 for n, b in zip(now, before))
        failed += grown
        print(f"{script:14} {now[0]:8.0f} instructions ({before[0]:.0f}, "
              f"{100 * (now[0] / before[0] - 1):+.1f} %), {now[1]:.2f} "
              f"allocations ({before[1]:.2f}){'  GROWN' if grown else ''}")
    if not same:
        print(f"Recorded on {place}, and this is {where()}: not comparable.")
    elif failed:
        print("If that is the price of something, ./dev bench record takes "
              "it down.")
    print(f"{len(counts) - failed} passed, {failed} failed")
    return 1 if failed and same else 0


def main():
    place, chand = sys.argv[1:3]
    mode = sys.argv[3] if len(sys.argv) > 3 else "compare"
    scripts = subprocess.run([sys.executable, f"{HERE}/script.py", "list"],
                             stdout=subprocess.PIPE, text=True).stdout.split()
    counts = {}
    for script in scripts:
        profile = measure(place, chand, script)
        counts[script] = (per_message(profile.own), per_message(profile.taken))
        if mode == "show":
            explain(script, profile)
    if mode == "record":
        write_record(counts)
    return compare(counts)


sys.exit(main())
