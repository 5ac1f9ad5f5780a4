"""Peers that refuse the form of an offer, as others in the field do: what they are offered next, and in the next call."""

import contextlib
import json
import pathlib
import re
import socket

from proxy import HERE, Kamailio, free_port
from sip import PLAIN, Phone, TRYING, receive, request
from stand import Call, Stand, case, same, until
from steps import ACK, ANSWERED, ANSWERS, BYE, refused, refuses

WITH_DAEMON = []


def with_daemon(function):
    WITH_DAEMON.append(function)
    return function


def peer(name: str) -> list[str]:
    """The steps of a scenario in sipp/."""
    text = (HERE / f"sipp/{name}.xml").read_text()
    return [re.search(r"<scenario[^>]*>\n(.*)</scenario>", text, re.S)[1]]


def invite(options: str, heal: bool = True) -> str:
    """By leave with SDES: all that these peers know."""
    heading = f"X-Options: {options} allow-sdes-over-clear" + ("\nX-Heal: yes" if heal else "")
    return request("INVITE", 1, body=PLAIN, headers=heading)


def forms(call: Call) -> list[str]:
    """The forms of the offers that the callee got."""
    def form(body: str) -> str:
        profiles = re.findall("^m=audio [0-9]+ ([A-Z/]+)", body, re.M)
        if len(profiles) > 1:
            return "two-lines"
        if profiles[0] == "RTP/AVP":
            return "opportunistic" if "a=crypto" in body or "a=fingerprint" in body else "plain"
        return "secure-dtls" if profiles[0].startswith("UDP/TLS") else "secure-sdes"

    return [form(message.body.decode()) for message in call.callee.received("INVITE")]


def is_refused(status: str) -> list[str]:
    """`refuses()`, and the callee hears no more of it."""
    return [TRYING, receive(status), request("ACK", 1, "callee", branch="INVITE1")]


@contextlib.contextmanager
def remembering(stand: Stand, seconds: int, *defines: str):
    """Kamailio with nothing remembered yet. @return what osrtp.peers tells"""
    stand.kamailio.stop()
    rpc = stand.directory / "rpc.sock"
    extra = (f'RPC_SOCKET="{rpc}"', f"PEER_MEMORY={seconds}", *defines)
    stand.kamailio = Kamailio(stand.directory, stand.socket, f"127.0.0.41:{free_port('127.0.0.41')}", extra=extra)
    try:
        assert stand.kamailio.start(), stand.kamailio.log_text()
        yield lambda command="osrtp.peers": ask(rpc, command)
    finally:
        stand.kamailio.stop()
        stand.kamailio = stand._kamailio(stand.socket)


def ask(rpc: pathlib.Path, command: str):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.bind("")
        client.connect(str(rpc))
        client.send(json.dumps({"jsonrpc": "2.0", "method": command, "id": 1}).encode())
        return json.loads(client.recv(65535))["result"]


def known(peers) -> dict[str, tuple]:
    return {peer["name"]: (peer["refused"], peer["taken"]) for peer in peers()}


def heals(stand: Stand, peers, name: str, options: str, first: list[str], wanted: tuple[str, str]) -> None:
    """One call finds the form that the peer takes; the next one begins with it."""
    options = f"{options} peer={name}"
    same((name, forms(stand.call([invite(options), *ANSWERED], peer(name)))), (name, first))
    same(known(peers)[name], wanted)
    same((name, forms(stand.call([invite(options), *ANSWERED], peer(name)))), (name, first[-1:]))
    same(known(peers)[name], wanted)


