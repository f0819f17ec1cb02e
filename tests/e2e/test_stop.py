# SPDX-License-Identifier: MIT
"""How connections that are over are ended, and how the daemon ends."""
import contextlib
import os
import signal
import socket
import threading
import time

from harness import PATIENCE, SLOW, Case, until


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

    options = ("--linger-timeout", "2", "--drain-timeout", "0")

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

    def test_whatever_waits_is_told_and_nothing_is_left_behind(self):
        """Held, holding, spawned, parked, watching, stored, in the air."""
        worker, spawner, concurrent = self.connect_many(3)
        worker.call("channel.watch", "*")
        self.probe.call("channel.open", "stored", {"capacity": 9})
        for value in "a", "b":
            self.probe.call("send", "stored", value)
        spawned = spawner.call("task.spawn", "recv", ["spawned"])
        spawner.call("task.spawn", "ping", ["kept"])
        concurrent.call("hello", {"concurrent": True})
        asking = [spawner, concurrent] + self.connect_many(5)
        calls = [("task.wait", spawned), ("recv", "concurrent"),
                 ("send", "held", 1), ("task.park",),
                 ("select", [["recv", "x"], ["send", "y", 1]]),
                 ("send_sequence", "sequence", [1, 2]),
                 ("send_exception", "exception", "T", "m")]
        for client, call in zip(asking, calls):
            client.request(*call)
        for channel in "held", "stored", "stored":
            self.probe.call("recv", channel, {"ack": True})
        for channel in "spawned", "concurrent", "x":
            self.wait_balance(channel, -1)
        for channel in "sequence", "exception", "y":
            self.wait_balance(channel, 1)
        self.stop()
        for client, call in zip(asking, calls):
            # A receiver has that value: "shutdown" would be a definite no.
            code = "IN_DOUBT: " if "held" in call else "SHUTDOWN: "
            self.assertTrue(client.fault().startswith(code), call)
            self.assertEqual(client.rest(), [])

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
        # Another signal before it has ended would end it at once.
        self.assertEqual(self.daemon.process.wait(PATIENCE), 0)

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
            with contextlib.suppress(OSError):  # it may be reset already
                client.sock.shutdown(socket.SHUT_RDWR)
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
