#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` leaves is enough: programs in C and C++ are built from it
# as its users would, and meet on a real daemon; `make uninstall` leaves
# nothing. Run in the build's folder.
passed=0
failed=0
place=$(mktemp -d)
root=$place/root # of the installation; what is ours lies beside it
daemon= worker= receiver=

leave() {
	kill $worker $receiver $daemon 2>/dev/null
	rm -rf "$place"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM # else not every shell gets to the EXIT

finish() {
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ]
	exit
}

check() { # what it shows, command...
	what=$1
	shift
	if timeout 120 "$@" >"$place/said" 2>&1; then
		echo "ok: $what"
		passed=$((passed + 1))
		return 0
	fi
	echo "FAILED: $what: $*"
	cat "$place/said"
	failed=$((failed + 1))
	return 1
}

must() { # the same, where nothing can be shown without it
	check "$@" || finish
}

# ---- compilers ----

CC=${CC:-cc}
# One of the same family: a sanitizer's library is its compiler's.
case $CC in
*clang*) candidates='clang++ g++ c++' ;;
*) candidates='g++ clang++ c++' ;;
esac
for CXX in ${CXX:-$candidates}; do
	command -v "$CXX" >"$place/said" && break
done
must "there is a C++ compiler (g++ or clang++; or name one in CXX)" \
	sh -c "command -v ${CXX%% *}"

# ---- what is installed, and where ----

must "it installs" ${MAKE:-make} -s install DESTDIR="$root"
setting() { # a folder as configure was told, which may stand on another one
	value=$(sed -n "s/^$1 = //p" Makefile)
	eval "echo \"$value\""
}
prefix=$(setting prefix)
exec_prefix=$(setting exec_prefix)
libraries=$root$(setting libdir)
programs=$root$(setting bindir)
daemons=$root$(setting sbindir)
export PKG_CONFIG_PATH="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
export LD_LIBRARY_PATH="$libraries"
must "pkg-config finds it" pkg-config --exists --print-errors libchand
flags="-D_GNU_SOURCE -O1 $SANITIZE $(pkg-config --cflags --libs libchand $MSGPACK)"

# ---- names ----

sed '/^ \*\|^\/\*/d' "$srcdir/client/chand.h" |
	grep -o 'chand_[a-z_]*(' | tr -d '(' | sort -u >"$place/promised"
names() { # nm's options and file
	nm "$@" | awk 'NF == 3 && $2 ~ /[TDBRVWi]/ { sub(/@.*/, "", $3); print $3 }' |
		grep -v '^LIBCHAND_\|^_\?_\?asan\|^__' | sort -u
}
names -D "$libraries/libchand.so" >"$place/shared"
names "$libraries/libchand.a" >"$place/static"
check "the header promises something" test -s "$place/promised"
check "libchand.so has the header's names, and no other" \
	diff "$place/promised" "$place/shared"
check "libchand.a has the header's names, and no other" \
	diff "$place/promised" "$place/static"
check "its soname has a version" sh -c \
	"readelf -d '$libraries/libchand.so' | grep -q 'libchand\.so\.0'"
check "its symbols have a version" sh -c \
	"nm -D '$libraries/libchand.so' | grep -q chand_new@@LIBCHAND_0"

# ---- programs ----

printf '#include <chand.h>\nint main(void) { return chand_version() == 0; }\n' \
	>"$place/alone.c"
cp "$place/alone.c" "$place/alone.cc"
check "chand.h alone is C" $CC -std=c99 -pedantic-errors -Wall -Werror \
	"$place/alone.c" -o "$place/alone" $flags
check "a program runs with the shared library" "$place/alone"
check "chand.h alone is C++" $CXX -std=c++11 -pedantic-errors -Wall \
	-Werror "$place/alone.cc" -o "$place/alone_cc" $flags
check "a program of C++ runs" "$place/alone_cc"
check "the pool is built from what is installed" $CC \
	"$srcdir/examples/c/pool.c" -o "$place/pool" $flags
awk '/^```/ { inside = !inside; next } inside && /#include/ { found = 1 }
	inside && found { sub(/^\t/, ""); print }' \
	"$srcdir/client/man/libchand.3.scd" >"$place/example.c"
check "the manual's example compiles" $CC -Wall -Werror \
	"$place/example.c" -o "$place/example" $flags

# ---- a daemon ----

CHAND_URL=unix://$place/s
export CHAND_URL
"$daemons/chand" --listen "$CHAND_URL" --log-level error &
daemon=$!
tries=200
until "$programs/chanctl" -q ping || [ $tries = 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
"$place/pool" work alice >"$place/work" 2>&1 &
worker=$!
printf 'job %d: %d, by alice, attempt 1\n' 1 1 2 4 3 9 >"$place/want"
check "the pool works" \
	sh -c "'$place/pool' ask 3 | sort | diff - '$place/want'"
"$programs/chanctl" -t 20 recv greetings >"$place/got" &
receiver=$!
check "the manual's example works" "$place/example"
wait $receiver
check "and was heard" grep -qx hello "$place/got"

# ---- and gone ----

must "it uninstalls" ${MAKE:-make} -s uninstall DESTDIR="$root"
check "and leaves nothing" \
	sh -c "! find '$root' ! -type d | grep ."
finish
