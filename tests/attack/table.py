#!/usr/bin/python3
"""A result as a line of the table. As a program: docs/attacks.md gets the rows, and what the last runs said.

    table.py RESULTS.jsonl…"""

import json
import pathlib
import sys

COLUMNS = ("sent", "leaked", "injected", "clear", "unopened", "reused", "changed", "lost")
SAID = 200  # characters of what a row says; all of it is in the results
HEAD = f"{'attack':14} " + " ".join(f"{column:>8}" for column in COLUMNS) + f" {'wrong':>6}"
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "attacks.md"


def counts(result: dict) -> str:
    return f"{result['attack']:14} " + " ".join(f"{result[column]:8}" for column in COLUMNS) + f" {len(result['wrong']):6}"


def line(result: dict) -> str:
    said = "; ".join(result["wrong"] + result["notes"])
    said = said if len(said) <= SAID else said[:SAID] + "…"
    return f"{counts(result)}  {'holds' if result['holds'] else 'FAILS'}{': ' + said if said else ''}"


def seen(result: dict, finds: tuple[str, ...], unseen: list[str]) -> str:
    """Of a relay that checks nothing."""
    return f"{counts(result)}  {'does not see: ' + ', '.join(unseen) if unseen else 'sees: ' + ', '.join(finds)}"


def between(text: str, mark: str, new: str) -> str:
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    head, _, rest = text.partition(begin)
    return head + begin + new + end + rest.partition(end)[2]


def main(paths: list[str]) -> int:
    runs = [[json.loads(row) for row in pathlib.Path(path).read_text(encoding="utf-8").splitlines()] for path in paths]
    rows = "| row | |\n|---|---|\n" + "".join(f"| {one['attack']} | {one['sentence']} |\n" for one in runs[0])
    results = "".join("```\n" + "\n".join([run[0]["version"], HEAD, *map(line, run)]) + "\n```\n\n" for run in runs)
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(between(between(text, "rows", rows), "results", results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
