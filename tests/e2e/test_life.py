# SPDX-License-Identifier: MIT
"""Connecting, hanging up, being killed; and how the daemon itself stops."""
import os
import signal
import subprocess
import sys
import threading
import time

from harness import Case, PATIENCE, SLOW, parse_url, start_process, until

# A process that makes one call, which waits, and then does nothing.
CALLER = """
import socket, sys
family, address, data = eval(sys.argv[1])
sock = socket.socket(family)
sock.connect(address)
sock.sendall(data)
sock.recv(1)
"""


class Victims(Case):

    def park_process(self, url, method, channel, *params):
        """A process with a call that waits, to be killed."""
        family, address = parse_url(url)
        data = self.probe.frame(method, channel, *params, msgid=1)
        before = self.balance(channel)
        process = start_process(
            [sys.executable, "-c", CALLER,
             repr((int(family), address, data))],
            stdin=subprocess.DEVNULL)
        self.addCleanup(self.kill, process)
        self.wait_balance(channel, before + (1 if method == "send" else -1))
        return process

    def kill(self, process):
        process.kill()
        process.wait(PATIENCE)

    def test_a_killed_receiver_never_takes_the_next_value(self):
        for url in self.daemon.urls:
            dead = self.park_process(url, "recv", "c")
            alive = self.connect()
            self.park(alive, "recv", "c")
            self.kill(dead)
            self.wait_balance("c", -1)
            self.probe.call("send", "c", url)
            self.assertEqual(alive.result(), url)

    def test_nor_does_it_when_the_value_comes_at_the_same_moment(self):
        """Its end is there before the value: the kernel keeps that order."""
        for n in range(5):
            dead = self.park_process(self.daemon.unix, "recv", "c")
            alive = self.connect()
            self.park(alive, "recv", "c")
            self.kill(dead)
            self.probe.call("send", "c", n)
            self.assertEqual(alive.result(), n)

    def test_a_killed_sender_takes_its_value_along(self):
        for url in self.daemon.urls:
            dead = self.park_process(url, "send", "c", "dead")
            alive = self.connect(url)
            self.park(alive, "send", "c", "alive")
            self.kill(dead)
            self.wait_balance("c", 1)
            self.assertEqual(self.probe.call("recv", "c"), "alive")
            self.probe.expect_error("WOULDBLOCK", "recv", "c", {"timeout": 0})

    def test_a_stopped_process_is_still_a_receiver(self):
        process = self.park_process(self.daemon.ipv4, "recv", "c")
        process.send_signal(signal.SIGSTOP)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.balance("c"), 0)


