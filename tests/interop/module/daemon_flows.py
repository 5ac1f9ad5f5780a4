"""Whole calls with the daemon itself."""

import sip
from example_calls import play_with_example
from real_relay import ADDRESS
from sip import PLAIN, TRYING, multipart, pause, receive, reply, request
from stand import Stand, same, until
from steps import (ACK, ANSWERED, ANSWERS, BYE, BYE_REPLY, CANCELLED, DIALOG, DIALOG_CALLEE, INVITE, KEEP_VIA, OK,
                   invite_reply, progress_and_prack, refused, refuses)


def is_offered_by_the_relay(message: sip.Message) -> None:
    """Whatever SDP went out names the relay, once, and every command has gone well."""
    if b"m=audio" in message.body:
        assert message.whole and f"c=IN IP4 {ADDRESS}".encode() in message.body, message
        same(message.body.count(b"m=audio"), 1)
        assert b"m=audio 0 " not in message.body, message
    if "X-Code" in message.headers:
        same((message.first, message.headers["CSeq"], message.headers["X-Code"]),
             (message.first, message.headers["CSeq"], "1"))


def flows() -> dict[str, tuple]:
    """Every kind of dialog: what the caller does, the callee, and perhaps a second callee."""
    again, ack_again = request("INVITE", 2, "callee", PLAIN), request("ACK", 2, "callee")
    back = request("INVITE", 1, "callee", PLAIN, sender="callee", branch="back")
    forked = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    late_prack, late_prack_callee = progress_and_prack(request("INVITE", 1))
    own_prack, own_prack_callee = progress_and_prack(INVITE)
    end = [pause(100), invite_reply(OK), receive("ACK"), *BYE_REPLY]
    progress = [receive("INVITE"), reply("183 Progress", "callee", PLAIN), pause(100), *ANSWERS[1:]]
    twice = request("INVITE", 1, body=PLAIN, headers="X-Twice: yes\nX-In-Request: yes")
    mixed = request("INVITE", 1, body=multipart("mixed"))
    return {
        "a call": ([INVITE, *ANSWERED], ANSWERS),
        "a call with early media": ([INVITE, TRYING, receive("183"), receive("200"), ACK, *BYE], progress),
        "an answer sent twice": ([INVITE, TRYING, receive("200"), pause(200), ACK, *BYE],
                                 [receive("INVITE"), reply(OK, "callee", PLAIN), pause(50), *ANSWERS[1:]]),
        "a call tried again": (
            [INVITE, *refused("401"), request("INVITE", 2, body=PLAIN), TRYING, receive("200"), ack_again, *BYE],
            [*refuses("401 Who"), *ANSWERS]),
        "a retry with the secure profile": (
            [request("INVITE", 1, body=PLAIN, headers="X-Retry: yes\nX-Options: allow-sdes-over-clear"), *refused("488")],
            [*refuses("488 No"), *refuses("488 No")]),
        "a multipart body": ([mixed, *ANSWERED], ANSWERS),
        "a message handled three times": ([twice, *ANSWERED], ANSWERS),
        "a late offer": ([request("INVITE", 1), TRYING, receive("200"), request("ACK", 1, "callee", PLAIN), *BYE], ANSWERS),
        "a late offer answered in PRACK": (late_prack, [*late_prack_callee, reply(OK), *end]),
        "an offer in PRACK": (own_prack, [*own_prack_callee, reply(OK, body=PLAIN), *end]),
        "a re-INVITE": ([INVITE, *DIALOG, again, TRYING, receive("200"), ack_again, *BYE],
                        [*DIALOG_CALLEE, receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), *BYE_REPLY]),
        "the callee's re-INVITE": (
            [INVITE, *DIALOG, receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), *BYE],
            [*DIALOG_CALLEE, back, TRYING, receive("200"), request("ACK", 1, "callee", sender="callee", branch="ba"),
             *BYE_REPLY]),
        "a re-INVITE after a refused one": (
            [INVITE, *DIALOG, again, TRYING, receive("488"), request("ACK", 2, "callee", branch="INVITE2"),
             request("INVITE", 3, "callee", PLAIN), TRYING, receive("200"), request("ACK", 3, "callee"), *BYE],
            [*DIALOG_CALLEE, receive("INVITE"), reply("488 No"), receive("ACK"), receive("INVITE"),
             reply(OK, body=PLAIN), receive("ACK"), *BYE_REPLY]),
        "an UPDATE, a refused one, another": (
            [INVITE, *DIALOG, request("UPDATE", 2, "callee", PLAIN), receive("200"), request("UPDATE", 3, "callee", PLAIN),
             receive("488"), request("UPDATE", 4, "callee", PLAIN), receive("200"), *BYE],
            [*DIALOG_CALLEE, receive("UPDATE"), reply(OK, body=PLAIN), receive("UPDATE"), reply("488 No"),
             receive("UPDATE"), reply(OK, body=PLAIN), *BYE_REPLY]),
        "a cancelled call": (
            [INVITE, TRYING, receive("180"), request("CANCEL", 1, branch="INVITE1"), CANCELLED, receive("487"),
             request("ACK", 1, "callee", branch="INVITE1")],
            [KEEP_VIA, reply("180 Ringing", "callee"), receive("CANCEL"), reply(OK, "callee"),
             invite_reply("487 Terminated"), receive("ACK")]),
        "a fork whose one branch fails": (
            [forked, *ANSWERED], [receive("INVITE"), pause(400), *ANSWERS[1:]], refuses("486 Busy")),
        "a fork of which none answers": ([forked, *refused("486")], refuses("486 Busy"), refuses("486 Busy")),
    }


