# SPDX-License-Identifier: MIT
"""A raw client: a socket that speaks MessagePack-RPC, and hides nothing."""
import os
import socket
import struct

import msgpack

from tls_socket import TlsSocket
from wire import pack

SLOW = float(os.environ.get("CHAND_SLOW", "1"))
PATIENCE = 15 * SLOW
MOST_READ = 1 << 20


def parse_url(url):
    """The socket family and address of a url as the daemon logs it."""
    if url.startswith("unix://"):
        return socket.AF_UNIX, url[7:]
    host, port = url[6:].rsplit(":", 1)
    if host.startswith("["):
        return socket.AF_INET6, (host[1:-1], int(port))
    return socket.AF_INET, (host, int(port))


class CallError(Exception):
    """An error reply: `code` and what stands behind it."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error
        self.code, _, self.text = str(error).partition(": ")


class Client:
    """A connection; whatever waits on it waits PATIENCE seconds at most."""

    def __init__(self, url, timeout=PATIENCE, tls=None):
        family, address = parse_url(url)
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        if family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect(address)
        if url.startswith("tls:"):
            self.sock = TlsSocket(self.sock, host=address[0], context=tls)
        self.unpacker = msgpack.Unpacker(
            raw=False, unicode_errors="surrogateescape", timestamp=0,
            strict_map_key=False, max_buffer_size=1 << 30)
        self.unread = bytearray()
        self.offset = 0
        self.last_msgid = 0

    def name(self):
        """What the daemon calls it."""
        if self.sock.family == socket.AF_UNIX:
            return "unix:uid=%d,pid=%d" % (os.getuid(), os.getpid())
        form = "%s:[%s]:%d" if self.sock.family == socket.AF_INET6 \
            else "%s:%s:%d"
        kind = "tls" if isinstance(self.sock, TlsSocket) else "tcp"
        return form % ((kind,) + self.sock.getsockname()[:2])

    def close(self):
        self.sock.close()

    def reset(self):
        """Close with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    # ---- requests ----

    def send(self, data):
        self.sock.sendall(data)

    def frame(self, method, *params, msgid=None):
        if msgid is None:
            self.last_msgid += 1
            msgid = self.last_msgid
        return pack([0, msgid, method, list(params)])

    def request(self, method, *params, msgid=None):
        """Send a request and do not wait for its answer."""
        self.send(self.frame(method, *params, msgid=msgid))
        return self.last_msgid if msgid is None else msgid

    def requests(self, *calls):
        """Several requests in one write; their msgids."""
        first = self.last_msgid + 1
        self.send(b"".join(self.frame(*call) for call in calls))
        return list(range(first, self.last_msgid + 1))

    def notify(self, method, *params):
        self.send(pack([2, method, list(params)]))

    # ---- answers ----

    def message(self, decode=True):
        """The next message, decoded or as bytes; None at the end."""
        read = self.unpacker.unpack if decode else self.unpacker.skip
        while True:
            try:
                found = read()
                break
            except msgpack.OutOfData:
                data = self.sock.recv(MOST_READ)
                if not data:
                    return None
                self.unpacker.feed(data)
                self.unread += data
        size = self.unpacker.tell() - self.offset
        self.offset += size
        raw = bytes(self.unread[:size])
        del self.unread[:size]
        return found if decode else raw

    def answer(self, msgid=None):
        """The next response's (error, result); its msgid as expected."""
        message = self.message()
        if message is None:
            raise EOFError("the daemon closed the connection")
        kind, number, error, result = message
        expected = self.last_msgid if msgid is None else msgid
        if kind != 1 or number != expected:
            raise AssertionError("not the answer to %r: %r"
                                 % (expected, message))
        return error, result

    def result(self, msgid=None):
        error, result = self.answer(msgid)
        if error is not None:
            raise CallError(error)
        return result

    def results(self, msgids):
        return [self.result(msgid) for msgid in msgids]

    def call(self, method, *params):
        return self.result(self.request(method, *params))

    def fault(self, msgid=None):
        """The next answer, which is an error: that error."""
        error, result = self.answer(msgid)
        if not isinstance(error, str) or result is not None:
            raise AssertionError("no error: %r, %r" % (error, result))
        return error

    def expect_error(self, code, method, *params):
        """The text of the error `code` that the call fails with."""
        error = self.fault(self.request(method, *params))
        if not error.startswith(code + ": "):
            raise AssertionError("%s, not %s" % (error, code))
        return error[len(code) + 2:]

    def has_answer(self):
        """Whether anything is there to be read, at this moment."""
        try:
            self.sock.setblocking(False)
            return bool(self.unread) or \
                bool(self.sock.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self.sock.settimeout(PATIENCE)

    def rest(self):
        """All messages up to the end of the connection."""
        messages = []
        while True:
            try:
                message = self.message()
            except ConnectionResetError:
                return messages
            if message is None:
                return messages
            messages.append(message)
