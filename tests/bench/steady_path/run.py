#!/usr/bin/python3
"""What tests/bench/steady_path_check.sh checks, in a network namespace of its own."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("bench/steady_path", "bench", "interop")]

import planted  # noqa: E402
import trace  # noqa: E402
from counts import Counted, Figures  # noqa: E402
from lab import isolation, processes  # noqa: E402
from side_by_side.relays import ADDRESS, CONTROL, LOAD, Failed, Relay, answers  # noqa: E402

DIRECTORY = pathlib.Path("build/bench/steady")
COUNTER = pathlib.Path("build/release/counted.so")
RELAY = Relay("osrtpd", "osrtpd", "build/osrtpd", ("--workers", "1"))
PROFILES = ("plain-plain", "sdes-plain", "gcm-gcm", "dtls-plain")
CALLS = 20
WARM_UP, COUNTED, TRACED = 500, 2000, 300  # datagrams; handshakes are among the first
PLANTED_EVERY = 100  # datagrams
STALL = 0.05  # seconds; a phone sends every 0.02
PATIENCE = 60  # seconds until what must happen counts as never happening


def main() -> int:
    os.chdir(ROOT)
    if not isolation.inside():
        return isolation.run_isolated([sys.executable, *sys.argv])
    processes.die_with_parent()
    isolation.loopback_up()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    reason = why_no_trace()
    if reason:
        print(f"skipped: the system calls, for {reason}")
    verdicts = [verdict("what is planted in traces is noticed", planted.complaints())]
    for profile in PROFILES:
        figures, calls = observe(profile, not reason)
        verdicts += [verdict(f"{profile}: memory and locks", wrong_with(figures)),
                     verdict(f"{profile}: system calls", trace.complaints(calls) if calls else None)]
    figures, calls = observe("plain-plain", not reason, f"COUNTED_PLANT={PLANTED_EVERY}")
    verdicts += [verdict("what is planted is counted", not_planted(figures)),
                 verdict("what is planted is traced", not_planted_calls(calls) if calls else None)]
    verdicts = [one for one in verdicts if one is not None]
    failed = verdicts.count(False)
    print(f"{len(verdicts) - failed} passed, {failed} failed")
    return 1 if failed else 0


def verdict(name: str, complaints: list[str] | None) -> bool | None:
    """None: it has been skipped."""
    if complaints is None:
        return None
    for complaint in complaints:
        print(f"FAILED: {name}: {complaint}")
    return not complaints


def wrong_with(figures: Figures) -> list[str]:
    return [f"{count} {what} for {figures.received} packets; {DIRECTORY}/*.log says where (addr2line -Cfe build/osrtpd)"
            for what, count in (("allocations", figures.allocations), ("locks", figures.locks)) if count]


def not_planted(figures: Figures) -> list[str]:
    least = figures.received // PLANTED_EVERY
    seen = figures.allocations >= 2 * least and figures.locks >= least
    return [] if seen else [f"{figures}, where {least} allocations, releases and locks were planted"]


def not_planted_calls(calls: list[trace.Call]) -> list[str]:
    wrong = trace.complaints(calls)
    return [] if len(wrong) == 1 and wrong[0].endswith(" of getuid") else [f"{wrong}, where calls of getuid were planted"]


def observe(profile: str, traced: bool, *environment: str) -> tuple[Figures, list[trace.Call]]:
    """Of the media worker in the steady part of some calls: the figures for COUNTED datagrams and the system calls for
    TRACED others; those are none if they are not to be traced."""
    name = f"{profile}{'-planted' if environment else ''}"
    owner = processes.Processes()
    with contextlib.ExitStack() as stack:
        stack.callback(owner.stop)
        file = DIRECTORY / f"{name}.counts"
        argv = ["env", f"LD_PRELOAD={COUNTER.absolute()}", f"COUNTED_FILE={file.absolute()}", *environment, *RELAY.argv()]
        relay = owner.start("osrtpd", argv, DIRECTORY / f"{name}.log")
        until(answers, "an answer of osrtpd", owner)
        thread = media_thread(relay.pid)
        counted = Counted(file, thread)
        load = [LOAD, "media", "--profile", profile, "--calls", str(CALLS), "--control", f"{ADDRESS}:{CONTROL}",
                "--pid", str(relay.pid), "--warm-up", "0", "--seconds", "120"]
        owner.start("bench-load", load, DIRECTORY / f"{name}.load")
        receive(counted, WARM_UP, owner)
        counted.watch(0 if environment else 2)
        before = counted.figures()
        stall(relay)
        receive(counted, COUNTED, owner)
        figures = counted.figures().since(before)
        counted.watch(0)  # the end of the calls is no steady part
        return figures, calls_of(thread, counted, owner, DIRECTORY / f"{name}.trace") if traced else []


def stall(relay: subprocess.Popen) -> None:
    """So that every call has packets waiting, and batches are as large as they can be."""
    relay.send_signal(signal.SIGSTOP)
    time.sleep(STALL)
    relay.send_signal(signal.SIGCONT)


def calls_of(thread: int, counted: Counted, owner: processes.Processes, file: pathlib.Path) -> list[trace.Call]:
    tracer = owner.start("strace", strace(thread, file), file.with_suffix(".strace"))
    until(lambda: trace.received(trace.calls_in(text_of(file))) >= TRACED, "enough system calls", owner)
    tracer.terminate()  # it lets go of the thread then
    tracer.wait(PATIENCE)
    return trace.calls_in(text_of(file))


def strace(thread: int, file: pathlib.Path) -> list[str]:
    return ["strace", "-s", "0", "-o", str(file), "-p", str(thread)]


def text_of(file: pathlib.Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def why_no_trace() -> str:
    """Empty: strace may trace here."""
    with subprocess.Popen(["sleep", str(PATIENCE)]) as probe:
        file = DIRECTORY / "probe.trace"
        try:
            tracer = subprocess.Popen(strace(probe.pid, file), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            # It says `attached` or why it is not, and goes on only if it is.
            said = tracer.stderr.readline()
            tracer.terminate()
            tracer.communicate(timeout=PATIENCE)
        except OSError as error:
            return str(error)
        finally:
            probe.kill()
        return "" if "attached" in said else said.strip() or "strace says nothing"


def media_thread(process: int) -> int:
    for comm in pathlib.Path(f"/proc/{process}/task").glob("*/comm"):
        if comm.read_text(encoding="ascii").startswith("osrtpd-media-"):
            return int(comm.parent.name)
    raise Failed("osrtpd has no media thread")


def receive(counted: Counted, datagrams: int, owner: processes.Processes) -> None:
    end = counted.figures().received + datagrams
    until(lambda: counted.figures().received >= end, f"{datagrams} datagrams", owner)


def until(condition, what: str, owner: processes.Processes) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        owner.check()
        if time.monotonic() > deadline:
            raise Failed(f"never came: {what}")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
