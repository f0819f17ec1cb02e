# SPDX-License-Identifier: MIT
"""The servers: how each is started, and what it is called."""
import os
import shutil
import socket
import subprocess
import time

SERVER_CPU, LOAD_CPU = 0, 1


class Peer:
    """`command` and `local` take {port} and {path}; no local: no sockets of
    Unix. In `where` the program is found."""

    def __init__(self, name, program, command, local, version):
        self.name, self.program = name, program
        self.command, self.local, self.version = command, local, version

    def is_there(self):
        return shutil.which(self.program) is not None

    def says(self):
        said = subprocess.run([self.program] + self.version.split(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return (said.stdout.splitlines() or ["?"])[0]


def peers(build):
    """All that are installed, in order; none of them writes to the disk."""
    redis = ("--save  --appendonly no --daemonize no --maxclients 19900 "
             "--protected-mode no ")
    every = [
        Peer("floor", f"{build}/tests/bench/floor", "tcp {port}",
             "unix {path}", "version"),
        Peer("redis", "redis-server", redis + "--bind 127.0.0.1 --port {port}",
             redis + "--port 0 --unixsocket {path}", "--version"),
        Peer("nats", "nats-server", "-a 127.0.0.1 -p {port}", None,
             "--version"),
        Peer("beanstalkd", "beanstalkd", "-l 127.0.0.1 -p {port} -z 2000000",
             "-l unix:{path} -z 2000000", "-v"),
        Peer("chand", f"{build}/chand", "--listen tcp://127.0.0.1:{port}",
             "--listen unix://{path}", "--version"),
    ]
    return {peer.name: peer for peer in every if peer.is_there()}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pin(cpu):
    """What a child does first: stay on one processor, if there are two."""
    def stay():
        if os.cpu_count() > 1:
            os.sched_setaffinity(0, {cpu})
    return stay


class Server:
    """A fresh one: nothing is left in it from another workload."""

    def __init__(self, peer, place, local):
        path, port = f"{place}/{peer.name}.sock", free_port()
        if os.path.exists(path):
            os.unlink(path)
        command = (peer.local if local else peer.command).format(
            path=path, port=port)
        self.url = f"unix:{path}" if local else f"tcp:{port}"
        self.address = path if local else ("127.0.0.1", port)
        # split(" ") keeps the empty word that --save is followed by
        self.process = subprocess.Popen(
            [shutil.which(peer.program)] + command.split(" "), cwd=place,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=pin(SERVER_CPU))
        self.pid = self.process.pid

    def __enter__(self):
        end = time.monotonic() + 10
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                raise OSError("it does not listen")
            time.sleep(0.02)
        return self

    def answers(self):
        family = (socket.AF_UNIX if isinstance(self.address, str)
                  else socket.AF_INET)
        with socket.socket(family) as s:
            return s.connect_ex(self.address) == 0

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
