# SPDX-License-Identifier: MIT
"""What holds for a connection holds for one within TLS: the same tests."""
import unittest

import test_atomic
import test_concurrent
import test_deliveries
import test_exchange
import test_fencing
import test_select


def load_tests(loader, _tests, _pattern):
    """Each of their cases once more, over TLS."""
    suite = unittest.TestSuite()
    for module in (test_atomic, test_concurrent, test_deliveries,
                   test_exchange, test_fencing, test_select):
        for name, case in sorted(vars(module).items()):
            if isinstance(case, type) and \
                    issubclass(case, unittest.TestCase) and \
                    case.__module__ == module.__name__:
                again = type(name + "OverTls", (case,), {
                    "over_tls": True, "__module__": __name__})
                suite.addTests(loader.loadTestsFromTestCase(again))
    return suite
