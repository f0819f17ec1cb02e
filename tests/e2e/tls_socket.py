# SPDX-License-Identifier: MIT
"""A socket within TLS, as far as client.py uses one, but half-closing.

Python's own SSLSocket cannot say that it is done and go on reading.
"""
import socket
import ssl

from certificates import certificates

CHUNK = 1 << 16


def client_context(certificate=None):
    context = ssl.create_default_context(cafile=certificates().authority)
    context.set_alpn_protocols(["chand"])
    if certificate:
        context.load_cert_chain(*certificate)
    return context


class TlsSocket:
    """`raw` is connected; `context` as client_context() makes it."""

    def __init__(self, raw, host="localhost", context=None):
        self.raw = raw
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or client_context()).wrap_bio(
            self.incoming, self.outgoing, server_hostname=host)
        self.peeked = b""
        self.has_ended = False
        self.unsent = b""
        self.through(self.tls.do_handshake)
        self.flush()

    def through(self, function, *words):
        """function(*words), with as many bytes as it asks for."""
        while True:
            try:
                return function(*words)
            except ssl.SSLWantReadError:
                try:
                    self.flush()
                except (BrokenPipeError, BlockingIOError):
                    pass  # what there is to read is still there
                data = self.raw.recv(CHUNK)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def flush(self):
        self.unsent += self.outgoing.read()
        while self.unsent:
            self.unsent = self.unsent[self.raw.send(self.unsent):]

    # ---- as a socket ----

    def sendall(self, data):
        view = memoryview(data)
        for at in range(0, len(view), CHUNK):
            self.tls.write(view[at:at + CHUNK])
            self.flush()

    def send(self, data):
        """What was taken is on its way; BlockingIOError before anything is."""
        self.flush()
        part = bytes(data[:CHUNK])
        self.tls.write(part)
        try:
            self.flush()
        except BlockingIOError:
            pass
        return len(part)

    def recv(self, size, flags=0):
        if not self.peeked:
            try:
                self.peeked = self.through(self.tls.read, size)
            except ssl.SSLZeroReturnError:
                return b""
        data = self.peeked[:size]
        if not flags & socket.MSG_PEEK:
            self.peeked = self.peeked[size:]
        return data

    def end(self):
        """close_notify: nothing more will come."""
        if self.has_ended:
            return
        self.has_ended = True
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.flush()

    def shutdown(self, how):
        assert how == socket.SHUT_WR
        self.end()

    def cut(self):
        """End the bytes below without a word."""
        self.raw.shutdown(socket.SHUT_WR)

    def close(self):
        try:
            self.end()
        except OSError:
            pass
        self.raw.close()

    def setsockopt(self, level, name, value):
        self.raw.setsockopt(level, name, value)
        if name == socket.SO_LINGER:
            self.has_ended = True  # a reset says nothing

    def __getattr__(self, name):
        return getattr(self.raw, name)
