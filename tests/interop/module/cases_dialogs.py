"""Which command each message of a dialog becomes."""

from sip import PLAIN, SDP, TRYING, pause, receive, reply, request
from stand import Stand, case, part, same
from steps import (ACK, ANSWERED, ANSWERS, BYE, BYE_REPLY, CANCELLED, DIALOG, DIALOG_CALLEE, INVITE, KEEP_VIA, OK,
                   TAGS, invite_reply, progress_and_prack, refused, refuses)


@case
def a_call_is_offered_answered_and_ended(stand: Stand) -> None:
    call = stand.call([INVITE, TRYING, receive("183"), receive("200"), ACK, *BYE],
                      [receive("INVITE"), reply("183 Progress", "callee", PLAIN), pause(100), *ANSWERS[1:]])
    same(call.commands(), ["offer", "answer", "answer", "delete"])
    offer, progress, answer, deletion = call.asked
    same(part(offer, *TAGS, "via-branch", "received-from", "sip-code"),
         {"from-tag": "caller", "to-tag": None, "via-branch": "1", "received-from": ["IP4", "127.0.0.42"], "sip-code": None})
    same((offer["address-family"], answer.get("address-family")), ("IP4", None))
    same(offer["sdp"], SDP.replace("\n", "\r\n"))
    same(offer["osrtp"], {"caller": "opportunistic", "callee": "opportunistic", "caller-signalling": "clear",
                          "callee-signalling": "clear"})
    same(part(answer, *TAGS, "via-branch", "sip-code", "received-from"),
         {"from-tag": "caller", "to-tag": "callee", "via-branch": "1", "sip-code": 200, "received-from": ["IP4", "127.0.0.43"]})
    same(progress["sip-code"], 183)
    same(answer["osrtp"], {"caller-signalling": "clear", "callee-signalling": "clear"})
    same(part(deletion, *TAGS, "via-branch"), {"from-tag": "caller", "to-tag": "callee", "via-branch": None})
    for message in (*call.callee.received("INVITE"), *call.caller.received("SIP/2.0 200")[:1],
                    *call.caller.received("SIP/2.0 183")):
        assert message.whole and message.sdp_title[0].startswith("relayed"), message
        same(len(message.sdp_title), 1)
    same(call.callee.received("INVITE")[0].headers["X-State"], "plain/peer-did-not-offer/srtp-sdes/AEAD_AES_256_GCM/<null>")


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
def options_of_one_side_go_along(stand: Stand) -> None:
    words = "callee=require callee-keying=dtls caller-keying=sdes,dtls callee-peer=webrtc"
    call = stand.call([request("INVITE", 1, body=PLAIN, headers=f"X-Options: {words}"), *ANSWERED], ANSWERS)
    same(call.asked[0]["osrtp"], {
        "caller": "opportunistic", "callee": "require", "caller-signalling": "clear", "callee-signalling": "clear",
        "callee-peer": "webrtc", "caller-keying": ["sdes", "dtls"], "callee-keying": ["dtls"]})


@case
def who_takes_a_plain_answer_is_named(stand: Stand) -> None:
    for fields, told in (("Supported: timer\nSupported: 100rel, x-CISCO-srtp-fallback", True),
                         ("k: X-cisco-srtp-fallback,timer", True), ("Supported: X-cisco-srtp", None), ("Require: x", None)):
        call = stand.call([request("INVITE", 1, body=PLAIN, headers=fields), *ANSWERED], ANSWERS)
        same((fields, call.asked[0]["osrtp"].get("caller-fallback")), (fields, told))
        same(call.asked[0]["osrtp"].get("callee-fallback"), None)


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


