"""osrtpd: starting it, and asking it over its control socket."""

import itertools
import json
import os
import pathlib
import socket
import time

from lab import daemon, processes

MEDIA_PORTS = "20000-20999"


def media_ports() -> range:
    first, last = map(int, MEDIA_PORTS.split("-"))
    return range(first, last + 1)


def open_ports() -> set[int]:
    """The media ports that are bound in this network namespace."""
    lines = pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]
    return {port for line in lines if (port := int(line.split()[1].rpartition(":")[2], 16)) in media_ports()}


def ports_of(query: dict | None) -> set[int]:
    """The relay's ports of a call, out of its reply to `query`."""
    return {stream["local port"] for party in (query or {"tags": {}})["tags"].values()
            for media in party["medias"] for stream in media["streams"]}


class Refusal(Exception):
    """The relay's error reply."""


class Relay:
    """A running osrtpd on one media address."""

    def __init__(self, address: str, sockets: pathlib.Path, log: pathlib.Path) -> None:
        """`sockets`: a directory with a short path, for the control socket and ours."""
        self.address = address
        self.control = f"unix:{sockets / 'control.sock'}"
        self._path = sockets / "control.sock"
        self._own = sockets / f"lab-{os.getpid()}.sock"
        self._log = log
        self._cookies = itertools.count(1)

    def launch(self, owner: processes.Processes, detached: bool = False) -> None:
        owner.start("osrtpd", [str(daemon.PROGRAM), "--interface", self.address, "--control", self.control,
                               "--ports", MEDIA_PORTS, "--log-level", "info", "--foreground", *daemon.FLAGS], self._log, detached)
        deadline = time.monotonic() + 10
        while True:
            owner.check()
            try:
                self.ask("ping")
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise processes.Died(f"osrtpd does not answer ({error}); see {self._log}") from error
                time.sleep(0.05)

    def ask(self, command: str, seconds: float = 2.0, **keys: object) -> dict:
        """One request, one reply: `cookie SP dictionary`. Underscores in keys stand for hyphens."""
        request = {"command": command} | {key.replace("_", "-"): value for key, value in keys.items()}
        cookie = f"{os.getpid()}_{next(self._cookies)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.settimeout(seconds)
            self._own.unlink(missing_ok=True)
            own.bind(str(self._own))
            try:
                own.sendto(f"{cookie} {json.dumps(request)}".encode(), str(self._path))
                echoed, _, body = own.recv(65536).decode().partition(" ")
            finally:
                self._own.unlink(missing_ok=True)
        if echoed != cookie:
            raise Refusal(f"the reply carries cookie {echoed!r} instead of {cookie!r}")
        reply = json.loads(body)
        if reply.get("result") == "error":
            raise Refusal(f"{reply.get('error-code')}: {reply.get('error-reason')}")
        return reply
