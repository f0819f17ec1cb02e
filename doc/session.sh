#!/bin/sh
# SPDX-License-Identifier: MIT
# Plays README's session on a daemon of its own, and writes what is seen. On a
# terminal, with chand and chanctl in PATH. Status 0 if it came to its end.
set -e
place=$(mktemp -d)
CHAND_URL=unix://$place/chand.sock
NO_COLOR=1
export CHAND_URL NO_COLOR
chand --listen "$CHAND_URL" --log-level warning &
daemon=$!
trap 'kill $daemon; wait; rm -rf "$place"' EXIT
tries=200
until chanctl -q ping || [ $tries = 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done >/dev/null

while IFS= read -r line; do
	printf '$ %s\n' "$line"
	eval "$line" </dev/null
done <<'END'
chanctl send deploys "release 17" & sender=$!
chanctl wait --senders 1 deploys
chanctl ls
chanctl recv deploys
wait $sender
chanctl serve shout -- tr a-z A-Z & server=$!
chanctl call shout "is anybody there?"
printf '%s\n' one two three | chanctl call -l shout
chanctl lock nightly -- echo "nobody else, on any host"
chanctl recv -t 500ms nobody || echo "status $?"
kill $server
END