@case
def a_late_offer_is_answered_in_the_prack(stand: Stand) -> None:
    caller, callee = progress_and_prack(request("INVITE", 1))
    call = stand.call(caller, [*callee, reply(OK), pause(100), invite_reply(OK), receive("ACK"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "answer", "delete"])
    same(part(call.asked[0], *TAGS), {"from-tag": "callee", "to-tag": "caller"})
    same(part(call.asked[1], *TAGS), {"from-tag": "callee", "to-tag": "caller"})


@case
def a_prack_may_carry_an_offer_of_its_own(stand: Stand) -> None:
    caller, callee = progress_and_prack(INVITE)
    call = stand.call(caller, [*callee, reply(OK, body=PLAIN), pause(100), invite_reply(OK), receive("ACK"),
                               *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "answer", "answer", "delete"])
    for asked in call.asked[:4]:
        same(asked["from-tag"], "caller")
    # The 200 has no SDP: its answer came with the 183.
    same(part(call.asked[4], *TAGS, "sip-code", "sdp"),
         {"from-tag": "caller", "to-tag": "callee", "sip-code": 200, "sdp": None})
    same(part(call.asked[2], "to-tag", "via-branch"), {"to-tag": "callee", "via-branch": None})
    same(part(call.asked[3], "sip-code", "to-tag"), {"sip-code": 200, "to-tag": "callee"})


@case
def a_reinvite_says_how_its_signalling_travels(stand: Stand) -> None:
    """Whoever sends it: the Route has the caller's tag, as Kamailio's Record-Route puts it there."""
    route = "Route: <sip:192.0.2.9;r2=on;lr;ftag=caller>, <sip:192.0.2.9;lr;ftag=caller>"
    again = request("INVITE", 2, "callee", PLAIN, route)
    back = request("INVITE", 1, "callee", PLAIN, route, sender="callee", branch="back")
    call = stand.call(
        [INVITE, *DIALOG, again, TRYING, receive("200"), request("ACK", 2, "callee"),
         receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), *BYE],
        [*DIALOG_CALLEE, receive("INVITE"), reply(OK, body=PLAIN), receive("ACK"), back, TRYING, receive("200"),
         request("ACK", 1, "callee", sender="callee", branch="backack"), *BYE_REPLY])
    same(call.commands(), ["offer", "answer"] * 3 + ["delete"])
    for asked in call.asked[2:6]:
        same(asked["osrtp"], {"caller-signalling": "clear", "callee-signalling": "clear"})


@case
def a_reinvite_without_route_says_nothing_of_policies_and_hops(stand: Stand) -> None:
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
    call = stand.call([INVITE, TRYING, receive("180"), cancel, CANCELLED, receive("487"),
                       request("ACK", 1, "callee", branch="INVITE1")],
                      [KEEP_VIA, reply("180 Ringing", "callee"), receive("CANCEL"), reply(OK, "callee"),
                       invite_reply("487 Terminated"), receive("ACK")])
    same(call.commands()[:2], ["offer", "delete"])
    same(part(call.asked[1], *TAGS, "via-branch"), {"from-tag": "caller", "to-tag": None, "via-branch": None})


@case
def a_cancelled_reinvite_leaves_the_call_alone(stand: Stand) -> None:
    again = request("INVITE", 2, "callee", PLAIN)
    cancel = request("CANCEL", 2, "callee", branch="INVITE2")
    call = stand.call([INVITE, *DIALOG, again, TRYING, receive("180"), cancel, CANCELLED, receive("487"),
                       request("ACK", 2, "callee", branch="INVITE2"), *BYE],
                      [*DIALOG_CALLEE, KEEP_VIA, reply("180 Ringing"), receive("CANCEL"), reply(OK),
                       invite_reply("487 Terminated", 2), receive("ACK"),
                       *BYE_REPLY])
    same(call.commands(), ["offer", "answer", "offer", "delete"])


@case
def a_failing_branch_leaves_its_siblings_alone(stand: Stand) -> None:
    forked = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    call = stand.call([forked, TRYING, receive("200"), ACK, *BYE],
                      [receive("INVITE"), pause(400), *ANSWERS[1:]], refuses("486 Busy"))
    offers = [asked["via-branch"] for asked in call.asked if asked["command"] == "offer"]
    same(len(set(offers)), 2)
    answer, = [asked for asked in call.asked if asked["command"] == "answer"]
    deletions = [asked for asked in call.asked if asked["command"] == "delete"]
    same(sorted([answer["via-branch"], deletions[0]["via-branch"]]), sorted(offers))
    same([deletion.get("via-branch") for deletion in deletions[1:]], [None])  # the BYE's


@case
def the_last_failing_branch_ends_the_call(stand: Stand) -> None:
    forked = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    call = stand.call([forked, *refused("486")], refuses("486 Busy"), refuses("486 Busy"))
    deletions = [asked.get("via-branch") for asked in call.asked if asked["command"] == "delete"]
    same(sorted(deletions[:2]), sorted(asked["via-branch"] for asked in call.asked if asked["command"] == "offer"))
    same(deletions[2:], [None])


@case
def a_refusal_is_followed_by_another_offer(stand: Stand) -> None:
    call = stand.call([request("INVITE", 1, body=PLAIN, headers="X-Retry: yes"), *ANSWERED],
                      [*refuses("488 No"), *ANSWERS])
    same(call.commands(), ["offer", "delete", "offer", "answer", "delete"])
    first, again = (asked["via-branch"] for asked in call.asked if asked["command"] == "offer")
    same([asked.get("via-branch") for asked in call.asked], [first, first, again, again, None])
    same(call.asked[2]["osrtp"]["callee"], "require")
    same(call.asked[2]["sdp"], call.asked[0]["sdp"])
    same(len(call.callee.received("INVITE")[1].sdp_title), 1)
