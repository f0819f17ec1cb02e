# SPDX-License-Identifier: MIT
"""chanctl against the real daemon: what it writes, and how it ends."""
import os
import pty
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

from ctl import Ctl
from harness import (CHANCTL, MIB, PATIENCE, Daemon, clean_environment,
                     start_process, until)
from methods import METHODS
from wire import Raw

SIGNALLED = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Values(Ctl):

    def test_send_gives_an_argument_and_says_nothing(self):
        receiver = self.connect()
        for words, value in ((["v"], "v"), ([""], ""), (["--", "-x"], "-x"),
                             (["ü"], "ü"), (["a b\n"], "a b\n")):
            self.park(receiver, "recv", "c")
            self.check(0, b"", "send", "c", *words)
            self.assertEqual(receiver.result(), value)

    def test_send_gives_standard_input_byte_for_byte(self):
        receiver = self.connect()
        for data in b"", b"line\n", b"\n", b"no newline", b"a\0b":
            for words in [], ["-"]:
                self.park(receiver, "recv", "c")
                self.check(0, b"", "send", "c", *words, data=data)
                self.assertEqual(receiver.result(), data.decode())

    def test_what_is_no_utf_8_goes_as_binary(self):
        receiver = self.connect()
        for data in b"\xff", b"\0\x80\xc3", bytes(range(256)):
            self.park(receiver, "recv", "c")
            self.check(0, b"", "send", "c", data=data)
            self.assertEqual(receiver.result(), data)

    def test_recv_writes_strings_and_binaries_as_they_are(self):
        for value in "v", "", "two\nlines", b"\0\xff", "ü\n", b"", " ":
            raw = value if isinstance(value, bytes) else value.encode()
            self.send_later(value)
            self.check(0, raw, "recv", "c")

    def test_recv_writes_other_values_as_json_lines(self):
        for value, out in ((None, b""), (True, b"true\n"), (0, b"0\n"),
                           (-(1 << 63), b"-9223372036854775808\n"),
                           ((1 << 64) - 1, b"18446744073709551615\n"),
                           (1.5, b"1.5\n"), (0.1, b"0.1\n"),
                           ([1, "a", None], b'[1,"a",null]\n'), ([], b"[]\n"),
                           ({"k": [True]}, b'{"k":[true]}\n'),
                           ([b"\0\xff"], b'["AP8="]\n'),
                           (["q\"\\\n"], b'["q\\"\\\\\\n"]\n')):
            self.send_later(value)
            self.check(0, out, "recv", "c")

    def test_recv_shows_values_that_json_does_not_have(self):
        for raw, out in ((b"\xd4\x05a", b'{"ext":5,"data":"YQ=="}\n'),
                         (b"\x81\1\2", b'{"1":2}\n'),
                         (b"\xca" + struct.pack(">f", 0.1), b"0.1\n"),
                         (b"\x91\xcb\x7f\xf8" + bytes(6), b'["NaN"]\n')):
            self.send_later(Raw(raw))
            self.check(0, out, "recv", "c")

    def test_two_chanctls_meet(self):
        for url in self.daemon.urls:
            receiver = self.begin("recv", "c", url=url)
            self.wait_balance("c", -1)
            self.check(0, b"", "send", "c", "from one to the other", url=url)
            self.assertEqual(self.finish(receiver),
                             (0, b"from one to the other", ""))

    def test_large_values_pass_through_pipes(self):
        for size in 65536, MIB, (16 << 20) - 64:
            data = os.urandom(size)
            receiver = self.begin("recv", "c")
            self.wait_balance("c", -1)
            sender = self.begin("send", "c", stdin=subprocess.PIPE)
            feeder = threading.Thread(target=self.finish, args=(sender, data))
            feeder.start()  # it is not done before the other has written
            self.assertEqual(self.finish(receiver), (0, data, ""))
            feeder.join()
            self.assertEqual(sender.returncode, 0)

    def test_a_value_that_is_too_large_is_refused(self):
        self.check(1, b"", "send", "c", data=bytes(16 << 20), said="TOOBIG")
        self.check(1, b"", "send", "c", data=bytes((16 << 20) + 1),
                   said="16 MiB")
        self.assertEqual(self.channels(), [])

    def test_on_a_terminal_a_newline_follows(self):
        self.send_later("v")
        master, slave = pty.openpty()
        process = self.begin("recv", "c", stdout=slave)
        os.close(slave)
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(os.read(master, 100), b"v\r\n")
        os.close(master)


