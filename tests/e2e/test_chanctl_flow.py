# SPDX-License-Identifier: MIT
"""chanctl's serve, pipe, tee and merge: what flows, and what becomes of it."""
import os
import signal

from ctl import Ctl
from harness import until


class Flow(Ctl):

    def flow(self, *words, receivers=1):
        """It waits for its first message."""
        process = self.begin(*words)
        self.wait_balance(words[1], -receivers)
        return process

    def end_flow(self, process, *sources, status=0, said=""):
        for source in sources:
            self.probe.call("channel.close", source, {"wake": True})
        self.check_ends(process, status, b"", said)


class Serve(Flow):

    def shell(self, script, *flags, receivers=1):
        return self.flow("serve", "c", *flags, "--", "sh", "-c", script,
                         receivers=receivers)

    def test_what_the_command_writes_is_the_reply(self):
        process = self.shell('echo "$CHAN_CHANNEL $CHAN_ATTEMPT $CHAN_PEER"; '
                             "cat")
        head = "c 1 %s\n" % self.probe.name()
        for value, seen in (("v", "v"), ("", ""), ("a\n\nb", "a\n\nb"),
                            ([1, "x"], '[1,"x"]\n'), (None, "")):
            self.assertEqual(self.probe.call("send", "c", value), head + seen)
        self.assertEqual(self.probe.call("send", "c", b"\xff"),
                         head.encode() + b"\xff")
        self.end_flow(process, "c")

    def test_the_command_is_told_where_its_sender_is_if_one_waits(self):
        self.probe.call("channel.open", "c", {"capacity": 1})
        self.probe.call("send", "c", "v")
        path = os.path.join(self.daemon.folder, "peer")
        self.flow("serve", "c", "--", "sh", "-c",
                  'echo "<$CHAN_PEER>" > %s.new; mv %s.new %s' % ((path,) * 3),
                  receivers=0)
        until(lambda: os.path.exists(path), "it has run")
        with open(path) as file:
            self.assertEqual(file.read(), "<>\n")

    def test_large_messages_go_through_a_command(self):
        process = self.flow("serve", "c", "--", "cat")
        value = "x" * (3 << 20)
        self.assertEqual(self.probe.call("send", "c", value), value)
        self.end_flow(process, "c")

    def test_a_command_that_does_not_read_is_no_failure(self):
        process = self.flow("serve", "c", "--", "true")
        self.assertEqual(self.probe.call("send", "c", "x" * (1 << 20)), "")
        self.end_flow(process, "c")

    def test_a_failure_is_an_exception_with_the_last_line(self):
        process = self.shell("read -r x; eval \"$x\"", "-q")
        for script, error in (
                ("echo a >&2; echo b >&2; echo >&2; exit 3", "exit 3: b"),
                ("exit 1", "exit 1: it said nothing"),
                ("printf 'a\\tb' >&2; exit 9", "exit 9: a\\tb"),
                ("kill -TERM $$", "signal 15: it said nothing"),
                ("head -c 17000000 /dev/zero; exit 0",
                 "output: it wrote more than a value may have")):
            self.assertEqual(self.probe.expect_error(
                "RAISED", "send", "c", script + "\n"), error)
        self.end_flow(process, "c")

    def test_its_standard_error_is_ours_but_for_q(self):
        for flags, said in ((), "oops"), (("-q",), ""):
            process = self.shell("echo oops >&2", *flags)
            self.probe.call("send", "c", "v")
            self.end_flow(process, "c", said=said)
            self.probe.call("channel.open", "c")

    def test_75_gives_back_until_it_succeeds(self):
        process = self.shell('test $CHAN_ATTEMPT = 3 || exit 75; echo done')
        self.assertEqual(self.probe.call("send", "c", "v"), "done\n")
        self.end_flow(process, "c")

    def test_what_is_given_back_is_let_be_for_a_while(self):
        """Five attempts have rests of 0.1, 0.2, 0.4, 0.8 s between them."""
        process = self.shell('test $CHAN_ATTEMPT = 5 || exit 75; date +%s%N')
        began = int(os.popen("date +%s%N").read())
        ended = int(self.probe.call("send", "c", "v"))
        self.assertGreater(ended - began, 1.49e9)
        self.end_flow(process, "c")

    def test_another_takes_what_one_gives_back(self):
        giver = self.shell("exit 75")
        taker = self.shell("echo $CHAN_ATTEMPT", receivers=2)
        self.assertEqual(self.probe.call("send", "c", "v"), "2\n")
        self.end_flow(taker, "c")
        self.end_flow(giver)

    def test_max_attempts_ends_giving_back(self):
        process = self.shell("exit 75", "--max-attempts", "3")
        self.assertEqual(
            self.probe.expect_error("RAISED", "send", "c", "v"),
            "attempts: given up after 3 attempts")
        self.end_flow(process, "c")

    def test_what_has_killed_too_many_is_not_run_again(self):
        clients = self.connect_many(2)
        sender = self.send_later("v")
        for client in clients:
            client.call("recv", "c", {"ack": True})
            client.close()
            self.wait_balance("c", 1)
        process = self.begin("serve", "--max-attempts=2", "c", "--", "cat")
        self.assertIn("given up after 3 attempts", sender.fault())
        self.wait_balance("c", -1)
        self.end_flow(process, "c")

    def test_so_many_run_at_once_and_no_more(self):
        path = os.path.join(self.daemon.folder, "go")
        process = self.shell("until test -e %s; do sleep 0.02; done" % path,
                             "-P", "3", receivers=3)
        senders = self.connect_many(5)
        for sender in senders:
            sender.request("send", "c", "v")
        self.wait_held("c", 3)
        self.wait_balance("c", 2)
        with open(path, "w"):
            pass
        for sender in senders:
            self.assertEqual(sender.result(), "")
        self.end_flow(process, "c")

    def test_it_ends_after_so_many(self):
        process = self.begin("serve", "-c3", "-P2", "c", "--", "cat")
        for value in "abc":
            self.assertEqual(self.probe.call("send", "c", value), value)
        self.check_ends(process, 0)

    def test_it_drains_on_a_signal(self):
        path = os.path.join(self.daemon.folder, "go")
        begun = os.path.join(self.daemon.folder, "begun")
        for number in signal.SIGTERM, signal.SIGINT:
            process = self.shell("echo >%s; until test -e %s; do sleep 0.02; "
                                 "done; echo done" % (begun, path),
                                 "-P", "2", receivers=2)
            sender = self.connect()
            sender.request("send", "c", "v")
            until(lambda: os.path.exists(begun), "it runs")
            process.send_signal(number)
            self.wait_balance("c", 0)  # the other one is withdrawn
            with open(path, "w"):
                pass
            self.assertEqual(sender.result(), "done\n")
            self.check_ends(process, 0)
            os.unlink(path)
            os.unlink(begun)

    def test_a_command_that_cannot_be_run_ends_it_with_127_or_126(self):
        for program, status in ("/no/such", 127), ("/etc/passwd", 126):
            process = self.flow("serve", "c", "--", program)
            sender = self.send_later_to_flow()
            self.check_ends(process, status, b"", "cannot run %s" % program)
            self.wait_balance("c", 1)
            sender.close()
            self.wait_balance("c", 0)

    def send_later_to_flow(self):
        client = self.connect()
        client.request("send", "c", "v")
        return client

    def test_a_killed_one_takes_its_command_along(self):
        process = self.shell("echo $$ >%s/pid; exec sleep 100"
                             % self.daemon.folder)
        sender = self.send_later_to_flow()
        path = os.path.join(self.daemon.folder, "pid")
        until(lambda: os.path.exists(path) and open(path).read().strip(),
              "it runs")
        pid = int(open(path).read())
        process.kill()
        self.wait_balance("c", 1)
        until(lambda: not self.runs(pid), "it is killed, too")
        sender.close()

    def runs(self, pid):
        try:
            with open("/proc/%d/stat" % pid) as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_a_daemon_that_is_lost_ends_it_with_7(self):
        process = self.flow("serve", "c", "--", "sleep", "100")
        self.send_later_to_flow()
        self.wait_held("c", 1)
        self.daemon.kill()
        self.check_ends(process, 7, b"", "UNKNOWN")

    def test_a_daemon_that_stops_ends_it_with_69(self):
        process = self.flow("serve", "c", "--", "cat")
        self.daemon.terminate()
        self.check_ends(process, 69, b"", "SHUTDOWN")

    def test_an_exception_does_not_end_it(self):
        process = self.flow("serve", "c", "--", "cat")
        self.probe.call("send_exception", "c", "E", "no")
        self.assertEqual(self.probe.call("send", "c", "v"), "v")
        self.end_flow(process, "c", said="RAISED: E: no")

    def test_it_waits_no_longer_than_it_is_told(self):
        self.check(124, b"", "serve", "-t", "50ms", "c", "--", "cat",
                   said="TIMEOUT")


