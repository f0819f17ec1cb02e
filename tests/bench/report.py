#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""From what bench.py has written to tables and plots.

    report.py JSON DOC

Without DOC, prints the tables; with it, the folder of the manual, writes them
into its PERFORMANCE.md between two marks, and draws the plots beside it.
"""
import json
import os
import sys

from works import SERIES, WORKS

BEGIN = "<!-- figures: ./dev bench report -->"
END = "<!-- end of figures -->"
PEERS = ("floor", "redis", "nats", "beanstalkd", "chand")
UNITS = {"cpu_us": "µs CPU", "resident": "bytes", "wake_us": "µs CPU",
         "p99_us": "µs p99", "churn_us": "µs CPU"}


def number(value):
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else (
        f"{value:.1f}" if value >= 10 else f"{value:.2f}")


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in
             [head, ["---"] + ["---:"] * (len(head) - 1)] + rows]
    return "\n".join(lines) + "\n"


class Data:
    def __init__(self, data):
        self.data = data
        self.said = {(one["work"], one["peer"]): one["said"]
                     for one in data["results"]}
        self.ratio = {(one["work"], one["peer"]): one["ratio"]
                      for one in data["ratios"]}

    def figure(self, work, peer):
        source = "W6" if work.name == "W6w" else work.name
        return self.said.get((source, peer), {}).get(work.figure)

    def is_met(self, work):
        goal = work.goal
        if goal.peer is None:
            value = self.figure(work, "chand")
        else:
            peer = f"{goal.peer} {goal.work}" if goal.work else goal.peer
            value = self.ratio.get((work.name, peer))
        if value is None:
            return ""
        met = value <= goal.most
        shown = number(value) if goal.peer is None else f"{value:.2f}"
        return f"{goal.text()}: {shown} {'✓' if met else '✗'}"

    def ratios(self, work):
        """To the floor, and to the cheapest of the peers."""
        shown = [self.ratio.get((work.name, peer)) for peer in PEERS[:-1]]
        best = max((r for r in shown[1:] if r), default=None)
        return ["–" if r is None else f"{r:.2f}" for r in (shown[0], best)]

    def main_table(self):
        head = (["workload", "unit"] + list(PEERS)
                + ["chand / floor", "chand / best peer", "goal"])
        rows = [[f"{work.name}: {work.text}", UNITS[work.figure]]
                + [number(self.figure(work, peer)) for peer in PEERS]
                + self.ratios(work)
                + [self.is_met(work) if work.goal else ""]
                for work in WORKS if self.figure(work, "chand") is not None]
        return table(head, rows)

    def calls_table(self):
        totals = {(one["work"], one["peer"]): sum(one["calls"].values())
                  for one in self.data["calls"]}
        works = [work.name for work in WORKS if (work.name, "chand") in totals]
        rows = [[work] + [number(totals.get((work, peer))) for peer in PEERS]
                for work in works]
        return table(["system calls of a value"] + list(PEERS), rows)

    def more_table(self):
        """What the parked ones, and who came and went, say besides."""
        keys = (("W6", "connect_us", "µs CPU of a connect, W6"),
                ("W6", "idle_percent", "% CPU with 10,000 waiting"),
                ("W6", "wake_rate", "woken in a second"),
                ("F1", "p50_us", "µs p50, F1"), ("F2", "p50_us", "µs p50, F2"),
                ("F2", "background_rate", "values/s of F2's other pair"),
                ("F4", "churn_rate", "connections/s, F4"))
        rows = [[text] + [number(self.said.get((work, peer), {}).get(key))
                          for peer in PEERS] for work, key, text in keys]
        return table(["besides"] + list(PEERS), rows)

    def series_table(self, name, figure):
        said = {(one["at"], one["peer"]): one["said"]
                for one in self.data["series"] if one["series"] == name}
        peers = [p for p in PEERS if any(key[1] == p for key in said)]
        rows = [[f"{at:,}"] + [number(said.get((at, peer), {}).get(figure))
                               for peer in peers]
                for at in sorted({key[0] for key in said})]
        return table([f"{name}: {UNITS[figure]}"] + peers, rows)


def heading(data):
    about = data["about"]
    versions = "; ".join(about["versions"].values())
    return (f"{about['date']}, {about['model']}, {about['processors']} "
            f"processors, Linux {about['kernel']}, load {about['load']}; "
            f"{versions}. {data['rounds']} rounds, `{data['mode']}`, "
            f"{data['seconds']} s. "
            f"{len(data['failed'])} runs did not verify.\n")


def tables(data):
    shown = Data(data)
    parts = [heading(data), shown.main_table(), shown.more_table()]
    if data["calls"]:
        parts.append(shown.calls_table())
    parts += [shown.series_table(name, figure)
              for name, _, _, _, figure in SERIES
              if any(one["series"] == name for one in data["series"])]
    return "\n".join(parts)


def write_into(path, text):
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    if len(sys.argv) < 3:
        print(tables(data))
        return
    import plot
    write_into(os.path.join(sys.argv[2], "PERFORMANCE.md"), tables(data))
    plot.draw(data, sys.argv[2])


if __name__ == "__main__":
    main()
