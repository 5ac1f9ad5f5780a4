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


class Relayed:
    """A daemon over TLS, its authority, and the certificate that the proxy has of it."""

    def __init__(self, stand: Stand, name: str) -> None:
        self._folder = stand.directory / name
        self._folder.mkdir()
        self.ca = Authority(self._folder)
        self.ca.sign("relay", f"IP:{HOST}")
        self.client = self.ca.sign("proxy", "DNS:proxy.example.org")
        self.place = f"tls:{HOST}:{free_port(HOST)}"
        self.relay = TlsRelay(self._folder, self.ca, self.place)

    def __enter__(self) -> "Relayed":
        return self

    def __exit__(self, *_: object) -> None:
        self.relay.stop()

    def restart(self) -> None:
        self.relay.stop()
        self.relay = TlsRelay(self._folder, self.ca, self.place)

    def other_authority(self) -> Authority:
        return Authority(self._folder, "other-ca")


@case
def calls_go_over_tls_and_over_a_relay_that_has_been_restarted(stand: Stand) -> None:
    with Relayed(stand, "control-tls") as one, proxy_over_tls(stand, one.place, one.ca, one.client):
        for number in (1, 2):
            stand.call([INVITE, *ANSWERED], ANSWERS)
            assert until(lambda: one.relay.counts() == (number, number, number)), f"{one.relay.counts()}"  # noqa: B023
        one.restart()
        stand.call([INVITE, *ANSWERED], ANSWERS)
        assert until(lambda: one.relay.counts() == (1, 1, 1)), f"after the restart: {one.relay.counts()}"
        assert "event=control-connected" in one.relay.log.read_text(), one.relay.log.read_text()


@case
def a_relay_with_the_certificate_of_another_ca_gets_no_call(stand: Stand) -> None:
    with Relayed(stand, "control-tls-other") as one:
        with proxy_over_tls(stand, one.place, one.other_authority(), one.client):
            with contextlib.suppress(AssertionError):  # the call fails, in whatever way
                stand.call([INVITE, *ANSWERED], ANSWERS)
            same(one.relay.counts(), (0, 0, 0))
