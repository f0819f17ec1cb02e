# SPDX-License-Identifier: MIT
"""Networks that are cut and healed, and clients that do not read."""
import time

import fleet
from fleet import until

BOUND = 35  # seconds in which a dead peer is noticed: proto/PROTOCOL.md


class Network(fleet.Case):

    def test_a_worker_that_is_cut_off_is_noticed_and_its_job_done(self):
        self.start_daemon()
        (stuck,), jobs = self.start("stuck", "jobs")
        value = until(stuck.holds, "the worker has a job")
        cut = time.monotonic_ns()
        self.fleet.disconnect("back", stuck)
        ((other,),) = self.start("workers")

        def second():
            return [line for line in other.lines()
                    if line.get("value") == value and line["is"] == "ok"]

        (line,) = until(second, "another worker gets the job", BOUND + 10)
        self.assertEqual(line["attempt"], 2)
        waited = (line["t"] - cut) / 1e9
        print("noticed after %.1f s" % waited, flush=True)
        self.assertLess(waited, BOUND)
        stuck.kill()
        self.end(jobs)
        self.end([other])
        self.judge(dead_after=BOUND)

    def test_all_goes_on_when_a_network_is_healed(self):
        daemon = self.start_daemon()
        workers, jobs = self.start("workers", "jobs")
        self.wait_ok(jobs, 5)
        for _ in range(2):
            self.fleet.disconnect("back", daemon)
            self.fleet.connect("back", daemon)
            self.wait_ok(jobs, 5)
        self.end(jobs)
        self.end(workers)
        self.judge(dead_after=BOUND)
