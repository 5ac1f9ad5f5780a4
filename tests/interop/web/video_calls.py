"""A browser with sound and picture, which BUNDLEs them, and a plain SIP phone with both, through a running relay: each
calls the other. The relay does not bundle, so the browser must take apart what it offered together.
"""

import asyncio
import re
import struct
import time

from lab import browser, exchange, srtp_stacks
from lab.relay import Relay

RELAY = "127.0.0.2"
KINDS = ("audio", "video")
PACKETS = 20  # of each kind, in each direction
SECONDS = 15.0
INTERVAL = 0.02
PICTURE = b"\x10\x00\x00\x9d\x01\x2a\x10\x00\x10\x00"  # how a picture begins in VP8: a descriptor, then a key frame
SOUND_TYPE, PICTURE_TYPE = 0, 96


def same(what: str, found: object, wanted: object) -> None:
    assert found == wanted, f"{what}: found {found!r}, wanted {wanted!r}"


class VideoPhone:
    """Plain RTP, PCMU and VP8, on ports of ours."""

    def __init__(self) -> None:
        self._ports = {kind: exchange.Ports() for kind in KINDS}
        self._peers: dict[str, tuple[str, int]] = {}
        self._types = {"audio": SOUND_TYPE, "video": PICTURE_TYPE}
        self._sent = 0
        self.heard = {kind: 0 for kind in KINDS}
        for ports in self._ports.values():
            ports.rtp.setblocking(False)

    def close(self) -> None:
        for ports in self._ports.values():
            ports.close()

    def sdp(self) -> str:
        address = srtp_stacks.ADDRESS
        lines = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
        for kind, codec in (("audio", "PCMU/8000"), ("video", "VP8/90000")):
            number = self._types[kind]
            lines += [f"m={kind} {self._ports[kind].port} RTP/AVP {number}", f"a=rtpmap:{number} {codec}"]
        return "".join(f"{line}\r\n" for line in lines)

    def read(self, sdp: str) -> None:
        """Where to send, and VP8's number in an offer."""
        sections = dict(re.findall(r"^m=(\w+) (\d+) RTP/AVPF? ", sdp, re.M))
        same("m-lines", sorted(sections), sorted(KINDS))
        self._peers = {kind: (RELAY, int(port)) for kind, port in sections.items()}
        self._types["video"] = int(re.search(r"^a=rtpmap:(\d+) VP8/90000", sdp, re.M).group(1))

    def talk(self) -> None:
        """A packet of each kind out, and all in that are there."""
        self._sent += 1
        for kind, clock, payload in (("audio", 160, bytes(160)), ("video", 1800, PICTURE + bytes(200))):
            marker = (kind == "video") << 7  # each packet is a whole picture; `clock` serves as the SSRC too
            header = struct.pack("!BBHII", 0x80, marker | self._types[kind], self._sent, self._sent * clock, clock)
            self._ports[kind].rtp.sendto(header + payload, self._peers[kind])
            try:
                while packet := self._ports[kind].rtp.recv(65536):
                    self.heard[kind] += packet[1] & 0x7F == self._types[kind]
            except BlockingIOError:
                pass


class Page:
    """The browser's side."""

    def __init__(self, chromium: browser.Browser, name: str) -> None:
        self._browser, self._name = chromium, name

    async def ask(self, command: str, **parameters: object) -> dict:
        return await self._browser.ask(self._name, command, SECONDS, **parameters)


def check_bundled(offer: str) -> None:
    assert re.search(r"^a=group:BUNDLE \S+ \S+", offer, re.M), f"the browser does not bundle:\n{offer}"


def check_for_browser(sdp: str) -> None:
    same("bundles of the relay's", "a=group:BUNDLE" in sdp, False)
    same("m-lines of the relay's", re.findall(r"^m=(\w+) \d+ UDP/TLS/RTP/SAVPF ", sdp, re.M), list(KINDS))
    ports = re.findall(r"^m=\w+ (\d+)", sdp, re.M)
    assert len(set(ports)) == len(KINDS) and "0" not in ports, f"the ports are {ports}"


async def browser_calls(relay: Relay, page: Page, phone: VideoPhone, options: dict) -> None:
    offer = (await page.ask("makeOffer"))["sdp"]
    check_bundled(offer)
    phone.read(relay.ask("offer", sdp=offer, osrtp={"caller-peer": "webrtc"}, **options)["sdp"])
    answer = relay.ask("answer", sdp=phone.sdp(), to_tag="b", sip_code=200, **options)["sdp"]
    check_for_browser(answer)
    await page.ask("takeAnswer", sdp=answer)


async def phone_calls(relay: Relay, page: Page, phone: VideoPhone, options: dict) -> None:
    offer = relay.ask("offer", sdp=phone.sdp(), osrtp={"callee-peer": "webrtc"}, **options)["sdp"]
    check_for_browser(offer)
    answer = (await page.ask("answerOffer", sdp=offer))["sdp"]
    phone.read(relay.ask("answer", sdp=answer, to_tag="b", sip_code=200, **options)["sdp"])


async def talk(page: Page, phone: VideoPhone) -> dict:
    """Until each has enough of each kind; the browser's figures."""
    deadline = time.monotonic() + SECONDS
    while True:
        for _ in range(PACKETS):
            phone.talk()
            await asyncio.sleep(INTERVAL)
        stats = await page.ask("mediaStats")
        counts = [*phone.heard.values(), *(stats["kinds"][kind]["received"] for kind in KINDS)]
        if min(counts) >= PACKETS:
            return stats
        assert time.monotonic() < deadline, f"few packets: the phone has {phone.heard}, the browser {stats}"


def check_legs(relay: Relay, call_id: str, browser_leg: str) -> None:
    for leg in relay.ask("query", call_id=call_id)["security"]:
        same(f"state of {leg}", leg["state"], "srtp-dtls" if leg["leg"] == browser_leg else "plain")
        if leg["leg"] == browser_leg:
            assert leg["authenticated-packets"] >= PACKETS, f"few authenticated packets: {leg}"
        assert leg["relayed-packets"] >= PACKETS, f"few relayed packets: {leg}"


async def call(relay: Relay, chromium: browser.Browser, begin: object, browser_leg: str) -> None:
    name = f"video-{browser_leg}"
    page, phone = Page(chromium, name), VideoPhone()
    try:
        await page.ask("open")
        await begin(relay, page, phone, {"call_id": name, "from_tag": "a"})
        stats = await talk(page, phone)
        same("transports", stats["transports"], len(KINDS))
        same("states of DTLS", [stats["kinds"][kind]["dtls"] for kind in KINDS], ["connected"] * len(KINDS))
        check_legs(relay, name, browser_leg)
        relay.ask("delete", call_id=name)
        await page.ask("closeMedia")
    finally:
        phone.close()


async def perform(relay: Relay, chromium: browser.Browser) -> None:
    """The first that is not as it should be raises."""
    await call(relay, chromium, browser_calls, "caller")
    print("ok     a browser calls a plain phone with sound and picture, BUNDLEd")
    await call(relay, chromium, phone_calls, "callee")
    print("ok     a plain phone calls a browser with sound and picture")
