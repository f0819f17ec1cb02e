# SPDX-License-Identifier: MIT
"""Containers of a compose project of one's own, and what was seen in them."""
import glob
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path += [os.path.join(ROOT, "tests", "history"),
             os.path.join(ROOT, "tests", "e2e")]

from check import Verdict  # noqa: E402
from history import read_files  # noqa: E402

COMPOSE = shlex.split(os.environ.get("COMPOSE", "docker-compose"))
PATIENCE = 60 * float(os.environ.get("CHAND_SLOW", "1"))
NAMES = os.environ.get("NAMES", "chand-test-")  # of all that is made
COMPOSE_FILE = os.path.join(HERE, "docker-compose.yml")


def run(command, check=True, **how):
    """What a command wrote; its errors are in the exception, if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=4 * PATIENCE, **how)
    if check and done.returncode != 0:
        raise AssertionError("%s: status %d\n%s%s" % (
            " ".join(command), done.returncode, done.stdout, done.stderr))
    return done


def docker(*words, **how):
    return run(["docker", *words], **how).stdout.strip()


def until(claim, what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while True:
        found = claim()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("waited %.0f s in vain: %s" % (seconds, what))
        time.sleep(0.1)


class Container:
    """One container, by its id; it keeps that when it is started again."""

    def __init__(self, fleet, ident):
        self.fleet = fleet
        self.ident = ident
        self.seen = {}  # a log: where to read on
        self.found = []

    def inspect(self, form):
        return docker("inspect", "-f", form, self.ident)

    def pid(self):
        return int(self.inspect("{{.State.Pid}}"))

    def status(self):
        return int(self.inspect("{{.State.ExitCode}}"))

    def is_running(self):
        return self.inspect("{{.State.Running}}") == "true"

    def output(self):
        done = run(["docker", "logs", self.ident])
        return done.stdout + done.stderr

    def kill(self, signal="KILL"):
        docker("kill", "-s", signal, self.ident)

    def start(self):
        docker("start", self.ident)

    def stop(self):
        docker("stop", "-t", "30", self.ident)

    def pause(self):
        docker("pause", self.ident)

    def resume(self):
        docker("unpause", self.ident)

    def execute(self, *words, **how):
        return run(["docker", "exec", self.ident, *words], **how)

    # ---- what its clients wrote ----

    def lines(self):
        """Of all its lives; what was read before is not read again."""
        for path in sorted(glob.glob(os.path.join(
                self.fleet.logs, self.ident[:12] + "-*.jsonl"))):
            with open(path, "rb") as file:
                file.seek(self.seen.get(path, 0))
                whole = file.read().rpartition(b"\n")[0]
            self.found += map(json.loads, whole.splitlines())
            self.seen[path] = self.seen.get(path, 0) + \
                (len(whole) + 1 if whole else 0)
        return self.found

    def holds(self):
        """The value that its one worker is at, or None."""
        lines = self.lines()
        if lines and lines[-1]["is"] == "ok" and "delivery" in lines[-1]:
            return lines[-1]["value"]
        return None


class Fleet:
    """A compose project; whatever it has is gone with it."""

    def __init__(self, name, compose_file=COMPOSE_FILE, **env):
        self.name = "%s%s-%d" % (NAMES, name, os.getpid())
        self.compose_file = compose_file
        self.logs = tempfile.mkdtemp(prefix="chand-logs-")
        self.env = dict(os.environ, LOGS=self.logs, **env)

    def compose(self, *words, **how):
        return run([*COMPOSE, "-p", self.name, "-f", self.compose_file,
                    *words], env=self.env, **how)

    def up(self, *services, **scale):
        counts = [word for service, count in scale.items()
                  for word in ("--scale", "%s=%d" % (service, count))]
        self.compose("up", "-d", "--no-build", *counts, *services, *scale)
        return [self.containers(service)
                for service in (*services, *scale)]

    def containers(self, service):
        found = docker("ps", "-a", "-q", "--no-trunc",
                       "-f", "label=com.docker.compose.project=" + self.name,
                       "-f", "label=com.docker.compose.service=" + service)
        return [Container(self, ident) for ident in found.split()]

    def tool(self, *words, service="tool", **how):
        """chanctl in a container of its own."""
        return self.compose("run", "--rm", "-T", service, *words, **how)

    def network(self, name):
        return "%s_%s" % (self.name, name)

    def disconnect(self, network, container):
        docker("network", "disconnect", self.network(network),
               container.ident)

    def connect(self, network, container):
        """As compose had it: by the name of its service."""
        docker("network", "connect", "--alias", container.inspect(
            '{{index .Config.Labels "com.docker.compose.service"}}'),
            self.network(network), container.ident)

    def remove(self):
        self.compose("down", "-v", "-t", "1", "--remove-orphans", check=False)
        shutil.rmtree(self.logs, ignore_errors=True)


class Case(unittest.TestCase):
    """A fleet for each test, and a verdict on all that its clients saw."""

    compose_file = COMPOSE_FILE

    def setUp(self):
        self.fleet = Fleet(type(self).__name__.lower(), self.compose_file)
        self.addCleanup(self.fleet.remove)

    def start(self, *services, **scale):
        return self.fleet.up(*services, **scale)

    def start_daemon(self, service="chand"):
        ((daemon,),) = self.start(service)
        self.wait_healthy(daemon)
        return daemon

    def wait_healthy(self, container):
        until(lambda: container.execute(
            "/usr/bin/chanctl", "-q", "-t", "2", "ping",
            check=False).returncode == 0, "the daemon answers")

    def end(self, *groups):
        """Have clients finish what they are at."""
        running = [c for group in groups for c in group if c.is_running()]
        docker("kill", "-s", "TERM", *(c.ident for c in running))
        for container in running:
            until(lambda: not container.is_running(), "a client ends")
            self.assertEqual(container.status(), 0, container.output())

    def history(self):
        return read_files(glob.glob(os.path.join(self.fleet.logs, "*.jsonl")))

    def judge(self, **bounds):
        """What the clients saw breaks no promise; and the history."""
        history = self.history()
        verdict = Verdict(history, **bounds)
        print(", ".join("%d %s" % (n, what)
                        for what, n in verdict.seen.items()), flush=True)
        self.assertEqual(verdict.faults, [])
        return history, verdict.seen

    def wait_ok(self, containers, count, what="send"):
        """So many calls more have succeeded than now."""
        def done():
            return sum(line["is"] == "ok" and
                       ("reply" in line if what == "send" else
                        "value" in line)
                       for c in containers for line in c.lines())

        before = done()
        until(lambda: done() >= before + count,
              "%d more calls of %s succeed" % (count, what))
