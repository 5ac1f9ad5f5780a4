"""docs/benchmarks.md out of the results: tables, plots, and what people have written in docs/benchmarks/*.md."""

import json
import pathlib
import statistics
from collections.abc import Callable, Iterable

from side_by_side import plots, targets
from side_by_side.targets import OURS, THEIRS


class Results:
    """The results of one run; several of one measurement count as their median."""

    def __init__(self, lines: Iterable[str]) -> None:
        everything = [json.loads(line) for line in lines if line.strip()]
        self.environment = next((one for one in everything if one["mode"] == "environment"), {"relays": {}})
        self._all = [one for one in everything if one["mode"] != "environment"]

    def relays(self) -> list[str]:
        return list(self.environment["relays"])

    def of(self, **wanted: object) -> list[dict]:
        """Those with these members; what was measured for another part of the page only where it is named."""
        wanted = {"part": None, **wanted}
        return [one for one in self._all if all(one.get(key) == value for key, value in wanted.items())]

    def values(self, key: str, **wanted: object) -> list:
        """What there is of `key`, each once, in the order in which it was measured."""
        return list(dict.fromkeys(one[key] for one in self.of(**wanted)))

    def median(self, key: str, **wanted: object) -> float | None:
        found = [one[key] for one in self.of(**wanted) if key in one]
        return statistics.median(found) if found else None

    def all_valid(self, **wanted: object) -> bool:
        return all(one.get("valid", True) for one in self.of(**wanted))


def render(path: pathlib.Path, docs: pathlib.Path) -> list[pathlib.Path]:
    """Writes benchmarks.md and its plots into `docs`; what was written."""
    results = Results(path.read_text(encoding="ascii").splitlines())
    page, folder = docs / "benchmarks.md", docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [(name, plots.panels(*drawing)) for name, drawing in drawings(results).items() if drawing[1]]
    written = []
    for name, svg in drawn:
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        written.append(folder / f"{name}.svg")
    sections = [head(results), verdicts(results), cost(results), capacity(results), setups(results), memory(results), handshakes(results),
                growth(results), generator(results), tried(folder / "tried.md"), again()]
    page.write_text("\n\n".join(section for section in sections if section) + "\n", encoding="utf-8")
    return [*written, page]


def head(results: Results) -> str:
    about = results.environment
    versions = "; ".join(name + ": " + one["version"] + (" " + " ".join(one["arguments"]) if one["arguments"] else "")
                         for name, one in about["relays"].items())
    return f"""# Benchmarks

Made by `make bench`; "What was tried" is taken from `docs/benchmarks/tried.md`.

- Machine: {about.get('processor')}, {about.get('cores')} cores, {about.get('memory_gib')} GiB, {about.get('system')}, Linux {about.get('kernel')}
- Relays: {versions}
- Date: {about.get('date')}; {about.get('repeats')} runs of {about.get('seconds'):g} s for each figure, of which the median is shown; limit on open
  files: {about.get('open_files')}, which is {about.get('most_calls')} calls

Each relay runs in user space on 127.0.0.1, with the same ports, alone on {about.get('threads', 1)} core(s) and with as many threads for
media; the load generator has another core. The relays take turns, A B and then B A, and each measurement is made on a relay that was started for it. Each call has two
phones, and each phone sends 50 RTP packets of {172} octets a second; the generator checks every octet that arrives. *CPU* is that of all
threads of the relay's process, the kernel's work for it included. Latency is from before a packet is sent until it is received. *Ratio* is
osrtpd's figure divided by rtpengine's."""


def verdicts(results: Results) -> str:
    if not ratio_column(results):
        return ""
    return ("## Targets\n\nOf several profiles the worst counts. Latency is the whole of it, the generator's own included. `!` is explained below.\n\n"
            + table(["target", "aimed at", "measured", ""], targets.rows(results)))


