#!/bin/sh
# SPDX-License-Identifier: MIT
# `make install` brings what tests/installed.txt lists, with these permissions,
# and nothing else; a configuration that is there already stays as it is, and
# `make uninstall` leaves nothing but that. Run in the build's folder.
passed=0
failed=0
place=$(mktemp -d) || exit 1
root=$place/root
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM

judge() { # what it shows, command...
	what=$1
	shift
	if "$@" >"$place/said" 2>&1; then
		passed=$((passed + 1))
		return
	fi
	echo "FAILED: $what"
	cat "$place/said"
	failed=$((failed + 1))
}

make_it() { # install or uninstall
	${MAKE:-make} -s "$1" DESTDIR="$root"
}

listed() { # as make itself knows the folders
	{
		echo "include Makefile"
		sed 's/.*/$(info &)/' "$srcdir/tests/installed.txt"
		echo "listed: ;"
	} | ${MAKE:-make} -s -f - listed | sort -k 2
}

found() {
	find "$root" ! -type d -printf '%m %p\n' | sed "s, $root, ," |
		sort -k 2
}

# In one order, whatever the machine's language is.
LC_ALL=C
export LC_ALL
judge "it installs" make_it install
listed >"$place/listed"
found >"$place/found"
judge "something is listed" test -s "$place/listed"
judge "what is installed is what is listed" \
	diff -u "$place/listed" "$place/found"

conf=$root$(sed -n 's,^[0-9]* \(/.*/chand/chand\.conf\)$,\1,p' "$place/listed")
judge "the sample is the daemon's configuration" \
	"$BUILT/chand" --config "$conf" --check-config
echo '# mine' >>"$conf"
judge "it installs again" make_it install
judge "over no configuration that was changed" grep -qx '# mine' "$conf"
judge "it uninstalls" make_it uninstall
judge "and leaves that alone" [ "$(find "$root" ! -type d)" = "$conf" ]

rm -f "$conf"
judge "it installs after that" make_it install
judge "and uninstalls" make_it uninstall
judge "the sample, too" [ -z "$(find "$root" ! -type d)" ]

echo "$passed passed, $failed failed"
[ $failed = 0 ]
