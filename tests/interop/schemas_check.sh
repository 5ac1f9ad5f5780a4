#!/bin/bash
# The JSON schemas against the documents and against what the codec writes in its tests.
cd "$(dirname "$0")/../.." || exit
records=build/check/protocol-records
mkdir -p build/check && rm -f $records
OSRTP_RECORD=$records build/release/unit-tests --gtest_brief=1 --gtest_filter='*Codec*' >build/check/protocol-records.log 2>&1 ||
  { tail -n 30 build/check/protocol-records.log; exit 1; }
/usr/bin/python3 tests/interop/check-schemas.py $records
