"""One scenario: the phones it has, and what is looked at while they talk."""

import asyncio
import inspect
import pathlib
import time

from lab import evidence, relay, sdes, wire
from lab.agent import Agent
from lab.baresip import Failed, Line, Phone
from lab.proxy import PORTS
from lab.relay import Refusal
from lab.scenario import Leg
from lab.stand import Stand

SETUP_SECONDS = 15.0
ENOUGH = 60  # packets each way: more than a second of talk
MIN_HEARD = 0.5  # seconds of the other's tone in them
TONES = (440, 1000, 700, 1300, 1700)  # Hz, one for each phone of a scenario


class Numbers:
    """Hands out phones' numbers, and takes them back: all ports follow from them."""

    def __init__(self, count: int) -> None:
        self._free = list(range(count))

    def take(self) -> int:
        return self._free.pop(0)

    def give_back(self, number: int) -> None:
        self._free.append(number)


class Scene:
    """What a scenario's function works with. What goes wrong is noted, not raised, where the rest can still be told."""

    def __init__(self, name: str, stand: Stand, packets: wire.Wire, numbers: Numbers) -> None:
        self.name = name
        self.problems: list[str] = []
        self._stand, self._packets, self._numbers = stand, packets, numbers
        self._parties: list[Phone | Agent] = []
        self._to_be_heard: list[tuple[Phone, int]] = []
        self._began = time.time()

    async def phone(self, role: str, mode: str, answers: str = "auto", user: str = "") -> Phone:
        """A registered baresip."""
        line = self._line(user or f"{role}-{self.name}", mode, answers)
        phone = Phone(line, self._stand.directory / self.name / role)
        self._parties.append(phone)
        phone.launch(self._stand.owner, self._stand.certificate)
        await phone.register(self._stand.proxy.at(line.transport), SETUP_SECONDS)
        return phone

    async def agent(self, role: str, mode: str, user: str = "") -> Agent:
        """A registered phone that the scenario plays itself."""
        agent = Agent(self._line(user or f"{role}-{self.name}", mode, "script"))
        self._parties.append(agent)
        await agent.register(self._stand.proxy.at("tls"), SETUP_SECONDS)
        return agent

    def _line(self, user: str, mode: str, answers: str) -> Line:
        tone = TONES[len(self._parties)]
        return Line(user, mode, "tls", tone, self._numbers.take(), self._stand.proxy.address, answers)

    def address(self, user: str) -> str:
        return f"sip:{user}@{self._stand.proxy.at('tls')}"

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    # What the relay says.

    def query(self, call_id: str) -> dict | None:
        """Nothing when the relay does not know the call."""
        try:
            return self._stand.relay.ask("query", call_id=call_id)
        except Refusal:
            return None

    def legs(self, call_id: str) -> dict[str, dict]:
        """The reports of m-line 0."""
        found = self.query(call_id) or {"security": []}
        return {report["leg"]: report for report in found["security"] if report["media"] == 0}

    async def forgotten(self, *call_ids: str) -> None:
        """The calls are over in the relay too, and it has no port that no call has."""
        if not await until(lambda: all(self.query(call_id) is None for call_id in call_ids)):
            self.problems.append("the relay still knows a call that ended")
        await self.no_port_left_over()

    async def no_port_left_over(self) -> None:
        if not await until(lambda: not self._left_over()):
            self.problems.append(f"ports of no call are still open: {sorted(self._left_over())}")

    def _left_over(self) -> set[int]:
        calls = self._stand.relay.ask("list", limit=1000)["calls"]
        return relay.open_ports() - {port for call in calls for port in relay.ports_of(self.query(call))}

    # What is heard and seen.

    async def talk(self, call_id: str, caller: Phone | Agent, callee: Phone | Agent, becomes: dict[str, Leg]) -> None:
        """Both legs are as they should be, and from here on each side gets enough of the other's sound."""
        sides = {"caller": (caller, callee), "callee": (callee, caller)}
        if not await until(lambda: self._settled(call_id, becomes)):
            for leg, report in self.legs(call_id).items():
                became = Leg(report["state"], report["suite"], report["reason"])
                self.expect(becomes[leg].covers(became), f"expected {becomes[leg]} of the {leg}'s leg, the relay says {became}")
        before, began = self.legs(call_id), time.time()
        if not await until(lambda: self._passed(call_id, before) >= ENOUGH):
            raise Failed(f"only {self._passed(call_id, before)} packets passed: {self.legs(call_id)}")
        for leg, (party, other) in sides.items():
            # In a thread: it takes a while, in which scripted phones have to go on talking.
            if isinstance(party, Agent):
                found = await asyncio.to_thread(self._look_at_agent, party, other.tone, becomes[leg], began)
            else:
                found = await asyncio.to_thread(self._look_at_phone, party, call_id, other.tone, becomes[leg], began)
            self.problems += [f"{leg}'s leg: {text}" for text in found]

    def ports(self, call_id: str) -> set[int]:
        return relay.ports_of(self.query(call_id))

    def nothing_from_relay(self, ports: range, since: float) -> None:
        """No media at all has come to these ports, whoever sent it."""
        came = self._datagrams(ports, since)[1]
        self.expect(not any(wire.is_rtp(datagram.payload) for datagram in came), f"{len(came)} packets came to {ports}")

    async def quiet(self, call_id: str) -> bool:
        """Nothing is relayed any more, in neither direction."""
        before = self.legs(call_id)
        await asyncio.sleep(0.5)
        return self._passed(call_id, before) == 0

    def hears_in_the_end(self, phone: Phone, tone: int) -> None:
        """The phone's last recording has it; that can be looked at when the phone has quit."""
        self._to_be_heard.append((phone, tone))

    def _settled(self, call_id: str, becomes: dict[str, Leg]) -> bool:
        legs = self.legs(call_id)
        return len(legs) == 2 and all(becomes[leg].covers(Leg(report["state"], report["suite"], report["reason"]))
                                      for leg, report in legs.items())

    def _passed(self, call_id: str, before: dict[str, dict]) -> int:
        """Packets of the leg that had fewer, since `before`; on an encrypted one those that were authentic."""
        now = self.legs(call_id)
        if len(now) != 2:
            return 0
        counts = []
        for leg, report in now.items():
            key = "relayed-packets" if report["state"] == "plain" else "authenticated-packets"
            counts.append(report[key] - before.get(leg, {}).get(key, 0))
        return min(counts)

    def _datagrams(self, ports: range, since: float) -> tuple[list[wire.Datagram], list[wire.Datagram]]:
        address = self._stand.proxy.address
        both = self._packets.sent_from(address, ports), self._packets.sent_to(address, ports)
        return wire.after(both[0], since), wire.after(both[1], since)

    def _look_at_agent(self, agent: Agent, tone: int, becomes: Leg, since: float) -> list[str]:
        sent, received = self._datagrams(agent.stream.ports, since)
        found = [f"expected {becomes.on_wire} {direction} the relay, the wire shows {looks}"
                 for direction, looks in (("to", wire.looks_like(sent, agent.tone)),
                                          ("from", wire.looks_like(received, tone))) if looks != becomes.on_wire]
        if (heard := agent.stream.seconds_of(tone, since)) < MIN_HEARD:
            found.append(f"heard the other's tone for {heard:.1f} s")
        return found

    def _look_at_phone(self, phone: Phone, call_id: str, tone: int, becomes: Leg, since: float) -> list[str]:
        trace = [message for message in sdes.messages(phone.log.read_text(errors="replace"), tuple(PORTS.values()))
                 if message.is_of(call_id)]
        sent, received = self._datagrams(sdes.media_ports(trace), self._began)
        own = phone.tone
        if becomes.state == "srtp-dtls":
            leg = evidence.examine_dtls(wire.after(sent, since), wire.after(received, since), own, tone)
            leg.problems = [text for text in leg.problems if not text.startswith("no DTLS")]  # it was before
        else:
            leg = evidence.examine(sent, received, sdes.last_agreed(trace), own, tone, since)
        found = list(dict.fromkeys(leg.problems))
        found += [f"expected {becomes.on_wire} {direction} the relay, the wire shows {looks}"
                  for direction, looks in (("to", leg.to_relay), ("from", leg.from_relay)) if looks != becomes.on_wire]
        return found

    async def close(self) -> None:
        """Ends all phones, and looks at what they have recorded."""
        for party in self._parties:
            if isinstance(party, Agent):
                refused = party.refused()
                self.expect(not refused, f"{party.line.user}: {len(refused)} packets do not open: {refused[:1]}")
                party.close()
            else:
                await party.quit()
        phones = [party for party in self._parties if isinstance(party, Phone)]
        await until(lambda: all(phone.has_ended() for phone in phones))
        for phone in phones:
            phone.end(self._stand.owner)  # some wait for long for the reply to a request of theirs
        for phone, tone in self._to_be_heard:
            heard = await asyncio.to_thread(phone.hears, tone)
            self.expect(heard >= MIN_HEARD, f"{phone.line.user} heard {tone} Hz for {heard:.1f} s")
        self._stand.owner.forget_ended()
        for party in self._parties:
            self._numbers.give_back(party.line.number)

    def logs(self) -> list[pathlib.Path]:
        return [party.log for party in self._parties if isinstance(party, Phone)]


async def until(holds: object, seconds: float = 10.0) -> bool:
    """Waits for it; whether it came. `holds` may itself have to be awaited."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (await found if inspect.isawaitable(found := holds()) else found):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True
