# SPDX-License-Identifier: MIT
"""What a service manager has: sockets that outlive a daemon, and an ear."""
import os
import socket
import tempfile

from harness import PATIENCE


class Manager:
    """Both sockets of chand.socket, and where sd_notify() speaks to."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="chand-")
        self.path = os.path.join(self.folder.name, "chand.sock")
        self.tcp = socket.socket()
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind(("127.0.0.1", 0))
        self.tcp.listen(4096)
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(self.path)
        self.unix.listen(4096)
        self.sockets = [self.tcp, self.unix]
        self.urls = ["tcp://127.0.0.1:%d" % self.tcp.getsockname()[1],
                     "unix://" + self.path]
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(os.path.join(self.folder.name, "notify"))
        self.ear.settimeout(PATIENCE)

    def environment(self, **more):
        return dict(NOTIFY_SOCKET=self.ear.getsockname(), **more)

    def hear(self):
        """The next that it is told: a dictionary."""
        lines = self.ear.recv(4096).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def hear_of(self, key):
        """The next with that in it."""
        while True:
            told = self.hear()
            if key in told:
                return told

    def is_silent(self, seconds):
        """Is nothing said for so long? What was said before is forgotten."""
        self.ear.setblocking(False)
        try:
            while self.ear.recv(4096):
                pass
        except BlockingIOError:
            pass
        self.ear.settimeout(seconds)
        try:
            return not self.ear.recv(4096)
        except socket.timeout:
            return True
        finally:
            self.ear.settimeout(PATIENCE)

    def close(self):
        for sock in self.sockets + [self.ear]:
            sock.close()
        self.folder.cleanup()
