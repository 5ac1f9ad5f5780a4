#!/bin/sh
# A step of `make check`: the metrics of a running osrtpd, promtool, and a scrape by Prometheus itself.
cd "$(dirname "$0")/../../.." && exec /usr/bin/python3 tests/interop/metrics/metrics.py "$@"
