"""Scenarios: an INVITE without SDP, whose offer comes in the 200 and whose answer in the ACK (RFC 3261 section 13.2.1)."""

import asyncio
import time

from lab.agent import Agent
from lab.baresip import Phone
from lab.moving import SCRIPTED
from lab.scenario import CALLER, Leg
from lab.scene import SETUP_SECONDS, Scene
from lab.sip import Dialog, Message


async def late_offer(scene: Scene, caller_mode: str, callee_mode: str) -> None:
    """A scripted caller gets baresip's offer, as the relay rewrote it, and they talk."""
    caller, callee = await _parties(scene, caller_mode, callee_mode)
    dialog, offer = await _offered(caller, callee)
    answer = caller.stream.sdp(offered=offer.body)
    caller.stream.connect(offer.body)
    dialog.ack(answer)
    becomes = {"caller": SCRIPTED if caller_mode == "opportunistic" else Leg("plain", reason="peer-declined"),
               "callee": CALLER[callee_mode]}  # who sends the offer is judged as a caller otherwise is
    await scene.talk(dialog.call_id, caller, callee, becomes)
    dialog.request("BYE")
    await caller.receive("200 BYE")
    await callee.happened("CALL_CLOSED", SETUP_SECONDS, dialog.call_id)
    await scene.forgotten(dialog.call_id)
    scene.hears_in_the_end(callee, caller.tone)


async def late_offer_refused(scene: Scene, callee_mode: str) -> None:
    """`require`, and a callee that offers no keys: the caller gets a 200 without an offer, and ends the call."""
    caller, callee = await _parties(scene, "opportunistic", callee_mode)
    dialog, reply = await _offered(caller, callee)
    began = time.time()
    scene.expect("m=audio" not in reply.body, f"the caller gets an offer in spite of all:\n{reply.body}")
    dialog.ack()
    dialog.request("BYE")
    await caller.receive("200 BYE")
    await callee.happened("CALL_CLOSED", SETUP_SECONDS, dialog.call_id)
    scene.expect(not caller.stream.heard, "the caller hears something")
    scene.nothing_from_relay(caller.line.media_ports, began)
    await scene.forgotten(dialog.call_id)


async def late_answer_refused(scene: Scene, callee_mode: str) -> None:
    """`require`, and a caller that answers without keys: nothing is relayed, and the caller's BYE ends the call."""
    caller, callee = await _parties(scene, "plain", callee_mode)
    dialog, offer = await _offered(caller, callee)
    scene.expect("/SAVP" in offer.body, f"the offer is not of a secure profile:\n{offer.body}")
    began = time.time()
    caller.stream.connect(offer.body)
    dialog.ack(caller.stream.sdp(offered=offer.body))
    await asyncio.sleep(1.5)
    scene.expect(not caller.stream.heard, "the caller hears something")
    scene.nothing_from_relay(caller.line.media_ports, began)
    scene.nothing_from_relay(callee.media_ports, began)
    states = {leg: report["state"] for leg, report in scene.legs(dialog.call_id).items()}
    scene.expect(set(states.values()) <= {"failed"}, f"the legs are {states}")
    dialog.request("BYE")
    await caller.receive("200 BYE")
    await scene.forgotten(dialog.call_id)


async def _parties(scene: Scene, caller_mode: str, callee_mode: str) -> tuple[Agent, Phone]:
    return await asyncio.gather(scene.agent("caller", caller_mode), scene.phone("callee", callee_mode))


async def _offered(caller: Agent, callee: Phone) -> tuple[Dialog, Message]:
    call = caller.invite(callee.line.user)
    offer = await caller.receive("200 INVITE")
    return call.confirm(offer), offer
