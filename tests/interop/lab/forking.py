"""Scenarios: the proxy forks an INVITE to several phones of one user."""

import asyncio
import time

from lab import sip
from lab.agent import Agent
from lab.baresip import Phone
from lab.scenario import CALLEE, CALLER
from lab.scene import ENOUGH, MIN_HEARD, SETUP_SECONDS, TONES, Scene, until
from lab.stream import Stream

# While phones behind one branch ring and the first talks on, the one that answers later is heard only if its first packet
# comes before the other's next one: the relay gives the ear back to the talker at once.
LAST_TO_ANSWER_IS_HEARD = True
PROXY_WAITS = 30  # seconds, for a first reply (tm's fr_timer)
RINGING = ("plain", "opportunistic", "dtls")  # the phones of the fork


async def first_to_answer(scene: Scene, caller_mode: str, winner: str, ringing: tuple[str, ...] = RINGING) -> None:
    """Three phones ring, beside a fourth that has sound in its 183; `winner` answers, and the others are forgotten."""
    user = f"team-{scene.name}"
    caller, announcer, *phones = await asyncio.gather(
        scene.phone("caller", caller_mode), scene.agent("announcer", "opportunistic", user),
        *(scene.phone(mode, mode, "manual", user) for mode in ringing))
    team = dict(zip(ringing, phones))
    await caller.dial(scene.address(user))
    invite = await announcer.receive("INVITE")
    call_id = invite["Call-ID"]
    await _all_ring(scene, call_id, team)
    await _announce(scene, announcer, invite)
    await team[winner].command("accept")
    await caller.happened("CALL_ESTABLISHED", SETUP_SECONDS)
    for mode, phone in team.items():
        if mode != winner:
            await phone.happened("CALL_CLOSED", SETUP_SECONDS, call_id)
    announcer.cancelled(await announcer.receive("CANCEL"), invite)
    await scene.talk(call_id, caller, team[winner], {"caller": CALLER[caller_mode], "callee": CALLEE[winner]})
    scene.expect(len(scene.query(call_id)["tags"]) == 2, f"more than two parties: {list(scene.query(call_id)['tags'])}")
    await scene.no_port_left_over()
    await caller.hang_up()
    await team[winner].happened("CALL_CLOSED", SETUP_SECONDS, call_id)
    await scene.forgotten(call_id)
    for tone in (announcer.tone, team[winner].tone):
        scene.hears_in_the_end(caller, tone)
    scene.hears_in_the_end(team[winner], caller.tone)


async def caller_gives_up(scene: Scene) -> None:
    """The caller hangs up while all ring, one of them at the second attempt."""
    user = f"team-{scene.name}"
    caller, *phones = await asyncio.gather(scene.phone("caller", "dtls"),
                                           *(scene.phone(mode, mode, "manual", user) for mode in RINGING))
    await caller.dial(scene.address(user))
    call_id = (await phones[0].happened("CALL_INCOMING", SETUP_SECONDS))["id"]
    scene.expect(await until(lambda: all(_rings(phone) for phone in phones)), "not all phones ring")
    await caller.hang_up()
    for phone in phones:
        await phone.happened("CALL_CLOSED", SETUP_SECONDS, call_id)
    await scene.forgotten(call_id)


async def _all_ring(scene: Scene, call_id: str, team: dict[str, Phone]) -> None:
    """The one that insists on DTLS refuses the first offer, and rings with the second."""
    scene.expect(await until(lambda: all(_rings(phone) for phone in team.values())),
                 f"not all phones ring: {[mode for mode, phone in team.items() if not _rings(phone)]}")
    # The proxy ends the refused branch beside the second attempt: a phone may ring before that is done.
    whole = await until(lambda: len(scene.query(call_id)["tags"]) == 2 + len(team))
    scene.expect(whole, f"expected the caller and {1 + len(team)} branches: {list(scene.query(call_id)['tags'])}")


async def _announce(scene: Scene, announcer: Agent, invite: sip.Message) -> None:
    announcer.take(invite).reply(invite, "183 Session Progress", announcer.stream.sdp(offered=invite.body))
    announcer.stream.connect(invite.body)
    came = await until(lambda: scene.legs(invite["Call-ID"])["callee"]["authenticated-packets"] > ENOUGH)
    scene.expect(came, "the sound of the 183 is not relayed")


