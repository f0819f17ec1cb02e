# SPDX-License-Identifier: MIT
"""What became of each value, told by both its ends, and judged.

A value is judged some seconds after its sender was told its end, and then
forgotten: who receives one that was forgotten has received it too late.
"""
import collections

GRACE = 10  # seconds; more than any lease and any patience of the load
# What a send may fail with, and what that says of its value.
DEFINITE = ("TIMEOUT", "WOULDBLOCK")
DOUBT = ("IN_DOUBT", "KILLED")


class Value:
    """Counts of what was heard of one value."""
    __slots__ = ("channel", "end", "plain", "acked", "failed", "lent",
                 "nacked", "unheard")

    def __init__(self, channel):
        self.channel = channel
        self.end = None     # ok, definite, doubt, refused
        self.plain = 0      # received without ack
        self.lent = 0       # received with ack
        self.acked = self.nacked = self.failed = 0
        self.unheard = 0    # settled by somebody who was cut off


class Ledger:

    def __init__(self):
        self.values = {}
        self.ended = collections.deque()  # when, key
        self.faults = []
        self.counts = collections.Counter()
        # By channel: receivers that were cut off before they heard what they
        # got, and values that somebody must have got who was not heard.
        self.cut_off = collections.Counter()
        self.unseen = collections.Counter()

    def fault(self, text):
        self.faults.append(text)

    # ---- its sender ----

    def begin(self, key, channel):
        self.values[key] = Value(channel)
        self.counts["sent"] += 1

    def finish(self, key, error, now):
        """The sender's answer; now is when. An error is a string."""
        code = (error or "").partition(":")[0]
        if error is None:
            end = "ok"
        elif code in DEFINITE:
            end = "definite"
        elif code in DOUBT:
            end = "doubt"
        elif code == "RAISED":
            end = "refused"
        else:
            end = "doubt"
            self.fault("a send has failed with " + error)
        self.end(key, end, now)

    def end(self, key, end, now):
        self.values[key].end = end
        self.counts[end] += 1
        self.ended.append((now, key))

    # ---- its receivers ----

    def find(self, key):
        value = self.values.get(key)
        if value is None:
            self.fault("%s was received long after its end" % (key,))
            value = Value("?")
        return value

    def take(self, key):
        self.find(key).plain += 1
        self.counts["received"] += 1

    def lend(self, key, attempt):
        self.find(key).lent += 1
        self.counts["lent"] += 1
        self.counts["lent again"] += attempt > 1

    def settle(self, key, how, error):
        """how: ack, nack or fail, and what that was answered with."""
        code = (error or "").partition(":")[0]
        if code in ("STALE", "GONE"):
            self.counts[code] += 1
        elif error is not None:
            self.fault("%s has failed with %s" % (how, error))
        else:
            name = {"ack": "acked", "nack": "nacked", "fail": "failed"}[how]
            value = self.find(key)
            setattr(value, name, getattr(value, name) + 1)
            self.counts[name] += 1

    def leave_unheard(self, key, how):
        """Its holder was cut off while it settled it."""
        value = self.values.get(key)
        if value is None:
            return
        value.unheard += 1
        if how == "ack":
            self.cut_off[value.channel] += 1

    # ---- the judge ----

    def judge_old(self, now):
        while self.ended and self.ended[0][0] + GRACE <= now:
            self.judge(self.ended.popleft()[1])

    def judge_all(self):
        while self.ended:
            self.judge(self.ended.popleft()[1])
        for key in self.values:
            self.fault("%s has no end" % (key,))

    def judge(self, key):
        value = self.values.pop(key)
        taken = value.plain + value.acked
        if taken > 1:
            self.fault("%s was taken %d times" % (key, taken))
        getattr(self, "judge_" + value.end)(key, value, taken)
        self.counts["judged"] += 1

    def judge_ok(self, key, value, taken):
        if value.failed:
            self.fault("%s was refused, but sent" % (key,))
        if taken:
            return
        self.unseen[value.channel] += 1
        if self.unseen[value.channel] > self.cut_off[value.channel]:
            self.fault("%s was sent, and nobody got it" % (key,))

    def judge_definite(self, key, value, taken):
        if taken or value.failed or value.lent > value.nacked + value.unheard:
            self.fault("%s has failed, but somebody had it" % (key,))

    def judge_refused(self, key, value, taken):
        if taken or value.failed + value.unheard < 1:
            self.fault("%s was refused by nobody" % (key,))

    def judge_doubt(self, key, value, taken):
        """All that is known was counted: it was taken once at most."""
