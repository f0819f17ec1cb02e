# SPDX-License-Identifier: MIT
"""A listener on the wire between a client and the daemon."""
import socket
import threading

import msgpack

from client import parse_url

MOST_READ = 1 << 16
REQUEST, RESPONSE = 0, 1


class Tap:
    """Passes all bytes on, and notes what the daemon said unasked.

    Common clients close the connection, or die, at a message that they did
    not ask for; so there must be none, at any time.
    """

    def __init__(self, url, folder):
        self.daemon = parse_url(url)
        family = self.daemon[0]
        self.lock = threading.Lock()
        self.unasked = []
        self.answers = 0
        self.sockets = []
        self.listener = self.keep(socket.socket(family))
        if family == socket.AF_UNIX:
            self.path = folder + "/tap.sock"
            self.listener.bind(self.path)
            self.url = "unix://" + self.path
        else:
            self.listener.bind(("127.0.0.1", 0))
            self.url = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.listener.listen()
        self.start(self.accept)

    def keep(self, sock):
        self.sockets.append(sock)
        return sock

    def start(self, target, *arguments):
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.keep(self.listener.accept()[0])
            except OSError:
                return
            daemon = self.keep(socket.socket(self.daemon[0]))
            daemon.connect(self.daemon[1])
            asked = []
            self.start(self.pass_on, client, daemon, self.hear_client, asked)
            self.start(self.pass_on, daemon, client, self.hear_daemon, asked)

    def pass_on(self, source, target, hear, asked):
        unpacker = msgpack.Unpacker(raw=True, timestamp=0,
                                    strict_map_key=False)
        try:
            while True:
                data = source.recv(MOST_READ)
                if not data:
                    break
                unpacker.feed(data)
                for message in unpacker:
                    with self.lock:
                        hear(message, asked)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two has gone, and the test knows why

    def hear_client(self, message, asked):
        if message[0] == REQUEST:
            asked.append(message[1])

    def hear_daemon(self, message, asked):
        if message[0] == RESPONSE and message[1] in asked:
            asked.remove(message[1])
            self.answers += 1
        else:
            self.unasked.append(message)

    def close(self):
        for sock in self.sockets:
            sock.close()
