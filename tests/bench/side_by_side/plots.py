"""Small plots as SVG, without a library: panels side by side with one scale, lines or bars, legible on light and on dark."""

import dataclasses
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 170, 150  # of a panel's inside
LEFT, TOP, GAP, BOTTOM = 52, 62, 28, 48
COLOURS = ("#2f81f7", "#e8590c", "#2b8a3e", "#ae3ec9")
STYLE = """text { font: 12px sans-serif; fill: #3d444d; } .title { font-size: 14px; font-weight: bold; }
.grid { stroke: #8b949e; stroke-opacity: 0.35; } .axis { stroke: #8b949e; }
@media (prefers-color-scheme: dark) { text { fill: #d1d7e0; } }"""


@dataclasses.dataclass
class Panel:
    title: str
    lines: dict[str, list[tuple[float, float]]]  # by name: calls and value
    bars: bool = False


@dataclasses.dataclass(frozen=True)
class Scale:
    """From nothing, or from a power of ten where it is logarithmic, up to `top`."""

    top: float
    decades: int = 0  # 0: linear

    @classmethod
    def linear(cls, values: list[float]) -> "Scale":
        return cls(nice_top(max(values)))

    @classmethod
    def logarithmic(cls, values: list[float]) -> "Scale":
        low, high = (max(limit, 1e-3) for limit in (min(values), max(values)))
        top = math.ceil(math.log10(high) + 1e-9)
        return cls(10.0 ** top, max(1, top - math.floor(math.log10(low))))

    def height(self, value: float) -> float:
        """Of a mark, in parts of the panel's."""
        if not self.decades:
            return value / self.top
        return max(0.0, 1 + math.log10(max(value, 1e-9) / self.top) / self.decades)

    def ticks(self) -> list[float]:
        if not self.decades:
            return [self.top * n / 4 for n in range(5)]
        return [self.top / 10.0 ** n for n in range(self.decades, -1, -1)]


def panels(title: str, all_panels: list[Panel], logarithmic: bool = False) -> str:
    values = [y for panel in all_panels for points in panel.lines.values() for _, y in points]
    scale = Scale.logarithmic(values) if logarithmic else Scale.linear(values)
    width = LEFT + len(all_panels) * (WIDTH + GAP)
    height = TOP + HEIGHT + BOTTOM
    names = list(dict.fromkeys(name for panel in all_panels for name in panel.lines))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
             f"<style>{STYLE}</style>", text(8, 18, title, "title"), legend(names)]
    for n, panel in enumerate(all_panels):
        left = LEFT + n * (WIDTH + GAP)
        parts += [text(left + WIDTH / 2, TOP - 8, panel.title, anchor="middle"), grid(left, scale, labels=n == 0)]
        parts.append(bars(panel, names, left, scale) if panel.bars else curves(panel, names, left, scale))
    return "\n".join([*parts, "</svg>", ""])


def nice_top(value: float) -> float:
    """The next of 1, 2, 4, 6, 8, 10 times a power of ten."""
    step = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(factor * step for factor in (1, 2, 4, 6, 8, 10) if factor * step >= value)


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"' + (f' class="{kind}"' if kind else "") + f">{escape(content)}</text>"


def legend(names: list[str]) -> str:
    parts, x = [], 8.0
    for n, name in enumerate(names):
        parts.append(f'<rect x="{x:.1f}" y="27" width="10" height="10" fill="{COLOURS[n % len(COLOURS)]}"/>' + text(x + 14, 36, name))
        x += 30 + 7 * len(name)
    return "".join(parts)


def grid(left: float, scale: Scale, labels: bool) -> str:
    parts = []
    for n, value in enumerate(scale.ticks()):
        y = TOP + HEIGHT * (1 - scale.height(value))
        parts.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="{"axis" if n == 0 else "grid"}"/>')
        if labels:
            parts.append(text(left - 6, y + 4, f"{value:g}", anchor="end"))
    return "".join(parts)


def curves(panel: Panel, names: list[str], left: float, scale: Scale) -> str:
    ticks = sorted({x for points in panel.lines.values() for x, _ in points})
    place = {x: left + WIDTH * (n + 0.5) / len(ticks) for n, x in enumerate(ticks)}  # every count has as much room
    parts = [text(place[x], TOP + HEIGHT + 16, f"{x:g}", anchor="middle") for x in ticks]
    parts.append(text(left + WIDTH / 2, TOP + HEIGHT + 34, "calls", anchor="middle"))
    for name, points in panel.lines.items():
        colour = COLOURS[names.index(name) % len(COLOURS)]
        spots = [(place[x], TOP + HEIGHT * (1 - scale.height(y))) for x, y in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    return "".join(parts)


def bars(panel: Panel, names: list[str], left: float, scale: Scale) -> str:
    parts, room = [], WIDTH / len(names)
    for name, points in panel.lines.items():
        n, value = names.index(name), points[0][1]
        height = HEIGHT * scale.height(value)
        x = left + n * room + room * 0.15
        parts.append(f'<rect x="{x:.1f}" y="{TOP + HEIGHT - height:.1f}" width="{room * 0.7:.1f}" height="{height:.1f}" '
                     f'fill="{COLOURS[n % len(COLOURS)]}"/>')
        parts.append(text(x + room * 0.35, TOP + HEIGHT - height - 4, f"{value:g}", anchor="middle"))
    return "".join(parts)
