# SPDX-License-Identifier: MIT
"""TIMEOUT never lies: deadlines against rendezvous, a hundred thousand times.

CHAND_RACES says how many; the seed and the outcomes are printed.
"""
import collections
import os
import select
import sys
import time

from harness import OVER_TLS, PATIENCE, SLOW, Case

RACES = int(float(os.environ.get("CHAND_RACES", "100000")) / SLOW)
CHANNELS = 100
LONGEST = 0.003 * SLOW * (3 if OVER_TLS else 1)
# As many as can be answered in time by a client that looks at each.
LANES = 8
WAVE = 3


class Races(Case):

    def setUp(self):
        super().setUp()
        self.numbers = self.random()
        self.outcomes = collections.Counter()

    def patience(self, none=0.1, hardly=0.3):
        """Often none at all, or so short that it has passed at once."""
        kind = self.numbers.random()
        if kind < none:
            return {"timeout": 0}
        if kind < none + hardly:
            return {"timeout": 1e-6}
        return {"timeout": self.numbers.random() * LONGEST}

    def report(self, races):
        failed = self.outcomes["TIMEOUT"] + self.outcomes["WOULDBLOCK"]
        print("%d races: %s" % (races, dict(self.outcomes)), file=sys.stderr)
        self.assertEqual(sum(self.outcomes.values()), races)
        self.assertGreater(self.outcomes["nil"], races * 0.05)
        self.assertGreater(failed, races * 0.05)

    def outcome(self, error):
        outcome = "nil" if error is None else error.split(":")[0]
        self.outcomes[outcome] += 1
        return outcome


class Plain(Races):

    def receive_call(self, n, channel):
        """Every third channel is received from by selects."""
        options = self.patience(0.4, 0.4)
        if n % 3 == 2:
            return "select", [["recv", "other"], ["recv", channel]], options
        return "recv", channel, options

    def begin(self, count):
        """On each channel two connections, and all their calls at once."""
        pairs = [(self.connect(), self.connect()) for _ in range(CHANNELS)]
        for n, (sender, receiver) in enumerate(pairs):
            channel = "c%d" % n
            sender.calls = b"".join(sender.frame(
                "send", channel, i, self.patience()) for i in range(count))
            receiver.calls = b"".join(receiver.frame(
                *self.receive_call(n, channel)) for _ in range(count))
        for pair in pairs:
            for client in pair:
                client.send(client.calls)
        return pairs

    def received(self, n, receiver, count):
        values = []
        for msgid in range(1, count + 1):
            error, value = receiver.answer(msgid)
            if error is None:
                values.append(value[1] if n % 3 == 2 else value)
            else:
                self.assertIn(error.split(":")[0], ("TIMEOUT", "WOULDBLOCK"))
        return values

    def test_who_is_told_timeout_was_not_received(self):
        count = max(RACES * 7 // 10 // CHANNELS, 10)
        for n, (sender, receiver) in enumerate(self.begin(count)):
            outcomes = [self.outcome(sender.answer(msgid)[0])
                        for msgid in range(1, count + 1)]
            sent = [i for i, said in enumerate(outcomes) if said == "nil"]
            # Exactly those, once, and in their order.
            self.assertEqual(self.received(n, receiver, count), sent)
        self.assertLessEqual(set(self.outcomes),
                             {"nil", "TIMEOUT", "WOULDBLOCK"})
        self.report(count * CHANNELS)
        self.assertEqual(self.channels(), [])


class Story:
    """What became of one value, as its receivers know it."""

    def __init__(self):
        self.taken = 0     # deliveries of it
        self.acked = 0     # nil to an ack
        self.nacked = 0    # nil to a nack
        self.said = None   # to its sender


class Lane:
    """One channel: a sender of waves, and a receiver that acknowledges."""

    def __init__(self, races, number, count):
        self.races = races
        self.channel = "d%d" % number
        self.sender, self.receiver = races.connect_many(2)
        self.sender.call("hello", {"concurrent": True})
        self.stories = [Story() for _ in range(count)]
        self.begun = self.in_air = 0
        self.first = self.sender.last_msgid + 1
        self.last = -1     # value that was received for the first time
        self.settles = None  # method and value of the call in the air
        self.is_open = True

    def send_wave(self):
        count = min(WAVE, len(self.stories) - self.begun)
        self.sender.send(b"".join(self.sender.frame(
            "send", self.channel, self.begun + i, self.races.patience())
            for i in range(count)))
        self.begun += count
        self.in_air = count

    def hear_sender(self):
        _, msgid, error, _ = self.sender.message()
        story = self.stories[msgid - self.first]
        self.races.assertIsNone(story.said)
        story.said = self.races.outcome(error)
        self.in_air -= 1
        if self.in_air == 0:
            self.send_wave()

    def receive(self):
        options = dict(self.races.patience(), ack=True)
        if self.races.numbers.random() < 0.3:
            options["lease"] = max(
                self.races.numbers.random() * LONGEST, 1e-6)
        self.settles = None
        self.receiver.request("recv", self.channel, options)

    def settle(self, value, delivery, attempt):
        story = self.stories[value]
        story.taken += 1
        if attempt == 1:
            self.races.assertGreater(value, self.last, "not in order")
            self.last = value
        self.races.assertEqual(attempt, story.taken)
        method = self.races.numbers.choice(["ack", "ack", "nack"])
        self.settles = method, story
        self.receiver.request(method, delivery)

    def hear_receiver(self):
        error, result = self.receiver.answer()
        if self.settles is None and error is None:
            self.settle(*result)
            return
        if self.settles is not None:
            self.note(error)
        self.receive_or_end()

    def note(self, error):
        method, story = self.settles
        if error is None and method == "ack":
            story.acked += 1
        elif error is None:
            story.nacked += 1
        else:
            self.races.assertIn(error.split(":")[0], ("STALE", "GONE"))

    def receive_or_end(self):
        self.is_open = self.begun < len(self.stories) or self.in_air > 0
        if self.is_open:
            self.receive()

    def judge(self):
        for story in self.stories:
            self.races.assertEqual(story.acked, story.said == "nil")
            if story.said in ("TIMEOUT", "WOULDBLOCK"):
                self.races.assertEqual(story.taken, story.nacked)
            elif story.said == "IN_DOUBT":
                self.races.assertGreater(story.taken, story.nacked)


class Acknowledged(Races):

    def play(self, lanes):
        ears = {}
        for lane in lanes:
            ears[lane.sender.sock] = lane.sender, lane.hear_sender
            ears[lane.receiver.sock] = lane.receiver, lane.hear_receiver
            lane.send_wave()
            lane.receive()
        end = time.monotonic() + 2 * PATIENCE
        while any(lane.is_open for lane in lanes):
            self.assertLess(time.monotonic(), end)
            for sock in select.select(list(ears), [], [], 1)[0]:
                client, hear = ears[sock]
                hear()
                while client.unread:
                    hear()

    def test_who_is_told_timeout_was_never_kept(self):
        """Acknowledged if and only if the sender knows; TIMEOUT only where
        every receiver gave the value back; all others are in doubt."""
        count = max(RACES * 3 // 10 // LANES, WAVE)
        lanes = [Lane(self, n, count) for n in range(LANES)]
        self.play(lanes)
        for lane in lanes:
            lane.judge()
        self.report(count * LANES)
        self.assertGreater(self.outcomes["IN_DOUBT"], 0)
        self.assertEqual(self.channels(), [])
