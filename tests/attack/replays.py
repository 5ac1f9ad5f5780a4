"""S5, S8, S9: packets that come twice, and key streams that must not."""

from call import Call, Stage
from rows import row

JUMP = 20000  # less than half the range of sequence numbers, so that the index stays clear (RFC 3711 section 3.3.1)


def recorded(call: Call, packets: int) -> list[bytes]:
    """What the caller has sent, and the callee heard."""
    before, wires = call.heard(), []
    for n in range(packets):
        wires.append(call.caller.send())
        if n % 32 == 31:
            call.stage.world.settle()
    call.await_heard(before + packets, lossless=True)
    return wires


def replay(call: Call, wires: list[bytes]) -> None:
    """From the attacker's address, and from the phone's own."""
    for source in (None, call.caller.home):
        call.stage.attack(((call.caller.relay[1], packet) for packet in wires), source=source)


def encrypted(stage: Stage) -> list[Call]:
    return [stage.call("sdes", "sdes"), stage.call("sdes", "plain")]


@row("S5", "injected")
def replayed(stage: Stage) -> None:
    """SRTP of the caller once more: at once, after a re-INVITE with the same keys, after its SSRC has changed. Nobody hears
    a packet twice."""
    for call in encrypted(stage):
        call.begin()
        wires = recorded(call, stage.size // 4)
        replay(call, wires)
        call.begin()
        replay(call, wires)
        call.caller.ssrc ^= 0xFFFF
        call.talk()
        replay(call, wires)
        call.talk()


@row("S5 wrap", "injected")
def replayed_after_the_rollover(stage: Stage) -> None:
    """The same when the sequence numbers have been once around."""
    for call in encrypted(stage):
        call.caller.sequence = 65000
        call.begin()
        wires = recorded(call, min(stage.size // 4, 500))
        here = call.caller.sequence
        for ahead in (JUMP, 2 * JUMP, 3 * JUMP, 65536):
            call.caller.sequence = here + ahead
            call.talk(3)
        replay(call, wires)
        call.talk()


@row("S5 reorder", "injected")
def reordered(stage: Stage) -> None:
    """Packets 63 back are heard still; once more they are not."""
    for call in encrypted(stage):
        call.begin().talk()
        before = call.heard()
        late = [call.caller.packet() for _ in range(64)][::-1]
        for n, packet in enumerate(late):
            call.caller.send(packet)
            if n % 16 == 15:
                stage.world.settle()
        call.await_heard(before + len(late), lossless=True)
        replay(call, late)


@row("S5 rtcp", "injected")
def replayed_rtcp(stage: Stage) -> None:
    """SRTCP of the caller once more, also after its SSRC has changed: nobody hears a report twice, and new ones pass."""
    for call in encrypted(stage):
        call.begin().talk()
        before = call.heard()
        wires = []
        for n in range(stage.size // 20):
            wires.append(call.caller.report())
            if n % 16 == 15:
                stage.world.settle()
        call.await_heard(before + len(wires), lossless=True)
        for _ in range(2):
            for source in (None, (call.caller.place.address, call.caller.port + 1)):
                stage.attack(((call.caller.relay[1] + 1, packet) for packet in wires), source=source)
            call.caller.ssrc ^= 0xFFFF
            call.report()


@row("S8", "reused")
def two_time_pad(stage: Stage) -> None:
    """Phones that begin their sequence numbers anew under the same SSRC, with and without a re-INVITE, and go from one SSRC
    to another and back: the relay never protects two packets under one (key, SSRC, index)."""
    for kinds in (("plain", "sdes"), ("sdes", "sdes")):
        call = stage.call(*kinds).begin()
        for again in range(4):
            call.caller.sequence = 100
            call.talk(30, lossless=False)
            if again % 2:
                call.begin()
        first = call.caller.ssrc
        for ssrc in (first ^ 1, first, first ^ 1):
            call.caller.ssrc, call.caller.sequence = ssrc, 100
            call.talk(20, lossless=False)


@row("S8 hold", "clear")
def held(stage: Stage) -> None:
    """The same over hold and resume, after which the phones are heard again."""
    for kinds in (("plain", "sdes"), ("sdes", "sdes")):
        call = stage.call(*kinds).begin()
        call.talk()
        for direction in ("sendonly", "sendrecv"):
            call.offer(call.caller.sdp(f"a={direction}"))
            call.answer(call.callee.sdp("a=recvonly" if direction == "sendonly" else "a=sendrecv"))
            call.talk(10, lossless=direction == "sendrecv")


def one_ssrc(stage: Stage, sequence: int, lossless: bool) -> None:
    """A caller, the phone that answers first and the one that picks up, all with one SSRC; `sequence`: where the last begins."""
    call = stage.call("sdes", "plain")
    other = stage.phone(stage.world.callee, "plain", "another callee")
    other.peer, other.said = call.caller, call.callee.said
    call.callee.ssrc = other.ssrc = call.caller.ssrc
    call.offer()
    call.answer(sip_code=183)
    call.talk()
    other.relay, other.sequence = call.callee.relay, sequence
    call.answer(other.sdp(), to_tag="c", sip_code=200)
    before = call.heard()
    for _ in range(20):
        other.send()
    call.await_heard(before + 20, lossless)


@row("S9", "clear")
def collision(stage: Stage) -> None:
    """Caller and callee with one SSRC and the same sequence numbers, and another phone with that SSRC that picks up: all are
    heard, and no (key, SSRC, index) is used twice."""
    one_ssrc(stage, 30000, lossless=True)


@row("S9 again", "clear")
def collision_again(stage: Stage) -> None:
    """The phone that picks up has the first one's sequence numbers too: at the caller no (key, SSRC, index) is used twice."""
    one_ssrc(stage, 100, lossless=False)
