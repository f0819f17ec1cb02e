# SPDX-License-Identifier: MIT
"""libchand against the real daemon, by tests/chand_client.c."""
import os
import signal
import subprocess

from harness import MIB, PATIENCE, REPORT, Case, Client, Daemon, \
    clean_environment, start_process, until
from test_codes import UNREACHABLE, read_codes

CLIENT = os.environ.get("CHAND_CLIENT", "chand_client")


class Program:
    """A chand_client: commands in, lines out."""

    def __init__(self, url):
        environment = dict(clean_environment(), CHAND_URL=url)
        self.process = start_process(
            [CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment)
        self.pid = self.process.pid
        self.done = {}

    def tell(self, *words):
        line = " ".join(str(word) for word in words) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()

    def line(self):
        """The next line that is an answer; outcomes are put away."""
        while True:
            line = self.process.stdout.readline().decode().rstrip("\n")
            if not line:
                raise AssertionError(self.process.stderr.read().decode())
            number, _, rest = line.partition(" ")
            if number == "-":
                return rest
            self.done[int(number)] = rest.split(" ", 5)
            return None

    def ask(self, *words):
        self.tell(*words)
        while True:
            answer = self.line()
            if answer is not None:
                return answer

    def outcome(self, number):
        """[CODE, KIND, SIZE, HEX, DELIVERY, TEXT] of a call, once known."""
        while number not in self.done:
            self.line()
        return self.done.pop(number)

    def code(self, number):
        return self.outcome(number)[0]

    def is_connected(self):
        return self.ask("look").startswith("1 ")

    def unsent(self):
        return int(self.ask("look").split()[1])

    def memory(self):
        with open("/proc/%d/status" % self.pid) as status:
            return next(int(line.split()[1]) * 1024 for line in status
                        if line.startswith("VmRSS"))

    def end(self):
        self.process.stdin.close()
        self.process.stdin = None
        out, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said.decode()


class Library(Case):

    def setUp(self):
        super().setUp()
        self.program = self.begin()

    def begin(self, *settings):
        program = Program(self.daemon.usual)
        self.addCleanup(self.finish, program)
        for setting in settings:
            self.assertEqual(program.ask("set", setting), "OK")
        return program

    def finish(self, program):
        status, said = program.end()
        self.assertNotRegex(said, REPORT)
        self.assertEqual((status, said), (0, ""))

    def start_again(self):
        self.daemon = self.start(listen=[self.daemon.usual],
                                 folder=self.daemon.folder)
        self.probe = self.connect()


class Blocking(Library):

    def test_a_value_is_sent_and_received(self):
        receiver = self.connect()
        self.park(receiver, "recv", "c")
        self.assertEqual(self.program.ask("block", "send", "c", 5000, "v"),
                         "OK ")
        self.assertEqual(receiver.result(), "v")
        sender = self.connect()
        self.park(sender, "send", "c", b"\xff")
        self.assertEqual(self.program.ask("block", "recv", "c", 5000, 0),
                         "OK 2 1 ff - ")
        self.assertIsNone(sender.result())

    def test_a_request_gets_the_reply_of_another_program(self):
        worker = self.begin()
        worker.tell("recv", 1, "c", 5000, 1)
        self.wait_balance("c", -1)
        self.program.tell("send", 1, "c", 5000, "job")
        delivery = worker.outcome(1)[4]
        self.assertTrue(worker.ask("block", "extend", delivery, 9000)
                        .startswith("OK"))
        self.assertEqual(worker.ask("block", "ack", delivery, "reply"), "OK ")
        self.assertEqual(self.program.outcome(1)[:4],
                         ["OK", "1", "5", b"reply".hex()])

    def test_what_is_settled_otherwise_is_told(self):
        self.program.tell("send", 1, "c", 5000, "job")
        worker = self.begin()
        worker.tell("recv", 1, "c", 5000, 1)
        self.assertEqual(worker.ask("block", "nack", worker.outcome(1)[4]),
                         "OK ")
        worker.tell("recv", 2, "c", 5000, 1)
        self.assertEqual(worker.ask("block", "fail", worker.outcome(2)[4],
                                    "Type", "why"), "OK ")
        self.assertEqual(self.program.outcome(1)[5], "RAISED: Type: why")

    def test_sixteen_mebibytes_go_both_ways(self):
        size = 16 * MIB - 64
        self.program.tell("send", 1, "c", 60000, "*%d" % size)
        other = self.begin()
        other.tell("recv", 1, "c", 60000, 0)
        self.assertEqual(other.outcome(1)[:3], ["OK", "2", str(size)])
        self.assertEqual(self.program.code(1), "OK")
        self.program.tell("send", 2, "c", 60000, "*%d" % (16 * MIB))
        self.assertEqual(self.program.code(2), "TOOBIG")
        self.assertTrue(self.program.is_connected())


class Loop(Library):

    def test_many_calls_at_once_come_to_their_own_ends(self):
        program = self.begin("concurrent")
        for n in range(200):
            program.tell("recv", n, "c%d" % n, 60000, 0)
        for n in reversed(range(200)):
            program.tell("send", 1000 + n, "c%d" % n, 60000, "v%d" % n)
        for n in range(200):
            self.assertEqual(program.outcome(n)[3], (b"v%d" % n).hex())
            self.assertEqual(program.code(1000 + n), "OK")

    def test_one_after_the_other_keeps_their_order(self):
        for n in range(50):
            self.program.tell("send", n, "c", 60000, "v%d" % n)
        got = [self.probe.call("recv", "c") for _ in range(50)]
        self.assertEqual(got, ["v%d" % n for n in range(50)])
        self.assertEqual({self.program.code(n) for n in range(50)}, {"OK"})

    def test_one_of_many_is_cancelled(self):
        program = self.begin("concurrent")
        for n in range(3):
            program.tell("recv", n, "c", 60000, 0)
        self.wait_balance("c", -3)
        self.assertEqual(program.ask("cancel", 1), "OK")
        self.assertEqual(program.code(1), "KILLED")
        self.wait_balance("c", -2)
        self.assertEqual(program.ask("free", 0), "freed")
        for value in "ab":  # the one that was freed still waits, too
            self.probe.call("send", "c", value)
        self.assertEqual(program.outcome(2)[3], b"b".hex())

    def test_only_a_concurrent_client_cancels_what_was_sent(self):
        self.program.tell("recv", 1, "c", 60000, 0)
        self.wait_balance("c", -1)
        self.assertEqual(self.program.ask("cancel", 1), "MISUSE")
        self.assertEqual(self.balance("c"), -1)

    def test_withdrawing_answers_all_and_can_begin_anew(self):
        self.program.tell("recv", 1, "c", 60000, 0)
        self.wait_balance("c", -1)
        self.assertEqual(self.program.ask("withdraw"), "withdrawn")
        self.assertEqual(self.program.code(1), "KILLED")
        self.wait_balance("c", 0)
        until(lambda: not self.program.is_connected(), "it has ended")
        until(lambda: self.ping_works(), "another connection is made")

    def ping_works(self):
        self.program.tell("start", 9, "ping")
        return self.program.code(9) == "OK"

    def test_events_come_and_lost_ones_are_counted(self):
        self.program.tell("start", 1, "channel.watch", "c")
        self.assertEqual(self.program.code(1), "OK")
        sender = self.connect()
        self.park(sender, "send", "c", 1)
        until(lambda: self.program.ask("event").startswith("3 "), "an event")
        for _ in range(600):  # two events each: one to wait, one to go
            self.probe.call("recv", "c")
            self.park(sender, "send", "c", 1)
        until(lambda: self.program.ask("event").split()[-1] != "0",
              "some are lost")


class HalfSent(Library):

    over_tls = False  # TCP brings no end to who does not read what is before

    def test_withdrawing_leaves_off_what_is_half_sent(self):
        self.program.tell("recv", 1, "c", 60000, 0)
        self.wait_balance("c", -1)  # and nothing more is read
        self.program.tell("send", 2, "c", 60000, "*%d" % (8 * MIB))
        self.assertGreater(self.program.unsent(), 8 * MIB)
        self.assertEqual(self.program.ask("withdraw"), "withdrawn")
        self.assertEqual(self.program.code(2), "KILLED")
        self.assertEqual(self.program.code(1), "KILLED")
        self.assertEqual(self.program.unsent(), 0)
        self.wait_balance("c", 0)


class Lost(Library):

    def test_who_connects_again_repeats_nothing_and_loses_nothing(self):
        program = self.begin("reconnect 1 20", "concurrent")
        received = []
        for life in range(3):
            for n in range(10):
                program.tell("send", 100 * life + n, "c", -1,
                             "on-its-way-%d-%d" % (life, n))
            self.wait_balance("c", 10)
            received += [self.probe.call("recv", "c") for _ in range(4)]
            codes = [program.code(100 * life + n) for n in range(4)]
            self.assertEqual(codes, ["OK"] * 4)
            self.daemon.kill()
            for n in range(4, 10):
                self.assertEqual(program.code(100 * life + n), "UNKNOWN")
            program.tell("send", 100 * life + 50, "c", -1, "new-%d" % life)
            self.assertFalse(program.is_connected())
            self.start_again()
            self.wait_balance("c", 1)  # and nothing of what was lost
            received.append(self.probe.call("recv", "c"))
            self.assertEqual(program.code(100 * life + 50), "OK")
        self.assertEqual(len(received), len(set(received)))
        self.assertEqual(len(received), 15)

    def test_unasked_it_stays_away(self):
        self.program.tell("recv", 1, "c", -1, 0)
        self.wait_balance("c", -1)
        self.daemon.kill()
        self.assertEqual(self.program.code(1), "UNKNOWN")
        self.program.tell("send", 2, "c", -1, "v")
        self.assertEqual(self.program.code(2), "UNREACHABLE")

    def test_a_daemon_that_does_not_read_blocks_nobody(self):
        program = self.begin("limit %d" % (4 * MIB))
        self.assertEqual(program.ask("block", "connect"), "OK ")
        with self.daemon.halted():
            for n in range(64):
                program.tell("send", n, "c", -1, "*%d" % MIB)
            # It answers at once, all the time.
            until(lambda: program.unsent() and len(program.done) > 50,
                  "most are refused")
            self.assertTrue(program.is_connected())
            refused = set(program.done)
            self.assertEqual({program.code(n) for n in refused}, {"LIMIT"})
            self.assertLess(program.unsent(), 6 * MIB)
            if not self.daemon.is_instrumented():
                self.assertLess(program.memory(), 24 * MIB)
        for n in range(64):
            if n not in refused:
                self.assertEqual(len(self.probe.call("recv", "c")), MIB)
                self.assertEqual(program.code(n), "OK")
        self.assertEqual(program.unsent(), 0)


class Codes(Library):
    """Every code that a daemon can answer, as the library names it."""

    options = ("--max-held", "1")

    def expect(self, code, *words):
        self.program.tell(words[0], 1, *words[1:])
        self.assertEqual(self.program.code(1), code)
        self.told.add(code)

    def offer(self):
        sender = self.connect()
        self.park(sender, "send", "d", "v")
        self.program.tell("recv", 2, "d", 5000, 1)
        return sender, self.program.outcome(2)[4]

    def test_every_code_is_told(self):
        self.told = {"TOOBIG"}  # above
        self.expect("NOMETHOD", "start", "nonsense")
        self.expect("INVALID", "start", "recv")
        self.expect("NOTASK", "start", "task.kill", "#127")
        self.expect("NOCHANNEL", "start", "channel.info", "none")
        self.expect("WOULDBLOCK", "recv", "c", 0, 0)
        self.expect("TIMEOUT", "send", "c", 20, "v")
        self.tell_of_deliveries()
        self.tell_of_others()
        self.probe.call("channel.close", "c")
        self.expect("CLOSED", "recv", "c", 5000, 0)
        self.expect("STOP", "recv", "c", 5000, 2)
        self.program.tell("recv", 1, "e", 60000, 0)
        self.wait_balance("e", -1)
        self.daemon.terminate(signal.SIGTERM)
        self.assertEqual(self.program.code(1), "SHUTDOWN")
        self.told.add("SHUTDOWN")
        self.assertEqual(read_codes() - self.told, UNREACHABLE)

    def tell_of_deliveries(self):
        sender, delivery = self.offer()
        self.expect("LIMIT", "recv", "c", 0, 1)
        self.expect("OK", "ack", delivery, "r")
        self.expect("STALE", "ack", delivery, "r")
        self.assertEqual(sender.result(), "r")
        sender, delivery = self.offer()
        sender.close()
        self.wait_held("d", 0)
        self.expect("GONE", "ack", delivery, "r")
        worker = self.connect()
        self.park(worker, "recv", "c", {"ack": True})
        self.expect("IN_DOUBT", "send", "c", 50, "v")

    def tell_of_others(self):
        self.program.tell("recv", 1, "c", 60000, 0)
        self.wait_balance("c", -1)
        self.probe.call("send_exception", "c", "Type", "why")
        self.assertEqual(self.program.outcome(1)[5], "RAISED: Type: why")
        self.program.tell("recv", 1, "c", 60000, 0)
        self.wait_balance("c", -1)
        self.probe.call("channel.clear", "c")
        self.assertEqual(self.program.code(1), "KILLED")
        self.told |= {"RAISED", "KILLED"}
