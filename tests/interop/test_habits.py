# SPDX-License-Identifier: MIT
"""What is known of real clients, and has to go well with each."""
import msgpack

from harness import CallError, Case, until
from peers import Neovim, Node
from test_clients import PeerCase
from wire import Raw, pack, text


class Wire(Case):
    """What clients put on the wire that others do not."""

    def exchange(self, data):
        client = self.connect(self.daemon.ipv4)
        client.send(data)
        return client.message()

    def test_a_method_may_be_binary_as_may_all_names(self):
        waiting = self.connect()
        self.park(waiting, "recv", "jobs")
        self.assertEqual(
            self.exchange(pack([0, 1, b"send",
                                [b"jobs", "v", {b"timeout": 5}]])),
            [1, 1, None, None])
        self.assertEqual(waiting.result(), "v")

    def test_strings_may_be_the_raw_of_old(self):
        """Before 2013 there was neither str 8 nor bin: all strings were raw,
        of which any length over 31 had a head of three bytes."""
        old = msgpack.Packer(use_bin_type=False).pack
        name = "a channel with a name of more than 31 bytes"
        raw16 = Raw(b"\xda\x00" + bytes([len(name)]) + name.encode())
        waiting = self.connect()
        self.park(waiting, "recv", name)
        self.assertEqual(
            self.exchange(pack([0, 1, "send", [raw16, Raw(old(b"\xff\x00"))]])),
            [1, 1, None, None])
        # Bytes in a raw are a string that is no UTF-8: unchanged.
        self.assertEqual(waiting.message(decode=False),
                         pack([1, 1, None, text(b"\xff\x00")]))

    def test_a_msgid_may_be_0(self):
        self.assertEqual(self.exchange(pack([0, 0, "ping", [7]])),
                         [1, 0, None, 7])

    def test_a_msgid_may_be_beyond_two_to_the_31st(self):
        for msgid in (1 << 31) - 1, 1 << 31, (1 << 32) - 1:
            self.assertEqual(self.exchange(pack([0, msgid, "ping", [7]])),
                             [1, msgid, None, 7])

    def test_a_msgid_may_be_any_encoding_of_its_number(self):
        for head in (b"\xcc\x05", b"\xcd\x00\x05", b"\xce\0\0\0\x05",
                     b"\xcf\0\0\0\0\0\0\0\x05", b"\xd0\x05", b"\xd1\0\x05",
                     b"\xd2\0\0\0\x05", b"\xd3\0\0\0\0\0\0\0\x05"):
            self.assertEqual(self.exchange(pack([0, Raw(head), "ping", [7]])),
                             [1, 5, None, 7])

    def test_an_error_is_a_string_unless_hello_asked_for_an_array(self):
        client = self.connect()
        request = "recv", "c", {"timeout": 0}
        self.assertEqual(client.fault(client.request(*request)),
                         "WOULDBLOCK: nobody was there")
        client.call("hello", {"errors": "array"})
        self.assertEqual(client.answer(client.request(*request)),
                         (["WOULDBLOCK", "nobody was there", None], None))
        client.call("hello", {"errors": "string"})
        self.assertEqual(client.fault(client.request(*request)),
                         "WOULDBLOCK: nobody was there")


class Unasked(Case):
    """What the daemon must not do: many clients die of it."""

    def test_who_has_said_nothing_hears_nothing(self):
        for url in self.daemon.urls:
            silent = self.connect(url)
            self.wait_tasks(2)
            self.probe.call("ping")
            self.assertFalse(silent.has_answer())
            silent.half_close()
            self.assertEqual(silent.rest(), [])
            self.wait_tasks(1)

    def test_who_only_notifies_hears_nothing(self):
        client = self.connect(self.daemon.ipv4)
        for call in (("ping", 1), ("hello", {"errors": "array"}),
                     ("channel.open", "mark", {"preference": 1}),
                     ("nothing",), ("recv",), ("recv", "c", {"timeout": 0}),
                     ("task.spawn", "recv", ["c"])):
            client.notify(*call)
        self.wait_balance("c", -1)
        self.probe.call("send", "c", "v")
        client.half_close()
        self.assertEqual(client.rest(), [])

    def test_what_others_do_is_not_told(self):
        client = self.connect(self.daemon.ipv4)
        client.call("hello", {"name": "idle"})
        self.probe.call("channel.open", "c", {"preference": 1})
        self.probe.call("channel.close", "c", {"wake": True})
        self.probe.expect_error("CLOSED", "send", "c", 1)
        self.assertFalse(client.has_answer())
        self.assertEqual(client.call("ping", 1), 1)

    def test_a_daemon_that_stops_answers_those_who_wait_and_no_others(self):
        waiting, idle = self.connect_many(2, self.daemon.ipv4)
        self.park(waiting, "recv", "c")
        idle.call("ping")
        self.assertEqual(self.daemon.terminate(), 0)
        self.assertRegex(waiting.fault(), "^SHUTDOWN: ")
        self.assertEqual(waiting.rest(), [])
        self.assertEqual(idle.rest(), [])


