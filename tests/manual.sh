#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual of libchand describes each function of chand.h in one page, and
# its pages please mandoc.
failed=0
for name in $(sed '/^ \*\|^\/\*/d' "$srcdir/client/chand.h" |
	grep -o 'chand_[a-z_]*(' | tr -d '(' | sort -u); do
	pages=$(sed -n '/^# SYNOPSIS/,/^# DESCRIPTION/p' \
		"$srcdir"/client/man/*.3.scd | grep -c "[* ]$name(")
	told=$(sed -n '/^# DESCRIPTION/,$p' "$srcdir"/client/man/*.3.scd |
		grep -c "\*$name\*()")
	[ "$pages" = 1 ] && [ "$told" -ge 1 ] && continue
	echo "$name is in $pages synopses, and told of in $told lines"
	failed=$((failed + 1))
done
found=0
for page in client/man/*.3 "$srcdir"/client/man/*.3; do
	[ -f "$page" ] || continue
	found=$((found + 1))
	# scdoc makes a paragraph too many, always.
	said=$(mandoc -Tlint -Wwarning "$page" 2>&1 |
		grep -v 'skipping paragraph macro')
	[ -z "$said" ] && continue
	echo "$said"
	failed=$((failed + 1))
done
[ $found -gt 0 ] || echo "no pages were made: scdoc is missing"
[ $found -gt 0 ] || failed=$((failed + 1))
[ $failed -eq 0 ] && echo "1 passed, 0 failed" && exit 0
echo "0 passed, $failed failed"
exit 1
