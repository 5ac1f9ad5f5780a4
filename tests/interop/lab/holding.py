"""Scenarios: hold and resume, and what else is said within a call and shall change nothing."""

import asyncio

from lab.baresip import Phone
from lab.scenario import CALLEE, CALLER, Leg
from lab.scene import SETUP_SECONDS, Scene, until


async def hold_and_resume(scene: Scene, caller_mode: str, callee_mode: str, who: str) -> None:
    """One of two phones puts the other on hold and comes back, twice."""
    caller, callee = await asyncio.gather(scene.phone("caller", caller_mode), scene.phone("callee", callee_mode))
    holder = {"caller": caller, "callee": callee}[who]
    becomes = {"caller": CALLER[caller_mode], "callee": CALLEE[callee_mode]}
    later = becomes if who == "caller" else {"caller": offered_to(CALLER[caller_mode]), "callee": offering(CALLEE[callee_mode])}
    await caller.dial(scene.address(callee.line.user))
    call_id = (await caller.happened("CALL_ESTABLISHED", SETUP_SECONDS))["id"]
    await callee.happened("CALL_ESTABLISHED", SETUP_SECONDS)
    await scene.talk(call_id, caller, callee, becomes)
    for _ in range(2):
        await holder.command("hold")
        scene.expect(await until(lambda: scene.quiet(call_id)), "sound is relayed while on hold")
        await holder.command("resume")
        await scene.talk(call_id, caller, callee, later)
    await caller.hang_up()
    await callee.happened("CALL_CLOSED", SETUP_SECONDS, call_id)
    await scene.forgotten(call_id)


def offered_to(leg: Leg) -> Leg:
    """The caller's leg when the callee has made the last offer: who is plain has now declined."""
    return leg if leg.encrypted else Leg("plain", reason="peer-declined")


def offering(leg: Leg) -> Leg:
    """The callee's leg then: who declined has not even offered."""
    return leg if leg.encrypted else Leg("plain", reason="peer-did-not-offer")
