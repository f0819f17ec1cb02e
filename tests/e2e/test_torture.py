# SPDX-License-Identifier: MIT
"""The Nth system call of the daemon fails: it lives, and hurts one at most.

strace lets the calls fail. A run is a few pairs of clients that hand over
values in several ways. CHAND_TORTURE=all tries every error of every call at
each place; without it a few are drawn, by a seed that is printed.
"""
import os
import select
import subprocess
import sys

import harness
from harness import PATIENCE, SLOW, CallError, Case, until

ALL = os.environ.get("CHAND_TORTURE") == "all"
PLACES = range(1, 21)
ALWAYS = 2  # so often at least a run makes each of these calls
DRAWN = 24
LARGE = bytes(300000)
SHORTEN = os.path.join(os.path.dirname(os.path.abspath(harness.CHAND)),
                       "tests/e2e/shorten.so")

# What the kernel may say to a daemon that does nothing wrong.
ERRORS = {
    "accept4": ("EINTR", "EAGAIN", "ENOBUFS", "EMFILE", "ENFILE", "ENOMEM",
                "ECONNABORTED", "EPROTO"),
    "recvfrom": ("EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "ECONNRESET"),
    "sendto": ("EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "ECONNRESET",
               "EPIPE"),
    "sendmsg": ("EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "ECONNRESET",
                "EPIPE"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "epoll_wait": ("EINTR",),
}
# These are asked for what is kept: only a daemon that has just begun asks.
MEMORY = {"mmap": ("ENOMEM",), "madvise": ("ENOMEM", "EAGAIN")}


class Inject:
    """While it lasts, strace has the nth of these calls fail."""

    def __init__(self, daemon, call, error, nth):
        self.log_path = os.path.join(daemon.folder, "strace")
        self.daemon = daemon
        self.process = harness.start_process(
            ["strace", "-qq", "-p", str(daemon.pid), "-o", self.log_path,
             "-e", "trace=" + call,
             "-e", "inject=%s:error=%s:when=%d" % (call, error, nth)],
            stderr=subprocess.PIPE)

    def tracer(self):
        if self.process.poll() is not None:
            raise AssertionError("strace cannot attach: %s"
                                 % self.process.stderr.read())
        with open("/proc/%d/status" % self.daemon.pid) as status:
            return "TracerPid:\t0\n" not in status.read()

    def __enter__(self):
        until(self.tracer, "strace is attached")
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stderr.close()
        harness.running.discard(self.process)

    def has_failed(self):
        with open(self.log_path) as log:
            return "(INJECTED)" in log.read()


class Torture(Case):

    def setUp(self):
        super().setUp()
        self.hurt = []
        self.numbers = self.random()

    # ---- what is told to whom ----

    def outcome(self, client):
        """("ok", result), ("error", it), or ("lost",)."""
        try:
            return "ok", client.result()
        except CallError as error:
            self.hurt.append(str(error))
            return "error", str(error)
        except (EOFError, OSError) as error:
            self.hurt.append(repr(error))
            return ("lost",)

    def ask(self, client, *call):
        try:
            client.request(*call)
        except OSError:
            pass  # its answer will tell

    def answers(self, *clients, beside=()):
        """Of those who are answered: who waits for one that is hurt may
        never be. Those beside them need not be yet."""
        told = {}
        while not told.keys() >= set(clients):
            waiting = {c.sock: c for c in clients + beside if c not in told}
            patience = 0.1 * SLOW if self.hurt else PATIENCE
            ready = select.select(list(waiting), [], [], patience)[0]
            if not ready:
                self.assertTrue(self.hurt, "an answer never came")
                break
            for sock in ready:
                told[waiting[sock]] = self.outcome(waiting[sock])
        return [told.get(c, ("none",)) for c in clients]

    def judge(self, sent, received, value):
        if received[0] == "ok":
            self.assertEqual(received[1], value)
            self.assertNotEqual(sent[0], "error", "a definite error that lies")
        if sent[0] == "ok":
            self.assertIn(received[0], ("ok", "lost"),
                          "a success that nobody has had")

    # ---- ways to hand something over ----

    def plain(self, sender, receiver, value):
        self.ask(receiver, "recv", "c")
        self.ask(sender, "send", "c", value)
        self.judge(*self.answers(sender, receiver), value)

    def sender_first(self, sender, receiver, value):
        self.ask(sender, "send", "c", value)
        self.ask(receiver, "select", [["recv", "d"], ["recv", "c"]])
        self.judge(*self.answers(sender, receiver), [1, value])

    def acknowledged(self, sender, receiver, value):
        self.ask(sender, "send", "c", value)
        self.ask(receiver, "recv", "c", {"ack": True})
        (received,) = self.answers(receiver, beside=(sender,))
        if received[0] != "ok":
            return
        self.assertEqual(received[1][0], value)
        self.ask(receiver, "ack", received[1][1], "reply")
        if self.hurt:
            return
        acked, sent = self.answers(receiver, sender)
        if sent[0] == "ok":
            self.assertEqual(sent[1], "reply")
            self.assertNotEqual(acked[0], "error")
        self.assertFalse(acked[0] == "ok" and sent[0] == "error")

    def spawned(self, sender, receiver, value):
        self.ask(receiver, "task.spawn", "recv", ["c"])
        (task,) = self.answers(receiver)
        self.ask(sender, "send", "c", value)
        if task[0] != "ok":
            return
        self.ask(receiver, "task.wait", task[1])
        self.judge(*self.answers(sender, receiver), value)

    # ---- a run ----

    def run_pairs(self):
        ways = [self.plain, self.sender_first, self.acknowledged,
                self.spawned] * 2
        for i, way in enumerate(ways):
            value = LARGE if i in (1, 2, 5) else "value %d" % i
            try:
                pair = [self.connect(self.daemon.urls[(i + n) % 2])
                        for n in (0, 1)]
            except OSError as error:
                self.fail("the kernel refuses: %s" % error)
            before = len(self.hurt)
            way(*pair, value)
            for client in pair:
                client.close()
                self.clients.remove(client)
            if len(self.hurt) > before:
                self.wait_gone(2)

    def wait_gone(self, tasks):
        self.revive_probe()
        until(lambda: len(self.probe.call("task.list")) < tasks,
              "who has left is gone")

    def revive_probe(self):
        try:
            self.probe.call("ping")
        except (EOFError, OSError) as error:
            self.hurt.append(repr(error))
            self.probe = self.connect()
            self.probe.call("ping")

    def torment(self, call, error, nth):
        """Whether there was an nth call."""
        self.hurt = []
        with Inject(self.daemon, call, error, nth) as inject:
            self.run_pairs()
            self.revive_probe()
        what = "%s of the call %s, place %d: %s" % (
            error, call, nth, self.hurt)
        self.assertLessEqual(len(self.hurt), 1, what)
        if error in ("EINTR", "EAGAIN") and call != "madvise":
            self.assertEqual(self.hurt, [], what)
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [], what)
        return inject.has_failed()

    def drawn(self, table):
        cases = [(call, error, nth) for call, errors in table.items()
                 for error in errors for nth in PLACES]
        return cases if ALL else self.numbers.sample(cases, DRAWN)

    def test_a_call_that_fails_hurts_one_connection_at_most(self):
        files = self.daemon.files()
        cases = self.drawn(ERRORS)
        for call, error, nth in cases:
            has_failed = self.torment(call, error, nth)
            self.assertTrue(has_failed or nth > ALWAYS,
                            "%s was not called" % call)
        until(lambda: self.daemon.files() == files, "files are closed")
        print("%d cases" % len(cases), file=sys.stderr)


class Memory(Torture):
    """Each with a daemon of its own, and more connections than it has stacks
    at hand."""

    crowd = 70

    def crowd_in(self):
        """Those who are not let in are told so by the end of the file."""
        gone = 0
        for client in self.connect_many(self.crowd):
            try:
                client.call("ping")
            except (EOFError, OSError):
                gone += 1
        return gone

    def one(self, call, error, nth):
        self.daemon = self.start()
        self.probe = self.connect()
        self.probe.call("ping")
        before = len(self.clients)
        with Inject(self.daemon, call, error, nth) as inject:
            gone = self.crowd_in()
        self.assertLessEqual(gone, 1)
        until(lambda: len(self.probe.call("task.list")) ==
              self.crowd + 1 - gone, "all others are served")
        while len(self.clients) > before:
            self.clients.pop().close()
        self.wait_tasks(1)
        self.run_pairs()
        return inject.has_failed()

    def test_memory_that_the_kernel_refuses_hurts_one_connection(self):
        if self.daemon.is_instrumented():
            self.skipTest("a sanitizer gives up when it gets no memory")
        reached = {call for call, error, nth in
                   [("mmap", "ENOMEM", 1)] + self.drawn(MEMORY)[:40]
                   if self.one(call, error, nth)}
        self.assertEqual(reached, set(MEMORY))

    test_a_call_that_fails_hurts_one_connection_at_most = None


class Short(Torture):

    def test_a_write_that_is_cut_short_goes_on(self):
        options = os.environ.get("ASAN_OPTIONS", "quarantine_size_mb=1")
        environment = {"LD_PRELOAD": SHORTEN,
                       "ASAN_OPTIONS": options + ":verify_asan_link_order=0"}
        for nth in PLACES if ALL else self.numbers.sample(PLACES, 4):
            os.environ.update(environment, SHORTEN=str(nth))
            try:
                self.daemon = self.start()
            finally:
                for name in "LD_PRELOAD", "SHORTEN":
                    del os.environ[name]
            self.probe = self.connect()
            self.run_pairs()
            self.assertEqual(self.hurt, [])

    test_a_call_that_fails_hurts_one_connection_at_most = None
