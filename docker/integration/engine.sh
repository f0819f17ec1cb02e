# SPDX-License-Identifier: MIT
# Sourced: an engine for the tests. The one that runs is taken; where none
# does, dockerd is started by hand, in a folder of its own. It has no default
# bridge, and touches neither firewall nor forwarding: what a container of it
# sends stays on this machine.

engine_folder=
engine_pid=

# Images need no disk where there is memory enough: half of the time is saved.
engine_furnish() { # a folder
	free_kib=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
	[ "$free_kib" -lt 8000000 ] ||
		mount -t tmpfs -o mode=0700,size=4g chand-engine "$1"
}

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
	engine_furnish "$engine_folder"
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

# Of any engine: the containers and networks whose names begin like this.
engine_sweep() { # a beginning
	containers=$(docker ps -aq -f name="$1")
	[ -z "$containers" ] || docker rm -f -v $containers
	networks=$(docker network ls -q -f name="$1")
	[ -z "$networks" ] || docker network rm $networks
} >/dev/null 2>&1

# Only an engine of our own: its process, mounts and folder.
engine_stop() {
	[ -n "$engine_folder" ] || return 0
	[ -z "$engine_pid" ] || {
		engine_sweep ""
		kill $engine_pid 2>/dev/null
		wait $engine_pid
	}
	engine_pid=
	grep -o " $engine_folder[^ ]*" /proc/self/mounts | sort -r |
		while read -r place; do umount "$place"; done
	rm -rf "$engine_folder"
}
