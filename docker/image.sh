#!/bin/sh
# SPDX-License-Identifier: MIT
# image.sh BUILT IMAGE PROGRAM... - lay out what an image holds: programs that
# were installed under BUILT/usr, the libraries they were linked with, their
# settings, and the user that they run as.
set -eu
built=$1
image=$2
shift 2

copy() { # a path, which is the same in the image
	mkdir -p "$image$(dirname "$1")"
	cp -L "$1" "$image$1"
}

libraries() { # of a program: "name => /path (address)" or "/path (address)"
	LD_LIBRARY_PATH=$built/usr/lib ldd "$1" |
		grep -o '/[^ ]*' | grep -v "^$built"
}

for program; do
	mkdir -p "$image/usr/$(dirname "$program")"
	cp "$built/usr/$program" "$image/usr/$program"
	for library in $(libraries "$built/usr/$program"); do
		copy "$library"
	done
done
[ ! -d "$built/etc" ] || cp -R "$built/etc" "$image/"

mkdir -p "$image/etc" "$image/tmp" "$image/run/chand"
echo 'chand:x:7411:7411::/:/nonexistent' >"$image/etc/passwd"
echo 'chand:x:7411:' >"$image/etc/group"
chmod 1777 "$image/tmp"
chown 7411:7411 "$image/run/chand"
chmod 700 "$image/run/chand"
