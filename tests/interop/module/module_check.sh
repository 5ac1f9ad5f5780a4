#!/bin/bash
# The module in a real Kamailio, driven by sipp.
exec /usr/bin/python3 "$(dirname "$0")/run.py" "$@"
