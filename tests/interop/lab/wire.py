"""Reading the packets of the loopback interface, and telling RTP from SRTP by looking at them."""

import asyncio
import collections
import dataclasses
import pathlib
import socket
import struct
import time

from lab import audio, isolation

ETH_P_IP, PACKET_OUTGOING, SO_RCVBUFFORCE = 0x0800, 4, 33
PCMU_PACKET = 12 + 160  # header and 20 ms


@dataclasses.dataclass(frozen=True)
class Datagram:
    """One UDP datagram as seen on the wire."""

    at: float  # Unix time in seconds
    source: tuple[str, int]
    target: tuple[str, int]
    payload: bytes


def kind(payload: bytes) -> str:
    """What shares a media port, told apart by the first octet (RFC 7983)."""
    first = payload[0] if payload else 255
    if first <= 3:
        return "STUN"
    if 20 <= first <= 63:
        return "DTLS"
    return "RTP" if 128 <= first <= 191 else "unknown"


def is_rtp(payload: bytes) -> bool:
    """RTP or SRTP, not RTCP (RFC 5761 section 4)."""
    return len(payload) >= 12 and payload[0] >> 6 == 2 and not 64 <= (payload[1] & 0x7F) <= 95


def changes_cipher(payload: bytes) -> bool:
    """Whether one of a datagram's DTLS records is ChangeCipherSpec: its sender has the keys (RFC 6347 section 4.2.6)."""
    at = 0
    while kind(payload) == "DTLS" and at + 13 <= len(payload):
        if payload[at] == 20:
            return True
        at += 13 + int.from_bytes(payload[at + 11:at + 13], "big")
    return False


class Wire:
    """Keeps every UDP datagram that crosses loopback between start and stop, and a copy as a capture file."""

    def __init__(self, capture: pathlib.Path, *media_ports: range) -> None:
        self.datagrams: list[Datagram] = []
        self._ports = media_ports
        self._file = open(capture, "wb")
        self._file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))  # 101: raw IP
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK,
                                         socket.htons(ETH_P_IP))
        except PermissionError as error:
            raise isolation.NotPossible("Packets cannot be read here: run this as root, or where network "
                                        "namespaces are allowed.") from error
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        except OSError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        self._socket.bind(("lo", ETH_P_IP))

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._read()
        self._socket.close()
        self._file.close()

    def _read(self) -> None:
        while True:
            try:
                packet, origin = self._socket.recvfrom(65535)
            except BlockingIOError:
                return
            if origin[2] != PACKET_OUTGOING:  # loopback shows each packet twice
                self._take(packet)

    def _take(self, packet: bytes) -> None:
        header = (packet[0] & 0x0F) * 4
        if packet[9] != socket.IPPROTO_UDP or len(packet) < header + 8:
            return
        source_port, target_port, length = struct.unpack_from("!HHH", packet, header)
        if not any(source_port in ports or target_port in ports for ports in self._ports):
            return
        now = time.time()
        self._file.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(packet), len(packet)) + packet)
        self.datagrams.append(Datagram(now, (socket.inet_ntoa(packet[12:16]), source_port),
                                       (socket.inet_ntoa(packet[16:20]), target_port),
                                       packet[header + 8:header + length]))

    def sent_from(self, address: str, ports: range) -> list[Datagram]:
        return [d for d in self.datagrams if d.source[0] == address and d.source[1] in ports]

    def sent_to(self, address: str, ports: range) -> list[Datagram]:
        return [d for d in self.datagrams if d.target[0] == address and d.target[1] in ports]


def after(datagrams: list[Datagram], since: float) -> list[Datagram]:
    return [datagram for datagram in datagrams if datagram.at >= since]


def looks_like(datagrams: list[Datagram], tone: float) -> str:
    """What one direction of one leg is, judged by the packets alone: `RTP`, `SRTP`, `nothing` or a mixture.

    RTP: the size of clear PCMU, and the sender's tone can be heard in it.
    SRTP: longer by an authentication tag, and no tone can be heard.
    """
    media = [d.payload for d in datagrams if is_rtp(d.payload)]
    if not media:
        return "nothing"
    sizes = collections.Counter(len(payload) for payload in media)
    heard = audible(media, tone)
    if set(sizes) == {PCMU_PACKET} and heard > 0.5:
        return "RTP"
    if min(sizes) > PCMU_PACKET and heard < 0.1:
        return "SRTP"
    listed = ", ".join(f"{count} of {size}" for size, count in sorted(sizes.items()))
    return f"unclear: {listed} octets, tone in {heard:.0%}"


def audible(media: list[bytes], tone: float) -> float:
    """The share of the stream, taken for clear PCMU, that is the tone."""
    samples = [sample for payload in media for sample in audio.decode_pcmu(payload[12:PCMU_PACKET])]
    return audio.seconds_of_tone(samples, tone) * audio.RATE / max(1, len(samples))
