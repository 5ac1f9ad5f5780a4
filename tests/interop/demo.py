#!/usr/bin/python3
"""Real calls through a real Kamailio and the relay: baresip phones that speak plain RTP, opportunistic SRTP, mandatory
SRTP and DTLS-SRTP call each other in every combination, and a browser calls them and is called. Each call is checked by
its sound, by its packets and by what the relay says of it.
"""

import argparse
import asyncio
import fcntl
import os
import pathlib
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from lab import isolation, judge, kept, processes, rehearsal, scenario, table, web  # noqa: E402
from lab.baresip import Failed  # noqa: E402
from lab.judge import Seen  # noqa: E402
from lab.stand import Stand  # noqa: E402

DIRECTORY = pathlib.Path("build/demo")
PHONES, RELAY = "127.0.0.1", "127.0.0.2"
TIME_LIMIT = 100  # seconds, for everything


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--calls", type=int, metavar="N", help="only the N most telling calls")
    which.add_argument("--only", metavar="NAMES", type=scenario.names, help="only these calls, parted by commas, of "
                       + ", ".join(call.name for call in scenario.CALLS))
    parser.add_argument("--no-browser", action="store_true", help="leave out calls with a browser")
    parser.add_argument("--seconds", type=float, default=6.0,
                        help="of talk in each call (default: %(default)g; baresip sends RTCP after 5)")
    parser.add_argument("--keep", action="store_true", help="afterwards leave it running for your own calls")
    parser.add_argument("--address", help="with --keep: where they listen (default: this machine's address)")
    parser.add_argument("--stop", action="store_true", help="stop what --keep left running")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts with it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if options.stop:
        return kept.stop()
    missing = [path for path in ("build/osrtpd", "build/osrtp.so") if not pathlib.Path(path).exists()]
    if missing:
        print(f"demo: {' and '.join(missing)} missing: run `make demo`, which builds them", file=sys.stderr)
        return 2
    try:
        if not isolation.inside():
            status = isolation.run_isolated([sys.executable, *sys.argv, *without_browser(options)])
            return kept.start(options.address) if options.keep and status == 0 else status
        return rehearse(options)
    except (processes.Died, Failed, isolation.NotPossible) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    except TimeoutError:
        print(f"demo: not done within {TIME_LIMIT} s; logs are in {DIRECTORY}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 130


def without_browser(options: argparse.Namespace) -> list[str]:
    """The option that says so, where there are calls with a browser and no browser. Needs the network, once."""
    if options.no_browser or not any(call.needs_browser for call in scenario.choose(options.calls, options.only)):
        return []
    if why := web.available():
        print(f"skipped: calls with a browser: {why}", flush=True)
        return ["--no-browser"]
    return []


def rehearse(options: argparse.Namespace) -> int:
    """Places the calls and prints what became of them."""
    begun = time.monotonic()
    calls = [call for call in scenario.choose(options.calls, options.only)
             if not (options.no_browser and call.needs_browser)]
    if not calls:
        print("demo: no such calls", file=sys.stderr)
        return 2
    processes.die_with_parent()
    isolation.loopback_up()
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with open(DIRECTORY.parent / "demo.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"demo: another one is running in {ROOT}", file=sys.stderr)
            return 2
        print(f"Placing {len(calls)} calls of {options.seconds:g} s between {2 * len(calls)} phones; "
              f"files in {DIRECTORY}/\n", flush=True)
        seen = perform(calls, options.seconds)
    return report(seen, time.monotonic() - begun)


def perform(calls: list[scenario.Call], seconds: float) -> list[Seen]:
    browsers = any(call.needs_browser for call in calls)
    stand = Stand(DIRECTORY, PHONES, RELAY, "kamailio-webrtc.cfg" if browsers else "kamailio.cfg")

    async def within_limit() -> list[Seen]:
        async with asyncio.timeout(TIME_LIMIT):
            return await rehearsal.perform(stand, calls, seconds)

    try:
        stand.start()
        return asyncio.run(within_limit())
    finally:
        stand.stop()


def report(seen: list[Seen], seconds: float) -> int:
    rows = [(one, judge.problems(one)) for one in seen]
    print(table.render(rows))
    for one, found in rows:
        if found:
            print(f"\nNOT AS EXPECTED: {one.call.title}")
            print("\n".join(f"  {text}" for text in found[:12]))
            print("  see " + "\n      ".join(rehearsal.logs(DIRECTORY, one.call)))
    good = sum(not found for _, found in rows)
    print(f"\n{seconds:.0f} s; sound in {DIRECTORY}/*/*/dump-*.wav, packets in {DIRECTORY}/wire.pcap")
    print(f"demo: {len(rows)} calls, {good} as expected")
    return 0 if good == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
