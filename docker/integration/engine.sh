# SPDX-License-Identifier: MIT
# Sourced: an engine for the tests. The one that runs is taken; where none
# does, dockerd is started by hand, in a folder of its own. It has no default
# bridge, and touches neither firewall nor forwarding: what a container of it
# sends stays on this machine.

engine_folder=
engine_pid=

engine_says_why() {
	echo "docker/integration: $*" >&2
	[ -z "$engine_folder" ] || tail -n 20 "$engine_folder/log" >&2
	exit 1
}

engine_start() {
	[ -n "${DOCKER_HOST:-}" ] || unset DOCKER_HOST
	docker info >/dev/null 2>&1 && return
	[ "$(id -u)" = 0 ] ||
		engine_says_why "no engine runs, and only root can start one"
	engine_folder=$(mktemp -d /tmp/chand-engine.XXXXXX)
	export DOCKER_HOST="unix://$engine_folder/docker.sock"
	# In a session of its own: a signal to all of us leaves it to clean up.
	setsid dockerd --data-root "$engine_folder/data" \
		--exec-root "$engine_folder/exec" \
		--pidfile "$engine_folder/pid" -H "$DOCKER_HOST" \
		--bridge=none --iptables=false --ip6tables=false \
		--ip-forward=false --ip-masq=false \
		--default-cgroupns-mode private \
		>"$engine_folder/log" 2>&1 </dev/null &
	engine_pid=$!
	tries=240
	until docker info >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $engine_pid 2>/dev/null ||
			engine_says_why "dockerd did not come up"
		sleep 0.25
	done
}

# Only an engine of our own: all that it has, its process, mounts and folder.
engine_stop() {
	[ -n "$engine_pid" ] || return 0
	containers=$(docker ps -aq)
	[ -z "$containers" ] || docker rm -f -v $containers >/dev/null 2>&1
	docker network prune -f >/dev/null 2>&1
	kill $engine_pid 2>/dev/null
	wait $engine_pid
	engine_pid=
	grep -o " $engine_folder[^ ]*" /proc/self/mounts | sort -r |
		while read -r place; do umount "$place"; done
	rm -rf "$engine_folder"
}
