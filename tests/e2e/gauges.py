# SPDX-License-Identifier: MIT
"""What the gauges of server.stats must be."""


def recount(channels, tasks, watchers):
    """The gauges of server.stats, from channel.list and task.list."""
    waiting = [info["balance"] - info["values"] for info in channels]
    running = [t for t in tasks if t["state"] in ("running", "runnable")]
    return {
        "connections": sum(t["kind"] == "connection" for t in tasks),
        "tasks": len(tasks), "runnable": len(running),
        "channels": len(channels),
        "senders": sum(n for n in waiting if n > 0),
        "receivers": -sum(n for n in waiting if n < 0),
        "values": sum(info["values"] for info in channels),
        "held": sum(info["held"] for info in channels),
        "watchers": watchers,
    }
