"""GStreamer's dtlssrtpenc and dtlssrtpdec: a DTLS-SRTP phone that knows nothing of the relay."""

import hashlib
import pathlib
import re
import selectors
import socket
import ssl
import subprocess
import threading
import time

from lab import processes, srtp_stacks

ADDRESS = srtp_stacks.ADDRESS
RTP = f"application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload={srtp_stacks.PAYLOAD_TYPE}"
LARGEST = 65536


class Certificate:
    """A self-signed certificate with its key."""

    def __init__(self, directory: pathlib.Path, name: str, *key: str) -> None:
        """`key`: what openssl is to make the key of."""
        public, private = directory / f"{name}.pem", directory / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", private,
                        "-out", public, "-newkey", *key], check=True, capture_output=True)
        self.pem = public.read_text(encoding="ascii") + private.read_text(encoding="ascii")
        self.fingerprint = fingerprint(self.pem)


def fingerprint(pem: str) -> str:
    """As SDP has it, with SHA-256."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    certificate = begin + pem.split(begin, 1)[1].split(end, 1)[0] + end
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).digest().hex(":").upper()


class GStreamer:
    """One DTLS-SRTP association on one port, RTP and RTCP together.

    udpsrc and udpsink cannot share a port, so that a thread of ours carries datagrams between the port and the two.
    """

    def __init__(self, directory: pathlib.Path, owner: processes.Processes, name: str) -> None:
        self._owner, self._log = owner, directory / f"gstreamer-{name}.log"
        self._wire, self._from_encoder = _socket(), _socket()
        self.port: int = self._wire.getsockname()[1]
        self._rtp, self._rtcp = _socket(), _socket()  # in the clear: ours to hear and to send
        self._to_decoder, self._to_rtp, self._to_rtcp = (srtp_stacks.free_port() for _ in range(3))
        self._process: subprocess.Popen | None = None
        self._carrier: threading.Thread | None = None
        self._stopping = threading.Event()
        self.sent: list[bytes] = []  # what left on the wire

    def start(self, certificate: Certificate, role: str, relay: tuple[str, int]) -> None:
        """`role`: active or passive, as in a=setup. `relay`: where its datagrams go."""
        source, sink = f"udpsrc address={ADDRESS} port=", f"udpsink host={ADDRESS} sync=false async=false port="
        argv = ["gst-launch-1.0", "-v", *f"{source}{self._to_decoder} ! dtlssrtpdec name=dec connection-id=one".split(),
                f'pem="{certificate.pem}"',
                *f"dec.rtp_src ! {sink}{_port(self._rtp)} dec.rtcp_src ! {sink}{_port(self._rtcp)}".split(),
                *f"dtlssrtpenc name=enc connection-id=one is-client={role == 'active'}".split(),
                *f"{source}{self._to_rtp} caps={RTP} ! enc.rtp_sink_0".split(),
                *f"{source}{self._to_rtcp} caps=application/x-rtcp ! enc.rtcp_sink_0".split(),
                *f"enc.src ! {sink}{_port(self._from_encoder)}".split()]
        self._process = self._owner.start("gst-launch-1.0", argv, self._log)
        srtp_stacks.wait_bound(self._process, self._to_decoder, self._log)
        self._carrier = threading.Thread(target=self._carry, args=(relay,), daemon=True)
        self._carrier.start()

    def close(self) -> None:
        if self._process is not None:
            self._owner.end(self._process)
        if self._carrier is not None:
            self._stopping.set()
            self._carrier.join()
        for one in (self._wire, self._from_encoder, self._rtp, self._rtcp):
            one.close()

    def wait_connected(self, seconds: float) -> str:
        """Until it has keys; the fingerprint of the certificate it was shown."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said = self._log.read_text(encoding="utf-8", errors="replace")
            shown = re.search(r":dec: peer-pem = ((?:.*\n)+?-----END CERTIFICATE-----)", said)
            if shown and all(f":{element}: connection-state = connected" in said for element in ("dec", "enc")):
                return fingerprint(shown.group(1))
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise srtp_stacks.Unable(f"GStreamer is not connected; the end of {self._log}:\n{processes.tail(self._log)}")

    def send(self, packet: bytes) -> None:
        self._rtp.sendto(packet, (ADDRESS, self._to_rtp))

    def send_rtcp(self, packet: bytes) -> None:
        self._rtcp.sendto(packet, (ADDRESS, self._to_rtcp))

    def hear(self) -> bytes:
        return self._rtp.recv(LARGEST)

    def hear_rtcp(self) -> bytes:
        return self._rtcp.recv(LARGEST)

    def _carry(self, relay: tuple[str, int]) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._wire, selectors.EVENT_READ, (self._wire, (ADDRESS, self._to_decoder)))
            ready.register(self._from_encoder, selectors.EVENT_READ, (self._wire, relay))
            while not self._stopping.is_set():
                for key, _ in ready.select(0.1):
                    datagram = key.fileobj.recv(LARGEST)
                    out, target = key.data
                    if key.fileobj is self._from_encoder:
                        self.sent.append(datagram)
                    out.sendto(datagram, target)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((ADDRESS, 0))
    made.settimeout(2)
    return made


def _port(one: socket.socket) -> int:
    return one.getsockname()[1]
