#!/bin/sh
# What the simulation has found, each as it was left when nothing more could be
# taken away.
passed=0 failed=0
for script in "${srcdir:-.}"/tests/sim/found/*.script; do
	if tests/sim/sim --script "$script"; then
		passed=$((passed + 1))
	else
		echo "$script"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ $passed -gt 0 ] && [ $failed -eq 0 ]
