"""What osrtpd is to reach beside rtpengine, and whether a run says that it does."""

import dataclasses
import operator
from collections.abc import Iterable

OURS, THEIRS = "osrtpd", "rtpengine"
WITHOUT_TICKS = f"{OURS}, tick = 0"  # the name of its results


@dataclasses.dataclass(frozen=True)
class Target:
    text: str
    unit: str
    bound: float
    values: list[tuple[float, bool]]  # what was measured of it, and whether that is valid; the worst counts
    at_least: bool = False

    def row(self) -> list[str]:
        sign, worst_of, holds = (">=", min, operator.ge) if self.at_least else ("<=", max, operator.le)
        aimed = f"{sign} {self.bound:g} {self.unit}".strip()
        if not self.values:
            return [self.text, aimed, "", "not measured"]
        worst = worst_of(value for value, _ in self.values)
        mark = "" if all(valid for _, valid in self.values) else " !"
        return [self.text, aimed, f"{worst:.2f} {self.unit}".strip() + mark, "met" if holds(worst, self.bound) else "**not met**"]


def rows(results) -> list[list[str]]:
    """Of a tables.Results: target, bound, measured, verdict."""
    return [target.row() for target in (*costs(results), *counts(results), *latencies(results))]


def costs(results) -> list[Target]:
    def of(profile: str, *calls: int) -> list[tuple[float, bool]]:
        return ratios(results, "cpu_us_per_packet", ({"mode": "media", "profile": profile, "calls": n, "idle": 0} for n in calls))

    usual = (100, 300, 600)
    named = [Target(f"CPU per packet, sdes-plain, {calls} calls, of rtpengine's", "", bound, of("sdes-plain", calls))
             for calls, bound in ((100, 0.5), (300, 0.5), (600, 0.6))]
    others = [Target(f"CPU per packet, {profile}, 100 to 600 calls, of rtpengine's", "", bound, of(profile, *usual))
              for profile, bound in (("plain-plain", 0.6), ("sdes-sdes", 0.45), ("gcm-gcm", 0.45))]
    return named + others


def counts(results) -> list[Target]:
    def by_profile(mode: str, **more: object) -> list[dict]:
        return [{"mode": mode, "profile": profile, **more} for profile in results.values("profile", mode=mode, **more)]

    memory = [(one["kb_per_call"], True) for one in results.of(mode="memory", relay=OURS)]
    return [Target("calls without loss on one core, of rtpengine's", "", 2,
                   ratios(results, "calls", by_profile("capacity")), at_least=True),
            Target("set-ups per second, of rtpengine's", "", 1.5,
                   ratios(results, "setups_per_second", by_profile("setups", idle=0)), at_least=True),
            Target("memory of a call with media", "KB", 12, memory)]


def latencies(results) -> list[Target]:
    def of(relay: str) -> list[tuple[float, bool]]:
        kinds = [{"part": "latency", "relay": relay, "profile": profile}
                 for profile in results.values("profile", part="latency", relay=relay)]
        return [(results.median("p99_us", **kind) / 1000, results.all_valid(**kind)) for kind in kinds]

    return [Target("p99 latency at half of the most calls", "ms", 2, of(OURS)),
            Target("the same with tick = 0", "ms", 0.5, of(WITHOUT_TICKS))]


def ratios(results, key: str, kinds: Iterable[dict]) -> list[tuple[float, bool]]:
    """Ours of theirs, of each kind of measurement that there is of both."""
    found = []
    for kind in kinds:
        ours, theirs = (results.median(key, relay=relay, **kind) for relay in (OURS, THEIRS))
        if ours is not None and theirs:
            found.append((ours / theirs, all(results.all_valid(relay=relay, **kind) for relay in (OURS, THEIRS))))
    return found
