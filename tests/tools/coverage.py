"""Lines covered by folder, from gcovr's summary; the files that have the most lines without a test at the end."""

import collections
import json
import pathlib
import sys

LEAST_COVERED = 12  # files that are named


def main(summary: str) -> int:
    files = json.loads(pathlib.Path(summary).read_text(encoding="utf-8"))["files"]
    total, covered = collections.Counter(), collections.Counter()
    for file in files:
        for folder in (str(pathlib.PurePath(file["filename"]).parent), "all"):
            total[folder] += file["line_total"]
            covered[folder] += file["line_covered"]
    for folder in sorted(total, key=lambda name: (name == "all", name)):
        print(f"{folder:20} {covered[folder]:6} of {total[folder]:6} lines  {100 * covered[folder] / max(1, total[folder]):5.1f} %")
    print("\nWithout a test, most first:")
    for file in sorted(files, key=lambda one: one["line_covered"] - one["line_total"])[:LEAST_COVERED]:
        print(f"{file['line_total'] - file['line_covered']:6}  {file['filename']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
