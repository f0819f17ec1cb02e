# SPDX-License-Identifier: MIT
"""Every client does everything that a client does, over TCP and a socket."""
import socket
import sys

import peers
from harness import Case, CallError, until
from tap import Tap
from wire import pack

VALUES = [None, True, False, 0, 1, -1, 127, 128, 255, 256, 65535, 65536,
          -32, -33, -129, -32769, 1 << 31, 1 << 32, (1 << 53) - 1,
          0.5, -1e300, "", "text", "na\u00efve \u2603 \U0001d11e", "x" * 300,
          [], [1, [2, [3]]], list(range(20)), {"a": {"b": [None, "c"]}}]


class PeerCase(Case):
    """A tap between the clients and the daemon: it must hear nothing that
    nobody asked for."""

    def setUp(self):
        super().setUp()
        self.taps = {}
        self.addCleanup(self.check_taps)

    def tap(self, url):
        if url not in self.taps:
            self.taps[url] = Tap(url, self.daemon.folder)
        return self.taps[url].url

    def check_taps(self):
        for tap in self.taps.values():
            tap.close()
            self.assertEqual(tap.unasked, [])

    def peer(self, kind, url):
        peer = kind(self.daemon.folder, self.tap(url))
        self.addCleanup(peer.end)
        return peer

    def begin_waiting(self, peer, method, channel, *params):
        before = self.balance(channel)
        handle = peer.begin(method, channel, *params)
        self.wait_balance(channel, before + (1 if method == "send" else -1))
        return handle

    def fault(self, peer, method, *params):
        with self.assertRaises(CallError) as raised:
            peer.call(method, *params)
        return str(raised.exception)


class Habits:
    """The tests of one kind of client over one kind of connection."""

    kind = None
    transport = None

    @classmethod
    def setUpClass(cls):
        print("-- %s over %s" % (cls.kind.name, cls.transport),
              file=sys.stderr)

    def setUp(self):
        super().setUp()
        self.client = self.peer(self.kind,
                                getattr(self.daemon, self.transport))

    def tearDown(self):
        # Had anything come unasked, it would have come before this.
        self.assertEqual(self.client.call("ping", "the end"), "the end")

    def test_a_waiting_recv_is_released_by_a_send(self):
        waiting = self.begin_waiting(self.client, "recv", "c")
        self.assertIsNone(self.probe.call("send", "c", "v"))
        self.assertEqual(self.client.result(waiting), "v")

    def test_a_waiting_send_is_released_by_a_recv(self):
        waiting = self.begin_waiting(self.client, "send", "c", "v")
        self.assertEqual(self.probe.call("recv", "c"), "v")
        self.assertIsNone(self.client.result(waiting))

    def test_its_own_send_and_recv_release_others(self):
        receiver, sender = self.connect_many(2)
        self.park(receiver, "recv", "c")
        self.assertIsNone(self.client.call("send", "c", [1, "v"]))
        self.assertEqual(receiver.result(), [1, "v"])
        self.park(sender, "send", "c", [2, "w"])
        self.assertEqual(self.client.call("recv", "c"), [2, "w"])
        self.assertIsNone(sender.result())

    def test_an_error_is_a_code_and_a_text(self):
        self.assertEqual(self.fault(self.client, "nothing"),
                         'NOMETHOD: there is no method "nothing"')
        self.assertEqual(
            self.fault(self.client, "recv", "c", {"timeout": 0}),
            "WOULDBLOCK: nobody was there")
        self.assertEqual(
            self.fault(self.client, "recv", "c", {"timeout": 0.01}),
            "TIMEOUT: the time ran out and nobody has the value")
        self.assertRegex(self.fault(self.client, "send", "c"), "^INVALID: ")

    def test_what_the_other_side_raises_is_an_error_too(self):
        waiting = self.begin_waiting(self.client, "recv", "c")
        self.probe.call("send_exception", "c", "Alas", "no more")
        with self.assertRaisesRegex(CallError, "^RAISED: Alas: no more$"):
            self.client.result(waiting)

    def test_requests_are_pipelined(self):
        if self.kind.can_pipeline:
            handles = [self.client.begin("ping", n) for n in range(100)]
            self.assertEqual(list(map(self.client.result, handles)),
                             list(range(100)))
        else:
            for n in range(100):
                self.client.notify("ping", n)
            self.assertEqual(self.client.call("ping", 100), 100)

    def test_a_notification_is_run_in_order_and_not_answered(self):
        self.client.notify("channel.open", "c", {"preference": 1})
        self.assertEqual(
            self.client.call("channel.info", "c")["preference"], 1)

    def test_a_notification_sends(self):
        receiver = self.connect()
        self.park(receiver, "recv", "c")
        self.client.notify("send", "c", "v")
        self.client.notify("nothing", "at all")
        self.assertEqual(receiver.result(), "v")

    def test_an_acknowledged_receive_replies(self):
        sender = self.connect()
        self.park(sender, "send", "jobs", 20)
        job, delivery, attempt = self.client.call("recv", "jobs",
                                                  {"ack": True})
        self.assertEqual((job, attempt), (20, 1))
        self.assertFalse(sender.has_answer())
        self.assertIsNone(self.client.call("ack", delivery, job + 1))
        self.assertEqual(sender.result(), 21)

    def test_one_request_a_job_acknowledges_and_goes_on(self):
        sender = self.connect()
        self.park(sender, "send", "jobs", 1)
        _, delivery, _ = self.client.call("recv", "jobs", {"ack": True})
        waiting = self.begin_waiting(
            self.client, "recv", "jobs",
            {"ack": True, "done": delivery, "reply": {"was": 1}})
        self.assertEqual(sender.result(), {"was": 1})
        sender.request("send", "jobs", 2)
        self.assertEqual(self.client.result(waiting)[::2], [2, 1])
        # It ends here, with the job: back to the head for the next.
        self.client.end()
        self.assertEqual(self.probe.call("recv", "jobs", {"ack": True})[::2],
                         [2, 2])
        self.client = self.probe

    def test_its_own_send_gets_the_reply(self):
        waiting = self.begin_waiting(self.client, "send", "jobs", "job")
        _, delivery, _ = self.probe.call("recv", "jobs", {"ack": True})
        self.probe.call("ack", delivery, ["done", {"n": 1}])
        self.assertEqual(self.client.result(waiting), ["done", {"n": 1}])

    def hand_both_ways(self, value, sees):
        """There and back; what either side sees, down to the type."""
        waiting = self.begin_waiting(self.client, "send", "c", value)
        self.assertEqual(repr(self.probe.call("recv", "c")), repr(sees))
        self.assertIsNone(self.client.result(waiting))
        sender = self.connect()
        self.park(sender, "send", "c", value)
        self.assertEqual(repr(self.client.call("recv", "c")), repr(sees))
        self.assertIsNone(sender.result())
        sender.close()

    def test_values_of_all_types_come_through(self):
        for value in VALUES:
            self.hand_both_ways(value, value)

    def test_bytes_come_through(self):
        value = b"\x80\xff\n"
        self.hand_both_ways(value, value if self.kind.keeps_binary else
                            value.decode(errors="surrogateescape"))

    def test_a_value_of_a_megabyte_comes_through(self):
        value = "0123456789abcdef" * 65536
        self.hand_both_ways(value, value)

    def test_who_hangs_up_leaves_the_channel(self):
        self.begin_waiting(self.client, "recv", "c")
        self.client.end()
        self.wait_balance("c", 0)
        self.client = self.probe


