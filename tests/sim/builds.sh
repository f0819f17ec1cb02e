#!/bin/sh
# builds.sh [SEEDS] - is a run the same wherever it is made? Compares the traces
# of gcc and clang, without optimisation and with it.
set -eu
cd "$(dirname "$0")/../.."
seeds=${1:-300}
first=
for compiler in gcc clang; do
	for level in -O0 -O2; do
		folder=build-sim-$compiler$level
		mkdir -p "$folder"
		[ -f "$folder/Makefile" ] ||
			(cd "$folder" && ../configure -q --silent \
				CC=$compiler CFLAGS="-g $level")
		make -s -C "$folder" -j"$(nproc)" tests/sim/sim >/dev/null
		"$folder/tests/sim/sim" --hashes --seeds "$seeds" |
			grep -v passed >"$folder/traces"
		first=${first:-$folder/traces}
		cmp "$first" "$folder/traces"
	done
done
echo "4 passed, 0 failed: builds agree on $seeds seeds"
