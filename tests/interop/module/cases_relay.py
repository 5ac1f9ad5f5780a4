"""What the relay hears of hops, and what happens when it refuses or is not there."""

import socket
import ssl
import time

from fake_relay import FakeRelay
from proxy import free_port
from sip import SDP, TRYING, Phone, receive, request
from stand import Stand, case, same, until
from steps import ANSWERED, ANSWERS, INVITE


@case
def what_a_policy_refuses_has_a_code_of_its_own(stand: Stand) -> None:
    stand.relay.error = {"result": "error", "error-code": "policy-refused", "error-reason": "no keys"}
    try:
        address = f"127.0.0.42:{free_port('127.0.0.42')}"
        caller = Phone(stand.directory, "refused", address,
                       [INVITE, TRYING, receive("488"), request("ACK", 1, branch="INVITE1")], "127.0.0.43:9",
                       stand.kamailio.address, "refused")
        same(caller.finish(), 0)
    finally:
        stand.relay.error = None
    same([asked["command"] for asked in stand.relay.of_call("refused")], ["offer"])


def hops(stand: Stand, call_id: str, uri: str, transport: str = "UDP") -> dict:
    """What the relay hears of the two hops of an INVITE to `uri`, which need not get there."""
    address = stand.kamailio.address.split(":")
    to = stand.tls if transport == "TLS" else (address[0], int(address[1]))
    invite = (f"INVITE {uri} SIP/2.0\nVia: SIP/2.0/{transport} 127.0.0.42:5;branch=z9hG4bK{call_id}\n"
              f"From: <sip:a@test>;tag=caller\nTo: <sip:b@test>\nCall-ID: {call_id}\nCSeq: 1 INVITE\n"
              f"Contact: <sip:a@127.0.0.42:5>\nMax-Forwards: 9\nContent-Type: application/sdp\n"
              f"Content-Length: {len(SDP) + SDP.count(chr(10))}\n\n{SDP}").replace("\n", "\r\n").encode()
    kind = socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as phone:
        phone.connect(to)
        if transport == "TLS":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            phone = context.wrap_socket(phone)
        phone.settimeout(5)
        phone.send(invite)
        deadline = time.monotonic() + 5
        while not stand.relay.of_call(call_id) and time.monotonic() < deadline:
            time.sleep(0.02)
    return stand.relay.of_call(call_id)[0]["osrtp"]


@case
def the_relay_hears_which_hops_are_encrypted(stand: Stand) -> None:
    there = f"127.0.0.43:{free_port('127.0.0.43')}"
    for number, (uri, transport, wanted) in enumerate((
            (f"sip:b@{there}", "UDP", ("clear", "clear")),
            (f"sip:b@{there};transport=tcp", "TCP", ("clear", "clear")),
            (f"sip:b@{there};transport=tls", "TCP", ("clear", "encrypted")),
            (f"sips:b@{there}", "UDP", ("clear", "encrypted")),
            (f"sip:b@{there}", "TLS", ("encrypted", "clear")),
            (f"sip:b@{there};transport=tls", "TLS", ("encrypted", "encrypted")))):
        told = hops(stand, f"hops{number}", uri, transport)
        same((uri, transport, told["caller-signalling"], told["callee-signalling"]), (uri, transport, *wanted))


@case
def the_relay_hears_the_address_family_of_the_next_hop(stand: Stand) -> None:
    port = free_port("127.0.0.43")
    for number, (host, wanted) in enumerate((("127.0.0.43", "IP4"), ("[::1]", "IP6"), ("phone.invalid", None))):
        hops(stand, f"family{number}", f"sip:b@{host}:{port}")
        same((host, stand.relay.of_call(f"family{number}")[0].get("address-family")), (host, wanted))


