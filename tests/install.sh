#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` leaves is enough: programs in C and C++ are built from it
# as its users would, and meet on a real daemon. Run in the build's folder.
failed=0
place=$(mktemp -d)
daemon=
trap 'kill $daemon 2>/dev/null; rm -rf "$place"' EXIT

check() { # what it shows, command...
	what=$1
	shift
	"$@" >"$place/said" 2>&1 && echo "ok: $what" && return
	echo "FAILED: $what: $*"
	cat "$place/said"
	failed=$((failed + 1))
}

${MAKE:-make} -s install DESTDIR="$place" >"$place/said" 2>&1 || {
	cat "$place/said"
	echo "0 passed, 1 failed"
	exit 1
}
prefix=$place$(sed -n 's/^prefix = //p' Makefile)
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$place"
export LD_LIBRARY_PATH="$prefix/lib"
flags="-D_GNU_SOURCE -O1 $SANITIZE $(pkg-config --cflags --libs libchand $MSGPACK)"

# ---- names ----

sed '/^ \*\|^\/\*/d' "$srcdir/client/chand.h" |
	grep -o 'chand_[a-z_]*(' | tr -d '(' | sort -u >"$place/promised"
names() { # nm's options and file
	nm "$@" | awk 'NF == 3 && $2 ~ /[TDBRVWi]/ { sub(/@.*/, "", $3); print $3 }' |
		grep -v '^LIBCHAND_\|^_\?_\?asan\|^__' | sort -u
}
names -D "$prefix/lib/libchand.so" >"$place/shared"
names "$prefix/lib/libchand.a" >"$place/static"
check "the header promises something" test -s "$place/promised"
check "libchand.so has the header's names, and no other" \
	diff "$place/promised" "$place/shared"
check "libchand.a has the header's names, and no other" \
	diff "$place/promised" "$place/static"
check "its soname has a version" sh -c \
	"readelf -d '$prefix/lib/libchand.so' | grep -q 'libchand\.so\.0'"
check "its symbols have a version" sh -c \
	"nm -D '$prefix/lib/libchand.so' | grep -q chand_new@@LIBCHAND_0"

# ---- compilers ----

printf '#include <chand.h>\nint main(void) { return chand_version() == 0; }\n' \
	>"$place/alone.c"
cp "$place/alone.c" "$place/alone.cc"
check "chand.h alone is C" ${CC:-cc} -std=c99 -pedantic-errors -Wall -Werror \
	"$place/alone.c" -o "$place/alone" $flags
check "a program runs with the shared library" "$place/alone"
check "chand.h alone is C++" ${CXX:-g++} -std=c++11 -pedantic-errors -Wall \
	-Werror "$place/alone.cc" -o "$place/alone_cc" $flags
check "a program of C++ runs" "$place/alone_cc"
check "the pool is built from what is installed" ${CC:-cc} \
	"$srcdir/examples/c/pool.c" -o "$place/pool" $flags
awk '/^```/ { inside = !inside; next } inside && /#include/ { found = 1 }
	inside && found { sub(/^\t/, ""); print }' \
	"$srcdir/client/man/libchand.3.scd" >"$place/example.c"
check "the manual's example compiles" ${CC:-cc} -Wall -Werror \
	"$place/example.c" -o "$place/example" $flags

# ---- a daemon ----

CHAND_URL=unix://$place/s
export CHAND_URL
"$prefix/sbin/chand" --listen "$CHAND_URL" --log-level error &
daemon=$!
tries=200
until "$prefix/bin/chanctl" -q ping || [ $tries = 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
"$place/pool" work alice >"$place/work" 2>&1 &
worker=$!
check "the pool works" sh -c "'$place/pool' ask 3 | sort | diff - '$place/want'" \
	$(printf 'job %d: %d, by alice, attempt 1\n' 1 1 2 4 3 9 >"$place/want")
kill $worker
"$prefix/bin/chanctl" -t 20 recv greetings >"$place/got" &
receiver=$!
check "the manual's example works" "$place/example"
wait $receiver
check "and was heard" test -s "$place/got"

[ $failed -eq 0 ] && echo "1 passed, 0 failed" && exit 0
echo "0 passed, $failed failed"
exit 1
