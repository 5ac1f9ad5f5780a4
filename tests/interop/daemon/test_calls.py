"""Calls with media on loopback."""

import os
import socket

from phone import Phone, SUITE, expect_talk, offer, place
from relay import ADDRESS, Relay, expect, wait_until

CALLER, CALLEE = "127.0.77.2", "127.0.77.3"


def test_relays_a_plain_call_both_ways():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        reply = place(relay, "plain", caller, callee)
        expect([leg["state"] for leg in reply["security"]] == ["plain"] * 2, f"{reply['security']}")
        expect(caller.peer_rtp[0] == ADDRESS and caller.peer_rtp != callee.peer_rtp, "not through the relay")
        expect(caller.peer_rtp[1] % 2 == 0, "an odd RTP port")
        expect_talk(caller, callee)


def test_late_packets_of_a_call_reach_no_later_one():
    two_calls = (42000, 42007)
    with Relay(ports=two_calls) as relay, Phone(CALLER) as late, Phone(CALLER) as caller, Phone(CALLEE) as first, Phone(CALLEE) as callee:
        place(relay, "first", late, first)
        old = {late.peer_rtp, first.peer_rtp}
        relay.ask("delete", call_id="first")
        place(relay, "second", caller, callee)
        expect(old.isdisjoint({caller.peer_rtp, callee.peer_rtp}), "a port of the ended call serves again at once")
        expect_talk(caller, callee)
        for _ in range(50):
            late.send(b"late" * 40)
            first.send(b"late" * 40)
        expect(caller.hears_nothing() and callee.hears_nothing(), "packets of the ended call reach the next one")
        reply = offer(relay, "third", late)
        expect(reply.get("error-code") == "ports-exhausted" and reply["error-reason"], f"while its ports rest: {reply}")


def test_relays_nothing_before_the_answer():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        reply = offer(relay, "early", caller)
        callee.read(reply["sdp"])
        callee.send(b"early")
        expect(caller.hears_nothing(), "media before the answer")


def test_encrypts_both_legs_or_one():
    try:
        import pylibsrtp  # noqa: F401
    except ImportError:
        return "python3-pylibsrtp is not installed"
    for name, caller_key, callee_key in (("both", os.urandom(30), os.urandom(30)), ("caller", os.urandom(30), b""),
                                         ("callee", b"", os.urandom(30))):
        with Relay() as relay, Phone(CALLER, caller_key) as caller, Phone(CALLEE, callee_key) as callee:
            place(relay, name, caller, callee)
            for phone in (caller, callee):
                if phone.key:
                    phone.secure()
            expect_talk(caller, callee)
            security = relay.ask("query", call_id=name)["security"]
            for leg, key in zip(security, (caller_key, callee_key)):
                expect(leg["state"] == ("srtp-sdes" if key else "plain"), f"{name}: {security}")
                expect(leg["authenticated-packets"] == (6 if key else 0), f"{name}: {security}")
            status, said = relay.ctl("query", name)
            encrypted = f"encrypted, srtp-sdes {SUITE}, 6 authenticated, 6 relayed\n"
            expect(status == 0 and ("caller audio: " + encrypted in said) == bool(caller_key), said)
            expect(("callee audio: " + encrypted in said) == bool(callee_key), said)
            expect(("audio: plain because peer-d" in said) == (not (caller_key and callee_key)), said)


FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)


def test_calls_a_dtls_phone_until_it_answers():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        dtls = caller.sdp().replace("RTP/AVP 0", "UDP/TLS/RTP/SAVP 0") + FINGERPRINT + "\r\na=setup:actpass\r\n"
        who = {"call_id": "hello", "from_tag": "a"}
        relay.ask("offer", sdp=dtls, osrtp={}, **who)
        reply = relay.ask("answer", to_tag="b", sdp=callee.sdp(), osrtp={}, **who)
        expect("a=setup:active" in reply["sdp"], reply["sdp"])
        for component in (caller.rtp, caller.rtcp):  # no rtcp-mux: an association for each
            for _ in range(4):
                hello = component.recv(2000)
                expect(hello[0] == 22 and hello[13] == 1, f"no ClientHello: {hello[:20].hex()}")
        state = relay.ask("query", call_id="hello")["security"][0]
        expect(state["state"] == "pending" and state["relayed-packets"] == 0, f"{state}")


def test_drops_what_is_plain_on_an_encrypted_leg():
    try:
        import pylibsrtp  # noqa: F401
    except ImportError:
        return "python3-pylibsrtp is not installed"
    with Relay() as relay, Phone(CALLER, os.urandom(30)) as caller, Phone(CALLEE) as callee:
        place(relay, "intruder", caller, callee)
        caller.send(bytes(160))  # before secure(): plain
        expect(callee.hears_nothing(), "plain media came through an encrypted leg")
        caller.secure()
        expect_talk(caller, callee)
        dropped = relay.ask("delete", call_id="intruder")["security"][0]["dropped"]
        expect(dropped == {"authentication": 1}, f"{dropped}")


