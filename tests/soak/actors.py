# SPDX-License-Identifier: MIT
"""Those who make the load: each a connection with one call in the air."""
from client import Client

CHANNELS = ["a", "b", "c", "d"]
KILLED = 0.05       # of all calls: their client is killed in them
LEAVES = 0.02       # of all calls: it leaves by the front door
THINKS = 0.12       # seconds, on average, between two calls
SIZES = [0, 10, 100, 100, 2000, 20000]


class Actor:
    """`stage` has numbers (random), ledger, and later(seconds, function)."""

    def __init__(self, stage, number, url):
        self.stage = stage
        self.numbers = stage.numbers
        self.ledger = stage.ledger
        self.number = number
        self.url = url
        self.client = Client(url)
        self.count = 0
        self.call = None
        self.is_leaving = self.is_gone = False
        self.later(self.numbers.random() * THINKS, self.act)

    def later(self, seconds, function):
        def if_there():
            if not self.is_gone:
                function()
        self.stage.later(seconds, if_there)

    def patience(self, **options):
        return dict(options, timeout=self.numbers.choice(
            [0, 0.001, 0.01, 0.1, 0.5, 2]))

    def begin(self, *call):
        self.call = call
        self.stage.calls += 1
        self.client.request(*call)

    def act(self):
        if self.is_leaving:
            return
        self.choose()
        fate = self.numbers.random()
        if fate < KILLED:
            self.later(self.numbers.choice([0, 0, 0.001, 0.05]), self.kill)
        elif fate < KILLED + LEAVES:
            self.is_leaving = True
            self.client.half_close()

    def hear(self, message):
        """An answer, or None: the end."""
        if message is None:
            if not self.is_leaving or self.call:
                self.ledger.fault("%s was left alone in %s"
                                  % (type(self).__name__, self.call))
            self.go(self.client.close)
            return
        call, self.call = self.call, None
        self.conclude(call, *message[2:])
        if self.call is None and not self.is_leaving:
            self.later(self.numbers.expovariate(1 / THINKS), self.act)

    def kill(self):
        """It vanishes, in whatever state it is."""
        if self.call is not None:
            self.break_off(self.call)
        self.stage.kills += 1
        how = [self.client.close]
        if not self.url.startswith("tls:"):
            how.append(self.client.reset)
        self.go(self.numbers.choice(how))

    def go(self, how):
        self.is_gone = True
        self.stage.dismiss(self)
        how()

    # ---- values ----

    def new_value(self, channel):
        self.count += 1
        self.ledger.begin((self.number, self.count), channel)
        return [self.number, self.count, b"x" * self.numbers.choice(SIZES)]

    @staticmethod
    def key(value):
        return tuple(value[:2])


class Sender(Actor):

    def choose(self):
        channel = self.numbers.choice(CHANNELS)
        self.begin("send", channel, self.new_value(channel), self.patience())

    def conclude(self, call, error, result):
        self.ledger.finish(self.key(call[2]), error, self.stage.now())

    def break_off(self, call):
        self.ledger.end(self.key(call[2]), "doubt", self.stage.now())


class Receiver(Actor):

    def choose(self):
        self.begin(self.numbers.choice(["recv", "next"]),
                   self.numbers.choice(CHANNELS), self.patience())

    def conclude(self, call, error, result):
        if error is None:
            self.ledger.take(self.key(result))
        elif not error.startswith(("TIMEOUT", "WOULDBLOCK", "KILLED")):
            self.ledger.fault("a receive has failed with " + error)

    def break_off(self, call):
        self.ledger.cut_off[call[1]] += 1


class Chooser(Actor):
    """A select of both kinds."""

    def choose(self):
        one, other = self.numbers.sample(CHANNELS, 2)
        self.begin("select", [["recv", one],
                              ["send", other, self.new_value(other)]],
                   self.patience())

    def conclude(self, call, error, result):
        (_, _), (_, _, value) = call[1]
        if error is None and result[0] == 0:
            self.ledger.take(self.key(result[1]))
            error = "TIMEOUT: the other case was it"
        self.ledger.finish(self.key(value), error, self.stage.now())

    def break_off(self, call):
        (_, one), (_, _, value) = call[1]
        self.ledger.cut_off[one] += 1
        self.ledger.end(self.key(value), "doubt", self.stage.now())


