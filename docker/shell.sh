#!/bin/sh
# SPDX-License-Identifier: MIT
# shell.sh IMAGE - a shell and what goes with it, in one file.
set -eu
mkdir -p "$1/bin"
cp "$(command -v busybox)" "$1/bin/busybox"
for name in $(busybox --list | grep -vx busybox); do
	ln -sf busybox "$1/bin/$name"
done
