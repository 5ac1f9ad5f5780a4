"""The daemon itself, and what is left in it."""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab import daemon  # noqa: E402

ADDRESS = "127.0.0.45"


class RealRelay:
    def __init__(self, address: str, log: pathlib.Path, *options: str) -> None:
        self._path = address.removeprefix("unix:")
        pathlib.Path(self._path).unlink(missing_ok=True)
        self._log = log.open("wb")
        argv = [daemon.PROGRAM, "--interface", ADDRESS, "--control", address, "--ports", "40000-59999", "--log-level", "debug",
                *daemon.FLAGS, *options]
        self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + 10
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, f"osrtpd does not start, see {log}"
            time.sleep(0.02)

    def calls(self) -> list[str]:
        return self._ask({"command": "list", "limit": 1000})["calls"]

    def end(self, call_id: str) -> None:
        self._ask({"command": "delete", "call-id": call_id})

    def drain(self) -> None:
        self._ask({"command": "drain"})

    def of_call(self, _: str) -> list[dict]:
        return []

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
        self._log.close()

    def _ask(self, request: dict) -> dict:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.bind("")
            client.connect(self._path)
            client.send(b"%d " % time.monotonic_ns() + json.dumps(request).encode())
            return json.loads(client.recv(65535).split(b" ", 1)[1])

    def _answers(self) -> bool:
        try:
            return self._ask({"command": "ping"})["result"] == "pong"
        except OSError:
            return False
