"""The sound of a phone that a script plays: a tone out, what comes in kept, plain RTP or SRTP with keys from SDP."""

import asyncio
import base64
import collections
import os
import re
import socket
import struct
import time

from lab import audio, srtp, wire

SUITE = "AES_CM_128_HMAC_SHA1_80"  # the one that everybody knows
FRAME = 160  # samples, 20 ms
CRYPTO = re.compile(r"^a=crypto:(\d+) (\S+) inline:([^\s|]+)", re.M)


class Stream:
    """One m=audio line at one address; `renew` moves it to another."""

    def __init__(self, address: str, ports: range, tone: int, keyed: bool) -> None:
        self.tone, self.keyed = tone, keyed
        self.heard: list[tuple[float, bytes]] = []  # when, and the clear packet
        self.refused: list[str] = []  # what came and did not open
        self.others: list[bytes] = []  # what came and is no RTP
        self._address, self._ports = address, iter(ports[::2])
        self._samples, self._place = audio.tone_in_pcmu(tone), 0
        self._version = 0
        self._socket: socket.socket | None = None
        self._sender: srtp.Sender | None = None
        self._receiver: srtp.Receiver | None = None
        self._peer: tuple[str, int] | None = None
        self._task: asyncio.Task | None = None
        self.renew()

    def renew(self) -> None:
        """Another port, another key, another stream: what a B2BUA does when it puts another phone into the dialog."""
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        self.port = next(self._ports)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((self._address, self.port))
        asyncio.get_running_loop().add_reader(self._socket, self._read, self._socket)
        self._key = base64.b64encode(os.urandom(30)).decode()
        self._ssrc, self._sequence = int.from_bytes(os.urandom(4), "big"), 1000
        self._sender = self._receiver = None

    @property
    def ports(self) -> range:
        return range(self.port, self.port + 2)

    def sdp(self, direction: str = "sendrecv", offered: str = "") -> str:
        """Ours, as an offer or as the answer to `offered`, whose line of keys it takes."""
        self._version += 1
        chosen = [tag for tag, suite, _ in CRYPTO.findall(offered) if suite == SUITE]
        profile = re.search(r"^m=audio \d+ (\S+)", offered, re.M)
        keys = f"a=crypto:{chosen[0] if chosen else 1} {SUITE} inline:{self._key}\r\n"
        return (f"v=0\r\no=- 7 {self._version} IN IP4 {self._address}\r\ns=-\r\nc=IN IP4 {self._address}\r\nt=0 0\r\n"
                f"m=audio {self.port} {profile[1] if profile else 'RTP/AVP'} 0\r\na=rtpmap:0 PCMU/8000\r\n"
                f"a={direction}\r\n" + (keys if self.keyed and (chosen or not offered) else ""))

    def connect(self, theirs: str) -> None:
        """What the other side's SDP says: where to, and under which key it sends."""
        host = re.search(r"^c=IN IP4 (\S+)", theirs, re.M)[1]
        port = int(re.search(r"^m=audio (\d+)", theirs, re.M)[1])
        keys = [inline for _, suite, inline in CRYPTO.findall(theirs) if suite == SUITE] if self.keyed else []
        if keys and self._sender is None:
            self._sender = srtp.Sender(SUITE, self._key)
        if keys and (self._receiver is None or self._theirs != keys[0]):
            self._receiver = srtp.Receiver(SUITE, keys[0])
        if not keys:
            self._sender = self._receiver = None
        self._theirs = keys[0] if keys else ""
        self._peer = (host, port)
        if self._task is None:
            self._task = asyncio.create_task(self._play())

    @property
    def their_key(self) -> str:
        return self._theirs

    def send_datagram(self, theirs: str, payload: bytes) -> None:
        """Something that is no RTP, to where that SDP says."""
        host, port = re.search(r"^c=IN IP4 (\S+)", theirs, re.M)[1], int(re.search(r"^m=\S+ (\d+)", theirs, re.M)[1])
        self._socket.sendto(payload, (host, port))

    def pause(self) -> None:
        if self._task:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        self.pause()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def seconds_of(self, tone: int, since: float) -> float:
        """Of all senders that are heard at the same time, each for itself."""
        sounds: dict[bytes, list[int]] = collections.defaultdict(list)  # by SSRC
        for at, packet in self.heard:
            if at >= since:
                sounds[packet[8:12]] += audio.decode_pcmu(packet[12:])
        return sum(audio.seconds_of_tone(samples, tone) for samples in sounds.values())

    async def _play(self) -> None:
        while True:
            payload = self._samples[self._place:self._place + FRAME]
            self._place = (self._place + FRAME) % len(self._samples)
            self._sequence += 1
            packet = struct.pack("!BBHII", 0x80, 0, self._sequence, self._sequence * FRAME, self._ssrc) + payload
            self._socket.sendto(self._sender.rtp(packet) if self._sender else packet, self._peer)
            await asyncio.sleep(0.02)

    def _read(self, source: socket.socket) -> None:
        packet = source.recv(2048)
        if not wire.is_rtp(packet):
            self.others.append(packet)
            return
        try:
            self.heard.append((time.time(), self._receiver.rtp(packet) if self._receiver else packet))
        except srtp.Refused as reason:
            self.refused.append(str(reason))
