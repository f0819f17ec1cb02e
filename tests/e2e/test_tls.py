# SPDX-License-Identifier: MIT
"""TLS: who is let in, what ends a connection, and what it costs in memory.

CHAND_HANDSHAKES says how many of them must leave nothing behind (300).
"""
import os
import shutil
import signal
import ssl
import warnings

from certificates import certificates
from client import PATIENCE
from harness import MIB, Case, Daemon, until
from manager import Manager
from tls_case import Secure
from tls_socket import TlsSocket, client_context

HANDSHAKES = int(os.environ.get("CHAND_HANDSHAKES", "300"))
# Old protocols are what is asked for here, and must not work.
warnings.filterwarnings("ignore", category=DeprecationWarning)


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
        self.assertEqual(sock.recv(1000), b"")
        self.wait_stat("tls_failures", 1)
        self.assertIn("it does not speak TLS", self.daemon.log())
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
        self.daemon = self.start("--tls-handshake-timeout", "300ms")
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
        left = memoryview(client.frame("ping", bytes(60000)) * 1000)
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
        self.fails("--listen: a tls:// url needs certificate and key")
        self.fails("needs certificate and key", "--tls-certificate", pem)
        self.fails("--tls-certificate: cannot read the certificate /nowhere: "
                   "No such file",
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

    def put(self, pair):
        for source, path in zip(pair, self.place):
            with open(source, "rb") as old, open(path, "wb") as new:
                new.write(old.read())

    def start_with_files(self):
        self.place = [os.path.join(self.daemon.folder, name)
                      for name in ("cert.pem", "key.pem")]
        self.put(certificates().server)
        self.daemon = self.start(config=self.config())
        self.probe = self.connect()

    def start(self, *options, config=None, **how):
        if config is None:
            return super().start(*options, **how)
        return Case.start(self, *options, config=config,
                          listen=["tls://127.0.0.1:0"], **how)

    def config(self, more=""):
        return "[tls]\ncertificate = %s\nkey = %s\n%s" % (*self.place, more)

    def test_a_reload_reads_them_again_all_or_nothing(self):
        self.start_with_files()
        before = self.shown()
        self.put(certificates().issue("new", "DNS:localhost,IP:127.0.0.1"))
        self.assertIn("msg=reloaded", self.daemon.reload())
        after = self.shown()
        self.assertNotEqual(after, before)
        self.assertEqual(self.probe.call("ping", 1), 1)  # with its old one
        self.put(certificates().server[:1])  # but the key of the new one
        log = self.daemon.reload(self.config("[limits]\nmax_message = 1K\n"))
        self.assertIn("nothing was reloaded", log)
        self.assertRegex(log, r"chand\.conf:2: .* does not belong to")
        self.assertEqual(self.shown(), after)
        client = self.connect()
        self.assertEqual(len(client.call("ping", bytes(2000))), 2000)

    def test_options_that_are_bad_leave_the_certificate_too(self):
        self.start_with_files()
        before = self.shown()
        self.put(certificates().issue("new", "DNS:localhost,IP:127.0.0.1"))
        log = self.daemon.reload(self.config("[channel x]\nsend = nobody\n"))
        self.assertIn("nothing was reloaded", log)
        self.assertEqual(self.shown(), before)

    def test_a_reload_can_ask_for_clients_certificates(self):
        self.start_with_files()
        authority = os.path.join(self.daemon.folder, "ca.pem")
        shutil.copy(certificates().authority, authority)
        client = self.connect()
        log = self.daemon.reload(self.config(
            "clients = required\nauthorities = %s\nmax_handshakes = 2\n"
            % authority))
        self.assertIn("msg=reloaded", log)
        with self.assertRaises((ssl.SSLError, OSError)):
            TlsSocket(self.raw()).recv(1)
        self.assertEqual(client.call("ping", 1), 1)
        self.wait_stat("tls_failures", 1)
        silent = [self.raw() for _ in range(4)]
        self.assertEqual(silent[3].recv(1), b"")
        self.assertIn("tls_max_handshakes", self.daemon.log())

    def test_a_file_that_the_sandbox_has_given_up_is_named(self):
        self.start_with_files()
        log = self.daemon.reload(self.config(
            "clients = required\nauthorities = /etc/passwd\n"))
        self.assertRegex(log, "conf:2: cannot read the authorities "
                              "/etc/passwd: Permission denied"
                              "|/etc/passwd holds no certificates")

    def test_the_sandbox_lets_them_be_read_again(self):
        """Also where they are replaced, as certbot does, in another folder."""
        self.place = [os.path.join(self.daemon.folder, "own", name)
                      for name in ("cert.pem", "key.pem")]
        os.mkdir(os.path.dirname(self.place[0]))
        self.put(certificates().server)
        self.daemon = self.start("--sandbox", "yes", config=self.config())
        self.probe = self.connect()
        for path in self.place:
            os.rename(path, path + ".old")
        self.put(certificates().issue("again", "DNS:localhost,IP:127.0.0.1"))
        before = self.shown()
        self.assertIn("msg=reloaded", self.daemon.reload())
        self.assertNotEqual(self.shown(), before)


class Places(Secure):

    def test_each_address_has_so_many_on_their_way_in_too(self):
        self.daemon = self.start("--max-connections-per-address", "2")
        self.probe = self.connect()
        self.probe.call("ping")  # it is in, and not only nearly
        silent = self.raw()
        with self.assertRaises((ssl.SSLError, OSError)):
            TlsSocket(self.raw())
        self.assertIn("max_connections_per_address", self.daemon.log())
        self.assertEqual(self.stat("refused_addresses"), 1)
        silent.close()
        self.wait_stat("tls_failures", 1)
        until(self.comes_in, "there is room again")

    def comes_in(self):
        try:
            return self.connect().call("ping", 1) == 1
        except (ssl.SSLError, OSError):
            return False

    def test_a_socket_that_is_passed_as_tls_speaks_it(self):
        manager = Manager()
        self.addCleanup(manager.close)
        self.daemon = self.start(listen=[], sockets=manager.sockets,
                                 names="tls:chand")
        self.assertTrue(self.daemon.urls[0].startswith("tls://127.0.0.1:"))
        self.assertTrue(self.daemon.urls[1].startswith("unix://"))
        self.assertEqual(self.connect().call("ping", 1), 1)
        self.assertEqual(self.connect(self.daemon.unix).call("ping", 2), 2)

    def test_beyond_this_host_it_takes_rights_as_without_tls(self):
        words = certificates().options()
        with self.assertRaisesRegex(AssertionError, "set rights for channels"):
            Daemon(*words, listen=["tls://0.0.0.0:0"])
        for how in ({"config": "[channel x]\nsend = anyone\n"}, {}):
            options = list(words) + ([] if how else ["--insecure", "yes"])
            daemon = Daemon(*options, listen=["tls://0.0.0.0:0"], **how)
            self.daemons.append(daemon)
            self.assertTrue(daemon.tls)
