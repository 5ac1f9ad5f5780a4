#!/bin/bash
# Floods against running calls, a second and a half of each: no call lost, log lines bounded by their causes, memory flat,
# calls, ports and files back to where they were. Counts only; loss is judged where the generator was not itself late.
set -uo pipefail
cd "$(dirname "$0")/../../.."
${MAKE:-make} --no-print-directory -s build/osrtpd build/release/bench-load build/release/flood-sender || exit 1
exec timeout 120 /usr/bin/python3 tests/attack/flood/floods.py --small
