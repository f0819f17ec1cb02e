# SPDX-License-Identifier: MIT
"""Values that somebody must have taken, though nobody's log has it.

A receiver that was killed, or lost its connection, may have taken one value
with the call that it was in: one, and only while that call can have been
waiting. So whatever is missing needs a call of its own that can account for
it: a matching, found by augmenting paths.
"""


class Missing:
    """A delivery of `value` that must have happened within [since, until]."""

    def __init__(self, rule, send, since, until, ack):
        self.rule = rule
        self.send = send
        self.since = since
        self.until = until
        self.ack = ack

    def could_be(self, receive, dead_after):
        """`ack` None: it is not known how it was received."""
        if receive.channel != self.send.channel:
            return False
        if self.ack is not None and receive.ack != self.ack:
            return False
        if receive.begun > self.until:
            return False
        # The daemon may learn of a receiver's end later than the receiver.
        return receive.ended is None or \
            receive.ended + dead_after >= self.since


def unaccounted(missing, receives, dead_after):
    """Those of `missing` for which there is no call among `receives`."""
    unknown = [call for call in receives if call.is_unknown()]
    choices = [[n for n, call in enumerate(unknown)
                if one.could_be(call, dead_after)] for one in missing]
    taken, chosen = {}, {}
    return [one for number, one in enumerate(missing)
            if not _augment(number, choices, taken, chosen)]


def _augment(start, choices, taken, chosen):
    """Find `start` a call, others changing theirs; whether there is one.

    taken   call -> who has it
    chosen  who -> its call
    """
    came_from = {}
    waiting = [start]
    for one in waiting:
        for call in choices[one]:
            if call in came_from:
                continue
            came_from[call] = one
            if call not in taken:
                _change(call, came_from, taken, chosen)
                return True
            waiting.append(taken[call])
    return False


def _change(call, came_from, taken, chosen):
    while call is not None:
        one = came_from[call]
        before = chosen.get(one)
        taken[call], chosen[one] = one, call
        call = before
