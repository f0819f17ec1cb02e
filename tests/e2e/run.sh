#!/bin/sh
# SPDX-License-Identifier: MIT
# The end-to-end tests: run.sh [test_TOPIC.py[:PART-OF-A-NAME]]...
# CHAND and CHANCTL name the programs; CHAND_WRAP, CHAND_SLOW, CHAND_SEED
# are explained in harness.py.
here=$(dirname "$0")
PYTHONDONTWRITEBYTECODE=1
PYTHONUNBUFFERED=1
export PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED
python=${CHAND_PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import msgpack' 2>/dev/null; then
	echo "$python has no module msgpack (python3-msgpack): nothing was run"
	exit 1
fi
exec "$python" "$here/suite.py" "$@" 2>&1
