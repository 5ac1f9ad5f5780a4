#!/bin/bash
# The instruments of the interoperability tests, before anything is judged by them.
cd "$(dirname "$0")" && /usr/bin/python3 lab_test.py 2>&1 | awk '
  { print } /^Ran [0-9]+ test/ { all = $2 } /^FAILED/ { n = split($0, part, "[=,)]"); for (i = 2; i <= n; i += 2) bad += part[i] }
  END { print all - bad " passed, " bad + 0 " failed"; exit !all || bad }'
