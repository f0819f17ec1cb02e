#!/bin/sh
# SPDX-License-Identifier: MIT
# Does the checker reject what breaks a promise, and nothing else?
here=$(dirname "$0")
cd "$here" && PYTHONDONTWRITEBYTECODE=1 exec "${CHAND_PYTHON:-/usr/bin/python3}" \
	-c 'import sys; sys.path.insert(0, "../e2e"); import suite
sys.exit(suite.run(sys.argv[1:], "."))' test_check.py 2>&1
