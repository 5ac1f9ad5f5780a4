"""What the packets of one leg prove, without asking the relay."""

import collections
import dataclasses

from lab import sdes, srtp, wire


@dataclasses.dataclass
class LegOnWire:
    """One phone's leg: its packets, the relay's packets to it, each opened with the keys of the SDP it saw."""

    to_relay: str  # as wire.looks_like says
    from_relay: str
    suite: str | None  # of the keys in the phone's SDP
    problems: list[str]
    sent: dict[tuple[int, int], bytes]  # clear RTP the phone sent, by SSRC and sequence number
    received: dict[tuple[int, int], bytes]  # clear RTP the relay sent to it
    opened: bool = True  # False on a DTLS leg, whose keys nobody tells: then the two above are empty

    def summary(self) -> str:
        return self.to_relay if self.to_relay == self.from_relay else f"{self.to_relay}/{self.from_relay}"


def examine(sent: list[wire.Datagram], received: list[wire.Datagram], keys: sdes.Keys | None,
            own_tone: float, other_tone: float, since: float = 0.0) -> LegOnWire:
    """`sent` and `received` as the phone sees them. What was before `since` is not judged, but has to be there: what comes
    later is opened by counting from it."""
    leg = LegOnWire(wire.looks_like(wire.after(sent, since), own_tone),
                    wire.looks_like(wire.after(received, since), other_tone), keys.suite if keys else None, [], {}, {})
    secure = keys is not None and leg.from_relay == "SRTP"
    leg.sent = _clear(sent, srtp.Receiver(keys.suite, keys.sent) if secure else None, "the phone", [], since)
    leg.received = _clear(received, srtp.Receiver(keys.suite, keys.received) if secure else None, "the relay",
                          leg.problems, since)
    for direction, packets, tone in (("sent", leg.sent, own_tone), ("received", leg.received, other_tone)):
        heard = wire.audible(list(packets.values()), tone)
        if heard < 0.5:
            leg.problems.append(f"the tone is in only {heard:.0%} of the {len(packets)} packets {direction}")
    return leg


def examine_dtls(sent: list[wire.Datagram], received: list[wire.Datagram], own_tone: float,
                 other_tone: float) -> LegOnWire:
    """The same for a leg keyed by DTLS. Its packets cannot be opened, but they must be none that can be heard, and a
    handshake in both directions must have been there. baresip 1.0 speaks in the clear until it has its keys, where the
    relay's ClientHello overtakes the answer; that it does so says nothing of the relay."""
    leg = LegOnWire(wire.looks_like(_since_keyed(sent), own_tone), wire.looks_like(received, other_tone), None, [], {}, {},
                    opened=False)
    for direction, packets in (("sent", sent), ("received", received)):
        kinds = collections.Counter(wire.kind(packet.payload) for packet in packets)
        if not kinds["DTLS"]:
            leg.problems.append(f"no DTLS {direction}")
        if kinds["unknown"]:
            leg.problems.append(f"{kinds['unknown']} packets {direction} that are neither STUN nor DTLS nor RTP")
    return leg


def _since_keyed(sent: list[wire.Datagram]) -> list[wire.Datagram]:
    """What was sent once its sender had keys; everything, where it never got any."""
    keyed = (n for n, datagram in enumerate(sent) if wire.changes_cipher(datagram.payload))
    return sent[next(keyed, 0):]


def _clear(datagrams: list[wire.Datagram], receiver: srtp.Receiver | None, sender: str,
           problems: list[str], since: float) -> dict[tuple[int, int], bytes]:
    """Every RTP packet in the clear. What does not open, RTCP included, is a problem."""
    clear: dict[tuple[int, int], bytes] = {}
    for datagram in datagrams:
        packet, media = datagram.payload, wire.is_rtp(datagram.payload)
        try:
            if receiver is not None:
                packet = receiver.rtp(packet) if media else receiver.rtcp(packet)
        except srtp.Refused as reason:
            if datagram.at < since:
                continue
            problems.append(f"a packet of {len(packet)} octets from {sender} does not open: {reason}")
            continue
        if media and datagram.at >= since:
            clear[int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[2:4], "big")] = packet
    return clear


def altered(sent: LegOnWire, received: LegOnWire) -> list[str]:
    """Whether what one phone sent is what the relay gave the other, octet for octet."""
    if not (sent.opened and received.opened):
        return []
    changed = [index for index, packet in received.received.items() if sent.sent.get(index) != packet]
    return [f"{len(changed)} of {len(received.received)} packets differ from what was sent"] if changed else []
