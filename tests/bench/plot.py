# SPDX-License-Identifier: MIT
"""The plots of doc/, as SVG, from what bench.py has written."""
import math
import os

COLOURS = {"floor": "#9aa0a6", "redis": "#c0392b", "nats": "#8e44ad",
           "beanstalkd": "#b7950b", "chand": "#1a6fb5"}
WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 56, 40
PLAIN = ("W2", "W2u", "W3", "W5b", "W7c", "W8", "W8k")


class Picture:
    def __init__(self, title, text):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12">',
            f"<title>{title}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
        self.text(LEFT, 18, title, weight="bold", size=14)
        self.text(LEFT, 34, text, colour="#555")

    def text(self, x, y, text, anchor="start", colour="#222", weight="normal",
             size=12):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}" font-size="{size}">'
            f"{text}</text>")

    def line(self, x1, y1, x2, y2, colour="#ddd"):
        self.parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" '
                          f'stroke="{colour}"/>')

    def bar(self, x, y, width, colour, text):
        height = HEIGHT - BOTTOM - y
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" fill="{colour}"><title>{text}</title>'
            "</rect>")

    def curve(self, points, colour):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="{path}" fill="none" stroke="{colour}" '
                          'stroke-width="2"/>')
        for x, y in points:
            self.parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')

    def legend(self, names):
        for i, name in enumerate(names):
            x = WIDTH - RIGHT - 96 * (len(names) - i)
            self.parts.append(f'<rect x="{x}" y="40" width="10" height="10" '
                              f'fill="{COLOURS[name]}"/>')
            self.text(x + 14, 49, name)

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.parts) + "\n</svg>\n")


def present(names):
    return [name for name in COLOURS if name in names]


def y_of(share):
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def draw_works(data, path):
    """Each workload in its own scale: a bar is a multiple of chand's."""
    said = {(one["work"], one["peer"]): one["said"].get("cpu_us")
            for one in data["results"]}
    works = [work for work in PLAIN if said.get((work, "chand"))]
    names = present({peer for _, peer in said})
    picture = Picture("The server's CPU for each value",
                      "as a multiple of chand's; cut off at 4")
    picture.legend(names)
    for level in range(5):
        picture.line(LEFT, y_of(level / 4), WIDTH - RIGHT, y_of(level / 4))
        picture.text(LEFT - 6, y_of(level / 4) + 4, f"{level} ×", "end")
    step = (WIDTH - LEFT - RIGHT) / max(len(works), 1)
    width = step * 0.84 / len(names)
    for i, work in enumerate(works):
        own = said[work, "chand"]
        x = LEFT + step * (i + 0.08)
        picture.text(LEFT + step * (i + 0.5), HEIGHT - BOTTOM + 16,
                     f"{work} ({own:.3g} µs)", "middle")
        for name in names:
            value = said.get((work, name))
            if value:
                share = min(value / own, 4) / 4
                picture.bar(x, y_of(share), width, COLOURS[name],
                            f"{name}: {value:.3g} µs")
                x += width
    picture.save(path)


def scale(values):
    """From the powers of ten around them to where a logarithm lies."""
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)
    ticks = [10 ** n for n in range(low, high + 1)]
    return ticks, lambda v: (math.log10(v) - low) / (high - low)


def axes(picture, xs, ys):
    x_ticks, x_share = scale(xs)
    y_ticks, y_share = scale(ys)

    def place(x, y):
        return (LEFT + x_share(x) * (WIDTH - LEFT - RIGHT - 10),
                y_of(y_share(y)))
    for tick in y_ticks:
        y = place(x_ticks[0], tick)[1]
        picture.line(LEFT, y, WIDTH - RIGHT, y)
        picture.text(LEFT - 6, y + 4, f"{tick:g}", "end")
    for tick in x_ticks:
        picture.text(place(tick, y_ticks[0])[0], HEIGHT - BOTTOM + 16,
                     f"{tick:,}", "middle")
    return place


def draw_parked(data, path):
    """A pair's value, beside so many that wait."""
    curves = {}
    for one in data["series"]:
        if one["series"] == "parked" and one["said"].get("cpu_us"):
            curves.setdefault(one["peer"], []).append(
                (one["at"], one["said"]["cpu_us"]))
    if not curves:
        return
    points = [point for curve in curves.values() for point in curve]
    picture = Picture("What waiting connections cost those who do not wait",
                      "µs of the server's CPU for each value of one pair, by "
                      "the connections that wait beside it")
    picture.legend(present(curves))
    place = axes(picture, [x for x, _ in points],
                 [y for _, y in points])
    for name, curve in curves.items():
        picture.curve([place(*point) for point in sorted(curve)],
                      COLOURS[name])
    picture.save(path)


def draw(data, folder):
    draw_works(data, os.path.join(folder, "cost-by-workload.svg"))
    draw_parked(data, os.path.join(folder, "cost-by-connections.svg"))
