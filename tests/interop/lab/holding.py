"""Scenarios: hold and resume."""

import asyncio

from lab.moving import offered_by_callee
from lab.scenario import CALLEE, CALLER
from lab.scene import SETUP_SECONDS, Scene, until


async def hold_and_resume(scene: Scene, caller_mode: str, callee_mode: str, who: str) -> None:
    """One of two phones puts the other on hold and comes back, twice."""
    caller, callee = await asyncio.gather(scene.phone("caller", caller_mode), scene.phone("callee", callee_mode))
    holder = {"caller": caller, "callee": callee}[who]
    becomes = {"caller": CALLER[caller_mode], "callee": CALLEE[callee_mode]}
    later = becomes if who == "caller" else offered_by_callee(becomes)
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
