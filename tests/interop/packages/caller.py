"""caller.py udp|tls CALL-ID CALLEE-TRACE: calls callee@127.0.0.1 through the proxy as a phone with SDES keys would, sends
RTP from both ends through the relay, and hangs up. The callee is sipp; its message trace tells what it was offered.
Exit status 0 if every packet came through as it should, else the last line says what did not."""

import base64
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import sys
import time

import pylibsrtp

KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
SUITE = "AES_CM_128_HMAC_SHA1_80"
CALLER_PORT, CALLEE_PORT = 40000, 41000
PACKETS = 10
PATIENCE = 10


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        sys.exit(f"caller: {otherwise}")


class Dialog:
    def __init__(self, transport: str, call_id: str):
        self.transport, self.call_id = transport.upper(), call_id
        if transport == "tls":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", 5061)))
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect(("127.0.0.1", 5060))
        self.socket.settimeout(PATIENCE)
        self.me = "%s:%d" % self.socket.getsockname()
        self.target, self.to, self.routes, self.received = "sip:callee@127.0.0.1", "<sip:callee@127.0.0.1>", [], b""

    def send(self, method: str, number: int, sdp: str = "") -> None:
        lines = [f"{method} {self.target} SIP/2.0",
                 f"Via: SIP/2.0/{self.transport} {self.me};branch=z9hG4bK-{self.call_id}-{method}-{number}",
                 *(f"Route: {route}" for route in self.routes),
                 "From: <sip:caller@127.0.0.1>;tag=caller", f"To: {self.to}", f"Call-ID: {self.call_id}",
                 f"CSeq: {number} {method}", f"Contact: <sip:caller@{self.me};transport={self.transport.lower()}>",
                 "Max-Forwards: 70", *(["Content-Type: application/sdp"] if sdp else []), f"Content-Length: {len(sdp)}"]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n" + sdp).encode())

    def message(self) -> tuple[str, str]:
        """The head and the body of the next one."""
        while b"\r\n\r\n" not in self.received:
            more = self.socket.recv(65536)
            expect(bool(more), "the proxy closed the connection")
            self.received += more
        head, _, rest = self.received.partition(b"\r\n\r\n")
        size = int(re.search(rb"(?mi)^Content-Length: *(\d+)", head)[1])
        while len(rest) < size:
            rest += self.socket.recv(65536)
        self.received = rest[size:]
        return head.decode(), rest[:size].decode()

    def final(self, method: str) -> tuple[str, str]:
        while True:
            head, body = self.message()
            if re.match(r"SIP/2.0 [2-6]", head) and re.search(rf"(?mi)^CSeq: *\d+ {method}", head):
                expect(head.startswith("SIP/2.0 200"), f"{method}: {head.splitlines()[0]}")
                return head, body

    def invite(self) -> str:
        """The answer's SDP."""
        self.send("INVITE", 1, "\r\n".join([
            "v=0", "o=caller 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {CALLER_PORT} RTP/AVP 0",
            "a=rtpmap:0 PCMU/8000", f"a=crypto:1 {SUITE} inline:{KEY}", ""]))
        head, sdp = self.final("INVITE")
        self.target = re.search(r"(?mi)^Contact: *<([^>]*)>", head)[1]
        self.to = re.search(r"(?mi)^To: *(.*?)\r?$", head)[1]
        listed = ",".join(re.findall(r"(?mi)^Record-Route: *(.*?)\r?$", head))
        self.routes = [route.strip() for route in listed.split(",") if route][::-1]
        self.send("ACK", 1)
        return sdp

    def hang_up(self) -> None:
        self.send("BYE", 2)
        self.final("BYE")


def media_address(sdp: str) -> tuple[str, int]:
    return re.search(r"(?m)^c=IN IP4 ([\d.]+)", sdp)[1], int(re.search(r"(?m)^m=audio (\d+) ", sdp)[1])


def callees_offer(trace: pathlib.Path, call_id: str) -> str:
    """sipp writes its trace when it likes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for message in re.split(r"(?m)^-{20,}", trace.read_text() if trace.exists() else "")[::-1]:
            if call_id in message and "INVITE sip:" in message and "a=rtpmap" in message:
                return message
        time.sleep(0.1)
    sys.exit("caller: the callee's trace has no offer")


def packets(ssrc: int, text: bytes) -> list[bytes]:
    return [struct.pack("!BBHII", 0x80, 0, 1000 + n, 160 * n, ssrc) + text.ljust(160, b"%d" % n) for n in range(PACKETS)]


def through(source: socket.socket, sink: socket.socket, relay: tuple[str, int], sent: list[bytes]) -> list[bytes]:
    for packet in sent:
        source.sendto(packet, relay)
        time.sleep(0.02)
    came = []
    try:
        while len(came) < len(sent):
            came.append(sink.recv(2048))
    except TimeoutError:
        pass
    return came


def port(number: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", number))
    opened.settimeout(2)
    return opened


def session(inline: str, direction: int) -> pylibsrtp.Session:
    return pylibsrtp.Session(pylibsrtp.Policy(key=base64.b64decode(inline), ssrc_type=direction,
                                              srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80))


def talk(answer: str, offer: str, secure: bool) -> None:
    caller, callee = port(CALLER_PORT), port(CALLEE_PORT)
    to_callee, to_caller = packets(1, b"from the caller"), packets(2, b"from the callee")
    on_wire = to_callee
    if secure:
        key = re.search(rf"(?m)^a=crypto:1 {SUITE} inline:([^|\s]+)", answer)
        expect(key is not None, f"the answer has no key: {answer}")
        ours = session(KEY, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        on_wire = [ours.protect(packet) for packet in to_callee]
    else:
        expect("a=crypto" not in answer, "a key came over clear signalling")
    came = through(caller, callee, media_address(answer), on_wire)
    expect([packet[12:] for packet in came] == [packet[12:] for packet in to_callee], f"{len(came)} packets at the callee")
    came = through(callee, caller, media_address(offer), to_caller)
    if secure:
        expect(not any(b"from the callee" in packet for packet in came), "the caller got plain RTP")
        theirs = session(key[1], pylibsrtp.Policy.SSRC_ANY_INBOUND)
        came = [theirs.unprotect(packet) for packet in came]
    expect([packet[12:] for packet in came] == [packet[12:] for packet in to_caller], f"{len(came)} packets at the caller")


def main(transport: str, call_id: str, trace: str) -> None:
    dialog = Dialog(transport, call_id)
    answer = dialog.invite()
    offer = callees_offer(pathlib.Path(trace), call_id)
    expect("a=crypto" not in offer, "the callee got keys over clear signalling")
    expect(CALLER_PORT != media_address(offer)[1] and CALLEE_PORT != media_address(answer)[1], "the relay is not between them")
    talk(answer, offer, transport == "tls")
    said = subprocess.run(["osrtpctl", "query", call_id], capture_output=True, text=True, check=False).stdout
    print(said, end="")
    own = f"encrypted, srtp-sdes {SUITE}, {PACKETS} authenticated" if transport == "tls" else "plain because signalling-clear"
    for line in (f"caller audio: {own}, {PACKETS} relayed", f"callee audio: plain because signalling-clear, {PACKETS} relayed"):
        expect(line in said.splitlines(), f"osrtpctl does not say: {line}")
    dialog.hang_up()


main(*sys.argv[1:])