def cost(results: Results) -> str:
    parts = []
    for profile in results.values("profile", mode="media", idle=0):
        rows = []
        for calls in sorted(results.values("calls", mode="media", profile=profile, idle=0)):
            wanted = {"mode": "media", "profile": profile, "calls": calls, "idle": 0}
            rows.append(cost_row(results, wanted))
        if not rows:
            continue
        columns = ["calls"]
        for relay in results.relays():
            columns += [f"{relay} us", "lost", "p50 us", "p99 us", "p99.9 us"]
        parts.append(f"### {profile}\n\n" + table([*columns, *ratio_column(results)], rows))
    if not parts:
        return ""
    note = ("\n\n`!`: in a run of these the generator was late or busy all the time, or other processes had the relay's core: "
            "the figures may be theirs.")
    return ("## CPU per packet, loss and latency\n\n![CPU per packet](benchmarks/cpu.svg)\n\n"
            "![Latency](benchmarks/latency.svg)\n\n" + "\n\n".join(parts) + note)


def cost_row(results: Results, wanted: dict) -> list[str]:
    row = [str(wanted["calls"])]
    for relay in results.relays():
        mark = "" if results.all_valid(relay=relay, **wanted) else " !"
        row.append(number(results.median("cpu_us_per_packet", relay=relay, **wanted)) + mark)
        row.append(number(results.median("lost", relay=relay, **wanted), 0))
        row += [number(results.median(key, relay=relay, **wanted), 0) for key in ("p50_us", "p99_us", "p999_us")]
    return [*row, *ratio(results, lambda relay: results.median("cpu_us_per_packet", relay=relay, **wanted))]


def capacity(results: Results) -> str:
    rows = []
    for profile in results.values("profile", mode="capacity"):
        row = [profile]
        for relay in results.relays():
            found = results.of(mode="capacity", relay=relay, profile=profile)
            limited = found and found[0]["limited_by"] != "relay"
            row.append((f"{found[0]['calls']}" + (f" (limited by the {found[0]['limited_by']})" if limited else "")) if found else "")
        rows.append([*row, *ratio(results, lambda relay, profile=profile:
                                  results.median("calls", mode="capacity", relay=relay, profile=profile))])
    if not rows:
        return ""
    return ("## Calls without loss\n\nThe most calls of which no packet is lost in a run, and 99 % of the packets are relayed within 50 ms; "
            "found by bisection, to within 5 %.\n\n![Calls without loss](benchmarks/capacity.svg)\n\n"
            + table(["", *results.relays(), *ratio_column(results)], rows))


def setups(results: Results) -> str:
    rows = compared(results, "setups", "profile",
                    (("set-ups/s", "setups_per_second", 0), ("CPU us", "cpu_us_per_setup", 0), ("reply p99 us", "reply_p99_us", 0)),
                    idle=0)
    return section("Set-ups", "A set-up is an offer, its answer and the delete; one client with 16 requests in flight.", rows, results)


def memory(results: Results) -> str:
    rows = compared(results, "memory", ("profile", "calls"),
                    (("KB a call, answered", "kb_per_call_set_up", 1), ("KB a call, with media", "kb_per_call", 1)))
    return section("Memory", "Growth of the resident set, divided by the calls. What the kernel has for sockets is no part of it.",
                   rows, results)


def handshakes(results: Results) -> str:
    rows = compared(results, "handshakes", "profile",
                    (("CPU us", "cpu_us_per_handshake", 0), ("handshakes/s of one core", "handshakes_per_relay_core", 0)))
    return section("DTLS handshakes", "The relay is the server; 16 under way at once. The client's work is about the same, so the relay does not come to "
                   "its limit: the rate is what its CPU time makes of a core.", rows, results)


def growth(results: Results) -> str:
    rows = []
    for calls in sorted(results.values("standing", part="growth")):
        for title, mode, key, digits in (("us/packet, 100 calls active", "media", "cpu_us_per_packet", 1),
                                         ("us/set-up", "setups", "cpu_us_per_setup", 0)):
            def of(relay: str, mode: str = mode, key: str = key, calls: int = calls) -> float | None:
                return results.median(key, mode=mode, relay=relay, part="growth", standing=calls)
            rows.append([str(calls), title, *(number(of(relay), digits) for relay in results.relays()), *ratio(results, of)])
    if not rows:
        return ""
    return "## Growth\n\nThe same beside calls that stand idle (sdes-plain).\n\n" + table(
        ["calls standing", "", *results.relays(), *ratio_column(results)], rows)


