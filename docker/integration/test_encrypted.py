# SPDX-License-Identifier: MIT
"""Two networks that trust each other's certificates, and nobody else."""
import os

import fleet
from certificates import Certificates

SHOWN = ("--tls-cert", "/tls/client.pem", "--tls-key", "/tls/client.key")


class Encrypted(fleet.Case):

    def setUp(self):
        super().setUp()
        self.made = Certificates()
        self.made.issue("server", "DNS:chand")
        self.made.issue("client", "DNS:client")
        self.share()
        self.fleet.env["TLS"] = self.made.folder

    def share(self):
        """Containers read them as users of their own."""
        os.chmod(self.made.folder, 0o755)
        for name in os.listdir(self.made.folder):
            os.chmod(self.made.path(name), 0o644)

    def tool(self, *words):
        return self.fleet.tool("-t", "20", "--tls-ca", "/tls/ca.pem", *words,
                               service="tls-tool", check=False).returncode

    def test_networks_exchange_through_tls_while_certificates_change(self):
        daemon = self.start_daemon("guarded")
        front, back = self.start("tls-front", "tls-back")
        self.wait_ok(front, 100)
        self.made.issue("server", "DNS:chand")
        self.share()
        daemon.kill("HUP")
        self.wait_ok(front, 100)
        self.end(front)
        self.end(back)
        _, seen = self.judge()
        self.assertGreater(seen["plain"], 20)
        self.assertGreater(seen["acknowledged"], 20)

    def test_only_who_shows_a_certificate_comes_in(self):
        self.start_daemon("guarded")
        self.assertNotEqual(self.tool("ping"), 0)
        self.assertEqual(self.tool(*SHOWN, "ping"), 0)
        self.assertNotEqual(self.fleet.tool(
            "-t", "5", *SHOWN, "ping", service="tls-tool",
            check=False).returncode, 0)  # it does not trust the daemon
