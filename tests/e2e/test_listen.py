# SPDX-License-Identifier: MIT
"""Where the daemon listens, what is in its way, and its command line."""
import os
import re
import socket
import stat
import subprocess
import tempfile

from harness import (CHAND, PATIENCE, REPORT, WRAP, Case, Client,
                     clean_environment, has_ipv6, until)


class Listen(Case):

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="chand-")
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "s")

    def run_daemon(self, *words, **env):
        """One that is expected to end by itself."""
        done = subprocess.run(
            WRAP + [CHAND] + list(words), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=dict(clean_environment(), **env), timeout=PATIENCE)
        self.assertNotRegex(done.stderr, REPORT)
        return done

    def refused(self, url, *words, **env):
        done = self.run_daemon("--listen", url, **env)
        self.assertEqual(done.returncode, 1, done.stderr)
        errors = [line for line in done.stderr.splitlines()
                  if "level=error" in line]
        self.assertEqual(len(errors), 1, done.stderr)
        for word in (url,) + words:
            self.assertIn(word, errors[0])

    def is_served(self, url):
        try:
            client = Client(url)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        try:
            return client.call("ping", 1) == 1
        finally:
            client.close()


class Sockets(Listen):

    def test_the_socket_is_the_owners_whatever_the_umask(self):
        for umask in 0, 0o022, 0o077, 0o777:
            daemon = self.start(umask=umask)
            found = os.lstat(daemon.path)
            self.assertTrue(stat.S_ISSOCK(found.st_mode))
            self.assertEqual(stat.S_IMODE(found.st_mode), 0o600)

    def test_a_stale_socket_is_replaced(self):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(self.path)
            stale.listen()
        daemon = self.start(listen=["unix://" + self.path])
        self.assertTrue(self.is_served(daemon.unix))

    def test_the_socket_of_a_killed_daemon_is_replaced(self):
        daemon = self.start(listen=["unix://" + self.path])
        daemon.kill()
        self.assertTrue(os.path.exists(self.path))
        daemon = self.start(listen=["unix://" + self.path])
        self.assertTrue(self.is_served(daemon.unix))

    def test_a_socket_in_use_is_refused_and_its_daemon_unharmed(self):
        client = self.connect()
        self.park(client, "recv", "c")
        self.refused(self.daemon.unix, "another process listens")
        self.probe.call("send", "c", 1)
        self.assertEqual(client.result(), 1)
        self.assertTrue(self.is_served(self.daemon.unix))

    def test_a_file_in_the_way_is_left_alone(self):
        with open(self.path, "w") as file:
            file.write("precious")
        self.refused("unix://" + self.path, "no socket")
        with open(self.path) as file:
            self.assertEqual(file.read(), "precious")

    def test_a_folder_or_link_in_the_way_is_left_alone(self):
        os.mkdir(self.path)
        self.refused("unix://" + self.path, "no socket")
        self.assertTrue(os.path.isdir(self.path))
        link = self.path + "link"
        os.symlink(self.daemon.path, link)
        self.refused("unix://" + link, "no socket")
        self.assertTrue(os.path.islink(link))

    def test_a_folder_that_does_not_exist_is_named(self):
        path = self.path + "/missing/s"
        self.refused("unix://" + path, os.path.dirname(path),
                     "No such file or directory")

    def test_somebody_elses_socket_is_not_removed_at_the_end(self):
        daemon = self.start(listen=["unix://" + self.path])
        os.unlink(self.path)
        other = self.start(listen=["unix://" + self.path])
        self.assertEqual(daemon.terminate(), 0)
        self.assertTrue(self.is_served(other.unix))

    def test_a_path_of_107_bytes_is_used_and_one_more_refused(self):
        path = self.path + "x" * (107 - len(self.path))
        daemon = self.start(listen=["unix://" + path])
        self.assertTrue(self.is_served(daemon.unix))
        done = self.run_daemon("--listen", "unix://" + path + "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("107 bytes", done.stderr)

    def test_paths_may_contain_blanks_and_other_signs(self):
        path = self.path + " ü%20#?"
        daemon = self.start(listen=["unix://" + path])
        self.assertTrue(self.is_served("unix://" + path))
        self.assertEqual(daemon.urls, ["unix://" + path])


class Ports(Listen):

    def test_several_urls_serve_the_same_channels(self):
        count = 8
        listen = ["tcp://127.0.0.1:0"] * count + [
            "unix://%s%d" % (self.path, n) for n in range(count)]
        daemon = self.start(listen=listen)
        self.assertEqual(len(set(daemon.urls)), 2 * count)
        sender = self.connect(daemon.urls[0])
        for n, url in enumerate(daemon.urls):
            receiver = self.connect(url)
            receiver.request("recv", "c")
            sender.call("send", "c", n)
            self.assertEqual(receiver.result(), n)

    def test_a_port_in_use_is_refused_and_its_daemon_unharmed(self):
        self.refused(self.daemon.ipv4, "Address already in use")
        self.assertTrue(self.is_served(self.daemon.ipv4))

    def test_a_daemon_that_cannot_listen_leaves_no_socket(self):
        done = self.run_daemon("--listen", "unix://" + self.path,
                               "--listen", self.daemon.ipv4)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(os.path.exists(self.path))

    def test_an_address_of_another_host_is_refused(self):
        self.refused("tcp://192.0.2.1:0", "Cannot assign requested address",
                     CHAND_INSECURE="yes")

    def test_a_host_that_cannot_exist_is_refused(self):
        # So long a label is refused before anybody is asked for it.
        self.refused("tcp://%s:0" % ("h" * 64), "h" * 64)

    def test_localhost_is_a_host(self):
        daemon = self.start(listen=["tcp://localhost:0"])
        for url in daemon.urls:
            self.assertTrue(self.is_served(url))

    def free_on_both(self):
        """A port of the daemon's that nobody has on IPv6 either."""
        for _ in range(20):
            daemon = self.start(listen=["tcp://127.0.0.1:0"])
            port = int(daemon.ipv4.rsplit(":", 1)[1])
            with socket.socket(socket.AF_INET6) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if probe.connect_ex(("::1", port)) != 0:
                    return port
        self.fail("no port is free on both")

    def test_ipv4_and_ipv6_may_have_the_same_port(self):
        if not has_ipv6():
            self.refused("tcp://[::1]:0")
            return
        url = "tcp://[::1]:%d" % self.free_on_both()
        self.assertTrue(self.is_served(self.start(listen=[url]).ipv6))

    def test_a_port_can_be_used_again_at_once(self):
        daemon = self.start(listen=["tcp://127.0.0.1:0"])
        client = self.connect(daemon.ipv4)
        client.call("ping")
        self.assertEqual(daemon.terminate(), 0)
        again = self.start(listen=daemon.urls)
        self.assertTrue(self.is_served(again.ipv4))


class CommandLine(Listen):

    def check_use(self, *words, said):
        done = self.run_daemon(*words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertLessEqual(len(lines), 2)
        self.assertTrue(lines[0].startswith("chand: "), lines)
        self.assertIn(said, lines[0])
        self.assertTrue(lines[0].isprintable())

    def test_a_bad_url_is_named_with_what_is_wrong(self):
        for url, said in (
                ("", "unix://, tcp:// or tls://"),
                ("/run/x", "unix://, tcp:// or tls://"),
                ("http://localhost", "unix://, tcp:// or tls://"),
                ("unix://", "absolute path"), ("unix://x", "absolute path"),
                ("unix:///", "absolute path"), ("tcp://", "host"),
                ("tcp://:1", "host"), ("tcp://h:", "port"),
                ("tcp://h:65536", "port"), ("tcp://h:-1", "port"),
                ("tcp://h:1x", "port"), ("tcp://h:7411/", "port"),
                ("tcp://fe80::1:80", "brackets"), ("tcp://[::1", "[::1]"),
                ("tcp://[::1]x", "port"),
                ("tcp://" + "h" * 256, "tcp://hhh")):
            self.check_use("--listen", url, said=said)

    def test_options_that_do_not_exist_are_named(self):
        self.check_use("--lisen", "x", said="--lisen")
        self.check_use("-x", said="-x")
        self.check_use("extra", said="extra")
        self.check_use("--", "extra", said="extra")

    def test_options_without_their_value_are_named(self):
        for option in "--listen", "--max-message", "--log-level":
            self.check_use(option, said=option)

    def test_bad_values_are_named_with_what_is_right(self):
        for option in ("max-message", "max-output", "max-connections",
                       "max-channels", "turn-requests", "linger-timeout"):
            for value in ("", "x", "-1", "1.5", "1X", "0x10", " 1", "1 ",
                          "99999999999999999999999", "1KK"):
                self.check_use("--" + option, value, said="--" + option)
        self.check_use("--max-message", "1023", said="1K to 1G bytes")
        self.check_use("--max-message", "2G", said="1K to 1G bytes")
        self.check_use("--max-channels", "0", said="1 to")
        self.check_use("--log-level", "loud", said="error, warning, info")

    def test_too_many_urls_are_refused(self):
        words = []
        for n in range(200):
            words += ["--listen", "unix:///x%d" % n]
        self.check_use(*words, said="times")

    def test_more_connections_than_descriptors_is_refused(self):
        done = subprocess.run(
            ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh", CHAND, "--listen",
             "unix://" + self.path, "--max-connections", "1000"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=clean_environment(), timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("raise the limit of open files", done.stderr)

    def test_help_tells_every_option_and_version_the_version(self):
        done = self.run_daemon("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--listen", "--log-level", "--max-connections",
                       "--max-message", "--max-output", "--max-channels",
                       "--turn-requests", "--linger-timeout", "--version"):
            self.assertIn(option, done.stdout)
        done = self.run_daemon("--version")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "chand %s\n"
                         % self.probe.call("hello")["version"])

    def test_units_are_powers_of_two(self):
        daemon = self.start("--max-message", "2MiB")
        limits = self.connect(daemon.unix).call("hello")["limits"]
        self.assertEqual(limits["message"], 2 << 20)

    def test_without_urls_the_usual_ones_are_used(self):
        """They may be taken, or not ours to use: then that is said."""
        url = "unix:///run/chand/chand.sock"
        env = {"XDG_RUNTIME_DIR": self.folder.name}
        if os.geteuid() != 0:
            url = "unix://%s/chand.sock" % self.folder.name
        process = subprocess.Popen(
            WRAP + [CHAND], stdin=subprocess.DEVNULL, text=True,
            stderr=subprocess.PIPE, env=dict(clean_environment(), **env))
        try:
            lines = [process.stderr.readline()]
            while re.search("listening", lines[-1]):
                lines.append(process.stderr.readline())
        finally:
            process.terminate()
            rest = process.communicate(timeout=PATIENCE)[1]
        self.assertNotRegex("".join(lines) + rest, REPORT)
        self.assertIn(url, lines[0])

    def test_the_log_says_what_was_started_and_stopped(self):
        daemon = self.start("--log-level", "debug")
        client = self.connect(daemon.ipv4)
        client.call("ping")
        client.close()
        until(lambda: "disconnected" in daemon.log(), "it is logged")
        self.assertEqual(daemon.terminate(), 0)
        lines = daemon.log().splitlines()
        for line in lines:
            self.assertRegex(
                line, r"^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
                r"level=(info|debug) msg=\w.*$")
        words = [line.split("msg=")[1].split()[0] for line in lines]
        self.assertEqual(words, ["listening"] * len(daemon.urls) + [
            "sandboxed", "started", "connected", "called", "disconnected",
            "stopping", "stopped"])

    def test_the_level_error_is_quiet(self):
        process = subprocess.Popen(
            WRAP + [CHAND, "--log-level", "error", "--listen",
                    "unix://" + self.path], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=clean_environment())
        until(lambda: self.is_served("unix://" + self.path), "it serves")
        process.terminate()
        said = process.communicate(timeout=PATIENCE)[0]
        self.assertEqual((process.returncode, said), (0, ""))
