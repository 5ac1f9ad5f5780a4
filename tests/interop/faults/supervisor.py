"""A stand-in for systemd, which does not run where tests do: of debian/osrtpd.service it does Restart=on-failure,
RestartSec= and the watchdog. tests/interop/packages/booted.sh has the same with systemd itself."""

import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time

from relay import ADDRESS, PORTS, PROGRAM, Relay, expect

UNIT = pathlib.Path("debian/osrtpd.service").absolute()


def restart_seconds() -> float:
    """RestartSec= of the unit, 100 ms where it has none (systemd.service(5))."""
    text = UNIT.read_text(encoding="utf-8")
    expect(re.search(r"^Restart=on-failure$", text, re.M), "the unit does not restart what has failed")
    found = re.search(r"^RestartSec=(\d+)(ms|s|)$", text, re.M)
    return float(found.group(1)) * (0.001 if found.group(2) == "ms" else 1) if found else 0.1


class Supervised(Relay):
    """An osrtpd that is started again when it ends other than well, or gives no sign of life."""

    def __init__(self, *flags: str, watchdog: float = 0, environment: dict[str, str] | None = None) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="osrtpd-"))
        self.path, self.log = self.folder / "c.sock", self.folder / "log"
        self.control = f"unix:{self.path}"
        self.starts: list[float] = []
        self.ends: list[tuple[float, int]] = []
        self._arguments = [PROGRAM, "--control", self.control, "--interface", ADDRESS, "--ports", f"{PORTS[0]}-{PORTS[1]}", *flags]
        self._watchdog = watchdog
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(str(self.folder / "notify"))
        self._environment = {"NOTIFY_SOCKET": str(self.folder / "notify"), "PATH": "/usr/bin"} | (environment or {})
        if watchdog:
            self._environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self._over = False
        self.process = self._start()
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()
        super().__exit__()
        self._notified.close()

    def _start(self) -> subprocess.Popen:
        self.starts.append(time.monotonic())
        with open(self.log, "ab") as log:
            return subprocess.Popen(self._arguments, stdout=log, stderr=log, env=self._environment, cwd=self.folder)

    def _supervise(self) -> None:
        alive = time.monotonic()
        while not self._over:
            if select.select([self._notified], [], [], 0.01)[0]:
                self._notified.recv(4096)
                alive = time.monotonic()
            if self._watchdog and time.monotonic() - alive > self._watchdog:
                self.process.send_signal(signal.SIGABRT)
                self.process.wait()
            status = self.process.poll()
            if status is None:
                continue
            self.ends.append((time.monotonic(), status))
            if status == 0 or self._over:
                return
            time.sleep(restart_seconds())
            self.process = self._start()
            alive = time.monotonic()
