# SPDX-License-Identifier: MIT
"""chand.conf: the start, --check-config, and SIGHUP."""
import os
import signal
import stat
import subprocess
import tempfile

from harness import CHAND, PATIENCE, WRAP, Case, clean_environment, until


def run(*words, **variables):
    """The daemon with these words: status, stdout, stderr."""
    done = subprocess.run(WRAP + [CHAND] + list(words), timeout=PATIENCE,
                          env=dict(clean_environment(), **variables),
                          capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Check(Case):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chand-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "chand.conf")

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, *words, **variables):
        return run("--check-config", "--config", self.path, *words,
                   **variables)

    def test_what_is_right_is_said_to_be(self):
        self.write("[limits]\nmax_message = 1M\n[channel j*]\nlease = 1m\n")
        status, out, err = self.check()
        self.assertEqual((status, err), (0, ""))
        self.assertIn("nothing is wrong", out)

    def test_what_is_wrong_is_said_with_its_line_and_stops_the_start(self):
        for text, said in (
                ("[limits]\n\nmax_mesage = 1M\n",
                 ':3: there is no key "max_mesage" in [limits]'),
                ("[limits]\nmax_message = 1Mb\n", ":2: max_message takes"),
                ("[channel a]\ncapacity = 9\n[limits]\nmax_capacity = 8\n",
                 ":2: capacity is 9, but max_capacity is 8 (%s:4)"
                 % self.path)):
            self.write(text)
            for words in ("--check-config",), ():
                status, out, err = run("--config", self.path, *words)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("chand: " + self.path + said, err)

    def test_the_environment_is_checked_too(self):
        self.write("")
        status, _, err = self.check(CHAND_MAX_OUTPUT="little")
        self.assertEqual(status, 2)
        self.assertIn("CHAND_MAX_OUTPUT takes a number of bytes", err)

    def test_a_file_that_was_asked_for_must_be_there(self):
        status, _, err = self.check()
        self.assertEqual(status, 2)
        self.assertIn(self.path + ": No such file", err)

    def test_more_connections_than_there_can_be_stop_the_start(self):
        self.write("[limits]\nmax_connections = 1000000\n")
        limit = ["prlimit", "--nofile=256:256"]
        for words in ["--check-config"], ["--listen=tcp://127.0.0.1:0"]:
            done = subprocess.run(
                limit + [CHAND, "--config", self.path] + words,
                timeout=PATIENCE, env=clean_environment(),
                capture_output=True, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("max_connections is 1000000, but descriptors (256)",
                          done.stderr.decode())


class Start(Case):

    def setUp(self):
        super().setUp()
        self.clients.remove(self.probe)
        self.probe.close()

    def limits(self, daemon):
        return self.connect(daemon.unix).call("hello")["limits"]

    def test_words_win_over_variables_and_these_over_files(self):
        daemon = self.start(
            "--max-tasks", "30", config="[limits]\nmax_held = 10\n"
            "max_tasks = 10\nmax_watchers = 10\n",
            variables={"CHAND_MAX_TASKS": "20", "CHAND_MAX_WATCHERS": "20",
                       "CHAND_PORT": "tcp://10.0.0.1:1"})
        limits = self.limits(daemon)
        self.assertEqual([limits["held"], limits["watchers"],
                          limits["tasks"]], [10, 20, 30])

    def test_where_to_listen_is_in_the_file(self):
        folder = tempfile.mkdtemp(prefix="chand-")
        path = os.path.join(folder, "own.sock")
        daemon = self.start(listen=[], folder=folder, config="[listen]\n"
                            "url = unix://%s\nurl = tcp://127.0.0.1:0\n"
                            "socket_mode = 0660\n" % path)
        self.assertEqual(daemon.urls[0], "unix://" + path)
        self.assertEqual(len(daemon.urls), 2)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o660)
        daemon.own_folder = True

    def test_where_to_listen_may_be_in_the_environment(self):
        folder = tempfile.mkdtemp(prefix="chand-")
        daemon = self.start(listen=[], folder=folder, variables={
            "CHAND_LISTEN": "tcp://127.0.0.1:0 unix://%s/e.sock" % folder})
        self.assertEqual(len(daemon.urls), 2)
        daemon.own_folder = True


SETTINGS = """
[channel *]
capacity = 2
[channel jobs.*]
preference = sender
lease = 500ms
[channel jobs.slow]
capacity = 1
schedule_all = yes
lease = 1h
"""


