# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: a real daemon, and a raw client.

The daemon is the binary that CHAND names, chanctl the one of CHANCTL.
CHAND_WRAP stands in front of the daemon's command (a valgrind, say), and
CHAND_SLOW is what every limit of time is multiplied with. CHAND_SEED gives
the random tests a seed that another run has printed. With CHAND_TEST_TLS=1
clients come through TLS where a test does not say how.
"""
import atexit
import contextlib
import os
import random
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from certificates import certificates
from client import PATIENCE, SLOW, CallError, Client, parse_url

CHAND = os.environ.get("CHAND", "chand")
CHANCTL = os.environ.get("CHANCTL", "chanctl")
OVER_TLS = os.environ.get("CHAND_TEST_TLS") == "1"
WRAP = shlex.split(os.environ.get("CHAND_WRAP", ""))

MIB = 1 << 20
# How a sanitizer or valgrind begins what it has to say.
REPORT = re.compile(r"Sanitizer|runtime error:|^==\d+==", re.MULTILINE)

__all__ = ["CHAND", "CHANCTL", "MIB", "OVER_TLS", "PATIENCE", "REPORT",
           "SLOW", "WRAP", "CallError", "Case", "Client", "Daemon",
           "clean_environment", "has_ipv6", "parse_url", "start_process",
           "until"]

# A shell has its background jobs ignore SIGINT, and they their children; but
# here it is a part of the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)

running = set()


@atexit.register
def end_what_still_runs():
    for process in running:
        if process.poll() is None:
            process.kill()


def start_process(command, **how):
    process = subprocess.Popen(command, **how)
    running.add(process)
    return process


def until(claim, what, seconds=PATIENCE):
    """Ask again and again, until claim() is true; what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        found = claim()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("waited %.0f s in vain: %s" % (seconds, what))
        time.sleep(0.002)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def clean_environment():
    env = dict(os.environ, LC_ALL="C", XDG_CONFIG_HOME="/nonexistent")
    for name in [n for n in env if n.startswith("CHAND_")]:
        del env[name]
    for name in ("JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_USEC",
                 "WATCHDOG_PID", "LISTEN_FDS"):
        env.pop(name, None)
    env["CHAND_CONFIG"] = "/dev/null"  # not this machine's own
    env.setdefault("ASAN_OPTIONS", "quarantine_size_mb=1")
    if OVER_TLS:  # whom libchand believes where nobody says so
        env["SSL_CERT_FILE"] = certificates().authority
    return env


# Puts sockets where a service manager puts them, and becomes what follows.
PASS = """
import os, sys
fds = [int(word) for word in sys.argv[1].split(",") if word]
high = [os.dup2(fd, 100 + n) for n, fd in enumerate(fds)]
for n, fd in enumerate(high):
    os.dup2(fd, 3 + n)
os.closerange(3 + len(fds), 100 + len(fds))
os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()),
                  LISTEN_FDNAMES=sys.argv[2] or
                  ":".join("s%d" % n for n in range(len(fds))))
os.execvp(sys.argv[3], sys.argv[3:])
"""


class Daemon:
    """A chand on a socket and on ports of its own.

    sockets    are passed to it as systemd would, called `names` ("a:b")
    variables  are what is different in its environment
    """

    def __init__(self, *options, listen=None, folder=None, config=None,
                 variables=(), sockets=None, names="", over_tls=OVER_TLS,
                 **how):
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="chand-")
        self.path = os.path.join(self.folder, "chand.sock")
        is_usual = listen is None
        if is_usual:
            listen = ["unix://" + self.path, "tcp://127.0.0.1:0"]
            listen += ["tcp://[::1]:0"] if has_ipv6() else []
            if over_tls:
                listen.append("tls://127.0.0.1:0")
        # And where it listens again at the places of such a one.
        if is_usual and over_tls or \
                any(re.match("tls:.*:[1-9]", url) for url in listen):
            options += tuple(certificates().options())
        self.log_path = tempfile.mktemp(suffix=".log", dir=self.folder)
        command = WRAP + [CHAND] + list(options)
        self.config_path = os.path.join(self.folder, "chand.conf")
        if config is not None:
            self.configure(config)
            command += ["--config", self.config_path]
        for url in listen:
            command += ["--listen", url]
        if sockets is not None:
            fds = [sock.fileno() for sock in sockets]
            command = [sys.executable, "-c", PASS,
                       ",".join(map(str, fds)), names] + command
            how["pass_fds"] = fds
        with open(self.log_path, "wb") as log:
            self.process = start_process(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(clean_environment(), **dict(variables)), **how)
        self.pid = self.process.pid
        self.was_killed = False
        try:
            until(self.is_up_or_gone, "the daemon starts")
            self.urls = re.findall(r'listening url="([^"]*)"', self.log())
            if self.process.poll() is not None or \
                    len(self.urls) < len(listen):
                raise AssertionError("no daemon: " + self.log())
        except AssertionError:
            self.kill()
            self.remove()
            raise
        self.unix = self.find("unix:")
        self.ipv4 = self.find("tcp://127.")
        self.ipv6 = self.find("tcp://[")
        self.tls = self.find("tls:")
        self.usual = self.tls if over_tls and self.tls else self.unix

    def configure(self, text, name="chand.conf"):
        """Write the file, or a part of it: "conf.d/NAME"."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, text=None):
        """Have it read its files again, with that in the first one; what the
        log says of it."""
        if text is not None:
            self.configure(text)
        before = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        until(lambda: re.search(r"msg=reloaded\n|was reloaded",
                                self.log()[before:]), "it has read again")
        return self.log()[before:]

    def find(self, beginning):
        return next((u for u in self.urls if u.startswith(beginning)), None)

    def is_up_or_gone(self):
        return "started version=" in self.log() or \
            self.process.poll() is not None

    def log(self):
        with open(self.log_path, "r", errors="replace") as log:
            return log.read()

    def terminate(self, number=signal.SIGTERM):
        """Tell it to end; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("it did not end; its log:\n" + self.log())
        running.discard(self.process)
        return status

    def kill(self):
        self.was_killed = True
        self.process.kill()
        self.process.wait()

    @contextlib.contextmanager
    def halted(self):
        """Meanwhile it sees nothing; afterwards, everything at once."""
        def is_halted():
            with open("/proc/%d/stat" % self.pid) as file:
                return file.read().rsplit(")", 1)[1].split()[0] in "Tt"

        self.process.send_signal(signal.SIGSTOP)
        try:
            until(is_halted, "it is halted")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def remove(self):
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- what the kernel says of it ----

    def status_kib(self, field):
        with open("/proc/%d/status" % self.pid) as status:
            return int(re.search(field + r":\s+(\d+)", status.read()).group(1))

    def memory(self):
        return self.status_kib("VmRSS") * 1024

    def forget_peak(self):
        with open("/proc/%d/clear_refs" % self.pid, "w") as file:
            file.write("5")

    def peak(self):
        return self.status_kib("VmHWM") * 1024

    def is_instrumented(self):
        """Whether sizes in memory say nothing about the program's own."""
        with open("/proc/%d/maps" % self.pid) as maps:
            return bool(WRAP) or "asan" in maps.read()

    def files(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def limit_memory(self, more):
        """So many more bytes of address space than now."""
        with open("/proc/%d/statm" % self.pid) as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.prlimit(self.pid, resource.RLIMIT_AS,
                         (used + more, resource.RLIM_INFINITY))

    def limit_files(self, more=None):
        """So many more files than now may be open; None: as ever."""
        hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[1]
        if more is not None:
            taken = {int(n) for n in os.listdir("/proc/%d/fd" % self.pid)}
            free = [n for n in range(hard) if n not in taken]
            soft = free[more]
        else:
            soft = hard
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (soft, hard))


