#!/usr/bin/python3
"""osrtpd and Debian's rtpengine side by side, each alone on one core, in alternating order; see docs/benchmarks.md, which
this writes. Every result is a line of JSON in build/bench/results.jsonl.
"""

import argparse
import fcntl
import json
import os
import pathlib
import platform
import shlex
import signal
import sys
import tempfile
import time
from typing import IO

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "interop")]

from lab import isolation, processes  # noqa: E402
from side_by_side import relays, tables  # noqa: E402
from side_by_side.plan import PROFILES, Plan, Run  # noqa: E402

DIRECTORY = pathlib.Path("build/bench")
DOCS = pathlib.Path("docs")
LOCK = pathlib.Path(tempfile.gettempdir()) / "osrtp-bench.lock"
PARTS = ("self", "media", "capacity", "latency", "setups", "memory", "handshakes", "growth")
QUICK_PARTS = ("self", "media", "latency", "setups", "memory", "handshakes")


def main() -> int:
    options = read_options()
    os.chdir(ROOT)
    if options.render:
        tables.render(DIRECTORY / "results.jsonl", DOCS)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        if not isolation.inside():
            return isolation.run_isolated([sys.executable, *sys.argv])
        return run(options)
    except (processes.Died, isolation.NotPossible, relays.Failed) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="a few minutes: two profiles, two call counts, no search for the most calls")
    parser.add_argument("--parts", type=words, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--profiles", type=words, help=f"some of {','.join(PROFILES)},gcm-plain")
    parser.add_argument("--calls", type=words, help="call counts with media")
    parser.add_argument("--repeats", type=int, help="of media, set-ups and handshakes")
    parser.add_argument("--seconds", type=float, help="of media that count, a run")
    parser.add_argument("--relay", action="append", default=[], metavar="NAME=PATH",
                        help="another osrtpd, measured beside the others; NAME=PATH ARGUMENTS for arguments of its own")
    parser.add_argument("--osrtpd-args", type=shlex.split, default=[], metavar="ARGUMENTS",
                        help="more arguments for every osrtpd")
    parser.add_argument("--threads", type=int, default=1, help="for media in each relay, with as many cores (1)")
    parser.add_argument("--without-rtpengine", action="store_true")
    parser.add_argument("--render", action="store_true",
                        help="only write docs/benchmarks.md from the results that are there")
    parser.add_argument("--no-render", action="store_true", help="leave docs/benchmarks.md as it is")
    return parser.parse_args()


def words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def relays_of(options: argparse.Namespace) -> list[relays.Relay]:
    more = tuple(options.osrtpd_args)
    chosen = [relays.Relay("osrtpd", "osrtpd", "build/osrtpd", more, options.threads)]
    for text in options.relay:
        name, _, command = text.partition("=")
        path, *own = shlex.split(command)
        chosen.append(relays.Relay(name, "osrtpd", path, (*more, *own), options.threads))
    if not options.without_rtpengine:
        chosen.append(relays.Relay("rtpengine", "rtpengine", "rtpengine", threads=options.threads))
    return chosen


def plan_of(options: argparse.Namespace, files: int) -> Plan:
    plan = Plan(relays_of(options), most_calls=relays.most_calls(files))
    if options.quick:
        plan.profiles, plan.calls, plan.repeats, plan.seconds = ("plain-plain", "sdes-plain"), (100, 300), 1, 3.0
    plan.profiles = options.profiles or plan.profiles
    plan.calls = tuple(map(int, options.calls)) if options.calls else plan.calls
    plan.repeats = options.repeats or plan.repeats
    plan.seconds = options.seconds or plan.seconds
    return plan


def run(options: argparse.Namespace) -> int:
    processes.die_with_parent()
    isolation.loopback_up()
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    files = relays.raise_limits()
    plan = plan_of(options, files)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    with open(LOCK, "w", encoding="ascii") as lock, open(DIRECTORY / "results.jsonl", "w", encoding="ascii") as results:
        take(lock)

        def keep(result: dict) -> None:
            results.write(json.dumps(result) + "\n")
            results.flush()

        keep(environment(plan, files))
        measurement = Run(relays.Bench(DIRECTORY, relays.Cores.for_threads(options.threads)), plan, say, keep)
        for part in options.parts or (QUICK_PARTS if options.quick else PARTS):
            measurement.part(part)
    if not options.no_render:
        for path in tables.render(DIRECTORY / "results.jsonl", DOCS):
            say(f"written: {path}")
        isolation.give_back(str(DOCS))
    isolation.give_back(str(DIRECTORY))
    return 0


def take(lock: IO[str]) -> None:
    """Two benches on one machine would measure each other."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another bench is running on this machine: waiting for its end.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def environment(plan: Plan, files: int) -> dict:
    return {"mode": "environment", "date": time.strftime("%Y-%m-%d", time.gmtime()), "processor": processor(),
            "cores": os.cpu_count(), "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
            "kernel": platform.release(), "system": system(), "open_files": files, "most_calls": plan.most_calls,
            "threads": plan.relays[0].threads, "repeats": plan.repeats, "seconds": plan.seconds,
            "relays": {relay.name: {"version": relay.version(), "arguments": list(relay.arguments)}
                       for relay in plan.relays}}


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def system() -> str:
    for line in pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return "Linux"


if __name__ == "__main__":
    sys.exit(main())
