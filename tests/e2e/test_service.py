# SPDX-License-Identifier: MIT
"""As a service: passed sockets, readiness, status, watchdog, restarts."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from harness import (CHAND, PASS, PATIENCE, SLOW, WRAP, Case, Client,
                     clean_environment, until)
from manager import Manager


class Service(Case):

    def setUp(self):
        super().setUp()
        self.manager = Manager()
        self.addCleanup(self.manager.close)

    def start_service(self, *options, **environment):
        return self.start(*options, listen=[], sockets=self.manager.sockets,
                          variables=self.manager.environment(**environment))


class Sockets(Service):

    def test_both_sockets_that_are_passed_are_served(self):
        daemon = self.start_service()
        self.assertEqual(daemon.urls, self.manager.urls)
        tcp, unix = [self.connect(url) for url in daemon.urls]
        tcp.request("recv", "c")
        unix.call("send", "c", "met")
        self.assertEqual(tcp.result(), "met")

    def test_with_sockets_that_are_passed_there_are_no_default_ones(self):
        self.assertEqual(len(self.start_service().urls), 2)

    def test_what_is_asked_for_is_listened_at_beside_them(self):
        daemon = self.start(listen=["tcp://127.0.0.1:0"],
                            sockets=self.manager.sockets)
        self.assertEqual(len(daemon.urls), 3)
        for url in daemon.urls:
            self.assertEqual(self.connect(url).call("ping", 1), 1)

    def test_what_is_passed_and_asked_for_is_listened_at_once(self):
        daemon = self.start(listen=self.manager.urls,
                            sockets=self.manager.sockets)
        self.assertEqual(daemon.urls, self.manager.urls)

    def test_the_path_of_a_passed_socket_is_left_alone_at_the_end(self):
        daemon = self.start_service()
        self.assertEqual(daemon.terminate(), 0)
        self.assertTrue(os.path.exists(self.manager.path))

    def test_passed_sockets_are_made_as_our_own_are(self):
        self.manager.tcp.setblocking(True)
        daemon = self.start_service()
        for fd in "3", "4":
            with open("/proc/%d/fdinfo/%s" % (daemon.pid, fd)) as file:
                flags = int(file.read().split("flags:")[1].split()[0], 8)
            self.assertTrue(flags & os.O_NONBLOCK)
            self.assertTrue(flags & os.O_CLOEXEC)
        self.assertEqual(self.manager.tcp.getsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY), 1)
        self.assertEqual(self.manager.tcp.getsockopt(
            socket.SOL_SOCKET, socket.SO_KEEPALIVE), 1)

    def refused(self, sock, said, number=0, names=""):
        sockets = [sock] if number == 0 else self.manager.sockets + [sock]
        done = subprocess.run(
            [sys.executable, "-c", PASS, ",".join(
                str(s.fileno()) for s in sockets), names] + WRAP + [CHAND],
            pass_fds=[s.fileno() for s in sockets], text=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=clean_environment(), timeout=PATIENCE)
        sock.close()
        self.assertEqual(done.returncode, 1, done.stderr)
        line = done.stderr.splitlines()[-1]
        for word in ("cannot use a socket that was passed", said,
                     "fd=%d" % (3 + number), 'name="%s"' % (names or "s%d" % number)):
            self.assertIn(word, line)

    def test_another_kind_of_descriptor_stops_the_start(self):
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.refused(datagrams, "it is no stream socket")
        self.refused(socket.socket(), "it does not listen")
        first, second = socket.socketpair()
        self.refused(first, "it does not listen", 2)
        second.close()
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind("\0chand-%d" % os.getpid())
        abstract.listen()
        self.refused(abstract, "it is at no path")
        self.refused(open(os.devnull), "it is no socket")
        self.refused(open(self.daemon.log_path), "it is no socket", 2)

    def test_sockets_of_another_process_are_none_of_ours(self):
        daemon = self.start(variables={"LISTEN_FDS": "2",
                                         "LISTEN_PID": "1"})
        self.assertEqual(len(daemon.urls), len(self.daemon.urls))


class Restarts(Service):

    def meet(self, url, ended, met, refused):
        """Connect and ping, again and again; who is cut off comes again."""
        while not ended.is_set():
            client = None
            try:
                client = Client(url)
                while not ended.is_set():
                    if client.call("ping", 1) == 1:
                        met.append(url)
            except ConnectionRefusedError as error:
                refused.append(error)
            except FileNotFoundError as error:
                refused.append(error)
            except Exception:  # it was cut off, or told SHUTDOWN
                pass
            if client is not None:
                client.close()

    def test_a_restart_refuses_nobody(self):
        ended, met, refused = threading.Event(), [], []
        threads = [threading.Thread(target=self.meet, args=(
            url, ended, met, refused)) for url in self.manager.urls * 3]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):
                daemon = self.start_service()
                before = len(met)
                until(lambda: len(met) > before + 50, "it is busy")
                self.assertEqual(daemon.terminate(), 0, daemon.log())
            self.start_service()
            before = len(met)
            until(lambda: len(met) > before + 50, "it is busy again")
        finally:
            ended.set()
            for thread in threads:
                thread.join(PATIENCE)
        self.assertEqual(refused, [])

    def test_who_connects_meanwhile_is_served_by_the_next(self):
        self.assertEqual(self.start_service().terminate(), 0)
        clients = [self.connect(url) for url in self.manager.urls]
        for client in clients:
            client.request("ping", "still here")
        self.start_service()
        for client in clients:
            self.assertEqual(client.result(), "still here")


class Readiness(Service):

    def test_it_is_ready_when_it_serves_and_says_what_it_does(self):
        self.start_service()
        told = self.manager.hear()
        self.assertEqual(told["READY"], "1")
        self.assertRegex(told["STATUS"], "^Serving: connections 0, channels 0")
        self.assertEqual(self.connect(self.manager.urls[0]).call("ping"), None)

    def test_it_says_that_it_stops(self):
        daemon = self.start_service()
        self.manager.hear_of("READY")
        self.assertEqual(daemon.terminate(), 0)
        told = self.manager.hear_of("STOPPING")
        self.assertEqual(told["STOPPING"], "1")
        self.assertRegex(told["STATUS"], "^Stopping: ")
        self.assertGreater(int(told["EXTEND_TIMEOUT_USEC"]), 10000000)

    def test_one_that_cannot_start_is_never_ready(self):
        with self.assertRaises(AssertionError):
            self.start(listen=["tcp://192.0.2.1:1"],
                       variables=self.manager.environment())
        self.assertTrue(self.manager.is_silent(0.01))

    def test_the_status_is_that_of_the_moment(self):
        daemon = self.start_service(WATCHDOG_USEC="200000")
        client = self.connect(daemon.urls[1])
        client.request("recv", "c")
        until(lambda: "connections 1, channels 1, waiting 1, held 0"
              in self.manager.hear_of("STATUS")["STATUS"], "it is told")

    def test_whoever_does_not_want_to_hear_is_not_told(self):
        daemon = self.start(listen=[], sockets=self.manager.sockets)
        self.connect(daemon.urls[0]).call("ping")
        self.assertTrue(self.manager.is_silent(0.01))


class Watchdog(Service):

    PERIOD = 0.4

    def setUp(self):
        super().setUp()
        period = str(int(self.PERIOD * SLOW * 1000000))
        self.service = self.start_service("--watchdog", "0",
                                          WATCHDOG_USEC=period)

    def test_an_idle_loop_feeds_it(self):
        start = time.monotonic()
        for _ in range(6):
            self.manager.hear_of("WATCHDOG")
        self.assertLess(time.monotonic() - start, 6 * self.PERIOD * SLOW)

    def test_a_busy_loop_feeds_it(self):
        client = self.connect(self.manager.urls[1])
        frames = b"".join(client.frame("ping") for _ in range(5000))
        ended = threading.Event()

        def ask():
            while not ended.is_set():
                client.sock.sendall(frames)
                for _ in range(5000):
                    client.message()

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            start = time.monotonic()
            for _ in range(4):
                self.manager.hear_of("WATCHDOG")
            self.assertLess(time.monotonic() - start, 6 * self.PERIOD * SLOW)
        finally:
            ended.set()
            thread.join(PATIENCE)

    def test_a_loop_that_does_not_go_round_does_not(self):
        self.manager.hear_of("WATCHDOG")
        with self.service.halted():
            self.assertTrue(self.manager.is_silent(2 * self.PERIOD * SLOW))
        self.manager.hear_of("WATCHDOG")


class Sandbox(Case):

    def status(self, daemon):
        with open("/proc/%d/status" % daemon.pid) as file:
            return dict(line.split(":\t", 1) for line in
                        file.read().splitlines())

    def test_it_is_on_by_default_and_says_so(self):
        log, status = self.daemon.log(), self.status(self.daemon)
        if self.daemon.is_instrumented():
            self.assertIn('sandboxed landlock="Operation canceled"', log)
            return
        self.assertIn('sandboxed landlock="yes" seccomp="yes"', log)
        self.assertEqual((status["Seccomp"], status["NoNewPrivs"]),
                         ("2", "1"))

    def test_it_can_be_off(self):
        daemon = self.start("--sandbox", "no")
        self.assertIn('sandboxed landlock="no" seccomp="no"', daemon.log())
        self.assertEqual(self.status(daemon)["Seccomp"],
                         self.status_of_this_process())

    def status_of_this_process(self):
        with open("/proc/self/status") as file:
            return file.read().split("Seccomp:\t")[1].split()[0]

    def test_it_can_be_required(self):
        if self.daemon.is_instrumented():
            with self.assertRaisesRegex(AssertionError, "is required"):
                self.start("--sandbox", "require")
            return
        daemon = self.start("--sandbox", "require")
        self.assertEqual(self.connect(daemon.unix).call("ping", 1), 1)

    def test_options_can_be_read_again_from_within(self):
        daemon = self.start(config="[log]\nlevel = info\n")
        daemon.configure("[log]\nlevel = debug\n")
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "reloaded" in daemon.log(), "it is reloaded")
        self.connect(daemon.unix).call("ping")
        until(lambda: "connected" in daemon.log(), "it says more")
