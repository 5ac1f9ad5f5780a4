"""The control socket: frames, cookies, garbage."""

import json
import socket
import stat

from phone import Phone, offer
from relay import Relay, expect

CALLER = "127.0.77.2"
BIG = 65_000


def test_is_reached_by_owner_and_group_only():
    with Relay() as relay:
        mode = stat.S_IMODE(relay.path.stat().st_mode)
        expect(mode == 0o660, f"mode {mode:o}")


def test_answers_on_loopback_udp():
    with Relay(control="udp:127.0.0.1:42991") as relay:
        expect(relay.ask("ping") == {"draining": False, "calls": 0, "result": "pong"}, "no pong")


def test_answers_clients_bound_to_a_path():
    with Relay() as relay, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.bind(str(relay.folder / "own"))
        own.settimeout(5)
        own.sendto(b'x {"command":"ping"}', str(relay.path))
        expect(own.recv(1000) == b'x {"draining":false,"calls":0,"result":"pong"}', "no pong")


def test_goes_on_after_a_client_that_cannot_be_answered():
    with Relay() as relay:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nameless:
            nameless.sendto(b'x {"command":"ping"}', str(relay.path))
        expect(relay.ask("ping")["result"] == "pong", "no answer")


def test_gives_a_repeated_cookie_the_same_octets_and_does_nothing_twice():
    with Relay() as relay, Phone(CALLER, key=bytes(30)) as caller:
        request = {"command": "offer", "call-id": "twice", "from-tag": "a", "sdp": caller.sdp()}
        frame = b"cookie " + json.dumps(request).encode()
        first = relay.raw(frame)
        expect(b"inline:" in first, "no fresh key that could differ")
        expect([relay.raw(frame) for _ in range(3)] == [first] * 3, "another reply")
        expect(relay.ask("statistics")["statistics"]["osrtp"]["offers"] == 1, "executed again")


def test_takes_and_gives_frames_of_64_kilobytes():
    with Relay() as relay, Phone(CALLER) as caller:
        request = {"command": "ping", "padding": "x" * (BIG - 100)}
        reply = relay.raw(b"big " + json.dumps(request).encode())
        expect(reply.startswith(b"big ") and json.loads(reply[4:])["result"] == "pong", f"{reply[:200]!r}")
        reply = relay.ask("offer", call_id="big", from_tag="a", sdp=caller.sdp(padding=16_000))
        expect(len(reply["sdp"]) > 16_000, "the SDP has shrunk")
        reply = relay.ask("offer", call_id="bigger", from_tag="a", sdp=caller.sdp(padding=60_000))
        expect(reply["error-code"] == "bad-sdp" and relay.calls() == ["big"], f"{reply}")


def test_ignores_frames_that_are_too_long():
    with Relay() as relay:
        try:
            relay.raw(b"c " + b"{" * 70_000, seconds=0.5)
            expect(False, "a reply")
        except socket.timeout:
            expect(relay.ask("ping")["result"] == "pong", "no answer any more")


def test_gives_garbage_no_reply():
    with Relay() as relay:
        for garbage in (b"", b"x", b" ", b' {"command":"ping"}', b"{}", b"\0" * 100, b"\xff" * 5000):
            try:
                expect(False, f"{garbage[:20]!r} got {relay.raw(garbage, seconds=0.2)!r}")
            except socket.timeout:
                pass
        expect(relay.ask("ping")["result"] == "pong", "no answer any more")


def test_answers_a_cookie_with_nonsense_behind_it_with_an_error():
    with Relay() as relay:
        for nonsense in (b"c ", b"c {", b"c []", b'c {"command":7}', b'c {"command":"dance"}', b"c d7:command4:pinge"):
            reply = json.loads(relay.raw(nonsense)[2:])
            expect(reply["result"] == "error" and reply["error-code"] and reply["error-reason"], f"{reply}")


def test_answers_nonsense_briefly_however_long_or_deep_it_is():
    with Relay(control="udp:127.0.0.1:42991") as relay:
        for nonsense in (b"{" * 120, b"[" * 60_000, b'{"a":' * 10_000, b'{"command":"' + b"x" * 60_000 + b'"}'):
            first = relay.raw(b"c " + nonsense)
            expect(b'"result":"error"' in first and len(first) < 128, f"{len(first)} octets: {first[:200]!r}")
            expect(len(first) <= len(nonsense), "an answer that is longer")
            expect(relay.raw(b"c " + nonsense) == first, "another reply to the same frame")
        expect(relay.ask("statistics")["statistics"]["osrtp"]["refused"] == 8, "each is refused by itself, and none remembered")


def test_answers_short_nonsense_from_a_udp_address_with_nothing():
    with Relay(control="udp:127.0.0.1:42991") as relay:
        try:
            expect(False, f"got {relay.raw(b'c {', seconds=0.2)!r}")
        except socket.timeout:
            pass
        relay.says("event=refused code=bad-request")
        expect(relay.ask("ping")["result"] == "pong", "no answer any more")


def test_writes_one_line_whatever_a_client_sends():
    with Relay("--log-level", "debug") as relay, Phone(CALLER) as caller:
        call_id = "x\n2026-01-01T00:00:00 error event=fake\r\x1b[2J\u009b"
        offer(relay, call_id, caller)
        relay.ask("delete", call_id=call_id)
        relay.ask("da\nnce")
        relay.ask("ping", seconds=5, **{"fl\nags": ["\x1b]0;"]})
        relay.stop()
        for line in relay.said().splitlines():
            expect(" event=" in line and line.isprintable() and line[:4].isdigit(), f"{line!r}")
        expect("\x1b" not in relay.said() and "\n2026-01-01" not in relay.said(), relay.said())


def test_osrtpctl_speaks_with_it():
    with Relay() as relay, Phone(CALLER) as caller:
        expect(relay.ctl("ping") == (0, "pong\n"), "no pong")
        expect(relay.ctl("list") == (0, ""), "calls from nowhere")
        offer(relay, "asked", caller)
        expect(relay.ctl("list") == (0, "asked\n"), "the call is not listed")
        expect(relay.ctl("list", "--limit", "1") == (0, "asked\nthere may be more calls, see --limit\n"), "cut in silence")
        expect(relay.ctl("query", "other") == (1, "unknown-call: Unknown call-id\n"), "another call was found")
        status, said = relay.ctl("delete", "asked")
        expect(status == 0 and said.startswith("ended call asked since "), said)
        expect(relay.ctl("delete", "asked") == (1, "there is no call asked\n"), "ended twice")
        status, said = relay.ctl("statistics")
        expect(status == 0 and "calls ended: 1\n" in said, said)
        status, said = relay.ctl("--json", "ping")
        expect((status, json.loads(said)["result"]) == (0, "pong"), said)
        expect(relay.ctl("dance")[0] == 2 and relay.ctl("query")[0] == 2 and relay.ctl()[0] == 2, "status not 2")
        relay.stop()
        status, said = relay.ctl("ping")
        expect(status == 1 and said.endswith("; is osrtpd running?\n"), said)
