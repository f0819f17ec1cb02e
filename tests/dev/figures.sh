# SPDX-License-Identifier: MIT
# figures.sh - a part of ./dev: what it costs.

# Debian starts these as services of their own, which are not used.
bench_packages='redis-server beanstalkd nats-server strace'
figures=build/bench.json

compare() { # quick or full; workloads: only these, and not for the page
	[ $# -gt 1 ] && figures=build/bench-part.json
	need $build_packages $bench_packages
	build
	make -s -C build tests/bench/load tests/bench/floor
	PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 tests/bench/bench.py build "$figures" "$@"
}

count() { # "", show or record
	need $build_packages $test_packages
	build
	tests/bench/count.sh build/chand "$@"
}

report() {
	PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 tests/bench/report.py "$figures" doc
}

bench() {
	case ${1:-quick} in
	quick | full) compare "$@" ;;
	count) count ;;
	show | record) count "$1" ;;
	report) report ;;
	core)
		shift
		build >&2
		build/tests/bench/core/core "$@"
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
}
