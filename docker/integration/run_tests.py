# SPDX-License-Identifier: MIT
"""Run the files of tests that are named, or all, some of them at a time.

Each is a process of its own, with containers and networks of its own, and
mostly waits. What it says is told when it has ended; the last line is
"N passed, M failed", of all.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LANES = 3
LONGEST = ("test_daemon.py", "test_network.py", "test_crowd.py",
           "test_pool.py")  # begin first
ALONE = """import os, sys
here = sys.argv[1]
sys.path[:0] = [here, os.path.join(here, "..", "..", "tests", "e2e")]
import suite
sys.exit(suite.run(sys.argv[2:], here))"""


def all_files():
    names = sorted(n for n in os.listdir(HERE)
                   if n.startswith("test_") and n.endswith(".py"))
    return sorted(names, key=lambda name: (name not in LONGEST, name))


def run(name):
    """How many tests of a file have passed, and failed."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", ALONE, HERE, name],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    counts = re.findall(r"^(\d+) passed, (\d+) failed$", done.stdout,
                        re.MULTILINE)
    passed, failed = map(int, counts[-1]) if counts else (0, 1)
    text = re.sub(r"^(-{70}|Ran \d+ tests? in .*|OK|\d+ passed, .*|)\n", "",
                  done.stdout, flags=re.MULTILINE)
    print("---- %s: %.0f s\n%s" % (name, time.monotonic() - began, text),
          end="", flush=True)
    return passed, max(failed, int(done.returncode != 0))


def main(names):
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        counts = list(lanes.map(run, names or all_files()))
    passed, failed = (sum(column) for column in zip(*counts))
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
