#!/bin/bash
# The load generator of the benchmarks: through osrtpd every packet of every kind of call arrives as it was sent, and
# what does not is noticed. Counts only, nothing here says how fast.
set -uo pipefail
cd "$(dirname "$0")/../.."
${MAKE:-make} --no-print-directory -s build/osrtpd build/release/bench-load || exit 1
exec /usr/bin/python3 tests/bench/load_check.py
