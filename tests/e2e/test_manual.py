# SPDX-License-Identifier: MIT
"""The examples of chanctl(1), and of README, are true."""
import os
import pty
import re
import subprocess

from ctl import Ctl
from harness import CHAND, CHANCTL, PATIENCE, clean_environment, start_process

SOURCES = os.environ.get("srcdir", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def read(*path):
    with open(os.path.join(SOURCES, *path)) as file:
        return file.read()


class Manual(Ctl):

    def environment(self, **more):
        env = clean_environment()
        env.update(CHAND_URL=self.daemon.unix, NO_COLOR="1",
                   PATH=os.path.dirname(CHANCTL) + ":" + env["PATH"])
        return dict(env, **more)

    def on_a_terminal(self, script):
        """What people see who type it."""
        reader, terminal = pty.openpty()
        process = start_process(["sh", "-c", script], stdin=terminal,
                                stdout=terminal, stderr=terminal,
                                env=self.environment())
        os.close(terminal)
        seen = b""
        try:
            while True:
                seen += os.read(reader, 65536)
        except OSError:  # all have closed it
            os.close(reader)
        process.wait(PATIENCE)
        return seen.decode().replace("\r\n", "\n")

    def bash(self, script, **more):
        return subprocess.run(
            ["bash", "-c", script], env=self.environment(**more),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=PATIENCE)

    def test_the_sessions_end_as_they_are_shown(self):
        page = read("client", "man", "chanctl.1.in").split("# EXAMPLES")[1]
        sessions = re.findall(r"^```\n(.*?)^```", page, re.M | re.S)
        self.assertGreater(len(sessions), 3)
        for session in sessions:
            lines = session.splitlines(True)
            script = "".join(l[2:] for l in lines if l.startswith("$ "))
            wanted = "".join(l for l in lines if not l.startswith("$ "))
            self.assertEqual(self.on_a_terminal(script), wanted, script)

    def test_the_verbs_examples_are_understood(self):
        """Without a daemon: each comes as far as looking for it."""
        verbs = re.findall(r"^(\w+)\t", self.run_ctl(
            "--complete", "chanctl ")[1].decode(), re.M)
        folder = self.daemon.folder
        for name in "photo.png", "site.tar":
            open(os.path.join(folder, name), "w").close()
        count = 0
        for verb in verbs:
            text = self.run_ctl("help", verb)[1].decode()
            for line in text.partition("\nexamples:\n")[2].splitlines():
                run = self.bash("cd '%s' && git() { echo 1; }; jq() { cat; }; "
                              "chanctl() { command chanctl \"$@\"; "
                              "echo chanctl-ends-$? >&3; }; "
                              "{ %s\n} 3>&1 >/dev/null 2>&1"
                              % (folder, line.strip()),
                              CHAND_URL="unix:///nonexistent/s")
                self.assertEqual(run.stdout.decode().split()[0],
                                 "chanctl-ends-69", line)
                count += 1
        self.assertGreater(count, 20)

    def test_every_status_of_the_table_is_explained(self):
        statuses = set(re.findall(r"^ERROR\(\w+, \w+, (\d+)",
                                  read("proto", "errors.def"), re.M))
        for page in (read("client", "man", "chanctl.1.in"), read("README.md")):
            for status in statuses:
                self.assertRegex(page, r"(?m)^(\*%s\*$|\| %s )"
                                 % (status, status))

    def test_the_readme_has_the_session_that_its_script_plays(self):
        block = read("README.md").split("<!-- doc/session.sh -->\n")[1]
        wanted = "".join(
            line[4:] for line in block.split("\n\n")[0].splitlines(True))
        folder = self.daemon.folder
        for name, path in (("chand", CHAND), ("chanctl", CHANCTL)):
            os.symlink(path, os.path.join(folder, name))
        played = self.on_a_terminal(
            "PATH='%s':$PATH; %s" % (folder, os.path.join(
                os.path.abspath(SOURCES), "doc", "session.sh")))
        self.assertEqual(played.rstrip("\n"), wanted.rstrip("\n"))
