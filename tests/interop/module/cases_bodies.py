"""The SDP in a message, and that in one with other parts."""

import sip
from sip import PLAIN, SDP, multipart, request
from stand import Stand, case, same
from steps import ANSWERED, ANSWERS


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
    """What is asked again in the branch of a message that was suspended is not asked of the relay again."""
    for body in (PLAIN, multipart("mixed", "Content-Length: 99\n")):
        for header in ("X-Twice: yes", "X-In-Request: yes", "X-Twice: yes\nX-In-Request: yes"):
            call = stand.call([request("INVITE", 1, body=body, headers=header), *ANSWERED], ANSWERS)
            offers = [asked for asked in call.asked if asked["command"] == "offer"]
            same(len(offers), header.count("Request") + 1)
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
