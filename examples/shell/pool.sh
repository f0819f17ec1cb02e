#!/bin/sh
# SPDX-License-Identifier: MIT
# A pool of workers in the shell, with chanctl.
#
# pool.sh work NAME [SECONDS]       work on jobs; each takes so long
# pool.sh ask COUNT                 have COUNT numbers squared; print the replies
#
# A job is a number. `serve` runs this script for each, with the number on
# standard input, and what that writes is the reply. If the worker dies, the
# daemon gives the job to the next one, and whoever asked goes on waiting.
set -u

do_job() { # name, seconds
	read -r job
	echo "$1: job $job, attempt $CHAN_ATTEMPT" >&2
	sleep "$2"
	printf '%s' "$((job * job)), by $1, attempt $CHAN_ATTEMPT"
}

ask() { # count
	asked=
	for job in $(seq "$1"); do
		{ answer=$(chanctl call --json -r jobs "$job") &&
			echo "job $job: $answer"; } &
		asked="$asked $!"
	done
	status=0
	for process in $asked; do
		wait "$process" || status=1
	done
	return $status
}

case ${1:-} in
work)
	exec chanctl serve jobs -- sh "$0" job "${2:?NAME}" "${3:-0}"
	;;
job) do_job "$2" "$3" ;;
ask) ask "${2:?COUNT}" ;;
*)
	echo "usage: pool.sh work NAME [SECONDS] | ask COUNT" >&2
	exit 2
	;;
esac
