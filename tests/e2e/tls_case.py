# SPDX-License-Identifier: MIT
"""What the tests of TLS share: a daemon whose clients come through it."""
import socket
import ssl
import subprocess

from certificates import certificates
from client import PATIENCE
from harness import Case, parse_url, until
from tls_socket import TlsSocket


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
