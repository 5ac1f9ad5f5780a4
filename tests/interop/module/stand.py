"""Kamailio, a relay, two or three phones, and what one call came to."""

import contextlib
import pathlib
import subprocess
import time

from proxy import HERE, Kamailio, free_port
from sip import Phone


CASES = []


def case(function):
    CASES.append(function)
    return function


class Stand:
    """Kamailio, a relay, and two phones for each call."""

    def __init__(self, directory: pathlib.Path, relay) -> None:
        self.directory = directory
        self.socket = f"unix:{directory}/control.sock"
        self.relay = relay(self.socket)
        self.kamailio = self._kamailio(self.socket)
        self._calls = 0

    def _kamailio(self, relay: str) -> Kamailio:
        self.tls = ("127.0.0.41", free_port("127.0.0.41"))
        self.certificate = certificate = self.directory / "tls.pem"
        if not certificate.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=test", "-keyout", certificate, "-out", self.directory / "certificate.pem"],
                           check=True, capture_output=True)
            certificate.write_text(certificate.read_text() + (self.directory / "certificate.pem").read_text())
        kamailio = Kamailio(self.directory, relay, f"127.0.0.41:{free_port('127.0.0.41')}",
                            extra=(f"TLS_LISTEN=127.0.0.41:{self.tls[1]}", f'TLS_CERTIFICATE="{certificate}"'))
        assert kamailio.start(), f"Kamailio does not start: {kamailio.log_text()}"
        return kamailio

    @contextlib.contextmanager
    def proxy(self, config: str = "module.cfg", *defines: str):
        """Another Kamailio until the end of the block, and then the stand's own again."""
        self.kamailio.stop()
        # Who has subscribed is gone with it.
        getattr(self.relay, "forget_subscriber", lambda: None)()
        self.kamailio = Kamailio(self.directory, self.socket, f"127.0.0.41:{free_port('127.0.0.41')}", HERE / config, defines)
        try:
            assert self.kamailio.start(), "Kamailio does not start"
            yield self.kamailio
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.kamailio.log_text()}") from error  # the next one writes over it
        finally:
            self.kamailio.stop()
            self.kamailio = self._kamailio(self.socket)

    def close(self) -> None:
        self.kamailio.stop()
        self.relay.stop()

    def call(self, caller: list[str], callee: list[str], second: list[str] | None = None) -> "Call":
        """Plays one call; `second` is another destination of its INVITE."""
        self._calls += 1
        return Call(self, f"call{self._calls}", caller, callee, second)


class Call:
    def __init__(self, stand: Stand, name: str, caller: list[str], callee: list[str], second: list[str] | None) -> None:
        def address(host: str) -> str:
            return f"{host}:{free_port(host)}"

        here, there, other = address("127.0.0.42"), address("127.0.0.43"), address("127.0.0.44")
        self.id = f"{name}@test"
        caller = [step.replace("[second]", f"sip:x@{other}") for step in caller]
        proxy, directory = stand.kamailio.address, stand.directory
        phones = [Phone(directory, f"{name}-callee", there, callee, here)]
        if second:
            phones.append(Phone(directory, f"{name}-second", other, second, here))
        phones.append(Phone(directory, f"{name}-caller", here, caller, there, proxy, self.id))
        codes = [phone.finish() for phone in phones]
        assert codes == [0] * len(phones), f"sipp ended with {codes}, see {directory}/{name}-*"
        self.callee, self.caller = phones[0], phones[-1]
        self.second = phones[1] if second else None
        # What nobody waits for may come after all else.
        until(lambda: self._ended(stand), 0.5)
        self.asked = stand.relay.of_call(self.id)

    def _ended(self, stand: Stand) -> bool:
        asked = stand.relay.of_call(self.id)
        return bool(asked) and asked[-1]["command"] == "delete" and "via-branch" not in asked[-1]

    def commands(self) -> list[str]:
        return [request["command"] for request in self.asked]


def same(found, wanted) -> None:
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def until(condition, seconds: float = 5) -> bool:
    """Waits for it. @return whether it came."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def part(request: dict, *keys: str) -> dict:
    return {key: request.get(key) for key in keys}
