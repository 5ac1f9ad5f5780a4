#!/bin/bash
# GStreamer's DTLS-SRTP against a running relay.
cd "$(dirname "$0")/../.." && exec /usr/bin/python3 tests/interop/dtls_peers.py
