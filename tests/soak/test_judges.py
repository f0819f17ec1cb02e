# SPDX-License-Identifier: MIT
"""Whether the soak's judges find what is put before them."""
import os
import sys
import unittest

sys.path.insert(1, os.path.dirname(os.path.abspath(__file__)))

from gauges import recount
from ledger import Ledger
from verdict import Verdict

KEY = 1, 1
WHOLE = {name: 1 for name in (
    "ok", "definite", "doubt", "refused", "STALE", "GONE", "kills", "visits",
    "told", "reloads", "stalled", "redeliveries", "malformed", "calls",
    "handoffs")}


class Messages(unittest.TestCase):

    def setUp(self):
        self.ledger = Ledger()
        self.ledger.begin(KEY, "c")

    def faults(self, error):
        self.ledger.finish(KEY, error, 0)
        self.ledger.judge_all()
        return self.ledger.faults

    def test_a_value_that_was_taken_once_is_well(self):
        self.ledger.take(KEY)
        self.assertEqual(self.faults(None), [])

    def test_one_that_was_taken_twice_is_not(self):
        self.ledger.take(KEY)
        self.ledger.take(KEY)
        self.assertIn("taken 2 times", self.faults(None)[0])

    def test_one_that_nobody_got_is_lost(self):
        self.assertIn("nobody got it", self.faults(None)[0])

    def test_unless_somebody_was_cut_off(self):
        self.ledger.cut_off["c"] += 1
        self.assertEqual(self.faults(None), [])

    def test_a_definite_error_means_that_nobody_had_it(self):
        self.ledger.lend(KEY, 1)
        self.assertIn("somebody had it", self.faults("TIMEOUT: late")[0])

    def test_but_for_who_gave_it_back(self):
        self.ledger.lend(KEY, 1)
        self.ledger.settle(KEY, "nack", None)
        self.assertEqual(self.faults("TIMEOUT: late"), [])

    def test_a_refusal_has_somebody_who_refused(self):
        self.assertIn("refused by nobody", self.faults("RAISED: T: no")[0])

    def test_an_error_that_must_not_come_is_told(self):
        self.assertIn("INTERNAL", self.faults("INTERNAL: oh")[0])

    def test_a_value_that_was_forgotten_is_too_late(self):
        self.ledger.take(KEY)
        self.assertEqual(self.faults(None), [])
        self.ledger.take(KEY)
        self.assertIn("long after", self.ledger.faults[0])

    def test_a_value_without_an_end_is_told(self):
        self.ledger.judge_all()
        self.assertIn("no end", self.ledger.faults[0])


class Gauges(unittest.TestCase):

    def test_all_are_counted(self):
        tasks = [{"kind": "connection", "state": "running"},
                 {"kind": "spawned", "state": "blocked"}]
        channels = [{"balance": 3, "values": 1, "held": 2},
                    {"balance": -4, "values": 0, "held": 0}]
        self.assertEqual(recount(channels, tasks, 5), {
            "connections": 1, "tasks": 2, "runnable": 1, "channels": 2,
            "senders": 2, "receivers": 4, "values": 1, "held": 2,
            "watchers": 5})


class Growth(unittest.TestCase):

    def failed(self, seconds=3600, rss=lambda n: 6000, p99=lambda n: 100,
               files=lambda n: 9, **last):
        count = seconds // 10
        samples = [dict(WHOLE, at=10.0 * (n + 1), rss_kib=rss(n),
                        p99_us=p99(n), floor_p99_us=50, other_files=files(n))
                   for n in range(count)]
        samples[-1].update(last)
        return Verdict(samples, {"faults": []}).judge()

    def test_what_stays_is_well(self):
        self.assertEqual(self.failed(), 0)
        self.assertEqual(self.failed(seconds=60), 0)

    def test_noise_is_no_growth(self):
        self.assertEqual(self.failed(
            seconds=1800, rss=lambda n: 6000 + n * 7919 % 40,
            p99=lambda n: 100 + n * 7919 % 60), 0)

    def test_memory_that_grows_by_one_percent_an_hour_is_found(self):
        self.assertEqual(self.failed(rss=lambda n: 6000 + n // 5), 1)
        self.assertEqual(self.failed(seconds=1800,
                                     rss=lambda n: 6000 + n // 5), 1)

    def test_in_a_short_run_half_a_mebibyte_is(self):
        self.assertEqual(self.failed(seconds=60,
                                     rss=lambda n: 6000 + 200 * n), 1)

    def test_a_sample_without_a_delay_is_left_out(self):
        self.assertEqual(self.failed(floor_p99_us=0), 0)

    def test_delay_that_drifts_is_found(self):
        self.assertEqual(self.failed(p99=lambda n: 100 + n / 10), 1)

    def test_a_descriptor_that_stays_open_is_found(self):
        self.assertEqual(self.failed(files=lambda n: 9 + n // 300), 1)

    def test_a_load_that_does_not_bite_is_found(self):
        self.assertEqual(self.failed(kills=0), 1)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(bad > 0)