def test_tells_at_the_end_what_each_leg_carried():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "sums", caller, callee)
        expect_talk(caller, callee, packets=7)
        reply = relay.ask("delete", call_id="sums")
        expect(reply["result"] == "ok", f"{reply}")
        expect(reply["totals"]["RTP"]["packets"] == 14, f"{reply['totals']}")
        expect(reply["totals"]["RTP"]["bytes"] == 14 * 172, f"{reply['totals']}")
        expect(reply["totals"]["RTCP"]["packets"] == 2, f"{reply['totals']}")
        expect([leg["relayed-packets"] for leg in reply["security"]] == [8, 8], f"{reply['security']}")
        expect(relay.calls() == [], "the call is still there")
        relay.says("call=sums event=end why=deleted")


def test_ends_calls_that_are_never_answered():
    with Relay(config="half-open-timeout = 1\n") as relay, Phone(CALLER) as caller:
        before = relay.descriptors() if os.geteuid() == 0 else None
        offer(relay, "unanswered", caller)
        expect(relay.calls() == ["unanswered"], "no call")
        wait_until(lambda: relay.calls() == [], "the end of the call")
        expect(before is None or relay.descriptors() == before, "ports are still open")


def test_ends_calls_that_have_fallen_silent_and_no_others():
    with Relay(config="media-timeout = 2\n") as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        with Phone(CALLER) as silent, Phone(CALLEE) as mute:
            place(relay, "silent", silent, mute)
            place(relay, "speaking", caller, callee)

            def ended() -> bool:
                caller.send(bytes(160))
                callee.hear()
                return "silent" not in relay.calls()

            wait_until(ended, "the end of the silent call")
            expect(relay.calls() == ["speaking"], "the other call has gone too")


def test_ends_live_calls_on_sigterm():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "alive", caller, callee)
        expect_talk(caller, callee)
        expect(relay.stop() == 0, "exit status")
        relay.says("call=alive event=end why=shutdown")
        relay.says("event=stopped calls_ended=1")


def test_gives_every_descriptor_back():
    if os.geteuid() != 0:
        return "only root sees how many are open"
    with Relay(config="max-calls = 1000\n", ports=(42000, 42999)) as relay, Phone(CALLER) as caller:
        with Phone(CALLEE) as callee:
            before = relay.descriptors()
            for batch in range(4):
                names = [f"{batch}-{n}" for n in range(50)]
                for name in names:
                    place(relay, name, caller, callee)
                expect(relay.descriptors() == before + 200, f"{relay.descriptors()} open")
                for name in names:
                    relay.ask("delete", call_id=name)
                # The workers that served the ports close them once they have heard.
                wait_until(lambda: relay.descriptors() == before, f"{before} descriptors open again")


def test_never_gives_late_packets_to_the_next_call():
    with Relay(ports=(42000, 42039)) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "first", caller, callee)
        first = {caller.peer_rtp, callee.peer_rtp}
        relay.ask("delete", call_id="first")
        for n in range(9):
            place(relay, f"next-{n}", caller, callee)
            expect(not first & {caller.peer_rtp, callee.peer_rtp}, "ports of a call that has just ended")


def test_says_so_when_the_ports_are_used_up_and_recovers():
    with Relay(ports=(42000, 42007)) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "one", caller, callee)
        place(relay, "two", caller, callee)
        reply = offer(relay, "three", caller)
        expect(reply["result"] == "error" and reply["error-code"] == "ports-exhausted", f"{reply}")
        relay.ask("delete", call_id="one")
        wait_until(lambda: offer(relay, "four", caller)["result"] == "ok", "ports that have rested")
        place(relay, "four", caller, callee)
        expect_talk(caller, callee)


def test_goes_around_ports_that_others_have():
    held = []
    try:
        for port in range(42000, 42050, 10):  # even ones and, of another pair, odd ones
            for number in (port, port + 3):
                held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                held[-1].bind((ADDRESS, number))
        with Relay(ports=(42000, 42049)) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
            for n in range(7):  # 25 pairs, 10 of them spoilt
                place(relay, f"around-{n}", caller, callee)
                expect_talk(caller, callee, packets=1)
    finally:
        for one in held:
            one.close()


def test_advertises_the_address_it_was_told_to():
    with Relay(interface=f"{ADDRESS}!198.51.100.7") as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "nat", caller, callee)
        expect(caller.peer_rtp[0] == "198.51.100.7", f"{caller.peer_rtp}")
        port = caller.peer_rtp[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            try:
                own.bind((ADDRESS, port))
                expect(False, "the port is not open where it should be")
            except OSError:
                pass


def test_refuses_more_calls_than_allowed():
    with Relay(config="max-calls = 1\n") as relay, Phone(CALLER) as caller:
        expect(offer(relay, "one", caller)["result"] == "ok", "refused")
        reply = offer(relay, "two", caller)
        expect(reply.get("error-code") == "too-many-calls", f"{reply}")
