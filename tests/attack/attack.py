#!/usr/bin/python3
"""An attacker's toolkit against a media relay that speaks NG: network namespaces with a caller, a callee, the relay and an
attacker, real packets, and an oracle that opens everything the relay sends. Prints a table, one row for each attack; details
in build/attack/results.jsonl, of others in build/attack/TARGET/results.jsonl. Exit status 0: all rows hold.

    attack.py [--target osrtpd|rtpengine|naive] [--small] [ROW…]      rows: s1, s1-plain, s14 …
    attack.py --self-test [--small] [ROW…]                            on a naive relay every row has to see what it looks for"""

import argparse
import dataclasses
import json
import os
import pathlib
import resource
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "attack"), str(ROOT / "tests" / "interop")]

import world  # noqa: E402
from call import Stage  # noqa: E402
from lab import processes  # noqa: E402
from rows import ELSEWHERE, Row, in_order, run  # noqa: E402
from targets import TARGETS, NotThere, Target  # noqa: E402
import table  # noqa: E402
from dtls import Certificate, DtlsPhone  # noqa: E402
import control, keying, media, packets, replays, traces  # noqa: E401,E402,F401  (these have the rows)

FOLDER = pathlib.Path("build/attack")
LARGE, SMALL = 3000, 400


def perform(target: Target, stage: Stage, rows: list[Row], self_test: bool) -> int:
    """How many rows are not as they should be."""
    bad = 0
    with open(target.folder / "results.jsonl", "w", encoding="utf-8") as results:
        print(f"{target.version()}\n{table.HEAD}", flush=True)
        for row in rows:
            began = time.monotonic()
            tally = run(stage, row)
            result = {"target": target.name, "version": target.version(), "attack": row.name, "sentence": row.sentence,
                      "holds": tally.holds(), "seconds": round(time.monotonic() - began, 2)} | dataclasses.asdict(tally)
            unseen = [column for column in row.finds if not result[column]]
            bad += bool(unseen) if self_test else not tally.holds()
            print(table.seen(result, row.finds, unseen) if self_test else table.line(result), flush=True)
            results.write(json.dumps(result) + "\n")
            results.flush()
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=TARGETS, default="osrtpd")
    parser.add_argument("--small", action="store_true", help="fewer packets, for `make check`")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("rows", nargs="*", type=str.lower)
    arguments = parser.parse_args()
    os.chdir(ROOT)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a relay that crashes leaves its verdict, and no file
    if why := world.isolate():
        print(f"skipped: {why}")
        return 0
    processes.die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a relay that an attack ends leaves none here
    name = "naive" if arguments.self_test else arguments.target
    folder = FOLDER if name == "osrtpd" else FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for row in in_order() if row.is_of(arguments.rows)]
    try:
        keying.Certificates.folder = folder
        DtlsPhone.own = Certificate(folder, "phone")
        there = world.World()
        target = TARGETS[name](there, folder)
        stage = Stage(there, target, SMALL if arguments.small else LARGE)
        bad = perform(target, stage, rows, arguments.self_test)
        target.stop()
    except NotThere as failure:
        print(f"FAILED: {failure}\n0 passed, 1 failed")
        return 1
    if not arguments.self_test and not arguments.rows:
        print("\n".join(f"{name}: {where}" for name, where in ELSEWHERE.items()))
    print(f"{len(rows) - bad} passed, {bad} failed")
    return 1 if bad or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
