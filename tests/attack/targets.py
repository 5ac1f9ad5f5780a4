"""The relays that can be attacked, behind one small interface: start one, place an SDP with it, ask how a call stands.

One of your own: a class here with argv(), version(), words() and what else it does not share with these."""

import contextlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time

from lab import daemon, processes
from world import RELAY, World

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTROL = 2223  # on the relay's loopback
PORTS = (40000, 40399)
PATIENCE = 10.0


class NotThere(Exception):
    """The relay does not start, or does not answer any more."""


class Target:
    """A relay that speaks NG with JSON dictionaries on a loopback port of its own namespace."""

    name = ""
    half_open = 3  # seconds that an unanswered offer has
    patience = 1.0  # by which whatever must come in a time has less of it

    def __init__(self, world: World, folder: pathlib.Path) -> None:
        self._world, self._owner = world, processes.Processes()
        self._cookies = itertools.count(1)
        self.folder, self.log = folder, folder / f"{self.name}.log"
        self.is_loud = False  # its log: every row but those about it can do without
        self.before = b""  # what earlier ones have logged
        self.control = world.relay.udp("127.0.0.1", 0)
        self.start()

    def argv(self) -> list[str]:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def words(self, command: str, caller: str, callee: str, policy: str) -> dict:
        """What a request says of the legs: "plain", "sdes", "dtls". `policy`: those with keys "require" them, or "prefer"."""
        raise NotImplementedError

    def state(self, reply: dict) -> object:
        """All that a stranger must not change in a query's reply."""
        return [("SSRC", ssrc) for ssrc in reply.get("SSRC", {})] + streams(reply)

    def start(self) -> None:
        with self._world.relay.entered():
            self._process = self._owner.start(self.name, self.argv(), self.log)
        deadline = time.monotonic() + PATIENCE
        while self.raw(b'{"command": "ping"}', 0.5) is None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._owner.stop()
                raise NotThere(f"{self.name} does not start: {processes.tail(self.log)}")

    def stop(self) -> None:
        self._owner.stop()
        self.before += self.log.read_bytes()

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextlib.contextmanager
    def loud(self):
        """Started anew with a log at its loudest, and again without."""
        self.is_loud = True
        self.restart()
        try:
            yield
        finally:
            self.is_loud = False
            self.restart()

    def ask(self, command: str, seconds: float = 3, **keys: object) -> dict:
        """The reply. Underscores in keys stand for hyphens."""
        request = {"command": command} | {key.replace("_", "-"): value for key, value in keys.items()}
        reply = self.raw(json.dumps(request).encode(), seconds)
        if reply is None:
            raise NotThere(f"{self.name} does not answer {command}")
        return json.loads(reply)

    def provoke(self, command: str, **keys: object) -> dict:
        """The reply to what may be no request; empty if there is none while others are answered."""
        request = {"command": command} | {key.replace("_", "-"): value for key, value in keys.items()}
        reply = self.raw(json.dumps(request).encode(), 0.5)
        if reply is not None:
            return json.loads(reply)
        self.ask("ping")
        return {}

    def raw(self, dictionary: bytes, seconds: float = 3) -> bytes | None:
        """What stands behind our cookie in the reply."""
        cookie = f"{os.getpid()}_{next(self._cookies)}".encode()
        return self.frame(cookie, cookie + b" " + dictionary, seconds)

    def frame(self, cookie: bytes, datagram: bytes, seconds: float = 3) -> bytes | None:
        deadline = time.monotonic() + seconds * max(self.patience, 0.1)
        try:
            self.control.sendto(datagram, ("127.0.0.1", CONTROL))
            while (left := deadline - time.monotonic()) > 0:
                self.control.settimeout(left)
                got, _, body = self.control.recv(1 << 17).partition(b" ")
                if got == cookie:
                    return body
        except (TimeoutError, ConnectionRefusedError):
            pass
        return None

    def calls(self) -> list[str]:
        return self.ask("list", limit=10_000).get("calls", [])

    def end_all(self) -> None:
        """Whatever calls there are, and whatever they are called."""
        for call_id in self.calls():
            self.raw(json.dumps({"command": "delete", "call-id": call_id, "delete-delay": 0}).encode(), 0.5)

    def is_alive(self) -> bool:
        return self._process.poll() is None and self.raw(b'{"command": "ping"}') is not None

    @property
    def pid(self) -> int:
        return self._process.pid

    def memory(self) -> int:
        """KiB resident."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS"))

    def logged(self) -> bytes:
        return self.before + self.log.read_bytes()


class Osrtpd(Target):
    """As it comes, but for how long an unanswered offer lives."""

    name = "osrtpd"

    def argv(self) -> list[str]:
        settings = self.folder / "osrtpd.toml"
        settings.write_text(f"half-open-timeout = {self.half_open}\n", encoding="ascii")
        return [str(daemon.PROGRAM), "--config", str(settings), "--interface", RELAY, "--control", f"udp:127.0.0.1:{CONTROL}",
                "--ports", f"{PORTS[0]}-{PORTS[1]}", *(["--log-level", "debug"] if self.is_loud else []), *daemon.FLAGS]

    def version(self) -> str:
        return output_of(str(daemon.PROGRAM), "--version")

    def words(self, command: str, caller: str, callee: str, policy: str) -> dict:
        osrtp: dict = {}
        for leg, kind in (("caller", caller), ("callee", callee)):
            osrtp |= {leg: "off" if kind == "plain" else policy, f"{leg}-signalling": "encrypted",
                      f"{leg}-keying": ["dtls" if kind == "dtls" else "sdes"]}
        return {"rtcp-mux": ["demux"], "osrtp": osrtp}

    def state(self, reply: dict) -> object:
        """All of it, but for time that goes by and packets that were dropped."""
        kept = without(reply, "duration-ms", "dropped", "errors")
        return list(flat("", kept))


class Rtpengine(Target):
    """Debian's, in user space, as it comes, but for how long an unanswered offer lives; the flags are those that the same legs need."""

    name = "rtpengine"
    half_open = 60  # --timeout: no call ends before it

    def argv(self) -> list[str]:
        return ["rtpengine", "--foreground", "--table=-1", f"--interface={RELAY}", f"--listen-ng=127.0.0.1:{CONTROL}",
                f"--port-min={PORTS[0]}", f"--port-max={PORTS[1]}", "--log-stderr", *(["--log-level=7"] if self.is_loud else []),
                "--delete-delay=0", "--offer-timeout=3", f"--pidfile={(self.folder / 'rtpengine.pid').absolute()}"]

    def version(self) -> str:
        return "rtpengine-daemon " + output_of("dpkg-query", "-W", "-f", "${Version}", "rtpengine-daemon")

    def words(self, command: str, caller: str, callee: str, policy: str) -> dict:
        words: dict = {"ICE": "remove", "rtcp-mux": ["demux"], "flags": ["trust-address"]}
        if command == "offer":
            words["transport-protocol"] = {"plain": "RTP/AVP", "sdes": "RTP/SAVP", "dtls": "UDP/TLS/RTP/SAVP"}[callee]
            if "dtls" not in (caller, callee):
                words["DTLS"] = "off"
        return words