def flow_case(name: str, flow: tuple):
    def play(stand: Stand) -> None:
        call = stand.call(*flow)
        for phone in (call.caller, call.callee, *([call.second] if call.second else [])):
            for message in phone.received(""):
                is_offered_by_the_relay(message)
        assert until(lambda: not stand.relay.calls()), stand.relay.calls()

    play.__name__ = f"through the daemon: {name}"
    return play


def the_callers_bye_of_a_dialog_that_lost_leaves_the_call(stand: Stand) -> None:
    """Two phones answer with 200; the second does so although it has been cancelled."""
    second_ok = (invite_reply(OK).replace("tag=callee", "tag=second")
                 .replace("Content-Length: [len]\n\n", f"Content-Type: {PLAIN[0]}\nContent-Length: [len]\n\n{PLAIN[1]}"))
    to_second = [request(method, number, "second").replace("sip:x@[peer]", "[second]")
                 for method, number in (("ACK", 1), ("BYE", 2))]
    caller = [request("INVITE", 1, body=PLAIN, headers="X-Second: [second]"), TRYING, receive("180"), receive("200"), ACK,
              receive("200"), *to_second, receive("200")]
    second = [KEEP_VIA, reply("180 Ringing", "second"), receive("CANCEL"), reply(OK, "second"), second_ok,
              receive("ACK"), *BYE_REPLY]
    call = stand.call(caller, [receive("INVITE"), pause(300), *ANSWERS[1:3]], second)
    until(lambda: stand.relay.calls() == [call.id])
    same(stand.relay.calls(), [call.id])
    stand.relay.end(call.id)


def the_example_relays_a_call(stand: Stand) -> None:
    """In a dialog its Record-Route is not followed by these phones: the call ends when its caller gives up."""
    _, callee = play_with_example(stand, "example-call",
                               [KEEP_VIA, reply("180 Ringing", "callee"), receive("CANCEL"), reply(OK, "callee"),
                                invite_reply("487 Terminated"), receive("ACK")],
                               [INVITE, TRYING, receive("180"), request("CANCEL", 1, branch="INVITE1"), CANCELLED,
                                receive("487"), request("ACK", 1, "callee", branch="INVITE1")])
    is_offered_by_the_relay(callee.received("INVITE")[0])
    assert until(lambda: not stand.relay.calls()), stand.relay.calls()


def the_example_gives_a_refusal_on_that_no_form_cures(stand: Stand) -> None:
    _, callee = play_with_example(stand, "example-refusal", refuses("488 Not Acceptable Here") * 3,
                               [INVITE, *refused("488")])
    same(len(callee.received("INVITE")), 3)
    assert until(lambda: not stand.relay.calls()), stand.relay.calls()


SINGLE_CASES = [the_callers_bye_of_a_dialog_that_lost_leaves_the_call, the_example_relays_a_call,
                the_example_gives_a_refusal_on_that_no_form_cures]
