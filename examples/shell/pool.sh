#!/bin/sh
# SPDX-License-Identifier: MIT
# A pool of workers in the shell, with chanctl.
#
# pool.sh work NAME [SECONDS]       work on jobs; each takes so long
# pool.sh ask COUNT [PATIENCE]      have COUNT numbers squared; print the replies
#
# chanctl receives without acknowledging. So a job is gone from its channel as
# soon as a worker has it, and the reply comes on a channel of the job's own.
# What that costs: if a worker dies, nobody knows. Whoever asked has to guess
# how long a job may take, and to ask again; and if the guess was too short,
# the job is done twice. An acknowledged receive, as the other examples have
# it, needs no guess, and the daemon itself gives the job to the next worker.
set -u

work() { # name, seconds
	while taken=$(chanctl recv jobs); do
		# A job is a number, the attempt, and where the reply goes.
		read -r job attempt reply <<-EOF
			$taken
		EOF
		echo "$1: job $job, attempt $attempt"
		sleep "$2"
		# Who asked may have given up: do not wait for him for ever.
		chanctl -q -t 5 send "$reply" \
			"$((job * job)), by $1, attempt $attempt" ||
			echo "$1: nobody wants the reply to job $job"
	done
}

ask_one() { # job, patience
	for attempt in 1 2 3; do
		# A channel for each attempt: no reply meets the wrong question.
		reply=reply.$$.$1.$attempt
		chanctl send jobs "$1 $attempt $reply" || return
		if answer=$(chanctl -q -t "$2" recv "$reply"); then
			echo "job $1: $answer"
			return
		fi
	done
	echo "job $1: given up"
	return 1
}

ask() { # count, patience
	asked=
	for job in $(seq "$1"); do
		ask_one "$job" "$2" &
		asked="$asked $!"
	done
	status=0
	for process in $asked; do
		wait "$process" || status=1
	done
	return $status
}

case ${1:-} in
work) work "${2:?NAME}" "${3:-0}" ;;
ask) ask "${2:?COUNT}" "${3:-5}" ;;
*)
	echo "usage: pool.sh work NAME [SECONDS] | ask COUNT [PATIENCE]" >&2
	exit 2
	;;
esac
