#!/bin/sh
# The measuring itself works: every operation, a few times, among a few.
exec tests/bench/core --smoke
