"""Other people's SRTP: GStreamer (srtpenc, srtpdec), pylibsrtp and ffmpeg, behind one interface.

Each protects packets we give it and opens packets we give it; none knows of the relay.
"""

import base64
import pathlib
import socket
import subprocess
import time

from lab import processes

ADDRESS = "127.0.0.1"
PAYLOAD_TYPE = 0


class Unable(Exception):
    """The stack is missing, or did not do its work."""


class Pylibsrtp:
    """libsrtp2 as Debian builds it, in this process."""

    PROFILES = {"AES_CM_128_HMAC_SHA1_80": "AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_32": "AES128_CM_SHA1_32",
                "AEAD_AES_128_GCM": "AEAD_AES_128_GCM", "AEAD_AES_256_GCM": "AEAD_AES_256_GCM"}
    name, suites, takes_any_rtp = "pylibsrtp", tuple(PROFILES), True

    def __init__(self, _directory: pathlib.Path, _owner: processes.Processes) -> None:
        pass

    def protect(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        session = self._session(suite, inline, "SSRC_ANY_OUTBOUND")
        return [session.protect(packet) for packet in packets]

    def open(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        session = self._session(suite, inline, "SSRC_ANY_INBOUND")
        return [session.unprotect(packet) for packet in packets]

    def protect_rtcp(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        session = self._session(suite, inline, "SSRC_ANY_OUTBOUND")
        return [session.protect_rtcp(packet) for packet in packets]

    def open_rtcp(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        session = self._session(suite, inline, "SSRC_ANY_INBOUND")
        return [session.unprotect_rtcp(packet) for packet in packets]

    def _session(self, suite: str, inline: str, direction: str):  # noqa: ANN202
        import pylibsrtp  # pylint: disable=import-outside-toplevel
        policy = pylibsrtp.Policy
        return pylibsrtp.Session(policy(key=base64.b64decode(inline), ssrc_type=getattr(policy, direction),
                                        srtp_profile=getattr(policy, f"SRTP_PROFILE_{self.PROFILES[suite]}")))


class _ByProcess:
    """A stack that runs as a process and talks UDP on loopback."""

    def __init__(self, directory: pathlib.Path, owner: processes.Processes) -> None:
        self._directory, self._owner = directory, owner
        self._runs = 0

    def _run(self, argv: list[str], port: int | None) -> subprocess.Popen:
        """Starts it, and waits until it has bound its UDP port."""
        self._runs += 1
        log = self._directory / f"{type(self).__name__.lower()}-{self._runs}.log"
        process = self._owner.start(argv[0], argv, log)
        if port is not None:
            wait_bound(process, port, log)
        return process

    def _through(self, argv: list[str], port: int, out: socket.socket, packets: list[bytes]) -> list[bytes]:
        """Each packet goes in at `port` and must come out at `out`."""
        process = self._run(argv, port)
        try:
            done = []
            for number, packet in enumerate(packets):
                out.sendto(packet, (ADDRESS, port))
                try:
                    done.append(out.recv(65536))
                except TimeoutError:
                    raise Unable(f"{argv[0]} swallowed packet {number} of {len(packets)}") from None
            return done
        finally:
            self._owner.end(process)


class GStreamer(_ByProcess):
    """srtpenc and srtpdec."""

    CIPHERS = {"AES_CM_128_HMAC_SHA1_80": ("aes-128-icm", "hmac-sha1-80"),
               "AES_CM_128_HMAC_SHA1_32": ("aes-128-icm", "hmac-sha1-32"),
               "AES_256_CM_HMAC_SHA1_80": ("aes-256-icm", "hmac-sha1-80"),
               "AES_256_CM_HMAC_SHA1_32": ("aes-256-icm", "hmac-sha1-32"),
               "AEAD_AES_128_GCM": ("aes-128-gcm", "null"),
               "AEAD_AES_256_GCM": ("aes-256-gcm", "null")}
    name, suites, takes_any_rtp = "GStreamer", tuple(CIPHERS), True

    def protect(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        cipher, mark = self.CIPHERS[suite]
        element = (f"srtpenc key={base64.b64decode(inline).hex()} rtp-cipher={cipher} rtp-auth={mark} "
                   f"rtcp-cipher={cipher} rtcp-auth={mark}")
        return self._pipe(f"application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload={PAYLOAD_TYPE}",
                          element, packets)

    def open(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        cipher, mark = self.CIPHERS[suite]
        ssrc = int.from_bytes(packets[0][8:12], "big")
        caps = (f"application/x-srtp,payload={PAYLOAD_TYPE},ssrc=(uint){ssrc},roc=(uint)0,"
                f"srtp-key=(buffer){base64.b64decode(inline).hex()},srtp-cipher={cipher},srtp-auth={mark},"
                f"srtcp-cipher={cipher},srtcp-auth={mark}")
        return self._pipe(caps, "srtpdec", packets)

    def _pipe(self, caps: str, element: str, packets: list[bytes]) -> list[bytes]:
        with _socket() as out:
            port = free_port()
            pipeline = (f"udpsrc address={ADDRESS} port={port} caps={caps} ! {element} ! "
                        f"udpsink host={ADDRESS} port={out.getsockname()[1]} sync=false async=false")
            return self._through(["gst-launch-1.0", "-q", *pipeline.split()], port, out, packets)


class Ffmpeg(_ByProcess):
    """ffmpeg's own SRTP code. It makes its packets itself (a tone) and hands out payloads only."""

    name, suites, takes_any_rtp = "ffmpeg", ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"), False

    def protect(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        """As many packets as given, of its own making."""
        with _socket() as out:
            seconds = (len(packets) + 5) * 0.02
            process = self._run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                                 f"sine=440:r=8000:d={seconds:.2f}", "-acodec", "pcm_mulaw", "-f", "rtp",
                                 "-srtp_out_suite", suite, "-srtp_out_params", inline,
                                 f"srtp://{ADDRESS}:{out.getsockname()[1]}?pkt_size=186"], None)
            try:
                made: list[bytes] = []
                while len(made) < len(packets):
                    packet = out.recv(65536)
                    if not 64 <= packet[1] & 0x7F <= 95:  # no RTCP
                        made.append(packet)
                return made
            except TimeoutError:
                raise Unable("ffmpeg sent too few packets") from None
            finally:
                self._owner.end(process)

    def open(self, suite: str, inline: str, packets: list[bytes]) -> list[bytes]:
        """Payloads, joined by us to the packets' headers."""
        port = free_port()
        description, heard = self._directory / "ffmpeg.sdp", self._directory / "ffmpeg.ulaw"
        description.write_text(f"v=0\no=- 0 0 IN IP4 {ADDRESS}\ns=-\nc=IN IP4 {ADDRESS}\nt=0 0\n"
                               f"m=audio {port} RTP/SAVP {PAYLOAD_TYPE}\na=crypto:1 {suite} inline:{inline}\n")
        process = self._run(["ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-protocol_whitelist",
                             "file,udp,rtp,srtp,crypto", "-analyzeduration", "0", "-i", str(description),
                             "-acodec", "copy", "-flush_packets", "1", "-f", "mulaw", str(heard)], port)
        try:
            with _socket() as out:
                return self._payloads(packets, out, port, heard)
        finally:
            self._owner.end(process)

    @staticmethod
    def _payloads(packets: list[bytes], out: socket.socket, port: int, heard: pathlib.Path) -> list[bytes]:
        sizes = [len(packet) - 12 for packet in packets]
        for packet in packets:
            out.sendto(packet, (ADDRESS, port))
            time.sleep(0.002)
        deadline, data = time.monotonic() + 5, b""
        tags = {4, 10}  # what a suite adds
        while time.monotonic() < deadline:
            data = heard.read_bytes() if heard.exists() else b""
            if any(len(data) == sum(sizes) - tag * len(sizes) for tag in tags):
                break
            time.sleep(0.05)
        tag = (sum(sizes) - len(data)) // len(sizes)
        opened, at = [], 0
        for packet, size in zip(packets, sizes):
            opened.append(packet[:12] + data[at:at + size - tag])
            at += size - tag
        return opened


STACKS = (GStreamer, Pylibsrtp, Ffmpeg)


def wait_bound(process: subprocess.Popen, port: int, log: pathlib.Path) -> None:
    """Until it has bound its UDP port."""
    deadline = time.monotonic() + 10
    while not _bound(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unable(f"{process.args[0]} does not listen on port {port}:\n{processes.tail(log)}")
        time.sleep(0.02)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((ADDRESS, 0))
    made.settimeout(5)
    return made


def free_port() -> int:
    """An even port that is free, with its odd neighbour."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as even:
            even.bind((ADDRESS, 0))
            port = even.getsockname()[1]
        if port % 2 == 0 and not _bound(port) and not _bound(port + 1):
            return port


def _bound(port: int) -> bool:
    sockets = pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return any(int(line.split()[1].rpartition(":")[2], 16) == port for line in sockets)
