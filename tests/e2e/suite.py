# SPDX-License-Identifier: MIT
"""Run the test files that are named, or all; ends with "N passed, M failed"."""
import faulthandler
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

WATCHDOG = 600 * float(os.environ.get("CHAND_SLOW", "1"))


class Result(unittest.TextTestResult):
    """A line for each test: how long it took, and its name as a sentence."""

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.began = time.monotonic()

    def say(self, verdict, test):
        name = test.id().rsplit(".", 1)[-1]
        self.stream.writeln("%-7s %6.2f s  %s" % (
            verdict, time.monotonic() - self.began,
            name.replace("test_", "", 1).replace("_", " ")))
        self.stream.flush()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self.say("ok", test)

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self.say("FAILED", test)

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self.say("FAILED", test)


def run(words, folder):
    """Words: files of it, and after a colon a part of a test's name."""
    names = words or sorted(n for n in os.listdir(folder)
                            if n.startswith("test_") and n.endswith(".py"))
    faulthandler.dump_traceback_later(WATCHDOG, exit=True)
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    for name in names:
        name, _, part = name.partition(":")
        loader.testNamePatterns = ["*%s*" % part] if part else None
        module = os.path.splitext(os.path.basename(name))[0]
        suite.addTests(loader.loadTestsFromName(module))
    runner = unittest.TextTestRunner(resultclass=Result, verbosity=0)
    result = runner.run(suite)
    bad = {test.id().split(" (")[0] for test, _ in
           result.failures + result.errors}
    failed = len(bad)
    passed = max(0, result.testsRun - failed)
    print("%d passed, %d failed" % (passed, failed), flush=True)
    # A test that was skipped has shown nothing.
    good = result.wasSuccessful() and not result.skipped
    return 0 if passed > 0 and good else 1


def main(words):
    for name in "CHAND", "CHANCTL":
        if not os.access(os.environ.get(name, ""), os.X_OK):
            print("%s must name a program: nothing was run" % name)
            return 2
    return run(words, HERE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
