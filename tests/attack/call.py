"""A call between two phones, placed with the relay, and the stage on which calls and attacks happen: everything that the relay
sends is judged."""

import dataclasses
import itertools
import time

from dtls import DtlsPhone
from lab import wire
from phones import PAYLOAD, PCMU, SUITE, WATERMARK, Phone, rtp
from targets import NotThere, Target
from world import BURST, RELAY, Place, World

PATIENCE, IMPATIENCE = 3.0, 0.1  # seconds until a packet that must come is lost, and where others have been before
REST = 10.0  # seconds until a port that was in use must serve again
FIRST_PORT, LAST_PORT = 5000, 29998  # of phones; each has two
ATTACKER_PORT = 4444


def hostile(sequence: int, ssrc: int = 0x66666666, size: int = PAYLOAD, kind: int = PCMU) -> bytes:
    """A good RTP packet, but for who sends it."""
    return rtp(sequence, ssrc, (WATERMARK * (size // len(WATERMARK) + 1))[:size], kind)


@dataclasses.dataclass
class Tally:
    """Of one attack."""

    sent: int = 0  # the attacker's datagrams and requests
    leaked: int = 0  # the relay's datagrams at the attacker, but for answers that the row itself asks for
    injected: int = 0  # packets at a phone that the other one has not said, or once only
    clear: int = 0  # on an encrypted leg, and as the other phone has said it
    unopened: int = 0  # on an encrypted leg, and not to be opened with its keys
    reused: int = 0  # opened, and under a (key, SSRC, index) that another packet had
    changed: int = 0  # values in the reply to `query`
    lost: int = 0  # good packets that never arrived
    wrong: list[str] = dataclasses.field(default_factory=list)  # whatever else the row asks for
    notes: list[str] = dataclasses.field(default_factory=list)  # facts that are not judged

    def holds(self) -> bool:
        return not (self.leaked or self.injected or self.clear or self.unopened or self.reused or self.changed or self.lost or self.wrong)


class Call:
    """Of two kinds of phone: "plain", "sdes", "dtls" (the caller only)."""

    def __init__(self, stage: "Stage", caller: str, callee: str, suite: str = SUITE, policy: str = "require") -> None:
        self.stage, self.kinds, self.policy = stage, (caller, callee), policy
        self.call_id = f"call-{next(stage.numbers)}@attack"
        self.caller = stage.phone(stage.world.caller, caller, f"caller of {self.call_id}")
        self.callee = stage.phone(stage.world.callee, callee, f"callee of {self.call_id}", suite)
        self.caller.peer, self.callee.peer = self.callee, self.caller
        stage.calls.append(self)

    def phones(self) -> tuple[Phone, Phone]:
        return self.caller, self.callee

    def offer(self, sdp: str = "", **more: object) -> dict:
        """The reply; once more where the ports of calls that are over have yet to rest."""
        deadline = time.monotonic() + REST * self.stage.target.patience
        while "ports" in (reply := self.ask("offer", sdp or self.caller.sdp(), **more)).get("error-reason", ""):
            if time.monotonic() > deadline:
                raise NotThere(f"a good call is refused: {reply}")
            time.sleep(0.3)
        if reply.get("result") == "ok":
            self.callee.read(reply["sdp"])
        return reply

    def answer(self, sdp: str = "", **more: object) -> dict:
        reply = self.ask("answer", sdp or self.callee.sdp(), **({"to_tag": "b"} | more))
        if reply.get("result") == "ok":
            self.caller.read(reply["sdp"])
        return reply

    def begin(self) -> "Call":
        for exchange in (self.offer, self.answer):
            if (reply := exchange()).get("result") != "ok":
                raise NotThere(f"a good call is refused: {reply}")
        return self

    def ask(self, command: str, sdp: str, **more: object) -> dict:
        words = self.stage.target.words(command, *self.kinds, self.policy)
        return self.stage.target.ask(command, **({"call_id": self.call_id, "from_tag": "a", "sdp": sdp} | words | more))

    def talk(self, packets: int = 20, lossless: bool = True) -> int:
        """Both phones speak; how many of their packets are lost. `lossless`: these count as lost."""
        before = self.heard()
        for n in range(packets):
            for phone in self.phones():
                phone.send()
            if n % 8 == 7:
                self.stage.world.settle()
        return self.await_heard(before + 2 * packets, lossless)

    def report(self, reports: int = 3) -> int:
        """The same, with RTCP."""
        before = self.heard()
        for _ in range(reports):
            for phone in self.phones():
                phone.report()
        return self.await_heard(before + 2 * reports, True)

    def await_heard(self, wanted: int, lossless: bool) -> int:
        self.stage.settle()
        patience = PATIENCE if lossless and not self.stage.tally.lost else IMPATIENCE
        deadline = time.monotonic() + patience * self.stage.target.patience
        while self.heard() < wanted and time.monotonic() < deadline:
            time.sleep(0.005)
            self.stage.look()
        missing = max(wanted - self.heard(), 0)
        self.stage.tally.lost += missing if lossless else 0
        return missing

    def heard(self) -> int:
        return sum(phone.ears.heard for phone in self.phones())

    def state(self) -> list[tuple[str, object]]:
        return self.stage.target.state(self.stage.target.ask("query", call_id=self.call_id))

    def relay_ports(self) -> list[int]:
        """Where the relay hears this call, RTP and RTCP of each leg."""
        return [phone.relay[1] + n for phone in self.phones() for n in (0, 1)]

    def end(self) -> None:
        self.stage.target.ask("delete", call_id=self.call_id, from_tag="a")


class Stage:
    """The world, the relay and one row at a time."""

    def __init__(self, world: World, target: Target, size: int) -> None:
        """`size`: datagrams of an attack that has no number of its own."""
        self.world, self.target, self.size = world, target, size
        self.numbers, self._next_port = itertools.count(1), itertools.cycle(range(FIRST_PORT, LAST_PORT, 2))
        self.tally, self.calls = Tally(), []
        self.answered: list[bytes] = []  # DTLS, STUN and requests' replies that have come to the attacker
        self._unread = 0
        self._phones: dict[tuple[str, int], Phone] = {}
        self._attackers: dict[str, object] = {place.name: place.udp(place.address, ATTACKER_PORT) for place in world.places()}

    def begin(self) -> Tally:
        """The next row."""
        self.settle()
        for call in self.calls:
            for phone in call.phones():
                phone.close()
        self.calls, self._phones, self.tally, self.answered = [], {}, Tally(), []
        self._unread = self.world.unread()[1]
        for place in self.world.places():
            place.arrived()
            place.missed()
        return self.tally

    def finish(self) -> Tally:
        """What all phones have heard until now."""
        self.settle()
        for phone in set(self._phones.values()):
            for what in ("injected", "clear", "unopened", "reused"):
                setattr(self.tally, what, getattr(self.tally, what) + getattr(phone.ears, what))
        if missed := sum(place.missed() for place in self.world.places()):
            self.tally.wrong.append(f"{missed} datagrams of the relay were not looked at")
        if (unread := self.world.unread()[1] - self._unread) > 0:
            self.tally.notes.append(f"{unread} datagrams found no room in the relay's sockets")
        self.target.end_all()
        return self.tally

    def call(self, caller: str, callee: str, **more: str) -> Call:
        return Call(self, caller, callee, **more)

    def phone(self, place: Place, kind: str, name: str, suite: str = SUITE) -> Phone:
        port = next(self._next_port)
        phone = DtlsPhone(place, port, name) if kind == "dtls" else Phone(place, kind, port, name, suite)
        self.know(phone)
        return phone

    def know(self, phone: Phone) -> None:
        for n in (0, 1):
            self._phones[phone.place.name, phone.port + n] = phone

    def forget(self, phone: Phone) -> None:
        """What comes to its ports from now on is not for it."""
        phone.close()
        for n in (0, 1):
            del self._phones[phone.place.name, phone.port + n]

    def attack(self, datagrams, place: Place | None = None, source: tuple[str, int] | None = None) -> None:
        """Sends (port of the relay, datagram) pairs, from the attacker's own address unless told otherwise: `place`, whose
        address the attacker then shares, or as if from `source`. No faster than the relay reads."""
        sock = self._attackers[(place or self.world.attacker).name]
        for n, (port, datagram) in enumerate(datagrams):
            if source:
                self.world.attacker.spoof(source, (RELAY, port), datagram)
            else:
                sock.sendto(datagram, (RELAY, port))
            self.tally.sent += 1
            if n % BURST == BURST - 1:
                self.world.settle()
                self.look()
        self.settle()

    def settle(self) -> None:
        self.world.settle()
        time.sleep(0.02)
        self.look()

    def look(self) -> None:
        """Takes whatever has come from the relay to anybody."""
        for place in self.world.places():
            for datagram in place.arrived():
                phone = self._phones.get((place.name, datagram.port))
                if phone:
                    phone.judge(datagram)
                elif wire.kind(datagram.payload) == "RTP":
                    self.tally.leaked += 1
                else:
                    self.answered.append(datagram.payload)

    def quiet(self) -> None:
        """Until what comes now has another second than what came before, in the relay's clock."""
        time.sleep(1.1)

    def unchanged(self, calls: list[Call], attack) -> None:
        """Runs `attack` while nobody else sends, and counts what has become different in the calls' state."""
        self.settle()
        before = [call.state() for call in calls]
        self.quiet()
        attack()
        self.settle()
        for call, old in zip(calls, before):
            new = call.state()
            self.tally.changed += len(set(map(repr, old)) ^ set(map(repr, new))) + 1 >> 1
            if old != new and not self.tally.notes:
                self.tally.notes.append("changed: " + ", ".join(sorted({path for path, _ in set(new) ^ set(old)}))[:160])
