# SPDX-License-Identifier: MIT
"""server.stats against a full recount, under a load that does everything."""
import os
import select
import time

from gauges import recount
from harness import Case, SLOW

CLIENTS = 30
CALLS = int(os.environ.get("CHAND_STATS_CALLS", "30000"))
CHANNELS = ["a", "b", "c", "d"]
COUNTERS = ("accepted", "requests", "failures", "handoffs", "deliveries",
            "redeliveries", "malformed", "denied", "strangers", "stalled",
            "tls_handshakes", "tls_failures", "tls_broken") + tuple(
                "refused_" + limit for limit in (
                    "connections", "addresses", "messages", "channels",
                    "capacities", "deliveries", "tasks", "watchers",
                    "memory"))


class Ledger(dict):
    """The counters, as they must be."""

    def __init__(self):
        super().__init__((name, 0) for name in COUNTERS)

    def add(self, name, count=1):
        self[name] += count


class Actor:
    """One call in the air at a time; counts what its answers mean."""

    def __init__(self, client, ledger, numbers):
        self.client = client
        self.ledger = ledger
        self.numbers = numbers
        self.debts = []  # deliveries, and whether somebody sent them
        self.call = None

    def channel(self):
        return self.numbers.choice(CHANNELS)

    def patience(self, **options):
        return dict(options, timeout=self.numbers.choice(
            [0, 0.001, 0.01, 0.05]))

    def begin(self, method, *params):
        self.call = method, params
        self.client.request(method, *params)
        self.ledger.add("requests")

    def act(self):
        if self.debts and self.numbers.random() < 0.3:
            self.settle()
        else:
            self.numbers.choice(ACTS)(self)

    def settle(self):
        delivery = self.debts[0]
        method = self.numbers.choice(["ack", "ack", "nack", "fail"])
        rest = ["T", "refused"] if method == "fail" else []
        self.begin(method, delivery[0], *rest)

    # ---- what can be done ----

    def send(self):
        self.begin("send", self.channel(), "s", self.patience())

    def send_sequence(self):
        self.begin("send_sequence", self.channel(), ["s"] * 3,
                   self.patience())

    def send_exception(self):
        self.begin("send_exception", self.channel(), "T", "m",
                   self.patience())

    def receive(self):
        self.begin(self.numbers.choice(["recv", "next"]), self.channel(),
                   self.patience())

    def receive_held(self):
        """With a lease: two may hold each other's value, and wait for it."""
        options = self.patience(ack=True,
                                lease=self.numbers.choice([0.01, 0.2]))
        self.begin("recv", self.channel(), options)

    def choose(self):
        one, other = self.numbers.sample(CHANNELS, 2)
        self.begin("select", [["recv", one], ["send", other, "s"]],
                   self.patience())

    def broadcast(self):
        self.begin("broadcast", self.channel(), "b")

    def atomic(self):
        one, other = self.numbers.sample(CHANNELS, 2)
        self.begin("atomic", [["recv", [one]], ["send", [other, "s"]]])

    def open(self):
        self.begin("channel.open", self.channel(), {
            "capacity": self.numbers.choice([0, 0, 3]),
            "preference": self.numbers.choice([-1, 0, 1])})

    def clear(self):
        self.begin("channel.clear", self.channel())

    def spawn(self):
        self.ledger.add("requests")
        self.begin("task.spawn", "recv", [self.channel(), self.patience()])

    def err(self):
        self.begin(*self.numbers.choice([("nothing",), ("recv",),
                                         ("task.wait", 0)]))

    # ---- what the answers mean ----

    def conclude(self, error, result):
        method, params = self.call
        self.call = None
        if error is not None:
            self.ledger.add("failures")
        getattr(self, "after_" + method.replace(".", "_"),
                lambda *rest: None)(params, error, result)
        return method == "task.spawn" and self.begin("task.wait", result)

    def count_taken(self, error):
        """A receive call's end: an exception, too, has changed hands."""
        if error is None or error.startswith("RAISED: T: m"):
            self.ledger.add("handoffs")

    def after_recv(self, params, error, result):
        if error is not None or not params[-1].get("ack"):
            self.count_taken(error)
            return
        value, delivery, attempt = result
        self.debts.append((delivery, value))
        if value == "b":
            self.ledger.add("handoffs")
            return
        self.ledger.add("deliveries")
        self.ledger.add("redeliveries", attempt > 1)

    def after_next(self, params, error, result):
        self.count_taken(error)

    def after_task_wait(self, params, error, result):
        self.count_taken(error)

    def after_select(self, params, error, result):
        """Who received its value counts that; so do we for the other."""
        if error is not None or result[0] == 0:
            self.count_taken(error)

    def after_atomic(self, params, error, result):
        if error is None:
            self.ledger.add("handoffs")

    def after_ack(self, params, error, result):
        value = dict(self.debts).get(params[0])
        self.debts.pop(0)
        if error is None and value != "b":
            self.ledger.add("handoffs")

    def after_nack(self, params, error, result):
        self.debts.pop(0)

    after_fail = after_nack


