# SPDX-License-Identifier: MIT
"""chanctl's verbs that look, wait, clear up and measure."""
import fcntl
import json
import os
import select
import signal

from ctl import Ctl
from harness import PATIENCE, SLOW, until


def task_of(client):
    return client.call("task.self")


class Lists(Ctl):

    def test_ps_shows_every_task(self):
        waiting = self.connect()
        waiting.call("hello", {"name": "worker 1"})
        number = task_of(waiting)
        self.park(waiting, "recv", "jobs")
        status, out, said = self.run_ctl("ps")
        self.assertEqual((status, said), (0, ""))
        lines = out.decode().splitlines()
        self.assertEqual(lines[0].split(), [
            "ID", "STATE", "CHANNEL", "AGE", "REQUESTS", "NAME", "PEER"])
        line = next(l for l in lines if "worker 1" in l).split()
        self.assertEqual(line[:3], [str(number), "blocked", "jobs"])
        self.assertRegex(line[3], r"^\d+\.\ds$")
        self.assertEqual(line[4:7], ["3", "worker", "1"])
        self.assertEqual(line[7], waiting.name())
        running = [l for l in lines if " running " in l]
        self.assertEqual(len(running), 1, "ps shows itself, as one task")
        self.assertIn("chanctl ps", running[0])

    def test_ps_takes_a_glob_and_objects(self):
        for name in "w1", "w2", "x":
            self.connect().call("hello", {"name": name})
        status, out, said = self.run_ctl("ps", "-J", "w*")
        self.assertEqual((status, said), (0, ""))
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([row["name"] for row in rows], ["w1", "w2"])
        self.assertEqual(rows[0]["state"], "idle")
        self.check(0, b"", "ps", "nobody")

    def test_what_clients_call_themselves_is_only_shown(self):
        self.connect().call("hello", {"name": "日本語"})
        _, out, _ = self.run_ctl("ps")
        self.assertIn("日本語", out.decode())

    def test_ls_info_and_stats_have_objects(self):
        self.send_later("v")
        _, out, _ = self.run_ctl("ls", "-J")
        self.assertEqual(json.loads(out)["balance"], 1)
        _, out, _ = self.run_ctl("info", "-J", "c")
        self.assertEqual(json.loads(out)["name"], "c")
        _, out, _ = self.run_ctl("stats", "-J")
        self.assertEqual(json.loads(out)["senders"], 1)
        _, out, _ = self.run_ctl("stats")
        self.assertIn(b"\nsenders: 1\n", out)
        self.check(0, b"", "ls", "-J", "none*")

    def test_a_closed_output_is_told_before_anything_is_asked(self):
        for verb in "ps", "stats", "top", "bench", "watch":
            read, write = os.pipe()
            os.close(read)
            process = self.begin(verb, "-1" if verb == "top" else "-v",
                                 *(["-c", "1"] if verb == "bench" else []),
                                 stdout=write)
            os.close(write)
            if verb == "watch":
                until(self.is_watched, "somebody watches")
                self.send_later("v", "w")
            self.check_ends(process, 1, None)

    def is_watched(self):
        return self.probe.call("server.stats")["watchers"] == 1


class Ends(Ctl):

    def test_kill_ends_connections(self):
        victims = self.connect_many(2)
        self.check(0, b"", "kill", *[str(task_of(v)) for v in victims])
        for victim in victims:
            with self.assertRaises((ConnectionError, EOFError)):
                victim.call("ping")

    def test_kill_goes_on_when_one_is_not_there(self):
        victim = self.connect()
        self.check(1, b"", "kill", "987654", str(task_of(victim)),
                   said="there is no task 987654")
        with self.assertRaises((ConnectionError, EOFError)):
            victim.call("ping")

    def test_kill_kills_nobody_if_one_is_no_number(self):
        victim = self.connect()
        for word in "x", "", "1x", "99999999999999999999":
            self.check(2, b"", "kill", str(task_of(victim)), word,
                       said="is no task's number")
        self.assertEqual(victim.call("ping", 1), 1)

    def test_clear_says_how_many_it_let_go(self):
        for _ in range(3):
            self.park(self.connect(), "recv", "a")
        self.send_later("v", "b")
        self.check(0, b"3\n1\n", "clear", "a", "b")
        self.assertEqual(self.channels(), [])

    def test_clear_goes_on_where_there_is_no_channel(self):
        self.send_later("v", "b")
        status, out, said = self.run_ctl("clear", "none", "b")
        self.assertEqual(out.splitlines()[-1:], [b"1"], (status, out, said))
        self.assertEqual(self.channels(), [])


