"""osrtpd from outside: everything here goes through its flags, its files, its sockets and its exit status.

A test that returns a text has been skipped for that reason.

run.py [NAME…]: the tests whose name contains one of these. Last line: `N passed, N failed`."""

import os
import pathlib
import sys
import time
import traceback

import test_calls
import test_capture
import test_completion
import test_control
import test_events
import test_log
import test_start
import test_tls
from relay import CONTROL, PROGRAM


def run(name: str, test) -> bool | None:
    began = time.monotonic()
    verdict, why = True, ""
    try:
        why = test() or ""
        verdict = None if why else True
    except Exception:  # whatever went wrong, the other tests still say something
        verdict, why = False, traceback.format_exc()
    word = {True: "ok", False: "FAILED", None: "skipped"}[verdict]
    print(f"{word:8} {name.removeprefix('test_').replace('_', ' ')} ({time.monotonic() - began:.1f} s)"
          + (f": {why}" if why else ""), flush=True)
    return verdict


def main(wanted: list[str]) -> int:
    os.chdir(pathlib.Path(__file__).resolve().parents[3])
    missing = [str(program) for program in (PROGRAM, CONTROL) if not program.exists()]
    if missing:
        print(f"missing: {', '.join(missing)}; run make first")
        return 1
    modules = (test_start, test_control, test_calls, test_capture, test_completion, test_events, test_log, test_tls)
    tests = {name: test for module in modules
             for name, test in vars(module).items() if name.startswith("test_") and callable(test)}
    verdicts = [run(name, test) for name, test in tests.items()
                if not wanted or any(word in name for word in wanted)]
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 1 if False in verdicts or True not in verdicts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
