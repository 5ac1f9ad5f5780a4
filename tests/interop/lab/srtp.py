"""An SRTP receiver to check others with (RFC 3711, 6188, 7714), written for clarity alone.

It shares no code with the relay: the key derivation and the packet format are here, the block cipher is
OpenSSL's. It does not keep a replay window but a record of every index seen, so that it can tell when one
(key, SSRC, index) was used for two different packets.
"""

import base64
import ctypes
import ctypes.util
import dataclasses
import hashlib
import hmac
import struct

CRYPTO = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for _function in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ctr", "EVP_aes_192_ctr", "EVP_aes_256_ctr",
                  "EVP_aes_128_gcm", "EVP_aes_256_gcm"):
    getattr(CRYPTO, _function).restype = ctypes.c_void_p
GCM_SET_TAG, GCM_GET_TAG = 0x11, 0x10


@dataclasses.dataclass(frozen=True)
class Suite:
    """The lengths in octets of a crypto suite (RFC 4568 section 6.2, RFC 6188, RFC 7714)."""

    key: int
    salt: int
    tag: int
    gcm: bool = False


SUITES = {
    "AES_CM_128_HMAC_SHA1_80": Suite(16, 14, 10),
    "AES_CM_128_HMAC_SHA1_32": Suite(16, 14, 4),
    "AES_192_CM_HMAC_SHA1_80": Suite(24, 14, 10),
    "AES_192_CM_HMAC_SHA1_32": Suite(24, 14, 4),
    "AES_256_CM_HMAC_SHA1_80": Suite(32, 14, 10),
    "AES_256_CM_HMAC_SHA1_32": Suite(32, 14, 4),
    "AEAD_AES_128_GCM": Suite(16, 12, 16, gcm=True),
    "AEAD_AES_256_GCM": Suite(32, 12, 16, gcm=True),
}


class Refused(Exception):
    """A packet that does not authenticate under the key."""


class Reused(Refused):
    """It authenticates, and another one had its index."""


def _context(cipher: str, key: bytes, iv: bytes, encrypt: int) -> ctypes.c_void_p:
    context = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new())
    method = ctypes.c_void_p(getattr(CRYPTO, f"EVP_aes_{len(key) * 8}_{cipher}")())
    if CRYPTO.EVP_CipherInit_ex(context, method, None, key, iv, encrypt) != 1:
        raise RuntimeError("OpenSSL refused a key")
    return context


def _update(context: ctypes.c_void_p, data: bytes, output: ctypes.Array | None) -> None:
    length = ctypes.c_int()
    if CRYPTO.EVP_CipherUpdate(context, output, ctypes.byref(length), data, len(data)) != 1:
        raise RuntimeError("OpenSSL refused data")


def _counter_mode(key: bytes, iv: bytes, data: bytes) -> bytes:
    context = _context("ctr", key, iv, 1)
    output = ctypes.create_string_buffer(len(data) + 16)
    _update(context, data, output)
    CRYPTO.EVP_CIPHER_CTX_free(context)
    return output.raw[:len(data)]


def _open_gcm(key: bytes, iv: bytes, aad: bytes, sealed: bytes, tag: bytes) -> bytes:
    context = _context("gcm", key, iv, 0)
    output = ctypes.create_string_buffer(len(sealed) + 16)
    _update(context, aad, None)
    if sealed:
        _update(context, sealed, output)
    CRYPTO.EVP_CIPHER_CTX_ctrl(context, GCM_SET_TAG, len(tag), tag)
    length = ctypes.c_int()
    good = CRYPTO.EVP_CipherFinal_ex(context, output, ctypes.byref(length))
    CRYPTO.EVP_CIPHER_CTX_free(context)
    if good != 1:
        raise Refused("authentication tag is wrong")
    return output.raw[:len(sealed)]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right))