class Waiting(Ctl):

    def check_waits(self, *words, until_then):
        """It waits, and ends well as soon as `until_then` has been done."""
        process = self.begin("wait", *words)
        until(lambda: self.probe.call("server.stats")["watchers"] == 1,
              "it watches")
        self.assertIsNone(process.poll())
        until_then()
        self.check_ends(process, 0)

    def test_it_waits_for_a_channel(self):
        self.check_waits("c", until_then=lambda: self.send_later("v"))

    def test_it_waits_for_receivers(self):
        self.park(self.connect(), "recv", "c")
        self.check_waits("c", "--receivers", "2", until_then=lambda: self.park(
            self.connect(), "recv", "c"))
        self.check(0, b"", "wait", "c", "--receivers", "2")

    def test_it_waits_for_senders_and_values(self):
        self.probe.call("channel.open", "c", {"capacity": 1})
        self.probe.call("send", "c", "v")
        self.check_waits("c", "--senders", "2",
                         until_then=lambda: self.send_later("w"))

    def test_it_waits_for_a_close(self):
        self.send_later("v")
        self.check_waits("c", "--closed", until_then=lambda: self.probe.call(
            "channel.close", "c"))

    def test_it_waits_until_the_work_is_done(self):
        sender = self.connect()
        self.park(sender, "send", "c", "v")
        receiver = self.connect()

        def work():
            _, delivery, _ = receiver.call("recv", "c", {"ack": True})
            self.check(5, b"", "wait", "-n", "--idle", "c", said="not so")
            receiver.call("ack", delivery)

        self.check_waits("c", "--idle", until_then=work)
        self.check(0, b"", "wait", "--idle", "never-there")

    def test_it_only_looks_if_it_is_told_so(self):
        for words in ["-n"], ["-t", "0"]:
            self.check(5, b"", "wait", "c", *words, said="it is not so now")
            self.check(5, b"", "-q", "wait", "c", *words)

    def test_time_runs_out(self):
        self.check(124, b"", "wait", "c", "-t", "0.05",
                   said="the time ran out")

    def test_a_signal_ends_it(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.begin("wait", "c")
            until(lambda: self.probe.call("server.stats")["watchers"] == 1,
                  "it watches")
            process.send_signal(number)
            self.check_ends(process, status, said="withdrawn")
            until(lambda: self.probe.call("server.stats")["watchers"] == 0,
                  "it has left")

    def test_it_waits_without_a_place_among_the_watchers(self):
        for client in self.connect_many(64):
            client.call("channel.watch", "x")
        process = self.begin("wait", "c")
        self.wait_tasks(1 + 64 + 1)
        self.send_later("v")
        self.check_ends(process, 0)

    def test_a_daemon_that_goes_away_ends_it(self):
        process = self.begin("wait", "c")
        until(lambda: self.probe.call("server.stats")["watchers"] == 1,
              "it watches")
        self.daemon.terminate()
        status, out, said = self.finish(process)
        self.assertIn(status, (7, 69), said)
        self.assertEqual(out, b"")


class Watching(Ctl):

    def watch(self, *words):
        process = self.begin("watch", *words)
        until(lambda: self.probe.call("server.stats")["watchers"] == 1,
              "it watches")
        return process

    def test_it_writes_what_happens(self):
        process = self.watch("-c", "2", "j*")
        receiver = self.connect()
        number = task_of(receiver)
        self.park(receiver, "recv", "jobs")
        self.probe.call("send", "jobs", "v")
        status, out, said = self.finish(process)
        self.assertEqual((status, said), (0, ""))
        lines = [line.split() for line in out.decode().splitlines()]
        self.assertRegex(lines[0][0], r"^\d\d:\d\d:\d\d\.\d\d\d$")
        self.assertEqual([line[1:] for line in lines], [
            ["recv", "waits", "task", str(number), "jobs"],
            ["send", "meets", "task", str(task_of(self.probe)), "jobs"]])

    def test_objects_have_all_there_is(self):
        process = self.watch("-J", "-c", "1")
        sender = self.connect()
        number = task_of(sender)
        self.park(sender, "send", "a b", "v")
        status, out, _ = self.finish(process)
        self.assertEqual((status, json.loads(out)), (0, {
            "channel": "a b", "op": "send", "task": number,
            "will_block": True, "dropped": 0}))

    def test_events_come_as_they_happen(self):
        process = self.watch("-J")
        for name in "a", "b":
            self.send_later("v", name)
            self.assertEqual(json.loads(process.stdout.readline())["channel"],
                             name)
        process.send_signal(signal.SIGTERM)
        self.check_ends(process, 143)

    def test_time_ends_it(self):
        self.check(0, b"", "watch", "-t", "0.05")
        self.check(124, b"", "watch", "-t", "0.05", "-c", "1")

    def test_a_reader_that_leaves_ends_it_without_a_word(self):
        process = self.watch()
        process.stdout.close()
        self.send_later("v")
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertEqual(process.stderr.read(), b"")
        process.stdout = None

    def test_a_daemon_that_goes_away_is_told(self):
        process = self.watch()
        self.daemon.terminate()
        self.check_ends(process, 7, said="from then on is not shown")

    def test_events_that_were_lost_are_counted(self):
        read, write = os.pipe()
        fcntl.fcntl(write, 1031, 4096)  # F_SETPIPE_SZ
        process = self.begin("watch", "-J", stdout=write)
        os.close(write)
        until(lambda: self.probe.call("server.stats")["watchers"] == 1,
              "it watches")
        count = 10000
        for _ in range(count // 100):
            msgids = [self.probe.request("send", "c", "v", {"timeout": 0})
                      for _ in range(100)]
            for msgid in msgids:
                self.probe.fault(msgid)
        seen, more = self.count_lines_until_quiet(process, read)
        said = process.stderr.read().decode()
        lost = sum(int(line.split()[2]) for line in said.splitlines())
        self.assertGreater(lost, 0)
        self.assertEqual(seen + lost, count + more)

    def count_lines_until_quiet(self, process, read):
        """Read on, until an event of "last" comes: some may be lost, too."""
        data, more = b"", 0
        while b'"last"' not in data:
            if select.select([read], [], [], 0.1)[0]:
                data += os.read(read, 1 << 20)
            else:
                self.send_later("v", "last")
                more += 1
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 143)
        os.close(read)
        return data.count(b"\n"), more


class Measuring(Ctl):

    KEYS = ["pairs", "depth", "size", "acknowledged", "handoffs", "seconds",
            "per_second", "p50_ms", "p99_ms", "p99.9_ms", "max_ms"]

    def test_bench_counts_what_the_daemon_counts(self):
        for words, wanted in (
                ([], {"pairs": 1, "depth": 1, "size": 64}),
                (["--ack"], {"acknowledged": True}),
                (["--pairs", "3", "--depth", "4", "--size", "0"],
                 {"pairs": 3, "depth": 4, "size": 0}),
                (["--pairs", "2", "--depth", "5", "--ack"], {"depth": 5})):
            before = self.probe.call("server.stats")
            status, out, said = self.run_ctl("bench", "-J", "-c", "200",
                                             *words)
            after = self.probe.call("server.stats")
            self.assertEqual((status, said), (0, ""))
            result = json.loads(out)
            self.assertEqual(list(result), self.KEYS)
            self.assertEqual(result["handoffs"], 200)
            self.assertEqual({k: result[k] for k in wanted}, wanted)
            self.assertEqual(after["handoffs"] - before["handoffs"], 200)
            self.assertEqual(after["deliveries"] - before["deliveries"],
                             200 if result["acknowledged"] else 0)
            self.assertLessEqual(0, result["p50_ms"])
            self.assertLessEqual(result["p50_ms"], result["p99_ms"])
            self.assertLessEqual(result["p99_ms"], result["p99.9_ms"])
            self.assertLessEqual(result["p99.9_ms"], result["max_ms"])
        until(lambda: self.channels() == [], "nothing is left of it")

    def test_bench_goes_on_for_a_time(self):
        status, out, said = self.run_ctl("bench", "-t", "0.2")
        self.assertEqual((status, said), (0, ""))
        found = dict(line.split(": ") for line in out.decode().splitlines())
        self.assertEqual(list(found), self.KEYS)
        self.assertGreater(int(found["handoffs"]), 0)
        self.assertAlmostEqual(float(found["seconds"]), .2, delta=.2 * SLOW)

    def test_bench_is_withdrawn(self):
        process = self.begin("bench", "-t", "60")
        until(self.channels, "it has begun")
        process.send_signal(signal.SIGINT)
        self.check_ends(process, 130, said="withdrawn")

    def test_bench_says_why_it_failed(self):
        self.check(69, b"", "bench", said="cannot reach",
                   url="unix:///nonexistent/s")
        process = self.begin("bench", "-t", "60")
        until(self.channels, "it has begun")
        self.daemon.terminate()
        status, out, said = self.finish(process)
        self.assertIn(status, (7, 69), said)
        self.assertEqual(out, b"")

    def test_a_value_that_is_too_large_is_refused(self):
        self.check(1, b"", "bench", "--size", str(16 << 20), said="TOOBIG")

    def test_top_is_written_once(self):
        self.send_later("v", "slow")
        for _ in range(2):
            self.park(self.connect(), "recv", "many")
        for words in ["-1"], []:
            status, out, said = self.run_ctl("top", "-i", "0.1", *words)
            self.assertEqual((status, said), (0, ""))
            lines = out.decode().splitlines()
            self.assertIn(self.daemon.usual, lines[0])
            self.assertIn("2 channels: 1 senders, 2 receivers", lines[2])
            self.assertEqual(lines[4].split()[0], "CHANNEL")
            self.assertEqual([l.split()[0] for l in lines[5:]],
                             ["many", "slow"])
            self.assertEqual(lines[5].split()[2:6], [".", "2", ".", "."])

    def test_top_takes_a_glob_and_a_sort(self):
        for name in "a1", "a2", "b":
            self.send_later("v", name)
        _, out, _ = self.run_ctl("top", "-1", "-i", "0.1", "--sort", "oldest",
                                 "a*")
        names = [l.split()[0] for l in out.decode().splitlines()[5:]]
        self.assertEqual(names, ["a1", "a2"])
        self.check(2, b"", "top", "--sort", "nothing", said="--sort takes")

    def test_top_measures_rates(self):
        bench = self.begin("bench", "-t", "60", "--pairs", "1")
        until(self.channels, "it has begun")
        _, out, _ = self.run_ctl("top", "-1", "-i", "0.5")
        lines = out.decode().splitlines()
        whole = float(lines[1].split()[0])
        rate = float(lines[5].split()[1])
        self.assertGreater(rate, 10)
        self.assertLess(abs(rate - whole) / whole, .5, lines)
        bench.send_signal(signal.SIGTERM)
        self.check_ends(bench, 143, said="withdrawn")

    def test_top_says_that_there_is_no_daemon(self):
        self.check(69, b"", "top", "-1", said="cannot reach",
                   url="unix:///nonexistent/s")
