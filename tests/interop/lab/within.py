"""Scenarios: what is said within a call beside hold: session refreshes, and media that are no sound for a while."""

import asyncio

from lab.agent import Agent
from lab.baresip import Phone
from lab.moving import leg_of, offered_by_callee
from lab.scenario import CALLER, Leg
from lab.scene import SETUP_SECONDS, Scene, until
from lab.sip import Dialog

REFRESH = ("Session-Expires", "90;refresher=uas")
FAX = ("v=0\r\no=- 7 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=image {port} udptl t38\r\n"
       "a=T38FaxVersion:0\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n")


async def refreshed(scene: Scene, caller_mode: str, callee_mode: str) -> None:
    """RFC 4028: the callee repeats its SDP in a re-INVITE, and sends an UPDATE without any; what runs goes on."""
    caller, callee, dialog = await _talking(scene, caller_mode, callee_mode)
    becomes = _as_ever(caller_mode, callee)
    ports = scene.ports(dialog.call_id)
    theirs = callee.stream.their_key
    for _ in range(2):
        dialog.request("INVITE", callee.last_sdp, ("Supported", "timer"), REFRESH)
        answer = await callee.receive("200 INVITE")
        dialog.ack()
        callee.stream.connect(answer.body)
        scene.expect(callee.stream.their_key == theirs, "the relay has another key after the refresh")
        await scene.talk(dialog.call_id, caller, callee, offered_by_callee(becomes))
    dialog.request("UPDATE", "", ("Supported", "timer"), REFRESH)
    await callee.receive("??? UPDATE")  # baresip 1.0 does not know it
    await scene.talk(dialog.call_id, caller, callee, offered_by_callee(becomes))
    scene.expect(scene.ports(dialog.call_id) == ports, "the relay has other ports after the refresh")
    await _over(scene, caller, callee, dialog)


async def fax_and_back(scene: Scene, far_mode: str) -> None:
    """A scripted callee goes from sound to T.38 and back, while the caller's leg is SRTP; both are scripted."""
    caller, callee = await asyncio.gather(scene.agent("caller", far_mode), scene.agent("callee", "plain"))
    ours = caller.invite(callee.line.user, caller.stream.sdp())
    invite = await callee.receive("INVITE")
    dialog = callee.take(invite)
    callee.stream.connect(invite.body)
    dialog.reply(invite, "200 OK", callee.stream.sdp(offered=invite.body))
    ours = await caller.answered(ours)
    await callee.receive("ACK")
    becomes = {"caller": leg_of(caller, "caller"), "callee": leg_of(callee, "callee")}
    await scene.talk(ours.call_id, caller, callee, becomes)
    await _fax(scene, caller, callee, ours, dialog)
    # And back: the same sound at the same ports under a new key.
    caller.stream.renew()
    dialog.request("INVITE", callee.stream.sdp())
    offer = await caller.receive("INVITE")
    scene.expect("m=audio" in offer.body and "udptl" not in offer.body, f"offered {offer.body}")
    caller.stream.connect(offer.body)
    ours.reply(offer, "200 OK", caller.stream.sdp(offered=offer.body))
    answer = await callee.receive("200 INVITE")
    dialog.ack()
    callee.stream.connect(answer.body)
    await scene.talk(ours.call_id, caller, callee, offered_by_callee(becomes))
    ours.request("BYE")
    dialog.reply(await callee.receive("BYE"), "200 OK")
    await scene.forgotten(ours.call_id)


async def _fax(scene: Scene, caller: Agent, callee: Agent, ours: Dialog, dialog: Dialog) -> None:
    for agent in (caller, callee):
        agent.stream.pause()
    dialog.request("INVITE", FAX.format(version=2, port=callee.stream.port))
    offer = await caller.receive("INVITE")
    scene.expect("m=image" in offer.body and "a=crypto" not in offer.body, f"offered {offer.body}")
    ours.reply(offer, "200 OK", FAX.format(version=2, port=caller.stream.port))
    answer = await callee.receive("200 INVITE")
    dialog.ack()
    await caller.receive("ACK")
    for sender, hearer, sdp, page in ((caller, callee, offer.body, b"\0\1page one"), (callee, caller, answer.body, b"\0\2ok")):
        sender.stream.send_datagram(sdp, page)
        scene.expect(await until(lambda: page in hearer.stream.others), f"{hearer.line.user} gets no fax: {sdp}")
    states = {leg: report["state"] for leg, report in scene.legs(ours.call_id).items()}
    scene.expect(set(states.values()) == {"not-rtp"}, f"the legs are {states}")


async def _talking(scene: Scene, caller_mode: str, callee_mode: str) -> tuple[Phone, Agent, Dialog]:
    """A baresip has called a scripted phone."""
    caller, callee = await asyncio.gather(scene.phone("caller", caller_mode), scene.agent("callee", callee_mode))
    await caller.dial(scene.address(callee.line.user))
    invite = await callee.receive("INVITE")
    dialog = callee.take(invite)
    callee.stream.connect(invite.body)
    callee.last_sdp = callee.stream.sdp(offered=invite.body)
    dialog.reply(invite, "200 OK", callee.last_sdp)
    await callee.receive("ACK")
    await scene.talk(dialog.call_id, caller, callee, _as_ever(caller_mode, callee))
    return caller, callee, dialog


def _as_ever(caller_mode: str, callee: Agent) -> dict[str, Leg]:
    return {"caller": CALLER[caller_mode], "callee": leg_of(callee, "callee")}


async def _over(scene: Scene, caller: Phone, callee: Agent, dialog: Dialog) -> None:
    dialog.request("BYE")
    await callee.receive("200 BYE")
    await caller.happened("CALL_CLOSED", SETUP_SECONDS, dialog.call_id)
    await scene.forgotten(dialog.call_id)
