# SPDX-License-Identifier: MIT
"""Certificates, made by the openssl tool in a folder that goes at the end."""
import atexit
import os
import shutil
import subprocess
import tempfile

DAYS = 30


class Certificates:
    """An authority of our own, and what it or somebody else has signed."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="chand-tls-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-days", str(DAYS),
                 "-subj", "/CN=authority", "-keyout", self.path("ca.key"),
                 "-out", self.path("ca.pem"))
        self.authority = self.path("ca.pem")
        self.server = self.issue("server", "DNS:localhost,IP:127.0.0.1,IP:::1")

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def run(*words):
        subprocess.run(("openssl",) + words, check=True,
                       stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def issue(self, name, alternatives=None, ended=False, self_signed=False):
        """(certificate, key) of a new one; `ended`: it was good yesterday."""
        key, csr, pem = (self.path(name + end)
                         for end in (".key", ".csr", ".pem"))
        self.run("req", "-new", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                 "-keyout", key, "-out", csr)
        words = ["x509", "-req", "-in", csr, "-out", pem]
        if self_signed:
            words += ["-key", key]
        else:
            words += ["-CA", self.authority, "-CAkey", self.path("ca.key"),
                      "-CAcreateserial"]
        words += ["-days", "-1" if ended else str(DAYS)]
        if alternatives:
            extensions = self.path(name + ".ext")
            with open(extensions, "w") as file:
                file.write("subjectAltName=%s\n" % alternatives)
            words += ["-extfile", extensions]
        self.run(*words)
        return pem, key

    def fingerprint(self, certificate):
        out = subprocess.run(
            ["openssl", "x509", "-in", certificate, "-noout", "-fingerprint",
             "-sha256"], check=True, stdout=subprocess.PIPE).stdout.decode()
        return out.split("=")[1].strip().replace(":", "").lower()

    def options(self, certificate=None, **more):
        """What the daemon is told: --tls-certificate and so on."""
        pem, key = certificate or self.server
        words = ["--tls-certificate", pem, "--tls-key", key]
        for name, value in more.items():
            words += ["--tls-" + name.replace("_", "-"), str(value)]
        return words


_made = []


def certificates():
    """Made once, by whoever needs them first."""
    if not _made:
        _made.append(Certificates())
    return _made[0]
