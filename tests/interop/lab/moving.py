"""Scenarios: a call goes on with another phone than it began with."""

import asyncio
import urllib.parse

from lab import sip
from lab.agent import Agent
from lab.scenario import CALLEE, CALLER, OFFERED_BY_PHONE, Leg
from lab.scene import SETUP_SECONDS, Scene

SCRIPTED = Leg("srtp-sdes", OFFERED_BY_PHONE)  # a scripted phone's leg, whichever side it is on


def offered_by_callee(becomes: dict[str, Leg]) -> dict[str, Leg]:
    """The same legs when the callee has made the last offer: why a plain one is plain depends on that."""
    reasons = {"caller": "peer-declined", "callee": "peer-did-not-offer"}
    return {leg: found if found.encrypted else Leg("plain", reason=reasons[leg]) for leg, found in becomes.items()}


async def blind_transfer(scene: Scene, transferor: str, transferee: str, target: str, who_called: str) -> None:
    """Three baresips: a talks to b and sends b to c by REFER. `who_called`: "a" or "b" placed the first call."""
    a, b, c = await asyncio.gather(scene.phone("a", transferor), scene.phone("b", transferee), scene.phone("c", target))
    caller, callee = (a, b) if who_called == "a" else (b, a)
    await caller.dial(scene.address(callee.line.user))
    old = (await caller.happened("CALL_ESTABLISHED", SETUP_SECONDS))["id"]
    await callee.happened("CALL_ESTABLISHED", SETUP_SECONDS, old)
    await scene.talk(old, caller, callee, {"caller": CALLER[caller.line.mode], "callee": CALLEE[callee.line.mode]})
    await a.command("transfer", f"{scene.address(c.line.user)};transport=tls")  # b dials it as it stands
    new = (await c.happened("CALL_ESTABLISHED", SETUP_SECONDS))["id"]
    await b.happened("CALL_ESTABLISHED", SETUP_SECONDS, new)
    scene.expect(new != old, "the new call has the old one's Call-ID")
    await a.happened("CALL_CLOSED", SETUP_SECONDS, old)
    await scene.forgotten(old)
    await scene.talk(new, b, c, {"caller": CALLER[transferee], "callee": CALLEE[target]})
    await c.hang_up()
    await b.happened("CALL_CLOSED", SETUP_SECONDS, new)
    await scene.forgotten(new)
    scene.hears_in_the_end(c, b.tone)
    scene.hears_in_the_end(b, c.tone)


async def attended_transfer(scene: Scene, transferee: str, target: str) -> None:
    """a talks to b and to c, and sends b to c in its own place: REFER with Replaces (RFC 3891). All scripted, for baresip
    1.0 knows no Replaces."""
    a, b, c = await asyncio.gather(scene.agent("a", "opportunistic"), scene.agent("b", transferee), scene.agent("c", target))
    with_b, at_b = await _talk(scene, a, b)
    with_b.request("INVITE", a.stream.sdp("sendonly"))  # on hold, while it asks c
    held = await b.receive("INVITE")
    at_b.reply(held, "200 OK", b.stream.sdp("recvonly", held.body))
    await a.receive("200 INVITE")
    with_b.ack()
    await b.receive("ACK")
    a.stream.pause()
    on_hold, a.stream = a.stream, a.another_stream(a.tone)
    with_c, at_c = await _talk(scene, a, c)
    replaces = urllib.parse.quote(f"{with_c.call_id};to-tag={with_c.peer_tag};from-tag={with_c.own_tag}", safe="")
    with_b.request("REFER", "", ("Refer-To", f"<{scene.address(c.line.user)}?Replaces={replaces}>"))
    refer = await b.receive("REFER")
    at_b.reply(refer, "202 Accepted")
    await a.receive("202 REFER")
    # In b's hands: the new call in the old one's place, with the same port and a new key.
    b.stream.renew()
    call = b.invite(c.line.user, b.stream.sdp(), ("Replaces", urllib.parse.unquote(replaces)), ("Require", "replaces"))
    invite = await c.receive("INVITE")
    scene.expect(invite["Replaces"].startswith(with_c.call_id), f"Replaces is {invite['Replaces']!r}")
    c.stream.renew()
    at_c_new = c.take(invite)
    c.stream.connect(invite.body)
    at_c_new.reply(invite, "200 OK", c.stream.sdp(offered=invite.body))
    new = await b.answered(call)
    await c.receive("ACK")
    at_c.request("BYE")  # c ends what has been replaced
    with_c.reply(await a.receive("BYE"), "200 OK")
    with_b.request("BYE")
    at_b.reply(await b.receive("BYE"), "200 OK")
    on_hold.pause()
    a.stream.pause()
    await scene.forgotten(with_b.call_id, with_c.call_id)
    await scene.talk(call.call_id, b, c, {"caller": leg_of(b, "caller"), "callee": leg_of(c, "callee")})
    new.request("BYE")
    at_c_new.reply(await c.receive("BYE"), "200 OK")
    await scene.forgotten(call.call_id)


async def picked_up_elsewhere(scene: Scene, caller_mode: str, callee_mode: str) -> None:
    """A B2BUA puts another phone into the dialog: a re-INVITE of the callee's with a new address, key and tone."""
    caller, callee = await asyncio.gather(scene.phone("caller", caller_mode), scene.agent("callee", callee_mode))
    await caller.dial(scene.address(callee.line.user))
    invite = await callee.receive("INVITE")
    dialog = callee.take(invite)
    callee.stream.connect(invite.body)
    dialog.reply(invite, "200 OK", callee.stream.sdp(offered=invite.body))
    await callee.receive("ACK")
    becomes = {"caller": CALLER[caller_mode], "callee": leg_of(callee, "callee")}
    await scene.talk(dialog.call_id, caller, callee, becomes)
    old = callee.stream
    old.pause()
    callee.stream = callee.another_stream(old.tone + 400)
    dialog.request("INVITE", callee.stream.sdp())
    answer = await callee.receive("200 INVITE")
    dialog.ack()
    callee.stream.connect(answer.body)
    await scene.talk(dialog.call_id, caller, callee, offered_by_callee(becomes))
    heard = len(old.heard)
    await asyncio.sleep(0.5)
    scene.expect(len(old.heard) == heard, "the old phone still gets sound")
    await caller.hang_up()
    dialog.reply(await callee.receive("BYE"), "200 OK")
    await scene.forgotten(dialog.call_id)


async def _talk(scene: Scene, caller: Agent, callee: Agent) -> tuple[sip.Dialog, sip.Dialog]:
    """A call between two scripted phones; both ends of its dialog."""
    call = caller.invite(callee.line.user, caller.stream.sdp())
    invite = await callee.receive("INVITE", call_id=call.call_id)
    theirs = callee.take(invite)
    callee.stream.connect(invite.body)
    theirs.reply(invite, "200 OK", callee.stream.sdp(offered=invite.body))
    ours = await caller.answered(call)
    await callee.receive("ACK")
    await scene.talk(call.call_id, caller, callee, {"caller": leg_of(caller, "caller"), "callee": leg_of(callee, "callee")})
    return ours, theirs


def leg_of(agent: Agent, role: str) -> Leg:
    """What becomes of a scripted phone's leg."""
    if agent.line.mode == "opportunistic":
        return SCRIPTED
    return CALLER["plain"] if role == "caller" else CALLEE["plain"]
