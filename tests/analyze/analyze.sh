#!/bin/sh
# analyze.sh BUILD [TOOL...] - what gcc, clang-tidy, scan-build and cppcheck
# find in the daemon, the wire and the client; known.txt says what may stay.
# BUILD, where something was built already, gets a folder for each tool.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
shift
known=tests/analyze/known.txt
failed=0 passed=0

configured() { # what make is run with...: configured in a folder of its own
	mkdir -p "$build/$tool"
	[ -f "$build/$tool/Makefile" ] ||
		(cd "$build/$tool" && "$@" ../../configure -q --silent --disable-lto)
	make -s -C "$build/$tool" clean
}

# An intrusive list keeps what malloc() gave where the analyzer does not look;
# sanitizers, valgrind and the simulation do. An output is set where a function
# returns 0: that it never does so with an error is in another file.
run_gcc() {
	configured env CFLAGS='-g -O1'
	make -s -C "$build/$tool" -j"$(nproc)" chand chanctl CFLAGS="$(echo \
		-g -O1 -fanalyzer -Wno-analyzer-malloc-leak \
		-Wno-analyzer-use-of-uninitialized-value)" 2>&1
}

run_clang_tidy() {
	printf '%s\n' $sources | xargs -P "$(nproc)" -n 8 sh -c \
		'clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE \
			-DSYSCONFDIR=\"/etc\" \
			-I. -Idaemon -I'"$build" sh 2>/dev/null
}

# As with gcc: outputs that are set where 0 is returned.
run_scan_build() {
	configured scan-build env
	scan-build -o "$build/$tool/report" \
		-analyzer-config core.CallAndMessage:ArgInitializedness=false \
		make -s -C "$build/$tool" -j"$(nproc)" chand chanctl 2>&1
}

run_cppcheck() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		-D_GNU_SOURCE -D__x86_64__ -I. -Idaemon daemon proto client 2>&1
}

findings() { # what a tool has said: "tool file message", each once
	grep -E '^[^ ]*\.[ch]:[0-9]+:.*(warning|error|performance|portability): ' |
		sed -E 's,^([^ ]*/)?((daemon|proto|client)/[^:]*):[0-9:]* [a-z]+: ,'"$name"' \2 ,' |
		sort -u
}

# A line of known.txt is the tool, the file, and a part of the message.
is_known() { # finding
	while read -r line; do
		rest=${line#* }
		case $1 in
		"${line%% *} ${rest%% *} "*"${rest#* }"*) return 0 ;;
		esac
	done <"$build/$tool.known"
	return 1
}

analyze() {
	grep "^$name " $known >"$build/$tool.known" || :
	new=0
	status=0
	"run_$tool" >"$build/$tool.out" || status=$?
	findings <"$build/$tool.out" >"$build/$tool.found"
	if [ $status != 0 ] && ! [ -s "$build/$tool.found" ]; then
		new=1
		echo "$name ended with $status:"
		tail -n 20 "$build/$tool.out"
	fi
	while read -r finding; do
		is_known "$finding" && continue
		new=$((new + 1))
		echo "$finding"
	done <"$build/$tool.found"
	while read -r line; do
		rest=${line#* }
		grep -F "${line%% *} ${rest%% *} " "$build/$tool.found" |
			grep -qF "${rest#* }" && continue
		new=$((new + 1))
		echo "not found any more, so not for $known: $line"
	done <"$build/$tool.known"
	[ $new = 0 ] && passed=$((passed + 1)) && return
	failed=$((failed + 1))
}

sources=$(git ls-files 'daemon/*.c' 'proto/*.c' 'client/*.c')
for name in ${*:-gcc clang-tidy scan-build cppcheck}; do
	tool=$(echo "$name" | tr - _)
	analyze
done
echo "$passed passed, $failed failed: analyzers"
[ $failed = 0 ]
