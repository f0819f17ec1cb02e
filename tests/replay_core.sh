#!/bin/sh
# Every scheduling vector of level core: what Stackless Python 3.7 did.
exec tests/replay --level core "$srcdir/tests/vectors/scheduling.jsonl"
