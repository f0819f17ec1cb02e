# SPDX-License-Identifier: MIT
"""proto/methods.def as tables, and wrong values for every type in it."""
import os
import re

from wire import Raw, nested, text

TABLE = os.path.join(os.path.dirname(__file__), "../../proto/methods.def")


def words(text_):
    return [word for word in re.split(r"[\s,]+", text_) if word != "none"]


def read_table():
    with open(TABLE, encoding="utf-8") as file:
        source = file.read()
    parameters = dict(re.findall(r'^PARAMETER\((\w+), (\w+),', source, re.M))
    options = dict(re.findall(r'^CALL_OPTION\((\w+), (\w+),', source, re.M))
    rows = re.findall(r'^METHOD\(\w+, "([\w.]+)", (\d), PARAMETERS\(([^)]*)\),'
                      r'\s+OPTIONS\(([^)]*)\), (\w+),', source, re.M)
    methods = {name: (words(positional), int(required), words(taken))
               for name, required, positional, taken, _ in rows}
    rights = {row[0]: row[4] for row in rows}
    return parameters, options, methods, rights


# kind: type; option: type; method: parameters, how many must be given, options;
# method: the right that it needs
PARAMETERS, OPTIONS, METHODS, RIGHTS = read_table()

GOOD = {"ANY": 1, "ARRAY": [], "BOOLEAN": True, "INTEGER": 1, "LABEL": "x",
        "NAME": "c", "NUMBER": 1, "SECONDS": 1, "STRING": "x", "TIMEOUT": 0}
NO_STRINGS = [None, True, 7, -1, 1.5, ["c"], {"c": 1},
              Raw(b"\xd4\x01a"), nested(3)]
UNCLEAN = [text(b""), text(b"a\0b"), text(b"a\nb"),
           text(b"\x7f"), text(b"\x1b[1m"), text(b"\xc2\x85"), text(b"\xff"),
           text(b"a\xc3"), text(b"\xc0\x80"), text(b"\xed\xa0\x80"),
           text(b"\xf4\x90\x80\x80"), b"", b"\xff\xfe"]
NO_NUMBERS = ["1", b"1", True, [], {}, Raw(b"\xd4\x01a")]
WRONG = {
    "ANY": [],
    "ARRAY": [None, True, 7, 1.5, "c", b"c", {}, Raw(b"\xd4\x01a")],
    "BOOLEAN": [None, 0, 1, "true", [], {}],
    "INTEGER": NO_NUMBERS + [None, 1.0, 1 << 63],
    "NUMBER": NO_NUMBERS + [None, 1.0, -1],
    "LABEL": NO_STRINGS + UNCLEAN + ["n" * 65],
    "NAME": NO_STRINGS + UNCLEAN + ["n" * 256],
    "SECONDS": NO_NUMBERS + [None, 0, -1, float("nan")],
    "STRING": NO_STRINGS,
    "TIMEOUT": NO_NUMBERS + [-1, -0.5, float("-inf"), float("nan"),
                             Raw(b"\xca\xff\xc0\x00\x00"), -(1 << 63)],
}


def good(method):
    """Parameters of the right types."""
    return [GOOD[PARAMETERS[kind]] for kind in METHODS[method][0]]
