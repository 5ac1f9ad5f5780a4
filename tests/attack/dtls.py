"""A phone that speaks DTLS-SRTP (RFC 5764), on OpenSSL through ctypes, so that it lives in a namespace and on a port of its own."""

import base64
import ctypes
import ctypes.util
import hashlib
import pathlib
import socket
import ssl
import struct
import time

from lab import dtls_stacks, srtp
from phones import SUITE, Phone
from world import Place

SSL = ctypes.CDLL(ctypes.util.find_library("ssl") or "libssl.so.3")
for _name in ("DTLS_method", "SSL_CTX_new", "SSL_new", "BIO_new_dgram"):
    getattr(SSL, _name).restype = ctypes.c_void_p
VERIFY_PEER, SET_CONNECTED, HANDLE_TIMEOUT, FILE_PEM = 1, 32, 74, 1
VERIFY = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
ANY_CERTIFICATE = VERIFY(lambda *_: 1)
EXPORTER = b"EXTRACTOR-dtls_srtp"


class Certificate(dtls_stacks.Certificate):
    """Self-signed, of elliptic curves."""

    def __init__(self, directory: pathlib.Path, name: str) -> None:
        super().__init__(directory, name, "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        self.files = (str(directory / f"{name}.pem").encode(), str(directory / f"{name}.key").encode())
        end = "-----END CERTIFICATE-----"
        self._der = ssl.PEM_cert_to_DER_cert(self.pem.split(end)[0] + end)

    def digest(self, name: str) -> str:
        """The value of `a=fingerprint`, of the hash `name`: "sha-256"."""
        return f"{name} {hashlib.new(name.replace('-', ''), self._der).digest().hex(':').upper()}"


class Association:
    """One end of a handshake on a socket, which never blocks. Whatever certificate the other one has will do."""

    def __init__(self, own: socket.socket, peer: tuple[str, int], certificate: Certificate, active: bool) -> None:
        own.setblocking(False)
        own.connect(peer)
        self._context = ctypes.c_void_p(SSL.SSL_CTX_new(ctypes.c_void_p(SSL.DTLS_method())))
        SSL.SSL_CTX_use_certificate_file(self._context, certificate.files[0], FILE_PEM)
        SSL.SSL_CTX_use_PrivateKey_file(self._context, certificate.files[1], FILE_PEM)
        SSL.SSL_CTX_set_verify(self._context, VERIFY_PEER, ANY_CERTIFICATE)
        SSL.SSL_CTX_set_tlsext_use_srtp(self._context, b"SRTP_AES128_CM_SHA1_80")
        self._ssl = ctypes.c_void_p(SSL.SSL_new(self._context))
        bio = ctypes.c_void_p(SSL.BIO_new_dgram(own.fileno(), 0))
        address = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", peer[1], socket.inet_aton(peer[0]))
        SSL.BIO_ctrl(bio, SET_CONNECTED, ctypes.c_long(0), address)
        SSL.SSL_set_bio(self._ssl, bio, bio)
        (SSL.SSL_set_connect_state if active else SSL.SSL_set_accept_state)(self._ssl)
        self._active, self.is_done = active, False

    def step(self) -> bool:
        """Whether it has keys now."""
        if not self.is_done:
            SSL.SSL_ctrl(self._ssl, HANDLE_TIMEOUT, ctypes.c_long(0), None)
            self.is_done = SSL.SSL_do_handshake(self._ssl) == 1
        return self.is_done

    def keys(self) -> tuple[str, str]:
        """Ours and theirs, as in `a=crypto` (RFC 5764 section 4.2)."""
        sizes, out = srtp.SUITES[SUITE], ctypes.create_string_buffer(60)
        if SSL.SSL_export_keying_material(self._ssl, out, ctypes.c_size_t(60), EXPORTER, ctypes.c_size_t(len(EXPORTER)), None,
                                          ctypes.c_size_t(0), 0) != 1:
            raise RuntimeError("OpenSSL exports no keys")
        keys, salts = out.raw[:2 * sizes.key], out.raw[2 * sizes.key:]
        both = [base64.b64encode(keys[n * sizes.key:][:sizes.key] + salts[n * sizes.salt:][:sizes.salt]).decode() for n in (0, 1)]
        return (both[0], both[1]) if self._active else (both[1], both[0])

    def close(self) -> None:
        SSL.SSL_free(self._ssl)
        SSL.SSL_CTX_free(self._context)


class DtlsPhone(Phone):
    """Has keys when its handshake is over. RTP and RTCP share its port."""

    own: Certificate  # of all of them, but for who sets another; made by prepare()

    def __init__(self, place: Place, port: int, name: str) -> None:
        super().__init__(place, "dtls", port, name)
        self.setup, self.certificate, self.fingerprints = "active", self.own, [self.own.digest("sha-256")]
        self.association: Association | None = None

    def about_keys(self, crypto: bool) -> list[str]:
        return [*(f"a=fingerprint:{one}" for one in self.fingerprints), f"a=setup:{self.setup}", "a=rtcp-mux"]

    def step(self) -> bool:
        """Goes on with the handshake; whether it is over."""
        if self.association is None:
            self.association = Association(self.rtp, self.relay, self.certificate, self.setup == "active")
        if self.association.step() and self.sender is None:
            ours, theirs = self.association.keys()
            self.sender = srtp.Sender(SUITE, ours)
            self.learn_key(SUITE, theirs)
        return self.association.is_done

    def shake(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.step() and time.monotonic() < deadline:
            time.sleep(0.002)
        return self.association.is_done

    def close(self) -> None:
        if self.association:
            self.association.close()
        super().close()
