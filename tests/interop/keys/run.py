"""What is left of a call's keys, 1 s after the call: nothing, in no memory, log, reply or core file.

While the call is on its keys must be found, or the search finds nothing at all.
run.py: last line: `N passed, N failed`."""

import contextlib
import functools
import json
import os
import pathlib
import re
import resource
import signal
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "daemon"), str(HERE.parent)]

from calls import DtlsCall, SdesCall  # noqa: E402
from canary import Memory, search  # noqa: E402
from lab import isolation  # noqa: E402
from relay import CONTROL, PROGRAM, Relay, expect  # noqa: E402

ADDRESS = "127.0.78.1"
CALLS = {
    "SDES with AES-CM": lambda relay: SdesCall(relay, "cm", "AES_CM_128_HMAC_SHA1_80"),
    "SDES with AES-256-GCM": lambda relay: SdesCall(relay, "gcm", "AEAD_AES_256_GCM"),
    "ICE": lambda relay: SdesCall(relay, "ice", "AES_CM_128_HMAC_SHA1_80"),
    "DTLS": lambda relay: DtlsCall(relay, "dtls"),
}


def outside(relay: Relay) -> dict[str, bytes]:
    """What others get to see."""
    replies = [relay.ask(command) for command in ("ping", "list", "statistics")]
    replies += [relay.ask("query", call_id=name) for name in ("other", "cm", "gcm", "ice", "dtls")]
    return {"log": relay.said().encode(), "replies": json.dumps(replies).encode()}


def leaves_nothing(place) -> None:
    with Relay("--log-level", "debug", interface=ADDRESS) as relay:
        memory = Memory(relay.process.pid)
        SdesCall(relay, "other", "AES_CM_128_HMAC_SHA1_80")
        call = place(relay)
        here = search(memory.areas(), call.secrets)
        expect(here, "none of the keys of a running call is found: this test looks in the wrong place")
        seen = search(outside(relay), call.secrets)
        expect(not seen, f"told while the call is on: {seen}")
        call.end()
        time.sleep(1)
        left = search(memory.areas() | outside(relay), call.secrets)
        expect(not left, f"{len(left)} of {len(here)} places are left:\n  " + "\n  ".join(left))
        leaves_no_core(relay)


def leaves_no_core(relay: Relay) -> None:
    limits = pathlib.Path(f"/proc/{relay.process.pid}/limits").read_text(encoding="ascii")
    expect(re.search(r"^Max core file size +0 +0 ", limits, re.M), "there is room for a core file")
    relay.process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(relay.process.pid, 0)
    relay.process.returncode = os.waitstatus_to_exitcode(status)
    expect(os.WIFSIGNALED(status), "SIGABRT does not end it")
    expect(not os.WCOREDUMP(status), "it left a core file")


def locked(relay: Relay) -> int:
    """KiB of its memory that cannot go to swap."""
    status = pathlib.Path(f"/proc/{relay.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmLck:\s+(\d+) kB", status, re.M).group(1))


def swaps_nothing() -> None:
    before = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        with contextlib.suppress(ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:
            with Relay(interface=ADDRESS) as relay:
                expect(locked(relay) > 0, "no memory is locked, and there is no limit")
                expect("memory-not-locked" not in relay.said(), "it says that its memory is not locked")
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 20, 1 << 20))
        with Relay(interface=ADDRESS) as relay:
            relay.says('event=memory-not-locked reason="the limit is 1048576 octets"')
            expect(locked(relay) == 0, "memory is locked under a limit that growth would meet")
            SdesCall(relay, "cm", "AES_CM_128_HMAC_SHA1_80")
    finally:
        with contextlib.suppress(ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_MEMLOCK, before)


def main(wanted: list[str]) -> int:
    os.chdir(HERE.parents[2])
    if not isolation.inside():
        return isolation.run_isolated([sys.executable, str(HERE / "run.py"), *wanted])
    isolation.loopback_up()
    missing = [str(program) for program in (PROGRAM, CONTROL) if not program.exists()]
    if missing:
        print(f"missing: {', '.join(missing)}; run make first")
        return 1
    verdicts = []
    tests = {f"nothing is left of a call by {name}": functools.partial(leaves_nothing, place)
             for name, place in CALLS.items()} | {"swaps nothing, or says so": swaps_nothing}
    for name, test in tests.items():
        if wanted and not any(word in name for word in wanted):
            continue
        try:
            test()
            verdicts.append(True)
            print(f"ok       {name}", flush=True)
        except PermissionError as why:
            print(f"skipped: {name}: the memory of other processes is closed to this test: {why}")
        except Exception:  # whatever went wrong, the other calls still say something
            verdicts.append(False)
            print(f"FAILED   {name}: {traceback.format_exc()}", flush=True)
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 1 if False in verdicts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
