#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A pool of workers: python3-msgpack and a socket.

pool.py work NAME [SECONDS]   work on jobs; each takes so long
pool.py ask COUNT             have COUNT numbers squared, and print the replies
"""
import os
import socket
import sys
import time

import msgpack


def dial(url):
    if url.startswith("unix://"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(url[len("unix://"):])
        return sock
    host, port = url[len("tcp://"):].rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)))


class Connection:

    def __init__(self, url):
        self.sock = dial(url)
        self.unpacker = msgpack.Unpacker()

    def request(self, msgid, method, *params):
        self.sock.sendall(msgpack.packb([0, msgid, method, params]))

    def answer(self):
        """The next answer: its msgid and its result."""
        while True:
            for _, msgid, error, result in self.unpacker:
                if error is not None:
                    raise SystemExit(error)
                return msgid, result
            data = self.sock.recv(65536)
            if not data:
                raise SystemExit("lost the daemon: what became of the call"
                                 " is unknown")
            self.unpacker.feed(data)


def work(daemon, name, seconds="0"):
    options = {"ack": True}
    while True:
        # Hands in the job before, if there was one, and waits for the next.
        # Whoever asked is released by the reply, and not before: should we
        # die meanwhile, the job goes to another worker.
        daemon.request(1, "recv", "jobs", options)
        job, delivery, attempt = daemon.answer()[1]
        print("%s: job %d, attempt %d" % (name, job, attempt), flush=True)
        time.sleep(float(seconds))
        options["done"] = delivery
        options["reply"] = "%d, by %s, attempt %d" % (job * job, name, attempt)


def ask(daemon, count):
    # Concurrent, so that many jobs are out at once on one connection.
    daemon.request(0, "hello", {"concurrent": True})
    daemon.answer()
    jobs = range(1, int(count) + 1)
    for job in jobs:
        daemon.request(job, "send", "jobs", job)
    for _ in jobs:
        print("job %d: %s" % daemon.answer(), flush=True)


if sys.argv[1:2] not in (["work"], ["ask"]) or len(sys.argv) < 3:
    raise SystemExit(__doc__)
connection = Connection(os.environ.get("CHAND_URL", "tcp://127.0.0.1:7411"))
{"work": work, "ask": ask}[sys.argv[1]](connection, *sys.argv[2:])
