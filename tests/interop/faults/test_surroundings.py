"""Networks that go and come back, and a wall clock that jumps."""

from faults import Faults
from phone import Phone, offer
from relay import Relay, expect, wait_until
from talks import Talk, statistics

CONFIG = """
[[interface]]
name = "inside"
address = "10.77.1.1"
ports = "40000-40099"

[[interface]]
name = "outside"
address = "10.77.2.1"
ports = "41000-41099"
"""
INSIDE, OUTSIDE = "10.77.1.2", "10.77.2.2"
DAY = 86_400


def between_networks() -> Relay:
    return Relay(config=CONFIG, interface="", ports=())


def across(relay: Relay, networks, name: str) -> Talk:
    return Talk(relay, name, INSIDE, OUTSIDE, networks.inside, networks.outside, direction=["inside", "outside"])


def heard(talk: Talk) -> bool:
    """One packet each way, and whether both have arrived."""
    talk.forget()
    talk.caller.send(bytes(160))
    talk.callee.send(bytes(160))
    return not talk.callee.hears_nothing() and not talk.caller.hears_nothing()


def test_an_interface_that_goes_down_takes_no_other_call_with_it_and_its_own_come_back(networks):
    with between_networks() as relay, across(relay, networks, "across") as talk, \
            Talk(relay, "inside", INSIDE, INSIDE, networks.inside, networks.inside, direction=["inside", "inside"]) as other:
        talk.talk()
        other.talk()
        networks.relay.ip("link", "set", "out0", "down")
        for n in range(20):
            talk.caller.send(bytes([n]) * 160)
        line = relay.says("event=packets-unsent")
        expect('reason="Network is unreachable"' in line, line)
        expect(statistics(relay)["unsent"] > 0, "not counted")
        other.talk()
        expect(set(relay.calls()) == {"across", "inside"}, f"{relay.calls()}")
        networks.relay.ip("link", "set", "out0", "up")
        wait_until(lambda: heard(talk), "the call again")
        talk.forget()
        talk.talk()
        other.talk()


def test_an_address_that_is_gone_is_named_and_may_come_back(networks):
    with between_networks() as relay, across(relay, networks, "across") as talk:
        networks.relay.ip("address", "del", "10.77.2.1/24", "dev", "out0")
        try:
            with networks.inside.entered():
                phone = Phone(INSIDE)
            with phone:
                reply = offer(relay, "none", phone, direction=["inside", "outside"])
            expect((reply.get("error-code"), reply.get("error-reason")) == ("ports-exhausted", "The system opens no ports"), f"{reply}")
            line = relay.says("event=port-failed")
            expect("interface=outside address=10.77.2.1" in line and "Cannot assign requested address" in line, line)
        finally:
            networks.relay.ip("address", "add", "10.77.2.1/24", "dev", "out0")
        wait_until(lambda: heard(talk), "the call again")
        with across(relay, networks, "next") as another:
            another.talk()


def test_no_call_minds_a_step_of_the_wall_clock(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, Talk(relay, "running") as talk:
        for n, step in enumerate((400 * DAY, -400 * DAY, 0)):
            faults.set(wall_step=step)
            relay.ask("query", call_id="none")  # makes a line, which shows that the clock has been stepped
            with Talk(relay, f"during-{n}") as another:
                another.talk()
                uptime = int(relay.ask("statistics")["statistics"]["totalstatistics"]["uptime"])
                expect(0 <= uptime < DAY, f"up for {uptime} s")
                wait_until(lambda: statistics(relay)["workers"] > 0, "an answer")
                talk.talk()
                another.talk()
        years = {line[:4] for line in relay.said().splitlines()}
        expect(len(years) >= 3, f"the clock was not stepped: {years}")
        expect("event=end" not in relay.said(), "a call has ended")
        expect(len(relay.calls()) == 4, f"{relay.calls()}")
        for call in relay.calls():
            expect("totals" in relay.ask("query", call_id=call), f"no report of {call}")
            expect(relay.ask("delete", call_id=call)["result"] == "ok", "not ended")
