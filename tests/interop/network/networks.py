"""Networks to put a relay between, each a network namespace; all of them end with this process.

    inside 10.77.1.2 ---- 10.77.1.1 relay 10.77.2.1 ---- outside (a NAT) | world
                                    fd77:2::1 ---------- outside fd77:2::2

The NAT knows the relay as 203.0.113.5 in the world, port for port, and the world's phone is at 198.51.100.7. It passes
datagrams when asked to, so that nothing here depends on time or on what the kernel's packet filter can do."""

import contextlib
import ctypes
import os
import select
import socket
import struct
import subprocess
import sys

ISOLATED = "OSRTP_NETWORK_ISOLATED"
PUBLIC, PHONE = "203.0.113.5", "198.51.100.7"
CLONE_NEWNET = 0x40000000
PATIENCE = 5  # seconds for a datagram that must come
_libc = ctypes.CDLL(None, use_errno=True)


def isolate() -> str:
    """Runs this program again where it may make networks, and does not return; or why that cannot be."""
    if ISOLATED in os.environ:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # for `ip netns`; nobody else sees it
        return ""
    prefix = ["unshare", "--net", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        prefix.append("--map-root-user")
    probe = subprocess.run([*prefix, "--", "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return f"this machine allows no namespaces: {probe.stderr.strip()}"
    os.environ[ISOLATED] = "1"
    os.execvp(prefix[0], [*prefix, "--", sys.executable, *sys.argv])
    return "unshare cannot be run"


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr}")


class Network:
    """One network namespace. What is opened while it is entered stays in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        ip("netns", "add", name)
        self._descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY)
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments: str) -> None:
        ip("-n", self.name, *arguments)

    def join(self) -> None:
        if _libc.setns(self._descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    @contextlib.contextmanager
    def entered(self):
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            self.join()
            yield
        finally:
            if _libc.setns(before, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            os.close(before)

    def udp(self, address: str, port: int) -> socket.socket:
        with self.entered():
            one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        one.settimeout(PATIENCE)
        one.bind((address, port))
        return one


class Networks:
    def __init__(self) -> None:
        self.relay, self.inside, self.outside, self.world = (Network(name) for name in ("relay", "inside", "outside", "world"))
        self._link("in0", self.inside, ("10.77.1.1/24",), ("10.77.1.2/24",))
        self._link("out0", self.outside, ("10.77.2.1/24", "fd77:2::1/64"), ("10.77.2.2/24", "fd77:2::2/64"))
        self.relay.ip("route", "add", "default", "via", "10.77.2.2")
        self.outside.ip("address", "add", f"{PHONE}/32", "dev", "lo")
        for address in (PHONE, PUBLIC):
            self.world.ip("address", "add", f"{address}/32", "dev", "lo")

    def _link(self, device: str, other: Network, ours: tuple[str, ...], theirs: tuple[str, ...]) -> None:
        self.relay.ip("link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", other.name)
        for network, name, addresses in ((self.relay, device, ours), (other, "eth0", theirs)):
            for address in addresses:
                network.ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
            network.ip("link", "set", name, "up")


class Nat:
    """One port of the world's phone, and the ports of the relay that it talks to."""

    def __init__(self, networks: Networks, phone_port: int, relay_ports: tuple[int, ...]) -> None:
        self._phone = (PHONE, phone_port)
        self._towards_relay = networks.outside.udp(PHONE, phone_port)
        self._towards_world = {port: networks.world.udp(PUBLIC, port) for port in relay_ports}

    def close(self) -> None:
        for one in (self._towards_relay, *self._towards_world.values()):
            one.close()

    def pass_on(self) -> None:
        """One datagram, from whichever side it comes."""
        ready, _, _ = select.select([self._towards_relay, *self._towards_world.values()], [], [], PATIENCE)
        for port, one in self._towards_world.items():
            if one in ready:
                self._towards_relay.sendto(one.recv(2048), ("10.77.2.1", port))
        if self._towards_relay in ready:
            payload, (host, port) = self._towards_relay.recvfrom(2048)
            if host != "10.77.2.1":
                raise OSError(f"a datagram for the phone from {host}")
            self._towards_world[port].sendto(payload, self._phone)


class Sniffer:
    """What the relay puts on the link to a network: (octet of the traffic class, source address, source port)."""

    def __init__(self, network: Network) -> None:
        with network.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
            self._socket.bind(("eth0", 0x0003))
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    def seen(self) -> set[tuple[int, str, int]]:
        found = set()
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, about = self._socket.recvfrom(2048)
                if about[2] != socket.PACKET_OUTGOING:
                    found |= self._read(packet)
        return found

    @staticmethod
    def _read(packet: bytes) -> set[tuple[int, str, int]]:
        version = packet[0] >> 4
        if version == 4 and packet[9] == socket.IPPROTO_UDP:
            at = (packet[0] & 0x0F) * 4
            return {(packet[1], socket.inet_ntop(socket.AF_INET, packet[12:16]), struct.unpack_from("!H", packet, at)[0])}
        if version == 6 and packet[6] == socket.IPPROTO_UDP:
            octet = struct.unpack_from("!I", packet)[0] >> 20 & 0xFF
            return {(octet, socket.inet_ntop(socket.AF_INET6, packet[8:24]), struct.unpack_from("!H", packet, 40)[0])}
        return set()
