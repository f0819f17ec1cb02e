# SPDX-License-Identifier: MIT
"""chanctl through TLS: whom it believes, who it is, and what it says."""
import os
import socket
import ssl
import tempfile
import threading

from certificates import certificates
from ctl import Ctl
from harness import MIB, PATIENCE, until

RULES = """
[principal worker]
certificate = dns:worker.example
[channel *]
send = worker
receive = worker
"""


class Secure(Ctl):

    @classmethod
    def setUpClass(cls):
        made = certificates()
        cls.ca = ("--tls-ca", made.authority)
        cls.own = made.issue("worker", "DNS:worker.example")
        cls.stranger = made.issue("stranger", "DNS:localhost,IP:127.0.0.1",
                                  self_signed=True)
        cls.ended = made.issue("ended", "DNS:localhost,IP:127.0.0.1",
                               ended=True)

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()

    def serve(self, *options, certificate=None, **how):
        folder = tempfile.TemporaryDirectory(prefix="chand-")
        self.addCleanup(folder.cleanup)
        self.daemon = self.start(
            *certificates().options(certificate), *options, listen=[
                "tls://127.0.0.1:0", "unix://%s/s" % folder.name], **how)
        self.probe = self.connect(self.daemon.unix)
        self.port = self.daemon.tls.rsplit(":", 1)[1]
        return self.daemon

    def unreachable(self, said, *words, url=None, **how):
        url = url or self.daemon.tls
        self.check(69, b"", "send", "c", "x", "-t", "5", *words, url=url, **how,
                   said="cannot reach %s: %s" % (url, said))
        self.assertEqual(self.probe.call("channel.list"), [])


class Belief(Secure):

    def test_what_goes_in_comes_out(self):
        for size in 0, 1, 100000, 8 * MIB:
            data = os.urandom(size)
            with tempfile.TemporaryFile() as out:
                receiver = self.begin("recv", "c", "-r", *self.ca,
                                      url=self.daemon.tls, stdout=out)
                self.check(0, b"", "send", "c", *self.ca, data=data,
                           url=self.daemon.tls)
                self.assertEqual(receiver.wait(PATIENCE), 0)
                out.seek(0)
                self.assertTrue(out.read() == data, size)
        until(lambda: self.probe.call("server.stats")["connections"] == 1,
              "all are gone")
        self.assertEqual(self.probe.call("server.stats")["tls_broken"], 0)

    def test_a_name_and_an_address_are_both_known(self):
        for host in "localhost", "127.0.0.1":
            self.check(0, b"", "ping", *self.ca,
                       url="tls://%s:%s" % (host, self.port))

    def test_nobody_vouches_for_it(self):
        self.unreachable("its certificate is not valid: "
                         "unable to get local issuer certificate (",
                         env={"SSL_CERT_FILE": "/dev/null"})

    def test_it_vouches_for_itself(self):
        self.serve(certificate=self.stranger)
        self.unreachable("its certificate is not valid: self-signed "
                         "certificate (", *self.ca)

    def test_its_certificate_has_ended(self):
        self.serve(certificate=self.ended)
        self.unreachable("its certificate is not valid: certificate has "
                         "expired (it needs a new one", *self.ca)

    def test_it_is_somebody_else(self):
        self.serve(certificate=certificates().issue("other",
                                                    "DNS:other.example"))
        self.unreachable("its certificate is not valid: IP address mismatch "
                         "(call it by a name", *self.ca)
        self.unreachable("its certificate is not valid: hostname mismatch",
                         *self.ca, url="tls://localhost:" + self.port)

    def test_it_does_not_speak_tls(self):
        daemon = self.start()
        self.unreachable("it ", *self.ca,
                         url=daemon.ipv4.replace("tcp:", "tls:"))

    def listen(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        return server, "tls://127.0.0.1:%d" % server.getsockname()[1]

    def test_it_says_nothing(self):
        _, url = self.listen()
        self.check(69, b"", "send", "c", "x", "-t", "300ms", *self.ca,
                   url=url, said="cannot reach")

    def test_it_speaks_only_what_is_too_old(self):
        server, url = self.listen()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(*certificates().server)

        def serve():
            try:
                context.wrap_socket(server.accept()[0], server_side=True)
            except OSError:
                pass
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        self.unreachable("TLS failed: ", *self.ca, url=url)


class Identity(Secure):

    def setUp(self):
        super().setUp()
        self.serve("--tls-clients", "required", "--tls-authorities",
                   certificates().authority, config=RULES)

    def shown(self):
        return ("--tls-cert", self.own[0], "--tls-key", self.own[1])

    def is_worker(self, *words, url=None, env=None):
        self.check(6, b"", "close", "c", *words, url=url or self.daemon.tls,
                   env=env, said="worker may not manage")

    def test_who_shows_a_certificate_is_its_principal(self):
        self.is_worker(*self.ca, *self.shown())

    def test_without_one_it_is_not_let_in(self):
        status, _, said = self.run_ctl("send", "c", "x", "-t", "5", *self.ca,
                                       url=self.daemon.tls)
        self.assertEqual(status, 69, said)
        self.assertIn("certificate required", said)

    def test_key_and_certificate_may_be_one_file(self):
        with tempfile.NamedTemporaryFile() as both:
            for path in self.own:
                with open(path, "rb") as file:
                    both.write(file.read())
            both.flush()
            self.is_worker(*self.ca, "--tls-cert", both.name)

    def test_the_file_of_settings_names_them(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "chand"))
            path = os.path.join(folder, "chand", "chanctl.conf")
            with open(path, "w") as file:
                file.write("url = %s\ntls_ca = %s\ntls_cert = %s\n"
                           "tls_key = %s\n" % (self.daemon.tls, self.ca[1],
                                               *self.own))
            env = {"XDG_CONFIG_HOME": folder}
            self.is_worker(url=self.daemon.tls, env=env)
            self.is_worker(env=dict(env, CHAND_URL=""))
            with open(path, "w") as file:
                file.write("tls_ca = ca.pem\n")
            self.check(2, b"", "ping", url=self.daemon.tls, env=env,
                       said=path + ":1: it takes an absolute path")

    def test_files_that_are_of_no_use_are_named(self):
        for words, said in (
                (("--tls-ca", "/nowhere"),
                 "the authorities /nowhere: No such"),
                (("--tls-cert", "/nowhere"),
                 "the certificate /nowhere: No such"),
                (("--tls-cert", self.own[0], "--tls-key", "/nowhere"),
                 "the key /nowhere: No such"),
                (("--tls-cert", self.own[0]),
                 "the key %s: there is none in it" % self.own[0]),
                (("--tls-cert", self.own[1]),
                 "the certificate %s: there is none in it" % self.own[1]),
                (("--tls-cert", self.own[0], "--tls-key", self.stranger[1]),
                 "key values mismatch"),
                (("--tls-key", self.own[1]), "--tls-key: a key is of no use")):
            self.check(2, b"", "ping", *words, url=self.daemon.tls, said=said)
