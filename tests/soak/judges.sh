#!/bin/sh
# SPDX-License-Identifier: MIT
# The soak's judges, judged.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$srcdir/tests/e2e \
	/usr/bin/python3 "$srcdir/tests/soak/test_judges.py" 2>&1
