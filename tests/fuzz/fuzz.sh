#!/bin/sh
# fuzz.sh BUILD SECONDS TARGET... - so long each: executions, coverage and
# findings. What it learns stays in BUILD/corpus; what it finds in
# BUILD/findings, to be put into tests/corpus beside its fix.
#
# fuzz.sh BUILD keep TARGET... - tests/corpus anew, from what has been learnt:
# the fewest and smallest inputs that cover as much. Those with names stay.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
seconds=$2
shift 2
failed=0 passed=0

number() { # pattern that ends in a number: the last one in the log
	grep -o "$1 *[0-9]*" "$log" | tail -1 | grep -o '[0-9]*$' || echo 0
}

run() { # libFuzzer's arguments...
	program=$build/tests/fuzz/$target
	# Memory that a run loses it sees by itself.
	ASAN_OPTIONS=detect_leaks=$([ "$target" = dispatch ] && echo 0 || echo 1) \
		nice -n 19 "$program" -rss_limit_mb=1024 -timeout=20 \
		-max_len=4096 "$@" >"$log" 2>&1
}

fuzz() {
	if run -max_total_time="$seconds" -print_final_stats=1 \
		-artifact_prefix="$build/findings/$target-" \
		"$known" "tests/corpus/$target"; then
		passed=$((passed + 1)) findings=0
	else
		failed=$((failed + 1)) findings=1
	fi
	printf '%-10s %10s executions  %5s of %5s edges  %s findings\n' \
		"$target" "$(number number_of_executed_units:)" \
		"$(number 'cov:')" \
		"$(sed -n 's/.*(\([0-9]*\) inline 8-bit.*/\1/p' "$log")" \
		"$findings"
	[ $findings = 0 ] && return
	grep -E '^finding:|^SUMMARY|Test unit written|ERROR: ' "$log"
}

keep() {
	corpus=tests/corpus/$target
	fresh=$(mktemp -d)
	find "$corpus" -type f -regextype posix-extended \
		-regex '.*/[0-9a-f]{40}' -exec mv -t "$fresh" {} +
	run -merge=1 -use_counters=0 "$corpus" "$fresh" "$known" || failed=$((failed + 1))
	rm -rf "$fresh"
	echo "$corpus: $(find "$corpus" -type f | wc -l) files," \
		"$(cat "$corpus"/* | wc -c) bytes"
}

for target; do
	known=$build/corpus/$target
	log=$build/fuzz-$target.log
	mkdir -p "$known" "$build/findings"
	if [ "$seconds" = keep ]; then keep; else fuzz; fi
done
[ "$seconds" = keep ] || echo "$passed passed, $failed failed: targets"
[ $failed = 0 ]
