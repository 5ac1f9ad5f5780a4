#!/bin/bash
# The three most telling calls of `make demo`.
cd "$(dirname "$0")/../.." && /usr/bin/python3 tests/interop/demo.py --calls 3 2>&1 | awk '
  { print } /^demo: [0-9]+ calls, [0-9]+ as expected$/ { all = $2; good = $4 }
  END { print good + 0 " passed, " (all ? all - good : 1) " failed"; exit !all || good < all }'
