#!/bin/sh
# A few runs with each allocation failing in turn; ./dev torture makes more.
exec tests/sim/sim --torture --seeds "${SEEDS:-15}"
