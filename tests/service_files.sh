#!/bin/sh
# SPDX-License-Identifier: MIT
# The files for systemd: is the unit without a fault, how exposed would the
# daemon be, and are user and folders made? It asks systemd's own tools.
cd "$(dirname "$0")/.." || exit 1
built=${BUILT:?names the folder that was built in}
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
passed=0
failed=0

judge() { # what it is about, what was said if it is not true
	if [ -z "$2" ]; then
		passed=$((passed + 1))
		return
	fi
	printf '%s\n%s\n' "$1:" "$2"
	failed=$((failed + 1))
}

# As they would be installed, but with the program that was built.
sed "s,^ExecStart=[^ ]*,ExecStart=$(cd "$built" && pwd)/chand," \
	"$built/conf/chand.service" >"$place/chand.service"
cp conf/chand.socket "$place/"

judge "the daemon reads the file that is installed" "$(
	conf=$(sed -n 's,^ExecStart=.* --config ,,p' "$place/chand.service")
	[ "${conf%/*}" = "$(awk '$1 == "d" && $4 == "root" { print $2 }' \
		"$built/conf/chand.tmpfiles")" ] || echo "it reads '$conf'"
)"

judge "systemd-analyze verify is silent" "$(
	SYSTEMD_UNIT_PATH="$place:" systemd-analyze verify --man=no \
		"$place/chand.service" "$place/chand.socket" 2>&1 ||
		echo "status $?"
)"

exposed() { # tenths, at most
	systemd-analyze security --offline=true --threshold="$1" \
		"$place/chand.service" >"$place/said" 2>&1 || cat "$place/said"
}
judge "the exposure is 1.2 at most" "$(exposed 12)"
mkdir "$place/chand.service.d"
cp conf/unix-only.conf "$place/chand.service.d/"
judge "without a network it is 0.5 at most" "$(exposed 5)"

# Is such a threshold a check at all?
rm -r "$place/chand.service.d"
sed -i '/^Protect/d' "$place/chand.service"
[ -n "$(exposed 12)" ] || judge "a threshold is obeyed" "it was not"

mkdir -p "$place/root/etc"
systemd-sysusers --root="$place/root" "$PWD/conf/chand.sysusers" \
	>"$place/said" 2>&1 || judge "the user is made" "$(cat "$place/said")"
judge "the user is a system's one without a shell" "$(
	grep -q '^chand:[^:]*:[0-9]*:[0-9]*:.*:/usr/sbin/nologin$' \
		"$place/root/etc/passwd" || cat "$place/root/etc/passwd"
)"
systemd-tmpfiles --root="$place/root" --create "$built/conf/chand.tmpfiles" \
	>"$place/said" 2>&1
judge "the socket's folder is made" "$(
	[ "$(stat -c %a "$place/root/run/chand" 2>&1)" = 755 ] ||
		cat "$place/said"
)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