class HangUp(Case):

    def test_a_parked_client_that_leaves_is_forgotten_at_once(self):
        for url in self.daemon.urls:
            for method, rest in ("recv", []), ("next", []), ("send", ["v"]):
                for leave in "close", "reset", "half_close":
                    client = self.connect(url)
                    self.park(client, method, "c", *rest)
                    getattr(client, leave)()
                    self.wait_balance("c", 0)
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [])

    def test_a_withdrawn_value_is_not_received(self):
        for leave in "close", "reset", "half_close":
            first, second = self.connect_many(2)
            self.park(first, "send", "c", "withdrawn")
            self.park(second, "send", "c", "kept")
            getattr(first, leave)()
            self.wait_balance("c", 1)
            self.assertEqual(self.probe.call("recv", "c"), "kept")

    def test_half_close_withdraws_the_waiting_call_with_killed(self):
        for url in self.daemon.urls:
            for method, rest in ("recv", []), ("next", []), ("send", ["v"]):
                client = self.connect(url)
                self.park(client, method, "c", *rest)
                client.half_close()
                self.assertTrue(client.fault().startswith("KILLED: "))
                self.assertEqual(client.rest(), [])

    def test_half_close_drops_what_stands_behind_the_waiting_call(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            msgids = client.requests(
                ("ping", 1), ("recv", "c"), ("ping", 2),
                ("channel.open", "mark", {"preference": 1}))
            self.wait_balance("c", -1)
            client.half_close()
            self.assertEqual(client.result(msgids[0]), 1)
            self.assertIn("KILLED", client.fault(msgids[1]))
            self.assertEqual(client.rest(), [])
            self.assertNotIn("mark", self.channels())

    def test_requests_before_a_half_close_are_answered(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            msgids = client.requests(*[("ping", n) for n in range(2000)])
            client.half_close()
            self.assertEqual(client.results(msgids), list(range(2000)))
            self.assertEqual(client.rest(), [])

    def test_a_call_that_need_not_wait_is_served_after_a_half_close(self):
        for url in self.daemon.urls:
            receiver, sender = self.connect(url), self.connect(url)
            self.park(receiver, "recv", "c")
            sender.request("send", "c", "last words")
            sender.half_close()
            self.assertEqual(receiver.result(), "last words")
            self.assertIsNone(sender.result())
            self.assertEqual(sender.rest(), [])

    def test_a_call_that_would_wait_after_a_half_close_is_killed(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.send(client.frame("recv", "c"))
            client.half_close()
            self.assertIn("KILLED", client.fault())
            self.assertEqual(self.balance("c"), 0)

    def test_a_large_answer_still_arrives_after_a_half_close(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            sent = threading.Thread(target=client.send, args=(
                client.frame("ping", bytes(8 << 20)),))
            sent.start()
            sent.join(PATIENCE)
            client.half_close()
            self.assertEqual(len(client.result()), 8 << 20)
            self.assertEqual(client.rest(), [])

    def test_leaving_in_the_middle_of_a_message_harms_nobody(self):
        for url in self.daemon.urls:
            for leave in "close", "reset", "half_close":
                client = self.connect(url)
                client.send(client.frame("send", "c", bytes(100000))[:-1])
                getattr(client, leave)()
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [])

    def test_a_client_that_connects_and_leaves_at_once_harms_nobody(self):
        for n in range(200):
            client = self.connect(self.daemon.urls[n % len(self.daemon.urls)])
            client.reset() if n % 2 else client.close()
        self.wait_tasks(1)

    def test_a_reader_that_is_killed_while_it_is_served_harms_nobody(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.requests(*[("ping", bytes(15000))] * 12)
            client.reset()
        self.wait_tasks(1)


class Lingering(Case):
    """A connection that is over may read its last answers, but not for ever.
    """

    options = ("--linger-timeout", "1", "--max-message", "64K")

    def wait_dropped(self, before):
        until(lambda: self.daemon.files() == before, "it is dropped")
        self.assertEqual(self.probe.call("ping", 1), 1)

    def test_a_refused_client_that_does_not_leave_is_dropped(self):
        before = self.daemon.files()
        for url in self.daemon.urls:
            client = self.connect(url)
            client.send(b"\x94\0\1\xa4ping\x91\xc6\0\xff\0\0" + bytes(20000))
            self.assertIn("TOOBIG", client.fault(1))
            self.wait_dropped(before)
            client.close()

    def test_one_that_asks_no_more_and_does_not_read_is_dropped(self):
        before = self.daemon.files()
        for n in range(250):
            self.probe.call("channel.open", "%0100d" % n, {"preference": 1})
        for url in self.daemon.urls:
            client = self.connect(url)
            client.requests(*[("channel.list",)] * 900)
            client.half_close()
            self.wait_dropped(before)
            client.close()

    def test_answers_wait_for_a_reader_who_takes_his_time(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            msgids = client.requests(*[("ping", bytes(900))] * 100)
            client.half_close()
            until(lambda: len(self.probe.call("task.list")) == 1,
                  "its task has ended")
            self.assertEqual(len(client.results(msgids)), 100)
            self.assertEqual(client.rest(), [])


class Stopping(Case):

    options = ("--linger-timeout", "2")

    def stop(self, number=signal.SIGTERM):
        start = time.monotonic()
        status = self.daemon.terminate(number)
        self.assertEqual(status, 0, self.daemon.log())
        self.assertLess(time.monotonic() - start, 5 * SLOW)

    def check_stop(self, number):
        waiting = []
        for n, url in enumerate(self.daemon.urls):
            for method, rest in ("recv", []), ("next", []), ("send", [1]):
                client = self.connect(url)
                self.park(client, method, method + str(n), *rest)
                waiting.append(client)
        idle = self.connect_many(5)
        self.assertTrue(os.path.exists(self.daemon.path))
        self.stop(number)
        for client in waiting:
            self.assertTrue(client.fault().startswith("SHUTDOWN: "))
            self.assertEqual(client.rest(), [])
        for client in idle:
            self.assertEqual(client.rest(), [])
        self.assertFalse(os.path.exists(self.daemon.path))

    def test_sigterm_answers_who_waits_and_ends_well(self):
        self.check_stop(signal.SIGTERM)

    def test_sigint_does_the_same(self):
        self.check_stop(signal.SIGINT)

    def test_values_that_were_answered_arrive_although_it_stops(self):
        client = self.connect()
        msgids = client.requests(*[("ping", bytes(9000))] * 20)
        until(client.has_answer, "the answers begin")
        self.daemon.process.send_signal(signal.SIGTERM)
        answers = client.rest()
        self.assertGreater(len(answers), 0)
        self.assertEqual([a[1] for a in answers], msgids[:len(answers)])
        for _, _, error, result in answers:
            self.assertTrue(error is None and len(result) == 9000
                            or error.startswith("SHUTDOWN: "))

    def test_a_client_that_does_not_read_cannot_keep_it_from_stopping(self):
        self.deafen(self.connect())
        self.stop()

    def test_a_client_that_asks_on_and_on_cannot_either(self):
        client = self.connect()
        frames = b"".join(client.frame("ping") for _ in range(20000))
        ended = threading.Event()

        def ask():
            try:
                while not ended.is_set():
                    client.sock.sendall(frames)
            except OSError:
                pass

        def listen():
            try:
                while client.sock.recv(1 << 20):
                    pass
            except OSError:
                pass

        threads = [threading.Thread(target=work) for work in (ask, listen)]
        for thread in threads:
            thread.start()
        until(lambda: self.probe.call("task.list")[1]["requests"] > 20000,
              "it is being asked")
        try:
            self.stop()
        finally:
            ended.set()
            client.sock.shutdown(2)
            for thread in threads:
                thread.join(PATIENCE)

    def test_a_second_signal_ends_it_at_once(self):
        self.deafen(self.connect())
        self.daemon.process.send_signal(signal.SIGTERM)
        until(lambda: "stopping" in self.daemon.log(), "it is stopping")
        self.daemon.was_killed = True
        self.assertEqual(self.daemon.terminate(), 1)

    def test_nobody_is_let_in_while_it_stops(self):
        self.stop()
        for url in self.daemon.urls:
            with self.assertRaises(OSError):
                self.connect(url)

    def test_it_can_start_again_at_the_same_places(self):
        self.park(self.connect(self.daemon.ipv4), "recv", "c")
        self.stop()
        again = self.start(listen=self.daemon.urls, folder=self.daemon.folder)
        self.assertEqual(again.urls, self.daemon.urls)
        self.assertEqual(self.connect(again.ipv4).call("ping", 1), 1)
