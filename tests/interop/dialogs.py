#!/usr/bin/python3
"""The life of calls, through a real Kamailio with the example configuration, our module and the relay: phones that ring
together, transfers, hold, late offers, other media. baresip phones, and scripted ones for what baresip cannot do.
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

from lab import dialogs, isolation, processes, relay, wire  # noqa: E402
from lab.baresip import Failed  # noqa: E402
from lab.scene import Numbers, Scene  # noqa: E402
from lab.stand import Stand  # noqa: E402

DIRECTORY = pathlib.Path("build/dialogs")
PHONES, RELAY = "127.0.0.1", "127.0.0.2"
AT_ONCE = 4  # scenarios
MANY = 49  # phones' numbers, as many as have ports of their own


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="only the most telling ones")
    parser.add_argument("--only", metavar="WORD", help="only those that have this in their name")
    parser.add_argument("--list", action="store_true", help="only their names")
    options = parser.parse_args()
    chosen = [one for one in dialogs.SCENARIOS if (one.short or not options.short)
              and (options.only is None or options.only in one.name)]
    if options.list:
        print("\n".join(one.name for one in chosen))
        return 0
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        if not isolation.inside():
            return isolation.run_isolated([sys.executable, *sys.argv])
        return run(chosen)
    except (processes.Died, isolation.NotPossible) as failure:
        print(f"dialogs: {failure}", file=sys.stderr)
        return 1


def run(chosen: list[dialogs.Scenario]) -> int:
    processes.die_with_parent()
    isolation.loopback_up()
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with open(DIRECTORY.parent / "dialogs.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"dialogs: another one is running in {ROOT}", file=sys.stderr)
            return 2
        return run_all(chosen)


def run_all(chosen: list[dialogs.Scenario]) -> int:
    began, good = time.monotonic(), 0
    for policy in dict.fromkeys(one.policy for one in chosen):
        good += run_under(policy, [one for one in chosen if one.policy == policy])
    print(f"{time.monotonic() - began:.0f} s; files in {DIRECTORY}/")
    print(f"dialogs: {len(chosen)} calls, {good} as expected")
    return 0 if chosen and good == len(chosen) else 1


def run_under(policy: str, chosen: list[dialogs.Scenario]) -> int:
    """Those of one configuration; how many went well."""
    stand = Stand(DIRECTORY / policy, PHONES, RELAY,
                  more=(f'CALLER_POLICY="{policy}"', f'CALLEE_POLICY="{policy}"'))
    try:
        stand.start()
        return asyncio.run(perform(stand, chosen))
    finally:
        stand.stop()


async def perform(stand: Stand, chosen: list[dialogs.Scenario]) -> int:
    """How many went well."""
    packets = wire.Wire(stand.directory / "wire.pcap", range(16000, 16000 + 20 * MANY), relay.media_ports())
    packets.start()
    room, numbers = asyncio.Semaphore(AT_ONCE), Numbers(MANY)

    async def one(scenario: dialogs.Scenario) -> bool:
        async with room:
            return await play(scenario, Scene(scenario.name, stand, packets, numbers))

    results = await asyncio.gather(*map(one, chosen))
    left = relay.open_ports()
    packets.stop()
    if left:
        print(f"NOT AS EXPECTED: ports still open when all is over: {sorted(left)}")
    return 0 if left else sum(results)


async def play(scenario: dialogs.Scenario, scene: Scene) -> bool:
    try:
        async with asyncio.timeout(90):
            await scenario.play(scene)
    except (Failed, processes.Died) as failure:
        scene.problems.append(str(failure))
    except TimeoutError:
        scene.problems.append("not done in time")
    await scene.close()
    print(f"{'NOT AS EXPECTED' if scene.problems else 'ok':<15} {scenario.name}", flush=True)
    for problem in scene.problems:
        print(f"    {problem}")
    return not scene.problems


if __name__ == "__main__":
    sys.exit(main())
