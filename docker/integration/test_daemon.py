# SPDX-License-Identifier: MIT
"""The daemon itself is killed, stopped, paused, and short of memory."""
import fleet
from fleet import until


class Daemon(fleet.Case):

    def calls_after(self, history, moment, what):
        return [c for c in history.calls(what)
                if c.begun > moment and c.is_ok()]

    def last_line(self, containers):
        return max(line["t"] for c in containers for line in c.lines())

    def test_it_is_killed_and_nobody_was_told_a_falsehood(self):
        daemon = self.start_daemon()
        (everybody,) = self.start(everybody=2)
        self.wait_ok(everybody, 200)
        for _ in range(3):
            daemon.kill()
            killed = self.last_line(everybody)
            daemon.start()
            self.wait_ok(everybody, 200)
        self.end(everybody)
        history, seen = self.judge()
        self.assertGreater(seen["unknown"], 0)
        for what in "send", "recv":
            self.assertGreater(len(self.calls_after(history, killed, what)),
                               50)

    def test_told_to_stop_it_refuses_or_finishes_and_ends_well(self):
        daemon = self.start_daemon()
        (everybody,) = self.start(everybody=2)
        self.wait_ok(everybody, 200)
        daemon.stop()
        self.assertEqual(daemon.status(), 0, daemon.output())
        self.assertIn("stopped", daemon.output())
        daemon.start()
        self.wait_ok(everybody, 200)
        self.end(everybody)
        self.judge()

    def test_it_is_paused_and_all_goes_on_where_it_was(self):
        daemon = self.start_daemon()
        (everybody,) = self.start(everybody=2)
        self.wait_ok(everybody, 100)
        daemon.pause()
        daemon.resume()
        self.wait_ok(everybody, 200)
        self.end(everybody)
        self.judge(early=5)
        broken = [line for c in everybody for line in c.lines()
                  if line["is"] == "unknown" and "why" in line]
        self.assertEqual(broken, [])

    def test_with_little_memory_it_refuses_and_lives_or_is_born_again(self):
        daemon = self.start_daemon("small")
        heavy, everybody = self.start("heavy", "everybody")
        self.wait_ok(everybody, 300)
        until(lambda: any(line["is"] in ("error", "unknown")
                          for c in heavy for line in c.lines()),
              "somebody was refused")
        if not daemon.is_running():
            daemon.start()
        self.end(heavy)
        self.wait_ok(everybody, 100)
        self.end(everybody)
        self.judge()
