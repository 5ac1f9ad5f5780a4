"""osrtpd when the system or a library fails it, its workers hang, or it is killed: whoever can go on does, and it says why.
In network namespaces of its own.

run.py [NAME…]: the tests whose name contains one of these. Last line: `N passed, N failed`."""

import os
import pathlib
import sys
import time
import traceback

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/interop" / folder) for folder in ("faults", "daemon", "network")]
os.chdir(ROOT)

import networks as net  # noqa: E402
import test_clients  # noqa: E402
import test_libraries  # noqa: E402
import test_resources  # noqa: E402
import test_surroundings  # noqa: E402
import test_workers  # noqa: E402
from faults import LIBRARY  # noqa: E402
from relay import PROGRAM  # noqa: E402


def run(name: str, test, networks: net.Networks) -> bool:
    began = time.monotonic()
    note, why = "", ""
    try:
        note = test(networks) or ""
    except Exception:  # whatever went wrong, the other tests still say something
        why = traceback.format_exc()
    print(f"{'FAILED' if why else 'ok':8} {name.removeprefix('test_').replace('_', ' ')} ({time.monotonic() - began:.1f} s)"
          + (f": {why or note}" if why or note else ""), flush=True)
    return not why


def main(wanted: list[str]) -> int:
    for program in (PROGRAM, LIBRARY):
        if not program.exists():
            print(f"missing: {program}; run tests/interop/faults/faults_check.sh")
            return 1
    if why := net.isolate():
        print(f"skipped: {why}")
        return 0
    networks = net.Networks()
    networks.relay.join()
    tests = {name: test for module in (test_resources, test_surroundings, test_clients, test_libraries, test_workers)
             for name, test in vars(module).items() if name.startswith("test_") and callable(test)}
    verdicts = [run(name, test, networks) for name, test in tests.items() if not wanted or any(word in name for word in wanted)]
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 0 if verdicts and all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
