#!/bin/sh
# A step of `make check`: what is left of a call's keys when the call is over.
cd "$(dirname "$0")/../../.." && exec /usr/bin/python3 tests/interop/keys/run.py "$@"
