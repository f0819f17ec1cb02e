# SPDX-License-Identifier: MIT
"""A daemon and its clients in two network namespaces, and what lies between.

There is a pair of virtual interfaces and nothing else: no way leads out.
What is lost on it is for nftables to say, in the clients' namespace.
"""
import atexit
import contextlib
import ctypes
import os
import subprocess

import harness

CLONE_NEWNET = 0x40000000
DAEMON, CLIENTS = "10.111.0.1", "10.111.0.2"


def run(*words, given=None):
    done = subprocess.run(words, input=given, text=True, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (" ".join(words), done.stderr))
    return done.stdout


class Namespaces:

    def __init__(self):
        self.near = "chand-d%d" % os.getpid()
        self.far = "chand-c%d" % os.getpid()
        atexit.register(self.remove)  # who is interrupted cleans up nothing
        for name in self.near, self.far:
            run("ip", "netns", "add", name)
        run("ip", "-n", self.near, "link", "add", "near", "type", "veth",
            "peer", "name", "far", "netns", self.far)
        for name, link, address in ((self.near, "near", DAEMON),
                                    (self.far, "far", CLIENTS)):
            run("ip", "-n", name, "address", "add", address + "/24",
                "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")

    def remove(self):
        atexit.unregister(self.remove)
        for name in self.near, self.far:
            run("ip", "netns", "delete", name)

    @contextlib.contextmanager
    def entered(self, name):
        """Sockets that are made here stay in that namespace."""
        setns = ctypes.CDLL(None, use_errno=True).setns
        with open("/proc/self/ns/net") as home, \
                open("/run/netns/" + name) as there:
            if setns(there.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                setns(home.fileno(), CLONE_NEWNET)

    def rules(self, *lines):
        """These, in place of those before; input and output of clients."""
        text = "table inet cut\ndelete table inet cut\ntable inet cut {\n"
        for hook in "input", "output":
            text += "chain %s { type filter hook %s priority 0;\n" % (
                hook, hook)
            text += "".join(line[len(hook):] + "\n" for line in lines
                            if line.startswith(hook)) + "}\n"
        run("ip", "netns", "exec", self.far, "nft", "-f", "-",
            given=text + "}\n")

    def kill_sockets(self, port):
        """As if a firewall had reset what this port of a client is in."""
        run("ip", "netns", "exec", self.far, "ss", "-K", "sport", "=",
            ":%d" % port)


class Case(harness.Case):
    """A daemon behind the cable, and `probe`, which does not go through."""

    options = ("--insecure", "yes")

    def setUp(self):
        self.between = Namespaces()
        self.addCleanup(self.between.remove)
        self.folder = harness.tempfile.mkdtemp(prefix="chand-")
        self.addCleanup(harness.shutil.rmtree, self.folder, True)
        super().setUp()

    def start(self, *options, **how):
        with self.between.entered(self.between.near):
            return super().start(
                *options, folder=self.folder, listen=[
                    "unix://%s/chand.sock" % self.folder,
                    "tcp://%s:0" % DAEMON], **how)

    def far_url(self):
        return self.daemon.find("tcp://")

    def connect_far(self):
        with self.between.entered(self.between.far):
            client = self.connect(self.far_url())
        client.port = client.sock.getsockname()[1]
        client.call("ping")
        return client
