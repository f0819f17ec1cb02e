# SPDX-License-Identifier: MIT
"""Requests, notifications, parameters and what is said of wrong ones."""
import struct

from harness import Case, CallError
from methods import GOOD, METHODS, OPTIONS, PARAMETERS, WRONG, good
from wire import Pairs, Raw, pack, text


class Shapes(Case):

    def test_ping_returns_its_value_or_nil(self):
        self.assertIsNone(self.probe.call("ping"))
        self.assertEqual(self.probe.call("ping", [1, {"a": None}]),
                         [1, {"a": None}])
        self.assertEqual(self.probe.call("ping", {}), {})

    def test_hello_says_who_answers_and_its_limits(self):
        hello = self.probe.call("hello")
        self.assertEqual(set(hello),
                         {"server", "version", "boot", "task", "limits"})
        self.assertEqual(hello["server"], "chand")
        self.assertRegex(hello["boot"], "^[0-9a-f]{16}$")
        self.assertEqual(hello["task"], self.probe.call("task.self"))
        self.assertEqual(hello["limits"]["message"], 16 << 20)
        self.assertEqual(hello["limits"]["depth"], 32)
        self.assertEqual(hello["limits"]["channel_name"], 255)
        self.assertEqual(self.probe.call("hello", {}), hello)

    def test_hello_names_the_connection_and_can_do_so_again(self):
        for name in "first", "second", "n" * 64, "Zürich":
            self.probe.call("hello", {"name": name})
            (task,) = self.probe.call("task.list")
            self.assertEqual(task["name"], name)

    def test_the_boot_differs_from_daemon_to_daemon(self):
        other = self.connect(self.start().unix)
        self.assertNotEqual(other.call("hello")["boot"],
                            self.probe.call("hello")["boot"])

    def test_server_info_states_facts(self):
        self.probe.call("channel.open", "c", {"preference": 1})
        info = self.probe.call("server.info")
        self.assertEqual(info["pid"], self.daemon.pid)
        self.assertEqual(info["connections"], 1)
        self.assertEqual(info["channels"], 1)
        self.assertGreaterEqual(info["uptime"], 0)
        self.assertEqual(info["version"], self.probe.call("hello")["version"])

    def test_every_connection_has_a_task_of_its_own(self):
        clients = self.connect_many(20)
        tasks = {client.call("task.self") for client in clients}
        self.assertEqual(len(tasks), 20)

    def test_channel_info_has_all_its_fields(self):
        info = self.probe.call("channel.open", "c", {"preference": 1})
        self.assertEqual(info, {
            "name": "c", "preference": 1, "schedule_all": False,
            "capacity": 0, "balance": 0, "closing": False, "closed": False,
            "queue": [], "values": 0, "held": 0, "handoffs": 0,
            "oldest_wait": None})
        self.assertEqual(self.probe.call("channel.info", "c"), info)
        del info["queue"]
        self.assertEqual(self.probe.call("channel.list"), [info])


