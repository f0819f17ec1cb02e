# SPDX-License-Identifier: MIT
"""proto/PROTOCOL.md: its bytes are what it says, and nothing is missing."""
import os
import re
import unittest

import msgpack

from methods import METHODS, OPTIONS

PROTO = os.path.join(os.path.dirname(__file__), "../../proto")
HEX = re.compile(r"\s+((?:[0-9a-f]{2,} ?)+)$")
CONSTANTS = {"nil": None, "true": True, "false": False}


def read(name):
    with open(os.path.join(PROTO, name), encoding="utf-8") as file:
        return file.read()


def examples(page):
    """Pairs of a message in words and the bytes beside or below it."""
    said = None
    for line in page.split("\n"):
        arrow = re.match(r"    [→←] (\[.*\])(\s{2,}[0-9a-f ]+)?$", line)
        found = HEX.match(arrow.group(2) or "" if arrow else line)
        if arrow:
            said = arrow.group(1)
        if found and said:
            yield said, bytes.fromhex(found.group(1).replace(" ", ""))
        if found or not arrow:
            said = None


class Page(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.page = read("PROTOCOL.md")
        cls.examples = [
            (said, eval(said, {"__builtins__": {}}, CONSTANTS), data)
            for said, data in examples(cls.page)]

    def test_the_bytes_of_each_example_are_what_it_says(self):
        for said, message, data in self.examples:
            self.assertEqual(msgpack.unpackb(data, raw=False), message, said)

    def test_there_is_an_example_of_each_method(self):
        shown = {message[2] for _, message, _ in self.examples
                 if message[0] == 0}
        self.assertFalse(set(METHODS) - shown)

    def test_each_method_and_option_is_explained(self):
        for method, (_, _, options) in METHODS.items():
            row = re.search(r"^\| `%s` \|(.*)$" % re.escape(method),
                            self.page, re.M)
            self.assertTrue(row, method)
            for option in options:
                self.assertTrue(option in row.group(1) or
                                "as `recv`" in row.group(1), method)
        for option in OPTIONS:
            said = re.findall(r"\b%s\b" % option, self.page)
            self.assertGreater(len(said), 1, option)

    def test_each_error_is_explained(self):
        for code in re.findall(r"^ERROR\((\w+)", read("errors.def"), re.M):
            self.assertTrue("`%s`" % code in self.page, code)


if __name__ == "__main__":
    unittest.main()
