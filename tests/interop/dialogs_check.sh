#!/bin/bash
# The most telling scenarios of the life of a call, with real phones and scripted ones.
cd "$(dirname "$0")/../.." && exec /usr/bin/python3 tests/interop/dialogs.py --short
