"""Kamailio with the example configuration and our module."""

import pathlib
import socket
import subprocess
import time

from lab import processes

PORTS = {"udp": 15060, "tls": 15061, "ws": 15060}

TLS_CONFIG = """\
[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {certificate}
certificate = {certificate}

[client:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
"""


def make_certificate(directory: pathlib.Path, address: str) -> pathlib.Path:
    """A self-signed certificate and its key in one file, for the proxy and the phones."""
    key, certificate, both = (directory / name for name in ("key.pem", "certificate.pem", "tls.pem"))
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-days", "30", "-subj", "/CN=OSRTP demo", "-addext", f"subjectAltName=IP:{address}",
                           "-keyout", str(key), "-out", str(certificate)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise processes.Died(f"openssl made no certificate: {made.stderr.strip()}")
    both.touch(mode=0o600)
    both.write_text(key.read_text() + certificate.read_text())
    return both


class Proxy:
    """A running Kamailio: registrar and proxy for the phones, UDP and TLS."""

    def __init__(self, config: pathlib.Path, module: pathlib.Path, address: str, directory: pathlib.Path,
                 more: tuple[str, ...] = ()) -> None:
        self.address = address
        self._more = more
        self.log = directory / "kamailio.log"
        self._config, self._module, self._directory = config, module, directory

    def at(self, transport: str) -> str:
        return f"{self.address}:{PORTS[transport]}"

    def launch(self, owner: processes.Processes, relay: str, certificate: pathlib.Path, detached: bool = False) -> None:
        """`relay`: osrtpd's control socket, as the module writes it."""
        tls = self._directory / "tls.cfg"
        tls.write_text(TLS_CONFIG.format(certificate=certificate.resolve()))
        defines = self.defines(relay, tls)
        argv = ["kamailio", "-DD", "-E", "-f", str(self._config), "-P", str(self._directory / "kamailio.pid"),
                "-Y", str(self._directory)]
        owner.start("kamailio", argv + [word for define in defines for word in ("-A", define)], self.log, detached)
        self._wait(owner)

    def defines(self, relay: str, tls: pathlib.Path) -> list[str]:
        """What the example leaves open, for kamailio's -A."""
        return [f"LISTEN_ADDR={self.address}", f"UDP_PORT={PORTS['udp']}", f"TLS_PORT={PORTS['tls']}",
                f"TCP_PORT={PORTS['ws']}", f'TLS_CONFIG="{tls}"', f'OSRTP_MODULE="{self._module}"',
                f'OSRTP_SOCK="{relay}"', *self._more]

    def _wait(self, owner: processes.Processes) -> None:
        deadline = time.monotonic() + 15
        while True:
            owner.check()
            try:
                socket.create_connection((self.address, PORTS["tls"]), 1).close()
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise processes.Died(f"Kamailio does not listen ({error}); the end of {self.log}:\n"
                                         f"{processes.tail(self.log)}") from error
                time.sleep(0.05)