ACTS = [Actor.send] * 6 + [Actor.receive] * 3 + [Actor.receive_held] * 3 + [
    Actor.send_sequence, Actor.send_exception, Actor.choose, Actor.choose,
    Actor.broadcast, Actor.atomic, Actor.open, Actor.clear, Actor.spawn,
    Actor.err]


class Stats(Case):

    def setUp(self):
        super().setUp()
        self.ledger = Ledger()
        self.note_accepted(self.daemon.usual)
        self.ledger.add("requests")  # the ping
        self.numbers = self.random()
        self.watchers = 0

    def note_accepted(self, url):
        self.ledger.add("accepted")
        self.ledger.add("tls_handshakes", url.startswith("tls:"))

    def look(self):
        """The statistics, and what is counted, at one moment."""
        msgids = self.probe.requests(
            ("server.stats",), ("channel.list",), ("task.list",),
            ("server.stats",))
        before, channels, tasks, after = self.probe.results(msgids)
        self.ledger.add("requests", 4)
        self.assertEqual(after.pop("requests"), before.pop("requests") + 3)
        for stats in before, after:
            stats.pop("memory")  # that of the answers themselves counts
        self.assertEqual(before, after, "something happened in between")
        return before, channels, tasks

    def check_gauges(self):
        stats, channels, tasks = self.look()
        expected = recount(channels, tasks, self.watchers)
        self.assertEqual({name: stats[name] for name in expected}, expected)
        return stats

    def check_counters(self):
        self.ledger.add("requests")
        stats = self.probe.call("server.stats")
        self.assertEqual({name: stats[name] for name in self.ledger},
                         self.ledger)

    def hire(self, watches):
        url = self.numbers.choice(self.daemon.urls)
        client = self.connect(url)
        self.note_accepted(url)
        if watches:
            client.call("channel.watch", "a")
            self.ledger.add("requests")
            self.watchers += 1
        return Actor(client, self.ledger, self.numbers)

    def listen(self, actors, acts):
        """Hear who has an answer; they go on while they may."""
        socks = {a.client.sock: a for a in actors if a.call is not None}
        readable, _, _ = select.select(list(socks), [], [], 0.5)
        for sock in readable:
            actor = socks[sock]
            message = actor.client.message()
            while message[0] == 2:  # an event; the answer may be there, too
                if not actor.client.has_answer():
                    break
                message = actor.client.message()
            if message[0] == 2:
                continue
            actor.conclude(*message[2:])
            if actor.call is None and acts:
                actor.act()
                self.done += 1

    def play(self, actors):
        self.done = looks = 0
        end = time.monotonic() + 60 * SLOW
        for actor in actors:
            actor.act()
        while self.done < CALLS:
            self.listen(actors, True)
            if self.done > looks * 60:
                self.check_gauges()
                looks += 1
            self.assertLess(time.monotonic(), end)
        while any(actor.call for actor in actors):
            self.listen(actors, False)
            self.assertLess(time.monotonic(), end)

    def test_every_number_equals_a_full_recount(self):
        actors = [self.hire(n < 2) for n in range(CLIENTS)]
        self.check_gauges()
        self.play(actors)
        stats = self.check_gauges()
        self.check_counters()
        for name in "failures", "handoffs", "deliveries", "redeliveries":
            self.assertGreater(stats[name], 0, name)
        for actor in actors[:15]:
            actor.client.close()
        self.watchers = 0
        self.wait_some_leave(actors[15:])

    def wait_some_leave(self, actors):
        """Half of them go, with what they held and kept."""
        while len(self.look()[2]) > len(actors) + 1:
            pass
        self.check_gauges()
        self.check_counters()

    def test_at_rest_all_gauges_but_the_caller_are_zero(self):
        stats, channels, tasks = self.look()
        self.assertEqual((channels, len(tasks)), ([], 1))
        self.assertEqual(
            [stats[n] for n in ("connections", "tasks", "runnable")], [1] * 3)
        for name in ("channels", "senders", "receivers", "values", "held",
                     "watchers", "failures", "malformed", "handoffs",
                     "deliveries", "redeliveries", "tls_failures",
                     "tls_broken"):
            self.assertEqual(stats[name], 0, name)
        self.assertEqual(set(stats), set(self.ledger) - {"requests"}
                         | set(recount([], [], 0)) | {"switches"})

    def test_what_is_malformed_is_counted(self):
        for n in range(3):
            client = self.connect()
            client.send(b"\xc1")
            self.assertEqual(client.rest(), [])
            self.assertEqual(self.look()[0]["malformed"], n + 1)
            self.note_accepted(self.daemon.usual)
            self.ledger.add("malformed")
        self.check_counters()

    def test_switches_are_counted(self):
        before = self.look()[0]["switches"]
        other = self.connect()
        for n in range(50):
            other.call("ping", n)
        self.assertGreaterEqual(self.look()[0]["switches"] - before, 50)
