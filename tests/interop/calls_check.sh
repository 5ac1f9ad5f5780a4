#!/bin/bash
# The five most telling calls of `make demo`, one of them from a browser.
cd "$(dirname "$0")/../.." && exec /usr/bin/python3 tests/interop/demo.py --calls 5
