# SPDX-License-Identifier: MIT
"""Connecting, hanging up, being killed."""
import signal
import subprocess
import sys
import threading

from certificates import certificates
from harness import PATIENCE, Case, parse_url, start_process, until

# A process that makes one call, which waits, and then does nothing.
CALLER = """
import socket, ssl, sys
family, address, data, authority = eval(sys.argv[1])
sock = socket.socket(family)
sock.connect(address)
if authority:
    sock = ssl.create_default_context(cafile=authority).wrap_socket(
        sock, server_hostname=address[0])
sock.sendall(data)
sock.recv(1)
"""


class Victims(Case):

    def park_process(self, url, method, channel, *params):
        """A process with a call that waits, to be killed."""
        family, address = parse_url(url)
        data = self.probe.frame(method, channel, *params, msgid=1)
        before = self.balance(channel)
        process = start_process(
            [sys.executable, "-c", CALLER,
             repr((int(family), address, data, url.startswith("tls:")
                   and certificates().authority))],
            stdin=subprocess.DEVNULL)
        self.addCleanup(self.kill, process)
        self.wait_balance(channel, before + (1 if method == "send" else -1))
        return process

    def kill(self, process):
        process.kill()
        process.wait(PATIENCE)

    def test_a_killed_receiver_never_takes_the_next_value(self):
        for url in self.daemon.urls:
            dead = self.park_process(url, "recv", "c")
            alive = self.connect()
            self.park(alive, "recv", "c")
            self.kill(dead)
            self.wait_balance("c", -1)
            self.probe.call("send", "c", url)
            self.assertEqual(alive.result(), url)

    def test_nor_does_it_when_the_value_comes_at_the_same_moment(self):
        """Its end is there before the value: the kernel keeps that order."""
        for n in range(5):
            dead = self.park_process(self.daemon.unix, "recv", "c")
            alive = self.connect()
            self.park(alive, "recv", "c")
            self.kill(dead)
            self.probe.call("send", "c", n)
            self.assertEqual(alive.result(), n)

    def test_nor_when_the_value_came_first_but_was_not_seen_yet(self):
        for url in self.daemon.urls:
            dead = self.park_process(url, "recv", "c")
            alive, sender = self.connect(url), self.connect(url)
            self.park(alive, "recv", "c")
            sender.call("ping")
            with self.daemon.halted():
                sender.request("send", "c", "v")
                self.kill(dead)
            self.assertEqual(alive.result(), "v")
            self.assertIsNone(sender.result())

    def test_a_killed_sender_takes_its_value_along(self):
        for url in self.daemon.urls:
            dead = self.park_process(url, "send", "c", "dead")
            alive = self.connect(url)
            self.park(alive, "send", "c", "alive")
            self.kill(dead)
            self.wait_balance("c", 1)
            self.assertEqual(self.probe.call("recv", "c"), "alive")
            self.probe.expect_error("WOULDBLOCK", "recv", "c", {"timeout": 0})

    def test_a_stopped_process_is_still_a_receiver(self):
        process = self.park_process(self.daemon.ipv4, "recv", "c")
        process.send_signal(signal.SIGSTOP)
        self.probe.call("send", "c", "v")
        self.assertEqual(self.balance("c"), 0)


