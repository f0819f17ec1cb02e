# SPDX-License-Identifier: MIT
"""A slow link: a proxy that passes bytes on late, few at a time, or both."""
import heapq
import selectors
import socket
import threading
import time


class Link(threading.Thread):
    """Between a client and `url`; both ways are equally slow.

    delay  seconds until a byte that has come goes on: a (least, most) pair
    rate   bytes a second, or None
    piece  the most bytes of a write, or None
    """

    def __init__(self, connect, chance, delay=(0, 0), rate=None, piece=None):
        super().__init__(daemon=True)
        self.near, self.client = socket.socketpair()
        self.far = connect()
        self.chance = chance
        self.delay = delay
        self.rate = rate
        self.piece = piece
        self.moved = 0
        self.start()

    def run(self):
        """Until either end closes."""
        ways = {self.near: self.far, self.far: self.near}
        due, free, order = [], {}, 0
        with selectors.DefaultSelector() as ready:
            for sock in ways:
                ready.register(sock, selectors.EVENT_READ)
            while True:
                wait = max(0, due[0][0] - time.monotonic()) if due else None
                for key, _ in ready.select(wait):
                    data = key.fileobj.recv(1 << 16)
                    if not data:
                        return self.end()
                    when = time.monotonic() + self.chance.uniform(*self.delay)
                    for piece in self.pieces(data):
                        when = max(when, free.get(key.fileobj, 0))
                        order += 1
                        heapq.heappush(due, (when, order, ways[key.fileobj],
                                             piece))
                        free[key.fileobj] = when + self.takes(piece)
                while due and due[0][0] <= time.monotonic():
                    _, _, sock, piece = heapq.heappop(due)
                    self.moved += len(piece)
                    try:
                        sock.sendall(piece)
                    except OSError:
                        return self.end()

    def pieces(self, data):
        size = self.piece or len(data)
        return [data[i:i + size] for i in range(0, len(data), size)]

    def takes(self, piece):
        return len(piece) / self.rate if self.rate else 0

    def end(self):
        self.near.close()
        self.far.close()