class Parameters(Case):

    def check(self, params, method, *words):
        said = self.probe.expect_error("INVALID", method, *params)
        for word in (method,) + words:
            self.assertIn(word, said)

    def tearDown(self):
        self.assertEqual(self.channels(), [])
        self.assertEqual(self.probe.call("ping", "alive"), "alive")

    def test_a_missing_or_surplus_parameter_is_invalid(self):
        for method, (params, required, options) in METHODS.items():
            most = len(params) + (1 if options else 0)
            counts = set(range(required)) | {most + 1, most + 2, 20, 70000}
            for count in counts:
                params = (good(method) + [{}] * count)[:count]
                self.check(params, method, "takes", "not %d" % count)

    def test_a_wrong_parameter_is_invalid_and_named(self):
        for method, (params, _, _) in METHODS.items():
            for place, kind in enumerate(params):
                for value in WRONG[PARAMETERS[kind]]:
                    given = good(method)
                    given[place] = value
                    self.check(given, method, kind, "must be")

    def test_an_unknown_option_is_invalid_and_named(self):
        for method, (_, _, options) in METHODS.items():
            for name in "timeuot", "tokens", "", "Timeout", "x" * 300:
                if options:
                    self.check(good(method) + [{name: 1}], method,
                               "unknown option", name[:20])

    def test_options_of_another_method_are_unknown(self):
        for method, (_, _, options) in METHODS.items():
            for name in set(OPTIONS) - set(options):
                if options:
                    self.check(good(method) + [{name: 1}], method, name)

    def test_a_wrongly_typed_option_is_invalid_and_named(self):
        for method, (_, _, options) in METHODS.items():
            for name in options:
                for value in WRONG[OPTIONS[name]]:
                    self.check(good(method) + [{name: value}], method,
                               name)

    def test_an_option_given_twice_is_invalid(self):
        for method, (_, _, options) in METHODS.items():
            for name in options:
                value = GOOD[OPTIONS[name]]
                twice = Pairs([(name, value), (name, value)])
                self.check(good(method) + [twice], method, name, "twice")

    def test_an_option_must_have_a_string_for_its_name(self):
        for key in None, 1, Raw(b"\x90"), Raw(b"\x80"), 1.5:
            self.check(["c", Pairs([(key, 1)])], "recv", "option")

    def test_options_must_be_a_map(self):
        for method, (_, _, options) in METHODS.items():
            for value in None, 0, [], "timeout", b"", True:
                if options:
                    self.check(good(method) + [value], method, "map")

    def test_a_wrong_option_behind_a_right_one_is_found(self):
        for bad in ("timeuot", 1), ("timeout", -1):
            self.check(["c", Pairs([("timeout", 0), bad])], "recv", bad[0])

    def test_a_failed_hello_changes_no_name(self):
        self.probe.call("hello", {"name": "good"})
        self.probe.expect_error("INVALID", "hello",
                                Pairs([("name", "bad"), ("nome", 1)]))
        self.assertEqual(self.probe.call("task.list")[0]["name"], "good")

    def test_a_failed_open_changes_no_setting(self):
        for bad in {"schedule_all": 1}, {"capacity": -1}, {"wake": True}:
            options = Pairs([("preference", 1)] + list(bad.items()))
            self.probe.expect_error("INVALID", "channel.open", "c", options)

    def test_what_a_peer_wrote_is_escaped_in_errors(self):
        said = self.probe.expect_error("NOMETHOD", text(b"\x1b[31m\n\"\xff"))
        self.assertTrue(said.isprintable(), said)
        said = self.probe.expect_error("INVALID", "recv", "c",
                                       Pairs([(text(b"\x1b\n\xff"), 1)]))
        self.assertTrue(said.isprintable(), said)
        said = self.probe.expect_error("NOCHANNEL", "channel.info", "\"q\"")
        self.assertTrue(said.isprintable(), said)


class Methods(Case):

    def test_an_unknown_method_is_named(self):
        for method in "recieve", "", "SEND", "channel", "send ", "n" * 64:
            said = self.probe.expect_error("NOMETHOD", method, 1, 2)
            self.assertIn(method[:30], said)

    def test_a_method_name_may_not_be_too_long(self):
        for size in 65, 300, 70000:
            said = self.probe.expect_error("INVALID", "n" * size)
            self.assertIn("method", said)
            self.assertIn(str(size), said)

    def test_a_method_may_be_binary(self):
        for method in METHODS:
            if METHODS[method][1] == 0 and method != "task.park":
                self.probe.call(method.encode())
        self.probe.expect_error("NOMETHOD", b"pong")

    def test_names_and_options_may_be_binary(self):
        self.probe.call("channel.open", b"c", {b"preference": 1})
        self.assertEqual(self.probe.call("channel.info", "c")["preference"], 1)
        self.probe.expect_error("WOULDBLOCK", "recv", b"c", {b"timeout": 0})

    def test_every_name_of_255_bytes_of_utf_8_is_a_channel(self):
        for name in "x" * 255, "ü" * 127, "\U0001f600", "a b/c*?[", " ":
            self.probe.call("channel.open", name, {"preference": 0})
            self.assertEqual(self.probe.call("channel.info", name)["name"],
                             name)


