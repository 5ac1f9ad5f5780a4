"""The table of the demonstration: two lines a call, one per leg."""

from lab.judge import LegSeen, Seen

COLUMNS = ("call", "leg", "became", "why plain", "on the wire", "hears", "relayed", "authenticated", "dropped", "")


def render(rows: list[tuple[Seen, list[str]]]) -> str:
    """`rows`: each call with its problems."""
    cells: list[tuple[str, ...]] = []
    for seen, found in rows:
        mark = "NOT AS EXPECTED" if found else "as expected"
        note = "after a 488" if seen.refused else ""
        cells.append((seen.call.title, "caller", *_leg(seen.legs["caller"]), mark))
        cells.append((f"  {note}", "callee", *_leg(seen.legs["callee"]), ""))
    widths = [max(len(row[n]) for row in [COLUMNS, *cells]) for n in range(len(COLUMNS))]
    lines = [_line(COLUMNS, widths), _line(tuple("-" * width for width in widths), widths)]
    for number, row in enumerate(cells):
        lines.append(_line(row, widths))
        if number % 2 == 1 and number + 1 < len(cells):
            lines.append("")
    return "\n".join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()


def _leg(leg: LegSeen) -> tuple[str, ...]:
    became = leg.became
    suite = f"SRTP {became.suite}" if became.suite else ("RTP" if became.state == "plain" else became.state)
    dropped = ", ".join(f"{count} {reason}" for reason, count in leg.dropped.items())
    return (suite, became.reason or "", leg.on_wire.summary() if leg.on_wire else "?", _hears(leg),
            str(leg.count("relayed-packets")),
            str(leg.count("authenticated-packets")) if became.suite else "-", dropped or "0")


def _hears(leg: LegSeen) -> str:
    return f"{leg.hears:.1f} s" if leg.hears else "nothing"
