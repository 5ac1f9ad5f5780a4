#!/bin/bash
# GStreamer, pylibsrtp and ffmpeg against the relay.
cd "$(dirname "$0")/../.." && /usr/bin/python3 tests/interop/srtp_peers.py 2>&1 | awk '
  { print } /^srtp peers: [0-9]+ exchanges, [0-9]+ as expected$/ { all = $3; good = $5 }
  END { print good + 0 " passed, " (all ? all - good : 1) " failed"; exit !all || good < all }'