class Framing(Case):

    def test_every_u32_is_a_msgid_and_comes_back(self):
        for msgid in 0, 1, 127, 128, 255, 256, 65535, 65536, (1 << 32) - 1:
            self.probe.request("ping", "x", msgid=msgid)
            self.assertEqual(self.probe.result(msgid), "x")
            self.probe.request("pong", msgid=msgid)
            self.assertIn("NOMETHOD", self.probe.fault(msgid))

    def test_equal_msgids_are_answered_in_order(self):
        for value in range(50):
            self.probe.request("ping", value, msgid=7)
        self.assertEqual([self.probe.result(7) for _ in range(50)],
                         list(range(50)))

    def test_heads_may_be_longer_than_they_must(self):
        arrays = [b"\x94", b"\xdc\0\4", b"\xdd\0\0\0\4"]
        kinds = [b"\0", b"\xcc\0", b"\xcd\0\0", b"\xce\0\0\0\0",
                 b"\xcf" + b"\0" * 8, b"\xd0\0", b"\xd3" + b"\0" * 8]
        msgids = [b"\5", b"\xcc\5", b"\xcd\0\5", b"\xce\0\0\0\5",
                  b"\xcf" + struct.pack(">Q", 5)]
        methods = [b"\xa4ping", b"\xd9\4ping", b"\xda\0\4ping",
                   b"\xdb\0\0\0\4ping", b"\xc4\4ping", b"\xc6\0\0\0\4ping"]
        params = [b"\x91\7", b"\xdc\0\1\7", b"\xdd\0\0\0\1\7"]
        parts = [arrays, kinds, msgids, methods, params]
        for i, encodings in enumerate(parts):
            for encoding in encodings:
                frame = [part[0] for part in parts]
                frame[i] = encoding
                self.probe.send(b"".join(frame))
                self.assertEqual(self.probe.result(5), 7)

    def test_names_and_option_maps_may_have_long_heads(self):
        name = b"\xdb\0\0\0\1c"
        option = b"\xdf\0\0\0\1\xdb\0\0\0\7timeout\xcf" + b"\0" * 8
        self.probe.send(b"\x94\0\1\xa4recv\x92" + name + option)
        self.assertIn("WOULDBLOCK", self.probe.fault(1))


class Notifications(Case):

    def test_notifications_are_executed_in_order(self):
        for preference in 1, 0, 1, 0, 1, 0:
            self.probe.notify("channel.open", "c", {"preference": preference})
            info = self.probe.call("channel.info", "c")
            self.assertEqual(info["preference"], preference)

    def test_a_notification_is_never_answered(self):
        others = ("send", "send_exception", "recv", "next", "task.park",
                  "channel.watch", "task.kill", "task.throw")
        for method in METHODS:
            if method not in others:
                self.probe.notify(method, *good(method)[:METHODS[method][1]])
        self.probe.notify("no such method")
        self.probe.notify("recv")
        self.probe.notify("recv", "c", {"timeout": 0})
        self.probe.notify("x" * 100)
        self.assertEqual(self.probe.call("ping", "next"), "next")

    def test_a_notification_can_send_and_receive(self):
        receiver = self.connect()
        self.park(receiver, "recv", "c")
        self.probe.notify("send", "c", "told")
        self.assertEqual(receiver.result(), "told")
        receiver.notify("recv", "c")
        self.assertIsNone(self.probe.call("send", "c", "swallowed"))

    def test_what_stands_behind_a_waiting_notification_waits(self):
        client = self.connect()
        client.send(pack([2, "recv", ["c"]]) + client.frame("ping", 1))
        self.wait_balance("c", -1)
        self.assertFalse(client.has_answer())
        self.probe.call("send", "c", None)
        self.assertEqual(client.result(), 1)

    def test_a_failing_call_raises_what_the_daemon_said(self):
        with self.assertRaises(CallError) as caught:
            self.probe.call("nothing")
        self.assertEqual(caught.exception.code, "NOMETHOD")
