# SPDX-License-Identifier: MIT
"""testssl.sh must find nothing: ./dev tls runs it, for it takes a minute."""
import json
import os
import subprocess

from certificates import certificates
from harness import SLOW, Case, parse_url

SCANNER = os.environ.get("TESTSSL", "testssl")
# What it says of our certificate, which no client is meant to trust.
OURS = {"cert_chain_of_trust", "cert_revocation", "cert_expirationStatus",
        "cert_notAfter"}
HARMLESS = {"OK", "INFO", "DEBUG"}


class Scan(Case):
    """Protocols, ciphers, key exchange, certificate, known attacks."""

    def test_testssl_finds_nothing(self):
        daemon = self.start(*certificates().options(),
                            listen=["tls://127.0.0.1:0"])
        out = os.path.join(daemon.folder, "findings.json")
        host, port = parse_url(daemon.tls)[1]
        done = subprocess.run(
            [SCANNER, "--quiet", "--color", "0", "--warnings", "off",
             "--nodns", "none", "--openssl-timeout", "5",
             "--add-ca", certificates().authority, "-p", "-s", "-f", "-P",
             "-S", "-U", "--jsonfile", out, "%s:%d" % (host, port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=500 * SLOW)
        with open(out) as file:
            findings = json.load(file)
        said = done.stdout.decode(errors="replace")
        known = {row["id"]: row for row in findings}
        # It has really looked: these are what it looks for first and last.
        for name in "TLS1_3", "secure_client_renego", "RC4":
            self.assertEqual(known[name]["severity"], "OK", said)
        for name in "TLS1", "TLS1_1":
            self.assertEqual(known[name]["finding"], "not offered", said)
        bad = [row for row in findings
               if row["severity"] not in HARMLESS and row["id"] not in OURS]
        self.assertEqual(bad, [], said)