class Colours(Ctl):

    def say(self, **more):
        """What a fault looks like on a terminal."""
        env = dict(clean_environment(), TERM="xterm")
        env.pop("NO_COLOR", None)
        env.update(more)
        master, slave = pty.openpty()
        process = start_process([CHANCTL, "sned"], env=env, stderr=slave)
        os.close(slave)
        self.assertEqual(process.wait(PATIENCE), 2)
        said = os.read(master, 1000)
        os.close(master)
        return said

    def test_only_a_terminal_that_wants_it_sees_colour(self):
        self.assertTrue(self.say().startswith(b"\033[1;31mchanctl:\033[m "))
        for more in {"NO_COLOR": "1"}, {"TERM": "dumb"}:
            self.assertTrue(self.say(**more).startswith(b"chanctl: "))
        self.check(2, b"", "sned", said="chanctl: \"sned\"")


class Views(Ctl):

    def test_ping_says_nothing(self):
        for url in self.daemon.urls:
            self.check(0, b"", "ping", url=url)

    def test_info_shows_a_channel(self):
        self.probe.call("channel.open", "c", {"preference": 1})
        status, out, _ = self.run_ctl("info", "c")
        lines = out.decode().splitlines()
        self.assertEqual(status, 0)
        for line in ("name: c", "preference: 1", "balance: 0",
                     "closing: false", "handoffs: 0"):
            self.assertIn(line, lines)
        self.check(1, b"", "info", "none", said="NOCHANNEL")

    def test_ls_lists_channels(self):
        self.check(0, b"", "ls")
        self.probe.call("channel.open", "one", {"preference": 1})
        self.probe.call("channel.close", "two")
        self.park(self.connect(), "recv", "three")
        rows = [line.split() for line in
                self.run_ctl("ls")[1].decode().splitlines()]
        self.assertEqual(rows, [
            ["CHANNEL", "BALANCE", "PREFERENCE", "STATE"],
            ["one", "0", "1", "open"], ["two", "0", "-1", "closed"],
            ["three", "-1", "-1", "open"]])
        self.assertEqual(len(self.run_ctl("ls", "t*")[1].splitlines()), 3)
        self.check(0, b"", "ls", "none*")

    def test_help_and_version_need_no_daemon(self):
        for words in (["--help"], ["help"], ["help", "send"], ["send", "-h"],
                      ["help", "ping"]):
            status, out, said = self.run_ctl(*words, url="tcp://127.0.0.1:1")
            self.assertEqual((status, said), (0, ""))
            self.assertTrue(out.startswith(b"usage: chanctl"))
            self.assertNotIn(b" \n", out)
        status, out, said = self.run_ctl("help", "methods")
        self.assertEqual((status, said), (0, ""))
        for method in METHODS:
            self.assertIn(b"\n%s" % method.encode(), out)
        status, out, said = self.run_ctl("--version")
        self.assertRegex(out, rb"^chanctl \d+\.\d+\.\d+\n$")


