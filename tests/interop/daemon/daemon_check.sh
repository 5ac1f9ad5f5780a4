#!/bin/sh
# A step of `make check`: osrtpd from outside, on loopback.
cd "$(dirname "$0")/../../.." && exec /usr/bin/python3 tests/interop/daemon/run.py "$@"
