#!/bin/sh
# analyze.sh BUILD [TOOL...] - what gcc, clang, clang-tidy and cppcheck find in
# the daemon, the wire and the client; known.txt says what may stay. BUILD,
# where configure was, gets a folder with what each tool has said.
set -u
export LC_ALL=C # the words, and the quotes, of known.txt
cd "$(dirname "$0")/../.." || exit 1
build=$1
shift
out=$build/analyze
known=tests/analyze/known.txt
failed=0 passed=0
# Nothing of this is for a shell to read again: the quotes are the macro's.
export flags="-std=gnu11 -D_GNU_SOURCE -DSYSCONFDIR=\"/etc\" -I. -Idaemon -I$build"

each() { # files at a time, what is done with them
	printf '%s\n' $sources | xargs -P "$(nproc)" -n "$1" sh -c "$2" sh
}

# An intrusive list keeps what malloc() gave where the analyzer does not look;
# sanitizers, valgrind and the simulation do. An output is set where a function
# returns 0: that it never does so with an error is in another file.
run_gcc() {
	each 1 'gcc $flags -O1 -fanalyzer -Wno-analyzer-malloc-leak \
		-Wno-analyzer-use-of-uninitialized-value \
		-S -o /dev/null "$@"' 2>&1
}

# What scan-build runs. As with gcc: outputs that are set where 0 is returned.
run_clang() {
	each 4 'clang $flags --analyze --analyzer-output text \
		-Xclang -analyzer-config \
		-Xclang core.CallAndMessage:ArgInitializedness=false "$@"' 2>&1
}

run_clang_tidy() {
	each 8 'clang-tidy --quiet "$@" -- $flags' 2>/dev/null
}

# It looks from file to file, and so at all of them in one process.
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
	done <"$out/$tool.known"
	return 1
}

analyze() {
	grep "^$name " $known >"$out/$tool.known" || :
	new=0
	status=0
	"run_$tool" >"$out/$tool.out" || status=$?
	findings <"$out/$tool.out" >"$out/$tool.found"
	if [ $status != 0 ]; then
		new=1
		echo "$name ended with $status:"
		tail -n 20 "$out/$tool.out"
	fi
	while read -r finding; do
		is_known "$finding" && continue
		new=$((new + 1))
		echo "$finding"
	done <"$out/$tool.found"
	while read -r line; do
		rest=${line#* }
		grep -F "${line%% *} ${rest%% *} " "$out/$tool.found" |
			grep -qF "${rest#* }" && continue
		new=$((new + 1))
		echo "not found any more, so not for $known: $line"
	done <"$out/$tool.known"
	[ $new = 0 ] && passed=$((passed + 1)) && return
	failed=$((failed + 1))
}

mkdir -p "$out"
sources=$(git ls-files 'daemon/*.c' 'proto/*.c' 'client/*.c')
for name in ${*:-gcc clang clang-tidy cppcheck}; do
	tool=$(echo "$name" | tr - _)
	analyze
done
echo "$passed passed, $failed failed: analyzers"
[ $failed = 0 ]
