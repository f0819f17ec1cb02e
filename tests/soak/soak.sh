#!/bin/sh
# SPDX-License-Identifier: MIT
# A soak of twenty seconds: what ./dev soak does for hours.
srcdir=$(cd "$srcdir" && pwd)
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
soak=$srcdir/tests/soak
tls=
if ./chand --help | grep -q tls://; then tls=--tls; fi
/usr/bin/python3 "$soak/soak.py" . "$out/samples" 20 --every 2 --seed 1 $tls &&
	/usr/bin/python3 "$soak/picture.py" "$out/samples" "$out/soak.svg" &&
	grep -q '</svg>' "$out/soak.svg"
