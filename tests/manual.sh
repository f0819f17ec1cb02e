#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual of libchand describes each function of chand.h in one page, and
# names each code; all pages please mandoc.
passed=0
failed=0

tell() { # whether it holds, what was wrong
	[ "$1" = 0 ] && passed=$((passed + 1)) && return
	shift
	echo "$*"
	failed=$((failed + 1))
}

header() { # chand.h without its comments
	sed '/^ \*\|^\/\*/d' "$srcdir/client/chand.h"
}

for name in $(header | grep -o 'chand_[a-z_]*(' | tr -d '(' | sort -u); do
	pages=$(sed -n '/^# SYNOPSIS/,/^# DESCRIPTION/p' \
		"$srcdir"/client/man/*.3.scd | grep -c "[* ]$name(")
	told=$(sed -n '/^# DESCRIPTION/,$p' "$srcdir"/client/man/*.3.scd |
		grep -c "\*$name\*()")
	[ "$pages" = 1 ] && [ "$told" -ge 1 ]
	tell $? "$name is in $pages synopses, and told of in $told lines"
done
for name in $(header | grep -o '\bCHAND_[A-Z_]*' | sort -u |
	grep -vx CHAND_H); do
	grep -q "\*$name\*" "$srcdir"/client/man/*.3.scd
	tell $? "$name is in no page"
done
found=0
for page in client/man/*.[13] conf/*.5 daemon/*.8 proto/*.7 \
	"$srcdir"/client/man/*.[13] "$srcdir"/conf/*.5 "$srcdir"/daemon/*.8; do
	[ -f "$page" ] || continue
	found=$((found + 1))
	# scdoc makes a paragraph too many, always.
	said=$(mandoc -Tlint -Wwarning "$page" 2>&1 |
		grep -v 'skipping paragraph macro')
	[ -z "$said" ]
	tell $? "$said"
done
eaten=$(awk '/^```/ { inside = !inside } inside && /\\/ {
	print FILENAME ": " $0 }' "$srcdir"/client/man/*.3.scd)
[ -z "$eaten" ]
tell $? "scdoc eats a backslash in an example: $eaten"
# Those of proto are made without scdoc.
[ $found -gt 2 ]
tell $? "no pages were made: scdoc is missing"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