class Statuses(Ctl):

    def greet(self, server):
        """Take a chanctl for which we are a daemon; its call has come."""
        peer = server.accept()[0]
        peer.settimeout(PATIENCE)
        self.assertIn(b"hello", peer.recv(100))
        peer.sendall(b"\x94\1\0\xc0\x81\xa6limits"
                     b"\x81\xa7message\xce\1\0\0\0")
        peer.recv(100)
        return peer

    def test_wrong_use_ends_with_2_and_one_line(self):
        for words in ([], ["sned"], ["send"], ["recv"], ["recv", "a", "b"],
                      ["send", "a", "b", "c"], ["ping", "x"], ["-t"],
                      ["-t", "-1", "recv", "c"], ["-t", "x", "recv", "c"],
                      ["-t", "inf", "recv", "c"], ["-x"], ["--lisen"],
                      ["info"], ["ls", "a", "b"], ["help", "none"],
                      ["-s", "http://x", "ping"], ["-s", "", "ping"],
                      ["--quiet=1", "ping"]):
            self.check(2, b"", *words, said="chanctl: ")
        for words, url, said in ((["-s", "tsp://x"], None, "-s"),
                                 ([], "tsp://x", "CHAND_URL")):
            said += ': a url begins with unix://, tcp:// or tls://; ' \
                'not "tsp://x"'
            self.check(2, b"", "ping", *words, said=said, url=url)

    def test_a_bad_channel_name_ends_with_1(self):
        for name in "", "a\nb", "x" * 256, b"\xff":
            self.check(1, b"", "recv", name, said="INVALID")

    def test_each_error_has_its_status(self):
        """Also those of which the daemon knows nothing yet."""
        for code, expected in (("RAISED", 4), ("DENIED", 6), ("STOP", 3),
                               ("IN_DOUBT", 7), ("INTERNAL", 1),
                               ("NEWER", 1)):
            with socket.create_server(("127.0.0.1", 0)) as server:
                url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
                process = self.begin("recv", "c", url=url)
                peer = self.greet(server)
                text = b"%s: why" % code.encode()
                peer.sendall(b"\x94\1\1%c%s\xc0" % (0xa0 + len(text), text))
                status, out, said = self.finish(process)
                peer.close()
            self.assertEqual((status, out), (expected, b""))
            self.assertIn(code + ": why", said)

    def test_a_closed_channel_ends_with_3(self):
        self.probe.call("channel.close", "c")
        self.check(3, b"", "recv", "c", said="CLOSED")
        self.check(3, b"", "send", "c", "v", said="CLOSED")

    def test_nobody_there_ends_with_5(self):
        self.check(5, b"", "-t", "0", "recv", "c", said="WOULDBLOCK")
        self.check(5, b"", "send", "c", "v", "--timeout=0", said="WOULDBLOCK")
        self.check(5, b"", "-q", "-t0", "recv", "c")

    def test_a_timeout_ends_with_124(self):
        self.check(124, b"", "-t", "0.05", "recv", "c", said="TIMEOUT")
        self.check(124, b"", "-t", ".05", "send", "c", "v", said="TIMEOUT")
        self.assertEqual(self.channels(), [])

    def test_no_daemon_ends_with_69(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            for url in ("tcp://127.0.0.1:%d" % port,
                        "unix:///nonexistent/chand.sock"):
                self.check(69, b"", "ping", url=url, said="cannot reach")
                self.check(69, b"", "-q", "send", "c", "v", url=url)

    def test_a_daemon_that_stops_ends_with_69(self):
        process = self.begin("recv", "c")
        self.wait_balance("c", -1)
        self.daemon.terminate()
        status, out, said = self.finish(process)
        self.assertEqual((status, out), (69, b""))
        self.assertIn("SHUTDOWN", said)

    def test_a_killed_daemon_ends_with_7_and_unknown(self):
        for method, words in ("send", ["v"]), ("recv", []):
            daemon = self.start()
            process = self.begin(method, "c", *words, url=daemon.ipv4)
            probe = self.connect(daemon.unix)
            until(lambda: probe.call("channel.list"), "it waits")
            daemon.kill()
            status, out, said = self.finish(process)
            self.assertEqual((status, out), (7, b""))
            self.assertIn("UNKNOWN", said)

    def test_something_that_is_no_chand_ends_with_1(self):
        for answer in b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xc1", \
                b"\x94\1\x63\xc0\xc0":
            with socket.create_server(("127.0.0.1", 0)) as server:
                url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
                process = self.begin("ping", url=url)
                peer = server.accept()[0]
                peer.recv(100)
                peer.sendall(answer)
                status, out, said = self.finish(process)
                peer.close()
            self.assertEqual((status, out), (1, b""))
            self.assertIn("not a chand", said)

    def test_somebody_who_turns_out_to_be_no_chand_ends_with_1(self):
        for answer in b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xc1", \
                b"\x94\1\x63\xc0\xc0", b"\x94\0\1\xa1x\x90":
            with socket.create_server(("127.0.0.1", 0)) as server:
                url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
                process = self.begin("ping", url=url)
                peer = self.greet(server)
                peer.sendall(answer)
                status, out, said = self.finish(process)
                peer.close()
            self.assertEqual((status, out), (1, b""))
            self.assertIn("not a chand", said)

    def test_silence_before_a_word_ends_with_69(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = "tcp://127.0.0.1:%d" % server.getsockname()[1]
            self.check(69, b"", "-t", "0.1", "send", "c", "v", url=url,
                       said="cannot reach " + url)

    def test_a_reader_that_has_left_ends_with_1_silently(self):
        self.send_later("v" * 100000)
        reader, writer = os.pipe()
        os.close(reader)
        process = self.begin("recv", "c", stdout=writer)
        os.close(writer)
        status, _, said = self.finish(process)
        self.assertEqual((status, said), (1, ""))
        self.assertEqual(self.balance("c"), 1)

    def test_a_value_that_cannot_be_written_is_given_back(self):
        self.send_later("v")
        with open("/dev/full", "wb") as full:
            self.check_ends(self.begin("recv", "c", stdout=full), 1, None,
                            "cannot write: No space left on device; the "
                            "value was given back")
            self.assertEqual(self.balance("c"), 1)
            self.check_ends(self.begin("recv", "--plain", "c", stdout=full),
                            1, None, "a value was taken, and is lost")
            self.park(self.connect(), "recv", "c")
            self.check_ends(self.begin("ls", stdout=full), 1, None,
                            "cannot write the answer")

    def test_a_closed_standard_output_takes_no_value(self):
        self.send_later("v")
        process = self.begin("recv", "c", stdout=None,
                             preexec_fn=lambda: os.close(1))
        status, _, said = self.finish(process)
        self.assertEqual(status, 1)
        self.assertIn("standard output is closed", said)
        self.assertEqual(self.balance("c"), 1)


class Signals(Ctl):

    def test_a_signalled_recv_takes_no_value(self):
        for number, expected in SIGNALLED.items():
            for url in self.daemon.urls:
                process = self.begin("recv", "c", url=url)
                self.wait_balance("c", -1)
                other = self.connect()
                self.park(other, "recv", "c")
                process.send_signal(number)
                status, out, said = self.finish(process)
                self.assertEqual((status, out), (expected, b""))
                self.assertIn("withdrawn", said)
                self.probe.call("send", "c", "next")
                self.assertEqual(other.result(), "next")

    def test_a_signalled_send_gives_no_value(self):
        for number, expected in SIGNALLED.items():
            for url in self.daemon.urls:
                process = self.begin("send", "c", "v", url=url)
                self.wait_balance("c", 1)
                process.send_signal(number)
                status, out, said = self.finish(process)
                self.assertEqual((status, out), (expected, b""))
                self.assertIn("withdrawn", said)
                self.probe.expect_error("WOULDBLOCK", "recv", "c",
                                        {"timeout": 0})

    def test_a_signal_behind_the_handover_changes_nothing(self):
        for number in SIGNALLED:
            process = self.begin("send", "c", "v")
            self.wait_balance("c", 1)
            process.send_signal(signal.SIGSTOP)
            self.assertEqual(self.probe.call("recv", "c"), "v")
            process.send_signal(number)
            process.send_signal(signal.SIGCONT)
            self.assertEqual(self.finish(process), (0, b"", ""))

    def test_a_value_that_meets_the_signal_is_never_lost(self):
        """It is written with status 0, or still the sender's."""
        for n in range(20):
            process = self.begin("recv", "c")
            self.wait_balance("c", -1)
            sender = self.connect()
            signaller = threading.Thread(
                target=process.send_signal, args=(signal.SIGINT,))
            signaller.start()
            if n % 2:
                time.sleep(0.0002 * n)  # varies who is first
            error, _ = sender.answer(
                sender.request("send", "c", "v", {"timeout": 0}))
            signaller.join()
            status, out, _ = self.finish(process)
            if error is None:
                self.assertEqual((status, out), (0, b"v"))
            else:
                self.assertEqual((status, out), (130, b""))

    def test_a_signal_while_standard_input_is_read_ends_it(self):
        process = self.begin("send", "c", stdin=subprocess.PIPE)
        process.stdin.write(b"half")
        process.stdin.flush()
        process.send_signal(signal.SIGTERM)
        status, _, _ = self.finish(process)
        self.assertIn(status, (-signal.SIGTERM, 143))
        self.assertEqual(self.channels(), [])


class Places(Ctl):

    def test_the_option_wins_over_the_environment(self):
        self.check(0, b"", "-s", self.daemon.ipv4, "ping", url="nonsense")
        self.check(0, b"", "ping", "--server=" + self.daemon.unix,
                   url="tcp://127.0.0.1:1")

    def test_without_a_url_the_usual_places_are_looked_at(self):
        """Root's are not ours to use: it looks as somebody else, to whom
        the socket is closed."""
        how = {"url": "", "env": {"XDG_RUNTIME_DIR": self.daemon.folder}}
        if os.geteuid() == 0:
            os.chmod(self.daemon.folder, 0o755)
            tool = shutil.copy(CHANCTL, self.daemon.folder)
            how.update(executable=tool, user=65534, extra_groups=[])
            self.check(69, b"", "ping", said="cannot reach %s: Permission "
                       "denied (its owner" % self.daemon.unix, **how)
        else:
            self.check(0, b"", "ping", **how)
        how["env"]["XDG_RUNTIME_DIR"] = "/nonexistent"
        status, _, said = self.run_ctl("ping", **how)
        if status != 0:  # nobody's, or no chand's
            self.assertIn("tcp://127.0.0.1:7411: ", said)

    def test_a_url_in_the_configuration_is_called(self):
        folder = os.path.join(self.daemon.folder, "chand")
        os.mkdir(folder)
        path = os.path.join(folder, "chanctl.conf")
        for env in ({"XDG_CONFIG_HOME": self.daemon.folder},
                    {"XDG_CONFIG_HOME": "", "HOME": self.daemon.folder}):
            if "HOME" in env:
                os.mkdir(os.path.join(self.daemon.folder, ".config"))
                path = shutil.move(folder, os.path.join(
                    self.daemon.folder, ".config", "chand"))
                path = os.path.join(path, "chanctl.conf")
            with open(path, "w") as file:
                file.write("# where\n url = %s \n" % self.daemon.ipv4)
            self.check(0, b"", "ping", url="", env=env)
            self.check(69, b"", "ping", url="tcp://127.0.0.1:1", env=env,
                       said="cannot reach")
            with open(path, "w") as file:
                file.write("url=tsp://x\n")
            self.check(2, b"", "ping", url="", env=env, said=path +
                       ":1: a url begins with unix://, tcp:// or tls://; not")
            with open(path, "w") as file:
                file.write("\nulr = unix:///x\n")
            self.check(2, b"", "ping", url="", env=env, said=path +
                       ":2: there is no such setting; url, tls_ca, tls_cert and "
                       "tls_key are")

    def test_options_may_stand_anywhere(self):
        self.check(5, b"", "recv", "-t", "0", "c", "-s", self.daemon.unix,
                   url="nonsense", said="WOULDBLOCK")

    def test_a_daemon_that_comes_back_is_reached_again(self):
        self.check(0, b"", "ping")
        self.assertEqual(self.daemon.terminate(), 0)
        self.check(69, b"", "ping", said="cannot reach")
        again = Daemon(listen=[self.daemon.usual], folder=self.daemon.folder)
        self.daemons.append(again)
        self.check(0, b"", "ping")
