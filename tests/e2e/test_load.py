# SPDX-License-Identifier: MIT
"""Many clients at once, doing what they like; every value accounted for.

CHAND_LOAD_SECONDS says for how long, in each of the tests.
"""
import collections
import os
import select
import time

from harness import SLOW, Case

CLIENTS = 64
SECONDS = float(os.environ.get("CHAND_LOAD_SECONDS", "4"))
CHANNELS = ["a", "b", "c", "d"]
# Nobody has the value, or ever will have it.
DEFINITE = ("TIMEOUT", "WOULDBLOCK", "KILLED", "CLOSED")


class Ledger:
    """What became of each value, from both ends."""

    def __init__(self):
        self.sent = set()       # answered: somebody took it
        self.failed = set()     # answered: nobody ever will
        self.unknown = set()    # the sender was cut off before its answer
        self.received = collections.Counter()
        self.cut_off = collections.Counter()  # receivers, per channel
        self.order = {}         # (receiver, channel, sender): last number
        self.disorder = []

    def receive(self, receiver, channel, value):
        sender, number = value[1], value[2]
        self.received[tuple(value)] += 1
        key = receiver, channel, sender
        if self.order.get(key, -1) >= number:
            self.disorder.append((key, number))
        self.order[key] = number


class Actor:
    """A connection with at most one call in the air."""

    def __init__(self, number, client, ledger, random):
        self.number = number
        self.client = client
        self.ledger = ledger
        self.random = random
        self.count = 0
        self.call = None  # method, channel, value
        self.is_leaving = False

    def act(self):
        """Begin a call."""
        channel = self.random.choice(CHANNELS)
        timeout = self.random.choice([None, 0, 0.0005, 0.01, 0.05, 0.2])
        options = {} if timeout is None else {"timeout": timeout}
        if self.random.random() < 0.03:
            self.call = "channel.open", channel, None
            self.client.request("channel.open", channel, {
                "preference": self.random.choice([-1, 0, 1]),
                "schedule_all": self.random.random() < 0.3})
        elif self.random.random() < 0.5:
            self.count += 1
            value = (channel, self.number, self.count,
                     b"x" * self.random.choice([0, 10, 100, 20000]))
            self.call = "send", channel, value
            self.client.request("send", channel, value, options)
        else:
            self.call = self.random.choice(["recv", "next"]), channel, None
            self.client.request(self.call[0], channel, options)

    def conclude(self, error, result):
        method, channel, value = self.call
        self.call = None
        if method in ("recv", "next"):
            if error is None:
                self.ledger.receive(self.number, channel, result)
        elif method == "channel.open":
            assert error is None, error
        elif error is None:
            self.ledger.sent.add(value)
        elif error.startswith(DEFINITE):
            self.ledger.failed.add(value)
        else:
            raise AssertionError(error)

    def hear(self):
        """Something can be read. Whether the connection goes on."""
        message = self.client.message()
        if message is None:
            assert self.is_leaving and self.call is None
            return False
        self.conclude(*message[2:])
        if not self.is_leaving:
            self.act()
        return True

    def leave(self):
        """By the front door: what is in the air is answered."""
        self.is_leaving = True
        self.client.half_close()

    def die(self):
        """What is in the air stays unknown."""
        if self.call is not None:
            method, channel, value = self.call
            if method == "send":
                self.ledger.unknown.add(value)
            elif method != "channel.open":
                self.ledger.cut_off[channel] += 1
        self.random.choice([self.client.close, self.client.reset])()


class Load(Case):

    def setUp(self):
        super().setUp()
        self.ledger = Ledger()
        self.actors = {}
        self.number = 0
        self.numbers = self.random()

    def hire(self):
        self.number += 1
        client = self.connect(self.numbers.choice(self.daemon.urls))
        actor = Actor(self.number, client, self.ledger, self.numbers)
        self.actors[client.sock] = actor
        actor.act()
        return actor

    def dismiss(self, actor):
        del self.actors[actor.client.sock]

    def somebody(self):
        return self.numbers.choice(list(self.actors.values()))

    def disturb(self):
        """Somebody leaves or is killed, and another comes."""
        actor = self.somebody()
        if actor.is_leaving:
            return
        if self.numbers.random() < 0.5:
            actor.leave()
        else:
            self.dismiss(actor)
            actor.die()
        self.hire()

    def listen(self, seconds):
        readable, _, _ = select.select(list(self.actors), [], [], seconds)
        for sock in readable:
            actor = self.actors[sock]
            if not actor.hear():
                self.dismiss(actor)
                actor.client.close()

    def play(self, chance):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.listen(0.05)
            if self.numbers.random() < chance:
                self.disturb()
        for actor in list(self.actors.values()):
            if not actor.is_leaving:
                actor.leave()
        end = time.monotonic() + 20 * SLOW
        while self.actors:
            self.assertLess(time.monotonic(), end, "some never leave")
            self.listen(0.5)

    def judge(self):
        ledger = self.ledger
        self.assertEqual(ledger.disorder, [])
        twice = [v[:3] for v, n in ledger.received.items() if n > 1]
        self.assertEqual(twice, [], "received twice")
        for value in ledger.failed:
            self.assertNotIn(value, ledger.received)
        known = ledger.sent | ledger.unknown
        for value in ledger.received:
            self.assertIn(value, known)
        lost = collections.Counter(
            value[0] for value in ledger.sent
            if value not in ledger.received)
        for channel, count in lost.items():
            self.assertLessEqual(count, ledger.cut_off[channel], channel)
        self.assertGreater(len(ledger.sent), 100 / SLOW)
        self.wait_tasks(1)
        for channel in CHANNELS:
            info = self.probe.call("channel.open", channel, {
                "preference": -1, "schedule_all": False})
            self.assertEqual((info["balance"], info["queue"]), (0, []))
        self.assertEqual(self.channels(), [])

    def test_every_value_is_received_once_by_those_who_stay(self):
        for _ in range(CLIENTS):
            self.hire()
        self.play(0)
        self.judge()
        self.assertEqual(self.ledger.sent, set(self.ledger.received))

    def test_every_value_is_accounted_for_while_clients_come_and_go(self):
        for _ in range(CLIENTS):
            self.hire()
        self.play(0.3)
        self.judge()
