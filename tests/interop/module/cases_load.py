"""What is refused when a script is loaded, and scripts in other languages."""

import socket
import subprocess

from proxy import HERE, MODULE, Kamailio, free_port
from sip import PLAIN, SDP, TRYING, receive, request
from stand import Stand, case, same, until
from steps import ANSWERED, ANSWERS, INVITE, refuses


def lua(stand: Stand):
    return stand.proxy("kemi.cfg", f'LUA_SCRIPT="{HERE}/kemi.lua"')


def in_lua(which: str) -> list[str]:
    """The caller's half of a call whose requests all have this header."""
    heading = f"X-{which}: yes"
    return [request("INVITE", 1, body=PLAIN, headers=heading), TRYING, receive("200"), request("ACK", 1, "callee"),
            request("BYE", 9, "callee", headers=heading), receive("200")]


@case
def other_script_languages_can_wait(stand: Stand) -> None:
    with lua(stand):
        call = stand.call(in_lua("Waits"), ANSWERS)
        healed = stand.call(in_lua("Waits"), [*refuses("488 No"), *ANSWERS])
    same(call.commands(), ["offer", "answer", "query", "delete"])
    same([message.headers["X-Code"] for message in call.callee.received("INVITE")], ["1"])
    same(call.caller.received("SIP/2.0 200")[0].headers["X-Code"], "1")
    same(call.callee.received("BYE")[0].headers["X-Came-To"], "1/1")
    same(len(healed.callee.received("INVITE")), 2)


@case
def other_script_languages_can_ask_again_where_they_go_on(stand: Stand) -> None:
    with lua(stand):
        call = stand.call(in_lua("Manage"), ANSWERS)
    same(call.commands(), ["offer", "query", "answer", "delete"])
    same(call.callee.received("INVITE")[0].headers["X-Came-To"], "1")


def send_invite(phone: socket.socket, proxy: str, call_id: str, header: str = "") -> None:
    host, port = proxy.split(":")
    own = "%s:%d" % phone.getsockname()
    body = SDP.replace("\n", "\r\n")
    text = (f"INVITE sip:b@{own} SIP/2.0\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{call_id}\nFrom: <sip:a@test>;tag=caller\n"
            f"To: <sip:b@test>\nCall-ID: {call_id}\nCSeq: 1 INVITE\nContact: <sip:a@{own}>\nMax-Forwards: 9\n{header}"
            f"Content-Type: application/sdp\nContent-Length: {len(body)}\n\n").replace("\n", "\r\n")
    phone.sendto((text + body).encode(), (host, int(port)))


@case
def others_are_sent_again_while_a_script_that_goes_on_waits(stand: Stand) -> None:
    relay = stand.relay
    others = [f"other{number}" for number in range(16)]  # some in the same client process
    relay.ignores = lambda request: request["command"] == "query" or request.get("call-id") in others
    asks = ("query", "waits")
    try:
        with lua(stand), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.43", 0))
            for call_id in others:
                send_invite(phone, stand.kamailio.address, call_id)
            send_invite(phone, stand.kamailio.address, "waits", "X-Manage: yes\n")
            assert until(lambda: relay.frames.count(asks) == 3), relay.frames
    finally:
        relay.ignores = lambda request: False
    meanwhile = relay.frames[:len(relay.frames) - 1 - relay.frames[::-1].index(asks)]
    once = [call_id for call_id in others if meanwhile.count(("offer", call_id)) < 2]
    same(once, [])


@case
def other_script_languages_have_the_same_functions(stand: Stand) -> None:
    with lua(stand):
        call = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Options: callee=require"), *ANSWERED], ANSWERS)
        healed = stand.call([INVITE, *ANSWERED], [*refuses("488 No"), *ANSWERS])
        wrong = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Options: callee=maybe"), *ANSWERED], ANSWERS)
    same(call.commands(), ["offer", "answer", "delete"])
    same(call.asked[0]["osrtp"]["callee"], "require")
    invite = call.callee.received("INVITE")[0]
    same((invite.headers["X-Code"], invite.headers["X-State"], len(invite.sdp_title)), ("1", "srtp-sdes", 1))
    same(invite.headers["X-Set"], "1/-1")
    offers = [asked["osrtp"]["callee"] for asked in healed.asked if asked["command"] == "offer"]
    same((offers, len(healed.callee.received("INVITE"))), (["opportunistic", "prefer"], 2))
    same(wrong.callee.received("INVITE")[0].headers["X-Came-To"], "-1")


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
    check_refused(stand, "callee-keying=dtls,zrtp", "'zrtp' is no key management")
    check_refused(stand, "caller-peer=browser", "'browser' is no kind of peer")
    check_refused(stand, "callee=$avp(a) caller=yes", "'yes' is no policy")


@case
def wrong_parameters_are_refused_when_the_script_is_checked(stand: Stand) -> None:
    line = 'modparam("osrtp", "timeout_ms", 400)'
    for parameter, why in (('"callee_policy", "maybe"', "'maybe' is no policy"),
                           ('"osrtp_sock", "tcp:127.0.0.1:1"', "none of unix:PATH, udp:ADDRESS:PORT and tls:ADDRESS:PORT"),
                           ('"osrtp_sock", "unix:relative"', "absolute path")):
        checked = started_with(stand, line, f'modparam("osrtp", {parameter})').check()
        assert checked.returncode != 0 and why in checked.stderr, checked
    kamailio = started_with(stand, line, 'modparam("osrtp", "timeout_ms", 0)')
    assert not kamailio.start() and "1 to 10000 milliseconds" in kamailio.log_text(), kamailio.log_text()
    assert started_with(stand, line, line).check().returncode == 0


@case
def the_example_configurations_are_accepted(stand: Stand) -> None:
    examples = HERE.parents[2] / "examples"
    ports = (f"UDP_PORT={free_port('127.0.0.1')}", f"TLS_PORT={free_port('127.0.0.1')}",
             f'TLS_CONFIG="{examples}/tls.cfg"')
    for name in ("kamailio.cfg", "kamailio-webrtc.cfg"):
        checked = Kamailio(stand.directory, stand.socket, "127.0.0.1:0", examples / name, ports).check()
        same((name, checked.returncode), (name, 0))


@case
def nothing_is_exported_but_what_kamailio_looks_for(_: Stand) -> None:
    symbols = subprocess.run(["nm", "-D", "--defined-only", MODULE], capture_output=True, text=True, check=True).stdout
    same(sorted(line.split()[-1] for line in symbols.splitlines()),
         ["exports", "mod_register", "module_flags", "module_interface_ver", "module_version"])
