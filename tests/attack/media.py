"""S1 to S4, S6, S7: packets of strangers, and packets without a key."""

import os
import random
import time

from call import Stage, hostile
from rows import row
from targets import every_port

WINDOW = 5.5  # seconds; osrtpd lets a plain leg learn for 5 (latch-window)


def spray(stage: Stage, rounds: int = 1, sequence: int = 1):
    """A good packet for each port of the relay's range."""
    for n in range(rounds):
        yield from ((port, hostile(sequence + n)) for port in every_port())


def calls(stage: Stage, caller: str, callee: str) -> list:
    return [stage.call(caller, callee) for _ in range(max(3, stage.size // 150))]


def sprayed_from_the_offer_on(stage: Stage, kinds: tuple[str, str], place=None) -> list:
    begun = calls(stage, *kinds)
    stage.attack(spray(stage), place)
    for call in begun:
        call.offer()
    stage.attack(spray(stage), place)
    for call in begun:
        call.answer()
    return begun


def sprayed_while_talking(stage: Stage, begun: list, place=None) -> None:
    for n in range(3):
        stage.attack(spray(stage, sequence=10 * n), place)
        for call in begun:
            call.talk(8)


@row("S1 encrypted", "leaked", "injected")
def bleed_encrypted(stage: Stage) -> None:
    """RTP over the whole port range from before the offer until after the answer, at calls that are SRTP on both legs: the
    relay sends the attacker nothing, and nothing of the attacker's to a phone."""
    begun = sprayed_from_the_offer_on(stage, ("sdes", "sdes"))
    stage.attack(spray(stage, 3))
    sprayed_while_talking(stage, begun)


@row("S1 one-leg", "leaked", "injected")
def bleed_one_leg(stage: Stage) -> None:
    """The same where only the caller is SRTP, once the plain phone has been heard."""
    begun = calls(stage, "sdes", "plain")
    for call in begun:
        call.begin().talk(2)
    sprayed_while_talking(stage, begun)


@row("S1 plain", "leaked", "injected")
def bleed_plain(stage: Stage) -> None:
    """The same at plain calls whose phones have been heard."""
    begun = calls(stage, "plain", "plain")
    for call in begun:
        call.begin().talk(2)
    sprayed_while_talking(stage, begun)


@row("S1 window", "leaked", "injected")
def bleed_window(stage: Stage) -> None:
    """At plain calls from before the offer on, faster than the phones: what the attacker gets until they are heard is the
    note (the bounded latch); afterwards nothing."""
    begun = sprayed_from_the_offer_on(stage, ("plain", "plain"))
    stage.attack(spray(stage, 3))
    for call in begun:
        call.talk(1, lossless=False)
    stage.look()
    stage.tally.notes.append(f"before the phones were heard: {stage.tally.leaked} leaked, "
                             f"{sum(p.ears.injected for c in begun for p in c.phones())} injected")
    stage.tally.leaked = 0
    for call in begun:
        for phone in call.phones():
            phone.ears.injected = 0
    sprayed_while_talking(stage, begun)


@row("S1 nat", "leaked", "injected", "changed")
def bleed_nat(stage: Stage) -> None:
    """Plain phones behind a NAT, at another address than their SDP says: those that speak before the attacker keep their
    stream, and where nobody has spoken when the time for that is over, nobody takes it."""
    spoken, silent = calls(stage, "plain", "plain"), calls(stage, "plain", "plain")
    for call in silent + spoken:
        call.offer(call.caller.sdp(host="192.168.7.7"))
        call.answer(call.callee.sdp(host="192.168.8.8"))
        if call in spoken:
            call.talk(1, lossless=False)  # the first one finds nobody behind the other's NAT
            call.talk(2)
    time.sleep(WINDOW * stage.target.patience)
    stage.unchanged(silent, lambda: stage.attack(spray(stage, 2)))
    sprayed_while_talking(stage, spoken)


@row("S1 neighbour", "leaked", "injected")
def bleed_neighbour(stage: Stage) -> None:
    """The attacker shares the caller's public address and has another port: SRTP and plain calls whose phones have been
    heard."""
    begun = calls(stage, "sdes", "sdes") + calls(stage, "plain", "plain")
    for call in begun:
        call.begin().talk(2)
    sprayed_while_talking(stage, begun, stage.world.caller)


@row("S2", "leaked", "injected")
def inject(stage: Stage) -> None:
    """In the middle of good media a stranger goes on with the right SSRC and the next sequence numbers, on plain and on
    encrypted legs: not relayed."""
    for kinds in (("plain", "plain"), ("plain", "sdes"), ("sdes", "sdes")):
        call = stage.call(*kinds).begin()
        call.talk()
        for phone in call.phones():
            next_ones = (hostile(phone.sequence + n, phone.ssrc, 170 if phone.secure else 160) for n in range(1, stage.size // 6))
            stage.attack((phone.relay[1], packet) for packet in next_ones)
        call.talk()


@row("S3", "leaked", "changed")
def learning(stage: Stage) -> None:
    """SRTP of a stranger under a key that nobody has, before and after the phones' first packets: nothing that `query`
    tells of the call changes, not even when it last heard something."""
    call = stage.call("sdes", "sdes").begin()

    def forged():
        for n in range(stage.size // 4):
            for port in call.relay_ports():
                yield port, hostile(n, random.choice((call.caller.ssrc, call.callee.ssrc, n)), 150) + os.urandom(20)

    for _ in range(2):
        stage.unchanged([call], lambda: stage.attack(forged()))
        call.talk()


@row("S4", "injected", "changed")
def plaintext(stage: Stage) -> None:
    """Plain RTP of the right SSRC from the phone's own address and port on legs that have agreed on SRTP: not relayed, and
    nothing changes."""
    call, mixed = stage.call("sdes", "sdes").begin(), stage.call("sdes", "plain").begin()
    for one in (call, mixed):
        one.talk()

    def attack() -> None:
        for phone in (*call.phones(), mixed.caller):
            numbers = range(phone.sequence + 1, phone.sequence + stage.size // 3)
            stage.attack(((phone.relay[1], hostile(n, phone.ssrc)) for n in numbers), source=phone.home)

    stage.unchanged([call, mixed], attack)
    for one in (call, mixed):
        one.talk()


@row("S6", "injected")
def bad_tags(stage: Stage) -> None:
    """A burst of packets with bad tags from the phone's own address, more than make others hang up: the call goes on and
    loses nothing."""
    call = stage.call("sdes", "sdes").begin()
    call.talk()
    for phone in call.phones():
        tagged = (phone.sequence + n for n in range(1, stage.size))
        stage.attack(((phone.relay[1], hostile(n, phone.ssrc) + os.urandom(10)) for n in tagged), source=phone.home)
    call.talk()


@row("S7", "injected")
def rollover(stage: Stage) -> None:
    """Forged packets with sequence numbers of every quarter of their range, from the phone's own address: none moves the
    rollover counter, so that the good stream goes on, through its own rollover too."""
    call = stage.call("sdes", "sdes")
    call.caller.sequence = call.callee.sequence = 65500 - 20
    call.begin().talk()
    for _ in range(2):
        for phone in call.phones():
            numbers = [(phone.sequence + quarter * 16384 + n) & 0xFFFF for quarter in range(4) for n in range(1, stage.size // 16)]
            stage.attack(((phone.relay[1], hostile(n, phone.ssrc) + os.urandom(10)) for n in numbers), source=phone.home)
        call.talk(40)
