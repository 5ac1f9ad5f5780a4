#!/usr/bin/python3
"""The module in a real Kamailio, driven by sipp. run.py [NAME...]: only the cases whose name has one of these in it."""

import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

import sip
from fake_relay import FakeRelay
from proxy import HERE, Kamailio, free_port, require_tools
from sip import PLAIN, SDP, TRYING, Phone, multipart, pause, receive, reply, request

CASES = []


def case(function):
    CASES.append(function)
    return function


class Stand:
    """Kamailio, a relay, and two phones for each call."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.socket = f"unix:{directory}/control.sock"
        self.relay = FakeRelay(self.socket)
        self.kamailio = self._kamailio(self.socket)
        self._calls = 0

    def _kamailio(self, relay: str) -> Kamailio:
        self.tls = ("127.0.0.41", free_port("127.0.0.41"))
        certificate = self.directory / "tls.pem"
        if not certificate.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=test", "-keyout", certificate, "-out", self.directory / "certificate.pem"],
                           check=True, capture_output=True)
            certificate.write_text(certificate.read_text() + (self.directory / "certificate.pem").read_text())
        kamailio = Kamailio(self.directory, relay, f"127.0.0.41:{free_port('127.0.0.41')}",
                            extra=(f"TLS_LISTEN=127.0.0.41:{self.tls[1]}", f'TLS_CERTIFICATE="{certificate}"'))
        assert kamailio.start(), f"Kamailio does not start: {kamailio.log_text()}"
        return kamailio

    def close(self) -> None:
        self.kamailio.stop()
        self.relay.stop()

    def call(self, caller: list[str], callee: list[str], second: list[str] | None = None) -> "Call":
        """Plays one call; `second` is another destination of its INVITE."""
        self._calls += 1
        return Call(self, f"call{self._calls}", caller, callee, second)


class Call:
    def __init__(self, stand: Stand, name: str, caller: list[str], callee: list[str], second: list[str] | None) -> None:
        def address(host: str) -> str:
            return f"{host}:{free_port(host)}"

        here, there, other = address("127.0.0.42"), address("127.0.0.43"), address("127.0.0.44")
        self.id = f"{name}@test"
        caller = [step.replace("[second]", f"sip:x@{other}") for step in caller]
        proxy, directory = stand.kamailio.address, stand.directory
        phones = [Phone(directory, f"{name}-callee", there, callee, here)]
        if second:
            phones.append(Phone(directory, f"{name}-second", other, second, here))
        phones.append(Phone(directory, f"{name}-caller", here, caller, there, proxy, self.id))
        codes = [phone.finish() for phone in phones]
        assert codes == [0] * len(phones), f"sipp ended with {codes}, see {directory}/{name}-*"
        self.callee, self.caller = phones[0], phones[-1]
        self.second = phones[1] if second else None
        self.asked = stand.relay.of_call(self.id)

    def commands(self) -> list[str]:
        return [request["command"] for request in self.asked]


def same(found, wanted) -> None:
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def part(request: dict, *keys: str) -> dict:
    return {key: request.get(key) for key in keys}


TAGS = ("from-tag", "to-tag")
OK = "200 OK"
INVITE = request("INVITE", 1, body=PLAIN)
ACK = request("ACK", 1, "callee")
BYE = [request("BYE", 9, "callee"), receive("200")]
BYE_REPLY = [receive("BYE"), reply(OK)]
ANSWERED = [TRYING, receive("200"), ACK, *BYE]
ANSWERS = [receive("INVITE"), reply(OK, "callee", PLAIN), receive("ACK"), *BYE_REPLY]
DIALOG = [TRYING, receive("200"), ACK]  # the caller's half of a call that is up, and the callee's
DIALOG_CALLEE = [receive("INVITE"), reply(OK, "callee", PLAIN), receive("ACK")]


def refused(status: str, branch: str = "INVITE1") -> list[str]:
    """The caller hears a final refusal of its INVITE."""
    return [TRYING, receive(status), request("ACK", 1, "callee", branch=branch)]


def refuses(status: str) -> list[str]:
    return [receive("INVITE"), reply(status, "callee"), receive("ACK")]


@case
def a_call_is_offered_answered_and_ended(stand: Stand) -> None:
    call = stand.call([INVITE, TRYING, receive("183"), receive("200"), ACK, *BYE],
                      [receive("INVITE"), reply("183 Progress", "callee", PLAIN), pause(100), *ANSWERS[1:]])
    same(call.commands(), ["offer", "answer", "answer", "delete"])
    offer, progress, answer, deletion = call.asked
    same(part(offer, *TAGS, "via-branch", "received-from", "sip-code"),
         {"from-tag": "caller", "to-tag": None, "via-branch": "0", "received-from": ["IP4", "127.0.0.42"], "sip-code": None})
    same(offer["sdp"], SDP.replace("\n", "\r\n"))
    same(offer["osrtp"], {"caller": "opportunistic", "callee": "opportunistic", "caller-signalling": "clear",
                          "callee-signalling": "clear"})
    same(part(answer, *TAGS, "via-branch", "sip-code", "received-from"),
         {"from-tag": "caller", "to-tag": "callee", "via-branch": "0", "sip-code": 200, "received-from": ["IP4", "127.0.0.43"]})
    same(progress["sip-code"], 183)
    same(answer["osrtp"], {"caller-signalling": "clear", "callee-signalling": "clear"})
    same(part(deletion, "from-tag", "via-branch"), {"from-tag": "caller", "via-branch": None})
    for message in (*call.callee.received("INVITE"), *call.caller.received("SIP/2.0 200")[:1],
                    *call.caller.received("SIP/2.0 183")):
        assert message.whole and message.sdp_title[0].startswith("relayed"), message
        same(len(message.sdp_title), 1)
    same(call.callee.received("INVITE")[0].headers["X-State"], "plain/peer-did-not-offer/srtp-sdes/AEAD_AES_256_GCM/<null>")


def check_multipart(stand: Stand, kind: str, part_header: str = "") -> sip.Message:
    body = multipart(kind, part_header)
    call = stand.call([request("INVITE", 1, body=body), *ANSWERED], ANSWERS)
    same(call.asked[0]["sdp"].splitlines(), SDP.splitlines())
    invite = call.callee.received("INVITE")[0]
    assert invite.whole, invite
    same(len(invite.sdp_title), 1)
    same(invite.body.replace(invite.sdp_title[0].encode(), b"-").replace(b"\r\n", b"\n").decode(), body[1])
    return invite


@case
def multipart_mixed(stand: Stand) -> None:
    check_multipart(stand, "mixed")


@case
def multipart_related(stand: Stand) -> None:
    check_multipart(stand, "related")


@case
def multipart_alternative(stand: Stand) -> None:
    check_multipart(stand, "alternative")


@case
def a_parts_own_content_length_is_kept_right(stand: Stand) -> None:
    size = len(SDP.replace("\n", "\r\n"))
    body = multipart("mixed", f"Content-Length: {size}\n")
    call = stand.call([request("INVITE", 1, body=body), *ANSWERED], ANSWERS)
    invite = call.callee.received("INVITE")[0]
    assert invite.whole, invite
    longer = size + len(invite.sdp_title[0]) - 1
    assert f"\r\nContent-Length: {longer}\r\n".encode() in invite.body, invite


@case
def octets_behind_the_body_are_left_out(stand: Stand) -> None:
    size = len(SDP.replace("\n", "\r\n"))
    trailing = ("application/sdp", SDP + "a=not part of it\n")
    call = stand.call([request("INVITE", 1, body=trailing, length=size), *ANSWERED], ANSWERS)
    same(call.asked[0]["sdp"], SDP.replace("\n", "\r\n"))
    invite = call.callee.received("INVITE")[0]
    assert invite.whole and b"not part" not in invite.body, invite


@case
def a_second_command_replaces_what_the_first_did(stand: Stand) -> None:
    for body in (PLAIN, multipart("mixed", "Content-Length: 99\n")):
        for header in ("X-Twice: yes", "X-In-Request: yes", "X-Twice: yes\nX-In-Request: yes"):
            call = stand.call([request("INVITE", 1, body=body, headers=header), *ANSWERED], ANSWERS)
            offers = [asked for asked in call.asked if asked["command"] == "offer"]
            same(len(offers), header.count("yes") + 1)
            for offer in offers:
                same(offer["sdp"].splitlines(), SDP.splitlines())
            invite = call.callee.received("INVITE")[0]
            assert invite.whole, invite
            same(len(invite.sdp_title), 1)
            same(invite.body.count(b"m=audio"), 1)


@case
def sdp_that_is_not_utf8_survives(stand: Stand) -> None:
    body = ("application/sdp", SDP.replace("t=0 0", "i=caf\xe9\nt=0 0"))
    call = stand.call([request("INVITE", 1, body=body), *ANSWERED], ANSWERS)
    assert "sdp-base64" in call.asked[0] and "sdp" not in call.asked[0], call.asked[0]
    assert b"i=caf\xe9" in call.callee.received("INVITE")[0].body


@case
def options_go_along(stand: Stand) -> None:
    words = "callee=require caller=off suites=AEAD_AES_128_GCM,AES_CM_128_HMAC_SHA1_80 allow-sdes-over-clear"
    call = stand.call([request("INVITE", 1, body=PLAIN, headers=f"X-Options: {words} from-interface=in to-interface=out"),
                       *ANSWERED], ANSWERS)
    same(call.asked[0]["direction"], ["in", "out"])
    same(call.asked[0]["osrtp"], {
        "caller": "off", "callee": "require", "caller-signalling": "clear", "callee-signalling": "clear",
        "allow-sdes-over-clear": True, "suites": ["AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80"]})


@case
def a_wrong_option_of_a_message_fails_and_changes_nothing(stand: Stand) -> None:
    call = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Options: callee=maybe"), *ANSWERED], ANSWERS)
    assert "offer" not in call.commands()
    invite = call.callee.received("INVITE")[0]
    same((invite.headers["X-Code"], invite.sdp_title), ("-1", ["-"]))
    assert "'maybe' is no policy" in stand.kamailio.log_text()


@case
def a_late_offer_is_answered_in_the_ack(stand: Stand) -> None:
    call = stand.call([request("INVITE", 1), TRYING, receive("200"), request("ACK", 1, "callee", PLAIN), *BYE], ANSWERS)
    same(call.commands(), ["offer", "answer", "delete"])
    same(part(call.asked[0], *TAGS, "via-branch"), {"from-tag": "callee", "to-tag": "caller", "via-branch": "0"})
    same(call.asked[0]["osrtp"], {"offerer": "callee", "caller": "opportunistic", "callee": "opportunistic",
                                  "caller-signalling": "clear", "callee-signalling": "clear"})
    same(part(call.asked[1], *TAGS, "via-branch", "osrtp"),
         {"from-tag": "callee", "to-tag": "caller", "via-branch": None, "osrtp": {}})
    same(call.callee.received("ACK")[0].sdp_title[0][:7], "relayed")


def progress_and_prack(invite: str) -> tuple[list[str], list[str]]:
    """A reliable 183 with SDP; the caller's PRACK carries SDP too."""
    reliable = "Require: 100rel\nRSeq: 7"
    caller = [invite, TRYING, receive("183"), request("PRACK", 2, "callee", PLAIN, "RAck: 7 1 INVITE"), receive("200"),
              receive("200"), ACK, *BYE]
    callee = [receive("INVITE").replace("<recv", "<recv rrs=\"true\""), reply("183 Progress", "callee", PLAIN, reliable),
              receive("PRACK")]
    return caller, callee


