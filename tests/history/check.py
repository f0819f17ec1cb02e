# SPDX-License-Identifier: MIT
"""Decide from clients' logs alone whether the daemon kept its promises.

check.py [--dead-after SECONDS] [--early SECONDS] LOG...

  --dead-after  how long the daemon may take to notice that a receiver is
                gone; until then it may have taken a value (default 0.5)
  --early       how far the daemon's clock may lag in one turn: how long it
                was paused, at most (default 0.05)

Prints what was wrong, a line each; ends with "N passed, M failed", the calls
that it looked at and the faults. Exit status 0: none; 1: some; 2: no history.
"""
import argparse
import sys

from history import Malformed, read_files
from order import judge_order
from promises import Promises


class Verdict:
    """The faults of a history, and what there was to judge."""

    def __init__(self, history, dead_after=0.5, early=0.05):
        sends, receives = history.calls("send"), history.calls("recv")
        promises = Promises(history, dead_after, early)
        order, parked = judge_order(sends, receives)
        self.faults = history.faults + judge_endings(history) + \
            promises.judge() + order
        self.seen = {
            "clients": len(history.clients),
            "sends": len(sends),
            "plain": count(sends, lambda c: c.is_ok() and c.reply is None),
            "acknowledged": count(sends,
                                  lambda c: c.is_ok() and c.reply is not None),
            "errors": count(sends, lambda c: c.outcome == "error"),
            "unknown": count(sends, lambda c: c.is_unknown()),
            "receives": count(receives, lambda c: c.is_ok()),
            "redeliveries": promises.redeliveries,
            "missing": len(promises.missing),
            "parked": parked,
        }

    def rules(self):
        return sorted({fault[:2] for fault in self.faults})


def count(calls, claim):
    return sum(1 for call in calls if claim(call))


def judge_endings(history):
    """I1: every call has one outcome, unless its client was killed.

    One that was killed leaves at most one call open per task; it wrote none
    on a connection whose loss it had noted.
    """
    faults = []
    for client in history.clients.values():
        for call in client.calls.values():
            if call.outcome is not None:
                continue
            if client.has_ended:
                faults.append("I1 it never ended: %s" % call)
            elif client.lost.get(call.on, call.begun) > call.begun:
                faults.append("I1 lost, and not said to be: %s" % call)
    return faults


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--dead-after", type=float, default=0.5)
    parser.add_argument("--early", type=float, default=0.05)
    parser.add_argument("logs", nargs="+")
    chosen = parser.parse_args(words)
    try:
        verdict = Verdict(read_files(chosen.logs), chosen.dead_after,
                          chosen.early)
    except (Malformed, OSError) as error:
        print("no history: %s" % error)
        return 2
    for fault in verdict.faults:
        print(fault)
    print(", ".join("%d %s" % (n, what) for what, n in verdict.seen.items()))
    judged = verdict.seen["sends"] + verdict.seen["receives"]
    print("%d passed, %d failed" % (judged, len(verdict.faults)))
    return 1 if verdict.faults or not judged else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
