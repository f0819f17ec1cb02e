# SPDX-License-Identifier: MIT
"""Those beside the load who do not wait for one another: watchers, a reader
that is slow, and visitors."""
from client import Client

ROUND = 60          # answers that the slow reader asks for at once
SIP = 16384         # bytes, and how often:
SIPS = 0.05         # seconds
VISITS = 0.1        # seconds between two, on average


class Reader:
    """Reads what is there, and counts messages."""

    def __init__(self, url):
        self.client = Client(url)
        self.messages = 0

    def read(self, most=1 << 16):
        """Whether the connection is still there."""
        data = self.client.sock.recv(most)
        self.client.unpacker.feed(data)
        while self.skip():
            self.messages += 1
        return bool(data)

    def skip(self):
        try:
            self.client.unpacker.skip()
            return True
        except Exception as error:  # msgpack has one class for each version
            if type(error).__name__ != "OutOfData":
                raise
            return False


class Watcher(Reader):
    """Is told of all channels."""

    def __init__(self, url):
        super().__init__(url)
        self.client.call("channel.watch", "*")

    def leave(self):
        """When it has seen its own end, the daemon knows of none."""
        self.client.half_close()
        while self.read():
            continue
        self.client.close()


class SlowReader(Reader):
    """Asks for much more than it reads."""

    def __init__(self, stage, url):
        super().__init__(url)
        self.stage = stage
        self.is_leaving = False
        self.ask()
        self.sip()

    def ask(self):
        self.messages = 0
        self.client.requests(*[("task.list",)] * ROUND)

    def sip(self):
        if self.is_leaving:
            return
        if self.client.has_answer():
            self.read(SIP)
        if self.messages == ROUND:
            self.ask()
        self.stage.later(SIPS, self.sip)

    def leave(self):
        self.is_leaving = True
        while self.messages < ROUND and self.read():
            continue
        self.client.close()


class Visitors:
    """Come, say something and go; some not politely."""

    def __init__(self, stage, urls):
        self.stage = stage
        self.urls = urls
        self.is_leaving = False
        self.visit()

    def visit(self):
        if self.is_leaving:
            return
        client = Client(self.stage.numbers.choice(self.urls))
        manner = self.stage.numbers.random()
        if manner < 0.01:
            client.send(b"\xc1 is no MessagePack")
        elif manner < 0.2:
            client.requests(*[("ping", b"p" * 1000)] * 20)
        else:
            client.call("hello", {"name": "visitor"})
        client.close()
        self.stage.visits += 1
        self.stage.later(self.stage.numbers.expovariate(1 / VISITS),
                         self.visit)
