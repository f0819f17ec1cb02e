# SPDX-License-Identifier: MIT
"""Run the files of tests that are named, or all, as tests/e2e does."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "tests", "e2e")]

import suite  # noqa: E402

if __name__ == "__main__":
    sys.exit(suite.run(sys.argv[1:], HERE))