class HangUp(Case):

    def test_a_parked_client_that_leaves_is_forgotten_at_once(self):
        for url in self.daemon.urls:
            for method, rest in ("recv", []), ("next", []), ("send", ["v"]):
                for leave in "close", "reset", "half_close":
                    client = self.connect(url)
                    self.park(client, method, "c", *rest)
                    getattr(client, leave)()
                    self.wait_balance("c", 0)
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [])

    def test_a_withdrawn_value_is_not_received(self):
        for leave in "close", "reset", "half_close":
            first, second = self.connect_many(2)
            self.park(first, "send", "c", "withdrawn")
            self.park(second, "send", "c", "kept")
            getattr(first, leave)()
            self.wait_balance("c", 1)
            self.assertEqual(self.probe.call("recv", "c"), "kept")

    def test_what_is_spawned_while_its_client_leaves_goes_with_it(self):
        client = self.connect(self.daemon.unix)
        client.call("hello", {"concurrent": True})
        with self.daemon.halted():
            client.request("task.spawn", "recv", ["c"])
            client.half_close()
        self.wait_tasks(1)

    def test_who_begins_to_watch_while_it_leaves_watches_no_more(self):
        client = self.connect(self.daemon.unix)
        client.call("hello", {"concurrent": True})
        with self.daemon.halted():
            client.request("channel.watch", "*")
            client.half_close()
        self.wait_tasks(1)
        self.probe.expect_error("WOULDBLOCK", "recv", "c", {"timeout": 0})
        self.assertEqual(self.probe.call("server.stats")["watchers"], 0)

    def check_unseen(self, url, method):
        """It asks and leaves before the daemon has seen either."""
        sender, gone = self.connect(url), self.connect(url)
        gone.call("ping")
        self.park(sender, "send", "c", "v")
        with self.daemon.halted():
            gone.request(method, "c")
            gone.reset()
        self.wait_tasks(2)
        self.assertEqual(self.balance("c"), 1)
        self.assertEqual(self.probe.call("recv", "c"), "v")
        self.assertIsNone(sender.result())
        sender.close()
        self.wait_tasks(1)

    def test_who_is_gone_before_the_request_is_read_takes_no_value(self):
        for method in "recv", "next":
            self.check_unseen(self.daemon.unix, method)

    def test_half_close_withdraws_the_waiting_call_with_killed(self):
        for url in self.daemon.urls:
            for method, rest in ("recv", []), ("next", []), ("send", ["v"]):
                client = self.connect(url)
                self.park(client, method, "c", *rest)
                client.half_close()
                self.assertTrue(client.fault().startswith("KILLED: "))
                self.assertEqual(client.rest(), [])

    def test_half_close_leaves_time_to_read_many_answers(self):
        """More of them than the daemon would keep for one that may ask on."""
        for n in range(300):
            self.probe.call("channel.open", "c%d" % n, {"preference": 1})
        for url in self.daemon.urls:
            client = self.connect(url)
            client.send(client.frame("channel.list", msgid=7) * 400)
            client.half_close()
            until(self.somebody_is_paused, "the answers do not fit")
            self.assertEqual(len(client.rest()), 400)

    def somebody_is_paused(self):
        return "paused" in [task["state"] for task in
                            self.probe.call("task.list")]

    def test_half_close_drops_what_stands_behind_the_waiting_call(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            msgids = client.requests(
                ("ping", 1), ("recv", "c"), ("ping", 2),
                ("channel.open", "mark", {"preference": 1}))
            self.wait_balance("c", -1)
            client.half_close()
            self.assertEqual(client.result(msgids[0]), 1)
            self.assertIn("KILLED", client.fault(msgids[1]))
            self.assertEqual(client.rest(), [])
            self.assertNotIn("mark", self.channels())

    def test_requests_before_a_half_close_are_answered(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            msgids = client.requests(*[("ping", n) for n in range(2000)])
            client.half_close()
            self.assertEqual(client.results(msgids), list(range(2000)))
            self.assertEqual(client.rest(), [])

    def test_a_call_that_need_not_wait_is_served_after_a_half_close(self):
        for url in self.daemon.urls:
            receiver, sender = self.connect(url), self.connect(url)
            self.park(receiver, "recv", "c")
            sender.request("send", "c", "last words")
            sender.half_close()
            self.assertEqual(receiver.result(), "last words")
            self.assertIsNone(sender.result())
            self.assertEqual(sender.rest(), [])

    def test_nobody_who_leaves_waits_for_an_acknowledgement(self):
        for method, *params in (("send", "c", "v"),
                                ("send_sequence", "c", ["v"]),
                                ("select", [["send", "c", "v"]])):
            receiver, sender = self.connect_many(2)
            self.park(receiver, "recv", "c", {"ack": True})
            sender.call("ping")
            with self.daemon.halted():
                sender.request(method, *params)
                sender.half_close()
            self.assertIn("KILLED: ", sender.fault())
            self.assertEqual(sender.rest(), [])
            self.assertEqual(self.balance("c"), -1)
            receiver.close()
            self.wait_balance("c", 0)

    def test_a_call_that_would_wait_after_a_half_close_is_killed(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.send(client.frame("recv", "c"))
            client.half_close()
            self.assertIn("KILLED", client.fault())
            self.assertEqual(self.balance("c"), 0)

    def test_a_large_answer_still_arrives_after_a_half_close(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            sent = threading.Thread(target=client.send, args=(
                client.frame("ping", bytes(8 << 20)),))
            sent.start()
            sent.join(PATIENCE)
            client.half_close()
            self.assertEqual(len(client.result()), 8 << 20)
            self.assertEqual(client.rest(), [])

    def test_leaving_in_the_middle_of_a_message_harms_nobody(self):
        for url in self.daemon.urls:
            for leave in "close", "reset", "half_close":
                client = self.connect(url)
                client.send(client.frame("send", "c", bytes(100000))[:-1])
                getattr(client, leave)()
        self.wait_tasks(1)
        self.assertEqual(self.channels(), [])

    def test_a_client_that_connects_and_leaves_at_once_harms_nobody(self):
        for n in range(200):
            client = self.connect(self.daemon.urls[n % len(self.daemon.urls)])
            client.reset() if n % 2 else client.close()
        self.wait_tasks(1)

    def test_a_reader_that_is_killed_while_it_is_served_harms_nobody(self):
        for url in self.daemon.urls:
            client = self.connect(url)
            client.requests(*[("ping", bytes(15000))] * 12)
            client.reset()
        self.wait_tasks(1)
