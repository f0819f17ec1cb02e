#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh BUILD [prove] - the release tarball of what git tracks here, into
# BUILD, with its sum. To prove it, it is made twice, in two ways; the same
# bytes must come of both; and `make distcheck` builds, tries, installs and
# uninstalls what is in it.
set -eu
cd "$(dirname "$0")/../.."
build=$1
proving=${2:-}
place=$build/dist
version=$(sed -n 's/^AC_INIT(\[chand\], \[\(.*\)\])$/\1/p' configure.ac)
name=chand-$version.tar.xz
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

# What of the tests tells that a tarball has all it needs; the others are the
# same anywhere.
programs='tests/test_chan tests/test_chand_call tests/test_session'
tests="$programs tests/replay_vectors.sh tests/rooms.sh
	tests/described.sh tests/install.sh tests/installed.sh tests/manual.sh
	tests/service_files.sh tests/e2e/test_life.py
	tests/e2e/test_chanctl.py tests/e2e/test_libchand.py"

sources() { # folder: gets what git tracks, as it is now, and nothing else
	mkdir -p "$1"
	git ls-files -z | tar -c --null --files-from=- | tar -x -C "$1"
}

said() { # log, command...: which is shown if it fails
	log=$1
	shift
	"$@" >"$log" 2>&1 && return
	echo "dist.sh: $* failed:"
	tail -n 60 "$log"
	return 1
}

tarball() { # folder, of the build below it, goals...
	sources "$place/$1"
	(
		cd "$place/$1"
		./autogen.sh
		top=$PWD
		mkdir -p "$2"
		cd "$2"
		"$top/configure" -q
		shift 2
		make -s "$@"
	)
}

first() {
	tarball first build "$@"
}

second() ( # by another user's habits
	umask 077
	TZ=Pacific/Chatham LC_ALL=C.UTF-8
	export TZ LC_ALL
	tarball second . dist
)

chmod -R u+w "$place" 2>/dev/null || : # a distcheck that was cut short
rm -rf "$place" "$build"/chand-*.tar.xz*
mkdir -p "$place"
if [ "$proving" = prove ]; then
	said "$place/second.log" second &
	other=$!
	said "$place/first.log" first -j"$(nproc)" distcheck \
		TESTS="$(echo $tests)" \
		check_PROGRAMS="$(echo $programs tests/chand_client)" || {
		wait $other
		exit 1
	}
	wait $other
	cmp "$place/first/build/$name" "$place/second/$name"
	sed -n 's/^# \(TOTAL\|PASS\): */\1 /p' "$place/first.log" | sort -u |
		awk '{ n[$1] = $2 } END { bad = n["TOTAL"] - n["PASS"]
			print n["PASS"] " passed, " bad " failed"
			exit bad || !n["PASS"] }'
else
	said "$place/first.log" first dist
fi
mv "$place/first/build/$name" "$build/"
rm -rf "$place"
cd "$build"
sha256sum "$name" | tee "$name.sha256"
