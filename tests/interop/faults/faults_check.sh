#!/bin/bash
# A step of `make check`: what osrtpd does when the system or a library fails it, or its workers hang, or it is killed.
cd "$(dirname "$0")/../../.." || exit 1
${MAKE:-make} --no-print-directory -s build/osrtpd build/release/faults.so || exit 1
exec /usr/bin/python3 tests/interop/faults/run.py "$@"
