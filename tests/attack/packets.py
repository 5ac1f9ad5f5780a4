"""S10 to S13: packets of odd shapes, RTCP, and those of calls that are over."""

import os
import random
import struct

from call import Call, Stage
from phones import SUITE, WATERMARK, app, rtp
from rows import row

SUITES = (SUITE, "AES_256_CM_HMAC_SHA1_80", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM")
LENGTHS = (*range(0, 34), 100, 159, 160, 161, 500, 1000, 1300)  # and what goes unfragmented


def shaped(header: bytes, size: int, sources: int, extension: int | None, padding: int) -> bytes:
    """RTP with everything that RFC 3550 section 5.1 allows; `header`: the twelve octets of a simple one."""
    first = 0x80 | (0x20 if padding else 0) | (0x10 if extension is not None else 0) | sources
    body = os.urandom(4 * sources)
    if extension is not None:
        body += struct.pack("!HH", 0xBEDE, extension) + bytes(4 * extension)
    return bytes([first]) + header[1:12] + body + os.urandom(size) + (bytes(padding - 1) + bytes([padding]) if padding else b"")


@row("S10", "clear")
def odd_sizes(stage: Stage) -> None:
    """Payloads of 0 to 1300 octets, CSRC lists, header extensions and padding towards legs with AES-CM and AES-GCM: each
    packet on the encrypted leg opens, and is the one that was sent."""
    for suite in SUITES:
        call = stage.call("plain", "sdes", suite=suite).begin()
        speaker, before, sent = call.caller, call.heard(), 0
        for size in LENGTHS:
            for sources, extension, padding in ((0, None, 0), (size % 16, None, 0), (0, size % 5, 0), (15, 3, 4), (0, None, 4)):
                speaker.sequence += 1
                speaker.send(speaker.seal(shaped(rtp(speaker.sequence, speaker.ssrc, b""), size, sources, extension, padding)))
                sent += 1
            stage.world.settle()
        stage.tally.sent += sent
        call.await_heard(before + sent, lossless=True)


def malformed(seen: bytes, count: int):
    """Packets that no parser should trust; `seen`: a good SRTP packet of the call."""
    fixed = [b"", b"\x80", b"\x80\0" * 5, seen[:11], seen[:12], seen[:20], b"\x8f" + seen[1:20], b"\x90" + seen[1:12] + b"\0\0\xff\xff",
             b"\xa0" + seen[1:12] + b"\xff", b"\xbf" + seen[1:],
             b"\x80\xc8\0\0", b"\x80\xc8\xff\xff" + bytes(8), b"\x81\xc9\0\7" + bytes(4), b"\x9f\xcb\0\1" + bytes(4), b"\x80\xc8\0\6" + bytes(14),
             # RTCP of every length whose index says that it is not encrypted
             *(b"\x80\xc8\0\1" + bytes(n) + b"\0\0\0\1" + bytes(16) for n in range(0, 16)),
             b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12), b"\0\1\xff\xfc\x21\x12\xa4\x42" + bytes(12), b"\0\1\0\4\x21\x12\xa4\x42" + bytes(12) + b"\0\6\xff\xff",
             b"\x16\xfe\xfd" + bytes(8) + b"\xff\xff", b"\x16\xfe\xfd" + bytes(8) + b"\0\1\1", b"\x16\xfe\xff" + bytes(8) + b"\0\x0c\1\xff\xff\xff" + bytes(8)]
    for _ in range(count):
        packet = bytearray(seen[:random.randint(1, len(seen))] if random.random() < 0.5 else os.urandom(random.randint(1, 1400)))
        packet[0] = random.choice((0x80, 0x90, 0xA0, 0x8F, 0x00, 0x16, 0x17, packet[0]))
        if random.random() < 0.3 and len(packet) > 1:
            packet[1] = random.choice((200, 201, 202, 203, 204, 205, 206, 207))
        yield bytes(packet)
    yield from fixed


@row("S11", "unopened", "wrong")
def parsers(stage: Stage) -> None:
    """RTP, RTCP, SRTP, STUN and DTLS that are cut off, overlong or lie about their lengths, from the phones' own addresses to
    every port of encrypted legs: not relayed, the relay lives and the call loses nothing."""
    calls = [stage.call("sdes", "sdes"), stage.call("sdes", "sdes", suite="AEAD_AES_256_GCM"), stage.call("dtls", "plain")]
    for call in calls:
        call.begin()
    seen = calls[0].caller.send()
    calls[0].talk()
    for call in calls:
        for phone in call.phones():
            if phone.secure:
                for n in (0, 1):
                    stage.attack(((phone.relay[1] + n, packet) for packet in malformed(seen, stage.size // 8)),
                                 source=(phone.place.address, phone.port + n))
    calls[0].talk()
    calls[0].report()


def clear_rtcp(call: Call, ssrc: int) -> list[bytes]:
    text = WATERMARK * 3
    cname = bytes([1, len(text)]) + text + b"\0\0"
    return [app(ssrc, text), struct.pack("!BBHI", 0x80, 201, 1, ssrc) + struct.pack("!BBHI", 0x81, 202, 1 + len(cname) // 4, ssrc) + cname,
            struct.pack("!BBHI", 0x81, 203, 1 + 28 // 4, ssrc) + bytes([len(text)]) + text + bytes(3),
            struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, 0, 0, 0, 0) + text,
            struct.pack("!BBHI", 0x80, 201, 1, ssrc), b"\x80\xc8\0\1", b"\x80\xc9"]


@row("S12", "injected", "wrong")
def rtcp(stage: Stage) -> None:
    """Clear RTCP (SR, RR, SDES, BYE, APP) from the phone's own address on SRTP legs, and from a stranger on plain ones: not
    relayed, the call's own reports are."""
    for kinds in (("sdes", "sdes"), ("sdes", "plain"), ("plain", "plain")):
        call = stage.call(*kinds).begin()
        call.talk()
        call.report()
        for phone in call.phones():
            source = (phone.place.address, phone.port + 1) if phone.secure else None
            forged = clear_rtcp(call, phone.ssrc) * (stage.size // 60)
            stage.attack(((phone.relay[1] + n, packet) for packet in forged for n in ((0, 1) if phone.secure else (1,))), source=source)
        call.talk()
        call.report()


@row("S13", "injected")
def late_packets(stage: Stage) -> None:
    """Plain calls end, and their phones go on talking while as many new calls begin: no packet of an old call is heard in
    a new one, whose phones have yet to speak."""
    old: list[Call] = []
    for _ in range(4):
        new = [stage.call("plain", "plain").begin() for _ in range(10 if stage.size < 1000 else 20)]
        for _ in range(5):
            for phone in (phone for call in old for phone in call.phones()):
                phone.send()
                stage.tally.sent += 1
            stage.settle()
        for call in new:
            call.talk(3)
            call.end()
        old += new
