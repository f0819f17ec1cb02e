#!/bin/sh
# Every scheduling vector: what Stackless Python 3.7 did. And again with others
# around that use what it does not have.
vectors=$srcdir/tests/vectors/scheduling.jsonl
tests/replay "$vectors" || exit 1
exec tests/replay --with-bystanders "$vectors"
