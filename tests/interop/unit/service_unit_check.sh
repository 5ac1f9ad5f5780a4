#!/bin/bash
# What the packaged unit takes from the service, judged by systemd, and that it leaves the daemon what it needs.
cd "$(dirname "$0")" && exec /usr/bin/python3 unit.py
