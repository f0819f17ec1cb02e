#!/bin/sh
# SPDX-License-Identifier: MIT
# packages.sh FOLDER - the Debian packages of this working tree, into FOLDER,
# which is made anew. They are those of tests/pack/package.sh; what that looks
# at and tries besides is left to it.
set -eu
cd "$(dirname "$0")/../.."
place=$1

rm -rf "$place"
mkdir -p "$place/source"
git -c safe.directory="$PWD" ls-files -z |
	tar -c --null --files-from=- | tar -x -C "$place/source"
cd "$place/source"
export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)"
dpkg-buildpackage -b -us -uc -Pnocheck
cd ..
rm -rf source
ls -1 ./*.deb
