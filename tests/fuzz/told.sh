#!/bin/sh
# What fuzz.sh tells of a fuzzer that is played: a script which says what
# libFuzzer says, and ends as it does.
srcdir=$(cd "$srcdir" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/tests/fuzz"
passed=0
failed=0

play() { # how it goes on, after the first lines
	cat >"$stage/tests/fuzz/url" <<-EOT
	#!/bin/sh
	echo "INFO: Loaded 1 modules   (310 inline 8-bit counters)"
	echo "#99 INITED cov: 70 ft: 211 corp: 9/40b"
	$1
	EOT
	chmod +x "$stage/tests/fuzz/url"
	rm -f "$stage/fuzz.txt" "$stage/started"
}

executed='echo "stat::number_of_executed_units: 12345"'

fuzz() {
	"$srcdir/tests/fuzz/fuzz.sh" "$stage" 1 url >"$stage/said" 2>&1
}

until_it_runs() {
	tries=1000
	until [ -s "$stage/started" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.01
	done
}

interrupted() { # whom: by a signal, while it runs
	fuzz &
	script=$!
	until_it_runs && kill "$($1)"
	wait $script
}

the_fuzzer() {
	cat "$stage/started"
}

the_script() { # which is the parent of who writes its number
	sed -n 's/^PPid:[^0-9]*//p' "/proc/$(the_fuzzer)/status"
}

tells() { # the table's columns: edges of features findings, and how it ended
	sed 's/  */ /g' "$stage/said" |
		grep -qE "^url [0-9]+ 12345 $1$" &&
		sed 's/  */ /g' "$stage/fuzz.txt" |
		grep -qE "^[-0-9]+T[:0-9]+Z url [0-9]+ 12345 $1$"
}

says() {
	grep -q "$1" "$stage/said"
}

check() { # what should be true, a command that shows it
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		cat "$stage/said"
	fi
}

fails() {
	! "$@"
}

play "$executed"
check "a run that came to its end is good" fuzz
check "it has a line, here and in the table that is kept" \
	tells '70 310 211 0 done'
check "another is added to the table" fuzz
check "which has one head and two lines" \
	[ "$(wc -l <"$stage/fuzz.txt")" = 3 ]

play "echo 'ERROR: libFuzzer: deadly signal'
echo \"artifact_prefix='x/url-'; Test unit written to x/url-crash-da39\"
$executed; exit 77"
check "a finding fails" fails fuzz
check "and is counted" tells '70 310 211 1 with 77'
check "and shown" says 'written to x/url-crash-da39'

play "echo \"artifact_prefix='x/url-'; Test unit written to x/url-slow-unit-da39\"
$executed"
check "an input that is slow is no finding" fuzz
check "and none is counted" tells '70 310 211 0 done'

play "$executed; exit 127"
check "whatever else ends it fails" fails fuzz
check "without a finding" tells '70 310 211 0 with 127'

play "trap '$executed; exit 72' TERM
echo \$\$ >$stage/started
while :; do sleep 0.01; done"
for whom in the_fuzzer the_script; do
	rm -f "$stage/started"
	check "who interrupts $whom gets no success" fails interrupted $whom
	check "and no finding" tells '70 310 211 0 interrupted'
	check "and nothing is proved" says '^0 passed, 0 failed'
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
