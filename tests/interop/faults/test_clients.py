"""Clients of the control socket that go in the middle of something."""

import json
import socket

from phone import Phone, offer
from relay import Relay, expect
from talks import CALLER, Talk


def frame(cookie: str, **keys: object) -> bytes:
    return f"{cookie} {json.dumps({key.replace('_', '-'): value for key, value in keys.items()})}".encode()


def unix_client(relay: Relay) -> socket.socket:
    own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    own.bind("")
    own.settimeout(5)
    return own


def test_a_client_that_is_gone_before_its_reply_may_ask_again_and_gets_it(_):
    with Relay() as relay, Talk(relay, "running") as talk, Phone(CALLER) as caller:
        asked = frame("gone", command="offer", call_id="left", from_tag="a", sdp=caller.sdp())
        for _ in range(50):  # of which many are gone before they are read
            with unix_client(relay) as own:
                own.sendto(asked, str(relay.path))
        first = relay.raw(asked)
        expect(b'"result":"ok"' in first, f"{first!r}")
        expect(relay.raw(asked) == first, "another reply to the same frame")
        expect(sorted(relay.calls()) == ["left", "running"], f"{relay.calls()}")
        expect(relay.ask("statistics")["statistics"]["osrtp"]["offers"] == 2, "done more than once")
        talk.talk()


def test_a_client_of_udp_that_is_gone_does_no_harm(_):
    with Relay(control="udp:127.0.0.1:42999", ports=(42000, 42099)) as relay, Talk(relay, "running") as talk:
        for n in range(50):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.sendto(frame(f"{n}", command="ping"), ("127.0.0.1", 42999))
        expect(relay.ask("ping")["result"] == "pong", "no answer")
        talk.talk()


def test_a_client_that_does_not_read_keeps_nobody_waiting(_):
    with Relay() as relay, Talk(relay, "running") as talk, unix_client(relay) as silent, Phone(CALLER) as caller:
        silent.setblocking(False)
        sent = 0
        for n in range(2000):
            try:
                silent.sendto(frame(f"{n}", command="query", call_id="running"), str(relay.path))
                sent += 1
            except BlockingIOError:  # the relay's own queue is full: it has to read first
                relay.ask("ping")
        expect(sent > 500, f"only {sent} requests")
        expect(relay.ask("ping")["result"] == "pong", "no answer")
        expect(offer(relay, "next", caller)["result"] == "ok", "no call")
        talk.talk()
