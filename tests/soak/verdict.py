#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Judges the samples of a soak: verdict.py SAMPLES

What grows is told from what only varies so: the run after its warm-up (its
first quarter) is cut into eight blocks, and a line laid through their medians.
The slope has a standard error from how far these medians are off the line;
growth is found where the slope is over its limit and more than 2.45 of these
errors above zero (the 97.5 % point of Student's t, 6 degrees of freedom).
Whatever the errors, the memory of a run of an hour or more has to be below its
limit. In less than ten minutes memory is still being warmed up: it may grow by
512 KiB meanwhile, and p99 is only told.
"""
import json
import math
import statistics
import sys

BLOCKS = 8
STUDENT = 2.45
HOUR = 3600
SHORT, GROWTH_MOST_KIB = 600, 512
KIB_AN_HOUR, SHARE_AN_HOUR, DRIFT = 64, 0.01, 0.10


def load(path):
    """The whole samples, and what was said at the end; None: it runs."""
    with open(path, encoding="ascii") as file:
        rows = [json.loads(line) for line in file if line.endswith("\n")]
    end = rows.pop()["end"] if rows and "end" in rows[-1] else None
    return [row for row in rows if "p99_us" in row], end


def warm(samples):
    return samples[len(samples) // 4:]


def blocks(values):
    count = min(BLOCKS, len(values))
    edges = [len(values) * n // count for n in range(count + 1)]
    return [statistics.median(values[a:b]) for a, b in zip(edges, edges[1:])]


def trend(samples, read):
    """(slope an hour, its standard error, mean) of what `read` finds."""
    x = blocks([sample["at"] / HOUR for sample in samples])
    y = blocks([read(sample) for sample in samples])
    mean_x, mean_y = statistics.mean(x), statistics.mean(y)
    wide = sum((a - mean_x) ** 2 for a in x)
    if len(x) < 3 or wide == 0:
        return 0, math.inf, mean_y
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / wide
    off = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y))
    return slope, math.sqrt(off / (len(x) - 2) / wide), mean_y


def is_found(slope, error, limit):
    return slope >= limit and slope > STUDENT * error


class Verdict:

    def __init__(self, samples, end):
        self.samples, self.end = warm(samples), end
        self.last = samples[-1]
        self.is_short = self.last["at"] < SHORT
        self.is_long = self.last["at"] >= 0.95 * HOUR
        self.lines, self.failed = [], 0

    def add(self, holds, text):
        self.lines.append(("ok      " if holds else "FAILED  ") + text)
        self.failed += not holds

    def judge_memory(self):
        if self.is_short:
            growth = self.last["rss_kib"] - self.samples[0]["rss_kib"]
            self.add(growth < GROWTH_MOST_KIB, "resident memory %d KiB, %d "
                     "more than at first" % (self.last["rss_kib"], growth))
            return
        slope, error, mean = trend(self.samples, lambda s: s["rss_kib"])
        limit = min(KIB_AN_HOUR, SHARE_AN_HOUR * mean)
        holds = slope < limit if self.is_long else \
            not is_found(slope, error, limit)
        self.add(holds, "resident memory %.0f KiB; it grows by %.0f ± %.0f "
                 "KiB an hour (limit %.0f)" % (mean, slope, error, limit))

    def judge_delay(self):
        """By its drift over the run, against a pair that moves bytes only;
        one of which nothing was heard for its time has no delay."""
        slope, error, mean = trend(
            [s for s in self.samples if s["p99_us"] and s["floor_p99_us"]],
            lambda s: s["p99_us"] / s["floor_p99_us"])
        span = (self.samples[-1]["at"] - self.samples[0]["at"]) / HOUR
        drift, noise = slope * span / mean, error * span / mean
        self.add(self.is_short or not is_found(drift, noise, DRIFT),
                 "p99 of a hand-off %.0f µs, %.2f times the floor's; it has "
                 "drifted by %.1f ± %.1f %% (limit 10)"
                 % (statistics.median(s["p99_us"] for s in self.samples),
                    mean, 100 * drift, 100 * noise))

    def judge_files(self):
        counts = {sample["other_files"] for sample in self.samples}
        self.add(len(counts) == 1, "descriptors that are no connection's: %s"
                 % sorted(counts))

    def judge_load(self):
        """A load that does not bite has shown nothing."""
        often = ("ok", "definite", "doubt", "refused", "STALE", "GONE",
                 "kills", "visits", "told", "reloads", "stalled",
                 "redeliveries")
        seldom = ("malformed",)  # some in a minute
        for name in often if self.is_short else often + seldom:
            if not self.last.get(name):
                self.add(False, "there was no %s" % name)

    def judge_end(self):
        if self.end is None:
            self.add(True, "it still runs; so far %d faults"
                     % self.last["faults"])
            return
        faults = self.end["faults"]
        self.add(not faults, "gauges, messages, log and end: %d faults"
                 % len(faults))
        self.lines += ["        " + fault for fault in faults[:20]]

    def judge(self):
        self.judge_memory()
        self.judge_files()
        self.judge_delay()
        self.judge_load()
        self.judge_end()
        return self.failed


def tell(path):
    samples, end = load(path)
    verdict = Verdict(samples, end)
    verdict.judge()
    last = samples[-1]
    print("%.0f s: %d calls, %d hand-offs, %d redeliveries, %d clients "
          "killed, %d came and went, %d reloads" % (
              last["at"], last["calls"], last["handoffs"],
              last["redeliveries"], last["kills"], last["visits"],
              last["reloads"]))
    print("\n".join(verdict.lines))
    checks = sum(line.startswith(("ok", "FAILED")) for line in verdict.lines)
    print("%d passed, %d failed" % (checks - verdict.failed, verdict.failed))
    return 1 if verdict.failed else 0


if __name__ == "__main__":
    sys.exit(tell(sys.argv[1]))