@with_daemon
def refusals_heal_and_are_remembered(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        heals(stand, peers, "freeswitch", "", ["opportunistic", "secure-sdes"], ("opportunistic", "secure-sdes"))
        heals(stand, peers, "pjsip", "", ["opportunistic", "secure-sdes"], ("opportunistic", "secure-sdes"))
        heals(stand, peers, "carrier", "", ["opportunistic", "secure-sdes", "plain"], ("secure-sdes,opportunistic", "plain"))
        same(peers("osrtp.forget_peers"), 3)
        heals(stand, peers, "freeswitch", "callee=prefer", ["secure-sdes"], ("", "secure-sdes"))
        heals(stand, peers, "carrier", "callee=prefer", ["secure-sdes", "opportunistic", "plain"],
              ("secure-sdes,opportunistic", "plain"))


@with_daemon
def rejected_sound_is_remembered_for_the_next_call(stand: Stand) -> None:
    """By a 200 with port 0: nothing can be tried again in that call."""
    with remembering(stand, 3600) as peers:
        options = "peer=freeswitch-zeroes"
        same(forms(stand.call([invite(options), *ANSWERED], peer("freeswitch-zeroes"))), ["opportunistic"])
        same(known(peers), {"freeswitch-zeroes": ("opportunistic", "")})
        same(forms(stand.call([invite(options), *ANSWERED], peer("freeswitch-zeroes"))), ["secure-sdes"])
        same(known(peers), {"freeswitch-zeroes": ("opportunistic", "secure-sdes")})


@with_daemon
def what_is_forgotten_is_tried_again(stand: Stand) -> None:
    with remembering(stand, 1) as peers:
        for _ in range(2):
            same(forms(stand.call([invite("peer=carrier"), *ANSWERED], peer("carrier"))),
                 ["opportunistic", "secure-sdes", "plain"])
            assert until(lambda: not peers()), peers()


@with_daemon
def require_is_never_healed_by_plain(stand: Stand) -> None:
    """Not either where the peer is known to take nothing else."""
    with remembering(stand, 3600) as peers:
        stand.call([invite("peer=carrier"), *ANSWERED], peer("carrier"))
        same(known(peers), {"carrier": ("secure-sdes,opportunistic", "plain")})
        call = stand.call([invite("callee=require peer=carrier"), *is_refused("415")], [*refuses("415 No"), *refuses("415 No")])
        same(forms(call), ["secure-dtls", "secure-sdes"])
        assert "not healed: -1 no-attempt-left" in stand.kamailio.log_text()


@with_daemon
def a_call_is_offered_three_times_at_most(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        call = stand.call([invite("peer=nobody"), *is_refused("488")], refuses("488 No") * 3)
        same(forms(call), ["opportunistic", "secure-sdes", "plain"])
        same(known(peers), {"nobody": ("secure-sdes,opportunistic,plain", "")})
        # One that refuses all is asked from the start.
        call = stand.call([invite("peer=nobody"), *is_refused("606")], refuses("606 No") * 3)
        same(forms(call), ["opportunistic", "secure-sdes", "plain"])


@with_daemon
def a_destination_without_name_is_known_by_its_address(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        stand.call([invite(""), *ANSWERED], peer("freeswitch"))
        (name, habits), = known(peers).items()
        assert re.fullmatch(r"127\.0\.0\.43:[0-9]+", name), name
        same(habits, ("opportunistic", "secure-sdes"))


@with_daemon
def each_phone_of_a_fork_is_healed(stand: Stand) -> None:
    """Both refuse; one takes the second form, and the other the third, which is cancelled by then or refused."""
    with remembering(stand, 3600):
        forked = invite("").replace("X-Heal: yes", "X-Heal: yes\nX-Second: [second]")
        call = stand.call([forked, *ANSWERED], peer("pjsip"), refuses("488 No") * 2)
        same(forms(call), ["opportunistic", "secure-sdes"])
        same(len(call.second.received("INVITE")), 2)


@with_daemon
def other_failures_are_left_alone(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        for status in ("486", "482", "603"):
            stand.call([invite("peer=busy"), *is_refused(status)], refuses(f"{status} No"))
        same(peers(), [])
        assert "not healed: -1 not-refused" in stand.kamailio.log_text()


@with_daemon
def without_memory_each_call_begins_anew(stand: Stand) -> None:
    with remembering(stand, 0) as peers:
        for _ in range(2):
            same(forms(stand.call([invite("peer=pjsip"), *ANSWERED], peer("pjsip"))), ["opportunistic", "secure-sdes"])
        same(peers(), [])


@with_daemon
def a_script_that_waits_heals_as_well(stand: Stand) -> None:
    with remembering(stand, 3600, "BLOCK") as peers:
        heals(stand, peers, "carrier", "", ["opportunistic", "secure-sdes", "plain"], ("secure-sdes,opportunistic", "plain"))