async def answers_twice(scene: Scene) -> None:
    """baresip's 183 takes another suite than its 200, whose key begins with the same octets."""
    caller, callee = await asyncio.gather(scene.phone("caller", "opportunistic"),
                                          scene.phone("callee", "opportunistic", "early"))
    await caller.dial(scene.address(callee.line.user))
    call_id = (await caller.happened("CALL_PROGRESS", SETUP_SECONDS))["id"]
    early = scene.legs(call_id)["callee"]
    scene.expect(early["state"] == "srtp-sdes", f"the early answer made the leg {early['state']}")
    await callee.command("accept")
    await scene.talk(call_id, caller, callee, {"caller": CALLER["opportunistic"], "callee": CALLEE["opportunistic"]})
    scene.expect(scene.legs(call_id)["callee"]["suite"] != early["suite"], "the 200 has the suite of the 183")
    await callee.hang_up()
    await scene.forgotten(call_id)


def _rings(phone: Phone) -> bool:
    """It has sent a 180 or a 183."""
    return "\nSIP/2.0 18" in phone.log.read_text(errors="replace")


async def one_refuses(scene: Scene, status: str) -> None:
    """A phone of the fork refuses or never answers (`status` 408): the other takes the call."""
    user = f"team-{scene.name}"
    caller, other, refuser = await asyncio.gather(
        scene.phone("caller", "opportunistic"), scene.phone("dtls", "dtls", "manual", user),
        scene.agent("refuser", "plain", user))
    await caller.dial(scene.address(user))
    invite = await refuser.receive("INVITE")
    scene.expect(await until(lambda: _rings(other)), "the other phone does not ring")
    if status != "408":
        refuser.take(invite).reply(invite, f"{status} No")
        await refuser.receive("ACK")
    call_id = invite["Call-ID"]
    gone = await until(lambda: len(scene.query(call_id)["tags"]) == 2, PROXY_WAITS + 10)
    scene.expect(gone, "the branch that failed is still there")
    await scene.no_port_left_over()
    await other.command("accept")
    await caller.happened("CALL_ESTABLISHED", SETUP_SECONDS)
    await scene.talk(call_id, caller, other, {"caller": CALLER["opportunistic"], "callee": CALLEE["dtls"]})
    await other.hang_up()
    await caller.happened("CALL_CLOSED", SETUP_SECONDS, call_id)
    await scene.forgotten(call_id)


async def one_is_gone(scene: Scene) -> None:
    """A phone of the fork cannot be reached any more: the other takes the call."""
    user = f"team-{scene.name}"
    caller, other, gone = await asyncio.gather(
        scene.phone("caller", "opportunistic"), scene.phone("dtls", "dtls", "manual", user),
        scene.agent("gone", "plain", user))
    await gone.hang_up_on_proxy()
    await caller.dial(scene.address(user))
    call_id = (await other.happened("CALL_INCOMING", SETUP_SECONDS))["id"]
    scene.expect(await until(lambda: _rings(other)), "the other phone does not ring")
    await other.command("accept")
    await caller.happened("CALL_ESTABLISHED", SETUP_SECONDS)
    await scene.talk(call_id, caller, other, {"caller": CALLER["opportunistic"], "callee": CALLEE["dtls"]})
    scene.expect(len(scene.query(call_id)["tags"]) == 2, "the branch that failed is still there")
    await caller.hang_up()
    await scene.forgotten(call_id)


async def all_are_gone(scene: Scene) -> None:
    """Nobody can be reached: the caller is told, and the relay keeps nothing."""
    caller, gone = await asyncio.gather(scene.agent("caller", "opportunistic"), scene.agent("gone", "plain"))
    await gone.hang_up_on_proxy()
    call = caller.invite(gone.line.user, caller.stream.sdp())
    reply = await caller.receive("[45]?? INVITE")
    call.confirm(reply).ack()
    await scene.forgotten(call.call_id)


async def one_refuses_for_all(scene: Scene) -> None:
    """A 603 of one phone ends the call at all of them (RFC 3261 section 16.7)."""
    user = f"team-{scene.name}"
    caller, other, refuser = await asyncio.gather(
        scene.phone("caller", "opportunistic"), scene.phone("dtls", "dtls", "manual", user),
        scene.agent("refuser", "plain", user))
    await caller.dial(scene.address(user))
    invite = await refuser.receive("INVITE")
    scene.expect(await until(lambda: _rings(other)), "the other phone does not ring")
    refuser.take(invite).reply(invite, "603 Decline")
    for phone in (caller, other):
        await phone.happened("CALL_CLOSED", SETUP_SECONDS, invite["Call-ID"])
    await scene.forgotten(invite["Call-ID"])


