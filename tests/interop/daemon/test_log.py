"""The log, and what becomes of the relay when nobody reads it."""

import contextlib
import os
import re
import resource
import threading

from phone import Phone, answer, expect_talk, offer, place
from relay import Relay, expect

CALLER, CALLEE = "127.0.77.2", "127.0.77.3"
ANSWERS = 4000  # their lines are more than can wait inside the relay and in the pipe


@contextlib.contextmanager
def unread_pipe():
    """Its two ends; nothing is read unless the test does."""
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def flood(relay: Relay, caller: Phone, callee: Phone) -> None:
    """A call with a long line for each of its answers, and refusals of several kinds."""
    name = "flood-" + "x" * 180
    place(relay, name, caller, callee)
    for n in range(1, ANSWERS):
        expect(answer(relay, name, callee)["result"] == "ok", "refused")
        for command, keys in (("query", {"call_id": "none"}), ("offer", {"call_id": "y", "from_tag": "a", "sdp": "v"})):
            if n % 10 == 0:
                expect(relay.ask(command, **keys)["result"] == "error", "not refused")


def test_relays_and_answers_while_nobody_reads_the_log_and_tells_what_was_lost():
    with unread_pipe() as (reader, writer), Relay("--log-level", "debug", stderr=writer) as relay, \
            Phone(CALLER) as caller, Phone(CALLEE) as callee:
        flood(relay, caller, callee)
        expect(relay.ask("ping")["result"] == "pong", "no answer any more")
        expect_talk(caller, callee)
        said = bytearray()

        def read() -> None:
            while b"event=stopped" not in said:
                said.extend(os.read(reader, 1 << 16))

        late = threading.Thread(target=read, daemon=True)
        late.start()
        expect(relay.stop() == 0, "exit status")
        late.join(20)
        text = said.decode()
        lost = sum(int(n) for n in re.findall(r" warning event=log-lost lines=(\d+)\n", text))
        answers = text.count(" event=answer ")
        expect(lost > 0, "nothing was lost: the test does not reach what it tests")
        # What is neither is the start, the offer, and a line a second for each kind of refusal.
        expect(answers <= ANSWERS <= answers + lost <= ANSWERS + 200, f"{answers} answers, {lost} lost")
        expect("event=stopped" in text, "the last line is missing")


def test_ends_though_nobody_reads_the_log():
    with unread_pipe() as (_, writer), Relay(stderr=writer) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        flood(relay, caller, callee)
        expect(relay.stop() == 0, "exit status")
        expect(not relay.path.exists(), "the control socket is still there")


def expect_few(relay: Relay, event: str, happened: int) -> None:
    """Once stopped: of what has happened so often there are a few lines, which count no more than that."""
    lines = [line for line in relay.said().splitlines() if f"event={event} " in line]
    counted = sum(int(n) for n in re.findall(r" left_out=(\d+)", "\n".join(lines)))
    expect(1 <= len(lines) <= happened // 4 and len(lines) + counted <= happened, f"{len(lines)} lines, {counted}")


def test_writes_refusals_of_one_kind_once_a_second():
    with Relay() as relay:
        for _ in range(500):
            relay.ask("query", call_id="none")
        relay.stop()
        expect_few(relay, "refused", 500)


def test_writes_once_a_second_that_there_are_no_more_descriptors():
    with Relay() as relay, Phone(CALLER) as caller:
        if "this build has a sanitizer" in relay.said():
            return "the sanitizer's own look at memory needs descriptors"
        resource.prlimit(relay.process.pid, resource.RLIMIT_NOFILE, (3, 3))
        for n in range(200):
            reply = offer(relay, f"{n}", caller)
            expect(reply.get("error-code") == "descriptors-exhausted", f"{reply}")
        relay.stop()
        expect_few(relay, "port-failed", 200)
        expect_few(relay, "refused", 200)