class Worker(Actor):
    """Acknowledges, refuses, gives back, or is too late to do so."""

    LEASES = [0.05, 0.3, 1]

    def __init__(self, *given):
        super().__init__(*given)
        self.held = None  # key, delivery
        self.lease = 0

    def choose(self):
        if self.held is None:
            self.receive()
        else:
            self.numbers.choice([self.ack, self.ack, self.ack, self.give_back,
                                 self.refuse, self.go_on, self.extend])()

    def receive(self, **options):
        self.lease = self.numbers.choice(self.LEASES)
        self.begin("recv", self.numbers.choice(CHANNELS),
                   self.patience(ack=True, lease=self.lease, **options))

    def ack(self):
        self.begin("ack", self.held[1], "done")

    def give_back(self):
        self.begin("nack", self.held[1])

    def refuse(self):
        self.begin("fail", self.held[1], "Refused", "not this one")

    def extend(self):
        self.begin("extend", self.held[1], 0.5)

    def go_on(self):
        self.receive(done=self.held[1])

    def conclude(self, call, error, result):
        if call[0] == "recv":
            self.conclude_receive(call, error, result)
        elif call[0] != "extend":
            self.settle(call[0], error)

    def settle(self, how, error):
        # One that half-closed is answered KILLED where it would have waited.
        self.ledger.settle(self.held[0], how, error)
        self.held = None

    def conclude_receive(self, call, error, result):
        if "done" in call[2]:
            lost = (error or "").startswith(("STALE", "GONE"))
            self.settle("ack", error if lost else None)
            if lost:
                return
        if error is None:
            value, delivery, attempt = result
            self.held = self.key(value), delivery
            self.ledger.lend(self.held[0], attempt)
            if self.numbers.random() < 0.1:  # too late
                self.call = ()
                self.later(2 * self.lease, self.wake)
        elif not error.startswith(("TIMEOUT", "WOULDBLOCK", "KILLED")):
            self.ledger.fault("a receive has failed with " + error)

    def wake(self):
        self.call = None
        self.act()

    def break_off(self, call):
        if not call:
            return
        if call[0] == "recv":
            self.ledger.cut_off[call[1]] += 1
            if "done" in call[2]:
                self.ledger.leave_unheard(self.held[0], "ack")
        elif call[0] != "extend":
            self.ledger.leave_unheard(self.held[0], call[0])


class Rover(Actor):
    """All else that there is, on channels of its own; the answers are only
    looked at for what must never come."""

    PLACES = ["r1", "r2", "r3"]
    MAY_FAIL = ("TIMEOUT", "WOULDBLOCK", "KILLED", "CLOSED", "STOP", "RAISED",
                "NOCHANNEL", "NOTASK", "IN_DOUBT")

    def place(self):
        return self.numbers.choice(self.PLACES)

    def wait(self):
        return {"timeout": self.numbers.choice([0, 0.01, 0.1])}

    def choose(self):
        place, other = self.numbers.sample(self.PLACES, 2)
        self.begin(*self.numbers.choice([
            ("send", place, b"y" * self.numbers.choice(SIZES), self.wait()),
            ("recv", place, self.wait()),
            ("send_sequence", place, [1, 2, 3], self.wait()),
            ("send_exception", place, "Rover", "no", self.wait()),
            ("broadcast", place, {"to": "all"}),
            ("atomic", [["recv", [place]], ["send", [other, "swapped"]]]),
            ("channel.open", place, {
                "capacity": self.numbers.choice([0, 2, 5]),
                "preference": self.numbers.choice([-1, 0, 1]),
                "schedule_all": self.numbers.random() < 0.2}),
            ("channel.close", place, {"wake": True}),
            ("channel.clear", place),
            ("channel.info", place),
            ("channel.list", "*"),
            ("task.spawn", "recv", [place, self.wait()]),
            ("task.park", {"timeout": 0.01}),
            ("task.schedule",),
            ("send", "once-%d" % self.numbers.randrange(10 ** 6), 1,
             {"timeout": 0}),
            ("hello", {"name": "rover", "errors": "string"}),
            ("ping", b"z" * self.numbers.choice(SIZES)),
        ]))

    def conclude(self, call, error, result):
        if error is not None and not error.startswith(self.MAY_FAIL):
            self.ledger.fault("%s has failed with %s" % (call[0], error))
        elif error is None and call[0] == "task.spawn" and \
                not self.is_leaving:
            self.begin("task.wait", result)

    def break_off(self, call):
        """Nobody counts these."""


CAST = [Sender] * 16 + [Receiver] * 8 + [Worker] * 12 + [Chooser] * 6 + \
    [Rover] * 8
