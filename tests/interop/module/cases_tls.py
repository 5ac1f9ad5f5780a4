"""Kamailio and the daemon, over TLS."""

import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))

from certificates import Authority  # noqa: E402
from proxy import free_port  # noqa: E402
from real_relay import RealRelay  # noqa: E402
from stand import Stand, case, same, until  # noqa: E402
from steps import ANSWERED, ANSWERS, INVITE  # noqa: E402

HOST = "127.0.0.46"


class TlsRelay(RealRelay):
    """A daemon that takes commands over TLS, with certificates of `ca`; the test looks at it over its UNIX socket."""

    def __init__(self, folder: pathlib.Path, ca: Authority, place: str) -> None:
        certificate, key = folder / "relay.crt", folder / "relay.key"
        config = folder / "tls.toml"
        config.write_text(f'[control-tls]\ncertificate = "{certificate}"\nkey = "{key}"\nca = "{ca.certificate}"\n',
                          encoding="utf-8")
        self.log = folder / "osrtpd-tls.log"
        super().__init__(f"unix:{folder}/tls.sock", self.log, "--control", place, "--config", str(config))

    def counts(self) -> tuple[int, int, int]:
        numbers = self._ask({"command": "statistics"})["statistics"]
        return (numbers["osrtp"]["offers"], numbers["osrtp"]["answers"], numbers["totalstatistics"]["managedsessions"])


@contextlib.contextmanager
def proxy_over_tls(stand: Stand, place: str, ca: Authority, client: tuple[pathlib.Path, pathlib.Path]):
    """Kamailio's own module for TLS is loaded beside ours."""
    own, stand.socket = stand.socket, place
    defines = (f'CONTROL_CERTIFICATE="{client[0]}"', f'CONTROL_KEY="{client[1]}"', f'CONTROL_CA="{ca.certificate}"',
               f"TLS_LISTEN=127.0.0.41:{stand.tls[1]}", f'TLS_CERTIFICATE="{stand.certificate}"')
    proxy = stand.proxy("module.cfg", *defines)
    try:
        proxy.__enter__()
    finally:
        stand.socket = own
    with contextlib.ExitStack() as stack:
        stack.push(proxy.__exit__)
        yield


@case
def calls_go_over_tls_and_over_a_relay_that_has_been_restarted(stand: Stand) -> None:
    folder = stand.directory / "control-tls"
    folder.mkdir()
    ca = Authority(folder)
    ca.sign("relay", f"IP:{HOST}")
    client = ca.sign("proxy", "DNS:proxy.example.org")
    place = f"tls:{HOST}:{free_port(HOST)}"
    relay = TlsRelay(folder, ca, place)
    try:
        with proxy_over_tls(stand, place, ca, client):
            for number in (1, 2):
                stand.call([INVITE, *ANSWERED], ANSWERS)
                assert until(lambda: relay.counts() == (number, number, number)), f"{relay.counts()}"  # noqa: B023
            relay.stop()
            relay = TlsRelay(folder, ca, place)
            stand.call([INVITE, *ANSWERED], ANSWERS)
            assert until(lambda: relay.counts() == (1, 1, 1)), f"after the restart: {relay.counts()}"
            assert "event=control-connected" in relay.log.read_text(), relay.log.read_text()
    finally:
        relay.stop()


@case
def a_relay_with_the_certificate_of_another_ca_gets_no_call(stand: Stand) -> None:
    folder = stand.directory / "control-tls-other"
    folder.mkdir()
    ca = Authority(folder)
    ca.sign("relay", f"IP:{HOST}")
    other = Authority(folder, "other-ca")
    client = ca.sign("proxy", "DNS:proxy.example.org")
    place = f"tls:{HOST}:{free_port(HOST)}"
    relay = TlsRelay(folder, ca, place)
    try:
        with proxy_over_tls(stand, place, other, client):
            with contextlib.suppress(AssertionError):  # the call fails, in whatever way
                stand.call([INVITE, *ANSWERED], ANSWERS)
            same(relay.counts(), (0, 0, 0))
    finally:
        relay.stop()
