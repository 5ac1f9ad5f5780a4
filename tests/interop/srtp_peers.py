#!/usr/bin/python3
"""Other people's SRTP against the relay: GStreamer, pylibsrtp and ffmpeg send to it and receive from it under every
suite they know, as the caller and as the callee. What comes out on the other side is compared octet for octet, and
every packet the relay encrypts is opened by an SRTP receiver of this test's own as well.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from lab import exchange, isolation, processes, srtp, srtp_stacks  # noqa: E402
from lab.relay import Refusal, Relay  # noqa: E402

DIRECTORY = pathlib.Path("build/srtp-peers")
RELAY = "127.0.0.2"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", choices=[stack.name for stack in srtp_stacks.STACKS], help="only this one")
    parser.add_argument("--suite", choices=list(srtp.SUITES), help="only this one")
    options = parser.parse_args()
    os.chdir(ROOT)
    try:
        if not isolation.inside():
            return isolation.run_isolated([sys.executable, *sys.argv])
        return run(options)
    except (processes.Died, isolation.NotPossible) as failure:
        print(f"srtp peers: {failure}", file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    processes.die_with_parent()
    isolation.loopback_up()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    owner = processes.Processes()
    with tempfile.TemporaryDirectory(prefix="osrtp-lab-") as sockets:
        try:
            relay = Relay(RELAY, pathlib.Path(sockets), DIRECTORY / "osrtpd.log")
            relay.launch(owner)
            results = [one(relay, stack(DIRECTORY, owner), suite, role)
                       for stack in srtp_stacks.STACKS if options.stack in (None, stack.name)
                       for suite in stack.suites if options.suite in (None, suite)
                       for role in ("caller", "callee")]
        finally:
            owner.stop()
            isolation.give_back(str(DIRECTORY))
    print(f"srtp peers: {len(results)} exchanges, {sum(results)} as expected")
    return 0 if results and all(results) else 1


def one(relay: Relay, stack: object, suite: str, role: str) -> bool:
    label = f"{stack.name:<10} {suite:<24} as {role}"
    try:
        exchange.Exchange(relay, stack, suite, role).run()
    except (exchange.Wrong, Refusal, srtp.Refused, srtp_stacks.Unable, OSError) as failure:
        print(f"{label}  NOT AS EXPECTED: {failure}", flush=True)
        return False
    print(f"{label}  {exchange.PACKETS} packets each way, octet for octet", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
