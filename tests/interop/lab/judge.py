"""Whether a call became what it should have."""

import dataclasses

from lab import cdr, evidence
from lab.scenario import Call, Leg

MIN_SECONDS = 2.0  # of the other's tone in a recording
MIN_PACKETS = 100  # relayed, each way
# Packets that a leg may drop: the callee's first ones, sent before its answer has passed the proxy; and the
# clear 16-octet RTCP with which baresip opens an SRTP stream.
MAX_DROPPED = {"not-answered": 50, "too-short": 2}
# Besides, where one side keys by DTLS: what either says before the handshake is over, or before ICE has found a way to the
# other, and RTCP feedback that the other profile does not know.
MAX_DROPPED_BESIDE_DTLS = {"not-keyed": 150, "held": 50, "feedback": 20}


@dataclasses.dataclass
class LegSeen:
    """Everything observed about one leg."""

    report: dict = dataclasses.field(default_factory=dict)  # the relay's, of m-line 0
    on_wire: evidence.LegOnWire | None = None
    hears: float = 0.0  # seconds of the other's tone
    hears_itself: float = 0.0
    browser: dict | None = None  # a browser's own figures

    @property
    def became(self) -> Leg:
        return Leg(self.report.get("state", "unknown"), self.report.get("suite"), self.report.get("reason"))

    def count(self, key: str) -> int:
        return int(self.report.get(key, 0))

    @property
    def dropped(self) -> dict[str, int]:
        return self.report.get("dropped", {})


@dataclasses.dataclass
class Seen:
    """Everything observed about one call."""

    call: Call
    legs: dict[str, LegSeen]
    refused: bool = False  # the callee answered 488 first
    cdr: dict[str, str] | None = None  # what the proxy has written about it
    problems: list[str] = dataclasses.field(default_factory=list)  # found while it ran


def problems(seen: Seen) -> list[str]:
    """What is not as expected, one sentence each; nothing when all is."""
    found = list(seen.problems)
    dtls = any(leg.state == "srtp-dtls" for leg in seen.call.becomes.values())
    limits = MAX_DROPPED | (MAX_DROPPED_BESIDE_DTLS if dtls else {})
    for name, leg in seen.legs.items():
        found += [f"{name} leg: {text}" for text in _of_leg(leg, seen.call.becomes[name], limits)]
    if seen.refused != seen.call.refuses_first:
        found.append("the callee " + ("refused the first offer" if seen.refused else "did not refuse the first offer"))
    if not seen.problems:
        found += cdr.problems(seen.cdr, {name: leg.became.state for name, leg in seen.legs.items()},
                              *(sum(leg.count(key) for leg in seen.legs.values())
                                for key in ("relayed-packets", "authenticated-packets")))
    wires = [leg.on_wire for leg in seen.legs.values()]
    if None not in wires:
        caller, callee = wires
        found += [f"caller to callee: {text}" for text in evidence.altered(caller, callee)]
        found += [f"callee to caller: {text}" for text in evidence.altered(callee, caller)]
    return found


def _of_leg(leg: LegSeen, expected: Leg, limits: dict[str, int]) -> list[str]:
    found = []
    if not expected.covers(leg.became):
        found.append(f"expected {expected}, the relay says {leg.became}")
    if leg.hears < MIN_SECONDS:
        found.append(f"heard the other's tone for {leg.hears:.1f} s")
    if leg.hears_itself > 0:
        found.append(f"heard its own tone for {leg.hears_itself:.1f} s")
    relayed, authenticated = leg.count("relayed-packets"), leg.count("authenticated-packets")
    if relayed < MIN_PACKETS:
        found.append(f"{relayed} packets relayed")
    if expected.encrypted and authenticated < relayed:
        found.append(f"{relayed} packets relayed, {authenticated} authenticated")
    if not expected.encrypted and authenticated:
        found.append(f"{authenticated} packets authenticated on a plain leg")
    found += [f"dropped {count} packets: {reason}" for reason, count in leg.dropped.items()
              if count > limits.get(reason, 0)]
    if leg.browser is not None:
        found += _of_browser(leg.browser)
    return found + (_of_wire(leg.on_wire, expected) if leg.on_wire else ["no packets were looked at"])


def _of_browser(stats: dict) -> list[str]:
    found = []
    if stats.get("dtlsState") != "connected" or not stats.get("srtpCipher"):
        found.append(f"the browser's DTLS is {stats.get('dtlsState')}, its cipher {stats.get('srtpCipher')}")
    for direction in ("packetsReceived", "packetsSent"):
        if stats.get(direction, 0) < MIN_PACKETS:
            found.append(f"the browser counts {stats.get(direction, 0)} {direction}")
    return found


def _of_wire(on_wire: evidence.LegOnWire, expected: Leg) -> list[str]:
    found = list(dict.fromkeys(on_wire.problems))
    for direction, looks in (("to", on_wire.to_relay), ("from", on_wire.from_relay)):
        if looks != expected.on_wire:
            found.append(f"expected {expected.on_wire} {direction} the relay, the wire shows {looks}")
    if expected.state == "srtp-sdes" and on_wire.suite != expected.suite:
        found.append(f"expected {expected.suite} in the phone's SDP, found {on_wire.suite}")
    return found