class Pipes(Flow):

    def worker(self, channel):
        """Waits for a message to acknowledge."""
        client = self.connect()
        self.park(client, "recv", channel, {"ack": True})
        return client

    def test_a_pipe_hands_on_and_brings_back_the_reply(self):
        process = self.flow("pipe", "a", "b")
        for value in "v", b"\xff", [1, {"k": None}], None:
            worker = self.worker("b")
            sender = self.connect()
            sender.request("send", "a", value)
            got, delivery, _ = worker.result()
            self.assertEqual(got, value)
            self.assertFalse(sender.has_answer())
            worker.call("ack", delivery, ["reply"])
            self.assertEqual(sender.result(), ["reply"])
        self.end_flow(process, "a")

    def test_a_pipe_brings_back_the_exception(self):
        process = self.flow("pipe", "a", "b")
        worker = self.worker("b")
        sender = self.connect()
        sender.request("send", "a", "v")
        worker.call("fail", worker.result()[1], "E:x", "no: more")
        self.assertEqual(sender.fault(), "RAISED: E:x: no: more")
        self.end_flow(process, "a")

    def test_a_pipe_hands_on_exceptions(self):
        process = self.flow("pipe", "a", "b")
        worker = self.worker("b")
        self.probe.call("send_exception", "a", "E", "no")
        self.assertEqual(worker.fault(), "RAISED: E: no")
        self.wait_balance("a", -1)
        self.end_flow(process, "a")

    def test_a_filter_stands_in_between(self):
        process = self.flow("pipe", "a", "b", "--", "sh", "-c",
                            'read -r x; test "$x" != bad || '
                            "{ echo why >&2; exit 1; }; echo \"<$x>\"")
        worker = self.worker("b")
        sender = self.connect()
        sender.request("send", "a", "bad\n")
        self.assertEqual(sender.fault(), "RAISED: exit 1: why")
        sender.request("send", "a", "good\n")
        got, delivery, _ = worker.result()
        self.assertEqual(got, "<good>\n")
        worker.call("ack", delivery)
        self.assertIsNone(sender.result())
        self.end_flow(process, "a", said="why")

    def test_a_closed_sink_gives_back_and_ends_with_3(self):
        self.probe.call("channel.close", "b")
        process = self.flow("pipe", "a", "b")
        self.send_later_unparked("a")
        self.check_ends(process, 3, b"", "CLOSED")
        self.wait_balance("a", 1)

    def send_later_unparked(self, channel):
        client = self.connect()
        client.request("send", channel, "v")
        return client

    def test_a_signal_withdraws_what_no_sink_has_taken(self):
        for number, status in (signal.SIGTERM, 143), (signal.SIGINT, 130):
            process = self.flow("pipe", "a", "b")
            sender = self.send_later_unparked("a")
            self.wait_balance("b", 1)
            process.send_signal(number)
            self.check_ends(process, status, b"", "withdrawn")
            self.assertEqual(self.balance("b"), 0)
            self.assertEqual(self.balance("a"), 1)
            sender.close()
            self.wait_balance("a", 0)

    def test_a_tee_gives_to_all_and_then_acknowledges(self):
        process = self.flow("tee", "a", "b", "c", "d")
        workers = [self.worker(channel) for channel in "bcd"]
        sender = self.connect()
        sender.request("send", "a", "v")
        for worker in reversed(workers):
            self.assertFalse(sender.has_answer())
            got, delivery, _ = worker.result()
            self.assertEqual(got, "v")
            worker.call("ack", delivery, id(worker))
        self.assertEqual(sender.result(), id(workers[0]))
        self.end_flow(process, "a")

    def test_a_tee_that_one_refuses_is_refused(self):
        process = self.flow("tee", "a", "b", "c")
        taker, refuser = self.worker("b"), self.worker("c")
        sender = self.connect()
        sender.request("send", "a", "v")
        taker.call("ack", taker.result()[1])
        refuser.call("fail", refuser.result()[1], "E", "no")
        self.assertEqual(sender.fault(), "RAISED: E: no")
        self.end_flow(process, "a")

    def test_a_merge_hands_on_from_all(self):
        process = self.begin("merge", "a", "b", "c", "d")
        for channel in "abc":
            self.wait_balance(channel, -1)
        senders = {}
        for channel in "abc":
            senders[channel] = self.connect()
            senders[channel].request("send", channel, channel)
        self.wait_balance("d", 3)
        for _ in "abc":
            worker = self.worker_now("d")
            got, delivery, _ = worker
            self.probe.call("ack", delivery, got + "!")
        for channel, sender in senders.items():
            self.assertEqual(sender.result(), channel + "!")
        self.probe.call("channel.close", "a", {"wake": True})
        self.assertIsNone(process.poll())
        self.end_flow(process, "b", "c")

    def worker_now(self, channel):
        return self.probe.call("recv", channel, {"ack": True})

    def test_a_round_is_wrong_use(self):
        for words in (["pipe", "a", "a"], ["tee", "a", "b", "a"],
                      ["merge", "a", "b", "a"]):
            self.check(2, b"", *words, said="for ever")

    def test_stages_stand_in_a_row(self):
        """The reply comes back all the way."""
        stages = [self.flow("pipe", "a", "b", "--", "tr", "a-z", "A-Z"),
                  self.flow("pipe", "b", "c"),
                  self.flow("serve", "c", "--", "rev")]
        self.assertEqual(self.probe.call("send", "a", "abc"), "CBA")
        self.assertEqual([p.poll() for p in stages], [None] * 3)
        for process, source in zip(stages, "abc"):
            self.end_flow(process, source)
