"""Placing calls between pairs of phones, all at once, and gathering what can be seen of them."""

import asyncio
import pathlib

from lab import audio, evidence, sdes, wire
from lab.baresip import Failed, Line, Phone
from lab.judge import LegSeen, Seen
from lab.proxy import PORTS
from lab.relay import Refusal
from lab.scenario import Call
from lab.stand import Stand

TONES = {"caller": 440, "callee": 1000}  # Hz
OTHER = {"caller": "callee", "callee": "caller"}
SETUP_SECONDS = 10.0


class Pair:
    """The two phones of one call."""

    def __init__(self, call: Call, number: int, stand: Stand) -> None:
        self.seen = Seen(call, {"caller": LegSeen(), "callee": LegSeen()})
        self._stand = stand
        self._call_id = ""
        self.phones = {leg: self._phone(call, leg, 2 * number + offset) for offset, leg in enumerate(TONES)}

    def _phone(self, call: Call, leg: str, number: int) -> Phone:
        mode = getattr(call, leg)
        line = Line(f"{mode}-{leg}-{number}", mode, call.transport, TONES[leg], number, self._stand.proxy.address)
        return Phone(line, self._stand.directory / call.name / leg)

    def launch(self) -> None:
        for phone in self.phones.values():
            phone.launch(self._stand.owner, self._stand.certificate)

    async def register(self) -> None:
        proxy = self._stand.proxy.at(self.seen.call.transport)
        await asyncio.gather(*(phone.register(proxy, SETUP_SECONDS) for phone in self.phones.values()))

    async def talk(self, seconds: float) -> None:
        """The call from dialling to hanging up. What goes wrong is noted, not raised."""
        caller, callee = self.phones["caller"], self.phones["callee"]
        proxy = self._stand.proxy.at(self.seen.call.transport)
        try:
            await caller.command("dial", f"sip:{callee.line.user}@{proxy}")
            self._call_id = (await caller.event("CALL_ESTABLISHED", SETUP_SECONDS))["id"]
            await asyncio.sleep(seconds)
            self._ask()
            await caller.command("hangup")
            await callee.event("CALL_CLOSED", SETUP_SECONDS)
            await self._forgotten()
        except Failed as failure:
            self.seen.problems.append(str(failure))

    def _ask(self) -> None:
        try:
            for report in self._stand.relay.ask("query", call_id=self._call_id)["security"]:
                if report["media"] == 0:
                    self.seen.legs[report["leg"]].report = report
        except (OSError, Refusal) as failure:
            self.seen.problems.append(f"the relay was asked about the call: {failure}")

    async def _forgotten(self) -> None:
        """A BYE ends the call in the relay too."""
        for _ in range(20):
            try:
                self._stand.relay.ask("query", call_id=self._call_id)
            except (OSError, Refusal):
                return
            await asyncio.sleep(0.1)
        self.seen.problems.append("the relay still knows the call 2 s after it ended")

    def examine(self, packets: wire.Wire) -> None:
        """Recordings, traces and packets; the phones have ended."""
        for leg, phone in self.phones.items():
            own, other, seen = TONES[leg], TONES[OTHER[leg]], self.seen.legs[leg]
            samples, rate = audio.read_wav(phone.recording())
            seen.hears = audio.seconds_of_tone(samples, other, rate)
            seen.hears_itself = audio.seconds_of_tone(samples, own, rate)
            trace = sdes.messages(phone.log.read_text(errors="replace"), tuple(PORTS.values()))
            ports, address = phone.line.media_ports, phone.line.address
            seen.on_wire = evidence.examine(packets.sent_from(address, ports), packets.sent_to(address, ports),
                                            sdes.agreed(trace, leg == "caller"), own, other)
            if leg == "callee":
                self.seen.refused = sdes.refused(trace, 488)


async def perform(stand: Stand, calls: list[Call], seconds: float) -> list[Seen]:
    """All calls at the same time, `seconds` of talk each."""
    pairs = [Pair(call, number, stand) for number, call in enumerate(calls)]
    lines = [phone.line for pair in pairs for phone in pair.phones.values()]
    packets = wire.Wire(stand.directory / "wire.pcap", range(lines[0].media_ports[0], lines[-1].media_ports[-1] + 1))
    packets.start()
    try:
        for pair in pairs:
            pair.launch()
        await asyncio.gather(*(pair.register() for pair in pairs))
        await asyncio.gather(*(pair.talk(seconds) for pair in pairs))
        stand.owner.check()
        await asyncio.gather(*(phone.quit() for pair in pairs for phone in pair.phones.values()))
        await asyncio.sleep(0.5)  # for the phones to complete their recordings
    finally:
        packets.stop()
    for pair in pairs:
        pair.examine(packets)
    return [pair.seen for pair in pairs]


def logs(stand_directory: pathlib.Path, call: Call) -> list[str]:
    """Where to look when a call failed."""
    own = [str(stand_directory / call.name / leg / "baresip.log") for leg in TONES]
    return [*own, *(str(stand_directory / name) for name in ("osrtpd.log", "kamailio.log", "wire.pcap"))]
