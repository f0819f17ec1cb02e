# SPDX-License-Identifier: MIT
"""Messages in and out of chanctl: how they are cut, shown, and taken."""
import base64
import json
import os
import signal
import subprocess

from ctl import Ctl
from harness import MIB, PATIENCE, until
from wire import Raw


class In(Ctl):

    def take(self, words, data=None, count=None, status=0, said=""):
        """What a receiver gets of what chanctl is given."""
        receiver = self.begin("recv", "-f", "--json", "c")
        self.wait_balance("c", -1)
        self.check(status, b"", "send", "c", *words, data=data, said=said)
        self.wait_balance("c", -1)
        self.probe.call("channel.close", "c", {"wake": True})
        found, out, _ = self.finish(receiver)
        self.assertEqual(found, 0)
        self.probe.call("channel.open", "c")
        return [json.loads(line) for line in out.decode().splitlines()]

    def test_input_is_cut_as_the_flag_says(self):
        for words, data, values in (
                (["-l"], b"a\n\nb\n", ["a", "", "b"]),
                (["-l"], b"", []),
                (["-l"], b"a\nb", ["a", "b"]),
                (["-0"], b"a\0b\nc\0", ["a", "b\nc"]),
                (["-D", "--"], b"a--b-c", ["a", "b-c"]),
                (["-l", "-c", "2"], b"a\nb\nc\n", ["a", "b"]),
                (["v", "-c", "3"], None, ["v", "v", "v"]),
                (["--json", '{"a": [1]}'], None, [{"a": [1]}]),
                (["--json"], b'1 "x"\n{"a":\n[null,\n18446744073709551615]}',
                 [1, "x", {"a": [None, 18446744073709551615]}])):
            self.assertEqual(self.take(words, data), values, words)

    def test_a_file_can_be_read_instead(self):
        path = os.path.join(self.daemon.folder, "in")
        with open(path, "w") as file:
            file.write("a\nb\n")
        self.assertEqual(self.take(["--file", path]), ["a\nb\n"])
        self.assertEqual(self.take(["--file", path, "-l"]), ["a", "b"])
        self.check(1, b"", "send", "c", "--file", path + "x",
                   said="cannot read %sx: No such file" % path)
        self.check(2, b"", "send", "c", "v", "--file", path, said="not both")

    def test_bad_json_names_its_message_and_ends_it(self):
        for data, said in (
                (b'1 2 {"a":1,"a":2}', "message 3: not JSON: byte"),
                (b"1 2 [", "message 3: not JSON: byte"),
                (b'1 2 "\xff"', "message 3: not JSON: byte"),
                (b"1 2 18446744073709551616",
                 "message 3: not JSON: byte 20: a number beyond 64 bits"),
                (b"1 2 " + b"[" * 31 + b"]" * 31,
                 "message 3: not JSON: more than 30 arrays")):
            self.assertEqual(self.take(["--json"], data, status=1, said=said),
                             [1, 2])

    def test_the_deepest_json_goes_through(self):
        text = "[" * 30 + "]" * 30
        self.assertEqual(self.take(["--json", text]), [json.loads(text)])

    def test_a_line_that_is_too_long_is_named(self):
        data = b"a\nb\n" + bytes(17 << 20) + b"\nc\n"
        self.assertEqual(self.take(["-l"], data, status=1, said="line 3 is "
                                   "longer than the 16 MiB"), ["a", "b"])

    def test_the_first_failure_is_named_and_ends_it(self):
        receiver = self.begin("recv", "-c", "2", "c")
        self.wait_balance("c", -1)
        self.check(124, b"", "send", "-l", "-t", "100ms", "c",
                   data=b"a\nb\nc\nd\n", said="line 3: TIMEOUT")
        self.check_ends(receiver, 0, b"a\nb\n")

    def test_a_stream_without_end_grows_nobodys_memory(self):
        yes = subprocess.Popen(["yes"], stdout=subprocess.PIPE)
        sender = self.begin("send", "-l", "c", stdin=yes.stdout)
        yes.stdout.close()
        receiver = self.begin("recv", "-f", "c",
                              stdout=subprocess.DEVNULL)
        channel = lambda: self.probe.call("channel.info", "c")["handoffs"]
        until(lambda: self.probe.call("channel.list", "c"), "it is used")
        until(lambda: channel() > 2000, "it flows")
        before = [self.daemon.memory()] + [
            self.resident(p.pid) for p in (sender, receiver)]
        until(lambda: channel() > 20000, "it goes on flowing", 60)
        after = [self.daemon.memory()] + [
            self.resident(p.pid) for p in (sender, receiver)]
        receiver.kill()
        until(lambda: self.balance("c") == 1, "the sender waits")
        self.assertIsNone(sender.poll())
        sender.kill()
        self.assertEqual(yes.wait(PATIENCE), -signal.SIGPIPE)
        for one, other in zip(before, after):
            self.assert_memory(other - one, MIB)

    def resident(self, pid):
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Out(Ctl):

    def test_values_are_shown_as_the_flags_say(self):
        for value, words, out in (
                ("v", ["-r"], b"v"), ("v", ["-l"], b"v\n"),
                ("v", ["-0"], b"v\0"), ("v", ["-D", "--"], b"v--"),
                ("v", ["--json"], b'"v"\n'), ([1], ["-r"], b"[1]"),
                ([1], ["-0"], b"[1]\0"), ([1], [], b"[1]\n"),
                (None, [], b""), (None, ["-l"], b""),
                (None, ["--json"], b"null\n"), (b"\xff", ["--json"],
                                                b'"/w=="\n')):
            self.send_later(value)
            self.check(0, out, "recv", "c", *words)
        for value, shown in (("v", {"value": "v"}), (7, {"value": 7}),
                             (None, {"value": None}), ("", {"value": ""}),
                             (b"ab", {"base64": base64.b64encode(b"ab")
                                      .decode()}),
                             (Raw(b"\xa1\xff"), {"base64": "/w=="})):
            sender = self.send_later(value)
            _, out, _ = self.run_ctl("recv", "-J", "c")
            self.assertEqual(json.loads(out), dict(
                shown, channel="c", attempt=1, peer=sender.name()))

    def test_several_values_are_lines(self):
        for words, out in ((["-c", "3"], b"a\n\nb\n"), (["-c3", "-r"], b"ab"),
                           (["-c", "3", "-0"], b"a\0\0b\0")):
            for value in "a", None, "b":
                self.send_later(value)
            self.check(0, out, "recv", "c", *words)

    def test_following_ends_with_the_channel(self):
        for value in "a", "b":
            self.send_later(value)
        self.probe.call("channel.close", "c")
        self.check(0, b"a\nb\n", "recv", "-f", "c")
        self.check(0, b"", "recv", "-f", "c")
        self.check(3, b"", "recv", "-c", "2", "c", said="CLOSED")

    def test_no_wait_ends_with_5(self):
        self.check(5, b"", "recv", "-n", "c", said="WOULDBLOCK")
        self.check(5, b"", "send", "-n", "c", "v", said="WOULDBLOCK")
        self.send_later("v")
        self.check(0, b"v", "recv", "-n", "c")

    def test_verbose_says_how_many_and_quiet_says_nothing(self):
        self.send_later("v")
        self.check(0, b"v", "recv", "-v", "c", said="recv c: 1 taken")
        self.check(5, b"", "recv", "-n", "-q", "-v", "c")

    def test_an_exception_ends_with_4(self):
        sender = self.connect()
        self.park(sender, "send_exception", "c", "E", "no\nmore")
        self.check(4, b"", "recv", "c", said="RAISED: E: no\\nmore")