class Naive(Target):
    """A relay that sends to whoever spoke last, checks nothing and knows no keys: on it the tool has to see what it looks for."""

    name = "naive"
    patience = 0.05  # it loses much, and is not what is judged

    def argv(self) -> list[str]:
        return [sys.executable, str(ROOT / "tests/attack/naive_relay.py"), RELAY, str(CONTROL), *map(str, PORTS)]

    def version(self) -> str:
        return "a relay that checks nothing"

    def words(self, command: str, caller: str, callee: str, policy: str) -> dict:
        return {}


def output_of(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout.strip()


def streams(reply: dict) -> list[tuple[str, object]]:
    """Of every stream in a query's reply: where media go, and when the last packet came that counts as one of the call's."""
    return [(path, value) for path, value in flat("", reply) if ".endpoint." in path or path.endswith(".last packet")]


def flat(path: str, value: object):
    """Each leaf of a reply with the way to it."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from flat(f"{path}.{key}", value[key])
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from flat(f"{path}[{n}]", item)
    else:
        yield path, value


def without(value: object, *keys: str) -> object:
    if isinstance(value, dict):
        return {key: without(item, *keys) for key, item in value.items() if key not in keys}
    return [without(item, *keys) for item in value] if isinstance(value, list) else value


TARGETS: dict[str, type[Target]] = {target.name: target for target in (Osrtpd, Rtpengine, Naive)}


def every_port() -> range:
    return range(PORTS[0], PORTS[1] + 1)
