# SPDX-License-Identifier: MIT
# first_look.sh - a part of ./dev: to see it: by hand, or played.

await() { # a command that will succeed soon
	tries=100
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			echo "./dev: this never came true: $*" >&2
			return 1
		}
		sleep 0.05
	done
}

waiting() { # balance: somebody waits on the channel
	chanctl info greetings | grep -qx "balance: $1"
}

run() (
	build
	place=$(mktemp -d)
	CHAND_URL=unix://$place/chand.sock
	PATH=$PWD/build:$PATH
	export CHAND_URL PATH
	chand --listen "$CHAND_URL" --log-level warning &
	daemon=$!
	trap 'kill $daemon 2>/dev/null || :; rm -rf "$place"' EXIT
	await chanctl ping

	echo "chand runs on a socket of its own. A sender waits for a receiver:"
	echo "  one\$ chanctl send greetings 'hello from one'"
	chanctl send greetings 'hello from one' &
	sender=$!
	await waiting 1
	echo "  two\$ chanctl recv greetings"
	got=$(chanctl recv greetings)
	echo "  $got"
	wait $sender
	[ "$got" = 'hello from one' ]
	echo "Both are done. And a receiver waits for a sender:"
	echo "  two\$ chanctl recv greetings"
	chanctl recv greetings >"$place/got" &
	receiver=$!
	await waiting -1
	echo "  one\$ chanctl send greetings 'hello again'"
	chanctl send greetings 'hello again'
	wait $receiver
	echo "  $(cat "$place/got")"
	[ "$(cat "$place/got")" = 'hello again' ]
	kill $daemon
	wait $daemon
	echo "Both are done, and chand has stopped."
)

serve() {
	build
	exec build/chand "$@"
}
