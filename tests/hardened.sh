#!/bin/sh
# SPDX-License-Identifier: MIT
# Are the programs that were built as hard to abuse as compiler and linker can
# make them? BUILT names the folder, FLAGS what they were compiled with.
built=${BUILT:?names the folder that was built in}
passed=0
failed=0

judge() { # what it is about, a command...
	what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		passed=$((passed + 1))
	else
		echo "$program: $what: not so"
		failed=$((failed + 1))
	fi
}

segments() {
	readelf -W --program-headers "$1"
}

tagged() { # program, a pattern of its dynamic section
	readelf -W --dynamic "$1" | grep -qE "$2"
}

lacks_segment() { # program, a pattern
	! segments "$1" | grep -E "$2"
}

has_segment() {
	segments "$1" | grep -qE "$2"
}

uses() { # program, a pattern of its symbols
	readelf -W --dyn-syms "$1" | grep -qE "$2"
}

has_landings() {
	[ "$(objdump -d "$1" | grep -c endbr64)" -gt 50 ]
}

is_pie() {
	readelf -h "$1" | grep -qE 'Type: +DYN'
}

check() {
	program=$1
	judge "position independent" is_pie "$1"
	judge "all symbols bound at once" tagged "$1" 'FLAGS_1.*NOW'
	judge "relocations read only" has_segment "$1" GNU_RELRO
	judge "a stack without code" has_segment "$1" 'GNU_STACK.* RW '
	judge "nothing both written and run" lacks_segment "$1" ' (RWE|WE) '
	judge "code apart from data" lacks_segment "$1" 'LOAD.* 0x0+ .* R E '
	judge "no folder of its own for libraries" \
		sh -c "! readelf -d '$1' | grep -E 'RPATH|RUNPATH'"
	judge "stack protector" uses "$1" __stack_chk_fail
	# Its IBT and shadow stack are a property of the C library's start, too.
	[ "$(uname -m)" != x86_64 ] || judge "branches land where they may" \
		has_landings "$1"
	[ -z "$optimised" ] || judge "fortified" uses "$1" '__[a-z]+_chk'
	[ -z "$optimised" ] || judge "hardening-check" \
		hardening-check --quiet --nocfprotection "$1"
}

# What instruments memory is checked by that, and not made to be abused.
optimised=yes
case " $FLAGS " in
*\ -fsanitize*) echo "1 passed, 0 failed: sanitizers, not for use" && exit 0 ;;
*\ -O0\ *) optimised= ;;
esac
check "$built/chand"
check "$built/chanctl"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