async def answered_too_late(scene: Scene, late_mode: str) -> None:
    """A phone answers although the proxy has told it that another one did: that call is ended, and the first goes on."""
    user = f"team-{scene.name}"
    caller, winner, late = await asyncio.gather(
        scene.agent("caller", "opportunistic"), scene.phone("winner", "dtls", "manual", user),
        scene.agent("late", late_mode, user))
    call = caller.invite(user, caller.stream.sdp())
    invite = await late.receive("INVITE")
    too_late = late.take(invite)
    too_late.reply(invite, "180 Ringing")  # or there would be no CANCEL
    scene.expect(await until(lambda: _rings(winner)), "the other phone does not ring")
    await winner.command("accept")
    dialog = await caller.answered(call)
    cancel = await late.receive("CANCEL")
    too_late.reply(cancel, "200 OK")
    too_late.reply(invite, "200 OK", late.stream.sdp(offered=invite.body))
    await _end_the_second(scene, caller, late, call)
    becomes = {"caller": CALLER["opportunistic"], "callee": CALLEE["dtls"]}
    await scene.talk(call.call_id, caller, winner, becomes)
    scene.expect(len(scene.query(call.call_id)["tags"]) == 2, "the late phone is still there")
    await scene.no_port_left_over()
    dialog.request("BYE")
    await caller.receive("200 BYE")
    await winner.happened("CALL_CLOSED", SETUP_SECONDS, call.call_id)
    await scene.forgotten(call.call_id)
    scene.hears_in_the_end(winner, caller.tone)


async def _end_the_second(scene: Scene, caller: Agent, late: Agent, call: object) -> None:
    answer = await caller.receive("200 INVITE")
    scene.expect("m=audio" not in answer.body or "\nm=audio 0 " in answer.body,
                 f"the late answer has media for the caller:\n{answer.body}")
    second = call.confirm(answer)
    second.ack()
    second.request("BYE")
    await late.receive("ACK")
    bye = await late.receive("BYE")
    late.take(bye).reply(bye, "200 OK")
    await caller.receive("200 BYE")


async def forks_behind_one_branch(scene: Scene, caller_mode: str, taken: str) -> None:
    """What is behind our branch forks too: two 183 with tags, ports and keys of their own, then the 200 of one of them."""
    caller, callee = await asyncio.gather(scene.agent("caller", caller_mode), scene.agent("callee", "opportunistic"))
    call = caller.invite(callee.line.user, caller.stream.sdp())
    invite = await callee.receive("INVITE")
    forks = {"first": callee.stream, "second": callee.another_stream(TONES[-1])}
    for tag, stream in forks.items():
        await _early(scene, caller, stream, callee.take(invite), invite, tag)
    dialog = callee.take(invite)
    dialog.own_tag = taken
    callee.stream = forks[taken]
    dialog.reply(invite, "200 OK", callee.stream.sdp(offered=invite.body))
    established = await caller.answered(call)
    await callee.receive("ACK")
    await scene.talk(call.call_id, caller, callee, {"caller": CALLER[caller_mode], "callee": CALLER["opportunistic"]})
    established.request("BYE")
    dialog.reply(await callee.receive("BYE"), "200 OK")
    await scene.forgotten(call.call_id)


async def _early(scene: Scene, caller: Agent, stream: Stream, dialog: sip.Dialog, invite: sip.Message, tag: str) -> None:
    """One fork's 183, and its sound at the caller."""
    began = time.time()
    stream.connect(invite.body)  # who is silent for a second loses the caller's ear
    dialog.reply(invite, "183 Session Progress", stream.sdp(offered=invite.body), tag=tag)
    answer = await caller.receive("183 INVITE")
    scene.expect(answer.tag("To") == tag, f"the early answer is of {answer.tag('To')}")
    caller.stream.connect(answer.body)
    if tag == "first" or LAST_TO_ANSWER_IS_HEARD:
        heard = await until(lambda: caller.stream.seconds_of(stream.tone, began) > MIN_HEARD)
        scene.expect(heard, f"the {tag} fork's sound is not heard")
    else:
        await asyncio.sleep(1)
