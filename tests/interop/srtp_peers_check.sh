#!/bin/bash
# GStreamer, pylibsrtp and ffmpeg against the relay.
cd "$(dirname "$0")/../.." && exec /usr/bin/python3 tests/interop/srtp_peers.py
