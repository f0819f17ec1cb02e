#!/bin/sh
# SPDX-License-Identifier: MIT
# try.sh FOLDER - the packages of package.sh in a minimal Debian 12 of their
# own, from this machine's sources of packages: they install, their tests pass
# (autopkgtest), they install over themselves, keep what an administrator
# wrote, and leave nothing when they are purged.
set -eu
cd "$(dirname "$0")/../.."
packages=$(cd "$1" && pwd)
place=$(mktemp -d /var/tmp/chand-try.XXXXXX) # not below a tmpfs, nor a home
root=$place/root
leave() {
	! mountpoint -q "$root/proc" || umount "$root/proc"
	rm -rf --one-file-system "$place"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
passed=0

inside() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

must() { # what it shows, command...
	what=$1
	shift
	"$@" >"$place/said" 2>&1 || {
		echo "FAILED: $what: $*"
		tail -n 60 "$place/said"
		exit 1
	}
	echo "ok: $what"
	passed=$((passed + 1))
}

files() { # all that is there, but for what apt and dpkg themselves remember
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./tmp \
		-o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/log \
		-o -path ./var/lib/dpkg \) -prune -o -print | LC_ALL=C sort)
}

is_chand_gone() {
	! grep '[/-]\(lib\)\?chan\(d\|ctl\)' "$place/added"
}

sources() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
		2>/dev/null || :
}

# systemd, as it would be there on a machine; nothing of it runs.
sources | mmdebstrap --quiet --variant=minbase --include=systemd,mandoc \
	bookworm "$root" - >"$place/said" 2>&1 || {
	cat "$place/said"
	exit 1
}
mount -t proc proc "$root/proc" # systemd-tmpfiles does nothing without
cp /etc/resolv.conf "$root/etc/"
files >"$place/before"
cp "$packages"/chand_*.deb "$packages"/chanctl_*.deb "$packages"/lib*.deb \
	"$root/tmp/"
rm -f "$root"/tmp/*dbgsym*

must "they install" inside sh -c 'apt-get update -qq &&
	apt-get install -y --no-install-recommends /tmp/*.deb'
must "the daemon says what it is" inside chand --version
must "its configuration is in order" inside chand --check-config
must "its user is there" inside getent passwd chand
must "his folder is for his group" inside sh -c \
	'[ "$(stat -c "%a %U %G" /etc/chand)" = "750 root chand" ]'
must "its socket will be there at the next start" test -L \
	"$root/etc/systemd/system/sockets.target.wants/chand.socket"
must "it has manuals" inside sh -c \
	'for page in chand.8 chand.conf.5 chand-methods.7 libchand.3; do
		mandoc -Tutf8 /usr/share/man/man*/$page.gz | grep -q . || exit
	done'

must "a program as nobody hands a value over" \
	inside sh -c 'cat >/tmp/hand-over && chmod 755 /tmp/hand-over &&
		/tmp/hand-over' <debian/tests/hand-over
must "autopkgtest passes" autopkgtest --no-built-binaries \
	"$packages"/chand_*.dsc -- chroot "$root"

inside sh -c 'echo "# mine" >>/etc/chand/chand.conf; echo >/etc/chand/tokens
	mkdir /etc/chand/conf.d'
must "they install again" inside sh -c 'apt-get install -y --reinstall \
	--no-install-recommends /tmp/chan*.deb /tmp/lib*.deb'
must "over no configuration that was changed" grep -qx '# mine' \
	"$root/etc/chand/chand.conf"
must "they are purged" inside sh -c 'apt-get purge -y chand chanctl \
	libchand0 libchand-dev && rm -f /tmp/*.deb'
files >"$place/after"
LC_ALL=C comm -13 "$place/before" "$place/after" >"$place/added"
must "and leave nothing" is_chand_gone
echo "$passed passed, 0 failed"
