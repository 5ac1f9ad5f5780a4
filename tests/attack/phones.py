"""Phones with an SDP and an SRTP of their own, which know what they have said and judge all that they hear."""

import base64
import collections
import os
import re
import struct

from lab import srtp, wire
from world import RELAY, Datagram, Place

SUITE = "AES_CM_128_HMAC_SHA1_80"
CRYPTO = re.compile(r"^a=crypto:(\d+) (\S+) inline:([^|\s]+)(.*)", re.M)
PROFILES = {"plain": "RTP/AVP", "sdes": "RTP/SAVP", "dtls": "UDP/TLS/RTP/SAVP"}
WATERMARK = b"ATTACKER"  # in whatever a stranger sends
PAYLOAD = 160
PCMU = 0


def rtp(sequence: int, ssrc: int, payload: bytes, kind: int = PCMU) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc) + payload


def app(ssrc: int, payload: bytes) -> bytes:
    """RTCP: a receiver report of nobody, and what `payload` says (RFC 3550 sections 6.4.2 and 6.7)."""
    payload = payload.ljust((len(payload) + 3) // 4 * 4, b".")
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc) + struct.pack("!BBHI4s", 0x80, 204, 2 + len(payload) // 4, ssrc, b"test") + payload


class Ears:
    """What one phone has heard, and what of it nobody can have said."""

    def __init__(self) -> None:
        self.heard, self.injected, self.clear, self.unopened, self.reused = 0, 0, 0, 0, 0
        self.left: list[bytes] = []  # neither media nor judged: DTLS, STUN
        self._known: collections.Counter[bytes] = collections.Counter()

    def take(self, payload: bytes, said: collections.Counter) -> None:
        """`said`: by the other phone. What it did not say, or said once and is heard twice, is not its."""
        self._known[payload] += 1
        if self._known[payload] > said[payload]:
            self.injected += 1
        else:
            self.heard += 1

    def take_unopened(self, packet: bytes, is_said: bool) -> None:
        """What is not under our keys, on a leg that has some."""
        if WATERMARK in packet:
            self.injected += 1
        elif is_said:
            self.clear += 1
        else:
            self.unopened += 1


class Phone:
    """One end of a call: "plain", or "sdes" with keys in its SDP. RTCP is on the next port."""

    keyrings: dict[tuple[str, str], srtp.Receiver] = {}  # suite and key: for good, to see a key stream used twice

    def __init__(self, place: Place, kind: str, port: int, name: str, suite: str = SUITE) -> None:
        self.place, self.kind, self.port, self.name, self.suite = place, kind, port, name, suite
        self.rtp, self.rtcp = place.udp(place.address, port), place.udp(place.address, port + 1)
        self.key, self.sender = "", None
        self.ssrc, self.sequence, self.reports = int.from_bytes(os.urandom(4)) | 1, 100, 0
        self.relay: tuple[str, int] = ("", 0)
        self.keys: list[tuple[str, str]] = []  # of the relay, newest first: suite, key
        self.tag = "1"
        self.profile = PROFILES[kind]
        self.said: collections.Counter[bytes] = collections.Counter()
        self.ears, self.peer = Ears(), self
        if kind == "sdes":
            self.rekey()

    def rekey(self) -> None:
        size = srtp.SUITES[self.suite]
        self.key = base64.b64encode(os.urandom(size.key + size.salt)).decode()
        self.sender = None if size.gcm else srtp.Sender(self.suite, self.key)  # of those with GCM there is no sender

    @property
    def home(self) -> tuple[str, int]:
        """Where its RTP comes from."""
        return self.place.address, self.port

    @property
    def secure(self) -> bool:
        return self.kind != "plain"

    def sdp(self, *more: str, crypto: bool = True, profile: str = "", host: str = "") -> str:
        host = host or self.place.address
        lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
                 f"m=audio {self.port} {profile or self.profile} 0", *self.about_keys(crypto), *more]
        return "".join(line + "\r\n" for line in lines)

    def about_keys(self, crypto: bool) -> list[str]:
        return [f"a=crypto:{self.tag} {self.suite} inline:{self.key}"] if self.key and crypto else []

    def read(self, sdp: str) -> None:
        """The relay's SDP: where to send, and its keys."""
        port, self.profile = re.search(r"^m=audio (\d+) (\S+)", sdp, re.M).groups()
        if int(port):
            self.relay = (RELAY, int(port))
        if self.kind != "sdes":
            return
        for tag, suite, key, _ in CRYPTO.findall(sdp):
            if suite == self.suite:
                self.tag = tag
                self.learn_key(suite, key)
                break

    def learn_key(self, suite: str, key: str) -> None:
        key += "=" * (-len(key) % 4)
        if (suite, key) in self.keys:
            self.keys.remove((suite, key))
        self.keys.insert(0, (suite, key))
        self.keyrings.setdefault((suite, key), srtp.Receiver(suite, key))

    def is_ready(self) -> bool:
        """Whether it can speak."""
        return bool(self.relay[1]) and (not self.secure or (self.sender is not None and bool(self.keys)))

    def word(self) -> bytes:
        """What it says next, unlike everything that anybody says."""
        return f"{self.name} says {self.sequence} {os.urandom(6).hex()} ".encode().ljust(PAYLOAD, b".")

    def packet(self, payload: bytes | None = None, ssrc: int | None = None) -> bytes:
        """The next one, as it goes on the wire."""
        self.sequence += 1
        return self.seal(rtp(self.sequence, self.ssrc if ssrc is None else ssrc, self.word() if payload is None else payload))

    def seal(self, clear: bytes) -> bytes:
        self.said[clear[12:]] += 1
        return self.sender.rtp(clear) if self.secure else clear

    def send(self, wire_packet: bytes | None = None) -> bytes:
        wire_packet = self.packet() if wire_packet is None else wire_packet
        self.rtp.sendto(wire_packet, self.relay)
        return wire_packet

    def report(self) -> bytes:
        """RTCP, which it sends; as it went on the wire."""
        self.reports += 1
        clear = app(self.ssrc, f"{self.name} reports {self.reports} {os.urandom(6).hex()}".encode())
        self.said[clear[8:]] += 1
        sealed = self.sender.rtcp(clear) if self.secure else clear
        self.rtcp.sendto(sealed, (self.relay[0], self.relay[1] + 1))
        return sealed

    def judge(self, datagram: Datagram) -> None:
        """Something from the relay to one of our ports."""
        packet = datagram.payload
        if len(packet) < 8 or wire.kind(packet) != "RTP":
            self.ears.left.append(packet)
            return
        is_rtp = wire.is_rtp(packet)
        if self.secure:
            try:
                packet = self.open(packet, is_rtp)
            except srtp.Reused:
                self.ears.reused += 1
                return
            except (srtp.Refused, struct.error):
                self.ears.take_unopened(packet, packet[12 if is_rtp else 8:] in self.peer.said)
                return
        self.ears.take(packet[12 if is_rtp else 8:], self.peer.said)

    def open(self, packet: bytes, is_rtp: bool) -> bytes:
        """With the newest key that opens it: of two exchanges the older one's packets may be under way."""
        for n, key in enumerate(self.keys):
            try:
                return (self.keyrings[key].rtp if is_rtp else self.keyrings[key].rtcp)(packet)
            except srtp.Reused:
                raise
            except srtp.Refused:
                if n + 1 == len(self.keys):
                    raise
        raise srtp.Refused("no keys have been negotiated")

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()
