# SPDX-License-Identifier: MIT
"""The Nth allocation of the daemon's start fails: it says so, or goes on.

CHAND_TORTURE=all tries all that the daemon makes itself, and many of
OpenSSL's; without it some are drawn, by a seed that is printed.
"""
import os
import random
import subprocess
import sys
import tempfile
import unittest

import harness
from certificates import certificates
from harness import PATIENCE

ALL = os.environ.get("CHAND_TORTURE") == "all"
NTH = os.path.join(os.path.dirname(os.path.abspath(harness.CHAND)),
                   "tests/e2e/nth.so")
STARTS = list(range(1, 400)) + list(range(400, 15000, 97))
START = """
[listen]
url = unix://%s/s
url = tcp://127.0.0.1:0
url = tls://127.0.0.1:0
[tls]
certificate = %s
key = %s
authorities = %s
clients = optional
[server]
sandbox = no
[principal boss]
uid = 0
token = """ + "ab" * 32 + """
[principal worker]
certificate = dns:worker.example
[channel jobs.*]
send = boss
receive = worker
preference = sender
[channel stored]
capacity = 5
"""


class Start(unittest.TestCase):
    """Each allocation of a start fails once. Not those of libseccomp: it does
    not look at all of them."""

    def start(self, config, nth):
        """How it ended, and the lines that say why; once it serves, it is
        told to end."""
        process = harness.start_process(
            [harness.CHAND, "--config", config], stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, env=dict(
                harness.clean_environment(), LD_PRELOAD=NTH, NTH=str(nth)))
        self.addCleanup(process.kill)
        with process.stderr as said:
            lines = []
            for line in said:
                lines.append(line.decode())
                if "started version" in lines[-1]:
                    process.terminate()
        status = process.wait(PATIENCE)
        harness.running.discard(process)
        self.assertTrue(any("NTH failed" in l for l in lines), lines)
        return status, [l for l in lines if "NTH failed" not in l and
                        "level=info" not in l and "--help" not in l]

    def test_a_start_without_memory_says_so_or_succeeds(self):
        seed = int(os.environ.get("CHAND_SEED", random.SystemRandom()
                                  .randrange(1 << 32)))
        print("CHAND_SEED=%d" % seed, file=sys.stderr)
        made = certificates()
        refused = 0
        with tempfile.TemporaryDirectory(prefix="chand-") as folder:
            config = os.path.join(folder, "chand.conf")
            with open(config, "w", encoding="utf-8") as file:
                file.write(START % ((folder,) + made.server +
                                    (made.authority,)))
            chosen = STARTS if ALL else sorted(set(
                random.Random(seed).sample(STARTS[:400], 60) +
                random.Random(seed).sample(STARTS[400:], 10)))
            for nth in chosen:
                status, lines = self.start(config, nth)
                with self.subTest(nth=nth):
                    self.assertIn(status, (0, 1, 2), lines)
                    self.assertLessEqual(len(lines), 1, lines)
                    if status:
                        self.assertEqual(len(lines), 1)
                        refused += 1
        self.assertGreater(refused, 5)
