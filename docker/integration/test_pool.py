# SPDX-License-Identifier: MIT
"""Workers that die, pause, and are replaced, while others send them jobs."""
import fleet
from fleet import until


class Pool(fleet.Case):

    def sends(self, history, value):
        return [c for c in history.calls("send") if c.value == value]

    def receives(self, history, value):
        return sorted((c for c in history.calls("recv")
                       if c.is_ok() and c.value == value),
                      key=lambda call: call.attempt)

    def test_a_value_goes_from_one_network_to_another(self):
        self.start_daemon()
        receiver = self.fleet.compose("run", "-d", "tool-behind", "-t", "60",
                                      "recv", "names").stdout.split()[-1]
        self.fleet.tool("-t", "60", "send", "names", "by service name")
        self.assertEqual(fleet.docker("wait", receiver), "0")
        self.assertEqual(fleet.docker("logs", receiver), "by service name")

    def test_a_worker_of_five_is_killed_with_a_job_in_its_hands(self):
        self.start_daemon()
        workers, jobs = self.start("jobs", workers=5)[::-1]
        victim, value = self.catch(workers)
        victim.kill()
        self.wait_done(jobs, value)
        self.wait_ok(jobs, 20)
        self.end(jobs)
        self.end([w for w in workers if w is not victim])
        history, seen = self.judge()
        (send,) = self.sends(history, value)
        self.assertEqual(send.reply[1], 2)
        self.assertEqual([r.attempt for r in self.receives(history, value)],
                         [1, 2])
        self.assertEqual(seen["acknowledged"], seen["sends"])

    def test_a_stuck_worker_s_job_is_done_by_another_when_it_is_killed(self):
        self.start_daemon()
        (stuck,), jobs = self.start("stuck", "jobs")
        value = until(stuck.holds, "the first worker has a job")
        ((other,),) = self.start("workers")
        self.wait_ok(jobs, 5)
        stuck.kill()
        self.wait_done(jobs, value)
        self.end(jobs)
        self.end([other])
        history, seen = self.judge()
        (send,) = self.sends(history, value)
        self.assertEqual(send.reply, [self.one(history, other).by, 2])
        first, second = self.receives(history, value)
        self.assertEqual((first.attempt, second.attempt), (1, 2))
        self.assertEqual(seen["acknowledged"], seen["sends"])

    def one(self, history, container):
        return next(c for c in history.calls("recv")
                    if c.by.startswith(container.ident[:12]))

    def wait_done(self, jobs, value):
        def ended():
            begun = {(line["by"], line["call"]) for job in jobs
                     for line in job.lines() if line.get("value") == value}
            return any((line.get("by"), line.get("call")) in begun and
                       line["is"] == "ok"
                       for job in jobs for line in job.lines())
        until(ended, "the job %r is done" % value)

    def catch(self, workers):
        """Pause one of them while it is at something: it, and its value."""
        def caught():
            for worker in workers:
                if worker.holds():
                    worker.pause()
                    if worker.holds():
                        return worker, worker.holds()
                    worker.resume()
            return None

        return until(caught, "somebody is caught at work")

    def test_a_worker_paused_past_its_lease_is_too_late(self):
        self.start_daemon()
        jobs, hasty = self.start("jobs", hasty=2)
        victim, value = self.catch(hasty)
        self.start("workers")
        self.wait_done(jobs, value)
        victim.resume()
        until(lambda: any(line.get("code") == "STALE"
                          for line in victim.lines()), "it is told so")
        self.end(jobs)
        self.end(hasty, self.fleet.containers("workers"))
        history, _ = self.judge()
        (send,) = self.sends(history, value)
        self.assertEqual(send.reply[1], 2)
        self.assertFalse(send.reply[0].startswith(victim.ident[:12]))

    def test_workers_are_replaced_one_by_one_and_nothing_is_lost(self):
        self.start_daemon()
        jobs, workers = self.start("jobs", workers=3)
        for worker in workers:
            self.wait_ok(jobs, 5)
            worker.stop()
            self.assertEqual(worker.status(), 0, worker.output())
            self.wait_ok(jobs, 3)
            worker.start()
        self.wait_ok(jobs, 10)
        self.end(jobs)
        self.end(workers)
        _, seen = self.judge()
        self.assertEqual(seen["acknowledged"], seen["sends"])
        self.assertEqual(seen["redeliveries"], 0)
        self.assertGreaterEqual(seen["clients"], 8 + 3 + 3)
