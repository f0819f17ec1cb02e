# SPDX-License-Identifier: MIT
# trust.sh - a part of ./dev: simulation, analysis, fuzzing, histories, soak, and
# faults that are planted.

simulate() {
	build
	case ${1:-} in
	--builds)
		shift
		tests/sim/builds.sh "$@"
		;;
	--plants | --plant)
		make -s -C build -j"$(nproc)" tests/sim/planted
		build/tests/sim/planted "$@"
		;;
	*)
		make -s -C build -j"$(nproc)" tests/sim/sim
		build/tests/sim/sim --seeds 100000 "$@"
		;;
	esac
}

analyze_packages='clang clang-tidy cppcheck'

analyze() { # the tools; or all
	need $build_packages $analyze_packages
	build
	tests/analyze/analyze.sh build "$@"
}

coverage_packages=gcovr

covered() { # percent of lines, of branches, the files as patterns...
	lines=$1 branches=$2
	shift 2
	for pattern; do set -- "$@" --filter "$pattern" && shift; done
	gcovr --root . --object-directory build-coverage "$@" \
		--exclude-throw-branches --sort-uncovered \
		--fail-under-line "$lines" --fail-under-branch "$branches" \
		--print-summary build-coverage
}

coverage() { # all: by every test, of every room; else by the rooms' suites
	need $build_packages $test_packages $coverage_packages
	umask 0 # some tests run programs as somebody else, who counts, too
	make_in build-coverage --enable-coverage --disable-lto CFLAGS='-g -O0'
	find build-coverage -name '*.gcda' -delete
	if [ "${1:-}" = all ]; then
		check build-coverage
		covered 80 0 daemon/ client/
	else
		check build-coverage $(suites) tests/replay_vectors.sh
	fi
	covered 95 85 daemon/task/ daemon/chan/ proto/
}

torture() {
	need $build_packages $test_packages
	build
	make -s -C build -j"$(nproc)" tests/sim/sim tests/e2e/shorten.so
	build/tests/sim/sim --torture --seeds "${1:-1000}"
	CHAND_TORTURE=all CHAND="$PWD/build/chand" \
		CHANCTL="$PWD/build/chanctl" tests/e2e/run.sh test_torture.py \
		test_torture_start.py
}

soaked=build/soak.jsonl

draw_soak() { # samples: the verdict so far, and the plot
	/usr/bin/python3 tests/soak/picture.py "$1" doc/soak.svg
	/usr/bin/python3 tests/soak/verdict.py "$1"
}

soak() { # minutes, soak.py's arguments; or draw, samples
	export PYTHONDONTWRITEBYTECODE=1
	if [ "${1:-}" = draw ]; then
		draw_soak "${2:-$soaked}"
		return
	fi
	minutes=${1:-60}
	[ $# -gt 0 ] && shift
	need $build_packages $test_packages openssl
	build
	make -s -C build tests/bench/load tests/bench/floor
	status=0
	nice -n 5 /usr/bin/python3 tests/soak/soak.py build $soaked \
		"$((minutes * 60))" "$@" || status=$?
	/usr/bin/python3 tests/soak/picture.py $soaked doc/soak.svg
	return $status
}

churn() {
	need $build_packages $test_packages
	build
	CHAND_CHURN=${1:-1000000} CHAND="$PWD/build/chand" \
		CHANCTL="$PWD/build/chanctl" tests/e2e/run.sh test_churn.py
}

fuzz() { # target, seconds; or keep, target
	need $build_packages $test_packages
	make_in build-fuzz CC=clang CFLAGS='-g -O1' --enable-sanitizers \
		--enable-fuzzer
	make -s -C build-fuzz -j"$(nproc)" fuzz
	seconds=${2:-60} target=${1:-all}
	[ "$target" = keep ] && seconds=keep target=${2:-all}
	[ "$target" = all ] && target=$(ls tests/corpus)
	tests/fuzz/fuzz.sh build-fuzz "$seconds" $target
}

history_run() { # a daemon, arguments...
	daemon=$1
	shift
	CHAND=$PWD/build/$daemon PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 tests/history/run.py "$@"
}

# Faults that clients can see, and the rule that each of them breaks.
history_plants='OK_AT_MATCH:I2 NO_DOUBT:I3 ATTEMPT_STAYS:I4
	LAST_IN_FIRST_OUT:I5'

history() { # minutes, or --plants
	build
	[ "${1:-}" = --plants ] || {
		history_run chand --minutes "${1:-0.5}"
		return
	}
	make -s -C build -j"$(nproc)" tests/history/planted
	unseen=0
	for pair in $history_plants; do
		history_run tests/history/planted --minutes 0.06 \
			--plant "${pair%:*}" --reject "${pair#*:}" || unseen=1
	done
	return $unseen
}

planted=build/plants # a: the sources as they are, b: with the switches
switches=$PWD/tests/plants/switches.patch

plants_open() {
	rm -rf $planted
	for copy in a b; do
		mkdir -p $planted/$copy
		cp -R daemon proto $planted/$copy/
	done
	patch -d $planted/b -p1 --no-backup-if-mismatch <"$switches" ||
		echo "what did not fit is in the .rej files: do it by hand"
	echo "the copy is $planted/b; when it is right: ./dev plants write"
}

plants_write() {
	[ -d $planted/b ] || plants_open
	rejected=$(find $planted/b -name '*.rej')
	[ -z "$rejected" ] || {
		printf '%s\n' "./dev: do these by hand, and remove them:" \
			"$rejected" >&2
		exit 1
	}
	clang-format --style=file:.clang-format -i \
		$planted/[ab]/daemon/*.[ch] $planted/[ab]/daemon/*/*.[ch] \
		$planted/[ab]/proto/*.[ch]
	(cd $planted && diff -ru a b || [ $? = 1 ]) |
		sed '/^diff /d; /^[-+][-+][-+] /s/\t.*//' >"$switches"
	rm -rf $planted
	echo "written: the sources as they are now, and what was in the copy"
}

# All that is planted, and who finds it.
plants_find() {
	build
	make -s -C build -j"$(nproc)" tests/test_plants tests/sim/planted \
		tests/history/planted tests/plants/test_proto_scan
	status=0
	build/tests/test_plants || status=1
	build/tests/sim/planted --plants || status=1
	BUILT=$PWD/build tests/plants/suites.sh || status=1
	history --plants || status=1
	return $status
}
