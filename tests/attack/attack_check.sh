#!/bin/bash
# Every attack of `make attack` with fewer packets: osrtpd has to stand them all, and on a relay that checks nothing each
# has to see what it looks for. Both wait more than they work, so that they run side by side.
set -uo pipefail
cd "$(dirname "$0")/../.."
${MAKE:-make} --no-print-directory -s build/osrtpd || exit 1
log=$(mktemp); trap 'rm -f "$log"' EXIT
timeout 200 /usr/bin/python3 tests/attack/attack.py --small --self-test >"$log" 2>&1 & naive=$!
timeout 200 /usr/bin/python3 tests/attack/attack.py --small; osrtpd=$?
wait $naive; naive=$?
cat "$log"
[[ $osrtpd -eq 0 && $naive -eq 0 ]]
