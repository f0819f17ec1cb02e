#!/bin/sh
# SPDX-License-Identifier: MIT
# What a message costs the daemon in instructions and allocations, counted by
# valgrind, and whether that has grown: count.sh CHAND [record|show]. See
# count.py. No other load on the machine can change it.
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
${CC:-cc} -O1 -shared -fPIC -o "$place/fixed_random.so" \
	"$here/fixed_random.c" || exit 1
/usr/bin/python3 "$here/count.py" "$place" "$@"
