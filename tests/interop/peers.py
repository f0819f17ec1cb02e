# SPDX-License-Identifier: MIT
"""Real clients of chand, each told by the test what to do.

Every one can begin a call, say later how it ended, and notify. Neovim and
Node run as processes of their own, which are told over a socket of theirs.
"""
import os
import re
import socket
import subprocess

import msgpack

from client import CallError, Client, parse_url
from harness import clean_environment, start_process, until

HERE = os.path.dirname(os.path.abspath(__file__))

__all__ = ["ALL", "Neovim", "Node", "PlainNode", "Python"]


class Remote:
    """A program that listens for the test on a socket in its folder."""

    def __init__(self, folder, url):
        path = os.path.join(folder, "%s.%d" % (self.name, id(self)))
        self.log_path = path + ".log"
        with open(self.log_path, "wb") as log:
            self.process = start_process(
                self.command(path), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=clean_environment())
        self.control = until(lambda: self.reach(path),
                             "%s listens" % self.name)
        self.connect(url)

    def reach(self, path):
        try:
            return Client("unix://" + path)
        except OSError:
            assert self.process.poll() is None, self.log()
            return None

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def end(self):
        self.control.close()
        self.process.kill()
        self.process.wait()

    def call(self, method, *params):
        return self.result(self.begin(method, *params))


class Neovim(Remote):
    """rpcrequest() and rpcnotify() on a channel of sockconnect()."""

    name = "neovim"
    can_pipeline = False  # a request returns with its answer
    keeps_binary = False  # its strings are bytes

    def command(self, path):
        return ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n",
                "--listen", path]

    def function(self, name, *arguments):
        return self.control.request("nvim_call_function", name,
                                    list(arguments))

    def connect(self, url):
        family, address = parse_url(url)
        where = ("pipe", address) if family == socket.AF_UNIX else \
            ("tcp", "%s:%d" % address)
        self.channel = self.control.result(
            self.function("sockconnect", *where, {"rpc": True}))

    def begin(self, method, *params):
        return self.function("rpcrequest", self.channel, method, *params)

    def result(self, handle):
        error, result = self.control.answer(handle)
        if error is None:
            return result
        # What a person sees who types it; the last line is the daemon's.
        said = re.fullmatch(r"Vim:Error invoking '.*' on channel \d+:\n(.*)",
                            error[1])
        raise CallError(said.group(1) if said else error[1])

    def notify(self, method, *params):
        self.control.result(
            self.function("rpcnotify", self.channel, method, *params))

    def lua(self, code, *arguments):
        """Runs the code, whose arguments are the channel and these."""
        return self.control.request("nvim_exec_lua", code,
                                    [self.channel, *arguments])


class Node(Remote):
    """The package msgpack5rpc."""

    name = "msgpack5rpc"
    flavour = "rpc"
    can_pipeline = True
    keeps_binary = True

    def command(self, path):
        return ["nodejs", os.path.join(HERE, "node.js"), self.flavour, path]

    def connect(self, url):
        self.control.call("connect", url)

    def begin(self, method, *params):
        return self.control.request("request", method, *params)

    def result(self, handle):
        return self.control.result(handle)

    def notify(self, method, *params):
        self.control.call("notify", method, *params)


class PlainNode(Node):
    """A socket and msgpack5."""

    name = "node"
    flavour = "plain"


class Python:
    """A socket and python3-msgpack, as one would write it in a minute."""

    name = "python"
    can_pipeline = True
    keeps_binary = True

    def __init__(self, _folder, url):
        family, address = parse_url(url)
        self.sock = socket.socket(family)
        self.sock.connect(address)
        self.unpacker = msgpack.Unpacker()
        self.last = 0

    def end(self):
        self.sock.close()

    def begin(self, method, *params):
        self.last += 1
        self.sock.sendall(msgpack.packb([0, self.last, method, params]))
        return self.last

    def message(self):
        for message in self.unpacker:
            return message
        self.unpacker.feed(self.sock.recv(65536))
        return self.message()

    def result(self, handle):
        kind, msgid, error, result = self.message()
        assert (kind, msgid) == (1, handle)
        if error is not None:
            raise CallError(error)
        return result

    def call(self, method, *params):
        return self.result(self.begin(method, *params))

    def notify(self, method, *params):
        self.sock.sendall(msgpack.packb([2, method, params]))


ALL = [Neovim, Node, PlainNode, Python]
