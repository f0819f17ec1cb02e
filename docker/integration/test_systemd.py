# SPDX-License-Identifier: MIT
"""systemd as the first process of a container, with what was installed."""
import json
import os
import unittest

import fleet
from fleet import docker, until

# A Debian whose services' watchdog is quicker, so that it can be waited for.
BEGIN = """mkdir -p /etc/systemd/system/chand.service.d &&
printf '[Service]\\nWatchdogSec=3s\\n' \
	>/etc/systemd/system/chand.service.d/quick.conf &&
exec /lib/systemd/systemd"""
PACKAGES = "chand", "chanctl", "libchand0", "libchand-dev"


class Service(unittest.TestCase):

    def setUp(self):
        ident = docker(
            "run", "-d", "--network", "none", "--pull", "never",
            "--name", fleet.NAMES + "systemd",
            "-v", os.environ["DEBS"] + ":/debs:ro",
            "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined",
            "--security-opt", "apparmor=unconfined", "--cgroupns", "host",
            "-v", "/sys/fs/cgroup:/sys/fs/cgroup", "--tmpfs", "/run",
            "--tmpfs", "/run/lock", "--tmpfs", "/tmp", "-e",
            "container=docker", os.environ["BASE"], "sh", "-c", BEGIN)
        self.addCleanup(docker, "rm", "-f", "-v", ident)
        self.host = fleet.Container(None, ident)
        until(lambda: self.say("systemctl", "is-system-running", check=False)
              in ("running", "degraded"), "systemd has started")

    def say(self, *words, **how):
        return self.host.execute(*words, **how).stdout.strip()

    def show(self, key):
        return self.say("systemctl", "show", "-p", key, "--value", "chand")

    def journal(self, **fields):
        """The entries that have these fields, as dictionaries."""
        lines = self.say("journalctl", "-u", "chand", "-o", "json",
                         "--no-pager").splitlines()
        return [entry for entry in map(json.loads, lines)
                if fields.items() <= entry.items()]

    def said(self, beginning):
        return [entry for entry in self.journal(SYSLOG_IDENTIFIER="chand")
                if entry["MESSAGE"].startswith(beginning)]

    def hand_over(self, value):
        self.say("sh", "-c", "chanctl -t 20 send names '%s' & "
                 "chanctl -t 20 recv names >/tmp/got && wait $!" % value)
        self.assertEqual(self.say("cat", "/tmp/got"), value)

    def test_the_packages_life_from_their_installation_to_their_purge(self):
        self.say("sh", "-c", "dpkg -i /debs/*.deb")
        self.assertEqual(self.show("ActiveState"), "active")
        for unit in "chand.socket", "chand.service":
            self.assertEqual(self.say("systemctl", "is-enabled", unit),
                             "enabled")
        self.say("systemctl", "stop", "chand.service")
        self.assertEqual(self.show("ActiveState"), "inactive")
        self.hand_over("who connects first starts it")
        self.assertEqual(self.show("ActiveState"), "active")
        self.look_at_the_journal()
        self.look_at_the_sandbox()
        self.reload()
        self.let_the_watchdog_bark()
        self.hand_over("as before")
        self.say("systemctl", "stop", "chand.socket", "chand.service")
        self.assertEqual(self.show("ActiveState"), "inactive")
        self.assertEqual(self.show("Result"), "success")
        self.assertTrue(self.said("stopped"))
        self.purge()

    def purge(self):
        """From what runs; nothing is left but what was put beside it."""
        self.say("systemctl", "start", "chand.service")
        pid = self.show("MainPID")
        self.say("dpkg", "--purge", *PACKAGES)
        self.say("test", "!", "-e", "/proc/" + pid)
        self.say("rm", "-r", "/etc/systemd/system/chand.service.d")
        self.say("systemctl", "daemon-reload")
        self.assertEqual(self.show("LoadState"), "not-found")
        self.assertEqual(self.say(
            "find", "/", "-xdev", "(", "-name", "*chand*", "-o", "-name",
            "*chanctl*", ")", "-not", "-path", "/proc/*"), "")

    def look_at_the_journal(self):
        started = self.said("started")[-1]
        self.assertEqual(started["CHAND_PID"], self.show("MainPID"))
        self.assertEqual(started["PRIORITY"], "6")
        self.assertRegex(started["MESSAGE_ID"], "^[0-9a-f]{32}$")
        self.assertEqual(started["_SYSTEMD_UNIT"], "chand.service")
        self.assertEqual({entry["CHAND_URL"]
                          for entry in self.said("listening")},
                         {"unix:///run/chand/chand.sock",
                          "tcp://127.0.0.1:7411"})

    def look_at_the_sandbox(self):
        text = self.say("cat", "/proc/%s/status" % self.show("MainPID"))
        status = dict(line.split(":\t", 1) for line in text.splitlines())
        for field in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            self.assertEqual(int(status[field], 16), 0, field)
        self.assertEqual(status["Uid"].split(),
                         4 * [self.say("id", "-u", "chand")])
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        sandboxed = self.said("sandboxed")[-1]
        self.assertNotIn("not permitted", sandboxed["MESSAGE"])

    def reload(self):
        pid = self.show("MainPID")
        self.say("sh", "-c", "echo '[limits]\nmax_message = 1K' "
                 ">/etc/chand/chand.conf && chown root:chand "
                 "/etc/chand/chand.conf && systemctl reload chand")
        until(lambda: self.host.execute(
            "sh", "-c", "head -c 4000 /dev/zero | chanctl -n send names",
            check=False).returncode == 1, "what is too big is refused")
        self.assertEqual(self.show("MainPID"), pid)

    def let_the_watchdog_bark(self):
        """A daemon that stands still is replaced; its sockets stay."""
        pid = self.show("MainPID")
        self.say("kill", "-STOP", pid)
        self.assertEqual(self.host.execute(
            "chanctl", "-t", "30", "ping", check=False).returncode in (0, 7),
            True)
        until(lambda: self.show("NRestarts") == "1", "it was started again")
        until(lambda: self.show("ActiveState") == "active", "it is there")
        self.assertNotEqual(self.show("MainPID"), pid)
