#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh CACHE PACKAGE... - the tests in containers, with the engine that runs
# or one of our own. All images are made from this working tree and from the
# machine's own package sources. PACKAGES are what the base image has; CACHE
# is a folder in which it stays. TESTS are the files to run, or all.
# CROWD is how many clients the crowd has (2000). What was begun is ended, and
# LIMIT (seconds) is when it is.
set -u
cd "$(dirname "$0")" || exit 1
. ./engine.sh
limit=${LIMIT:-540}
export BASE=chand-test-base BUILD_NETWORK=host PEERS=chand-test-base
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
cache=$1
shift

step() {
	printf '%5d s  %s\n' $SECONDS "$*"
}

finish() {
	status=$?
	trap - EXIT INT TERM
	# shellcheck disable=SC2046 # the jobs that still run, if any
	kill $(jobs -p | grep -vx "${engine_pid:-none}") 2>/dev/null
	engine_stop
	step "cleaned up"
	exit $status
}

# Those of the tests that mostly wait run beside the others.
beside='test_network.py'
others() {
	for file in test_*.py; do
		[ "$file" = "$beside" ] || echo "$file"
	done
}

# In the background, so that who is told to end need not wait for it.
run_some() {
	timeout -k 10 "$limit" /usr/bin/python3 run_tests.py "$@" &
	wait $!
}

suites() {
	log=$cache/beside.log
	timeout -k 10 "$limit" /usr/bin/python3 run_tests.py $beside >"$log" 2>&1 &
	waiting=$!
	status=0
	run_some $(others) || status=1
	wait $waiting || status=1
	cat "$log"
	return $status
}

trap finish EXIT
trap 'exit 130' INT TERM
engine_start
step "an engine runs"
./base.sh "$BASE" "$cache" "$@" || exit 1
step "the base image is there"
${COMPOSE:-docker-compose} -f ../docker-compose.yml build chand client \
	>"$cache/build.log" 2>&1 || {
	tail -n 60 "$cache/build.log"
	exit 1
}
docker build -q --network host --build-arg BASE="$BASE" --target build \
	-t chand-test-build -f ../Dockerfile ../.. >"$cache/build.log" 2>&1 || {
	tail -n 60 "$cache/build.log"
	exit 1
}
step "chand and chanctl are built"
if [ -n "${TESTS:-}" ]; then
	run_some $TESTS
else
	suites
fi
