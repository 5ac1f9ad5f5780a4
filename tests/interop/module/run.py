#!/usr/bin/python3
"""The module in a real Kamailio, driven by sipp. run.py [NAME...]: only the cases whose name has one of these in it."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

import cases_bodies  # the cases register themselves
import cases_counts
import cases_dialogs
import cases_events
import cases_examples
import cases_load
import cases_nodes
import cases_outage
import cases_relay
import cases_replies
import cases_retry
import cases_tls  # noqa: F401
from daemon_flows import SINGLE_CASES, flow_case, flows
from fake_relay import FakeRelay
from proxy import require_tools
from real_relay import RealRelay
from stand import CASES, Stand


def run(function, stand: Stand) -> bool:
    name = function.__name__.replace("_", " ")
    try:
        function(stand)
    except (AssertionError, OSError, subprocess.SubprocessError, LookupError, ValueError) as error:
        where = traceback.extract_tb(error.__traceback__)
        print(f"FAILED {name}\n       {error}\n       " + ", ".join(f"line {frame.lineno}" for frame in where[1:]))
        return False
    print(f"ok     {name}")
    return True


def run_all(cases: list, stand: Stand) -> list[bool]:
    try:
        return [run(function, stand) for function in cases]
    finally:
        stand.close()


def main() -> int:
    if missing := require_tools():
        print(missing, file=sys.stderr)
        return 1

    def chosen(cases: list) -> list:
        return [function for function in cases
                if not sys.argv[1:] or any(word in function.__name__ for word in sys.argv[1:])]

    directory = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-module-"))
    results = []
    if cases := chosen(CASES):
        results += run_all(cases, Stand(directory, FakeRelay))
    if cases := chosen([flow_case(name, flow) for name, flow in flows().items()] + SINGLE_CASES + cases_retry.WITH_DAEMON
                       + cases_events.WITH_DAEMON):
        results += run_all(cases, Stand(directory, lambda address: RealRelay(address, directory / "osrtpd.log")))
    if not all(results):
        print(f"traces and logs: {directory}")
    else:
        shutil.rmtree(directory)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