# sipp answers the request that came last: the final answer to the INVITE has to say which it is.
INVITE_OK = """<send><![CDATA[

SIP/2.0 200 OK
[$via]
From: <sip:caller@test>;tag=caller
To: <sip:b@test>;tag=callee
[last_Call-ID:]
CSeq: 1 INVITE
Contact: <sip:x@[local_ip]:[local_port]>
Content-Length: 0

]]></send>"""
KEEP_VIA = '<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/></action></recv>'


def invite_ok() -> str:
    return INVITE_OK.replace("[$via]", "Via:[$via]")


@case
def a_late_offer_is_answered_in_the_prack(stand: Stand) -> None:
    caller, callee = progress_and_prack(request("INVITE", 1))
    call = stand.call(caller, [KEEP_VIA, *callee[1:], reply(OK), pause(100), invite_ok(), receive("ACK"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "delete"])
    same(part(call.asked[0], *TAGS), {"from-tag": "callee", "to-tag": "caller"})
    same(part(call.asked[1], *TAGS), {"from-tag": "callee", "to-tag": "caller"})


@case
def a_prack_may_carry_an_offer_of_its_own(stand: Stand) -> None:
    caller, callee = progress_and_prack(INVITE)
    call = stand.call(caller, [KEEP_VIA, *callee[1:], reply(OK, body=PLAIN), pause(100), invite_ok(), receive("ACK"),
                               *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "answer", "delete"])
    for asked in call.asked[:4]:
        same(asked["from-tag"], "caller")
    same(part(call.asked[2], "to-tag", "via-branch"), {"to-tag": "callee", "via-branch": None})
    same(part(call.asked[3], "sip-code", "to-tag"), {"sip-code": 200, "to-tag": "callee"})


@case
def a_reinvite_says_nothing_of_policies_and_hops(stand: Stand) -> None:
    again = request("INVITE", 2, "callee", PLAIN)
    call = stand.call([INVITE, *DIALOG, again, TRYING, receive("200"), request("ACK", 2, "callee"), *BYE],
                      [*DIALOG_CALLEE, receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "answer", "delete"])
    for asked in call.asked[2:4]:
        same(part(asked, *TAGS, "via-branch", "osrtp"),
             {"from-tag": "caller", "to-tag": "callee", "via-branch": None, "osrtp": {}})


@case
def the_callee_may_offer_too(stand: Stand) -> None:
    again = request("INVITE", 1, "callee", PLAIN, sender="callee", branch="back")
    call = stand.call([INVITE, *DIALOG, receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), *BYE],
                      [*DIALOG_CALLEE, again, TRYING, receive("200"),
                       request("ACK", 1, "callee", sender="callee", branch="backack"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "answer", "delete"])
    for asked in call.asked[2:4]:
        same(part(asked, *TAGS), {"from-tag": "callee", "to-tag": "caller"})


@case
def a_refused_reinvite_leaves_the_call_alone(stand: Stand) -> None:
    again = request("INVITE", 2, "callee", PLAIN)
    call = stand.call([INVITE, *DIALOG, again, TRYING, receive("488"),
                       request("ACK", 2, "callee", branch="INVITE2"), *BYE],
                      [*DIALOG_CALLEE, receive("INVITE"), reply("488 No"), receive("ACK"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "delete"])
    same(len(stand.relay.of_call(call.id)), 4)


@case
def an_update_is_offered_and_answered(stand: Stand) -> None:
    call = stand.call([INVITE, *DIALOG, request("UPDATE", 2, "callee", PLAIN), receive("200"),
                       request("UPDATE", 3, "callee", PLAIN), receive("488"), request("UPDATE", 4, "callee"),
                       receive("200"), *BYE],
                      [*DIALOG_CALLEE, receive("UPDATE"), reply(OK, body=PLAIN), receive("UPDATE"), reply("488 No"),
                       receive("UPDATE"), reply(OK), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "answer", "offer", "delete"])
    same(call.asked[3]["sip-code"], 200)


@case
def a_cancel_ends_the_call(stand: Stand) -> None:
    cancel = request("CANCEL", 1, branch="INVITE1")
    call = stand.call([INVITE, TRYING, receive("180"), cancel, receive("200"), receive("487"),
                       request("ACK", 1, "callee", branch="INVITE1")],
                      [KEEP_VIA, reply("180 Ringing", "callee"), receive("CANCEL"), reply(OK, "callee"),
                       invite_ok().replace("200 OK", "487 Terminated"), receive("ACK")])
    same(call.commands()[:2], ["offer", "delete"])
    same(part(call.asked[1], "from-tag", "via-branch"), {"from-tag": "caller", "via-branch": None})


@case
def a_cancelled_reinvite_leaves_the_call_alone(stand: Stand) -> None:
    again = request("INVITE", 2, "callee", PLAIN)
    cancel = request("CANCEL", 2, "callee", branch="INVITE2")
    call = stand.call([INVITE, *DIALOG, again, TRYING, receive("180"), cancel, receive("200"), receive("487"),
                       request("ACK", 2, "callee", branch="INVITE2"), *BYE],
                      [*DIALOG_CALLEE, KEEP_VIA, reply("180 Ringing"), receive("CANCEL"), reply(OK),
                       invite_ok().replace("200 OK", "487 Terminated").replace("CSeq: 1", "CSeq: 2"), receive("ACK"),
                       *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "delete"])


@case
def a_failing_branch_leaves_its_siblings_alone(stand: Stand) -> None:
    forked = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    call = stand.call([forked, TRYING, receive("200"), ACK, *BYE],
                      [receive("INVITE"), pause(400), *ANSWERS[1:]], refuses("486 Busy"))
    offers = [asked["via-branch"] for asked in call.asked if asked["command"] == "offer"]
    same(sorted(offers), ["0", "1"])
    answer, = [asked for asked in call.asked if asked["command"] == "answer"]
    deletions = [asked for asked in call.asked if asked["command"] == "delete"]
    same(sorted([answer["via-branch"], deletions[0]["via-branch"]]), ["0", "1"])
    same([deletion.get("via-branch") for deletion in deletions[1:]], [None])  # the BYE's


@case
def the_last_failing_branch_ends_the_call(stand: Stand) -> None:
    forked = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    call = stand.call([forked, *refused("486")], refuses("486 Busy"), refuses("486 Busy"))
    deletions = [asked.get("via-branch") for asked in call.asked if asked["command"] == "delete"]
    same(sorted(deletions[:2]), ["0", "1"])
    same(deletions[2:], [None])


@case
def a_refusal_is_followed_by_another_offer(stand: Stand) -> None:
    call = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Retry: yes"), *ANSWERED],
                      [*refuses("488 No"), *ANSWERS])
    same(call.commands(), ["offer", "delete", "offer", "answer", "delete"])
    same([asked.get("via-branch") for asked in call.asked], ["0", "0", "1", "1", None])
    same(call.asked[2]["osrtp"]["callee"], "require")
    same(call.asked[2]["sdp"], call.asked[0]["sdp"])
    same(len(call.callee.received("INVITE")[1].sdp_title), 1)


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
    stand.relay.silent = True
    try:
        call = stand.call([INVITE, *ANSWERED], ANSWERS)
    finally:
        stand.relay.silent = False
    same(call.callee.received("INVITE")[0].headers["X-Code"], "-2")
    log = [line for line in stand.kamailio.log_text().splitlines() if call.id in line and "no answer within" in line]
    assert "command=offer" in log[0] and "within 400 ms" in log[0], log
    assert any("within 50 ms" in line for line in log[1:]), log
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


@case
def other_script_languages_have_the_same_functions(stand: Stand) -> None:
    stand.kamailio.stop()
    extra = (f'LUA_SCRIPT="{HERE}/kemi.lua"',)
    stand.kamailio = Kamailio(stand.directory, stand.socket, f"127.0.0.41:{free_port('127.0.0.41')}", HERE / "kemi.cfg",
                              extra)
    try:
        assert stand.kamailio.start(), stand.kamailio.log_text()
        call = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Options: callee=require"), *ANSWERED], ANSWERS)
        wrong = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Options: callee=maybe"), *ANSWERED], ANSWERS)
    finally:
        stand.kamailio.stop()
        stand.kamailio = stand._kamailio(stand.socket)
    same(call.commands(), ["offer", "offer", "answer", "delete"])
    same(call.asked[0]["osrtp"]["callee"], "require")
    invite = call.callee.received("INVITE")[0]
    same((invite.headers["X-Code"], invite.headers["X-State"], len(invite.sdp_title)), ("1/1", "srtp-sdes", 1))
    same(wrong.callee.received("INVITE")[0].headers["X-Code"], "-1/1")


def started_with(stand: Stand, before: str, after: str) -> Kamailio:
    """Kamailio, not yet started, with a line of its script changed."""
    directory = stand.directory / "load"
    directory.mkdir(exist_ok=True)
    script = (HERE / "module.cfg").read_text()
    assert before in script
    config = directory / "load.cfg"
    config.write_text(script.replace(before, after))
    return Kamailio(directory, stand.socket, f"127.0.0.41:{free_port('127.0.0.41')}", config)


def check_refused(stand: Stand, argument: str, why: str) -> None:
    kamailio = started_with(stand, 'osrtp_manage("$avp(options)");', f'osrtp_manage("{argument}");')
    assert not kamailio.start(), f'osrtp_manage("{argument}") was accepted'
    assert why in kamailio.log_text(), kamailio.log_text()


@case
def wrong_options_are_refused_when_the_script_is_loaded(stand: Stand) -> None:
    check_refused(stand, "callee=maybe", "'maybe' is no policy")
    check_refused(stand, "calee=require", "'calee=require' is no option")
    check_refused(stand, "suites=AES_CM_128_HMAC_SHA1_80,NULL_HMAC_SHA1_80", "'NULL_HMAC_SHA1_80' is no crypto suite")
    check_refused(stand, "from-interface=a", "go together")
    check_refused(stand, "callee=$avp(a) caller=yes", "'yes' is no policy")


@case
def wrong_parameters_are_refused_when_the_script_is_checked(stand: Stand) -> None:
    line = 'modparam("osrtp", "timeout_ms", 400)'
    for parameter, why in (('"callee_policy", "maybe"', "'maybe' is no policy"),
                           ('"osrtp_sock", "tcp:127.0.0.1:1"', "neither unix:PATH nor udp:ADDRESS:PORT"),
                           ('"osrtp_sock", "unix:relative"', "absolute path")):
        checked = started_with(stand, line, f'modparam("osrtp", {parameter})').check()
        assert checked.returncode != 0 and why in checked.stderr, checked
    kamailio = started_with(stand, line, 'modparam("osrtp", "timeout_ms", 0)')
    assert not kamailio.start() and "1 to 10000 milliseconds" in kamailio.log_text(), kamailio.log_text()
    assert started_with(stand, line, line).check().returncode == 0


@case
def the_example_configuration_is_accepted(stand: Stand) -> None:
    examples = HERE.parents[2] / "examples"
    ports = (f"UDP_PORT={free_port('127.0.0.1')}", f"TLS_PORT={free_port('127.0.0.1')}",
             f'TLS_CONFIG="{examples}/tls.cfg"')
    checked = Kamailio(stand.directory, stand.socket, "127.0.0.1:0", examples / "kamailio.cfg", ports).check()
    same(checked.returncode, 0)


def run(function, stand: Stand) -> bool:
    name = function.__name__.replace("_", " ")
    try:
        function(stand)
    except (AssertionError, OSError, subprocess.SubprocessError, LookupError, ValueError) as error:
        where = traceback.extract_tb(error.__traceback__)
        print(f"FAILED {name}\n       {error}\n       " + ", ".join(f"line {frame.lineno}" for frame in where[1:]))
        return False
    print(f"ok     {name}")
    return True


def main() -> int:
    if missing := require_tools():
        print(missing, file=sys.stderr)
        return 1
    wanted = [function for function in CASES
              if not sys.argv[1:] or any(word in function.__name__ for word in sys.argv[1:])]
    directory = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-module-"))
    stand = Stand(directory)
    try:
        results = [run(function, stand) for function in wanted]
    finally:
        stand.close()
    if not all(results):
        print(f"traces and logs: {directory}")
    else:
        subprocess.run(["rm", "-rf", str(directory)], check=True)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
