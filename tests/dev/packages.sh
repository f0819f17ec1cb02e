# SPDX-License-Identifier: MIT
# packages.sh - a part of ./dev: what is needed of the distribution, and installed
# where it is missing. What comes first in a|b is taken where there is a choice.

build_packages='gcc libc6-dev make autoconf automake libtool pkg-config libevent-dev
	libmsgpack-c-dev|libmsgpack-dev libjansson-dev libinih-dev
	libedit-dev libncurses-dev
	libssl-dev scdoc libsystemd-dev libseccomp-dev'
test_packages='check git patch python3 python3-msgpack valgrind clang
	clang-format g++ mandoc systemd devscripts binutils libclang-rt-dev strace
	faketime openssl testssl.sh tmux zsh fish'
# What docker/Dockerfile puts into an image, beside what it builds.
image_packages='busybox-static'
# The other machine's switch is tested in an emulator.
[ "$(uname -m)" = x86_64 ] && test_packages="$test_packages
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_known() {
	[ -n "$(apt-cache madison "$1" 2>/dev/null)" ]
}

missing() { # packages...: those of which no alternative is installed
	for entry; do
		found=no
		for package in $(echo "$entry" | tr '|' ' '); do
			is_installed "$package" && found=yes && break
		done
		[ $found = yes ] || echo "$entry"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "./dev: not root, and no sudo: as root, run: $*" >&2
		exit 1
	fi
}

need() { # packages...
	entries=$(missing "$@")
	[ -z "$entries" ] && return
	command -v apt-get >/dev/null || {
		echo "./dev: no apt-get here; these are missing:" $entries >&2
		exit 1
	}
	as_root apt-get update -qq
	chosen=
	for entry in $entries; do
		name=${entry%%|*} # apt will say so if it knows none
		for package in $(echo "$entry" | tr '|' ' '); do
			is_known "$package" && name=$package && break
		done
		chosen="$chosen $name"
	done
	echo "./dev: installing$chosen"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get \
		-o DPkg::Lock::Timeout=300 install -y -qq \
		--no-install-recommends $chosen </dev/null >/dev/null
}

setup() { # all, or the packages of one purpose
	case $1 in
	all) need $build_packages $test_packages ;;
	build) need $build_packages ;;
	image) need $image_packages ;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

known() { # packages...: of each entry the first that there is
	is_known gcc || as_root apt-get update -qq >&2
	for entry; do
		for package in $(echo "$entry" | tr '|' ' '); do
			is_known "$package" && echo "$package" && break
		done
	done
}
