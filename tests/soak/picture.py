#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws a soak: picture.py SAMPLES SVG, at its end or before."""
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(HERE, "..", "bench"))

import plot
import verdict

GAP, HEAD = 56, 62
OWN, OTHER = "#1a6fb5", "#9aa0a6"
COLUMNS = 150  # more samples than that are drawn as medians


class Panel:
    """One of four: `rows` are (name, colour, what finds its points)."""

    def __init__(self, title, *rows):
        self.title, self.rows = title, rows


def rate(name):
    """What a counter has grown by in a second, up to each sample."""
    def read(samples):
        pairs = list(zip(samples, samples[1:]))
        return [(b["at"], (b.get(name, 0) - a.get(name, 0)) /
                 (b["at"] - a["at"])) for a, b in pairs]
    return read


def value(name):
    return lambda samples: [(s["at"], s[name]) for s in samples]


PANELS = [
    Panel("Resident memory, KiB", ("resident", OWN, value("rss_kib"))),
    Panel("Connections, and descriptors that are none's",
          ("connections", OWN, value("connections")),
          ("other descriptors", OTHER, value("other_files"))),
    Panel("A hand-off meanwhile, µs: the median of each sample",
          ("chand", OWN, value("p50_us")),
          ("floor", OTHER, value("floor_p50_us"))),
    Panel("The load, a second", ("calls", OWN, rate("calls")),
          ("clients killed", OTHER, rate("kills"))),
]


def thin(points):
    """As many as can be seen: medians of neighbours."""
    size = max(1, len(points) // COLUMNS)
    groups = [points[n:n + size] for n in range(0, len(points), size)]
    return [tuple(statistics.median(axis) for axis in zip(*group))
            for group in groups]


def round_up(most):
    """A number to end an axis with."""
    step = 10 ** (len(str(int(most))) - 1)
    return next(n * step / 2 for n in range(1, 25) if n * step / 2 >= most)


class Place:
    """Where a panel's points lie."""

    def __init__(self, number, span, most):
        self.width = (plot.WIDTH - plot.RIGHT) / 2 - GAP
        self.height = (plot.HEIGHT - HEAD) / 2 - 44
        self.left = GAP + number % 2 * (self.width + GAP)
        self.bottom = HEAD + (number // 2 + 1) * (self.height + 40) - 10
        self.span, self.most = span, most

    def of(self, x, y):
        return (self.left + x / self.span * self.width,
                self.bottom - y / self.most * self.height)


def draw_path(picture, points, colour):
    path = "M" + "L".join("%.1f %.1f" % point for point in points)
    picture.parts.append('<path d="%s" fill="none" stroke="%s" '
                         'stroke-width="1.4"/>' % (path, colour))


def draw_panel(picture, number, panel, samples):
    curves = [(name, colour, thin(read(samples)))
              for name, colour, read in panel.rows]
    most = round_up(max(y for _, _, curve in curves for _, y in curve) or 1)
    place = Place(number, samples[-1]["at"], most)
    for share in 0, 0.5, 1:
        x, y = place.of(0, share * most)
        picture.line(x, y, x + place.width, y)
        picture.text(x - 4, y + 4, "%g" % (share * most), "end", size=10)
        x, y = place.of(share * place.span, 0)
        picture.text(x, y + 13, "%.3g min" % (share * place.span / 60),
                     "end" if share == 1 else "middle", size=10)
    picture.text(place.left, place.bottom - place.height - 8, panel.title)
    for n, (name, colour, curve) in enumerate(curves):
        draw_path(picture, [place.of(*point) for point in curve], colour)
        if len(curves) > 1:
            picture.text(place.left + place.width,
                         place.bottom - 0.6 * place.height + 12 * n, name,
                         "end", colour, size=10)


def draw(source, target):
    samples, end = verdict.load(source)
    last = samples[-1]
    picture = plot.Picture(
        "A soak of %.0f minutes" % (last["at"] / 60),
        "%s hand-offs, %s calls, %s clients killed in them, %d reloads; "
        "%d faults%s" % (
            *("{:,}".format(last[name])
              for name in ("handoffs", "calls", "kills")),
            last["reloads"], len(end["faults"]) if end else last["faults"],
            "" if end else " so far"))
    for number, panel in enumerate(PANELS):
        draw_panel(picture, number, panel, samples)
    picture.save(target)


if __name__ == "__main__":
    draw(sys.argv[1], sys.argv[2])
