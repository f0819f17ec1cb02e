# SPDX-License-Identifier: MIT
"""The examples do what they say: a pool in five languages."""
import os
import re
import signal
import subprocess

from harness import (CHANCTL, SLOW, Case, clean_environment, start_process,
                     until)

EXAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__),
                                        "../../examples"))
LONG = "600"
JOBS = 12
REPLY = re.compile(r"job (\d+): (\d+), by (\w+), attempt (\d+)")
TAKEN = re.compile(r"(\w+): job (\d+), attempt (\d+)")


def script(program, path):
    return [program, os.path.join(EXAMPLES, path)]


POOLS = {
    "c": [os.environ["POOL"]],
    "python": script("/usr/bin/python3", "python/pool.py"),
    "javascript": script("nodejs", "javascript/pool.js"),
    "lua": ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S",
            os.path.join(EXAMPLES, "lua/pool.lua"), "--"],
}
SHELL = script("sh", "shell/pool.sh")


class Program:
    """An example as a process, and the lines that it has printed."""

    def __init__(self, case, url, command):
        self.path = os.path.join(case.daemon.folder, "%d.out" % id(self))
        env = dict(clean_environment(), CHAND_URL=url)
        env["PATH"] = os.path.dirname(CHANCTL) + ":" + env["PATH"]
        with open(self.path, "wb") as out:
            self.process = start_process(command, stdin=subprocess.DEVNULL,
                                         stdout=out, stderr=out, env=env,
                                         start_new_session=True)
        case.addCleanup(self.kill)

    def kill(self):
        """With its children: a shell's are what it waits for."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def text(self):
        with open(self.path) as out:
            return out.read()

    def found(self, pattern):
        return pattern.findall(self.text())

    def status(self):
        until(lambda: self.process.poll() is not None,
              "it ends: " + self.text(), 30 * SLOW)
        return self.process.returncode


class ExampleCase(Case):

    def run_program(self, url, command, *words):
        return Program(self, url, command + list(words))

    def check_replies(self, asking):
        """Every job has one reply, and that is right; who did what."""
        self.assertEqual(asking.status(), 0, asking.text())
        replies = asking.found(REPLY)
        self.assertEqual(len(asking.text().splitlines()), JOBS)
        self.assertEqual(sorted((int(job), int(square))
                                for job, square, _, _ in replies),
                         [(n, n * n) for n in range(1, JOBS + 1)])
        return {job: (worker, attempt) for job, _, worker, attempt in replies}


class Pools(ExampleCase):

    def check_pool(self, command, url):
        """A worker is killed with a job in its hands."""
        alice = self.run_program(url, command, "work", "alice", LONG)
        asking = self.run_program(url, command, "ask", str(JOBS))
        until(lambda: alice.found(TAKEN), "alice has a job")
        until(lambda: self.balance("jobs") == JOBS - 1, "the others wait")
        alice.kill()
        others = [self.run_program(url, command, "work", name)
                  for name in ("bob", "carol")]
        done = self.check_replies(asking)
        (_, lost, attempt), = alice.found(TAKEN)
        self.assertEqual(attempt, "1")
        for job, (worker, attempt) in done.items():
            self.assertIn(worker, ("bob", "carol"))
            self.assertEqual(attempt, "2" if job == lost else "1", job)
        taken = [(job, (name, attempt)) for other in others
                 for name, job, attempt in other.found(TAKEN)]
        self.assertEqual(len(taken), JOBS)
        self.assertEqual(dict(taken), done)
        self.end_workers(others)

    def end_workers(self, workers):
        """All of them, once they wait for a job that will not come."""
        until(lambda: self.balance("jobs") == -len(workers),
              "they wait:\n" + "".join(w.text() for w in workers))
        self.probe.call("channel.close", "jobs", {"wake": True})
        for worker in workers:
            self.assertNotEqual(worker.status(), 0)
            self.assertIn("CLOSED: ", worker.text())
        self.probe.call("channel.open", "jobs")

    def test_a_pool_in_c_loses_no_job(self):
        self.check_pool(POOLS["c"], self.daemon.unix)
        self.check_pool(POOLS["c"], self.daemon.ipv4)

    def test_a_pool_in_python_loses_no_job(self):
        self.check_pool(POOLS["python"], self.daemon.unix)
        self.check_pool(POOLS["python"], self.daemon.ipv4)

    def test_a_pool_in_javascript_loses_no_job(self):
        self.check_pool(POOLS["javascript"], self.daemon.unix)
        self.check_pool(POOLS["javascript"], self.daemon.ipv4)

    def test_a_pool_in_neovim_loses_no_job(self):
        self.check_pool(POOLS["lua"], self.daemon.unix)
        self.check_pool(POOLS["lua"], self.daemon.ipv4)

    def test_workers_of_all_languages_serve_whoever_asks(self):
        url = self.daemon.ipv4
        workers = [self.run_program(url, command, "work", name)
                   for name, command in POOLS.items()]
        self.wait_balance("jobs", -len(POOLS))
        for command in POOLS.values():
            asking = self.run_program(url, command, "ask", str(JOBS))
            done = self.check_replies(asking)
            # First in, first out, and nobody fails: so all have had some.
            self.assertEqual({attempt for _, attempt in done.values()}, {"1"})
            self.assertEqual({name for name, _ in done.values()}, set(POOLS))
            self.wait_balance("jobs", -len(POOLS))
        self.end_workers(workers)

    def test_who_asks_hears_of_the_daemons_end(self):
        for name, command in POOLS.items():
            daemon = self.start()
            asking = self.run_program(daemon.unix, command, "ask", "1")
            worker = self.run_program(daemon.unix, command, "work", "w", LONG)
            until(lambda it=worker: it.found(TAKEN), "it has the job")
            daemon.kill()
            self.assertNotEqual(asking.status(), 0, name)
            self.assertEqual(asking.found(REPLY), [], name)

    def test_wrong_use_is_told(self):
        for command in list(POOLS.values()) + [SHELL]:
            program = self.run_program(self.daemon.unix, command)
            self.assertNotEqual(program.status(), 0)
            self.assertIn("ask COUNT", program.text())


class Shell(ExampleCase):
    """It is chanctl that works; its workers end well with their channel."""

    def test_a_pool_in_shell_loses_no_job(self):
        url = self.daemon.unix
        alice = self.run_program(url, SHELL, "work", "alice", "60")
        asking = self.run_program(url, SHELL, "ask", str(JOBS))
        until(lambda: alice.found(TAKEN), "alice has a job")
        until(lambda: self.balance("jobs") == JOBS - 1, "the others wait")
        alice.kill()
        others = [self.run_program(url, SHELL, "work", name)
                  for name in ("bob", "carol")]
        done = self.check_replies(asking)
        (_, lost, _), = alice.found(TAKEN)
        for job, (worker, attempt) in done.items():
            self.assertIn(worker, ("bob", "carol"))
            self.assertEqual(attempt, "2" if job == lost else "1", job)
        self.wait_balance("jobs", -len(others))
        self.probe.call("channel.close", "jobs", {"wake": True})
        for worker in others:
            self.assertEqual(worker.status(), 0, worker.text())

    def test_shell_and_python_serve_one_another(self):
        for one, other in (SHELL, POOLS["python"]), (POOLS["python"], SHELL):
            worker = self.run_program(self.daemon.unix, one, "work", "w")
            self.check_replies(self.run_program(self.daemon.unix, other,
                                                "ask", str(JOBS)))
            worker.kill()
            self.wait_balance("jobs", 0)