def generator(results: Results) -> str:
    rows = [[one["profile"], str(one["calls"]), number(one["packets_per_second"], 0), str(one["lost"]), number(one["p50_us"], 0),
             number(one["p99_us"], 0), number(100 * one["generator_busy"], 0) + " %"] for one in results.of(part="generator")]
    if not rows:
        return ""
    return ("## The generator\n\nIts phones sending to each other without a relay between them: what it adds, and what it could do.\n\n"
            + table(["", "calls", "packets/s", "lost", "p50 us", "p99 us", "busy"], rows))


def tried(path: pathlib.Path) -> str:
    """What people have written: a section with a heading of its own."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def again() -> str:
    return ("## To measure again\n\n`make bench` takes about half an hour, `make bench QUICK=1` a few minutes. "
            "`tests/bench/bench.py --help` tells of other choices, among them another build of osrtpd beside this one. "
            "Nothing else should run on the machine.")


def section(title: str, text: str, rows: list[list[str]], results: Results) -> str:
    return f"## {title}\n\n{text}\n\n" + table(["", "", *results.relays(), *ratio_column(results)], rows) if rows else ""


def compared(results: Results, mode: str, by: str | tuple[str, ...], keys: tuple[tuple[str, str, int], ...], **more: object) -> list[list[str]]:
    """A row for each key of each kind of measurement that `by` tells apart."""
    names = (by,) if isinstance(by, str) else by
    kinds = list(dict.fromkeys(tuple(one[name] for name in names) for one in results.of(mode=mode, **more)))
    rows = []
    for kind in kinds:
        wanted = {"mode": mode, **dict(zip(names, kind)), **more}
        for title, key, digits in keys:
            def of(relay: str, key: str = key, wanted: dict = wanted) -> float | None:
                return results.median(key, relay=relay, **wanted)
            label = ", ".join(f"{part} calls" if isinstance(part, int) else part for part in kind)
            marks = ["" if results.all_valid(relay=relay, **wanted) else " !" for relay in results.relays()]
            rows.append([label, title, *(number(of(relay), digits) + mark for relay, mark in zip(results.relays(), marks)),
                         *ratio(results, of)])
    return rows


def ratio_column(results: Results) -> list[str]:
    return ["ratio"] if {OURS, THEIRS} <= set(results.relays()) else []


def ratio(results: Results, of: Callable[[str], float | None]) -> list[str]:
    if not ratio_column(results):
        return []
    ours, theirs = of(OURS), of(THEIRS)
    return [f"**{ours / theirs:.2f}**" if ours is not None and theirs else ""]


def number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def drawings(results: Results) -> dict[str, tuple[str, list[plots.Panel], bool]]:
    """By file name: a title, its panels, and whether their scale is logarithmic."""
    return {"cpu": ("CPU per relayed packet, microseconds", panels_of(results, "cpu_us_per_packet", 1.0), False),
            "latency": ("Latency, 99 % within, milliseconds", panels_of(results, "p99_us", 1e-3), True),
            "capacity": ("Calls without loss on one core", capacity_panels(results), False)}


def panels_of(results: Results, key: str, factor: float) -> list[plots.Panel]:
    panels = []
    for profile in results.values("profile", mode="media", idle=0):
        lines = {}
        for relay in results.relays():
            points = []
            for calls in sorted(results.values("calls", mode="media", profile=profile, relay=relay, idle=0)):
                wanted = {"mode": "media", "profile": profile, "calls": calls, "idle": 0}
                points.append((calls, factor * results.median(key, relay=relay, **wanted)))
            lines[relay] = points
        if any(lines.values()):
            panels.append(plots.Panel(profile, lines))
    return panels


def capacity_panels(results: Results) -> list[plots.Panel]:
    return [plots.Panel(profile, {relay: [(0, results.median("calls", mode="capacity", relay=relay, profile=profile) or 0)]
                                  for relay in results.relays()}, bars=True)
            for profile in results.values("profile", mode="capacity")]
