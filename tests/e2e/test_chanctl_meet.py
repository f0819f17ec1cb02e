# SPDX-License-Identifier: MIT
"""chanctl's lock and barrier: who waits for whom, and who dies of what."""
import os
import signal

from ctl import Ctl
from harness import Daemon, until


class Lock(Ctl):

    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.daemon.folder, "go")
        self.log = os.path.join(self.daemon.folder, "log")

    def hold(self, name="l", **how):
        """One that has the lock until self.go()."""
        process = self.begin("lock", name, "--", "sh", "-c",
                             "echo $$ >>%s; until test -e %s; do sleep 0.02; "
                             "done" % (self.log, self.path), **how)
        return process

    def go(self):
        with open(self.path, "w"):
            pass

    def holders(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log) as file:
            return file.read().split()

    def wait_holders(self, count):
        until(lambda: len(self.holders()) == count, "%d held it" % count)

    def test_it_ends_as_its_command_does(self):
        for script, status in (("exit 0", 0), ("exit 3", 3),
                               ("kill -9 $$", 137)):
            self.check(status, b"", "lock", "l", "--", "sh", "-c", script)
        self.check(0, b"in l", "lock", "l", "--", "sh", "-c",
                   'cat; printf " $CHAN_LOCK"', data=b"in")
        self.check(127, b"", "lock", "l", "--", "/no/such",
                   said="cannot run /no/such: No such file")

    def test_nothing_is_left_when_nobody_uses_it(self):
        self.check(0, b"", "lock", "l", "--", "true")
        self.assertEqual(self.channels(), [])
        self.check(127, b"", "lock", "l", "--", "/no/such", said="cannot")
        self.assertEqual(self.channels(), [])

    def test_one_holds_it_at_a_time_in_order(self):
        processes = []
        for n in range(4):
            processes.append(self.begin(
                "lock", "l", "--", "sh", "-c", "echo %d in >>%s; "
                "until test -e %s; do sleep 0.02; done; echo %d out >>%s"
                % (n, self.log, self.path, n, self.log)))
            if n == 0:
                self.wait_holders(2)
            else:
                self.wait_balance("lock:l", -n)
        self.go()
        for process in processes:
            self.check_ends(process, 0)
        self.assertEqual(self.holders(), [
            word for n in range(4) for word in (str(n), "in", str(n), "out")])
        self.assertEqual(self.channels(), [])

    def test_locks_of_other_names_are_others(self):
        holder = self.hold("l")
        self.wait_holders(1)
        self.check(0, b"", "lock", "-n", "m", "--", "true")
        self.go()
        self.check_ends(holder, 0)

    def test_who_does_not_wait_ends_with_5_or_124(self):
        holder = self.hold()
        self.wait_holders(1)
        self.check(5, b"", "lock", "-n", "l", "--", "true", said="WOULDBLOCK")
        self.check(124, b"", "lock", "-t", "50ms", "l", "--", "true",
                   said="TIMEOUT")
        self.go()
        self.check_ends(holder, 0)
        self.check(0, b"", "lock", "-n", "l", "--", "true")

    def test_a_killed_holder_releases_it_and_takes_its_command_along(self):
        holder = self.hold()
        self.wait_holders(1)
        waiter = self.hold()
        self.wait_balance("lock:l", -1)
        holder.kill()
        self.wait_holders(2)
        first = "/proc/" + self.holders()[0]
        until(lambda: not os.path.exists(first) or
              open(first + "/stat").read().rsplit(")", 1)[1].split()[0] == "Z",
              "its command is gone")
        self.go()
        self.check_ends(waiter, 0)
        self.assertEqual(self.channels(), [])

    def test_what_a_killed_command_has_begun_still_holds_it(self):
        process = self.begin("lock", "l", "--", "sh", "-c",
                             "(until test -e %s; do sleep 0.02; done) & "
                             "echo >%s; wait" % (self.path, self.log))
        until(lambda: os.path.exists(self.log), "it runs")
        process.kill()
        process.wait()
        self.check(5, b"", "lock", "-n", "l", "--", "true", said="WOULDBLOCK")
        self.go()
        self.check(0, b"", "lock", "-t", "10", "l", "--", "true")

    def test_a_killed_waiter_is_not_waited_for(self):
        holder = self.hold()
        self.wait_holders(1)
        waiter, last = self.hold(), None
        self.wait_balance("lock:l", -1)
        last = self.hold()
        self.wait_balance("lock:l", -2)
        waiter.kill()
        self.wait_balance("lock:l", -1)
        self.go()
        self.check_ends(holder, 0)
        self.check_ends(last, 0)

    def test_a_token_that_a_killed_holder_left_is_used_again(self):
        holder = self.hold()
        self.wait_holders(1)
        holder.kill()
        self.wait_balance("lock:l", 1)
        self.check(0, b"", "lock", "-n", "l", "--", "true")
        self.assertEqual(self.channels(), [])

    def test_a_signal_is_for_the_command(self):
        process = self.begin("lock", "l", "--", "sh", "-c",
                             "trap 'echo got; exit 9' TERM; echo >%s; "
                             "while :; do sleep 0.02; done" % self.log)
        until(lambda: os.path.exists(self.log), "it runs")
        process.send_signal(signal.SIGTERM)
        self.check_ends(process, 9, b"got\n")
        self.assertEqual(self.channels(), [])

    def test_a_signal_withdraws_who_waits(self):
        holder = self.hold()
        self.wait_holders(1)
        waiter = self.hold()
        self.wait_balance("lock:l", -1)
        waiter.send_signal(signal.SIGINT)
        self.check_ends(waiter, 130, b"", "withdrawn")
        self.go()
        self.check_ends(holder, 0)
        self.assertEqual(len(self.holders()), 1)

    def test_a_lost_daemon_is_a_lost_lock(self):
        process = self.begin("lock", "l", "--", "sh", "-c",
                             "trap 'echo told; exit 0' TERM; echo >%s; "
                             "while :; do sleep 0.02; done" % self.log)
        until(lambda: os.path.exists(self.log), "it runs")
        self.daemon.kill()
        self.check_ends(process, 7, b"told\n", "the lock is lost")

    def test_a_daemon_that_was_started_again_knows_a_fresh_lock(self):
        holder = self.hold()
        self.wait_holders(1)
        self.daemon.kill()
        self.check_ends(holder, 7, b"", "the lock is lost")
        os.unlink(self.daemon.path)
        again = Daemon(listen=[self.daemon.usual], folder=self.daemon.folder)
        self.daemons.append(again)
        self.check(0, b"", "lock", "-n", "l", "--", "true")

    def test_a_crowd_loses_and_doubles_nothing(self):
        """Each adds one, in a way that only works alone."""
        with open(self.log, "w") as file:
            file.write("0")
        crowd = [self.begin("lock", "l", "--", "sh", "-c",
                            "n=$(cat {0}); echo $((n + 1)) >{0}"
                            .format(self.log)) for _ in range(40)]
        for process in crowd:
            self.check_ends(process, 0)
        self.assertEqual(self.holders(), ["40"])
        self.assertEqual(self.channels(), [])


