#!/bin/sh
# SPDX-License-Identifier: MIT
# The bench in a few seconds: whether all that it sends comes, not how fast.
srcdir=$(cd "$srcdir" && pwd)
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
/usr/bin/python3 "$srcdir/tests/bench/bench.py" . "$out" smoke
