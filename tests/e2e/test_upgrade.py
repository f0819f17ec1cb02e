# SPDX-License-Identifier: MIT
"""A client that is newer than the daemon: what it asks for that there is not
fails by a code, and its connection lives on. (The other way round is
tests/test_chand_upgrade.c.)"""
from harness import Case
from methods import METHODS, good
from wire import pack

NEW = "since_version_9"


class Upgrade(Case):

    def setUp(self):
        super().setUp()
        self.client = self.connect()

    def lives(self):
        self.assertEqual(self.client.call("ping", "alive"), "alive")

    def test_a_method_that_is_not_there_is_nomethod(self):
        for method in NEW, "channel." + NEW, "task." + NEW:
            self.assertIn(method, self.client.expect_error(
                "NOMETHOD", method, "c", {"timeout": 0}))
        self.lives()

    def test_nor_where_a_call_stands_in_another(self):
        self.client.expect_error("NOMETHOD", "task.spawn", NEW, [])
        said = self.client.expect_error(
            "NOMETHOD", "atomic", [["channel.open", ["c", {"capacity": 1}]],
                                   [NEW, []]])
        self.assertIn("1", said)
        self.client.expect_error("INVALID", "select", [[NEW, "c"]])
        self.assertEqual(self.client.call("channel.list"), [])
        self.lives()

    def test_an_option_that_is_not_there_is_invalid_and_named(self):
        for method, (_, _, options) in METHODS.items():
            if options:
                self.assertIn(NEW, self.client.expect_error(
                    "INVALID", method, *good(method), {NEW: 1}))
        self.lives()

    def test_a_parameter_more_is_invalid_where_there_are_no_options(self):
        for method, (params, _, options) in METHODS.items():
            more = [{}] if options else []
            self.client.expect_error("INVALID", method, *good(method), *more,
                                     {NEW: 1})
        self.lives()

    def test_a_hello_that_asks_for_more_changes_nothing(self):
        """The client says it again, without."""
        said = self.client.expect_error(
            "INVALID", "hello", {"name": "new", "errors": "array", NEW: True})
        self.assertIn(NEW, said)
        self.client.expect_error("NOMETHOD", NEW)  # still as a string
        rows = self.probe.call("task.list", "new")
        self.assertEqual(rows, [])
        self.assertIn("version", self.client.call("hello", {"name": "new"}))
        self.assertEqual(len(self.probe.call("task.list", "new")), 1)

    def test_it_is_told_in_the_shape_that_it_asked_for(self):
        self.client.call("hello", {"errors": "array"})
        error, result = self.client.answer(self.client.request(NEW))
        self.assertEqual((error[0], error[2], result),
                         ("NOMETHOD", None, None))

    def test_a_notification_that_is_not_there_is_not_answered(self):
        self.client.notify(NEW, 1)
        self.lives()

    def test_a_fourth_kind_of_message_is_refused_and_no_other_hurt(self):
        self.client.send(pack([3, 1, NEW, []]))
        self.assertEqual([m[:1] for m in self.client.rest()], [])
        self.assertEqual(self.probe.call("ping", 1), 1)
