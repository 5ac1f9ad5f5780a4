"""What the example does with SDP that the relay has not rewritten."""

import contextlib
import re

from example_calls import play_with_example
from fake_relay import FakeRelay
from sip import PLAIN, SDP, TRYING, Message, pause, receive, reply, request
from stand import Stand, case, same
from steps import INVITE, OK, refused

SIP_BODY = SDP.replace("\n", "\r\n").encode()
# Until the 200: in a dialog these phones do not follow the Record-Route.
CALLER = [INVITE, TRYING, receive("183"), receive("200")]
# With a pause: two replies at once are two workers', and either may be first.
CALLEE = [receive("INVITE"), reply("183 Progress", "callee", PLAIN), pause(100), reply(OK, "callee", PLAIN)]


@contextlib.contextmanager
def no_relay(stand: Stand):
    stand.relay.stop()
    try:
        yield
    finally:
        stand.relay = FakeRelay(stand.socket)


@contextlib.contextmanager
def failing(stand: Stand, command: str, code: str):
    stand.relay.error = {"result": "error", "error-code": code, "error-reason": "no"}
    stand.relay.error_of = command
    try:
        yield
    finally:
        stand.relay.error = stand.relay.error_of = None


def answers(caller) -> list[Message]:
    found = [message for message in caller.received("SIP/2.0") if re.match("SIP/2.0 (183|200)", message.first)]
    same(len({message.first for message in found}), 2)
    return found


@case
def an_answer_that_the_relay_did_not_rewrite_goes_on_without_sdp(stand: Stand) -> None:
    with failing(stand, "answer", "internal"):
        caller, callee = play_with_example(stand, "failing-answer", CALLEE, CALLER)
    assert b"s=relayed" in callee.received("INVITE")[0].body
    for message in answers(caller):
        same((message.first, message.body, message.whole, "Content-Type" in message.headers),
             (message.first, b"", True, False))


@case
def a_call_without_relay_is_the_phones_own(stand: Stand) -> None:
    with no_relay(stand):
        caller, callee = play_with_example(stand, "no-relay", CALLEE, CALLER)
    for message in (callee.received("INVITE")[0], *answers(caller)):
        same(message.body, SIP_BODY)


@case
def an_offer_that_the_relay_cannot_take_goes_on_as_well_and_stays_without_it(stand: Stand) -> None:
    with failing(stand, "offer", "ports-exhausted"):
        caller, callee = play_with_example(stand, "failing-offer", CALLEE, CALLER)
    for message in (callee.received("INVITE")[0], *answers(caller)):
        same(message.body, SIP_BODY)
    same([asked["command"] for asked in stand.relay.of_call("failing-offer@test")], ["offer"])


@case
def a_call_that_must_be_encrypted_ends_without_relay(stand: Stand) -> None:
    with no_relay(stand):
        for side in ("CALLER", "CALLEE"):
            play_with_example(stand, f"no-relay-{side}", [], [INVITE, *refused("488")], (f'{side}_POLICY="require"',))


@case
def a_late_offer_that_the_relay_did_not_rewrite_goes_nowhere(stand: Stand) -> None:
    late = [request("INVITE", 1), *CALLER[1:]]
    with failing(stand, "offer", "internal"):
        caller, _ = play_with_example(stand, "failing-late-offer", CALLEE, late)
    same([message.body for message in answers(caller)], [b"", b""])


@case
def a_late_offer_that_a_policy_refuses_goes_nowhere(stand: Stand) -> None:
    late = [request("INVITE", 1), *CALLER[1:]]
    with failing(stand, "offer", "policy-refused"):
        caller, _ = play_with_example(stand, "refused-late-offer", CALLEE, late)
    same([message.body for message in answers(caller)], [b"", b""])
