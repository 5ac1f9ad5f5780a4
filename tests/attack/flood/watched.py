"""An osrtpd in a network namespace of its own, and what it has at the moment: calls, sockets, files, memory, log lines."""

import collections
import itertools
import json
import os
import pathlib
import re
import socket
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / "interop")]

from lab import daemon, processes  # noqa: E402

ADDRESS, CONTROL = "127.0.0.1", 2223
# Lines of the life of one call, one each: as many as there are calls, not as many as there are packets.
RECORDS = ("offer", "answer", "end", "handshake")


class Failed(Exception):
    """The relay did not do what it should; the text says what."""


class Watched:
    """Started with `configuration`; end() ends it."""

    def __init__(self, directory: pathlib.Path, ports: tuple[int, int], configuration: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.ports, self.log = ports, directory / "osrtpd.log"
        self.path = directory.absolute() / "control.sock"
        (directory / "osrtpd.toml").write_text(configuration, encoding="ascii")
        self._owner, self._cookies = processes.Processes(), itertools.count(1)
        self._client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._client.connect((ADDRESS, CONTROL))
        self._client.settimeout(0.5)
        self.process = self._owner.start("osrtpd", [
            str(daemon.PROGRAM), "--config", str(directory / "osrtpd.toml"), "--interface", ADDRESS, "--control",
            f"udp:{ADDRESS}:{CONTROL}", "--control", f"unix:{self.path}", "--ports", f"{ports[0]}-{ports[1]}",
            "--log-level", "info", *daemon.FLAGS], self.log)
        self.until(self._answers, "an answer", 10)

    def end(self) -> int:
        """Its exit status."""
        self.process.terminate()
        status = self.process.wait(10)
        self._owner.stop()
        return status

    def start(self, name: str, argv: list[str], log: pathlib.Path):
        return self._owner.start(name, argv, log)

    def drop(self, process) -> None:
        """Ends what we have started."""
        self._owner.end(process)

    def ended(self, process, seconds: float, log: pathlib.Path) -> dict:
        """What a program that we have started says at its end: one line of JSON."""
        status = process.wait(seconds)
        self._owner.forget_ended()
        text = log.read_text(encoding="utf-8", errors="replace").strip()
        if status != 0 or not text:
            raise Failed(f"{log.name}: status {status}: {text[-300:]}")
        return json.loads(text.splitlines()[-1])

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise Failed(f"osrtpd ended: {processes.tail(self.log)}")
        try:
            return self.ask("ping")["result"] == "pong"
        except (OSError, Failed):
            time.sleep(0.05)
            return False

    def ask(self, command: str, **keys: object) -> dict:
        """The reply; a request without one is repeated, as a client does. Underscores in keys stand for hyphens."""
        request = {"command": command} | {key.replace("_", "-"): value for key, value in keys.items()}
        cookie = f"watch{next(self._cookies)}".encode()
        for _ in range(20):
            try:
                self._client.send(cookie + b" " + json.dumps(request).encode())
                while True:
                    got, _, dictionary = self._client.recv(1 << 17).partition(b" ")
                    if got == cookie:
                        return json.loads(dictionary)
            except socket.timeout:
                continue
        raise Failed(f"no answer to {command}")

    def until(self, condition, what: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise Failed(f"never came: {what}")
            time.sleep(0.05)

    def calls(self) -> int:
        return self.ask("ping")["calls"]

    def ended_all(self) -> None:
        """Deletes every call."""
        while ids := self.ask("list", limit=100)["calls"]:
            for call_id in ids:
                self.ask("delete", call_id=call_id, delete_delay=0)

    def local_ports(self, leg: str) -> list[int]:
        """The relay's RTP ports of one leg of every call."""
        found = []
        for call_id in self.ask("list", limit=1000)["calls"]:
            for party in self.ask("query", call_id=call_id)["tags"].values():
                if party["leg"] == leg:
                    found += [media["streams"][0]["local port"] for media in party["medias"]]
        return found

    def dropped(self) -> int:
        """Packets dropped in calls that have ended, whatever for."""
        return sum(self.ask("statistics")["statistics"]["osrtp"]["dropped"].values())

    def sockets(self) -> int:
        """Media ports that the relay has open: nobody else in this namespace has one of its range."""
        rows = pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
        local = (int(row.split()[1].split(":")[1], 16) for row in rows)
        return sum(self.ports[0] <= port <= self.ports[1] for port in local)

    def files(self) -> int:
        """Its open files; 0 where we may not look."""
        try:
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        except OSError:
            return 0

    def rss_kb(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def log_size(self) -> int:
        return self.log.stat().st_size

    def lines_by_cause(self, since: int) -> collections.Counter:
        """Log lines after the first `since` octets, by what they tell of; records of calls left out."""
        causes = collections.Counter()
        with open(self.log, "rb") as log:
            log.seek(since)
            for line in log.read().decode(errors="replace").splitlines():
                words = dict(re.findall(r"(event|code|reason|what)=(\S+)", line))
                if words.get("event") not in RECORDS:
                    causes[" ".join(words.values()) or line[:60]] += 1
        return causes
