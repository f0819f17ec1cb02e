# SPDX-License-Identifier: MIT
"""Every method, through every way to call it, with and without its right.

Made from the table of methods. What is denied must leave the channels as they
were, and what is allowed may fail in any other way.
"""
import hashlib
import itertools

from harness import Case
from methods import METHODS, RIGHTS, good

NAMES = ("send", "receive", "manage", "watch")
IMPLIED = {"manage": {"watch"}}


def rights_of(held):
    return set(held).union(*(IMPLIED.get(right, set()) for right in held))


# Each set of rights has a principal of its own, which shows its name.
SETS = [held for size in range(5)
        for held in itertools.combinations(NAMES, size)]


def name_of(held):
    return "p-" + "-".join(held)


def configuration():
    lines = []
    for held in SETS:
        digest = hashlib.sha256(name_of(held).encode()).hexdigest()
        lines += ["[principal %s]" % name_of(held), "token = " + digest]
    lines += ["[channel c]"]
    for right in NAMES:
        lines += ["%s = %s" % (right, name_of(held))
                  for held in SETS if right in held]
    lines += ["[server]"] + ["manage = " + name_of(held)
                             for held in SETS if "manage" in held]
    return "\n".join(lines) + "\n"


def needed(method):
    right = RIGHTS[method].lower()
    return None if right == "none" else right


class Matrix(Case):

    def setUp(self):
        super().setUp()
        self.daemon = self.start("--max-tasks", "10000",
                                 config=configuration())
        self.probe = self.connect(self.daemon.unix)
        self.victim = None
        self.probe.call("channel.open", "kept", {"capacity": 3})

    def client(self, held, **hello):
        client = self.connect(self.daemon.ipv4)
        client.call("hello", dict(hello, token=name_of(held)))
        return client

    def victims_task(self):
        """The task of another connection, which is there again if it went."""
        if self.victim is None or not any(
                row["id"] == self.victim.task
                for row in self.probe.call("task.list")):
            self.victim = self.connect(self.daemon.unix)
            self.victim.task = self.victim.call("task.self")
        return self.victim.task

    def parameters(self, method):
        kinds = METHODS[method][0]
        params = [self.victims_task() if kind == "id" else value
                  for kind, value in zip(kinds, good(method))]
        if method in ("task.spawn", "atomic", "select"):
            params[0] = {"task.spawn": "ping", "atomic": [["send", ["c", 1]]],
                         "select": [["recv", "c"]]}[method]
        if "timeout" in METHODS[method][2]:
            params.append({"timeout": 0})
        return params

    def state(self):
        """What may not change: but for the time that has passed."""
        return [dict(info, oldest_wait=None)
                for info in self.probe.call("channel.list")]

    # ---- ways to call ----

    def plainly(self, client, method, params):
        return client.answer(client.request(method, *params))[0]

    def spawned(self, client, method, params):
        task = client.call("task.spawn", method, params)
        return client.answer(client.request("task.wait", task))[0]

    def in_atomic(self, client, method, params):
        return client.answer(client.request("atomic", [[method, params]]))[0]

    def notified(self, client, method, params):
        """It is not answered, but counted."""
        before = self.probe.call("server.stats")["denied"]
        client.notify(method, *params)
        client.call("ping")
        after = self.probe.call("server.stats")["denied"]
        return "DENIED: notified" if after > before else None

    def concurrently(self, client, method, params):
        client.call("hello", {"concurrent": True})
        error = self.plainly(client, method, params)
        client.call("hello", {"concurrent": False})
        return error

    def judge(self, way, method, held):
        client = self.client(held)
        params = self.parameters(method)
        before = self.state()
        error = way(client, method, params)
        said = "%s %s with %s: %s" % (way.__name__, method, held, error)
        if needed(method) in rights_of(held) | {None}:
            self.assertFalse(str(error).startswith("DENIED"), said)
        else:
            self.assertTrue(str(error).startswith("DENIED: "), said)
            self.assertEqual(self.state(), before, said)
        client.close()
        self.clients.remove(client)

    def go_through(self, way):
        for method in METHODS:
            # These two look at what is in them: see below.
            if method in ("select", "atomic"):
                continue
            for held in SETS:
                self.judge(way, method, held)
                self.probe.call("channel.open", "c", {"capacity": 0})

    def test_plain_requests(self):
        self.go_through(self.plainly)

    def test_spawned_calls(self):
        self.go_through(self.spawned)

    def test_calls_in_an_atomic(self):
        self.go_through(self.in_atomic)

    def test_notifications(self):
        self.go_through(self.notified)

    def test_concurrent_requests(self):
        self.go_through(self.concurrently)

    def test_cases_of_a_select(self):
        cases = {"send": ["send", "c", 1], "receive": ["recv", "c"]}
        for held in SETS:
            client = self.client(held)
            for size in 1, 2:
                for wanted in itertools.permutations(cases, size):
                    before = self.state()
                    error, _ = client.answer(client.request(
                        "select", [cases[w] for w in wanted],
                        {"timeout": 0}))
                    said = "%s with %s: %s" % (wanted, held, error)
                    if set(wanted) <= set(held):
                        self.assertTrue(error.startswith("WOULDBLOCK"), said)
                    else:
                        self.assertTrue(error.startswith("DENIED: "), said)
                    self.assertEqual(self.state(), before, said)

    def test_one_denied_call_undoes_an_atomic(self):
        client = self.client(("send",))
        msgid = self.park(self.probe_two(), "recv", "c")
        before = self.state()
        said = client.expect_error("DENIED", "atomic", [
            ["send", ["c", 1]], ["channel.close", ["c"]]])
        self.assertIn("call 1 of the atomic", said)
        self.assertIn("p-send may not manage channel \"c\"", said)
        self.assertEqual(self.state(), before)
        self.assertFalse(self.two.has_answer())
        client.call("atomic", [["send", ["c", 2]]])
        self.assertEqual(self.two.result(msgid), 2)

    def probe_two(self):
        self.two = self.connect(self.daemon.unix)
        return self.two

    def test_a_select_in_a_task_of_its_own(self):
        client = self.client(("send",))
        task = client.call("task.spawn", "select",
                           [[["recv", "c"]], {"timeout": 0}])
        client.expect_error("DENIED", "task.wait", task)

    def test_a_channel_that_is_denied_does_not_come_to_exist(self):
        client = self.client(NAMES)
        for method, (kinds, _, _) in METHODS.items():
            if kinds[:1] == ["channel"]:
                params = ["new"] + self.parameters(method)[1:]
                client.expect_error("DENIED", method, *params)
        self.assertEqual(self.channels(), ["kept"])

    def test_the_table_has_a_right_for_each_method(self):
        self.assertEqual(set(RIGHTS), set(METHODS))
        self.assertEqual(set(RIGHTS.values()),
                         {"NONE", "SEND", "RECEIVE", "MANAGE", "WATCH"})
        for method, (kinds, _, _) in METHODS.items():
            if kinds[:1] == ["channel"]:
                self.assertNotEqual(RIGHTS[method], "NONE", method)
