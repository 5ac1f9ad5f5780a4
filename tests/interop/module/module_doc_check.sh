#!/bin/bash
# The module's documentation: README is what module/doc says, it tells of all that the module exports and of nothing else, and
# Kamailio takes its examples.
exec /usr/bin/python3 "$(dirname "$0")/doc.py"