for _kind in peers.ALL:
    for _transport in "unix", "ipv4":
        _name = "%s_%s" % (_kind.__name__, _transport)
        globals()[_name] = type(_name, (Habits, PeerCase), {
            "kind": _kind, "transport": _transport,
            "__module__": __name__})


class Taps(PeerCase):

    def test_a_tap_hears_what_nobody_asked_for(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            tap = Tap("tcp://127.0.0.1:%d" % listener.getsockname()[1], "")
            self.addCleanup(tap.close)
            client = self.connect(tap.url)
            daemon, _ = listener.accept()
            with daemon:
                client.request("ping", msgid=1)
                self.assertTrue(daemon.recv(100))
                daemon.sendall(pack([1, 1, None, None]) * 2
                               + pack([1, 2, None, None])
                               + pack([2, "news", []]) + pack([0, 1, "do", []]))
                until(lambda: len(tap.unasked) == 4, "it has heard four")
        self.assertEqual(tap.answers, 1)


class Pairs(PeerCase):

    def test_every_client_hands_over_to_every_other(self):
        urls = self.daemon.unix, self.daemon.ipv4
        clients = [self.peer(kind, urls[n % 2])
                   for n, kind in enumerate(peers.ALL)]
        for one in clients:
            for other in clients:
                if one is not other:
                    self.hand_over(one, other)

    def hand_over(self, one, other):
        value = {"from": one.name, "to": other.name}
        waiting = self.begin_waiting(other, "recv", "c")
        self.assertIsNone(one.call("send", "c", value))
        self.assertEqual(other.result(waiting), value)
        waiting = self.begin_waiting(one, "send", "c", value)
        self.assertEqual(other.call("recv", "c"), value)
        self.assertIsNone(one.result(waiting))
