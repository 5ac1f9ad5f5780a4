"""Caller, callee, relay and attacker, each in a network namespace with an address of its own on one bridge. All of it ends
with this process."""

import dataclasses
import pathlib
import socket
import struct
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "interop" / "network")]

from networks import Network, isolate  # noqa: E402  (isolate is for attack.py)

RELAY, CALLER, CALLEE, ATTACKER = (f"10.66.0.{n}" for n in (1, 2, 3, 4))
ETH_P_IP, SO_RCVBUFFORCE, SO_SNDBUFFORCE = 0x0800, 33, 32
BURST = 32  # datagrams that may wait in the relay's sockets; rtpengine leaves those beyond 50 there until the next comes
PATIENCE = 5.0  # seconds until the relay has read what was sent to it
__all__ = ["ATTACKER", "CALLEE", "CALLER", "RELAY", "Datagram", "Place", "World", "isolate"]


@dataclasses.dataclass(frozen=True)
class Datagram:
    """From the relay."""

    source_port: int
    port: int  # that it came to
    payload: bytes


class Place(Network):
    """A host: where it is, and everything that the relay sends to it, whatever port."""

    def __init__(self, name: str, address: str) -> None:
        super().__init__(name)
        self.address = address
        self._wire: socket.socket | None = None
        self._raw: socket.socket | None = None

    def listen(self) -> None:
        with self.entered():
            self._wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
            self._wire.bind(("eth0", ETH_P_IP))
            self._raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self._raw.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        self._wire.setblocking(False)

    def spoof(self, source: tuple[str, int], target: tuple[str, int], payload: bytes) -> None:
        """Sends as if from `source`."""
        udp = struct.pack("!HHHH", source[1], target[1], 8 + len(payload), 0) + payload
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0,
                             socket.inet_aton(source[0]), socket.inet_aton(target[0]))
        self._raw.sendto(header + udp, target)

    def arrived(self) -> list[Datagram]:
        """UDP from the relay since the last time."""
        found = []
        while True:
            try:
                packet, about = self._wire.recvfrom(65535)
            except BlockingIOError:
                return found
            at = (packet[0] & 15) * 4
            if about[2] == socket.PACKET_OUTGOING or packet[9] != socket.IPPROTO_UDP or len(packet) < at + 8:
                continue
            source_port, port, length = struct.unpack_from("!HHH", packet, at)
            if socket.inet_ntoa(packet[12:16]) == RELAY:
                found.append(Datagram(source_port, port, packet[at + 8:at + length]))

    def missed(self) -> int:
        """Datagrams that came and that `arrived` never had, since the last time."""
        _, dropped = struct.unpack("II", self._wire.getsockopt(263, 6, 8))  # SOL_PACKET, PACKET_STATISTICS
        return dropped


class World:
    def __init__(self) -> None:
        self.relay = Place("relay", RELAY)
        self.caller, self.callee, self.attacker = (Place("caller", CALLER), Place("callee", CALLEE),
                                                   Place("attacker", ATTACKER))
        self.relay.ip("link", "add", "br0", "type", "bridge")
        self.relay.ip("address", "add", f"{RELAY}/24", "dev", "br0")
        self.relay.ip("link", "set", "br0", "up")
        self.relay.ip("route", "add", "default", "dev", "br0")  # to where SDP wants media and nobody is
        for place in self.places():
            self.relay.ip("link", "add", f"to-{place.name}", "type", "veth", "peer", "name", "eth0", "netns", place.name)
            self.relay.ip("link", "set", f"to-{place.name}", "master", "br0", "up")
            place.ip("address", "add", f"{place.address}/24", "dev", "eth0")
            place.ip("link", "set", "eth0", "up")
            place.listen()
        with self.relay.entered():
            self._sockets = open("/proc/thread-self/net/udp", encoding="ascii")  # of the relay, wherever it is read

    def places(self) -> tuple[Place, ...]:
        return self.caller, self.callee, self.attacker

    def unread(self) -> tuple[int, int]:
        """Octets that wait in the relay's sockets, and datagrams that found no room there since these were opened."""
        self._sockets.seek(0)
        rows = [row.split() for row in self._sockets.read().splitlines()[1:]]
        return sum(int(row[4].split(":")[1], 16) for row in rows), sum(int(row[-1]) for row in rows)

    def settle(self) -> None:
        """Until the relay has read everything; what it does then takes it a moment more."""
        deadline = time.monotonic() + PATIENCE
        while self.unread()[0] and time.monotonic() < deadline:
            time.sleep(0.001)
