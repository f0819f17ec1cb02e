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
scratch=
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
	for job in $(jobs -p | grep -vx "${engine_pid:-none}"); do
		kill "$job" 2>/dev/null
		wait "$job"
	done
	engine_sweep "$NAMES"
	rm -rf "$scratch"
	engine_stop
	step "cleaned up"
	exit $status
}

# In the background, so that who is told to end need not wait for it; all that
# it begins ends with it.
bounded() {
	timeout -k 10 "$limit" "$@" &
	wait $!
}

said() { # log, command...: which is shown if it fails
	log=$1
	shift
	bounded "$@" >"$log" 2>&1 || {
		tail -n 60 "$log"
		exit 1
	}
}

trap finish EXIT
trap 'exit 130' INT TERM
mkdir -p "$cache"
engine_start
scratch=$(mktemp -d "${engine_folder:-/tmp}/chand-scratch.XXXXXX") || exit 1
export TMPDIR="$scratch"
step "an engine runs"
timeout -k 10 "$limit" ./packages.sh "$DEBS" >"$cache/packages.log" 2>&1 &
packages=$!
bounded ./base.sh "$BASE" "$cache" "$@" || exit 1
step "the base image is there"
said "$cache/build.log" \
	${COMPOSE:-docker-compose} -f ../docker-compose.yml build chand client
step "the images are built"
wait $packages || {
	tail -n 60 "$cache/packages.log"
	exit 1
}
step "the packages are built"
bounded /usr/bin/python3 run_tests.py ${TESTS:-}