class Channels(Case):

    def setUp(self):
        super().setUp()
        self.daemon = self.start(config=SETTINGS)
        self.probe = self.connect(self.daemon.unix)

    def settings(self, name):
        info = self.probe.call("channel.open", name)
        return info["capacity"], info["preference"], info["schedule_all"]

    def test_a_channel_begins_as_the_last_section_says(self):
        self.assertEqual(self.settings("other"), (2, -1, False))
        self.assertEqual(self.settings("jobs.a"), (2, 1, False))
        self.assertEqual(self.settings("jobs.slow"), (1, 1, True))

    def test_what_it_begins_with_keeps_no_channel(self):
        self.probe.call("channel.open", "jobs.a")
        self.assertEqual(self.channels(), [])
        self.probe.call("channel.open", "jobs.a", {"preference": -1})
        self.assertEqual(self.channels(), ["jobs.a"])
        self.probe.call("channel.open", "jobs.a", {"preference": 1})
        self.assertEqual(self.channels(), [])

    def test_values_wait_in_it_from_the_first_use(self):
        self.probe.call("send", "jobs.slow", 1)
        self.probe.expect_error("WOULDBLOCK", "send", "jobs.slow", 2,
                                {"timeout": 0})
        self.assertEqual(self.probe.call("recv", "jobs.slow"), 1)
        self.assertEqual(self.channels(), [])

    def test_a_receive_that_asks_for_no_lease_gets_the_channels(self):
        self.probe.call("send", "jobs.a", 1)
        worker = self.connect(self.daemon.unix)
        _, delivery, attempt = worker.call("recv", "jobs.a", {"ack": True})
        self.assertEqual(attempt, 1)
        again = self.probe.call("recv", "jobs.a", {"ack": True, "lease": 9})
        self.assertEqual(again[0::2], [1, 2])
        worker.expect_error("STALE", "ack", delivery)
        self.probe.call("ack", again[1])


class Reload(Case):

    def setUp(self):
        super().setUp()
        self.daemon = self.start("--max-tasks", "7",
                                 config="[limits]\nmax_held = 5\n")
        self.probe = self.connect(self.daemon.unix)

    def limits(self):
        return self.probe.call("hello")["limits"]

    def test_limits_come_into_force(self):
        self.assertIn("reloaded", self.daemon.reload(
            "[limits]\nmax_held = 6\nmax_tasks = 8\nmax_message = 2K\n"))
        limits = self.limits()
        self.assertEqual((limits["held"], limits["message"]), (6, 2048))
        self.assertEqual(limits["tasks"], 7)  # the command line's
        self.probe.expect_error("TOOBIG", "ping", bytes(3000))

    def test_a_bad_file_leaves_the_running_one_in_force(self):
        for text in ("[limits]\nmax_held = 9\nmax_hold = 2\n",
                     "[limits]\nmax_held = 9\n[channel c]\n"
                     "capacity = 70000\n",
                     "[limits]\nmax_held = 9\nmax_connections = 1000000\n"):
            said = self.daemon.reload(text)
            self.assertIn("nothing was reloaded", said)
            self.assertEqual(self.limits()["held"], 5)
        os.unlink(self.daemon.config_path)
        self.assertIn("No such file", self.daemon.reload())
        self.assertEqual(self.limits()["held"], 5)

    def test_what_needs_a_start_is_named_and_the_rest_applied(self):
        said = self.daemon.reload("[log]\nwatchdog = 5\n[listen]\n"
                                  "socket_mode = 0666\n[limits]\n"
                                  "max_held = 6\n")
        self.assertIn('option="watchdog"', said)
        self.assertIn('option="socket_mode"', said)
        self.assertNotIn('option="max_held"', said)
        self.assertEqual(self.limits()["held"], 6)

    def test_without_a_change_nothing_is_said(self):
        self.assertNotIn("option=", self.daemon.reload())

    def test_a_part_counts_too(self):
        self.daemon.configure("[limits]\nmax_held = 8\n", "conf.d/a.conf")
        self.daemon.reload()
        self.assertEqual(self.limits()["held"], 8)

    def test_channels_that_exist_stay_as_they_are(self):
        self.park(self.connect(self.daemon.unix), "recv", "c")
        self.daemon.reload("[channel c*]\ncapacity = 4\n")
        self.assertEqual(self.probe.call("channel.info", "c")["capacity"], 0)
        self.probe.call("send", "c", 1)
        until(lambda: self.channels() == [], "it is gone")
        self.assertEqual(
            self.probe.call("channel.open", "c")["capacity"], 4)

    def test_the_log_level_changes(self):
        self.daemon.reload("[log]\nlevel = debug\n")
        self.connect(self.daemon.unix).call("ping")
        until(lambda: "level=debug msg=connected" in self.daemon.log(), "it is said")

    def test_a_hundred_times_leaves_nothing_behind(self):
        self.daemon.reload()
        before = self.daemon.files()
        for n in range(100):
            self.daemon.process.send_signal(signal.SIGHUP)
            if n % 10 == 0:
                self.probe.call("ping")
        self.daemon.reload()
        self.assertEqual(self.daemon.files(), before)
        self.assertEqual(self.limits()["held"], 5)
