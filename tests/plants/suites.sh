#!/bin/sh
# SPDX-License-Identifier: MIT
# suites.sh - faults that neither the simulation nor the model can see: each
# must make the suite fail that is named for it, which passes without it.
# BUILT names the folder that was built in.
here=$(cd "$(dirname "$0")/.." && pwd)
built=$(cd "${BUILT:?names the folder that was built in}" && pwd)
CHAND=$built/tests/history/planted
CHANCTL=$built/chanctl
export CHAND CHANCTL
said=$(mktemp)
trap 'rm -f "$said"' EXIT
passed=0
failed=0

# Of each what it is, and its last lines if that is not so.
judge() { # what is true then, a command
	what=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "$what"
	else
		failed=$((failed + 1))
		echo "NOT so: $what"
		tail -n 20 "$said"
	fi
}

run() { # a plant or "", a suite
	CHAND_PLANT=$1
	CHAND_WRAP="env CHAND_PLANT=$1" # of our own names the tests keep none
	export CHAND_PLANT CHAND_WRAP
	shift
	"$@" >"$said" 2>&1
}

# A test that has failed, and not a suite that could not be run.
is_found() { # plant, a suite
	! run "$@" && grep -qE '^[0-9]+ passed, [1-9][0-9]* failed|Failures: [1-9]' \
		"$said"
}

suite() { # plant, a suite...
	plant=$1
	shift
	name=$(echo "$*" | sed 's,[^ ]*/,,g; s,^run\.sh ,,')
	judge "$name passes" run "" "$@"
	judge "$(printf '%-24s %s' "$plant" "$name")" is_found "$plant" "$@"
}

# The core's are all for test_plants.
has_a_finder() {
	sed -n 's/^PLANT(\([A-Z_]*\),.*/\1/p' "$here/plants/plants_above.def" |
		while read -r plant; do
			grep -qx "FOUND($plant)" "$here/sim/plants.def" ||
				grep -q "^suite $plant " "$0" || echo "$plant"
		done >"$said"
	[ ! -s "$said" ]
}

judge "each fault has somebody who is to find it" has_a_finder
e2e=$here/e2e/run.sh
suite CASE_UNASKED "$e2e" test_access_matrix.py:cases_of_a_select
suite RIGHT_KEPT "$e2e" test_access.py:who_waits_without_a_right
suite CUT_MAP_IS_WHOLE "$built/tests/plants/test_proto_scan"
echo "$passed passed, $failed failed: planted faults, and suites without them"
[ $failed = 0 ]
