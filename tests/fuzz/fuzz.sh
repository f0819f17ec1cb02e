#!/bin/sh
# fuzz.sh BUILD SECONDS TARGET... - so long each: a line of a table each, which
# BUILD/fuzz.txt keeps. What it learns stays in BUILD/corpus; what it finds in
# BUILD/findings, to be put into tests/corpus beside its fix. A run that is
# interrupted says what it has done until then, and proves nothing.
#
# fuzz.sh BUILD keep TARGET... - tests/corpus anew, from what has been learnt:
# the fewest and smallest inputs that cover as much. Those with names stay.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
seconds=$2
shift 2
failed=0 passed=0
fuzzer='' interrupted=''
trap 'interrupted=yes; [ -z "$fuzzer" ] || kill "$fuzzer" 2>/dev/null' \
	INT TERM HUP

# As libFuzzer ends when it is told to.
INTERRUPTED=72

number() { # pattern that ends in a number: the last one in the log
	grep -o "$1 *[0-9]*" "$log" | tail -1 | grep -o '[0-9]*$' || echo 0
}

run() { # libFuzzer's arguments...: its status
	program=$build/tests/fuzz/$target
	# Memory that a run loses it sees by itself.
	ASAN_OPTIONS=detect_leaks=$([ "$target" = dispatch ] && echo 0 || echo 1) \
		nice -n 19 "$program" -rss_limit_mb=1024 -timeout=20 \
		-max_len=4096 "$@" >"$log" 2>&1 &
	fuzzer=$!
	status=128
	# A signal ends the wait before it ends the fuzzer.
	while [ $status -ge 128 ]; do
		wait $fuzzer
		status=$?
		kill -0 $fuzzer 2>/dev/null || break
	done
	fuzzer=
	return $status
}

row() { # what stands in the table's columns: to be seen, and to be kept
	printf '%-10s %7s %12s %6s %6s %9s %9s  %s\n' "$@"
}

head_of_table() {
	row target seconds executions edges of features findings ended
}

keep_row() { # a row: at the table's end
	table=$build/fuzz.txt
	[ -f "$table" ] || printf '%-20s %s\n' when "$(head_of_table)" >"$table"
	printf '%s %s\n' "$(date -u +%FT%TZ)" "$1" >>"$table"
}

# Inputs that were only slow are written, too, and are no findings.
findings_in_log() {
	grep -cE 'Test unit written to .*-(crash|leak|oom|timeout)-' "$log"
}

ended() { # status: in words
	case $1 in
	0) echo done ;;
	$INTERRUPTED) echo interrupted ;;
	*) echo "with $1" ;;
	esac
}

count() { # status
	case $1 in
	0) passed=$((passed + 1)) ;;
	$INTERRUPTED) interrupted=yes ;;
	*)
		failed=$((failed + 1))
		grep -E '^finding:|^SUMMARY|Test unit written|ERROR: ' "$log" ||
			tail -n 5 "$log"
		;;
	esac
}

fuzz() {
	begin=$(date +%s)
	run -max_total_time="$seconds" -print_final_stats=1 \
		-artifact_prefix="$build/findings/$target-" \
		"$known" "tests/corpus/$target"
	status=$?
	line=$(row "$target" $(($(date +%s) - begin)) \
		"$(number number_of_executed_units:)" "$(number cov:)" \
		"$(sed -n 's/.*(\([0-9]*\) inline 8-bit.*/\1/p' "$log")" \
		"$(number ft:)" "$(findings_in_log)" "$(ended $status)")
	printf '%s\n' "$line"
	keep_row "$line"
	count $status
}

keep() {
	corpus=tests/corpus/$target
	fresh=$(mktemp -d)
	find "$corpus" -type f -regextype posix-extended \
		-regex '.*/[0-9a-f]{40}' -exec mv -t "$fresh" {} +
	run -merge=1 -use_counters=0 "$corpus" "$fresh" "$known" || {
		failed=$((failed + 1))
		find "$fresh" -type f -exec mv -t "$corpus" {} +
	}
	rm -rf "$fresh"
	echo "$corpus: $(find "$corpus" -type f | wc -l) files," \
		"$(cat "$corpus"/* | wc -c) bytes"
}

[ "$seconds" = keep ] || head_of_table
for target; do
	known=$build/corpus/$target
	log=$build/fuzz-$target.log
	mkdir -p "$known" "$build/findings"
	if [ "$seconds" = keep ]; then keep; else fuzz; fi
	[ -z "$interrupted" ] || break
done
[ "$seconds" = keep ] || echo "$passed passed, $failed failed: targets"
[ -z "$interrupted" ] || echo "interrupted: the rest is not known" >&2
[ $failed = 0 ] && [ -z "$interrupted" ]
