# SPDX-License-Identifier: MIT
"""I5: first in, first out, over senders and over receivers of a channel.

A client that asked for something behind its call, and has that answered,
knows that the call waits ("parked"). Who begins afterwards stands behind it.
So A was overtaken by B if A was parked before B began, and B had met somebody
when A's partner had not even begun. When one that met nobody left is known to
the daemon alone.
"""
import bisect


def overtaken(calls, left, met):
    """Pairs (a, b) of one channel's calls where b overtook a.

    left  call -> a time at which it was surely still waiting, or None
    met   call -> a time at which it had surely met somebody, or None
    """
    later = sorted((call for call in calls if met(call) is not None),
                   key=lambda call: call.begun)
    begins = [call.begun for call in later]
    first = _first_to_meet(later, met)
    found = []
    for call in calls:
        stayed = left(call)
        at = bisect.bisect_right(begins, call.parked or 0)
        if call.parked is None or stayed is None or at == len(later):
            continue
        if met(first[at]) < stayed:
            found.append((call, first[at]))
    return found


def _first_to_meet(calls, met):
    """For each place the one, from there on, that met somebody first."""
    first = []
    for call in reversed(calls):
        best = first[-1] if first else call
        first.append(call if met(call) < met(best) else best)
    return first[::-1]


class Meetings:
    """Who met whom first, as far as the logs tell."""

    def __init__(self, sends, receives):
        self.sends = {call.value: call for call in sends}
        self.receives = {}
        for call in receives:
            if call.is_ok():
                kept = self.receives.get(call.value)
                if kept is None or call.attempt < kept.attempt:
                    self.receives[call.value] = call

    def first_receive(self, send):
        found = self.receives.get(send.value)
        return found if found is not None and found.attempt == 1 else None

    def sender_left(self, send):
        receive = self.first_receive(send)
        return receive.begun if receive is not None else None

    def receiver_left(self, receive):
        send = self.sends.get(receive.value) if receive.is_ok() else None
        return send.begun if send is not None else None

    def sender_met(self, send):
        times = [send.ended] if send.is_ok() else []
        if send.value in self.receives:
            times.append(self.receives[send.value].ended)
        return min(times, default=None)

    def receiver_met(self, receive):
        if not receive.is_ok():
            return None
        send = self.sends.get(receive.value)
        if send is not None and send.is_ok():
            return min(receive.ended, send.ended)
        return receive.ended


def judge_order(sends, receives):
    """Faults; and how many calls were known to be parked."""
    meetings = Meetings(sends, receives)
    faults = []
    for calls, left, met in (
            (sends, meetings.sender_left, meetings.sender_met),
            (receives, meetings.receiver_left, meetings.receiver_met)):
        for channel in sorted({call.channel for call in calls}):
            own = [call for call in calls if call.channel == channel]
            faults += ["I5 %s was overtaken by %s" % pair
                       for pair in overtaken(own, left, met)]
    return faults, sum(call.parked is not None for call in sends + receives)
