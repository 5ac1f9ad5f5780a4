#!/bin/sh
# A step of `make check`: osrtpd between networks of its own, in network namespaces.
cd "$(dirname "$0")/../../.." && exec /usr/bin/python3 tests/interop/network/run.py "$@"