def derive(master_key: bytes, master_salt: bytes, label: int, size: int) -> bytes:
    """RFC 3711 section 4.3.1 with a key derivation rate of zero; a 12-octet salt is padded (RFC 7714 section 11)."""
    salt = master_salt.ljust(14, b"\0")
    iv = _xor(salt, bytes([0] * 7 + [label] + [0] * 6)) + b"\0\0"
    return _counter_mode(master_key, iv, bytes(size))


def header_length(packet: bytes) -> int:
    """The fixed header, contributing sources and extension of an RTP packet (RFC 3550 section 5.1)."""
    length = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        length += 4 + 4 * struct.unpack_from("!H", packet, length + 2)[0]
    return length


@dataclasses.dataclass
class _Source:
    highest: int  # 48-bit index
    seen: dict[int, bytes] = dataclasses.field(default_factory=dict)


class Receiver:
    """Opens the packets of one master key, in any order a network delivers them."""

    def __init__(self, suite: str, inline: str) -> None:
        """`inline`: base64 of master key and salt, as in `a=crypto` (RFC 4568 section 6.1)."""
        self._suite = SUITES[suite]
        material = base64.b64decode(inline.split("|")[0])
        key, salt = material[:self._suite.key], material[self._suite.key:]
        if len(salt) != self._suite.salt:
            raise Refused(f"{suite} with {len(material)} octets of key and salt")
        self._key = derive(key, salt, 0, self._suite.key)
        self._auth = derive(key, salt, 1, 20)
        self._salt = derive(key, salt, 2, self._suite.salt)
        self._rtcp_key = derive(key, salt, 3, self._suite.key)
        self._rtcp_auth = derive(key, salt, 4, 20)
        self._rtcp_salt = derive(key, salt, 5, self._suite.salt)
        self._sources: dict[int, _Source] = {}
        self._rtcp_seen: dict[tuple[int, int], bytes] = {}

    def rtp(self, packet: bytes) -> bytes:
        """The RTP packet inside `packet`; Refused when it is not what it should be."""
        sequence, = struct.unpack_from("!H", packet, 2)
        ssrc, = struct.unpack_from("!I", packet, 8)
        source = self._sources.get(ssrc, _Source(sequence))
        index = _estimate(source.highest, sequence)
        clear = self._open_rtp(packet, index, ssrc)
        if source.seen.setdefault(index, packet) != packet:
            raise Reused(f"index {index} of SSRC {ssrc:08x} used for two different packets")
        source.highest = max(source.highest, index)
        self._sources[ssrc] = source
        return clear

    def _open_rtp(self, packet: bytes, index: int, ssrc: int) -> bytes:
        start, tag = header_length(packet), self._suite.tag
        if len(packet) < start + tag:
            raise Refused(f"{len(packet)} octets are too few")
        header, body, mark = packet[:start], packet[start:-tag], packet[-tag:]
        if self._suite.gcm:
            iv = _xor(struct.pack("!HIIH", 0, ssrc, index >> 16, index & 0xFFFF), self._salt)
            return header + _open_gcm(self._key, iv, header, body, mark)
        _authenticate(self._auth, header + body + struct.pack("!I", index >> 16), mark)
        iv = _xor(struct.pack("!IIQ", 0, ssrc, index << 16), self._salt + b"\0\0")
        return header + _counter_mode(self._key, iv, body)

    def rtcp(self, packet: bytes) -> bytes:
        """The RTCP packet inside `packet` (RFC 3711 section 3.4, RFC 7714 section 9)."""
        tag = self._suite.tag if self._suite.gcm else 10  # SHA1_32 shortens RTP's only (RFC 4568 section 6.2.2)
        if len(packet) < 12 + tag:
            raise Refused(f"{len(packet)} octets are too few")
        ssrc, = struct.unpack_from("!I", packet, 4)
        clear, word = (self._open_rtcp_gcm if self._suite.gcm else self._open_rtcp_hmac)(packet, ssrc, tag)
        if self._rtcp_seen.setdefault((ssrc, word & 0x7FFFFFFF), packet) != packet:
            raise Reused(f"RTCP index {word & 0x7FFFFFFF} of SSRC {ssrc:08x} used for two different packets")
        return clear

    def _open_rtcp_hmac(self, packet: bytes, ssrc: int, tag: int) -> tuple[bytes, int]:
        body, mark = packet[:-tag], packet[-tag:]
        _authenticate(self._rtcp_auth, body, mark)
        word, = struct.unpack("!I", body[-4:])
        iv = _xor(struct.pack("!IIQ", 0, ssrc, (word & 0x7FFFFFFF) << 16), self._rtcp_salt + b"\0\0")
        clear = body[8:-4]
        return body[:8] + (_counter_mode(self._rtcp_key, iv, clear) if word >> 31 else clear), word

    def _open_rtcp_gcm(self, packet: bytes, ssrc: int, tag: int) -> tuple[bytes, int]:
        word, = struct.unpack("!I", packet[-4:])
        iv = _xor(struct.pack("!HIHI", 0, ssrc, 0, word & 0x7FFFFFFF), self._rtcp_salt)
        header, body, mark = packet[:8], packet[8:-4 - tag], packet[-4 - tag:-4]
        if word >> 31:
            return header + _open_gcm(self._rtcp_key, iv, header + packet[-4:], body, mark), word
        _open_gcm(self._rtcp_key, iv, header + body + packet[-4:], b"", mark)
        return header + body, word


