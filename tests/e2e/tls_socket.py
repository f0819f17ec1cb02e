# SPDX-License-Identifier: MIT
"""A socket within TLS, as far as client.py uses one, but half-closing.

Python's own SSLSocket cannot say that it is done and go on reading. One
thread may read while another writes, as with a socket.
"""
import socket
import ssl
import threading

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
        # Who encrypts also sends, up to the last byte, before another one
        # does: a record that goes twice, or late, is a forged one. OpenSSL
        # itself is for one thread at a time, who does not wait meanwhile.
        self.sending, self.computing = threading.RLock(), threading.Lock()
        self.read = b""
        self.end_of_reading = None
        self.has_ended = False
        self.unsent = b""
        self.through(self.tls.do_handshake)
        self.flush()

    def compute(self, function, *words):
        with self.computing:
            return function(*words)

    def through(self, function, *words):
        """function(*words), with as many bytes as it asks for."""
        while True:
            try:
                return self.compute(function, *words)
            except ssl.SSLWantReadError:
                self.answer()
                data = self.raw.recv(CHUNK)
                self.compute(self.incoming.write_eof if not data else
                             lambda: self.incoming.write(data))

    def answer(self):
        """What OpenSSL has to say by itself, if nobody sends just now: that
        one says it, too."""
        if not self.sending.acquire(blocking=False):
            return
        try:
            self.flush()
        except (BrokenPipeError, BlockingIOError):
            pass  # what there is to read is still there
        finally:
            self.sending.release()

    def flush(self):
        with self.sending:
            self.unsent += self.compute(self.outgoing.read)
            while self.unsent:
                self.unsent = self.unsent[self.raw.send(self.unsent):]

    # ---- as a socket ----

    def sendall(self, data):
        view = memoryview(data)
        with self.sending:
            for at in range(0, len(view), CHUNK):
                self.compute(self.tls.write, view[at:at + CHUNK])
                self.flush()

    def send(self, data):
        """What was taken is on its way; BlockingIOError before anything is."""
        with self.sending:
            self.flush()
            part = bytes(data[:CHUNK])
            self.compute(self.tls.write, part)
            try:
                self.flush()
            except BlockingIOError:
                pass
            return len(part)

    def take_all(self):
        """All records that are whole: those that stayed in OpenSSL would make
        no descriptor readable."""
        data = b""
        try:
            while self.end_of_reading is None:
                part = self.tls.read(CHUNK)
                data += part
                if not part:
                    raise ssl.SSLZeroReturnError
        except ssl.SSLWantReadError:
            if not data:
                raise
        except ssl.SSLError as end:
            self.end_of_reading = end
        return data

    def recv(self, size, flags=0):
        if not self.read and self.end_of_reading is None:
            self.read = self.through(self.take_all)
        if not self.read and self.end_of_reading is not None:
            if isinstance(self.end_of_reading, ssl.SSLZeroReturnError):
                return b""
            raise self.end_of_reading
        data = self.read[:size]
        if not flags & socket.MSG_PEEK:
            self.read = self.read[size:]
        return data

    def end(self):
        """close_notify: nothing more will come."""
        if self.has_ended:
            return
        self.has_ended = True
        with self.sending:
            try:
                self.compute(self.tls.unwrap)
            except ssl.SSLError:
                pass
            self.flush()

    def shutdown(self, how):
        if how != socket.SHUT_WR:
            self.has_ended = True
            self.raw.shutdown(how)
        else:
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
