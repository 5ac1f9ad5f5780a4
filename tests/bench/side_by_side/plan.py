"""What is measured, in which order. Every part takes the relays in turns: A B, then B A."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator

from side_by_side.relays import Bench, Failed, Relay, most_setups

PROFILES = ("plain-plain", "sdes-plain", "sdes-sdes", "gcm-gcm", "dtls-plain")
CALLS = (50, 100, 300, 600, 1000)
# A call whose media come later than this is no call any more, though no packet is lost: the relay has fallen behind.
LATEST_P99_US = 50_000
# Calls with media beside the idle ones of `growth`.
ACTIVE = 100


@dataclasses.dataclass
class Plan:
    relays: list[Relay]
    profiles: tuple[str, ...] = PROFILES
    calls: tuple[int, ...] = CALLS
    repeats: int = 2
    warm_up: float = 1.0
    seconds: float = 4.0
    probe_seconds: float = 3.0
    most_calls: int = 5000  # what the limit on open files allows


class Run:
    """One run of the bench; `say` gets a line for every step, `keep` every result."""

    def __init__(self, bench: Bench, plan: Plan, say: Callable[[str], None], keep: Callable[[dict], None]) -> None:
        self._bench, self._plan, self._say, self._keep = bench, plan, say, keep
        self._turn = itertools.count()
        self._loss_free: dict[tuple[str, str], int] = {}

    def part(self, name: str) -> None:
        {"self": self.generator, "media": self.media, "capacity": self.capacity, "latency": self.latency, "setups": self.setups,
         "memory": self.memory, "handshakes": self.handshakes, "growth": self.growth}[name]()

    def generator(self) -> None:
        """What the generator can do alone: it must be more than is asked of it."""
        for profile, calls in (("plain-plain", 300), ("plain-plain", 1000), ("plain-plain", 2000), ("sdes-sdes", 1000)):
            self._measure(None, "media", profile, calls, "--warm-up", "0.5", "--seconds", "2", part="generator")

    def media(self) -> None:
        for _ in range(self._plan.repeats):
            for profile, calls in itertools.product(self._plan.profiles, self._plan.calls):
                for relay in self._in_turn():
                    result = self._media(relay, profile, calls)
                    if result and self._has_carried(result):
                        known = self._loss_free.get((relay.name, profile), 0)
                        self._loss_free[relay.name, profile] = max(known, calls)

    def capacity(self) -> None:
        """The most calls without loss, by bisection, to within 5 %."""
        for profile in self._plan.profiles:
            for relay in self._in_turn():
                low = self._loss_free.get((relay.name, profile), 0)
                high, limited_by = self._first_too_many(relay, profile, max(low, 100))
                while high - low > max(25, low // 20):
                    middle = (low + high) // 2
                    result = self._probe(relay, profile, middle)
                    if result and self._has_carried(result):
                        low = middle
                    else:
                        high, limited_by = middle, who_failed(result)
                self._loss_free[relay.name, profile] = low
                self._keep({"mode": "capacity", "relay": relay.name, "profile": profile, "calls": low,
                            "limited_by": limited_by})
                self._say(f"{relay.name} {profile}: {low} calls without loss, more is too much for the {limited_by}")

    def _first_too_many(self, relay: Relay, profile: str, calls: int) -> tuple[int, str]:
        while calls < self._plan.most_calls:
            calls = min(calls * 3 // 2, self._plan.most_calls)
            result = self._probe(relay, profile, calls)
            if not result or not self._has_carried(result):
                return calls, who_failed(result)
        return calls, "open files"

    def latency(self) -> None:
        """At half of the calls that each carries, with ticks and without."""
        for _ in range(self._plan.repeats):
            for relay in self._in_turn():
                if relay.kind != "osrtpd":
                    continue
                for one in (relay, self._bench.without_ticks(relay)):
                    calls = max(1, self._loss_free.get((relay.name, "sdes-plain"), 200) // 2)
                    self._measure(one, "media", "sdes-plain", calls, "--warm-up", str(self._plan.warm_up),
                                  "--seconds", str(self._plan.seconds), part="latency")

    def setups(self) -> None:
        for _ in range(self._plan.repeats):
            for profile in ("plain-plain", "sdes-plain"):
                for relay in self._in_turn():
                    self._measure(relay, "setups", profile, 1, "--most", str(most_setups(0)), "--warm-up", "1",
                                  "--seconds", str(self._plan.seconds))

    def memory(self) -> None:
        for profile in ("plain-plain", "sdes-plain"):
            for calls in (1000, min(5000, self._plan.most_calls)):
                for relay in self._in_turn():
                    self._measure(relay, "memory", profile, calls, "--seconds", "1.5")

    def handshakes(self) -> None:
        for _ in range(self._plan.repeats):
            for relay in self._in_turn():
                self._measure(relay, "handshakes", "dtls-plain", 2000)

    def growth(self) -> None:
        """What a packet and a set-up cost beside calls that stand idle."""
        room = self._plan.most_calls - 250  # for calls that are set up beside them
        steps = sorted({min(calls, room) for calls in (100, 1000, 5000, 10000)})
        for calls in steps:
            for relay in self._in_turn():
                self._measure(relay, "media", "sdes-plain", ACTIVE, "--idle", str(calls - ACTIVE), "--warm-up", "1",
                              "--seconds", str(self._plan.seconds), part="growth", standing=calls)
                self._measure(relay, "setups", "sdes-plain", 1, "--idle", str(calls - ACTIVE),
                              "--most", str(most_setups(calls - ACTIVE)), "--warm-up", "0.5", "--seconds", str(self._plan.probe_seconds), part="growth", standing=calls)

    def _media(self, relay: Relay, profile: str, calls: int) -> dict | None:
        return self._measure(relay, "media", profile, calls, "--warm-up", str(self._plan.warm_up), "--seconds", str(self._plan.seconds))

    def _probe(self, relay: Relay, profile: str, calls: int) -> dict | None:
        return self._measure(relay, "media", profile, calls, "--warm-up", str(self._plan.warm_up),
                             "--seconds", str(self._plan.probe_seconds), part="capacity")

    def _measure(self, relay: Relay | None, mode: str, profile: str, calls: int, *more: str,
                 part: str | None = None, standing: int = 0) -> dict | None:
        try:
            result = self._bench.measure(relay, mode, "--profile", profile, "--calls", str(calls), *more)
        except Failed as failure:
            self._say(f"{relay.name if relay else 'self'} {mode} {profile} {calls}: failed: {failure}")
            return None
        if part:
            result["part"] = part
        if standing:
            result["standing"] = standing
        self._keep(result)
        self._say(summary(result))
        return result

    def _in_turn(self) -> Iterator[Relay]:
        return iter(self._plan.relays if next(self._turn) % 2 == 0 else reversed(self._plan.relays))

    @staticmethod
    def _has_carried(result: dict) -> bool:
        return result["lost"] == 0 and result["p99_us"] <= LATEST_P99_US


def who_failed(result: dict | None) -> str:
    return "relay" if result is None or result["valid"] else "generator or the machine"


def summary(result: dict) -> str:
    words = [result["relay"], result["mode"], result["profile"]]
    if result["mode"] in ("media", "memory"):
        words.append(f"{result['calls']} calls")
    if result["idle"]:
        words.append(f"{result['idle']} idle")
    for key, unit in (("cpu_us_per_packet", "us/packet"), ("setups_per_second", "set-ups/s"), ("cpu_us_per_setup", "us/set-up"),
                      ("handshakes_per_second", "handshakes/s"), ("cpu_us_per_handshake", "us/handshake"),
                      ("kb_per_call", "KB/call"), ("lost", "lost"), ("p50_us", "us p50"), ("p99_us", "us p99"),
                      ("generator_busy", "generator busy")):
        if key in result:
            words.append(f"{result[key]:.{0 if key == 'lost' else 1 if key != 'generator_busy' else 2}f} {unit}")
    if not result["valid"]:
        words.append(f"NOT VALID: {result['reason']}")
    return " | ".join(words)