class Acknowledged(Ctl):

    def test_a_sender_is_released_when_the_value_is_written(self):
        """The pipe is full: it is not written, and not acknowledged."""
        sender = self.connect()
        value = "x" * (1 << 20)
        msgid = self.park(sender, "send", "c", value)
        receiver = self.begin("recv", "c")
        self.wait_held("c", 1)
        self.assertFalse(sender.has_answer())
        self.check_ends(receiver, 0, value.encode())
        self.assertIsNone(sender.result(msgid))

    def test_a_killed_receiver_leaves_the_value_to_the_next(self):
        for number in signal.SIGKILL, signal.SIGTERM, signal.SIGINT:
            sender = self.connect()
            msgid = self.park(sender, "send", "c", "x" * (1 << 20))
            receiver = self.begin("recv", "c")
            self.wait_held("c", 1)
            receiver.send_signal(number)
            self.wait_balance("c", 1)
            receiver.wait(PATIENCE)
            _, out, _ = self.run_ctl("recv", "-J", "c")
            self.assertEqual(json.loads(out)["attempt"], 2)
            self.assertIsNone(sender.result(msgid))

    def test_a_plain_receiver_acknowledges_nothing(self):
        sender = self.connect()
        msgid = self.park(sender, "send", "c", "x" * (1 << 20))
        receiver = self.begin("recv", "--plain", "c")
        self.assertIsNone(sender.result(msgid))
        self.assertEqual(self.held("c"), 0)
        self.check_ends(receiver, 0, b"x" * (1 << 20))

    def test_a_sender_that_has_left_ends_one_receive_but_not_many(self):
        for words, status in (["recv", "c"], 7), (["recv", "-c2", "c"], 0):
            sender = self.send_later("x" * (1 << 20))
            receiver = self.begin(*words)
            self.wait_held("c", 1)
            sender.close()
            self.wait_tasks(2)
            if status == 0:
                receiver.stdout.read(1 << 20)
                self.connect().request("send", "c", "y")
            found, out, said = self.finish(receiver)
            self.assertEqual(found, status)
            self.assertIn("GONE", said)
            self.assertTrue(out.endswith(b"y\n" if status == 0 else b"x"))

    def test_a_signal_between_two_messages_ends_it(self):
        self.send_later("a")
        receiver = self.begin("recv", "-f", "c")
        self.wait_balance("c", -1)
        receiver.send_signal(signal.SIGTERM)
        self.check_ends(receiver, 143, b"a\n", "withdrawn")


