#!/bin/sh
# SPDX-License-Identifier: MIT
# The tests with network namespaces and nftables, for which one must be root.
# run.sh [test_TOPIC.py[:PART-OF-A-NAME]]...; CHAND and CHANCTL: the programs
here=$(dirname "$0")
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
[ "$(id -u)" = 0 ] || {
	echo "only root can make network namespaces: nothing was run"
	exit 1
}
exec /usr/bin/python3 -c 'import ctypes, os, signal, sys
# Who is told to end, or whose caller has ended, removes what he has made.
signal.signal(signal.SIGTERM, signal.default_int_handler)
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
here = sys.argv[1]
sys.path[:0] = [here, os.path.join(here, "..", "e2e")]
import suite
sys.exit(suite.run(sys.argv[2:], here))' "$here" "$@" 2>&1
