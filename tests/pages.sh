#!/bin/sh
# SPDX-License-Identifier: MIT
# Each file that a page names in backquotes is there.
cd "$srcdir" || exit 1
found=0 missing=0
for page in README.md ARCHITECTURE.md SECURITY.md doc/*.md; do
	for path in $(grep -o '`\(tests\|doc\|proto\|conf\|client\|daemon\|examples\)/[A-Za-z0-9_./-]*`' \
		"$page" | tr -d '`'); do
		if [ -e "$path" ] || [ -e "$path.c" ] || [ -e "daemon/$path" ]; then
			found=$((found + 1))
		else
			echo "$page names $path, which is not there"
			missing=$((missing + 1))
		fi
	done
done
echo "$found passed, $missing failed"
[ $found -gt 0 ] && [ $missing -eq 0 ]
