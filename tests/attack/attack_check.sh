#!/bin/bash
# Every attack of `make attack` with fewer packets: osrtpd has to stand them all, and on a relay that checks nothing each
# has to see what it looks for.
set -uo pipefail
cd "$(dirname "$0")/../.."
${MAKE:-make} --no-print-directory -s build/osrtpd || exit 1
timeout 120 /usr/bin/python3 tests/attack/attack.py --small; osrtpd=$?
timeout 120 /usr/bin/python3 tests/attack/attack.py --small --self-test; naive=$?
[[ $osrtpd -eq 0 && $naive -eq 0 ]]
