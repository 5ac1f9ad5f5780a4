"""One osrtpd as an operator sees it: its flags, its exit status, what it says, its control socket."""

import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab.daemon import FLAGS, PROGRAM  # noqa: E402

CONTROL = pathlib.Path("build/osrtpctl").absolute()
# Addresses of this test alone; all of 127.0.0.0/8 is the loopback interface's.
ADDRESS = "127.0.77.1"
PORTS = (42000, 42999)
PATIENCE = 20  # seconds until a thing that must happen counts as never happening


class Failed(Exception):
    """What a test expected did not happen."""


def expect(condition: object, what: str) -> None:
    if not condition:
        raise Failed(what)


def wait_until(condition, what: str):
    """Until `condition()` is true; returns its value."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failed(f"never came: {what}")


def expect_refusal(arguments: tuple[str, ...], status: int, *parts: str) -> None:
    """osrtpd must not start with these, and say why in one sentence that contains all `parts`."""
    try:
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"osrtpd {' '.join(arguments)} went on running") from late
    said = done.stderr
    expect(done.returncode == status, f"exit status {done.returncode} instead of {status}: {said}")
    expect(said.startswith("osrtpd: ") and said.endswith("\n") and said.count("\n") == 1, f"not one line: {said!r}")
    for part in parts:
        expect(part in said, f"{part!r} is not in {said!r}")


class Relay:
    """A running osrtpd in a folder of its own; `with` ends it."""

    _cookies = itertools.count(1)

    def __init__(self, *flags: str, config: str = "", interface: str = ADDRESS, ports: tuple[int, int] = PORTS,
                 control: str = "", environment: dict[str, str] | None = None, user: int | None = None,
                 stderr: int | None = None) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="osrtpd-"))
        self.path = self.folder / "c.sock"
        self.log = self.folder / "log"
        self.control = control or f"unix:{self.path}"
        if control.startswith("unix:"):
            self.path = pathlib.Path(control[5:])
        program = PROGRAM
        arguments = ["--control", self.control]
        if interface:
            arguments += ["--interface", interface]
        if ports:
            arguments += ["--ports", f"{ports[0]}-{ports[1]}"]
        if config:
            (self.folder / "osrtpd.toml").write_text(config, encoding="utf-8")
            arguments += ["--config", str(self.folder / "osrtpd.toml")]
        if "workers" not in config:
            arguments += FLAGS
        identity = {}
        if user is not None:
            program = pathlib.Path(shutil.copy(PROGRAM, self.folder / "osrtpd"))
            os.chown(self.folder, user, user)
            identity = {"user": user, "group": user, "extra_groups": []}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, *arguments, *flags], stdout=log, cwd=self.folder,
                                            stderr=log if stderr is None else stderr,
                                            env=os.environ | (environment or {}), **identity)

    def __enter__(self) -> "Relay":
        try:
            wait_until(self._ready, "an answer to ping")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ready(self) -> bool:
        expect(self.process.poll() is None, f"osrtpd ended: {self.said()}")
        try:
            return self.ask("ping", seconds=0.5)["result"] == "pong"
        except OSError:
            return False

    def says(self, part: str) -> str:
        """Until it has said so, for its log is written beside its work. Returns the line."""
        return wait_until(lambda: next((line for line in self.said().splitlines() if part in line), ""),
                          f"a line with {part!r}")

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit status after a signal."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def raw(self, datagram: bytes, seconds: float = 5) -> bytes:
        """One datagram there, one back; socket.timeout when none comes."""
        if self.control.startswith("udp:"):
            host, port = self.control[4:].rsplit(":", 1)
            family, server = socket.AF_INET, (host, int(port))
        else:
            family, server = socket.AF_UNIX, str(self.path)
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.bind(("127.0.0.1", 0) if family == socket.AF_INET else "")  # "": an abstract name of the kernel's
            own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            own.settimeout(seconds)
            own.sendto(datagram, server)
            return own.recv(1 << 17)

    def ask(self, command: str, seconds: float = 5, **keys: object) -> dict:
        """Underscores in keys stand for hyphens."""
        request = {"command": command} | {key.replace("_", "-"): value for key, value in keys.items()}
        cookie = f"{os.getpid()}_{next(self._cookies)}"
        echoed, _, dictionary = self.raw(f"{cookie} {json.dumps(request)}".encode(), seconds).partition(b" ")
        expect(echoed.decode() == cookie, f"the reply carries cookie {echoed!r}")
        return json.loads(dictionary)

    def calls(self) -> list[str]:
        return self.ask("list", limit=1000)["calls"]

    def descriptors(self) -> int:
        """How many it has open; PermissionError unless we are root, since its memory is closed to others."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def ctl(self, *arguments: str) -> tuple[int, str]:
        """osrtpctl's exit status and what it printed."""
        done = subprocess.run([CONTROL, "--control", self.control, *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr
