# SPDX-License-Identifier: MIT
"""A client that writes down what it asks, and what it is told.

It speaks MessagePack-RPC in concurrent mode, so that a ping behind a call
tells that the call waits. It never sends a value twice.
"""
import asyncio
import json
import os
import ssl
import time
import urllib.parse

import msgpack

UNKNOWN = ("IN_DOUBT",)
PATIENCE = 5  # seconds, beyond a call's own timeout


class Log:
    """A file of JSON lines; each is written whole, and at once."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, **line):
        text = json.dumps(dict(line, t=time.monotonic_ns()))
        os.write(self.fd, text.encode() + b"\n")


class Lost(Exception):
    """The connection is gone: what was asked is unknown."""


class Refused(Exception):
    """A definite error, or doubt: the daemon's own word."""

    def __init__(self, error):
        super().__init__(error)
        self.code = str(error).partition(":")[0]


class Peer:
    """One client: it connects anew when it must, and counts its calls."""

    def __init__(self, name, url, log, token=None, context=None):
        self.name = name
        self.url = url
        self.log = log
        self.token = token
        self.context = context
        self.calls = 0
        self.connections = 0
        self.connection = None

    # ---- what is written ----

    def note(self, kind, **line):
        self.log.write(by=self.name, **{"is": kind}, **line)

    def ends(self):
        self.drop()
        self.note("ends")

    # ---- the connection ----

    async def connect(self):
        """Try once; Lost says that there is nobody, or not for us."""
        self.connections += 1
        connection = Connection(self.connections)
        try:
            await asyncio.wait_for(connection.open(
                self.url, self.context, self.name, self.token), PATIENCE)
        except (OSError, Lost, Refused, asyncio.TimeoutError) as error:
            connection.close(reset=True)
            raise Lost("no connection: %s" % error)
        self.connection = connection

    def drop(self, reset=False):
        if self.connection is not None:
            number = self.connection.number
            self.connection.close(reset)
            self.connection = None
            self.note("lost", on=number)

    async def ready(self):
        """Whether there is a connection; one is tried if there is none."""
        if self.connection is not None and self.connection.is_over():
            self.drop()
        if self.connection is None:
            try:
                await self.connect()
            except Lost:
                await asyncio.sleep(0.1)
        return self.connection is not None

    # ---- calls ----

    async def call(self, what, params, patience, **said):
        """Ask, and write both down; the result, or Refused, or Lost."""
        self.calls += 1
        number, on = self.calls, self.connection.number
        self.note("begins", call=number, on=on, what=what, **said)
        try:
            result = await asyncio.wait_for(self.ask(
                number, what, params), patience + PATIENCE)
        except Refused as refused:
            unknown = refused.code in UNKNOWN
            self.note("unknown" if unknown else "error", call=number,
                      code=refused.code)
            raise
        except (Lost, OSError, asyncio.TimeoutError) as error:
            self.note("unknown", call=number, why=repr(error))
            self.drop(reset=True)
            raise Lost(str(error))
        self.note("ok", call=number, **told(what, said, result))
        return result

    async def ask(self, number, what, params):
        answer = self.connection.request(what, params)
        if what in ("send", "recv"):
            behind = self.connection.request("ping", [])
            await asyncio.wait((answer, behind),
                               return_when=asyncio.FIRST_COMPLETED)
            if not answer.done() and behind.exception() is None:
                self.note("parked", call=number)
            behind.add_done_callback(lambda done: done.cancelled() or
                                     done.exception())
        return await answer

    async def send(self, channel, value, timeout, size=0):
        """`size` makes it longer on the wire; the log has the value alone."""
        return await self.call(
            "send", [channel, value.ljust(size, "."), {"timeout": timeout}],
            timeout, channel=channel, value=value, timeout=timeout)

    async def recv(self, channel, timeout, ack=False, lease=None):
        options = {"timeout": timeout}
        if ack:
            options["ack"] = True
        if lease is not None:
            options["lease"] = lease
        return await self.call("recv", [channel, options], timeout,
                               channel=channel, ack=ack, lease=lease,
                               timeout=timeout)

    async def settle(self, what, delivery, *params, **said):
        return await self.call(what, [delivery, *params], 0,
                               delivery=delivery, **said)


def told(what, said, result):
    """What of a result goes into the log."""
    if what == "send":
        return {"reply": result}
    if what != "recv":
        return {}
    value, *held = result if said["ack"] else [result]
    return dict(zip(("value", "delivery", "attempt"),
                    [value.rstrip("."), *held]))


class Connection:
    """Requests, and the futures of their answers."""

    def __init__(self, number):
        self.number = number
        self.writer = None
        self.reader = None
        self.pending = {}
        self.last = 0

    async def open(self, url, context, name, token):
        place = urllib.parse.urlsplit(url)
        if place.scheme == "unix":
            streams = asyncio.open_unix_connection(place.path)
        else:
            streams = asyncio.open_connection(
                place.hostname, place.port,
                ssl=context if place.scheme == "tls" else None)
        reader, self.writer = await streams
        self.reader = asyncio.ensure_future(self.read(reader))
        hello = {"name": name[:64], "concurrent": True}
        if token is not None:
            hello["token"] = token
        await self.request("hello", [hello])

    def request(self, method, params):
        self.last += 1
        answer = asyncio.get_running_loop().create_future()
        if self.is_over():
            answer.set_exception(Lost("the connection has ended"))
            return answer
        self.pending[self.last] = answer
        self.writer.write(msgpack.packb([0, self.last, method, params]))
        return answer

    async def read(self, reader):
        unpacker = msgpack.Unpacker(raw=False, strict_map_key=False)
        why = "the daemon closed the connection"
        try:
            while data := await reader.read(1 << 16):
                unpacker.feed(data)
                for _, msgid, error, result in unpacker:
                    self.answer(msgid, error, result)
        except (OSError, ssl.SSLError) as error:
            why = str(error)
        finally:
            for answer in self.pending.values():
                if not answer.done():
                    answer.set_exception(Lost(why))
            self.pending.clear()

    def answer(self, msgid, error, result):
        answer = self.pending.pop(msgid, None)
        if answer is None or answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(Refused(error))

    def is_over(self):
        return self.reader is None or self.reader.done()

    def close(self, reset=False):
        if self.reader is not None:
            self.reader.cancel()
        if self.writer is None:
            return
        if reset:
            self.writer.transport.abort()
        else:
            self.writer.close()
