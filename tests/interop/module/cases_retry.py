"""Peers that refuse the form of an offer, as others in the field do: what they are offered next, and in the next call."""

import contextlib
import re

from proxy import HERE
from rpc import jsonrpc
from sip import PLAIN, pause, receive, request
from stand import Call, Stand, case, part, same, until
from steps import ANSWERED, ANSWERS, refused, refuses

WITH_DAEMON = []


def with_daemon(function):
    WITH_DAEMON.append(function)
    return function


def peer(name: str) -> list[str]:
    """The steps of a scenario in sipp/."""
    text = (HERE / f"sipp/{name}.xml").read_text()
    return [re.search(r"<scenario[^>]*>\n(.*)</scenario>", text, re.S)[1]]


def invite(options: str, heal: bool = True, keying: str = "callee-keying=sdes") -> str:
    """By leave with SDES over UDP: all that these peers know."""
    heading = f"X-Options: {options} allow-sdes-over-clear {keying}" + ("\nX-Heal: yes" if heal else "")
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


@contextlib.contextmanager
def remembering(stand: Stand, seconds: int, *defines: str):
    """Kamailio with nothing remembered yet. @return what osrtp.peers tells"""
    rpc = stand.directory / "rpc.sock"
    with stand.proxy("module.cfg", f'RPC_SOCKET="{rpc}"', f"PEER_MEMORY={seconds}", *defines):
        yield lambda command="osrtp.peers", *arguments: jsonrpc(rpc, command, *arguments)["result"]


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
        same([found["name"] for found in peers("osrtp.peers", "pj")], ["pjsip"])
        same(peers("stats.fetch", "osrtp:retries")["osrtp.retries"], "4")
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
        call = stand.call([invite("callee=require peer=carrier", keying=""), *refused("415")], [*refuses("415 No"), *refuses("415 No")])
        same(forms(call), ["secure-dtls", "secure-sdes"])
        assert "not healed: -1 no-attempt-left" in stand.kamailio.log_text()


@with_daemon
def a_call_is_offered_three_times_more_at_most(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        all_forms = ["opportunistic", "secure-dtls", "secure-sdes", "plain"]
        call = stand.call([invite("peer=nobody", keying=""), *refused("488")], refuses("488 No") * 4)
        same(forms(call), all_forms)
        same(known(peers), {"nobody": ("secure-sdes,secure-dtls,opportunistic,plain", "")})
        # One that refuses all is asked from the start.
        call = stand.call([invite("peer=nobody", keying=""), *refused("606")], refuses("606 No") * 4)
        same(forms(call), all_forms)


@with_daemon
def a_destination_without_name_is_known_by_its_uri(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        stand.call([invite(""), *ANSWERED], peer("freeswitch"))
        (name, habits), = known(peers).items()
        assert re.fullmatch(r"x@127\.0\.0\.43:[0-9]+", name), name
        same(habits, ("opportunistic", "secure-sdes"))


@with_daemon
def what_one_user_refuses_is_not_what_others_at_his_address_refuse(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        stand.call([invite(""), *ANSWERED], peer("carrier"))
        other = invite("").replace("sip:x@[peer] SIP/2.0", "sip:other@[peer] SIP/2.0")
        same(forms(stand.call([other, *ANSWERED], peer("pjsip"))), ["opportunistic", "secure-sdes"])
        same(sorted(name.partition("@")[0] for name in known(peers)), ["other", "x"])


@with_daemon
def each_phone_of_a_fork_is_healed(stand: Stand) -> None:
    """Both refuse the first form, and are offered another."""
    with remembering(stand, 3600):
        forked = invite("").replace("X-Heal: yes", "X-Heal: yes\nX-Second: [second]")
        call = stand.call([forked, *ANSWERED], peer("pjsip"), refuses("488 No") * 2)
        same(forms(call), ["opportunistic", "secure-sdes"])
        same(len(call.second.received("INVITE")), 2)


@with_daemon
def one_phone_is_healed_while_another_rings(stand: Stand) -> None:
    with remembering(stand, 3600):
        forked = invite("", heal=False) .replace("X-Options", "X-Heal-Branch: yes\nX-Second: [second]\nX-Options")
        ringing = [receive("INVITE"), pause(600), *refuses("486 Busy")[1:]]
        call = stand.call([forked, *ANSWERED], peer("pjsip"), ringing)
        same(forms(call), ["opportunistic", "secure-sdes"])
        same(len(call.second.received("INVITE")), 1)


@with_daemon
def another_attempt_goes_the_same_way(stand: Stand) -> None:
    """To the next hop that the first one had, which is who is remembered."""
    with remembering(stand, 3600) as peers:
        other_uri = invite("").replace("sip:x@[peer] SIP/2.0", "sip:x@192.0.2.7 SIP/2.0")
        call = stand.call([other_uri.replace("X-Options", "X-Next-Hop: sip:[peer]\nX-Options"), *ANSWERED],
                          peer("carrier"))
        same(forms(call), ["opportunistic", "secure-sdes", "plain"])
        same({message.first for message in call.callee.received("INVITE")}, {"INVITE sip:x@192.0.2.7 SIP/2.0"})
        assert all(name.startswith("x@192.0.2.7>127.0.0.43:") for name in known(peers)), peers()


@with_daemon
def a_merged_request_heals_the_next_call(stand: Stand) -> None:
    """Over UDP a second INVITE of the same CSeq is the same request to some (RFC 3261 section 8.2.2.2)."""
    with remembering(stand, 3600) as peers:
        stand.call([invite("peer=strict"), *refused("482")], [*refuses("488 No"), *refuses("482 Merged")])
        same(known(peers), {"strict": ("opportunistic", "")})
        same(forms(stand.call([invite("peer=strict"), *ANSWERED], peer("pjsip"))), ["secure-sdes"])


@with_daemon
def other_failures_are_left_alone(stand: Stand) -> None:
    with remembering(stand, 3600) as peers:
        for status in ("486", "482", "603"):
            stand.call([invite("peer=busy"), *refused(status)], refuses(f"{status} No"))
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


@case
def what_is_offered_next_is_the_same_but_for_its_form(stand: Stand) -> None:
    headers = "X-Heal: yes\nX-Options: caller=off suites=AEAD_AES_128_GCM"
    call = stand.call([request("INVITE", 1, body=PLAIN, headers=headers), *ANSWERED],
                      [*refuses("415 No"), *refuses("488 No"), *ANSWERS])
    offers = [asked for asked in call.asked if asked["command"] == "offer"]
    same([part(offer["osrtp"], "caller", "callee", "callee-keying", "suites") for offer in offers],
         [{"caller": "off", "callee": policy, "callee-keying": None, "suites": ["AEAD_AES_128_GCM"]}
          for policy in ("opportunistic", "prefer", "off")])
    same(len({offer["sdp"] for offer in offers}), 1)
    same(len({offer["via-branch"] for offer in offers}), 3)
    # Each attempt ends with its branch.
    same(call.commands(), ["offer", "delete", "offer", "delete", "offer", "answer", "delete"])
    same([len(invite.sdp_title) for invite in call.callee.received("INVITE")], [1, 1, 1])
