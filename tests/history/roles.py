# SPDX-License-Identifier: MIT
"""What the clients of a history do, over and over until their time is up.

As a program: one process with any number of clients.

  roles.py --url URL --log FOLDER --seconds N [--name NAME]
           [--senders N] [--receivers N] [--workers N] [--stuck N]
           [--channels N] [--kinds KIND...] [--seed N]
           [--token-file FILE] [--ca FILE [--certificate FILE --key FILE]]
           [--pause MS] [--work MS] [--timeout S] [--lease S] [--bytes N]
           [--mild]

Senders send to plain and to acked channels, receivers take from the former,
workers acknowledge on the latter: --mild, always; else they also give back,
refuse, come too late and leave. Who is stuck takes one value and keeps it.
SIGTERM has them finish what they are at.
"""
import argparse
import asyncio
import os
import random
import signal
import socket
import ssl
import sys
import time

from peer import Log, Lost, Peer, Refused

LEASE = 0.5  # where none is given: this, or none

class Role:
    """A client's life: `turn` after `turn`."""

    def __init__(self, peer, chance, chosen):
        self.peer = peer
        self.chance = chance
        self.chosen = chosen
        self.turns = 0

    def channel(self, kind):
        return "%s-%d" % (kind, self.chance.randrange(self.chosen.channels))

    async def live(self, until):
        while time.monotonic() < until():
            if not await self.peer.ready():
                continue
            self.turns += 1
            try:
                await self.turn()
            except (Lost, Refused):
                pass
            await self.rest(self.chosen.pause)
        self.peer.ends()

    async def rest(self, milliseconds):
        """So long on average; up to twice as long."""
        await asyncio.sleep(self.chance.random() * milliseconds / 500)

    def timeout(self, *usual):
        return self.chosen.timeout or self.chance.choice(usual)


class Sender(Role):

    async def turn(self):
        channel = self.channel(self.chance.choice(self.chosen.kinds))
        value = "%s:%d" % (self.peer.name, self.turns)
        await self.peer.send(channel, value, self.timeout(0.3, 1, 2, 4),
                             self.chosen.bytes)


class Receiver(Role):

    async def turn(self):
        await self.peer.recv(self.channel("plain"),
                             self.timeout(0.5, 1, 2))


class Worker(Role):
    """It works a while, and mostly acknowledges; now and then it does not."""

    ways = (("ack", 80), ("nack", 5), ("fail", 5), ("late", 3),
            ("extend", 4), ("leave", 3))

    async def turn(self):
        lease = self.chosen.lease or self.chance.choice((None, LEASE))
        _, delivery, attempt = await self.peer.recv(
            self.channel("acked"), self.timeout(0.5, 1, 2), ack=True,
            lease=lease)
        await self.rest(self.chosen.work)
        ways = self.ways[:1] if self.chosen.mild else self.ways
        (way,) = self.chance.choices([name for name, _ in ways],
                                     [often for _, often in ways])
        await getattr(self, way)(delivery, attempt, lease)

    async def ack(self, delivery, attempt, _):
        reply = [self.peer.name, attempt]
        await self.peer.settle("ack", delivery, reply, reply=reply)

    async def nack(self, delivery, *_):
        await self.peer.settle("nack", delivery)

    async def fail(self, delivery, *_):
        await self.peer.settle("fail", delivery, "Refused", "on purpose")

    async def late(self, delivery, attempt, lease):
        """Whoever has a lease outlives it, and is told that he is stale."""
        if lease is not None:
            await asyncio.sleep(2 * lease)
        await self.ack(delivery, attempt, lease)

    async def extend(self, delivery, attempt, lease):
        """Where there is a lease, it ends later; a loss comes no earlier."""
        if lease is not None:
            await self.peer.settle("extend", delivery, 3600,
                                   seconds=3600)
            await asyncio.sleep(1.2 * lease)
        await self.ack(delivery, attempt, lease)

    async def leave(self, *_):
        self.peer.drop(reset=self.chance.random() < 0.5)


class Stuck(Role):
    """It never comes back from its first value, lease or not."""

    async def turn(self):
        await self.peer.recv(self.channel("acked"), self.timeout(1), ack=True,
                             lease=self.chosen.lease)
        await asyncio.sleep(3600)


ROLES = {"senders": Sender, "receivers": Receiver, "workers": Worker,
         "stuck": Stuck}


def tls_context(chosen):
    if chosen.ca is None:
        return None
    context = ssl.create_default_context(cafile=chosen.ca)
    if chosen.certificate is not None:
        context.load_cert_chain(chosen.certificate, chosen.key)
    return context


def read_token(path):
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def make(chosen):
    """The clients that are asked for, each with a seed of its own."""
    log = Log(os.path.join(chosen.log, chosen.name + ".jsonl"))
    context, token = tls_context(chosen), read_token(chosen.token_file)
    for word, role in ROLES.items():
        for number in range(getattr(chosen, word)):
            name = "%s-%s%d" % (chosen.name, word, number)
            peer = Peer(name, chosen.url, log, token, context)
            chance = random.Random("%d %s" % (chosen.seed, name))
            yield role(peer, chance, chosen)


def own_name():
    """Another one each time that a container is started."""
    return "%s-%d" % (socket.gethostname(), time.monotonic_ns() // 10 ** 6)


async def live(chosen):
    end = [time.monotonic() + chosen.seconds]
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: end.__setitem__(0, 0))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    await asyncio.gather(*(role.live(lambda: end[0])
                           for role in make(chosen)))


def parse(words):
    parser = argparse.ArgumentParser()
    for word in "--url", "--log":
        parser.add_argument(word, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--name", default=own_name())
    for word in ROLES:
        parser.add_argument("--" + word, type=int, default=0)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--kinds", nargs="+", default=("plain", "acked"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token-file")
    for word in "--ca", "--certificate", "--key":
        parser.add_argument(word)
    parser.add_argument("--pause", type=float, default=10)
    parser.add_argument("--work", type=float, default=10)
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--lease", type=float)
    parser.add_argument("--bytes", type=int, default=0)
    parser.add_argument("--mild", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    asyncio.run(live(parse(sys.argv[1:])))
