"""Replies that come while others of their transaction wait for the relay, and what is as it was when they go on."""

import contextlib
import subprocess
import time

from proxy import free_port
from sip import PLAIN, TRYING, Phone, pause, receive, reply, request
from stand import Stand, case, same, until
from steps import INVITE, refused, refuses

PROGRESS = reply("183 Progress", "callee", PLAIN)


@contextlib.contextmanager
def replies(stand: Stand, delay: float, *defines: str):
    """Kamailio of replies.cfg, and a relay that takes its time."""
    control = f"unixs:{stand.directory}/replies.sock"
    stand.relay.delay = delay
    try:
        with stand.proxy("replies.cfg", f'CONTROL="{control}"', *defines):
            yield control
    finally:
        stand.relay.delay = 0


def firsts(phone: Phone) -> list[str]:
    return [message.first.split(" ", 1)[1] for message in phone.received("SIP/2.0")]


# Two processes of the proxy might take up what comes in one moment the other way round.
BUSY = [receive("INVITE"), PROGRESS, pause(60), reply("486 Busy", "callee"), receive("ACK")]
HEARS_BUSY = [INVITE, TRYING, receive("183"), *refused("486")[1:]]


@case
def a_final_reply_is_not_lost_to_the_one_before_it(stand: Stand) -> None:
    with replies(stand, 0.2):
        call = stand.call(HEARS_BUSY, BUSY)
    same([first for first in firsts(call.caller) if not first.startswith("100")], ["183 Progress", "486 Busy"])
    same(call.commands(), ["answer", "query"])


@case
def what_goes_on_may_ask_again_and_has_its_branchs_flags(stand: Stand) -> None:
    with replies(stand, 0.05):
        call = stand.call(HEARS_BUSY, BUSY)
    progress, = call.caller.received("SIP/2.0 183")
    same((progress.headers["X-Query"], progress.headers.get("X-Flag"), progress.sdp_title),
         ("1", "yes", ["relayed, number %d in all" % (len(stand.relay.requests) - 1)]))


@case
def a_reply_that_had_to_wait_is_decoded_once(stand: Stand) -> None:
    with replies(stand, 0.2, "HIDE"):
        call = stand.call(HEARS_BUSY, BUSY)
        busy, = call.caller.received("SIP/2.0 486")
        trace = call.caller.trace.read_text(encoding="latin-1").split("SIP/2.0 486")[1].split("\n\n")[0]
    same((trace.count("Via:"), "TH:" in trace, "127.0.0.88" in trace.split("Contact")[0]), (1, False, False))


@case
def a_forks_refusal_is_not_lost_while_another_branch_waits(stand: Stand) -> None:
    fork = request("INVITE", 1, body=PLAIN, headers="X-Second: [second]")
    with replies(stand, 0.3):
        # The second phone's refusal and the first one's 183 are taken up in one moment, in whatever order.
        for _ in range(8):
            call = stand.call([fork, *HEARS_BUSY[1:]], BUSY, refuses("486 Busy"))
            same(firsts(call.caller).count("486 Busy"), 1)


@case
def a_next_hop_that_the_script_takes_away_stays_away(stand: Stand) -> None:
    headers = "X-Next-Hop: sip:[peer]\nX-Voicemail: [second]\nX-Ask: yes"
    invite = request("INVITE", 1, body=PLAIN, headers=headers).replace("sip:x@[peer] SIP/2.0", "sip:x@192.0.2.7 SIP/2.0")
    with replies(stand, 0):
        call = stand.call([invite, *refused("480")], refuses("486 Busy"), refuses("480 No"))
    same([len(phone.received("INVITE")) for phone in (call.callee, call.second)], [1, 1])


@case
def a_repeated_request_waits_for_nothing(stand: Stand) -> None:
    invite = request("INVITE", 1, body=PLAIN, headers="X-Ask: yes")
    with replies(stand, 0.3):
        call = stand.call([invite, receive("100"), invite, TRYING, receive("183"), *refused("486")[1:]], BUSY)
    same(call.commands().count("offer"), 1)


@case
def a_request_of_the_proxys_own_is_answered(stand: Stand) -> None:
    there = f"127.0.0.43:{free_port('127.0.0.43')}"
    with replies(stand, 0) as control:
        callee = Phone(stand.directory, "local", there,
                       [receive("INVITE"), reply("200 OK", "callee", PLAIN)], there)
        time.sleep(0.5)
        before = len(stand.relay.requests)
        started = subprocess.run(
            ["kamcmd", "-s", control, "tm.t_uac_start", "INVITE", f"sip:x@{there}", ".", ".",
             "From: <sip:a@test>;tag=a\r\nTo: <sip:x@test>\r\nContact: <sip:a@127.0.0.41>\r\n"
             "Content-Type: application/sdp\r\n", PLAIN[1]],
            capture_output=True, text=True, timeout=10, check=False)
        same((callee.finish(), started.stdout + started.stderr), (0, ""))
        assert until(lambda: len(stand.relay.requests) > before), stand.kamailio.log_text()
        assert stand.kamailio.is_alive(), stand.kamailio.log_text()
