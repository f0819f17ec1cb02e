# SPDX-License-Identifier: MIT
"""A history: what every client began, and what it was told of it.

Each client writes a file of JSON lines, a line before it asks and a line
when it knows. README.md describes them. Times are nanoseconds of the one
monotonic clock that all processes of a machine share.
"""
import json

# How a call ends; one that does not end is unknown, too: its client was
# killed.
OUTCOMES = ("ok", "error", "unknown")
SETTLES = ("ack", "nack", "fail", "extend")


class Malformed(Exception):
    """The log is not one of ours, or was not written to its end."""


class Call:
    """A call from its beginning to what is known of its end."""

    def __init__(self, line):
        self.by = line["by"]
        self.number = line["call"]
        self.on = line.get("on", 0)
        self.what = line["what"]
        self.begun = line["t"]
        self.channel = line.get("channel")
        self.value = line.get("value")
        self.ack = line.get("ack", False)
        self.lease = line.get("lease")
        self.timeout = line.get("timeout")
        self.delivery = line.get("delivery")
        self.attempt = line.get("attempt")
        self.reply = line.get("reply")
        self.seconds = line.get("seconds")
        self.parked = None
        self.ended = None
        self.outcome = None
        self.code = None

    def end(self, line):
        self.outcome = line["is"]
        self.ended = line["t"]
        self.code = line.get("code")
        if self.what == "recv" and self.outcome == "ok":
            self.value = line["value"]
            self.delivery = line.get("delivery")
            self.attempt = line.get("attempt", 1)
        elif self.what == "send" and self.outcome == "ok":
            self.reply = line.get("reply")

    def is_ok(self):
        return self.outcome == "ok"

    def is_unknown(self):
        return self.outcome in (None, "unknown")

    def __str__(self):
        said = self.outcome or "no outcome"
        if self.code:
            said += " " + self.code
        what = "%s %s" % (self.what, self.channel or self.delivery)
        return "%s#%d %s %r: %s" % (self.by, self.number, what, self.value,
                                    said)


class Client:
    """All that one incarnation of a client has written."""

    def __init__(self, name):
        self.name = name
        self.calls = {}
        self.lost = {}  # connection: when its client knew that it was gone
        self.has_ended = False


class History:
    """All clients' logs, and how they contradict themselves (`faults`)."""

    def __init__(self):
        self.clients = {}
        self.faults = []

    def calls(self, *what):
        return [call for client in self.clients.values()
                for call in client.calls.values() if call.what in what]

    def read(self, lines):
        for number, line in enumerate(lines, 1):
            try:
                self.take(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise Malformed("line %d: %r: %s" % (number, error, line))
        return self

    def take(self, line):
        client = self.clients.setdefault(line["by"], Client(line["by"]))
        kind = line["is"]
        if kind == "ends":
            client.has_ended = True
        elif kind == "lost":
            client.lost[line["on"]] = line["t"]
        elif kind == "begins":
            self.begin(client, line)
        elif kind == "parked":
            client.calls[line["call"]].parked = line["t"]
        elif kind in OUTCOMES:
            self.end(client, line)
        else:
            raise ValueError("no such event")

    def begin(self, client, line):
        if line["call"] in client.calls:
            self.faults.append("I1 begun twice: %s"
                               % client.calls[line["call"]])
            return
        client.calls[line["call"]] = Call(line)

    def end(self, client, line):
        call = client.calls.get(line["call"])
        if call is None:
            self.faults.append("I1 an outcome of what was never begun: "
                               "%s#%s" % (client.name, line["call"]))
        elif call.outcome is not None:
            self.faults.append("I1 a second outcome, %s: %s"
                               % (line["is"], call))
        elif line["t"] < call.begun:
            self.faults.append("I1 it ended before it began: %s" % call)
        else:
            call.end(line)


def read_files(paths):
    """One history of all the files; a line cut short by a kill is dropped."""
    history = History()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        whole = text[:text.rfind("\n") + 1]
        try:
            history.read(whole.splitlines())
        except Malformed as error:
            raise Malformed("%s: %s" % (path, error))
    return history
