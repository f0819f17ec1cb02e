#!/bin/sh
# SPDX-License-Identifier: MIT
# Each file that a page names in backquotes is there, and has the function that
# it names behind a colon; and who promises something names a test of it.
cd "$srcdir" || exit 1
found=0 missing=0
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

is_there() { # path, "" or :function
	if [ -e "$1" ] || [ -e "$1.c" ] || [ -e "daemon/$1" ]; then
		[ -z "$2" ] || grep -qw "${2#:}" "$1"
	else
		return 1
	fi
}

miss() {
	echo "$1"
	missing=$((missing + 1))
}

for page in README.md ARCHITECTURE.md SECURITY.md doc/*.md; do
	for name in $(grep -o '`\(tests\|doc\|proto\|conf\|client\|daemon\|examples\)/[A-Za-z0-9_./:-]*`' \
		"$page" | tr -d '`'); do
		if is_there "${name%%:*}" "${name#"${name%%:*}"}"; then
			found=$((found + 1))
		else
			miss "$page names $name, which is not there"
		fi
	done
done

# Rows of tables, behind their heads.
for page in SECURITY.md doc/RELIABILITY.md; do
	grep '^|' "$page" | sed '/^|[-|]*$/d; /^| who |/d; /^| promise |/d' >"$rows"
	while read -r row; do
		if echo "$row" | grep -q '`tests/'; then
			found=$((found + 1))
		else
			miss "$page names no test: $row"
		fi
	done <"$rows"
done
echo "$found passed, $missing failed"
[ $found -gt 0 ] && [ $missing -eq 0 ]