class Barrier(Ctl):

    def test_all_go_on_together(self):
        for count in 1, 2, 7:
            parties = []
            for n in range(count):
                self.assertEqual([p for p in parties if p.poll()], [])
                parties.append(self.begin("barrier", "b", str(count)))
                if n + 1 < count:
                    self.wait_balance("barrier:b", -(n + 1))
            for party in parties:
                self.check_ends(party, 0)
            self.assertEqual(self.channels(), [])

    def test_a_crowd_that_comes_at_once_meets(self):
        parties = [self.begin("barrier", "b", "10") for _ in range(30)]
        for party in parties:
            self.check_ends(party, 0)
        self.assertEqual(self.channels(), [])

    def test_who_died_is_not_counted(self):
        for number, status in (signal.SIGKILL, -9), (signal.SIGTERM, 143):
            dead = self.begin("barrier", "b", "2")
            self.wait_balance("barrier:b", -1)
            dead.send_signal(number)
            self.assertEqual(self.finish(dead)[0], status)
            self.wait_balance("barrier:b", 0)
            first = self.begin("barrier", "b", "2")
            self.wait_balance("barrier:b", -1)
            self.check(0, b"", "barrier", "b", "2")
            self.check_ends(first, 0)

    def test_more_than_enough_wait_for_the_next(self):
        parties = [self.begin("barrier", "b", "3") for _ in range(4)]
        self.wait_balance("barrier:b", -1)
        until(lambda: sum(p.poll() == 0 for p in parties) == 3, "three go on")
        self.check(124, b"", "barrier", "-t", "50ms", "b", "3",
                   said="TIMEOUT")

    def test_who_does_not_wait_needs_the_others_there(self):
        self.check(5, b"", "barrier", "-n", "b", "2", said="WOULDBLOCK")
        self.check(0, b"", "barrier", "-n", "b", "1")
        first = self.begin("barrier", "-v", "b", "2")
        self.wait_balance("barrier:b", -1)
        self.check(0, b"", "barrier", "-n", "b", "2")
        self.check_ends(first, 0, b"", "2 have met")

    def test_a_bad_number_is_wrong_use(self):
        for text in "0", "x", "", "-1", "65537", "1.5":
            self.check(2, b"", "barrier", "b", "--", text, said="N is a number")
