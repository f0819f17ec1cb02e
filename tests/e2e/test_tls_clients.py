# SPDX-License-Identifier: MIT
"""Clients' certificates: who must show one, and who somebody is by it."""
from certificates import certificates
from tls_case import Secure
from tls_socket import client_context

RULES = """
[principal boss]
certificate = dns:boss.example
[principal worker]
certificate = sha256:%s
[principal service]
certificate = uri:spiffe://example/service
[principal host]
certificate = ip:10.1.2.3
[channel jobs]
send = boss
receive = worker service host
"""
DENIED = "DENIED"


class Certified(Secure):
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


class Optional(Certified):
    """Those who may."""

    tls = {"clients": "optional"}

    def test_without_one_nobody_is_let_in(self):
        client = self.connect(tls=client_context())
        peers = {row["peer"] for row in client.call("task.list")}
        self.assertEqual(len([p for p in peers if "sha256" in p]), 1)
        self.assertEqual(len(peers), 2)


class Principals(Secure):

    tls = {"clients": "optional"}

    @classmethod
    def setUpClass(cls):
        made = certificates()
        cls.tls = dict(cls.tls, authorities=made.authority)
        cls.boss = made.issue("boss", "DNS:other.example,DNS:boss.example")
        cls.worker = made.issue("anything")
        cls.service = made.issue("service", "URI:spiffe://example/service")
        cls.host = made.issue("host", "IP:10.1.2.3")
        cls.no_boss = made.issue("boss.example", "DNS:x.boss.example")
        cls.forged = made.issue("forged", "DNS:boss.example", self_signed=True)
        cls.rules = RULES % made.fingerprint(cls.worker[0]).upper()

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()

    def serve(self, **tls):
        """By its rules; the probe is the owner."""
        self.tls = dict(type(self).tls, **tls)
        daemon = self.start("--hello-timeout", "1", config=self.rules, listen=(
            "tls://127.0.0.1:0", "unix://%s/chand.sock" % self.daemon.folder))
        self.probe = self.connect(daemon.unix)
        return daemon

    def come(self, certificate=None):
        return self.connect(self.daemon.tls,
                            tls=client_context(certificate))

    def test_by_a_name_of_the_certificate(self):
        boss, worker = self.come(self.boss), self.come(self.worker)
        msgid = worker.request("recv", "jobs")
        boss.call("send", "jobs", 7)
        self.assertEqual(worker.result(msgid), 7)
        said = boss.expect_error(DENIED, "recv", "jobs")
        self.assertEqual(said, 'boss may not receive from channel "jobs"')

    def test_by_its_fingerprint(self):
        said = self.come(self.worker).expect_error(DENIED, "send", "jobs", 1)
        self.assertEqual(said, 'worker may not send to channel "jobs"')

    def test_by_uri_and_address(self):
        for certificate, name in (self.service, "service"), \
                (self.host, "host"):
            said = self.come(certificate).expect_error(
                DENIED, "send", "jobs", 1)
            self.assertIn(name + " may not send", said)

    def test_neither_a_common_name_nor_a_name_below_is_it(self):
        self.come(self.no_boss).expect_error(DENIED, "send", "jobs", 1)

    def test_without_a_certificate_one_is_nobody(self):
        self.come().expect_error(DENIED, "ping", 1)

    def test_one_that_nobody_vouches_for_is_not_let_in(self):
        self.refused(client_context(self.forged), "certificate")

    def test_one_that_was_not_asked_for_makes_nobody(self):
        self.daemon = self.serve(clients="no")
        for certificate in self.boss, self.forged, self.worker:
            self.come(certificate).expect_error(DENIED, "ping", 1)

    def test_a_reload_takes_what_a_certificate_gave(self):
        worker = self.come(self.worker)
        msgid = worker.request("recv", "jobs")
        self.wait_balance("jobs", -1)
        self.daemon.reload(self.rules.replace("receive = worker", "receive ="))
        self.assertTrue(worker.fault(msgid).startswith(DENIED))
