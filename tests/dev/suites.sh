# SPDX-License-Identifier: MIT
# suites.sh - a part of ./dev: the suites, in the builds that they are run in.

stage() {
	printf '\n==== %s\n' "$*"
}

closing='^[0-9]+%: Checks|^[0-9]+ passed, '

end_of() { # command...: its closing line; if it fails, all that it said
	status=0
	said=$("$@" 2>&1) || status=$?
	[ $status = 0 ] && printf '%s\n' "$said" | grep -E "$closing" && return
	printf '%s\n' "./dev: $* ended with $status:" "$said"
	return 1
}

# All suites, or some, which takes building no others: their closing lines.
check() { # folder, suites...
	folder=$1
	shift
	[ $# = 0 ] && set -- check || set -- check-TESTS TESTS="$*"
	rm -f "$folder"/tests/*.log "$folder"/tests/e2e/*.log \
		"$folder"/tests/bench/*.log "$folder"/tests/sim/*.log
	status=0
	make -s -C "$folder" -j"$(nproc)" "$@" >"$folder/check.out" 2>&1 ||
		status=$?
	find "$folder/tests" -name '*.log' | sort | while read -r log; do
		line=$(grep -hE "$closing" "$log" | tail -1)
		printf '%-34s %s\n' "${log#"$folder"/tests/}" "${line:-(no line)}"
	done
	[ $status = 0 ] && return
	tail -n 40 "$folder/check.out"
	cat "$folder/test-suite.log" 2>/dev/null | tail -n 300
	return $status
}

suites() { # in C; the plants are another daemon's
	find tests -maxdepth 1 -name 'test_*.c' ! -name test_plants.c |
		sed 's/\.c$//'
}

sources() {
	git ls-files '*.c' '*.h'
}

# The suites of the rooms that run on the switch.
switch_tests='tests/test_switch tests/test_task tests/test_chan
	tests/test_chan_cancel tests/test_chan_order tests/test_chan_select
	tests/test_delivery tests/test_task_control tests/test_hub
	tests/replay_vectors.sh'

test_format() {
	stage "clang-format"
	clang-format --dry-run -Werror $(sources)
}

test_clang() {
	stage "clang, thread safety as park safety, warnings are errors"
	make_in build-clang CC=clang CFLAGS='-g -O1' --enable-werror
	stage "gcc, warnings are errors"
	make_in build-werror --enable-werror
}

# What is left out says so where it is asked for.
test_without() {
	stage "without TLS, systemd and seccomp"
	make_in build-without --without-tls --without-systemd \
		--without-seccomp --enable-werror
	if ldd build-without/chand | grep -E 'libssl|libsystemd|libseccomp'; then
		return 1
	fi
	build-without/chand --listen tls://127.0.0.1:0 --insecure yes \
		--tls-certificate /x --tls-key /x 2>&1 |
		grep 'cannot start.*this chand was built without TLS'
	CHAND="$PWD/build-without/chand" CHANCTL="$PWD/build-without/chanctl" \
		end_of tests/e2e/run.sh test_order.py
}

test_ucontext() {
	stage "the portable switch"
	configure_in build-ucontext --with-switch=ucontext
	make -s -C build-ucontext -j"$(nproc)" tests/replay
	check build-ucontext $switch_tests
}

test_aarch64() {
	[ "$(uname -m)" = x86_64 ] || return 0
	stage "the switch of aarch64, in an emulator"
	mkdir -p build-aarch64
	: >build-aarch64/config.h
	aarch64-linux-gnu-gcc -static -std=gnu11 -D_GNU_SOURCE -O2 -g \
		-Ibuild-aarch64 -I. -Idaemon -o build-aarch64/test_switch \
		tests/test_switch.c daemon/base/blob.c daemon/base/budget.c \
		daemon/base/heap.c \
		daemon/base/pool.c \
		daemon/task/sched.c daemon/task/task.c daemon/task/timer.c \
		daemon/task/stack.c daemon/task/switch_frame.c \
		daemon/task/switch_aarch64.S
	WITHOUT_MEMORY_LIMIT=emulated \
		qemu-aarch64-static build-aarch64/test_switch
}

sanitize() { # the suites; or all
	need $build_packages $test_packages
	stage "AddressSanitizer and UBSan"
	make_in build-sanitize --enable-sanitizers CFLAGS='-g -O1'
	CHAND_SLOW=4 check build-sanitize "$@"
}

# What the end-to-end tests add to this takes too long for every test.
sanitize_suites() {
	sanitize $(suites)
}

valgrind_tests='tests/test_task tests/test_chan tests/test_chan_cancel
	tests/test_chan_order tests/test_hub tests/test_proto_scan
	tests/test_proto_frame tests/test_proto_value tests/test_base_heap
	tests/test_base_map tests/test_base_outbox tests/test_net_read
	tests/test_net_hangup tests/test_net_close tests/test_rpc_arguments
	tests/test_rpc_call tests/test_base_blob tests/test_chan_wake
	tests/test_chan_select tests/test_chan_select_order
	tests/test_chan_capacity tests/test_chan_capacity_loss
	tests/test_delivery tests/test_delivery_loss tests/test_delivery_undo
	tests/test_holder tests/test_atomic tests/test_atomic_commit
	tests/test_task_control tests/test_task_hooks tests/test_task_timer
	tests/test_chand_call tests/test_chand_conn tests/test_chand_reach
	tests/test_chand_limits tests/test_chand_faults'

test_valgrind() {
	stage "valgrind"
	for program in $valgrind_tests; do
		(cd build && end_of env CK_FORK=no valgrind -q \
			--error-exitcode=99 --leak-check=full \
			--errors-for-leak-kinds=definite "$program")
	done
	end_of valgrind -q --error-exitcode=99 build/tests/replay \
		tests/vectors/scheduling.jsonl
	end_of env CHAND="$PWD/build/chand" CHANCTL="$PWD/build/chanctl" \
		CHAND_WRAP='valgrind -q --error-exitcode=99' CHAND_SLOW=10 \
		tests/e2e/run.sh test_order.py test_life.py
}

test_counts() {
	stage "instructions and allocations of a message"
	tests/bench/count.sh build/chand
}
