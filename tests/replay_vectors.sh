#!/bin/sh
# Every scheduling vector: what Stackless Python 3.7 did.
exec tests/replay "$srcdir/tests/vectors/scheduling.jsonl"
