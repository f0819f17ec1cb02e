#!/bin/sh
# SPDX-License-Identifier: MIT
# Are conf/chand.conf and the lists in the manuals what the table of options
# says? With "write": make them so. DESCRIBE is the program that prints them.
cd "$(dirname "$0")/.." || exit 1
describe=${DESCRIBE:?names tests/describe}
wish=${1:-}
passed=0
failed=0
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT

agree() { # file, what it ought to be
	if cmp -s "$1" "$2"; then
		passed=$((passed + 1))
	elif [ "$wish" = write ]; then
		cat "$2" >"$1"
		passed=$((passed + 1))
	else
		echo "$1 is not what conf/options.def says: ./dev describe"
		diff -u "$1" "$2" | head -n 40
		failed=$((failed + 1))
	fi
}

within() { # file, what to print: between its two marks stands nothing else
	"$describe" "$2" >"$place/list"
	awk -v list="$place/list" '
		/^; options begin/ { print; print ""; while ((getline line <list) > 0) print line; skips = 1 }
		/^; options end/ { skips = 0 }
		!skips' "$1" >"$place/page"
	agree "$1" "$place/page"
}

"$describe" sample >"$place/sample"
[ -s "$place/sample" ] || exit 1
agree conf/chand.conf "$place/sample"
within conf/chand.conf.5.scd manual
within daemon/chand.8.scd words
echo "$passed passed, $failed failed"
[ $failed = 0 ]
