# SPDX-License-Identifier: MIT
"""The compose example as the README has it, command by command."""
import json
import os
import re
import shlex
import time

import fleet
from fleet import docker, run, until

EXAMPLE = os.path.join(fleet.ROOT, "docker", "docker-compose.yml")


def readme_commands():
    """The lines of the README that call docker-compose, as words."""
    with open(os.path.join(fleet.ROOT, "README.md")) as readme:
        lines = re.findall(r"^    \$ docker-compose (.*)$", readme.read(),
                           re.MULTILINE)
    return [shlex.split(line) for line in lines]


class Example(fleet.Case):

    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet("example", EXAMPLE)
        cls.addClassCleanup(cls.fleet.remove)
        cls.fleet.compose("up", "-d", "--no-build")

    def setUp(self):
        (self.daemon,) = self.fleet.containers("chand")

    def say(self, words, *more):
        """A command of the README, on this fleet and its images."""
        self.assertEqual(words[:2], ["-f", "docker/docker-compose.yml"])
        return self.fleet.compose(*words[2:], *more)

    def test_the_readme_s_commands_do_what_it_says(self):
        up, call, down = readme_commands()
        self.assertEqual(up[2:], ["up", "-d", "--build"])
        self.assertEqual(call[2:5], ["run", "--rm", "client"])
        self.assertEqual(down[2:], ["down"])
        call.insert(4, "-T")
        self.assertRegex(self.say(call).stdout,
                         r"^cat.png: done by worker-[12]$")

    def test_two_workers_share_what_is_called(self):
        script = "for n in $(seq 8); do chanctl call jobs $n & done; wait"
        done = self.fleet.compose("run", "--rm", "-T", "--entrypoint", "sh",
                                  "client", "-c", script).stdout
        found = re.findall(r"(\d): done by (worker-\d)", done)
        self.assertEqual(sorted(n for n, _ in found), list("12345678"))
        self.assertEqual({by for _, by in found}, {"worker-1", "worker-2"})

    def test_who_is_on_the_network_may_do_nothing_else(self):
        other = self.fleet.compose("run", "--rm", "-T", "client", "-t", "9",
                                   "send", "others", "x", check=False)
        self.assertEqual(other.returncode, 6, other.stderr)

    def test_the_daemon_is_asked_whether_it_is_well(self):
        until(lambda: self.health() == "healthy", "it is healthy")
        log = json.loads(self.daemon.inspect("{{json .State.Health.Log}}"))
        self.assertEqual(log[-1]["ExitCode"], 0, log)

    def health(self):
        return self.daemon.inspect("{{.State.Health.Status}}")

    def test_it_is_told_to_stop_and_ends_well(self):
        began = time.monotonic()
        self.daemon.stop()
        self.assertLess(time.monotonic() - began, 14)
        self.assertEqual(self.daemon.status(), 0, self.daemon.output())
        self.daemon.start()
        self.wait_healthy(self.daemon)

    def test_the_daemon_runs_with_next_to_nothing(self):
        with open("/proc/%d/status" % self.daemon.pid()) as file:
            status = dict(line.split(":\t", 1) for line in file)
        self.assertEqual(status["Uid"].split(), ["7411"] * 4)
        for field in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            self.assertEqual(int(status[field], 16), 0, field)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual(status["Seccomp"].strip(), "2")
        self.assertEqual(self.daemon.inspect(
            "{{.HostConfig.ReadonlyRootfs}}"), "true")

    def test_who_cannot_answer_is_not_healthy(self):
        """What the image asks with; it asks three times before it says so."""
        kind, *words = json.loads(docker(
            "image", "inspect", "-f", "{{json .Config.Healthcheck.Test}}",
            "chand"))
        self.assertEqual(kind, "CMD")
        self.daemon.kill("STOP")
        done = self.daemon.execute(*words, check=False)
        self.daemon.kill("CONT")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.daemon.execute(*words).returncode, 0)

    def test_nobody_can_write_but_where_it_is_meant_to_be(self):
        script = "echo x >/tmp/x || echo x >/x || id -u"
        done = self.fleet.compose("run", "--rm", "-T", "--entrypoint", "sh",
                                  "client", "-c", script)
        self.assertEqual(done.stdout.split(), ["7411"])
        self.assertIn("Read-only file system", done.stderr)
        with open("/proc/%d/mounts" % self.daemon.pid()) as mounts:
            ways = {line.split()[1]: line.split()[3].split(",")
                    for line in mounts}
        self.assertIn("ro", ways["/"])
        self.assertIn("rw", ways["/run/chand"])

    def said_sizes(self):
        """In MB, as docker/README.md has them."""
        with open(os.path.join(fleet.ROOT, "docker", "README.md")) as page:
            return dict(re.findall(r"`(chand|chanctl)` \((\d+) MB",
                                   page.read()))

    def test_the_images_are_as_small_as_is_said_and_have_an_own_user(self):
        said = self.said_sizes()
        for image in "chand", "chanctl":
            size, user = docker("image", "inspect", "-f",
                                "{{.Size}} {{.Config.User}}", image).split()
            print("%s: %.1f MB" % (image, int(size) / 1e6))
            self.assertLess(int(size) / 1e6, int(said[image]) + 0.5)
            self.assertEqual(user, "7411:7411")
        listed = run(["docker", "run", "--rm", "--network", "none",
                      "--pull", "never", "chanctl", "--version"])
        self.assertIn("chanctl", listed.stdout)
