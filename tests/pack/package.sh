#!/bin/sh
# SPDX-License-Identifier: MIT
# package.sh TARBALL FOLDER - the Debian packages of a release, into FOLDER,
# which is made anew. Lintian has nothing to say of them, and what they hold is
# enough for a value to be handed over.
set -eu
cd "$(dirname "$0")/../.."
tarball=$1
place=$2
source=$(basename "$tarball" .tar.xz)

rm -rf "$place"
mkdir -p "$place"
cp "$tarball" "$place/chand_${source#chand-}.orig.tar.xz"
tar -x -C "$place" -f "$tarball"
cp -R debian "$place/$source/"

(cd "$place/$source" && dpkg-buildpackage -us -uc) >"$place/build.log" 2>&1 || {
	tail -n 60 "$place/build.log"
	exit 1
}
lintian --fail-on error,warning "$place"/*.changes

# As far as this goes without installing them; try.sh does that.
for package in "$place"/chand_*.deb "$place"/chanctl_*.deb; do
	dpkg-deb -x "$package" "$place/root"
done
PATH="$PWD/$place/root/usr/sbin:$PWD/$place/root/usr/bin:$PATH" \
	debian/tests/hand-over
rm -rf "$place/root" "${place:?}/$source"
cd "$place" && ls -1 *.deb *.dsc *.changes
