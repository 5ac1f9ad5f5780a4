#!/bin/bash
# The bill of materials that the build makes.
cd "$(dirname "$0")/../.." && exec /usr/bin/python3 tests/packaging/sbom_test.py
