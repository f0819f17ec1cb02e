#!/bin/sh
# ./dev setup with a Debian that is played: what is installed, how, and when
# nothing is.
srcdir=$(cd "$srcdir" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
passed=0
failed=0

play() { # command, the script that stands in for it
	printf '#!/bin/sh\n%s\n' "$2" >"$stage/$1"
	chmod +x "$stage/$1"
}

# The files absent and unknown list packages; asked has what apt was told.
play dpkg-query 'for p; do :; done
grep -qx "$p" "$STAGE/absent" || printf installed'
play apt-cache 'grep -qx "$2" "$STAGE/unknown" || echo "$2 | 1.0"'
play apt-get 'echo "apt-get $*" >>"$STAGE/asked"'
play sudo 'echo sudo >>"$STAGE/asked"; exec "$@"'
play id 'cat "$STAGE/uid"'

setup() { # uid, absent packages, unknown packages: runs ./dev setup
	echo "$1" >"$stage/uid"
	printf '%s\n' $2 >"$stage/absent"
	printf '%s\n' $3 >"$stage/unknown"
	: >"$stage/asked"
	STAGE=$stage PATH="$stage:$PATH" "$srcdir/dev" setup \
		>"$stage/said" 2>&1
}

check() { # what should be true, a command that shows it
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		cat "$stage/said" "$stage/asked"
	fi
}

installs() { # the packages that apt-get install was asked for, in order
	[ "$(sed -n 's/.* --no-install-recommends //p' "$stage/asked")" = "$1" ]
}

asked() {
	grep -q "$1" "$stage/asked"
}

says() {
	grep -q "$1" "$stage/said"
}

is_quiet() {
	[ ! -s "$stage/said" ] && [ ! -s "$stage/asked" ]
}

check "with nothing missing, setup ends well" setup 0 "" ""
check "and does and says nothing" is_quiet

check "with packages missing, setup ends well" setup 0 "make check" ""
check "and installs just these" installs "make check"
check "after an update" asked "apt-get update"
check "and says which" says "installing make check"
check "root needs no sudo" [ "$(grep -c sudo "$stage/asked")" = 0 ]

check "one of two names is enough" setup 0 libmsgpack-c-dev ""
check "so that nothing is installed" is_quiet
both="libmsgpack-c-dev libmsgpack-dev"
check "the first of two names is taken" setup 0 "$both" ""
check "where both are known" installs libmsgpack-c-dev
check "and the second" setup 0 "$both" libmsgpack-c-dev
check "where the first is not" installs libmsgpack-dev

check "a package that apt does not know" setup 0 make make
check "is asked for all the same, so that apt says so" installs make

check "who is not root" setup 1000 make ""
check "installs" installs make
check "through sudo" asked sudo

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
