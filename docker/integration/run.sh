#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh CACHE PACKAGE... - the tests in containers, with the engine that runs
# or one of our own. All images are made from this working tree and from the
# machine's own package sources; the Debian packages of it are built meanwhile.
# PACKAGES are what the base image has; CACHE is a folder in which it stays.
# TESTS are the files to run, or all. CROWD is how many clients the crowd has
# (2000). What was begun is ended, and LIMIT (seconds) is when it is.
set -u
cd "$(dirname "$0")" || exit 1
. ./engine.sh
limit=${LIMIT:-540}
cache=$1
shift
export BASE=chand-test-base BUILD_NETWORK=host PEERS=chand-test-base
export NAMES="chand-test-$$-" DEBS="$cache/debs"
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

step() {
	printf '%5d s  %s\n' $SECONDS "$*"
}

finish() {
	status=$?
	trap - EXIT INT TERM
	# shellcheck disable=SC2046 # the jobs that still run, if any
	kill $(jobs -p | grep -vx "${engine_pid:-none}") 2>/dev/null
	engine_sweep "$NAMES"
	engine_stop
	step "cleaned up"
	exit $status
}

said() { # log, command...: which is shown if it fails
	log=$1
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 60 "$log"
		exit 1
	}
}

trap finish EXIT
trap 'exit 130' INT TERM
mkdir -p "$cache"
engine_start
step "an engine runs"
timeout -k 10 "$limit" ./packages.sh "$DEBS" >"$cache/packages.log" 2>&1 &
packages=$!
TMPDIR=${engine_folder:-/tmp} ./base.sh "$BASE" "$cache" "$@" || exit 1
step "the base image is there"
said "$cache/build.log" \
	${COMPOSE:-docker-compose} -f ../docker-compose.yml build chand client
step "the images are built"
wait $packages || {
	tail -n 60 "$cache/packages.log"
	exit 1
}
step "the packages are built"
# In the background, so that who is told to end need not wait for it.
timeout -k 10 "$limit" /usr/bin/python3 run_tests.py ${TESTS:-} &
wait $!
