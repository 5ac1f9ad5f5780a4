"""Placing calls between pairs of phones, all at once, and gathering what can be seen of them."""

import asyncio
import itertools
import pathlib

from lab import cdr, evidence, relay, sdes, wire
from lab.baresip import Failed, Line, Phone
from lab.browser import Browser, WebLine, WebPhone
from lab.judge import LegSeen, Seen
from lab.proxy import PORTS
from lab.relay import Refusal
from lab.scenario import Call
from lab.stand import Stand

TONES = {"caller": 440, "callee": 1000}  # Hz
BROWSER_TONE = 700
OTHER = {"caller": "callee", "callee": "caller"}
SETUP_SECONDS = 10.0
BROWSER_SECONDS = 30.0  # Chromium starts slowly on a busy machine
AT_ONCE = 12  # calls: two cores play and record no more


class Pair:
    """The two phones of one call."""

    def __init__(self, call: Call, number: int, stand: Stand, browser: Browser | None) -> None:
        self.seen = Seen(call, {"caller": LegSeen(), "callee": LegSeen()})
        self._stand, self._browser = stand, browser
        self._call_id = ""
        self.phones = {leg: self._phone(call, leg, 2 * number + offset) for offset, leg in enumerate(TONES)}

    def _phone(self, call: Call, leg: str, number: int) -> Phone | WebPhone:
        mode = getattr(call, leg)
        if mode == "browser":
            return self._browser.phone(WebLine(f"browser-{leg}-{number}", BROWSER_TONE))
        line = Line(f"{mode}-{leg}-{number}", mode, call.transport, TONES[leg], number, self._stand.proxy.address)
        return Phone(line, self._stand.directory / call.name / leg)

    def launch(self) -> None:
        for phone in self.phones.values():
            if isinstance(phone, Phone):
                phone.launch(self._stand.owner, self._stand.certificate)

    async def register(self) -> None:
        await asyncio.gather(*map(self._register, self.phones.values()))

    async def _register(self, phone: Phone | WebPhone) -> None:
        if isinstance(phone, WebPhone):
            at = self._stand.proxy.at("ws")
            await phone.register(at, f"ws://{at}", BROWSER_SECONDS)
        else:
            await phone.register(self._stand.proxy.at(self.seen.call.transport), SETUP_SECONDS)

    async def talk(self, seconds: float) -> None:
        """The call from dialling to hanging up. What goes wrong is noted, not raised."""
        caller, callee = self.phones["caller"], self.phones["callee"]
        first, second = (caller, callee) if self.seen.call.hangs_up == "caller" else (callee, caller)
        transport = "ws" if isinstance(caller, WebPhone) else self.seen.call.transport
        try:
            await caller.dial(f"sip:{callee.line.user}@{self._stand.proxy.at(transport)}")
            self._call_id = await caller.established(SETUP_SECONDS)
            await asyncio.sleep(seconds)
            self._ask()
            await asyncio.gather(caller.look(), callee.look())
            await first.hang_up()
            await second.closed(SETUP_SECONDS)
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
        """Recordings, traces, packets and the CDR; the phones have ended."""
        self.seen.cdr = cdr.read(self._stand.proxy.log, self.phones["caller"].line.user)
        for leg, phone in self.phones.items():
            own, other, seen = phone.line.tone, self.phones[OTHER[leg]].line.tone, self.seen.legs[leg]
            seen.hears = phone.hears(other)
            seen.hears_itself = phone.hears(own)
            address, ports = self._stand.proxy.address, phone.media_ports
            sent, received = packets.sent_from(address, ports), packets.sent_to(address, ports)
            trace = []
            if isinstance(phone, WebPhone):
                seen.browser = phone.stats
            else:
                trace = sdes.messages(phone.log.read_text(errors="replace"), tuple(PORTS.values()))
            if self.seen.call.becomes[leg].state == "srtp-dtls":
                seen.on_wire = evidence.examine_dtls(sent, received, own, other)
            else:
                seen.on_wire = evidence.examine(sent, received, sdes.agreed(trace, leg == "caller"), own, other)
            if leg == "callee":
                self.seen.refused = sdes.refused(trace, 488)


async def perform(stand: Stand, calls: list[Call], seconds: float) -> list[Seen]:
    """All calls, as many at the same time as this machine can play, `seconds` of talk each."""
    browser = Browser(stand.directory, BROWSER_TONE) if any(call.needs_browser for call in calls) else None
    pairs = [Pair(call, number, stand, browser) for number, call in enumerate(calls)]
    lines = [phone.line for pair in pairs for phone in pair.phones.values() if isinstance(phone, Phone)]
    ports = range(min(line.media_ports[0] for line in lines), max(line.media_ports[-1] for line in lines) + 1)
    packets = wire.Wire(stand.directory / "wire.pcap", ports, relay.media_ports())
    packets.start()
    try:
        if browser:
            await browser.launch(stand.owner, BROWSER_SECONDS)
        waiting = iter(pairs)
        while batch := list(itertools.islice(waiting, AT_ONCE)):
            await _place(stand, batch, seconds)
        if browser:
            browser.quit()
    finally:
        packets.stop()
    for pair in pairs:
        pair.examine(packets)
    return [pair.seen for pair in pairs]


async def _place(stand: Stand, pairs: list[Pair], seconds: float) -> None:
    for pair in pairs:
        pair.launch()
    await asyncio.gather(*(pair.register() for pair in pairs))
    await asyncio.gather(*(pair.talk(seconds) for pair in pairs))
    stand.owner.check()
    await asyncio.gather(*(phone.quit() for pair in pairs for phone in pair.phones.values()))
    await asyncio.sleep(0.5)  # for the phones to complete their recordings
    stand.owner.forget_ended()


def logs(stand_directory: pathlib.Path, call: Call) -> list[str]:
    """Where to look when a call failed."""
    own = [str(stand_directory / "browser.log") if getattr(call, leg) == "browser" else
           str(stand_directory / call.name / leg / "baresip.log") for leg in TONES]
    return [*own, *(str(stand_directory / name) for name in ("osrtpd.log", "kamailio.log", "wire.pcap"))]