class Case(unittest.TestCase):
    """A daemon for each test, which must end well."""

    options = ()
    over_tls = OVER_TLS

    def setUp(self):
        self.daemons = []
        self.clients = []
        self.addCleanup(self.end)
        self.daemon = self.start(*self.options)
        self.probe = self.connect()
        self.probe.call("ping")  # the daemon has accepted it

    def start(self, *options, **how):
        daemon = Daemon(*options, **dict({"over_tls": self.over_tls}, **how))
        self.daemons.append(daemon)
        return daemon

    def end(self):
        for client in self.clients:
            client.close()
        for daemon in reversed(self.daemons):
            status = daemon.terminate()
            log = daemon.log()
            daemon.remove()
            self.assertNotRegex(log, REPORT)
            if not daemon.was_killed:
                self.assertEqual(status, 0, log)

    def connect(self, url=None, **how):
        client = Client(url or self.daemon.usual, **how)
        self.clients.append(client)
        return client

    def connect_many(self, count, url=None):
        return [self.connect(url) for _ in range(count)]

    # ---- conditions ----

    def balance(self, channel):
        try:
            return self.probe.call("channel.info", channel)["balance"]
        except CallError as error:
            if error.code != "NOCHANNEL":
                raise
            return 0

    def wait_balance(self, channel, balance):
        until(lambda: self.balance(channel) == balance,
              "the balance of %s is %d" % (channel, balance))

    def wait_tasks(self, count):
        until(lambda: len(self.probe.call("task.list")) == count,
              "there are %d tasks" % count)

    def park(self, client, method, channel, *params):
        """A call that has to wait, and does."""
        before = self.balance(channel)
        msgid = client.request(method, channel, *params)
        change = 1 if method.startswith("send") else -1
        self.wait_balance(channel, before + change)
        return msgid

    def task(self, client):
        """A connection's row in task.list; it is known by its socket."""
        rows = {row["id"]: row for row in self.probe.call("task.list")}
        return rows.get(client.task)

    def wait_state(self, client, state):
        until(lambda: (self.task(client) or {}).get("state") == state,
              "its task is " + state)

    def held(self, channel):
        return next((info["held"] for info in self.probe.call(
            "channel.list", channel)), 0)

    def wait_held(self, channel, count):
        until(lambda: self.held(channel) == count,
              "%d of %s are held" % (count, channel))

    def deafen(self, client):
        """Have it ask without reading, until its answers block its task."""
        client.call("hello", {"name": "deaf"})
        client.sock.setblocking(False)
        left = [memoryview(client.frame("ping", bytes(60000)) * 1000)]

        def is_paused():
            try:
                left[0] = left[0][client.sock.send(left[0]):]
            except BlockingIOError:
                pass
            (task,) = self.probe.call("task.list", "deaf")
            return task["state"] == "paused"

        until(is_paused, "its task is paused")
        client.sock.settimeout(PATIENCE)

    def channels(self):
        return [info["name"] for info in self.probe.call("channel.list")]

    def assert_memory(self, used, most):
        """Only without a tool in between can memory be judged exactly."""
        if self.daemon.is_instrumented():
            most = 6 * most + 64 * MIB
        self.assertLess(used, most, "%.1f MiB" % (used / MIB))

    def random(self):
        """Random numbers, whose seed is printed and can be given."""
        seed = int(os.environ.get("CHAND_SEED", random.SystemRandom()
                                  .randrange(1 << 32)))
        print("CHAND_SEED=%d" % seed, file=sys.stderr)
        return random.Random(seed)
