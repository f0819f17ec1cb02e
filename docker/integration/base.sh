#!/bin/sh
# SPDX-License-Identifier: MIT
# base.sh IMAGE CACHE PACKAGE... - make IMAGE, the machine's own Debian with
# these packages, from the machine's own package sources. CACHE is a folder
# in which the image stays for the next time.
set -eu
image=$1
cache=$2
shift 2
. /etc/os-release

sources() { # those of the machine's that have its release
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		if grep -qsE "(^|[[:space:]])$VERSION_CODENAME([[:space:]]|$)" \
			"$file"; then
			cat "$file"
			echo
		fi
	done
}

proxies() { # as options of mmdebstrap's
	apt-config dump | grep -i '^Acquire::[a-z]*::proxy ' |
		sed "s/^/--aptopt=/"
}

mkdir -p "$cache"
wanted=$(echo "$VERSION_CODENAME" "$@" | sha256sum | cut -c1-16)
tar=$cache/base-$wanted.tar
if [ ! -f "$tar" ]; then
	rm -f "$cache"/base-*.tar
	packages=$(echo "$@" | tr ' ' ',')
	sources >"$cache/sources"
	proxies >"$cache/proxies"
	# Into a file, not a pipe: mmdebstrap that cannot write signals its whole group.
	set -- --quiet --variant=minbase --include="$packages"
	while read -r proxy; do
		set -- "$@" "$proxy"
	done <"$cache/proxies"
	mmdebstrap "$@" --dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$VERSION_CODENAME" "$cache/part.tar" - <"$cache/sources"
	mv "$cache/part.tar" "$tar"
fi
docker import "$tar" "$image" >/dev/null
