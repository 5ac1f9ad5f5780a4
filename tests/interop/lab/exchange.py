"""One call over the control socket without any SIP: an SRTP party and a plain one, with the relay between."""

import base64
import os
import random
import re
import socket
import struct

from lab import srtp, srtp_stacks
from lab.relay import Relay

ADDRESS = "127.0.0.1"
PACKETS = 80
FIRST_SEQUENCE = 65500  # so that the rollover counter is needed
CRYPTO = re.compile(r"^a=crypto:(\S+) (\S+) inline:([^\s|]+)", re.M)


class Wrong(Exception):
    """What the relay did, and what it should have done."""


class Ports:
    """The RTP and RTCP sockets of one party."""

    def __init__(self) -> None:
        port = srtp_stacks.free_port()
        self.port = port
        self.rtp, self.rtcp = _bound(port), _bound(port + 1)

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


class Exchange:
    """`stack` speaks SRTP as the caller or the callee; the other party speaks plain RTP through our own sockets."""

    def __init__(self, relay: Relay, stack: object, suite: str, role: str) -> None:
        self._relay, self._stack, self._suite, self._role = relay, stack, suite, role
        lengths = srtp.SUITES[suite]
        self._own_key = base64.b64encode(os.urandom(lengths.key + lengths.salt)).decode()
        self._relay_key = ""
        self._call_id = f"{stack.name}-{suite}-{role}-{os.urandom(4).hex()}"
        self._secure, self._plain = Ports(), Ports()
        self._to_secure = self._to_plain = 0  # the relay's ports, named by who sends there

    def run(self) -> None:
        """Raises Wrong, lab.relay.Refusal or srtp_stacks.Unable."""
        try:
            self._negotiate()
            self._secure_to_plain()
            self._plain_to_secure()
            if hasattr(self._stack, "protect_rtcp"):
                self._control_packets()
            self._check_report()
            self._relay.ask("delete", call_id=self._call_id, from_tag="offerer")
        finally:
            self._secure.close()
            self._plain.close()

    def _negotiate(self) -> None:
        secure_offers = self._role == "caller"
        offer = self._sdp(self._secure, "1") if secure_offers else self._sdp(self._plain, None)
        offered = self._ask("offer", offer)
        if secure_offers:
            answered = self._ask("answer", self._sdp(self._plain, None), to_tag="answerer", sip_code=200)
            tag_wanted, keys_in = "1", answered
        else:
            tag_wanted = next((tag for tag, suite, _ in CRYPTO.findall(offered) if suite == self._suite), None)
            if tag_wanted is None:
                raise Wrong(f"the relay does not offer {self._suite}:\n{offered}")
            answered = self._ask("answer", self._sdp(self._secure, tag_wanted), to_tag="answerer", sip_code=200)
            keys_in = offered
        found = [line for line in CRYPTO.findall(keys_in) if line[0] == tag_wanted]
        if len(found) != 1 or found[0][1] != self._suite:
            raise Wrong(f"expected one a=crypto:{tag_wanted} {self._suite} from the relay:\n{keys_in}")
        self._relay_key = found[0][2]
        towards = {"secure": answered, "plain": offered} if secure_offers else {"secure": offered, "plain": answered}
        if "a=crypto" in towards["plain"] and secure_offers is False:
            raise Wrong("the plain caller's answer carries keys")
        self._to_secure, self._to_plain = sdp_port(towards["secure"]), sdp_port(towards["plain"])

    def _ask(self, command: str, sdp: str, **more: object) -> str:
        options = {"caller": "opportunistic", "callee": "opportunistic", "caller-signalling": "encrypted",
                   "callee-signalling": "encrypted", "suites": [self._suite]}
        return self._relay.ask(command, call_id=self._call_id, from_tag="offerer", sdp=sdp, osrtp=options,
                               via_branch="0", **more)["sdp"]

    def _sdp(self, ports: Ports, tag: str | None) -> str:
        keys = f"a=crypto:{tag} {self._suite} inline:{self._own_key}\r\n" if tag else ""
        return (f"v=0\r\no=- 1 1 IN IP4 {ADDRESS}\r\ns=-\r\nc=IN IP4 {ADDRESS}\r\nt=0 0\r\n"
                f"m=audio {ports.port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n{keys}")

    def _secure_to_plain(self) -> None:
        """Altered, repeated and clear packets are mixed in: none of them may come out."""
        packets = rtp_packets(self._stack.takes_any_rtp)
        protected = self._stack.protect(self._suite, self._own_key, packets)
        if not self._stack.takes_any_rtp:
            opener = srtp.Receiver(self._suite, self._own_key)
            packets = [opener.rtp(packet) for packet in protected]
        arrived = []
        for number, packet in enumerate(protected):
            if number % 10 == 9:
                for bad in (_altered(packet), protected[number - 1], packets[number]):
                    self._secure.rtp.sendto(bad, (self._relay.address, self._to_secure))
            self._secure.rtp.sendto(packet, (self._relay.address, self._to_secure))
            arrived.append(receive(self._plain.rtp, "plain", number))
        compare(packets, arrived, "on the plain leg")
        silent(self._plain.rtp, "the plain leg")

    def _plain_to_secure(self) -> None:
        packets = rtp_packets(self._stack.takes_any_rtp)
        oracle, arrived = srtp.Receiver(self._suite, self._relay_key), []
        for number, packet in enumerate(packets):
            self._plain.rtp.sendto(packet, (self._relay.address, self._to_plain))
            arrived.append(receive(self._secure.rtp, "SRTP", number))
        compare(packets, [oracle.rtp(packet) for packet in arrived], "opened by the oracle")
        compare(packets, self._stack.open(self._suite, self._relay_key, arrived), f"opened by {self._stack.name}")

    def _control_packets(self) -> None:
        reports = rtcp_packets()
        oracle, secured = srtp.Receiver(self._suite, self._relay_key), []
        for number, packet in enumerate(self._stack.protect_rtcp(self._suite, self._own_key, reports)):
            self._secure.rtcp.sendto(packet, (self._relay.address, self._to_secure + 1))
            compare([reports[number]], [receive(self._plain.rtcp, "plain RTCP", number)], "on the plain leg")
            self._plain.rtcp.sendto(reports[number], (self._relay.address, self._to_plain + 1))
            secured.append(receive(self._secure.rtcp, "SRTCP", number))
        compare(reports, [oracle.rtcp(packet) for packet in secured], "RTCP opened by the oracle")
        compare(reports, self._stack.open_rtcp(self._suite, self._relay_key, secured),
                 f"RTCP opened by {self._stack.name}")

    def _check_report(self) -> None:
        reports = self._relay.ask("query", call_id=self._call_id)["security"]
        secure = next(report for report in reports if report["leg"] == self._role)
        seen = secure["state"], secure["suite"]
        if seen != ("srtp-sdes", self._suite):
            raise Wrong(f"the relay reports {seen} for the SRTP leg")
        if secure["authenticated-packets"] < PACKETS or sum(secure["dropped"].values()) != 3 * (PACKETS // 10):
            raise Wrong(f"{PACKETS} good packets and {3 * (PACKETS // 10)} bad ones were sent, the relay counts "
                        f"{secure['authenticated-packets']} authenticated and {secure['dropped']} dropped")


def rtp_packets(any_shape: bool) -> list[bytes]:
    """With all that an RTP header may have, unless the receiver only takes the simplest."""
    ssrc, made = random.getrandbits(32), []
    for number in range(PACKETS):
        sequence = (FIRST_SEQUENCE + number) & 0xFFFF
        first, marker, extra, size = 0x80, 0, b"", 160
        if any_shape:
            marker, size = (number % 7 == 0) << 7, random.randint(1, 1200)
            if number % 3 == 0:
                first, extra = first | 0x02, os.urandom(8)  # two contributing sources
            if number % 5 == 0:
                first, extra = first | 0x10, extra + struct.pack("!HH", 0xBEDE, 1) + os.urandom(4)
        made.append(struct.pack("!BBHII", first, marker, sequence, number * 160, ssrc) + extra + os.urandom(size))
    return made


def rtcp_packets() -> list[bytes]:
    """Sender reports with a source description."""
    ssrc = random.getrandbits(32)
    description = struct.pack("!BBHI", 0x81, 202, 2, ssrc) + b"\x01\x02ab"
    return [struct.pack("!BBHI", 0x80, 200, 6, ssrc) + os.urandom(20) + description for _ in range(5)]


def _altered(packet: bytes) -> bytes:
    at = random.randrange(12, len(packet))
    return packet[:at] + bytes([packet[at] ^ 0x40]) + packet[at + 1:]


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((ADDRESS, port))
    made.settimeout(2)
    return made


def sdp_port(sdp: str) -> int:
    return int(re.search(r"^m=audio (\d+) ", sdp, re.M).group(1))


def receive(target: socket.socket, what: str, number: int) -> bytes:
    try:
        return target.recv(65536)
    except TimeoutError:
        raise Wrong(f"{what} packet {number} did not arrive") from None


def silent(target: socket.socket, where: str) -> None:
    target.setblocking(False)
    try:
        raise Wrong(f"a packet of {len(target.recv(65536))} octets too many on {where}")
    except BlockingIOError:
        target.settimeout(2)


def compare(expected: list[bytes], seen: list[bytes], where: str) -> None:
    for number, (left, right) in enumerate(zip(expected, seen, strict=True)):
        if left != right:
            raise Wrong(f"packet {number} differs {where}: sent {left[:32].hex()}… ({len(left)} octets), "
                        f"got {right[:32].hex()}… ({len(right)})")
