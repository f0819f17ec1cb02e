# SPDX-License-Identifier: MIT
"""What is measured: the workloads, and what chand has set itself."""


class Work:
    """`settings` go to load; `figure` of what it says is what counts."""

    def __init__(self, name, text, settings, peers, figure="cpu_us",
                 local=False, once=False, goal=None):
        self.name, self.text, self.settings = name, text, settings
        self.peers, self.figure = peers.split(), figure
        self.local = local  # over a Unix socket
        self.once = once  # takes long: in a single round
        self.goal = goal


class Goal:
    """The figure is at most `most` times that of `peer` in `work`, and a
    turn of the loop besides; without a peer, at most `most` itself."""

    def __init__(self, most, peer=None, work=None, and_a_turn=False):
        self.most, self.peer, self.work = most, peer, work
        self.and_a_turn = and_a_turn

    def text(self):
        if self.peer is None:
            return f"≤ {self.most:,}"
        work = f" in {self.work}" if self.work else ""
        turn = " + a turn" if self.and_a_turn else ""
        return f"≤ {self.most} × {self.peer}{work}{turn}"


def turn_us(said):
    """What a pair that pipelines moves before others have their turn."""
    return TURN_REQUESTS / said["background_rate"] * 1e6


TURN_REQUESTS = 256  # of each of its two connections: conf/options.def


ALL = "floor redis nats beanstalkd chand"
WORKS = [
    Work("W2", "64 pairs over TCP, one value on its way on each",
         "lanes=64", ALL, goal=Goal(1.10, "floor")),
    Work("W2u", "the same over a Unix socket", "lanes=64",
         "floor redis beanstalkd chand", local=True, goal=Goal(1.15, "floor")),
    # 0.20 µs where the floor took 0.07, and 7.5 where it took 6.1 in W2
    Work("W3", "8 pairs, 128 on their way on each", "lanes=8 depth=128", ALL,
         goal=Goal(2.9, "floor")),
    Work("W5b", "call and reply, 64 callers and 64 workers",
         "mode=call lanes=64", "redis nats chand",
         goal=Goal(1.23, "floor", work="W2")),
    Work("W7c", "1 pair, values of 1,000,000 bytes", "lanes=1 size=1000000",
         ALL, goal=Goal(1.15, "floor")),
    Work("W8", "acknowledged hand-off, 64 pairs, one on its way on each",
         "mode=ack lanes=64", "floor redis beanstalkd chand",
         goal=Goal(1.2, "floor")),
    Work("W8k", "the same, 8 pairs, 32 on their way on each",
         "mode=ack lanes=8 depth=32", "floor redis beanstalkd chand"),
    Work("W6", "10,000 connections that wait: bytes resident of each",
         "parked=10000 wake=1", ALL, figure="resident", once=True,
         goal=Goal(5000)),
    Work("W6w", "waking them: of each", "", ALL, figure="wake_us"),
    Work("F1", "1 pair alone: p99 of a hand-off", "lanes=1", ALL,
         figure="p99_us"),
    Work("F2", "beside a pair with 512 on their way",
         "lanes=1 background=1 background_depth=512", ALL, figure="p99_us",
         goal=Goal(2, "chand", work="F1", and_a_turn=True)),
    Work("F3", "beside 10,000 connections that wait",
         "lanes=1 parked=10000", ALL, figure="p99_us", once=True,
         goal=Goal(1.2, "chand", work="F1")),
    Work("F4", "connect, greet, leave, 16 at a time", "churn=16", ALL,
         figure="churn_us"),
]

# Where one number grows: what is drawn, and for whom, and what counts.
SERIES = [
    ("parked", (10, 100, 1000, 10000, 19000), "parked={} lanes=1", ALL,
     "cpu_us"),
    ("waiters", (100, 1000, 10000), "parked={} shared=1 wake=1",
     "redis beanstalkd chand", "wake_us"),
    ("lanes", (1, 8, 64, 512, 4096), "lanes={}", "floor redis chand",
     "cpu_us"),
    ("depth", (1, 4, 16, 64, 256, 1024), "lanes=8 depth={}",
     "floor redis chand", "cpu_us"),
    ("size", (64, 1024, 16384, 65536, 262144, 1048576), "lanes=1 size={}",
     "floor redis chand", "cpu_us"),
]
