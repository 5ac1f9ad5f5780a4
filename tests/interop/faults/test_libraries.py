"""Calls of libsrtp and OpenSSL that fail. Whatever they leave undone is dropped, and never goes out in clear."""

import os

from faults import Faults
from phone import Phone, SUITE, answer, offer, place
from relay import Relay, expect, wait_until
from supervisor import Supervised
from talks import CALLEE, CALLER, Talk

SDES = {"osrtp": {"caller": "require", "callee": "off", "caller-signalling": "encrypted", "suites": [SUITE]}}


def test_a_packet_that_cannot_be_ciphered_is_dropped_and_the_next_is_not(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, \
            Talk(relay, "hit") as hit, Talk(relay, "other") as other:
        hit.talk()
        for call, speaker, listener, leg in (("srtp_protect", hit.callee, hit.caller, "callee"),
                                             ("srtp_unprotect", hit.caller, hit.callee, "caller"),
                                             ("cipher", hit.callee, hit.caller, "callee"),
                                             ("cipher", hit.caller, hit.callee, "caller")):
            before, failed = hit.dropped(leg, "internal"), faults.failed(call)
            faults.fail(call, 1)
            speaker.send(b"x" * 160)
            expect(listener.hears_nothing(), f"{call} has failed, and a packet came out")
            expect(faults.failed(call) == failed + 1, f"{call} was not called")
            expect(hit.dropped(leg, "internal") == before + 1, f"{call}: {relay.ask('query', call_id='hit')['security']}")
            hit.talk()
            other.talk()


def test_a_leg_whose_context_cannot_be_made_relays_nothing_until_it_can(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, Talk(relay, "other") as other, \
            Phone(CALLER, os.urandom(30)) as caller, Phone(CALLEE) as callee:
        callee.read(offer(relay, "hit", caller, **SDES)["sdp"])
        faults.fail("srtp_create", 1)
        reply = answer(relay, "hit", callee)
        expect(faults.failed("srtp_create") == 1, "srtp_create was not called")
        states = {leg["leg"]: leg["state"] for leg in reply["security"]}
        expect(states["caller"] == "failed", f"{reply}")
        expect("a=crypto" not in reply["sdp"], f"keys that are good for nothing: {reply['sdp']}")
        callee.send(b"x" * 160)
        expect(caller.hears_nothing(), "a packet came out")
        other.talk()
        with Talk(relay, "next") as another:
            another.talk()
        relay.ask("delete", call_id="hit")
        place(relay, "again", caller, callee, **SDES)
        caller.secure()
        callee.send(b"y" * 160)
        expect(caller.hear() == b"y" * 160, "another payload")


def test_a_handshake_that_cannot_begin_ends_in_a_reason_and_harms_no_other_call(_):
    with Faults() as faults, Relay(environment=faults.environment) as relay, Talk(relay, "other") as other, \
            Phone(CALLER) as caller, Phone(CALLEE) as callee:
        lines = "".join(f"a={line}\r\n" for line in ("setup:actpass", "fingerprint:sha-256 " + ":".join(["AB"] * 32)))
        sdp = caller.sdp().replace("RTP/AVP", "UDP/TLS/RTP/SAVP") + lines
        faults.fail("SSL_new", 1000)
        reply = relay.ask("offer", call_id="hit", from_tag="a", sdp=sdp, osrtp={"caller": "require", "callee": "off"})
        expect(reply["result"] == "ok", f"{reply}")
        callee.read(reply["sdp"])
        reply = answer(relay, "hit", callee)
        expect(reply["result"] == "ok", f"{reply}")
        caller.read(reply["sdp"])

        def state() -> tuple[str, str | None]:
            security = relay.ask("query", call_id="hit")["security"]
            leg = next(one for one in security if one["leg"] == "caller")
            return leg["state"], leg["reason"]

        expect(state()[0] in ("pending", "failed"), f"{state()}")
        callee.send(b"x" * 160)
        expect(caller.hears_nothing(), "a packet came out")
        other.talk()
        wait_until(lambda: faults.failed("SSL_new") > 0, "a handshake that is tried")
        faults.fail("SSL_new", 0)
        expect(relay.ask("delete", call_id="hit")["result"] == "ok", "not ended")
        other.talk()


def test_without_memory_for_a_request_it_ends_rather_than_read_another_one(_):
    with Faults() as faults, Supervised(environment=faults.environment) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        wait_until(relay._ready, "an answer")
        wait_until(lambda: relay.ask("ping")["result"] == "pong", "an answer")
        faults.fail("json", 1)
        try:
            reply = relay.ask("offer", seconds=0.5, call_id="hit", from_tag="a", sdp=caller.sdp())
            expect(False, f"it went on with {reply}")
        except OSError:
            pass
        wait_until(lambda: len(relay.starts) == 2 and relay._ready(), "the next one")
        expect(relay.ends[0][1] == -6, f"{relay.ends}")
        place(relay, "after", caller, callee)
