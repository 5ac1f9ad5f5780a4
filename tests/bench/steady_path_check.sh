#!/bin/bash
# What a media worker does for a packet once calls are up: it receives, it sends, and neither allocates nor locks nor
# asks anything else of the kernel. Counts only, nothing here says how fast.
set -uo pipefail
cd "$(dirname "$0")/../.."
${MAKE:-make} --no-print-directory -s build/osrtpd build/release/bench-load build/release/counted.so || exit 1
exec /usr/bin/python3 tests/bench/steady_path/run.py
