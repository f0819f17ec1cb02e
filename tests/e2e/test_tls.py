# SPDX-License-Identifier: MIT
"""TLS: who is let in, what ends a connection, and what it costs in memory.

CHAND_HANDSHAKES says how many of them must leave nothing behind (300).
"""
import os
import signal
import socket
import ssl
import subprocess
import warnings

from certificates import certificates
from client import PATIENCE
from harness import CHANCTL, MIB, Case, Daemon, parse_url, until
from tls_socket import TlsSocket, client_context

HANDSHAKES = int(os.environ.get("CHAND_HANDSHAKES", "300"))
# Old protocols are what is asked for here, and must not work.
warnings.filterwarnings("ignore", category=DeprecationWarning)


class Secure(Case):
    """A daemon whose clients come through TLS."""

    tls = {}

    def start(self, *options, listen=("tls://127.0.0.1:0",), certificate=None,
              **how):
        words = certificates().options(certificate, **self.tls)
        return super().start(*options, *words, listen=list(listen), **how)

    def connect(self, url=None, **how):
        return super().connect(url or self.daemon.tls, **how)

    def raw(self):
        sock = socket.socket(socket.AF_INET)
        sock.settimeout(PATIENCE)
        sock.connect(parse_url(self.daemon.tls)[1])
        self.addCleanup(sock.close)
        return sock

    def stat(self, name):
        return self.probe.call("server.stats")[name]

    def wait_stat(self, name, value):
        until(lambda: self.stat(name) == value, "%s is %d" % (name, value))

    def refused(self, context, because):
        """Nobody is let in so: the daemon says why, and counts it."""
        before = self.stat("tls_failures")
        with self.assertRaises((ssl.SSLError, OSError)):
            client = TlsSocket(self.raw(), context=context)
            client.recv(1)  # TLS 1.3 refuses a certificate only then
            raise AssertionError("it was let in")
        self.wait_stat("tls_failures", before + 1)
        until(lambda: because in self.daemon.log(), because)

    def s_client(self, *words):
        host, port = parse_url(self.daemon.tls)[1]
        process = subprocess.Popen(
            ["openssl", "s_client", "-connect", "%s:%d" % (host, port),
             "-CAfile", certificates().authority] + list(words),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process


class Handshakes(Secure):

    def test_tls_1_2_and_1_3_are_spoken_and_verified(self):
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            context = client_context()
            context.minimum_version = context.maximum_version = version
            client = self.connect(tls=context)
            self.assertEqual(client.call("ping", 5), 5)
            self.assertEqual(client.sock.tls.selected_alpn_protocol(),
                             "chand")
            self.assertIsNone(client.sock.tls.compression())
        self.assertEqual(self.stat("tls_handshakes"), 3)
        self.assertEqual(self.stat("tls_failures"), 0)

    def test_older_ones_are_refused(self):
        for version in ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1:
            context = client_context()
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = version
            self.refused(context, "unsupported protocol")

    def test_alpn_is_chand_or_none(self):
        context = client_context()
        context.set_alpn_protocols(["h2", "chand"])
        client = self.connect(tls=context)
        self.assertEqual(client.sock.tls.selected_alpn_protocol(), "chand")
        context = ssl.create_default_context(cafile=certificates().authority)
        client = self.connect(tls=context)
        self.assertIsNone(client.sock.tls.selected_alpn_protocol())
        self.assertEqual(client.call("ping", 1), 1)
        context.set_alpn_protocols(["h2"])
        self.refused(context, "no application protocol")

    def test_what_is_no_tls_is_refused(self):
        sock = self.raw()
        sock.sendall(b"\x94\x00\x01\xa4ping\x90" * 100)
        self.assertNotIn(b"\x94", sock.recv(1000))
        self.wait_stat("tls_failures", 1)
        self.probe.call("ping")

    def test_who_comes_and_goes_is_no_connection(self):
        self.raw().close()
        self.wait_stat("tls_failures", 1)
        self.assertIn("the client closed the connection", self.daemon.log())
        self.assertEqual(self.stat("connections"), 1)

    def test_tasks_show_that_it_is_tls(self):
        peer = self.probe.call("task.list")[0]["peer"]
        self.assertRegex(peer, r"^tls:127\.0\.0\.1:\d+$")

    def test_there_is_no_resumption(self):
        client = self.connect()
        client.call("ping")
        self.assertIsNone(getattr(client.sock.tls.session, "ticket", None))
        self.assertFalse(client.sock.tls.session
                         and client.sock.tls.session.has_ticket)

    def test_s_client_is_a_client_and_sees_a_goodbye(self):
        process = self.s_client("-verify_return_error", "-alpn", "chand",
                                "-servername", "localhost", "-quiet",
                                "-verify_quiet", "-no_ign_eof")
        process.stdin.write(b"\x94\x00\x01\xa4ping\x91\x07")
        process.stdin.flush()
        self.assertEqual(process.stdout.read(5), b"\x94\x01\x01\xc0\x07")
        process.communicate(timeout=PATIENCE)
        self.wait_tasks(1)
        self.assertEqual(self.stat("tls_broken"), 0)

    def test_renegotiation_is_refused(self):
        process = self.s_client("-tls1_2")
        self.wait_tasks(2)
        out, _ = process.communicate(b"R\n", timeout=PATIENCE)
        self.assertIn(b"RENEGOTIATING", out)
        self.assertRegex(out, b"no renegotiation|handshake failure")
        self.probe.call("ping")

    def test_a_silent_client_is_broken_off_in_time(self):
        self.daemon = self.start("--tls-handshake-timeout", "1")
        self.probe = self.connect()
        sock = self.raw()
        self.assertEqual(sock.recv(1), b"")
        self.wait_stat("tls_failures", 1)
        self.assertIn("it took too long", self.daemon.log())

    def test_no_more_are_on_their_way_than_may_be(self):
        self.daemon = self.start("--tls-max-handshakes", "3")
        self.probe = self.connect()
        self.probe.call("ping")  # it is in, and not only nearly
        silent = [self.raw() for _ in range(4)]
        self.assertEqual(silent[3].recv(1), b"")
        self.wait_stat("tls_failures", 1)
        silent[0].close()
        self.wait_stat("tls_failures", 2)
        self.assertEqual(self.connect().call("ping", 2), 2)

    def test_those_on_their_way_count_as_connections(self):
        self.daemon = self.start("--max-connections", "3")
        self.probe = self.connect()
        self.probe.call("ping")  # it is in, and not only nearly
        silent = [self.raw(), self.raw()]
        with self.assertRaises((ssl.SSLError, OSError)):
            TlsSocket(self.raw())
        self.assertIn("max_connections", self.daemon.log())
        silent[0].close()
        self.wait_stat("tls_failures", 1)
        self.assertEqual(self.connect().call("ping", 2), 2)

    def test_many_leave_nothing_behind(self):
        def turn(count):
            for _ in range(count):
                client = self.connect()
                client.call("ping")
                client.close()
                self.clients.remove(client)
                bad = self.raw()
                bad.sendall(b"\x16\x03\x01\x00\x05hello")
                bad.recv(100)
                bad.close()
            self.wait_tasks(1)

        turn(100)
        memory, files = self.daemon.memory(), self.daemon.files()
        turn(HANDSHAKES)
        until(lambda: self.daemon.files() <= files, "all are closed")
        self.assert_memory(self.daemon.memory() - memory, MIB // 2)


class Tool(Secure):

    def test_chanctl_says_that_it_does_not_speak_it(self):
        done = subprocess.run([CHANCTL, "-s", self.daemon.tls, "ping"],
                              stdin=subprocess.DEVNULL, timeout=PATIENCE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 69)
        self.assertIn(b"does not speak TLS yet", done.stderr)


class Ends(Secure):

    def test_a_goodbye_withdraws_a_call_that_waits(self):
        client = self.connect()
        self.park(client, "recv", "c")
        client.half_close()
        self.wait_balance("c", 0)
        self.assertIn("KILLED", client.fault())
        self.assertEqual(client.rest(), [])
        self.assertEqual(self.stat("tls_broken"), 0)

    def test_also_behind_requests_that_wait_for_it(self):
        client = self.connect()
        self.park(client, "recv", "c")
        for _ in range(10):
            client.request("ping", bytes(500))
        client.half_close()
        self.wait_balance("c", 0)

    def test_an_end_without_one_withdraws_it_and_is_told(self):
        client = self.connect()
        self.park(client, "recv", "c")
        client.sock.cut()
        self.wait_balance("c", 0)
        self.wait_stat("tls_broken", 1)
        self.assertIn("it ended without a close_notify", self.daemon.log())

    def test_so_it_is_for_one_that_waits_for_nothing(self):
        client = self.connect()
        client.call("ping")
        client.sock.cut()
        self.wait_stat("tls_broken", 1)

    def test_bytes_of_somebody_else_end_it(self):
        client = self.connect()
        self.park(client, "recv", "c")
        client.sock.raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
        self.wait_balance("c", 0)
        self.wait_stat("tls_broken", 1)
        self.assertIn("what came is not the peer's", self.daemon.log())

    def test_a_reset_withdraws_it(self):
        client = self.connect()
        self.park(client, "send", "c", 1)
        client.reset()
        self.wait_balance("c", 0)

    def test_what_was_asked_before_the_goodbye_is_answered(self):
        client = self.connect()
        msgids = client.requests(*[("ping", n) for n in range(100)])
        client.half_close()
        self.assertEqual(client.results(msgids), list(range(100)))
        self.assertEqual(client.rest(), [])

    def test_stopping_says_goodbye(self):
        client = self.connect()
        client.call("ping")
        self.daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(client.rest(), [])  # and no SSLEOFError
        self.clients.remove(self.probe)
        self.probe.close()


class Bytes(Secure):

    def test_sixteen_mebibytes_pass(self):
        sender, receiver = self.connect_many(2)
        value = os.urandom(16 * MIB - 100)
        msgid = self.park(receiver, "recv", "c")
        sender.call("send", "c", value)
        self.assertEqual(receiver.result(msgid), value)

    def test_a_record_of_each_byte_is_a_request(self):
        client = self.connect()
        data = client.frame("ping", "slowly")
        for n in range(len(data)):
            client.send(data[n:n + 1])
        self.assertEqual(client.result(), "slowly")

    def test_pipelining_is_held_back_while_a_call_waits(self):
        client = self.connect()
        self.park(client, "recv", "c")
        client.sock.setblocking(False)
        before = self.daemon.memory()
        left = client.frame("ping", bytes(60000)) * 1000
        sent = 0

        def is_stuck():
            nonlocal left, sent
            n = client.sock.send(left[:1 << 16])
            is_full = bool(client.sock.unsent)
            left, sent = left[n:], sent + n
            return is_full
        until(is_stuck, "the socket is full")
        self.assertLess(sent, 30 * MIB)
        self.assert_memory(self.daemon.memory() - before, 2 * MIB)
        client.sock.settimeout(PATIENCE)
        self.probe.call("send", "c", "go on")
        self.assertEqual(client.message()[3], "go on")

    def test_answers_wait_for_a_client_that_does_not_read(self):
        client = self.connect()
        self.deafen(client)
        self.assertEqual(self.probe.call("ping", 1), 1)

    def test_deliveries_are_kept_and_given_back(self):
        sender, receiver = self.connect_many(2)
        self.park(sender, "send", "c", "job")
        value, delivery, attempt = receiver.call("recv", "c", {"ack": True})
        self.assertEqual((value, attempt), ("job", 1))
        receiver.close()
        self.wait_balance("c", 1)
        value, delivery, attempt = self.probe.call("recv", "c", {"ack": True})
        self.assertEqual((value, attempt), ("job", 2))
        self.probe.call("ack", delivery, "done")
        self.assertEqual(sender.result(), "done")


class Clients(Secure):
    """Those who must show a certificate."""

    tls = {"clients": "required"}

    @classmethod
    def setUpClass(cls):
        made = certificates()
        cls.tls = dict(cls.tls, authorities=made.authority)
        cls.good = made.issue("worker", "DNS:worker.example,IP:10.0.0.1")
        cls.ended = made.issue("ended", "DNS:ended.example", ended=True)
        cls.strange = made.issue("strange", self_signed=True)

    def connect(self, url=None, tls=None):
        return super().connect(url, tls=tls or client_context(self.good))

    def test_a_good_one_lets_in_and_is_shown(self):
        peer = self.probe.call("task.list")[0]["peer"]
        self.assertRegex(peer, r"^tls:127\.0\.0\.1:\d+,dns:worker\.example,"
                               r"sha256:" +
                         certificates().fingerprint(self.good[0]) + "$")

    def test_without_one_nobody_is_let_in(self):
        self.refused(client_context(), "peer did not return a certificate")

    def test_one_that_has_ended_does_not_help(self):
        self.refused(client_context(self.ended), "certificate has expired")

    def test_nor_one_of_somebody_else(self):
        self.refused(client_context(self.strange), "certificate")


class Optional(Clients):
    """Those who may."""

    tls = {"clients": "optional"}

    def test_without_one_nobody_is_let_in(self):
        client = self.connect(tls=client_context())
        peers = {row["peer"] for row in client.call("task.list")}
        self.assertEqual(len([p for p in peers if "sha256" in p]), 1)
        self.assertEqual(len(peers), 2)


class Files(Secure):

    def fails(self, because, *options):
        with self.assertRaisesRegex(AssertionError, because):
            Daemon(*options, listen=["tls://127.0.0.1:0"])

    def test_what_cannot_be_used_stops_the_start_and_is_named(self):
        made = certificates()
        pem, key = made.server
        other = made.issue("other")
        locked = made.path("locked.key")
        made.run("pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out",
                 locked)
        self.fails("needs tls_certificate and tls_key")
        self.fails("needs tls_certificate and tls_key",
                   "--tls-certificate", pem)
        self.fails("cannot read the certificate /nowhere: No such file",
                   *made.options(("/nowhere", key)))
        self.fails("no certificate in PEM", *made.options((key, key)))
        self.fails("does not belong to", *made.options((pem, other[1])))
        self.fails("without passphrase", *made.options((pem, locked)))
        self.fails("who vouches", *made.options(clients="required"))
        self.fails("cannot read the authorities /nowhere",
                   *made.options(clients="required", authorities="/nowhere"))

    def test_one_that_has_ended_is_complained_of(self):
        ended = certificates().issue("late", "DNS:localhost", ended=True)
        daemon = Daemon(*certificates().options(ended),
                        listen=["tls://127.0.0.1:0"])
        self.daemons.append(daemon)
        self.assertIn("%s has expired" % ended[0], daemon.log())

    def shown(self):
        sock = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        sock.check_hostname, sock.verify_mode = False, ssl.CERT_NONE
        with sock.wrap_socket(self.raw()) as client:
            return client.getpeercert(True)

    def test_sighup_reads_them_again_all_or_nothing(self):
        made = certificates()
        place = [os.path.join(self.daemon.folder, name)
                 for name in ("cert.pem", "key.pem")]

        def put(pair, names=place):
            for source, path in zip(pair, names):
                with open(source, "rb") as old, open(path, "wb") as new:
                    new.write(old.read())

        def hang_up(said):
            count = self.daemon.log().count(said)
            self.daemon.process.send_signal(signal.SIGHUP)
            until(lambda: self.daemon.log().count(said) > count, said)

        put(made.server)
        self.daemon = self.start(certificate=place)
        self.probe = self.connect()
        before = self.shown()
        new = made.issue("new", "DNS:localhost,IP:127.0.0.1")
        put(new)
        hang_up("certificates were read again")
        after = self.shown()
        self.assertNotEqual(after, before)
        self.assertEqual(self.probe.call("ping", 1), 1)  # with its old one
        put(made.server[:1])  # but the key of the new one
        hang_up("certificates stay as they were")
        self.assertIn("does not belong to", self.daemon.log())
        self.assertEqual(self.shown(), after)
        self.assertEqual(self.connect().call("ping", 2), 2)
