"""Draining, and what subscribers are told."""

import contextlib
import json
import socket

from phone import Phone, offer
from relay import Relay, expect

CALLER, CALLEE = "127.0.77.2", "127.0.77.3"
SUBSCRIBE = b'mine {"command":"subscribe"}'
GRANTED = b'mine {"seconds":60,"lost":0,"result":"ok"}'


@contextlib.contextmanager
def client_of(relay: Relay, name: str):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.bind(str(relay.folder / name))
        own.connect(str(relay.path))
        own.settimeout(10)
        yield own


def test_tells_each_subscriber_of_silence():
    with (Relay(config="silence-timeout = 1\n") as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee,
          client_of(relay, "one") as one, client_of(relay, "other") as other):
        for own in (one, other, one):  # the same frame: no reply of another client's, and done each time
            own.send(SUBSCRIBE)
            expect(own.recv(1000) == GRANTED, "no subscription")
        offer(relay, "quiet", caller)
        relay.ask("answer", call_id="quiet", from_tag="a", to_tag="b", sdp=callee.sdp(), sip_code=200)
        for own in (one, other):
            for leg in ("caller", "callee"):
                cookie, _, told = own.recv(1000).partition(b" ")
                event = json.loads(told)
                expect((cookie, event["event"], event["call-id"], event["leg"]) == (b"mine", "silent", "quiet", leg), event)
        relay.says("event=silent leg=callee.0 state=plain")


def test_tells_nobody_without_a_name():
    with Relay() as relay:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nameless:
            nameless.sendto(SUBSCRIBE, str(relay.path))
        relay.says("event=refused code=bad-request")


def test_tells_subscribers_on_loopback_udp():
    with Relay(control="udp:127.0.0.1:42991") as relay:
        expect(relay.raw(SUBSCRIBE) == GRANTED, "no subscription")


def test_drains():
    with Relay() as relay, Phone(CALLER) as caller:
        offer(relay, "old", caller)
        expect(relay.ctl("drain") == (0, "draining, no call begins: 1 call runs\n"), "not draining")
        expect(relay.ctl("ping") == (0, "pong, draining: 1 call runs\n"), "ping does not say so")
        reply = relay.ask("offer", call_id="new", from_tag="a", sdp=caller.sdp())
        expect(reply["error-code"] == "draining" and relay.calls() == ["old"], reply)
        relay.ask("delete", call_id="old")
        expect(relay.ctl("ping") == (0, "pong, draining: 0 calls run\n"), "the call has not ended")
        expect(relay.ctl("undrain") == (0, "calls may begin: 0 calls run\n"), "still draining")
        offer(relay, "new", caller)
