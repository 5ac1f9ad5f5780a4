"""Media workers that hang, and a daemon that is killed."""

import time

from faults import Faults
from phone import Phone, answer, place
from relay import Relay, expect, wait_until
from supervisor import Supervised
from talks import CALLEE, CALLER, Talk, statistics

WATCHDOG = 4  # seconds; WatchdogSec= of the unit is 10, and a test need not wait for that


def times(relay: Relay, event: str) -> int:
    return sum(f"event={event} " in line for line in relay.said().splitlines())


def test_a_worker_that_hangs_is_told_of_and_harms_no_call_of_another(_):
    with Faults() as faults, Relay("--workers", "2", environment=faults.environment) as relay, \
            Talk(relay, "zero") as zero, Talk(relay, "one") as one:
        zero.talk()
        one.talk()
        faults.set(stalled=1)
        line = relay.says("event=worker-stalled")
        expect(" error " in line and "worker=0" in line, line)
        zero.caller.send(bytes(160))
        expect(zero.callee.hears_nothing(), "the worker did not hang")
        one.talk()
        expect((statistics(relay)["workers"], statistics(relay)["stalled-workers"]) == (2, 1), f"{statistics(relay)}")
        for n in range(3):
            with Talk(relay, f"new-{n}") as new:
                new.talk()
        expect(set(relay.calls()) == {"zero", "one", "new-0", "new-1", "new-2"}, f"{relay.calls()}")
        faults.set(stalled=0)
        relay.says("event=worker-back")
        zero.forget()
        zero.talk()
        expect(statistics(relay)["stalled-workers"] == 0, f"{statistics(relay)}")
        expect((times(relay, "worker-stalled"), times(relay, "worker-back")) == (1, 1), relay.said())


def test_without_a_worker_new_calls_are_refused(_):
    with Faults() as faults, Relay("--workers", "1", environment=faults.environment) as relay, Talk(relay, "running") as talk:
        faults.set(stalled=1)
        relay.says("event=worker-stalled")
        with Phone(CALLER) as caller:
            reply = relay.ask("offer", call_id="next", from_tag="a", sdp=caller.sdp())
        expect((reply.get("error-code"), reply.get("error-reason")) == ("ports-exhausted", "No media worker serves ports"), f"{reply}")
        faults.set(stalled=0)
        relay.says("event=worker-back")
        talk.forget()
        talk.talk()
        with Talk(relay, "next") as another:
            another.talk()


def test_ends_when_told_to_though_a_worker_hangs(_):
    with Faults() as faults, Relay("--workers", "2", environment=faults.environment) as relay, Talk(relay, "running"):
        faults.set(stalled=1)
        relay.says("event=worker-stalled")
        expect(relay.stop() == 0, "exit status")
        expect(times(relay, "stopped") == 1 and not relay.path.exists(), relay.said())


def test_a_worker_that_never_comes_back_ends_in_a_restart(_):
    with Faults() as faults, Supervised("--workers", "2", watchdog=WATCHDOG, environment=faults.environment) as relay, \
            Talk(relay, "zero"), Talk(relay, "one") as one:
        faults.set(stalled=1)
        relay.says("event=worker-stalled")
        time.sleep(WATCHDOG + 1)
        one.talk()
        expect(len(relay.starts) == 1, "it was not fed while there was hope")
        deadline = time.monotonic() + 60
        while not times(relay, "worker-lost"):
            expect(time.monotonic() < deadline, "worker-lost never came")
            one.talk()
            time.sleep(0.5)
        wait_until(lambda: relay.ends, "the end")
        faults.set(stalled=0)
        expect(relay.ends[0][1] == -6, f"exit status {relay.ends}")
        wait_until(lambda: len(relay.starts) == 2 and relay._ready(), "the next one")
        with Talk(relay, "next") as another:
            another.talk()


def test_killed_it_is_back_and_knows_none_of_the_calls(_):
    with Supervised() as relay, Talk(relay, "before") as talk:
        talk.talk()
        expect(relay.ask("query", call_id="before")["result"] == "ok", "no call")
        first = relay.process
        killed = time.monotonic()
        first.kill()

        def back() -> bool:
            try:
                return relay.ask("ping", seconds=0.5)["result"] == "pong" and relay.process is not first
            except OSError:
                return False

        while not back():
            expect(time.monotonic() < killed + 20, "it did not come back")
            time.sleep(0.005)
        took = time.monotonic() - killed
        expect(relay.ends[0][1] == -9, f"{relay.ends}")
        for command, keys in (("query", {}), ("delete", {"flags": ["fatal"]}),
                              ("answer", {"from_tag": "a", "to_tag": "b", "sdp": talk.callee.sdp()})):
            reply = relay.ask(command, call_id="before", **keys)
            expect(reply.get("error-code") == "unknown-call", f"{command}: {reply}")
        expect(relay.ask("delete", call_id="before")["result"] == "ok", "a BYE that comes late is no error")
        with Phone(CALLER) as caller, Phone(CALLEE) as callee:
            place(relay, "before", caller, callee)  # a re-INVITE begins it anew
            expect(answer(relay, "before", callee)["result"] == "ok", "no answer")
        with Talk(relay, "after") as another:
            another.talk()
        return f"answered again {took * 1000:.0f} ms after kill -9"
