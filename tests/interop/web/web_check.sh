#!/bin/bash
# Two browser phones call each other through Kamailio and the module, without the daemon.
cd "$(dirname "$0")/../../.." && exec /usr/bin/python3 tests/interop/web/web_test.py
