# SPDX-License-Identifier: MIT
"""Whatever of chanctl is killed, at whatever moment: nothing is lost.

Senders that are never killed must all be released, and what they gave must
have been written at least once; of those that are killed, what was reported
as given must have been written, too.
"""
import os
import signal
import subprocess
import sys
import threading
import time

from ctl import Ctl
from harness import PATIENCE, until

MESSAGES = 300
SENDERS = 6
KILLS = 60

# Ends with 99 if another of its kind runs. (The lock goes as soon as the
# process begins to end, which that of flock(2) does not.)
ALONE = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
try:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit(99)
time.sleep(0.002)
"""


class Actor:
    """A chanctl that is begun again when it has been killed."""

    def __init__(self, case, words, log=None):
        self.case, self.words, self.log = case, words, log
        self.logs = []
        self.begin()

    def begin(self):
        out = subprocess.DEVNULL
        if self.log:
            self.logs.append("%s.%d" % (self.log, len(self.logs)))
            out = open(self.logs[-1], "wb")
        self.process = self.case.begin(*self.words, stdout=out)
        if self.log:
            out.close()

    def kill(self, number):
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        self.begin()

    def written(self):
        """What is whole of what it has written; it may have died in a line."""
        for path in self.logs:
            with open(path) as file:
                yield from file.read().split("\n")[:-1]


class Killed(Ctl):

    def path(self, name):
        return os.path.join(self.daemon.folder, name)

    def send_all(self, channel, numbers, given):
        client = self.connect()
        for number in numbers:
            self.may_send.acquire()
            client.call("send", channel, "m%d" % number)
            given.append("m%d" % number)

    def start_senders(self, channels):
        """Threads, and what they were told was taken."""
        self.may_send = threading.Semaphore(0)
        given, threads = [], []
        for n in range(SENDERS):
            threads.append(threading.Thread(target=self.send_all, args=(
                channels[n % len(channels)],
                range(n, MESSAGES, SENDERS), given), daemon=True))
            threads[-1].start()
        return threads, given

    def kill_some(self, random, actors):
        """Some messages set off; and somewhere on their way, one dies."""
        for _ in range(KILLS):
            for _ in range(random.randrange(1, 2 * MESSAGES // KILLS)):
                self.may_send.release()
            time.sleep(random.choice([0, 0.003]) * random.random())
            random.choice(actors).kill(random.choice(
                [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
        for _ in range(MESSAGES):
            self.may_send.release()

    def check_nothing_is_lost(self, actors, channels, sinks):
        """`sinks` are groups of actors, each of which must get all."""
        random = self.random()
        threads, given = self.start_senders(channels)
        self.kill_some(random, actors)
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(len(given), MESSAGES)
        for sink in sinks:
            found = {line for actor in sink for line in actor.written()}
            self.assertEqual(set(given) - found, set())

    def receivers(self, channel, count=3):
        return [Actor(self, ["recv", "-f", channel],
                      self.path("%s%d" % (channel, n))) for n in range(count)]

    def test_receivers(self):
        sink = self.receivers("c")
        self.check_nothing_is_lost(sink, "c", [sink])

    def test_servers(self):
        log = self.path("served")
        servers = [Actor(self, ["serve", "-P2", "c", "--", "sh", "-c",
                                'read -r x; echo "$x" >>%s' % log])
                   for _ in range(3)]
        servers[0].written = lambda: open(log).read().split("\n")
        self.check_nothing_is_lost(servers, "c", [servers[:1]])

    def test_pipes(self):
        sink = self.receivers("b", 2)
        pipes = [Actor(self, ["pipe", "a", "b"]) for _ in range(2)]
        self.check_nothing_is_lost(pipes + sink, "a", [sink])

    def test_filters(self):
        sink = self.receivers("b", 2)
        pipes = [Actor(self, ["pipe", "-P2", "a", "b", "--", "cat"])
                 for _ in range(2)]
        self.check_nothing_is_lost(pipes + sink, "a", [sink])

    def test_tees(self):
        sinks = [self.receivers(channel, 2) for channel in "bc"]
        tees = [Actor(self, ["tee", "a", "b", "c"]) for _ in range(2)]
        self.check_nothing_is_lost(tees + sinks[0] + sinks[1], "a", sinks)

    def test_merges(self):
        sink = self.receivers("c", 2)
        merges = [Actor(self, ["merge", "a", "b", "c"]) for _ in range(2)]
        self.check_nothing_is_lost(merges + sink, "ab", [sink])

    def test_senders(self):
        """What one that exits with 0 has given, somebody has written."""
        random = self.random()
        sink = self.receivers("c", 2)
        given = set()
        for n in range(KILLS):
            name = "m%d" % n
            process = self.begin("send", "c", name)
            if random.randrange(3):
                random.choice(sink).kill(signal.SIGKILL)
            if random.randrange(2):
                process.send_signal(random.choice(
                    [signal.SIGKILL, signal.SIGTERM]))
            if self.finish(process)[0] == 0:
                given.add(name)
        found = {line for actor in sink for line in actor.written()}
        self.assertEqual(given - found, set())
        self.assertGreater(len(given), KILLS // 6)

    def test_a_stream(self):
        """The line that a killed sender had not been told of is its own."""
        random = self.random()
        sink = self.receivers("c", 2)
        lines = b"".join(b"m%d\n" % n for n in range(2000))
        sender = self.begin("send", "-l", "c", stdin=subprocess.PIPE)
        feeder = threading.Thread(target=sender.stdin.write, args=(lines,))
        feeder.start()
        while feeder.is_alive():
            random.choice(sink).kill(random.choice(
                [signal.SIGKILL, signal.SIGTERM]))
            feeder.join(0.01 * random.random())
        self.assertEqual(self.finish(sender)[0], 0)
        found = {line for actor in sink for line in actor.written()}
        self.assertEqual({"m%d" % n for n in range(2000)} - found, set())

    def test_locks(self):
        """Never two at a time: a lock of the kernel's would be taken."""
        random = self.random()
        words = ["lock", "l", "--", sys.executable, "-ISc", ALONE,
                 self.path("alone")]
        running = [self.begin(*words) for _ in range(5)]
        ended = {}
        for _ in range(2 * KILLS):
            victim = running.pop(random.randrange(len(running)))
            if random.randrange(3):
                victim.send_signal(random.choice(
                    [signal.SIGKILL, signal.SIGTERM]))
            victim.communicate(timeout=PATIENCE)
            status = victim.returncode
            ended[status] = ended.get(status, 0) + 1
            running.append(self.begin(*words))
        for process in running:
            self.assertEqual(self.finish(process)[0], 0)
        self.assertEqual(set(ended) - {0, -9, -15, 143}, set(), ended)
        self.assertGreater(ended[0], KILLS // 3)
        self.check(0, b"", "lock", "-n", "l", "--", "true")
        self.assertEqual(self.channels(), [])

    def test_parties_of_a_barrier(self):
        random = self.random()
        waiting = []
        passed = 0
        for n in range(4 * KILLS):
            waiting.append(self.begin("barrier", "b", "3"))
            if random.randrange(3) == 0:
                waiting.pop(random.randrange(len(waiting))).kill()
            done = [p for p in waiting if p.poll() is not None]
            passed += len(done)
            self.assertEqual([p.returncode for p in done if p.returncode], [])
            waiting = [p for p in waiting if p not in done]
        until(lambda: sum(p.poll() is None for p in waiting) < 3,
              "no three are left waiting")
        self.assertGreater(passed, KILLS // 3)
