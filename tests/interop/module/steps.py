"""The messages that most calls are made of."""

from sip import PLAIN, TRYING, receive, reply, request


# Two processes of the proxy answer: the INVITE's 487 may overtake the CANCEL's 200.
CANCELLED = receive("200", optional=True)
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


# sipp answers the request that came last; what answers an earlier INVITE needs that one's Via, which this keeps.
KEEP_VIA = ('<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/></action>'
            "</recv>")


def invite_reply(status: str, sequence: int = 1) -> str:
    """The callee's final answer, without SDP, to the INVITE that KEEP_VIA received."""
    text = reply(status)
    for header, value in (("Via", "Via:[$via]"), ("From", "From: <sip:caller@test>;tag=caller"),
                          ("To", "To: <sip:b@test>;tag=callee"), ("CSeq", f"CSeq: {sequence} INVITE")):
        text = text.replace(f"[last_{header}:]", value)
    return text


def progress_and_prack(invite: str) -> tuple[list[str], list[str]]:
    """A reliable 183 with SDP; the caller's PRACK carries SDP too. The callee's half ends there."""
    caller = [invite, TRYING, receive("183"), request("PRACK", 2, "callee", PLAIN, "RAck: 7 1 INVITE"), receive("200"),
              receive("200"), ACK, *BYE]
    callee = [KEEP_VIA, reply("183 Progress", "callee", PLAIN, "Require: 100rel\nRSeq: 7"), receive("PRACK")]
    return caller, callee
