"""The table of the demonstration: two lines a call, the caller's leg and the callee's."""

from lab.judge import LegSeen, Seen

COLUMNS = ("call", "leg became (why plain)", "wire", "hears", "relayed", "authenticated", "dropped", "")


def render(rows: list[tuple[Seen, list[str]]]) -> str:
    """`rows`: each call with its problems."""
    cells: list[tuple[str, ...]] = []
    for seen, found in rows:
        over = ", UDP" if seen.call.transport == "udp" else ""
        cells.append((seen.call.caller + over, *_leg(seen.legs["caller"]), "FAILED" if found else "ok"))
        cells.append((f"  -> {seen.call.callee}" + (", after a 488" if seen.refused else ""),
                      *_leg(seen.legs["callee"]), ""))
    widths = [max(len(row[n]) for row in [COLUMNS, *cells]) for n in range(len(COLUMNS))]
    lines = [_line(COLUMNS, widths), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for number, row in enumerate(cells):
        lines.append(_line(row, widths))
        if number % 2 == 1 and number + 1 < len(cells):
            lines.append("")
    return "\n".join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()


def _leg(leg: LegSeen) -> tuple[str, ...]:
    became = leg.became
    dropped = ", ".join(f"{count} {reason}" for reason, count in leg.dropped.items())
    return (str(became), leg.on_wire.summary() if leg.on_wire else "?", f"{leg.hears:.1f} s" if leg.hears else "nothing",
            str(leg.count("relayed-packets")),
            str(leg.count("authenticated-packets")) if became.encrypted else "-", dropped or "0")
