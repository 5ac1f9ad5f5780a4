"""What the system has no more of: descriptors, room for packets, disk for the log, ports."""

import contextlib
import errno
import pathlib
import resource
import subprocess
import tempfile

from faults import Faults
from phone import Phone, answer, offer
from relay import Relay, expect, wait_until
from talks import CALLER, Talk, statistics


def expect_refused(relay: Relay, name: str, code: str, reason: str) -> None:
    with Phone(CALLER) as caller:
        reply = offer(relay, name, caller)
    expect((reply.get("error-code"), reply.get("error-reason")) == (code, reason), f"{reply}")
    expect(name not in relay.calls(), "a refused call is there")


def test_without_descriptors_new_calls_are_refused_and_others_go_on(_):
    with Relay() as relay, Talk(relay, "running") as talk:
        talk.talk()
        before = resource.prlimit(relay.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(relay.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        for n in range(20):
            expect_refused(relay, f"{n}", "descriptors-exhausted", "Ran out of descriptors")
        expect("Too many open files" in relay.says("event=port-failed"), "another reason")
        talk.talk()
        resource.prlimit(relay.process.pid, resource.RLIMIT_NOFILE, before)
        with Talk(relay, "next") as another:
            another.talk()
        talk.talk()


def test_whatever_keeps_the_system_from_opening_ports_is_told(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, Talk(relay, "running") as talk:
        for error, code, reason, said in (
                (errno.ENFILE, "descriptors-exhausted", "Ran out of descriptors", "Too many open files in system"),
                (errno.ENOBUFS, "ports-exhausted", "The system opens no ports", "No buffer space available"),
                (errno.ENOMEM, "ports-exhausted", "The system opens no ports", "Cannot allocate memory")):
            faults.set(socket_error=error)

            def refused_and_told(error=error, code=code, reason=reason, said=said) -> bool:
                expect_refused(relay, f"{error}", code, reason)
                return f'reason="{said}"' in relay.said()

            wait_until(refused_and_told, said)  # a line a second
            talk.talk()
        faults.set(socket_error=0)
        with Talk(relay, "next") as another:
            another.talk()


def test_packets_that_the_system_has_no_room_for_are_counted_and_told(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, Talk(relay, "running") as talk:
        talk.talk()
        expect(statistics(relay)["unsent"] == 0, "unsent before")
        faults.set(send_error=errno.ENOBUFS)
        for n in range(40):
            talk.caller.send(bytes([n]) * 160)
            talk.callee.send(bytes([n]) * 160)
        line = relay.says("event=packets-unsent")
        expect('reason="No buffer space available"' in line, line)
        wait_until(lambda: statistics(relay)["unsent"] == 80, "80 packets that are counted")
        expect(talk.callee.hears_nothing(), "what could not be sent has arrived")
        faults.set(send_error=0)
        talk.talk()
        lines = [line for line in relay.said().splitlines() if "event=packets-unsent" in line]
        expect(len(lines) <= 4, f"{lines}")


@contextlib.contextmanager
def small_disk():
    """A folder that has room for 64 KiB. The mount is this process's alone."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
        try:
            yield pathlib.Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def fill(file: pathlib.Path) -> None:
    with contextlib.suppress(OSError), open(file, "wb", buffering=0) as full:
        while True:
            full.write(bytes(512))


def test_goes_on_while_the_disk_of_the_log_is_full(_):
    with small_disk() as disk, open(disk / "log", "wb") as log, Relay(stderr=log.fileno()) as relay:
        relay.log = disk / "log"
        with Talk(relay, "running") as talk:
            relay.says("call=running event=answer")
            fill(disk / "full")
            for n in range(200):
                expect(answer(relay, "running", talk.callee)["result"] == "ok", f"answer {n}")
            talk.talk()
            before = relay.said()
            (disk / "full").unlink()
            answer(relay, "running", talk.callee)
            line = relay.says("event=log-lost")
            lost = int(line.rsplit("lines=", 1)[1])
            expect(0 < lost <= 200, line)
            talk.talk()
            with Talk(relay, "next") as another:
                another.talk()
            relay.says("call=next event=answer")
            whole = [one for one in relay.said()[len(before):].splitlines() if " event=" in one]
            expect(all(one[:4].isdigit() and one.count(" event=") == 1 for one in whole), f"two lines in one: {whole}")


def test_a_full_range_of_ports_harms_no_call_that_runs(_):
    with Relay(ports=(42000, 42007)) as relay, Talk(relay, "one") as one, Talk(relay, "two") as two:
        for n in range(20):
            expect_refused(relay, f"{n}", "ports-exhausted", "Ran out of ports")
        relay.says("event=ports-exhausted")
        one.talk()
        relay.ask("delete", call_id="one")
        with Phone(CALLER) as caller:
            wait_until(lambda: offer(relay, "three", caller)["result"] == "ok", "ports that have rested")
        two.talk()