class Sender:
    """Protects one RTP stream, and its RTCP, under a suite with HMAC."""

    def __init__(self, suite: str, inline: str) -> None:
        self._suite = SUITES[suite]
        material = base64.b64decode(inline)
        key, salt = material[:self._suite.key], material[self._suite.key:]
        self._key, self._salt = derive(key, salt, 0, self._suite.key), derive(key, salt, 2, self._suite.salt)
        self._auth = derive(key, salt, 1, 20)
        self._rtcp_key, self._rtcp_salt = derive(key, salt, 3, self._suite.key), derive(key, salt, 5, self._suite.salt)
        self._rtcp_auth = derive(key, salt, 4, 20)
        self._highest = self._rtcp_index = -1

    def rtp(self, packet: bytes) -> bytes:
        sequence, = struct.unpack_from("!H", packet, 2)
        ssrc, = struct.unpack_from("!I", packet, 8)
        index = self._highest = _estimate(self._highest, sequence) if self._highest >= 0 else sequence
        start = header_length(packet)
        iv = _xor(struct.pack("!IIQ", 0, ssrc, index << 16), self._salt + b"\0\0")
        sealed = packet[:start] + _counter_mode(self._key, iv, packet[start:])
        mark = hmac.new(self._auth, sealed + struct.pack("!I", index >> 16), hashlib.sha1).digest()
        return sealed + mark[:self._suite.tag]

    def rtcp(self, packet: bytes) -> bytes:
        self._rtcp_index += 1
        ssrc, = struct.unpack_from("!I", packet, 4)
        iv = _xor(struct.pack("!IIQ", 0, ssrc, self._rtcp_index << 16), self._rtcp_salt + b"\0\0")
        sealed = packet[:8] + _counter_mode(self._rtcp_key, iv, packet[8:]) + struct.pack("!I", self._rtcp_index | 1 << 31)
        return sealed + hmac.new(self._rtcp_auth, sealed, hashlib.sha1).digest()[:10]


def _authenticate(key: bytes, data: bytes, mark: bytes) -> None:
    if not hmac.compare_digest(hmac.new(key, data, hashlib.sha1).digest()[:len(mark)], mark):
        raise Refused("authentication tag is wrong")


def _estimate(highest: int, sequence: int) -> int:
    """The index nearest to the highest one seen that has this sequence number (RFC 3711 section 3.3.1)."""
    around = (highest & ~0xFFFF) | sequence
    candidates = [index for index in (around - 0x10000, around, around + 0x10000) if index >= 0]
    return min(candidates, key=lambda index: abs(index - highest))
