# SPDX-License-Identifier: MIT
# others.sh - a part of ./dev: with what others make: clients, scanners,
# containers, networks.

interop_packages='neovim nodejs python3 python3-msgpack'
node_packages=build/interop

# What is pinned in tests/interop, into the build; again only if that changes.
need_node_packages() {
	command -v npm >/dev/null || need npm # some nodejs bring it along
	mkdir -p $node_packages
	cmp -s tests/interop/package-lock.json $node_packages/installed && return
	cp tests/interop/package.json tests/interop/package-lock.json \
		$node_packages/
	# Node brings certificates of its own; the machine may trust others, too.
	trusted=/etc/ssl/certs/ca-certificates.crt
	[ -f $trusted ] &&
		export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$trusted}"
	(cd $node_packages && timeout -k 10 300 npm ci --no-audit --no-fund \
		--ignore-scripts --fetch-timeout=60000 --fetch-retries=2 \
		--loglevel=error </dev/null) || {
		echo "./dev: npm did not install msgpack5rpc (status $?):" \
			"is its registry there?" >&2
		exit 1
	}
	cp tests/interop/package-lock.json $node_packages/installed
}

interop() {
	need $build_packages $interop_packages
	build
	need_node_packages
	stage "Neovim, Node and Python, and the examples"
	end_of env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		POOL="$PWD/build/examples/c/pool" \
		NODE_PATH="$PWD/$node_packages/node_modules" \
		PYTHONPATH="$PWD/tests/interop" tests/e2e/run.sh \
		test_clients.py test_habits.py test_examples.py
}

# The handshakes that fail are counted apart: there are as many of them.
secure() { # how many handshakes
	need $build_packages $test_packages
	build
	stage "testssl.sh"
	end_of env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		tests/e2e/run.sh scan_tls.py
	stage "${1:-10000} handshakes"
	end_of env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		CHAND_HANDSHAKES="${1:-10000}" \
		tests/e2e/run.sh test_tls.py:leave_nothing
	stage "all that the end-to-end tests do, through TLS"
	make -s -C build -j"$(nproc)" check TESTS= >/dev/null
	end_of env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		CHAND_CLIENT="$PWD/build/tests/chand_client" CHAND_TEST_TLS=1 \
		tests/e2e/run.sh
}

integration_packages='docker.io docker-compose mmdebstrap openssl python3
	python3-yaml build-essential debhelper dpkg-dev fakeroot git'
partition_packages='iproute2 nftables python3-msgpack'
# What the containers' Debian has: to build chand, to be a client, to be a
# whole system.
container_packages="$build_packages $image_packages python3 python3-msgpack
	systemd systemd-sysv procps"

in_containers() {
	as_root env PATH="$PATH" TESTS="${TESTS:-}" CROWD="${CROWD:-2000}" \
		DOCKER_HOST="${DOCKER_HOST:-}" docker/integration/run.sh \
		"$PWD/build/integration" $(known $container_packages)
}

partition() { # files of tests/partition, or all
	need $build_packages $partition_packages
	build
	make -s -C build tests/chand_client
	as_root env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		CHAND_CLIENT="$PWD/build/tests/chand_client" \
		tests/partition/run.sh "$@"
}

# Those who are cut off are waited for beside the containers.
integration() {
	need $build_packages $integration_packages $partition_packages
	build
	[ -z "${TESTS:-}" ] || {
		in_containers
		return
	}
	partition >build/partition.out 2>&1 &
	apart=$!
	trap 'kill $apart 2>/dev/null || :' EXIT
	trap 'exit 130' INT TERM
	status=0
	/usr/bin/python3 -B docker/manifests.py docker/kubernetes.yaml ||
		status=1
	in_containers || status=1
	wait $apart || status=1
	cat build/partition.out
	return $status
}