@case
def the_relay_hears_who_is_a_browser(stand: Stand) -> None:
    """To a WebSocket there is no way without its connection, but the branch route comes first."""
    there = f"127.0.0.43:{free_port('127.0.0.43')}"
    for number, (uri, wanted) in enumerate(((f"sip:b@{there}", (None, "clear")),
                                            (f"sip:b@{there};transport=ws", ("webrtc", "clear")),
                                            (f"sips:b@{there};transport=ws", ("webrtc", "encrypted")))):
        told = hops(stand, f"browser{number}", uri)
        same((uri, told.get("caller-peer"), told.get("callee-peer"), told["callee-signalling"]), (uri, None, *wanted))


@case
def an_answer_whose_keys_fail_is_refused_and_replaced(stand: Stand) -> None:
    stand.relay.state = "failed"
    try:
        call = stand.call([INVITE, *ANSWERED], ANSWERS)
    finally:
        stand.relay.state = None
    answer = call.caller.received("SIP/2.0 200")[0]
    same((answer.headers["X-Code"], answer.sdp_title[0][:7]), ("-3", "relayed"))


@case
def what_the_daemon_cannot_do_fails(stand: Stand) -> None:
    stand.relay.error = {"result": "error", "error-code": "ports-exhausted", "error-reason": "none left"}
    try:
        call = stand.call([INVITE, *ANSWERED], ANSWERS)
    finally:
        stand.relay.error = None
    invite = call.callee.received("INVITE")[0]
    same((invite.headers["X-Code"], invite.sdp_title), ("-1", ["-"]))
    assert invite.headers["X-State"].endswith("/ports-exhausted"), invite


@case
def a_relay_that_is_not_there_has_a_code_of_its_own(stand: Stand) -> None:
    stand.relay.stop()
    try:
        gone = stand.call([INVITE, *ANSWERED], ANSWERS)
    finally:
        stand.relay = FakeRelay(stand.socket)
    invite = gone.callee.received("INVITE")[0]
    same((invite.headers["X-Code"], invite.sdp_title, invite.whole), ("-2", ["-"], True))
    back = stand.call([INVITE, *ANSWERED], ANSWERS)
    same(back.callee.received("INVITE")[0].headers["X-Code"], "1")


@case
def a_silent_relay_costs_its_budget_once(stand: Stand) -> None:
    before = len(stand.kamailio.log_text())
    stand.relay.silent = True
    try:
        call = stand.call([INVITE, *ANSWERED], ANSWERS)
    finally:
        stand.relay.silent = False
    same(call.callee.received("INVITE")[0].headers["X-Code"], "-2")
    log = [line for line in stand.kamailio.log_text().splitlines() if call.id in line and "error=" in line]
    assert "command=offer" in log[0] and "no answer within 400 ms" in log[0], log
    assert len(log) > 1 and not any("no answer within" in line for line in log[1:]), log
    assert all("error=node-dead" in line for line in log[1:]), log
    # One ping finds that it lives, and nobody else had to ask.
    assert until(lambda: "answers again" in stand.kamailio.log_text()[before:], 5), stand.kamailio.log_text()
    assert stand.relay.pings > 0
    back = stand.call([INVITE, *ANSWERED], ANSWERS)
    same(back.callee.received("INVITE")[0].headers["X-Code"], "1")


@case
def the_relay_may_be_on_udp(stand: Stand) -> None:
    address = f"udp:127.0.0.41:{free_port('127.0.0.41')}"
    stand.kamailio.stop()
    unix_relay, stand.relay = stand.relay, FakeRelay(address)
    stand.kamailio = stand._kamailio(address)
    try:
        call = stand.call([INVITE, *ANSWERED], ANSWERS)
        same(call.commands(), ["offer", "answer", "delete"])
        stand.relay.stop()
        gone = stand.call([INVITE, *ANSWERED], ANSWERS)
        same(gone.callee.received("INVITE")[0].headers["X-Code"], "-2")
    finally:
        stand.kamailio.stop()
        stand.relay = unix_relay
        stand.kamailio = stand._kamailio(stand.socket)
