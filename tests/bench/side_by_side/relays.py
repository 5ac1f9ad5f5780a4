"""Starting a relay on a core of its own, and measuring it with the load generator on another."""

import dataclasses
import json
import os
import pathlib
import resource
import socket
import subprocess
import time

from lab import processes
from side_by_side.targets import OURS, WITHOUT_TICKS

ADDRESS = "127.0.0.1"
CONTROL = 2223  # both relays' control port, one after the other
PORTS = (10000, 59999)
PORTS_A_CALL = 4  # RTP and RTCP of two legs
LOAD = "build/release/bench-load"


class Failed(Exception):
    """A relay or the generator did not do what it should; the text says what."""


@dataclasses.dataclass(frozen=True)
class Relay:
    """What is measured, under the name that it has in the results."""

    name: str
    kind: str  # "osrtpd" or "rtpengine"
    program: str
    arguments: tuple[str, ...] = ()
    threads: int = 1  # for media

    def argv(self) -> list[str]:
        if self.kind == "osrtpd":
            workers = [] if "--workers" in self.arguments else ["--workers", str(self.threads)]
            return [self.program, "--interface", ADDRESS, "--control", f"udp:{ADDRESS}:{CONTROL}",
                    "--ports", f"{PORTS[0]}-{PORTS[1]}", *workers, "--log-level", "warning", *self.arguments]
        # User space, no kernel table; the log as quiet as osrtpd's; what is deleted is gone at once, as with osrtpd.
        return [self.program, "--foreground", "--table=-1", f"--interface={ADDRESS}", f"--listen-ng={ADDRESS}:{CONTROL}",
                f"--port-min={PORTS[0]}", f"--port-max={PORTS[1]}", f"--num-threads={self.threads}", "--log-level=4", "--log-stderr",
                "--delete-delay=0", f"--pidfile={pathlib.Path('build/bench/rtpengine.pid').absolute()}", *self.arguments]

    def version(self) -> str:
        if self.kind == "osrtpd":
            return output_of([self.program, "--version"])
        return "rtpengine " + output_of(["dpkg-query", "-W", "-f", "${Version}", "rtpengine-daemon"])


def output_of(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout.strip() or "unknown"
    except OSError:
        return "unknown"


def raise_limits() -> int:
    """As many open files as the kernel gives to us and to what we start; how many."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 1 << 18
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        return wanted
    except (ValueError, OSError):  # only root may have more than the hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard


def most_calls(files: int) -> int:
    """Calls that one relay can have at once with so many open files."""
    return min((files - 200) // PORTS_A_CALL, (PORTS[1] - PORTS[0] + 1) // PORTS_A_CALL, 10000)


def most_setups(idle: int) -> int:
    """Calls that can come and go beside `idle` ones: osrtpd lets each port rest for seconds before it is another's, and
    at thousands of set-ups a second none would be left."""
    return (PORTS[1] - PORTS[0] + 1) // PORTS_A_CALL - idle - 50


@dataclasses.dataclass(frozen=True)
class Cores:
    """Where the relay and the generator run, before anything else that wants these cores."""

    relay: tuple[int, ...]
    load: int

    @classmethod
    def for_threads(cls, threads: int) -> "Cores":
        """The first core for the generator, the last ones for the relay."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(relay=tuple(usable[-threads:]), load=usable[0])


def prefer(process: int) -> None:
    """What else runs on the machine waits for this process, as far as we may ask for that."""
    for attempt in (lambda: os.setpriority(os.PRIO_PROCESS, process, -20),
                    lambda: pathlib.Path(f"/proc/{process}/autogroup").write_text("-20", encoding="ascii")):
        try:
            attempt()
        except OSError:
            pass


class Bench:
    """Runs one measurement after the other, each on a relay that was started for it."""

    def __init__(self, directory: pathlib.Path, cores: Cores | None) -> None:
        """Without `cores` they run where and when the kernel likes."""
        self._directory, self._cores = directory, cores
        self._owner = processes.Processes()

    def without_ticks(self, relay: Relay) -> Relay:
        """An osrtpd that begins with each packet as it comes."""
        path = self._directory / "without-ticks.toml"
        path.write_text("tick = 0\n", encoding="ascii")
        name = WITHOUT_TICKS.replace(OURS, relay.name, 1)
        return dataclasses.replace(relay, name=name, arguments=(*relay.arguments, "--config", str(path)))

    def measure(self, relay: Relay | None, *arguments: str, limit: float = 60) -> dict:
        """What the generator says of `relay`; of itself, if there is none."""
        if relay is None:
            return self._load(["--relay", "self", "--label", "self"], arguments, limit)
        process = self._start(relay)
        try:
            return self._load(["--relay", relay.kind, "--label", relay.name, "--control", f"{ADDRESS}:{CONTROL}",
                               "--pid", str(process.pid)], arguments, limit)
        finally:
            self._owner.end(process)

    def _start(self, relay: Relay) -> subprocess.Popen:
        argv = ["taskset", "-c", ",".join(map(str, self._cores.relay)), *relay.argv()] if self._cores else relay.argv()
        process = self._owner.start(relay.name, argv, self._log(relay))
        if self._cores:
            prefer(process.pid)
        deadline = time.monotonic() + 10
        while not answers():
            if time.monotonic() > deadline or process.poll() is not None:
                status = process.poll()
                self._owner.end(process)
                raise Failed(f"{relay.name} does not answer (status {status}); the end of its log: "
                             + processes.tail(self._log(relay))[-300:])
        return process

    def _log(self, relay: Relay) -> pathlib.Path:
        return self._directory / (relay.name.replace(", ", "-").replace(" ", "") + ".log")

    def _load(self, about: list[str], arguments: tuple[str, ...], limit: float) -> dict:
        argv = [LOAD, *arguments, *about, *(["--cpu", str(self._cores.load)] if self._cores else [])]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                              preexec_fn=processes.die_with_parent) as load:
            if self._cores:
                prefer(load.pid)
            try:
                output, errors = load.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                load.kill()
                output, errors = load.communicate()
                errors += f" took longer than {limit} s"
        if load.returncode != 0:
            raise Failed(f"{' '.join(argv)}: {errors.strip()[:600]}")
        return json.loads(output)


def answers() -> bool:
    """Whether a relay is there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.settimeout(0.1)
        ours.connect((ADDRESS, CONTROL))
        try:
            ours.send(b'bench {"command":"ping"}')
            return b"pong" in ours.recv(65536)
        except OSError:
            time.sleep(0.02)
            return False
