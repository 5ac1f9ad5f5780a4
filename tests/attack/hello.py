"""Handshake messages of DTLS 1.2 made by hand (RFC 6347 section 4.3, RFC 5246 section 7.4)."""

import os

GOOD_SUITES, NULL_SUITES = b"\xc0\x2b\xc0\x2f", b"\x00\x01\x00\x02\x00\x3b\xc0\x06\xc0\x10"
EXTENSIONS = (b"\x00\x0a\x00\x04\x00\x02\x00\x17" b"\x00\x0b\x00\x02\x01\x00" b"\x00\x0d\x00\x06\x00\x04\x04\x03\x04\x01"
              b"\x00\x17\x00\x00" b"\x00\x0e\x00\x05\x00\x02\x00\x01\x00")  # the last one: use_srtp, RFC 5764 section 4.1.1


def record(kind: int, body: bytes, version: bytes = b"\xfe\xfd") -> bytes:
    return bytes([kind]) + version + bytes(8) + len(body).to_bytes(2, "big") + body


def handshake(kind: int, body: bytes, at: int = 0, size: int | None = None) -> bytes:
    """`size`: a fragment of so many octets that begins at `at`."""
    size = len(body) if size is None else size
    part = body[at:at + size]
    return bytes([kind]) + len(body).to_bytes(3, "big") + bytes(2) + at.to_bytes(3, "big") + len(part).to_bytes(3, "big") + part


def hello_body(suites: bytes, version: bytes) -> bytes:
    return (version + os.urandom(32) + b"\0\0" + len(suites).to_bytes(2, "big") + suites + b"\1\0"
            + len(EXTENSIONS).to_bytes(2, "big") + EXTENSIONS)


def client_hello(suites: bytes = GOOD_SUITES, version: bytes = b"\xfe\xfd") -> bytes:
    return record(22, handshake(1, hello_body(suites, version)), b"\xfe\xff")


def fragments(size: int) -> list[bytes]:
    body = hello_body(GOOD_SUITES, b"\xfe\xfd")
    return [record(22, handshake(1, body, at, size), b"\xfe\xff") for at in range(0, len(body), size)]


def hello_request() -> bytes:
    return record(22, handshake(0, b""))


def alert(level: int, description: int) -> bytes:
    return record(21, bytes([level, description]))
