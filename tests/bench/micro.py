#!/usr/bin/env python3
"""Runs micro-benchmarks and sets them side by side.

micro.py JSON-LINES BENCHMARK...: every repetition of every benchmark, in random order, so that what disturbs one
disturbs all; the fastest is told, in nanoseconds of CPU time. Where one name ends in /raw, those that differ from it
only in that get their ratio to it.
"""
import json
import subprocess
import sys

OPTIONS = [
    "--benchmark_enable_random_interleaving=true",
    "--benchmark_repetitions=9",
    "--benchmark_min_time=0.02",
    "--benchmark_format=json",
]
TO_NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def measure(benchmark):
    """The fastest repetition of each, by name, in the order they ran in."""
    told = subprocess.run([benchmark, *OPTIONS], check=True, stdout=subprocess.PIPE, timeout=600).stdout
    fastest = {}
    for run in json.loads(told)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        nanoseconds = run["cpu_time"] * TO_NANOSECONDS[run["time_unit"]]
        name = run["run_name"]
        fastest[name] = min(nanoseconds, fastest.get(name, nanoseconds))
    return fastest


def rows(fastest):
    for name, nanoseconds in sorted(fastest.items()):
        row = {"benchmark": name, "cpu_ns": round(nanoseconds, 1)}
        raw = fastest.get(name.rpartition("/")[0] + "/raw")
        if raw:
            row["of_raw"] = round(nanoseconds / raw, 2)
        yield row


def main():
    results, benchmarks = sys.argv[1], sys.argv[2:]
    with open(results, "w", encoding="utf-8") as lines:
        for benchmark in benchmarks:
            for row in rows(measure(benchmark)):
                lines.write(json.dumps(row) + "\n")
                print(f"{row['benchmark']:<56}{row['cpu_ns']:>10.1f} ns{row.get('of_raw', ''):>8}")


main()
