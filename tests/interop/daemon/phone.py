"""Two phones' worth of SDP and media on loopback sockets."""

import base64
import re
import socket
import struct

from relay import Failed, Relay, expect

SUITE = "AES_CM_128_HMAC_SHA1_80"


class Phone:
    """One side of a call: an RTP and an RTCP socket, and keys if it has any."""

    def __init__(self, address: str, key: bytes = b"") -> None:
        self.address = address
        self.key = key
        self.rtp, self.rtcp = self._pair(address)
        self.peer_rtp: tuple[str, int] | None = None
        self.peer_rtcp: tuple[str, int] | None = None
        self.peer_keys: list[str] = []
        self._sequence = 1
        self._out = self._in = None

    @staticmethod
    def _pair(address: str) -> tuple[socket.socket, socket.socket]:
        for port in range(43000, 44000, 2):
            pair = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
            try:
                for offset, one in enumerate(pair):
                    one.bind((address, port + offset))
                    one.settimeout(5)
                return pair[0], pair[1]
            except OSError:
                for one in pair:
                    one.close()
        raise Failed(f"no free port on {address}")

    def __enter__(self) -> "Phone":
        return self

    def __exit__(self, *_: object) -> None:
        self.rtp.close()
        self.rtcp.close()

    def sdp(self, padding: int = 0) -> str:
        port = self.rtp.getsockname()[1]
        lines = ["v=0", f"o=- 1 1 IN IP4 {self.address}", "s=-", f"c=IN IP4 {self.address}", "t=0 0",
                 f"m=audio {port} RTP/AVP 0", "a=sendrecv"]
        if self.key:
            tag = self.peer_keys[0][0] if self.peer_keys else "1"  # an answer keeps the offer's
            lines.append(f"a=crypto:{tag} {SUITE} inline:{base64.b64encode(self.key).decode()}")
        lines += ["a=padding:" + "x" * 990] * (padding // 1000)
        return "\r\n".join(lines) + "\r\n"

    def read(self, sdp: str) -> None:
        """Learns from the relay's SDP where to send, and under which key the relay does."""
        host = re.search(r"^c=IN IP4 (\S+)", sdp, re.M)
        port = re.search(r"^m=audio (\d+) ", sdp, re.M)
        expect(host and port, f"no address in {sdp!r}")
        number = int(port.group(1))
        self.peer_rtp = (host.group(1), number)
        self.peer_rtcp = (host.group(1), number + 1)
        self.peer_keys = re.findall(rf"^a=crypto:(\d+) {SUITE} inline:([^|\s]+)", sdp, re.M)

    def secure(self) -> None:
        """From here on both directions are SRTP under the keys of the SDP."""
        from pylibsrtp import Policy, Session  # Debian's python3-pylibsrtp
        theirs = base64.b64decode(self.peer_keys[0][1])
        profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        self._out = Session(Policy(key=self.key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self._in = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    def send(self, payload: bytes) -> bytes:
        """One RTP packet; what went on the wire."""
        packet = struct.pack("!BBHII", 0x80, 0, self._sequence, self._sequence * 160, 0x1234 + id(self) % 9999)
        self._sequence += 1
        wire = self._out.protect(packet + payload) if self._out else packet + payload
        self.rtp.sendto(wire, self.peer_rtp)
        return wire

    def send_rtcp(self) -> bytes:
        packet = struct.pack("!BBHI", 0x80, 201, 1, 0x1234)
        wire = self._out.protect_rtcp(packet) if self._out else packet
        self.rtcp.sendto(wire, self.peer_rtcp)
        return packet

    def hear(self) -> bytes:
        """The payload of the next RTP packet."""
        wire, source = self.rtp.recvfrom(2048)
        expect(source == self.peer_rtp, f"RTP comes from {source}, the SDP said {self.peer_rtp}")
        return (self._in.unprotect(wire) if self._in else wire)[12:]

    def hear_rtcp(self) -> bytes:
        wire, source = self.rtcp.recvfrom(2048)
        expect(source == self.peer_rtcp, f"RTCP comes from {source}, the SDP said {self.peer_rtcp}")
        return self._in.unprotect_rtcp(wire) if self._in else wire

    def hears_nothing(self) -> bool:
        self.rtp.settimeout(0.3)
        try:
            self.rtp.recvfrom(2048)
            return False
        except socket.timeout:
            return True
        finally:
            self.rtp.settimeout(5)


def offer(relay: Relay, call_id: str, caller: Phone, **keys: object) -> dict:
    return relay.ask("offer", call_id=call_id, from_tag="a", sdp=caller.sdp(), **keys)


def answer(relay: Relay, call_id: str, callee: Phone, **keys: object) -> dict:
    return relay.ask("answer", call_id=call_id, from_tag="a", to_tag="b", sdp=callee.sdp(), **keys)


def place(relay: Relay, call_id: str, caller: Phone, callee: Phone, **keys: object) -> dict:
    """Offer and answer; each phone then knows where to send. @return the answer's reply."""
    reply = offer(relay, call_id, caller, **keys)
    expect(reply["result"] == "ok", f"the offer was refused: {reply}")
    callee.read(reply["sdp"])
    reply = answer(relay, call_id, callee, **keys)
    expect(reply["result"] == "ok", f"the answer was refused: {reply}")
    caller.read(reply["sdp"])
    return reply


def expect_talk(one: Phone, other: Phone, packets: int = 5) -> None:
    """RTP and RTCP both ways."""
    for n in range(packets):
        for sender, hearer in ((one, other), (other, one)):
            payload = bytes([n]) * 160
            sender.send(payload)
            expect(hearer.hear() == payload, "the payload is another one")
    for sender, hearer in ((one, other), (other, one)):
        report = sender.send_rtcp()
        expect(hearer.hear_rtcp() == report, "the RTCP is another one")
