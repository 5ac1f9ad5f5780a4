"""A real Kamailio with our module, on a loopback address of its own."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from real_relay import daemon

HERE = pathlib.Path(__file__).resolve().parent
MODULE = HERE.parents[2] / "build/osrtp.so"
START_WITHIN = 45  # seconds; one, where nothing else runs


class Kamailio:
    """`config`: by default module.cfg, whose defines are filled in."""

    def __init__(self, directory: pathlib.Path, relay: str, address: str, config: pathlib.Path = HERE / "module.cfg",
                 extra: tuple[str, ...] = ()) -> None:
        self.address = address
        self.log = directory / "kamailio.log"
        run = directory / "run"
        run.mkdir(exist_ok=True)
        defines = (f"LISTEN={address}", f'OSRTP_MODULE="{MODULE}"', f'OSRTP_SOCK="{relay}"', *extra)
        self.argv = ["kamailio", "-DD", "-E", "-f", str(config), "-P", str(run / "pid"), "-Y", str(run), "-m", "32",
                     *[word for define in defines for word in ("-A", define)]]
        self._process: subprocess.Popen | None = None

    def check(self) -> subprocess.CompletedProcess:
        """`kamailio -c`: what it says of its configuration."""
        return subprocess.run([*self.argv, "-c"], capture_output=True, text=True, timeout=30, check=False)

    def start(self, runs=None) -> bool:
        """Until `runs()`, by default until it answers a request. @return whether it runs; else the log says why not."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             start_new_session=True)
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            if (runs or self._answers)():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def stop(self) -> None:
        """Ends it whole: one that is told to stop while it still forks leaves its last processes behind."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None and self._answers()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def _answers(self) -> bool:
        host, port = self.address.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.bind((host, 0))
            own = probe.getsockname()[1]
            probe.sendto(f"OPTIONS sip:probe@{host}:{own} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{own};branch=z9hG4bKprobe{own}\r\n"
                         f"From: <sip:p@{host}>;tag=p\r\nTo: <sip:p@{host}>\r\nCall-ID: probe{own}\r\nCSeq: 1 OPTIONS\r\n"
                         "Max-Forwards: 5\r\nContent-Length: 0\r\n\r\n".encode(), (host, int(port)))
            try:
                probe.recv(4096)
                return True
            except (TimeoutError, ConnectionRefusedError):
                return False


def free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def require_tools() -> str:
    """@return what is missing, as a sentence, or nothing."""
    missing = [tool for tool in ("kamailio", "sipp") if not shutil.which(tool)]
    if missing:
        return f"{' and '.join(missing)} not installed: run 'make deps'"
    return "".join(f"{built} does not exist: run 'make'" for built in (MODULE, daemon.PROGRAM) if not built.exists())
