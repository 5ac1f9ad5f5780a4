"""Calls whose keys the test knows."""

import base64
import os
import pathlib
import re
import secrets
import socket
import subprocess
import tempfile
import time

from canary import srtp_secrets
from lab.srtp import SUITES, Receiver, Sender

CALLER, CALLEE = ("127.0.78.2", 43000), ("127.0.78.3", 43010)
EXPORTER = "EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2
PROFILE = "AES_CM_128_HMAC_SHA1_80"


def sdp(address: tuple[str, int], *lines: str, profile: str = "RTP/AVP") -> str:
    return "\r\n".join(["v=0", f"o=- 1 1 IN IP4 {address[0]}", "s=-", f"c=IN IP4 {address[0]}", "t=0 0",
                        f"m=audio {address[1]} {profile} 0", *lines]) + "\r\n"


def port_of(body: str) -> tuple[str, int]:
    return re.search(r"^c=IN IP4 (\S+)", body, re.M).group(1), int(re.search(r"^m=audio (\d+)", body, re.M).group(1))


def key_of(body: str, suite: str) -> tuple[str, str]:
    """Tag and base64 of the line of this suite."""
    return re.search(rf"^a=crypto:(\d+) {suite} inline:([^|\s]+)", body, re.M).groups()


def packet(sequence: int) -> bytes:
    return b"\x80\0" + sequence.to_bytes(2, "big") + bytes(4) + b"\0\0\x12\x34" + bytes(160)


class Call:
    """In `secrets` everything of it that nobody else may know."""

    def __init__(self, relay, name: str) -> None:
        self.relay, self.name, self.secrets = relay, name, {}

    def offer(self, body: str, **keys: object) -> str:
        return self._said(self.relay.ask("offer", call_id=self.name, from_tag="a", sdp=body, **keys))

    def answer(self, body: str, **keys: object) -> str:
        return self._said(self.relay.ask("answer", call_id=self.name, from_tag="a", to_tag="b", sdp=body, **keys))

    def end(self) -> None:
        if self.relay.ask("delete", call_id=self.name)["result"] != "ok":
            raise RuntimeError("not deleted")

    def _said(self, reply: dict) -> str:
        if reply["result"] != "ok":
            raise RuntimeError(f"refused: {reply}")
        for line, name in ((r"^a=ice-pwd:(\S+)", "ICE password"), (r"inline:([^|\s]+)", "key that was offered")):
            for number, text in enumerate(re.findall(line, reply["sdp"], re.M)):
                octets = text.encode() if "ICE" in name else base64.b64decode(text + "==")
                self.secrets[f"the relay's {name} {len(self.secrets)}.{number}"] = octets
        return reply["sdp"]

    def _socket(self, address: tuple[str, int]) -> socket.socket:
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind(address)
        own.settimeout(5)
        return own


class SdesCall(Call):
    """Between two phones with SDES and, to have passwords too, one that speaks ICE. Packets go both ways."""

    def __init__(self, relay, name: str, suite: str) -> None:
        super().__init__(relay, name)
        size = SUITES[suite].key + SUITES[suite].salt
        keys = [secrets.token_bytes(size) for _ in range(2)]
        lines = [base64.b64encode(key).decode() for key in keys]
        password = secrets.token_urlsafe(24).replace("-", "a").replace("_", "b")
        ice = ["a=ice-ufrag:" + secrets.token_hex(4), f"a=ice-pwd:{password}", "a=rtcp-mux",
               f"a=candidate:1 1 udp 2130706431 {CALLER[0]} {CALLER[1]} typ host"] if name.startswith("ice") else []
        with self._socket(CALLER) as caller, self._socket(CALLEE) as callee:
            offered = self.offer(sdp(CALLER, f"a=crypto:1 {suite} inline:{lines[0]}", *ice), policy="prefer",
                                 SDES=[f"only-{suite}"])
            tag, own_a = key_of(offered, suite)
            answered = self.answer(sdp(CALLEE, f"a=crypto:{tag} {suite} inline:{lines[1]}",
                                       profile=re.search(r"^m=audio \d+ (\S+)", offered, re.M).group(1)))
            _, own_b = key_of(answered, suite)
            for whose, material in (("the caller", keys[0]), ("the callee", keys[1]),
                                    ("the relay to the callee", base64.b64decode(own_a + "==")),
                                    ("the relay to the caller", base64.b64decode(own_b + "=="))):
                self.secrets |= srtp_secrets(whose, suite, material)
            if ice:
                self.secrets["the caller's ICE password"] = password.encode()
            elif not SUITES[suite].gcm:  # lab.srtp sends none of those
                self._talk((caller, Sender(suite, lines[0]), port_of(answered)), (callee, Receiver(suite, own_a)))
                self._talk((callee, Sender(suite, lines[1]), port_of(offered)), (caller, Receiver(suite, own_b)))

    @staticmethod
    def _talk(sender, hearer) -> None:
        for number in range(1, 6):
            sender[0].sendto(sender[1].rtp(packet(number)), sender[2])
            hearer[1].rtp(hearer[0].recv(2048))


class DtlsCall(Call):
    """A phone with DTLS, played by openssl(1), which tells the keys that it has agreed upon."""

    def __init__(self, relay, name: str) -> None:
        super().__init__(relay, name)
        with tempfile.TemporaryDirectory() as folder:
            chain = pathlib.Path(folder) / "own.pem"
            _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                     "-keyout", chain, "-out", chain.with_suffix(".crt"))
            certificate = chain.with_suffix(".crt")
            print_ = _openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha256").split("=")[1].strip()
            self.offer(sdp(CALLER, f"a=fingerprint:sha-256 {print_}", "a=setup:active", "a=rtcp-mux",
                           profile="UDP/TLS/RTP/SAVP"), policy="off")
            answered = self.answer(sdp(CALLEE, "a=rtcp-mux"))
            said = self._handshake(port_of(answered), certificate, chain)
        material = bytes.fromhex(re.search(r"Keying material: ([0-9A-F]+)", said).group(1))
        master = bytes.fromhex(re.search(r"Master-Key: ([0-9A-F]+)", said).group(1))
        self.secrets["the handshake's master secret"] = master
        self.secrets |= srtp_secrets("the caller", PROFILE, material[:16] + material[32:46])
        self.secrets |= srtp_secrets("the relay", PROFILE, material[16:32] + material[46:60])

    def _handshake(self, to: tuple[str, int], certificate: pathlib.Path, key: pathlib.Path) -> str:
        client = subprocess.Popen(
            ["openssl", "s_client", "-dtls1_2", "-connect", f"{to[0]}:{to[1]}", "-bind", f"{CALLER[0]}:{CALLER[1]}",
             "-cert", certificate, "-key", key, "-use_srtp", "SRTP_AES128_CM_SHA1_80", "-keymatexport", EXPORTER,
             "-keymatexportlen", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            said = b""
            deadline = time.monotonic() + 10
            os.set_blocking(client.stdout.fileno(), False)
            while not re.search(rb"Keying material: [0-9A-F]+\s", said) and time.monotonic() < deadline:
                said += client.stdout.read() or b""
                time.sleep(0.05)
            return said.decode(errors="replace")
        finally:
            client.kill()
            client.wait()


def _openssl(*arguments: object) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True, timeout=20).stdout