class Others(Ctl):

    def test_call_writes_the_reply(self):
        worker = self.connect()
        for words, reply, out in (([], "r", b"r"), (["-l"], "r", b"r\n"),
                                  ([], None, b""), ([], [1], b"[1]\n"),
                                  (["--json"], "r", b'"r"\n'),
                                  (["--json", "-r"], "r", b"r")):
            msgid = self.park(worker, "recv", "c", {"ack": True})
            process = self.begin("call", "c", "1", *words)
            delivery = worker.result(msgid)[1]
            worker.call("ack", delivery, reply)
            self.check_ends(process, 0, out)

    def test_a_refused_call_ends_with_4(self):
        worker = self.connect()
        msgid = self.park(worker, "recv", "c", {"ack": True})
        process = self.begin("call", "c", "v")
        worker.call("fail", worker.result(msgid)[1], "E", "no")
        self.check_ends(process, 4, b"", "RAISED: E: no")

    def test_broadcast_writes_how_many_got_it(self):
        self.check(0, b"0\n", "broadcast", "c", "v")
        for receiver in self.connect_many(3):
            self.park(receiver, "recv", "c")
        self.check(0, b"3\n", "broadcast", "c", "v")
        self.check(0, b"0\n0\n", "broadcast", "c", "-l", data=b"a\nb\n")

    def test_select_takes_the_first_that_can_go(self):
        self.send_later("v", "b")
        self.check(0, b"b\tv\n", "select", "a", "b")
        self.send_later("v", "b")
        self.check(0, b"v", "select", "-r", "a", "b")
        self.send_later([1], "b")
        _, out, _ = self.run_ctl("select", "-J", "a", "b")
        self.assertEqual(json.loads(out), {"channel": "b", "value": [1]})
        receiver = self.connect()
        self.park(receiver, "recv", "b")
        self.check(0, b"b\t\n", "select", "a", "b=x=y")
        self.assertEqual(receiver.result(), "x=y")
        self.check(5, b"", "select", "-n", "a", "b", said="WOULDBLOCK")
        self.check(124, b"", "select", "-t", "50ms", "a", said="TIMEOUT")
        self.probe.call("channel.close", "a")
        self.check(3, b"", "select", "a", "b", said="CLOSED")

    def test_a_signalled_select_takes_nothing(self):
        process = self.begin("select", "a", "b")
        self.wait_balance("b", -1)
        process.send_signal(signal.SIGINT)
        self.check_ends(process, 130, b"", "withdrawn")

    def test_open_and_close_set_what_their_flags_say(self):
        self.check(0, b"", "open", "c", "--capacity=2", "--preference=1",
                   "--schedule-all")
        info = self.probe.call("channel.info", "c")
        self.assertEqual((info["capacity"], info["preference"],
                          info["schedule_all"]), (2, 1, True))
        self.check(0, b"", "open", "c", "--preference=-1")
        info = self.probe.call("channel.info", "c")
        self.assertEqual((info["capacity"], info["preference"]), (2, -1))
        receiver = self.connect()
        msgid = self.park(receiver, "recv", "c")
        self.check(0, b"", "close", "c")
        self.assertEqual(self.balance("c"), -1)
        self.check(0, b"", "close", "--wake", "c")
        self.assertIn("CLOSED", receiver.fault(msgid))
        self.check(0, b"", "open", "c")
        self.assertFalse(self.probe.call("channel.info", "c")["closing"])
