#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fixed scripts for a daemon whose instructions are counted.

    script.py PID PATH SCRIPT MESSAGES

One step is one write on one connection. Before the next, the daemon must have
gone to sleep again: so it sees the same bytes in the same pieces, whatever
else the machine does. Each answer is checked.
"""
import socket
import sys
import time

PATIENCE = 60  # seconds, for all of a script's steps together
ROOM = 1 << 20  # of a socket's buffers: a step goes in whole


def packed_head(size):
    if size < 1 << 8:
        return b"\xc4" + size.to_bytes(1, "big")
    if size < 1 << 16:
        return b"\xc5" + size.to_bytes(2, "big")
    return b"\xc6" + size.to_bytes(4, "big")


def text(name):
    return bytes([0xA0 | len(name)]) + name.encode()


def request(number, method, *parameters):
    """A msgid always takes five bytes."""
    head = b"\x94\x00\xce" + number.to_bytes(4, "big")
    return head + text(method) + bytes([0x90 | len(parameters)]) + b"".join(
        parameters)


def response(number, result):
    """As the daemon writes it: a msgid takes as little as it can."""
    for most, head, width in ((1 << 7, b"", 1), (1 << 8, b"\xcc", 1),
                              (1 << 16, b"\xcd", 2), (1 << 32, b"\xce", 4)):
        if number < most:
            msgid = head + number.to_bytes(width, "big")
            return b"\x94\x01" + msgid + b"\xc0" + result


NIL = b"\xc0"


class Daemon:
    def __init__(self, pid, path):
        self.pid, self.path = pid, path
        self.end = time.monotonic() + PATIENCE

    def is_asleep(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "S"

    def settle(self):
        """Returns when it has used up all that was written to it."""
        while not self.is_asleep():
            if time.monotonic() > self.end:
                sys.exit("the daemon does not come to rest")


class Line:
    """A connection; the next msgid, and the bytes that it has heard."""

    def __init__(self, daemon, channel="c"):
        self.daemon, self.channel = daemon, text(channel)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(daemon.path)
        daemon.settle()
        self.number = self.heard = 0

    def say(self, method, parameters, count=1):
        step = b""
        for _ in range(count):
            step += request(self.number, method, self.channel, *parameters)
            self.number += 1
        if self.socket.send(step) != len(step):
            sys.exit("a step did not go in whole")
        self.daemon.settle()

    def hear(self, *results):
        """The next answers are these."""
        expected = b""
        for result in results:
            expected += response(self.heard, result)
            self.heard += 1
        got = b""
        while len(got) < len(expected):
            piece = self.socket.recv(len(expected) - len(got))
            if not piece:
                sys.exit("the daemon has closed a connection")
            got += piece
        if got != expected:
            sys.exit(f"not the answer: {got[:80]!r}, but {expected[:80]!r}")

    def hear_delivery(self, value):
        """[value, delivery, attempt]; returns the delivery, packed."""
        head = response(self.heard, b"\x93" + value)
        got = self.socket.recv(1 << 16)
        self.heard += 1
        if not got.startswith(head) or got[-1] != 1:
            sys.exit(f"not a delivery: {got[:80]!r}")
        return got[len(head):-1]


def value_of(size):
    return packed_head(size) + b"v" * size


def hand_over(daemon, messages, depth, size):
    sender, receiver = Line(daemon), Line(daemon)
    value = value_of(size)
    for _ in range(messages // depth):
        receiver.say("recv", [], depth)
        sender.say("send", [value], depth)
        receiver.hear(*[value] * depth)
        sender.hear(*[NIL] * depth)


def ping_pong(daemon, messages):
    hand_over(daemon, messages, 1, 64)


def pipelined(daemon, messages):
    hand_over(daemon, messages, 100, 64)


def large(daemon, messages):
    hand_over(daemon, messages, 1, 60000)


ACK = text("ack") + b"\xc3"


def confirming(daemon, messages, reply):
    """`reply`: what a confirmation carries, packed, or nothing."""
    sender, receiver = Line(daemon), Line(daemon)
    value = value_of(64)
    extra = text("reply") + reply if reply else b""
    receiver.say("recv", [b"\x81" + ACK])
    for _ in range(messages):
        sender.say("send", [value])
        delivery = receiver.hear_delivery(value)
        options = bytes([0x82 + bool(reply)]) + ACK
        receiver.say("recv",
                     [options + text("done") + delivery + extra])
        sender.hear(reply or NIL)


def acknowledged(daemon, messages):
    confirming(daemon, messages, b"")


def call(daemon, messages):
    confirming(daemon, messages, value_of(64))


SCRIPTS = {script.__name__: script
           for script in (ping_pong, pipelined, acknowledged, call, large)}


def main():
    if sys.argv[1:] == ["list"]:
        print(*SCRIPTS)
        return
    pid, path, script, messages = sys.argv[1:]
    SCRIPTS[script](Daemon(int(pid), path), int(messages))


main()
