# SPDX-License-Identifier: MIT
"""What a sender's outcome promises of its value: I2, I3 and I4.

proto/PROTOCOL.md, "What a successful send means" and "Errors", seen from
outside: only what clients have logged counts, and where a log is silent
because its client was killed, what would have been possible is granted.
"""
from history import SETTLES
from missing import Missing, unaccounted

# Errors of a send that are definite unless its value was held.
UNLESS_HELD = ("KILLED", "CLOSED")


class Story:
    """One value: its send, who received it, and how they settled it."""

    def __init__(self, send):
        self.send = send
        self.receives = []
        self.settles = []

    def settled(self, what, refused=False):
        """The calls of `what`; those that failed only if `refused`."""
        return [call for call in self.settles if call.what == what and
                (refused or call.outcome != "error")]


class Promises:

    def __init__(self, history, dead_after, early):
        self.history = history
        self.dead_after = int(dead_after * 1e9)
        self.early = int(early * 1e9)
        self.faults = []
        self.missing = []
        self.redeliveries = 0
        self.stories = self.tell()

    def fault(self, rule, text, call):
        self.faults.append("%s %s: %s" % (rule, text, call))

    def tell(self):
        stories = {}
        for send in self.history.calls("send"):
            if send.value in stories:
                self.fault("I1", "a value sent twice", send)
            stories[send.value] = Story(send)
        for receive in self.history.calls("recv"):
            if receive.is_ok():
                self.add(stories, receive)
        owner = {receive.delivery: story for story in stories.values()
                 for receive in story.receives if receive.ack}
        for call in self.history.calls(*SETTLES):
            if call.delivery in owner:
                owner[call.delivery].settles.append(call)
        return list(stories.values())

    def add(self, stories, receive):
        story = stories.get(receive.value)
        if story is None:
            self.fault("I2", "a value from nowhere", receive)
        elif story.send.channel != receive.channel:
            self.fault("I2", "a value of another channel", receive)
        else:
            story.receives.append(receive)

    def judge(self):
        for story in self.stories:
            story.receives.sort(key=lambda call: call.attempt)
            self.judge_times(story)
            self.judge_attempts(story)
            self.judge_settled(story)
            self.judge_outcome(story)
        for one in unaccounted(self.missing, self.history.calls("recv"),
                               self.dead_after):
            self.fault(one.rule, "nobody can have received it", one.send)
        return self.faults

    # ---- I2: who took it, and when ----

    def judge_times(self, story):
        for receive in story.receives:
            if receive.ended < story.send.begun:
                self.fault("I2", "received before it was sent", receive)
            if receive.begun > self.gone(story.send):
                self.fault("I2", "received after its sender was gone, %s" %
                           (story.send.code or story.send.outcome), receive)

    def gone(self, send):
        """When the daemon had surely done with a send."""
        if send.ended is None:
            return float("inf")
        told = send.outcome != "unknown" or send.code is not None
        return send.ended + (0 if told else self.dead_after)

    def judge_settled(self, story):
        """Whoever was told that he released the sender has done so."""
        released = [call for call in story.settled("ack") +
                    story.settled("fail") if call.is_ok()]
        for call in released[1:]:
            self.fault("I2", "settled a second time", call)
        send = story.send
        for call in released:
            told = "ok" if call.what == "ack" else "RAISED"
            if send.outcome == "error" or send.is_ok():
                if (send.code or "ok") != told:
                    self.fault("I2", "%s succeeded, but the sender was told "
                               "otherwise" % call.what, send)
            elif send.code is not None:  # in doubt, though it was settled
                self.fault("I2", "settled, and yet %s" % send.code, send)

    def judge_outcome(self, story):
        send = story.send
        if send.is_ok():
            self.judge_success(story)
        elif send.outcome == "error" and send.code == "RAISED":
            if not self.began_before(story.settled("fail"), send):
                self.fault("I2", "RAISED, but nobody failed it", send)
        elif send.outcome == "error":
            self.judge_refusal(story)
        elif send.code == "IN_DOUBT" and not story.receives:
            self.miss("I3", send, send.ended, True)

    def miss(self, rule, send, until, ack):
        self.missing.append(Missing(rule, send, send.begun, until, ack))

    @staticmethod
    def began_before(calls, send):
        return [call for call in calls if call.begun <= send.ended]

    def judge_success(self, story):
        send = story.send
        acks = self.began_before(story.settled("ack"), send)
        plain = [call for call in story.receives if not call.ack]
        if send.reply is not None or acks:
            if send.reply not in [call.reply for call in acks]:
                self.fault("I2", "ok with a reply %r that nobody gave" %
                           (send.reply,), send)
        elif not plain:
            # With an acknowledgement there would be one in somebody's log.
            self.miss("I2", send, send.ended, False)

    # ---- I3 ----

    def judge_refusal(self, story):
        """A definite no: whatever was received was given back."""
        send = story.send
        if send.code in UNLESS_HELD and any(r.ack for r in story.receives):
            return
        given_back = {call.delivery for call in story.settled("nack")}
        for receive in story.receives:
            if not receive.ack or receive.delivery not in given_back:
                self.fault("I3", "refused (%s), but received by %s#%d" %
                           (send.code, receive.by, receive.number), send)

    # ---- I4 ----

    def judge_attempts(self, story):
        plain = [call for call in story.receives if not call.ack]
        for receive in plain[1:]:
            self.fault("I4", "received plainly a second time", receive)
        held = [call for call in story.receives if call.ack]
        known = {call.attempt: call for call in held}
        if len(known) < len(held):
            self.fault("I4", "an attempt that came twice", held[-1])
        for attempt in range(1, max(known, default=1)):
            following = known.get(attempt + 1)
            if attempt not in known:
                last = min(call.ended for call in held
                           if call.attempt > attempt)
                self.miss("I4", story.send, last, True)
            elif following is not None:
                self.judge_redelivery(story, known[attempt], following)
        self.redeliveries += max(known, default=1) - 1

    def judge_redelivery(self, story, first, second):
        if not (self.was_given_back(story, first, second) or
                self.has_expired(story, first, second) or
                self.was_lost(first, second)):
            self.fault("I4", "delivered again without a reason (first to "
                       "%s#%d)" % (first.by, first.number), second)

    @staticmethod
    def was_given_back(story, first, second):
        return any(call.delivery == first.delivery and
                   call.begun <= second.ended
                   for call in story.settled("nack"))

    def has_expired(self, story, first, second):
        """A lease counts from its receive, or from its last extension."""
        begun, lease = first.begun, first.lease
        for call in story.settles:
            if call.what == "extend" and call.is_ok() and \
                    call.delivery == first.delivery:
                begun, lease = call.begun, call.seconds
        return lease is not None and \
            second.ended >= begun + int(lease * 1e9) - self.early

    def was_lost(self, first, second):
        """Its connection ended, and was not of use any more after that."""
        client = self.history.clients[first.by]
        if client.has_ended and first.on not in client.lost:
            return False
        return not any(call.on == first.on and call.begun > second.ended and
                       call.outcome in ("ok", "error")
                       for call in client.calls.values())
