# SPDX-License-Identifier: MIT
"""Where the load happens: one thread, one clock, sockets and what is due."""
import heapq
import random
import selectors
import time

from actors import CAST
from bystanders import SlowReader, Visitors, Watcher
from ledger import Ledger

WATCHERS = 2


class Stage:

    def __init__(self, seed, urls):
        self.numbers = random.Random(seed)
        self.urls = urls
        self.ledger = Ledger()
        self.calls = self.kills = self.visits = 0
        self.events = 0     # that watchers were told, those who left included
        self.due = []       # when, number, function
        self.hired = 0
        self.actors = {}    # socket: actor
        self.watchers = {}
        self.selector = selectors.DefaultSelector()
        self.is_over = False

    @staticmethod
    def now():
        return time.monotonic()

    def later(self, seconds, function):
        self.hired += 1  # a number for each: functions have no order
        heapq.heappush(self.due, (self.now() + seconds, self.hired, function))

    # ---- who is there ----

    def begin(self):
        for kind in CAST:
            self.hire(kind)
        for _ in range(WATCHERS):
            self.add_watcher()
        self.slow = SlowReader(self, self.urls[0])
        self.visitors = Visitors(self, self.urls)

    def hire(self, kind):
        self.hired += 1
        actor = kind(self, self.hired, self.numbers.choice(self.urls))
        self.actors[actor.client.sock] = actor
        self.selector.register(actor.client.sock, selectors.EVENT_READ,
                               self.hear)

    def dismiss(self, actor):
        """It goes, however; another of its kind comes."""
        self.selector.unregister(actor.client.sock)
        del self.actors[actor.client.sock]
        if not self.is_over:
            self.hire(type(actor))

    def add_watcher(self):
        # Before TLS: what its sockets have ready, a selector does not see.
        watcher = Watcher(self.numbers.choice(self.urls[:2]))
        self.watchers[watcher.client.sock] = watcher
        self.selector.register(watcher.client.sock, selectors.EVENT_READ,
                               lambda sock: self.watchers[sock].read())

    def remove_watcher(self):
        sock, watcher = next(iter(self.watchers.items()))
        self.selector.unregister(sock)
        del self.watchers[sock]
        watcher.leave()
        self.events += watcher.messages

    def replace_watcher(self):
        self.remove_watcher()
        self.add_watcher()

    def told(self):
        return self.events + sum(w.messages for w in self.watchers.values())

    # ---- what happens ----

    def hear(self, sock):
        actor = self.actors.get(sock)
        if actor is not None:  # or it was killed in the meantime
            actor.hear(actor.client.message())

    def play(self, most):
        """What is ready or due; waits so many seconds for it at most."""
        now = self.now()
        if self.due:
            most = min(most, max(self.due[0][0] - now, 0))
        for key, _ in self.selector.select(most):
            key.data(key.fileobj)
        now = self.now()
        while self.due and self.due[0][0] <= now:
            heapq.heappop(self.due)[2]()
        self.ledger.judge_old(now)

    def end(self, patience=30):
        """All leave; whatever is in the air is answered."""
        self.is_over = self.visitors.is_leaving = True
        for actor in list(self.actors.values()):
            if not actor.is_leaving:
                actor.is_leaving = True
                actor.client.half_close()
        deadline = self.now() + patience
        while self.actors and self.now() < deadline:
            self.play(0.1)
        if self.actors:
            self.ledger.fault("some never leave: %s" % [
                (type(a).__name__, a.call) for a in self.actors.values()])
        while self.watchers:
            self.remove_watcher()
        self.slow.leave()
        self.ledger.judge_all()