class NeovimHabits(PeerCase):

    def setUp(self):
        super().setUp()
        self.neovim = self.peer(Neovim, self.daemon.unix)

    def lua(self, code, *arguments):
        return self.neovim.control.result(self.neovim.lua(code, *arguments))

    def receive(self, value):
        """What Lua makes of it: its type, and how it is printed."""
        sender = self.connect()
        self.park(sender, "send", "c", value)
        seen = self.lua("local it = vim.rpcrequest(..., 'recv', 'c')\n"
                        "return {type(it), vim.inspect(it)}")
        sender.result()
        return seen

    def test_an_option_may_be_nil(self):
        sender = self.connect()
        self.park(sender, "send", "c", "v")
        self.assertEqual(self.lua(
            "return vim.rpcrequest(..., 'recv', 'c', {timeout = vim.NIL})"),
            "v")

    def test_a_function_is_sent_as_nil(self):
        self.neovim.control.call("nvim_command", "let g:c = %d"
                                 % self.neovim.channel)
        self.assertIsNone(self.neovim.control.call(
            "nvim_eval", "rpcrequest(g:c, 'ping', function('tr'))"))

    def test_an_empty_table_is_an_array_and_the_error_says_so(self):
        self.assertEqual(
            self.lua("local c = ...\nlocal _, said = pcall(vim.rpcrequest, c,"
                     " 'recv', 'c', {})\nreturn said"),
            "INVALID: recv: what stands behind the parameters must be a map"
            " of options, not array")
        sender = self.connect()
        self.park(sender, "send", "c", "v")
        self.assertEqual(self.lua(
            "local c = ...\n"
            "return vim.rpcrequest(c, 'recv', 'c', vim.empty_dict())"), "v")

    def test_its_handles_are_ext_types_and_come_through(self):
        self.assertEqual(self.receive(Raw(b"\xd4\x00\x03")), ["number", "3"])
        self.assertEqual(self.receive(Raw(b"\xc7\x03\x01\xcd\x03\xe8")),
                         ["number", "1000"])

    def test_what_it_cannot_read_is_nil_and_its_connection_lives(self):
        for value in Raw(b"\xd4\x05a"), Raw(b"\xd6\xff\0\0\0\1"), 1 << 63:
            self.assertEqual(self.receive(value), ["userdata", "vim.NIL"])
        self.receive({1: 2})
        self.receive({"": 1})
        self.assertEqual(self.neovim.call("ping", 1), 1)

    def test_an_error_that_is_an_array_is_unknown_to_it(self):
        """This is why a string is what everybody gets who does not ask."""
        self.neovim.call("hello", {"errors": "array"})
        self.assertEqual(self.fault(self.neovim, "nothing"), "unknown error")

    def test_events_that_it_asked_for_do_not_harm_it(self):
        self.neovim.call("channel.watch", "*")
        self.probe.expect_error("WOULDBLOCK", "send", "c", 1, {"timeout": 0})
        self.assertEqual(self.neovim.call("ping", 1), 1)
        tap, = self.taps.values()
        until(lambda: tap.unasked, "the event is on the wire")
        self.assertTrue(all(m[:2] == [2, b"channel.event"]
                            for m in tap.unasked))
        tap.unasked.clear()

    def test_what_it_interrupts_is_still_waiting(self):
        def press(keys):
            self.neovim.control.call("nvim_input", keys)

        press(":call rpcrequest(%d, 'recv', 'c')\r" % self.neovim.channel)
        self.wait_balance("c", -1)
        press("<C-c>")
        self.assertIsNone(self.probe.call("send", "c", "seen by nobody"))
        self.assertEqual(self.neovim.call("ping", 1), 1)

    def test_a_daemon_that_stops_releases_it(self):
        waiting = self.begin_waiting(self.neovim, "recv", "c")
        self.assertEqual(self.daemon.terminate(), 0)
        # Neovim forgets the answer when the end is seen together with it.
        with self.assertRaisesRegex(
                CallError, "^SHUTDOWN: |was closed by the client$"):
            self.neovim.result(waiting)

    def test_it_need_not_stand_still_while_it_waits(self):
        task = self.neovim.call("task.spawn", "recv", ["c"])
        self.assertRegex(self.fault(self.neovim, "task.wait", task,
                                    {"timeout": 0}), "^WOULDBLOCK: ")
        self.wait_balance("c", -1)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.neovim.call("task.wait", task), "v")


class NodeHabits(PeerCase):

    def setUp(self):
        super().setUp()
        self.node = self.peer(Node, self.daemon.ipv4)

    def test_a_waiting_call_holds_back_the_next_unless_concurrent(self):
        waiting = self.begin_waiting(self.node, "recv", "c")
        behind = self.node.begin("ping", 1)
        self.probe.call("ping")
        self.assertFalse(self.node.control.has_answer())
        self.probe.call("send", "c", "v")
        self.assertEqual(self.node.result(waiting), "v")
        self.assertEqual(self.node.result(behind), 1)

        self.node.call("hello", {"concurrent": True})
        waiting = self.begin_waiting(self.node, "recv", "c")
        self.assertEqual(self.node.call("ping", 2), 2)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.node.result(waiting), "v")

    def test_an_error_may_be_an_array(self):
        self.node.call("hello", {"errors": "array"})
        error, _ = self.node.control.answer(self.node.begin("nothing"))
        self.assertEqual(error, [
            "NOMETHOD", 'there is no method "nothing"', None])

    def test_a_value_that_it_dies_of_harms_nobody_else(self):
        """It knows no ext type that it has not been told of."""
        waiting = self.begin_waiting(self.node, "recv", "jobs",
                                     {"ack": True})
        sender = self.connect()
        sender.request("send", "jobs", Raw(b"\xd4\x05a"))
        with self.assertRaises(EOFError):
            self.node.result(waiting)
        self.assertEqual(self.probe.call("recv", "jobs", {"ack": True})[2], 2)
