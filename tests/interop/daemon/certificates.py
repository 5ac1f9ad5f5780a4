"""Certificates as an operator makes them, with openssl; docs/operations.md has the same commands."""

import pathlib
import ssl
import subprocess

QUIET = {"check": True, "capture_output": True, "timeout": 20}


class Authority:
    """A CA in a folder, and what it has signed: FOLDER/NAME.crt, FOLDER/NAME.key."""

    def __init__(self, folder: pathlib.Path, name: str = "ca") -> None:
        self.folder = folder
        self.key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate], **QUIET)

    def sign(self, name: str, alternatives: str = "", days: int = 1) -> tuple[pathlib.Path, pathlib.Path]:
        """The certificate and the key of `name`; 0 days: it is over at once."""
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        certificate = self.folder / f"{name}.crt"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\n" if alternatives else "", encoding="utf-8")
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", f"/CN={name}", "-keyout", key, "-out", request], **QUIET)
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                        "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", certificate], **QUIET)
        return certificate, key

    def client(self, certificate: tuple[pathlib.Path, pathlib.Path] | None) -> ssl.SSLContext:
        """Trusts this authority, and shows `certificate` where there is one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        if certificate:
            context.load_cert_chain(*certificate)
        return context
