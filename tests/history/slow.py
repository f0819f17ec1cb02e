# SPDX-License-Identifier: MIT
"""Clients that ask for much, and read none of it until SIGUSR1.

slow.py HOST PORT READERS MIB: each asks for MIB echoes of a MiB. Then what
there is is read: whole answers, in order, up to the end that the daemon made
of the connection, or all. Exit status 0: it was so.
"""
import signal
import socket
import sys
import threading

import msgpack

VALUE = bytes(range(256)) * 4096


def ask(sock, count):
    try:
        for number in range(count):
            sock.sendall(msgpack.packb([0, number, "ping", [VALUE]]))
    except OSError:
        pass  # who does not read for too long is cut off


def answers(sock):
    """What can be read, up to the end."""
    unpacker = msgpack.Unpacker(max_buffer_size=1 << 28)
    try:
        while data := sock.recv(1 << 20):
            unpacker.feed(data)
            yield from unpacker
    except OSError:
        pass


def read(sock, count):
    """What was wrong, or None."""
    expected = 0
    for _, number, error, value in answers(sock):
        if (number, error, value) != (expected, None, VALUE):
            return "answer %d, not %d: %r" % (number, expected, error)
        expected += 1
        if expected == count:
            break
    return None


def main(host, port, readers, count):
    wake = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: wake.set())
    socks = [socket.create_connection((host, int(port)))
             for _ in range(int(readers))]
    askers = [threading.Thread(target=ask, args=(sock, int(count)))
              for sock in socks]
    for asker in askers:
        asker.start()
    askers[0].join(3)  # it cannot be done: nobody reads
    print("deaf" if askers[0].is_alive() else "all was taken", flush=True)
    while not wake.wait(0.1):
        pass
    faults = [fault for fault in (read(sock, int(count)) for sock in socks)
              if fault is not None]
    print(faults, flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
