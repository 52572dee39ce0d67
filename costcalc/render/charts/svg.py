"""SVG: the few shapes of which charts are made, as text; names in them are escaped. As pixels it is a PNG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from html import escape

from costcalc.problems import fail, visible
from costcalc.render.charts.palette import LIGHT, chart_style

Place = float | None  # in pixels; None: nothing is known there
_PADDING = 20  # around a chart that stands alone
_TITLE = 34


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a width and height in pixels, with what it says in words."""

    name: str
    title: str
    says: str  # for those who cannot see it
    width: int
    height: int
    parts: Sequence[str]

    def inline(self, attributes: str = "") -> str:
        """As a part of a page that has the rules of charts and a caption."""
        label = escape(f"{self.title}. {self.says}")
        return (
            f'<svg class="chart" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
            f' role="img" aria-label="{label}"{attributes}>{"".join(self.parts)}</svg>'
        )

    def alone(self) -> str:
        """As a file of its own, on white, with its title."""
        width, height = self.width + 2 * _PADDING, self.height + 2 * _PADDING + _TITLE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img"><title>{escape(self.title)}</title><desc>{escape(self.says)}</desc>'
            f"<style>{chart_style(LIGHT)}.chart .title{{font-size:17px;font-weight:600}}</style>"
            f'<rect width="{width}" height="{height}" fill="{LIGHT["paper"]}"/>'
            f'<text class="t title" x="{_PADDING}" y="{_PADDING + 14}">{escape(self.title)}</text>'
            f'<g transform="translate({_PADDING} {_PADDING + _TITLE})">{"".join(self.parts)}</g></svg>\n'
        )


@dataclass(frozen=True, slots=True)
class AxisScale:
    """Where a value lies: pixels at zero, and pixels for one unit."""

    zero: float
    unit: float

    def at(self, value: Fraction | Decimal) -> float:
        return round(self.zero + float(value) * self.unit, 2)


def scale(low: Fraction, high: Fraction, first: float, last: float) -> AxisScale:
    """The scale on which `low` lies at pixel `first` and `high` at `last`."""
    unit = (last - first) / float(high - low) if high != low else 0.0
    return AxisScale(first - float(low) * unit, unit)


def ticks(low: Fraction, high: Fraction, most: int = 5) -> list[Fraction]:
    """Round values from one at or below `low` to one at or above `high`."""
    if high <= low:
        high = low + 1
    step = _round_step((high - low) / most)
    first = low // step
    last = -((-high) // step)
    return [step * n for n in range(int(first), int(last) + 1)]


def _round_step(least: Fraction) -> Fraction:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no smaller."""
    power = Fraction(1)
    while power * 10 <= least:
        power *= 10
    while power > least:
        power /= 10
    return next(power * each for each in (1, 2, Fraction(5, 2), 5, 10) if power * each >= least)


def shape(name: str, kind: str, places: Mapping[str, float | str], more: str = "") -> str:
    """`<rect class="adds" x="3"/>`."""
    written = "".join(f' {key}="{_number(value)}"' for key, value in places.items())
    return f'<{name} class="{kind}"{written}{more}/>'


def words(text: str, x: float, y: float, kind: str = "t", anchor: str = "start", more: str = "") -> str:
    return (
        f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}"{more}>'
        f"{escape(visible(text))}</text>"
    )


def line_path(xs: Sequence[float], ys: Sequence[Place]) -> str:
    """A line through the places; where nothing is known it is broken."""
    found, broken = [], True
    for x, y in zip(xs, ys, strict=True):
        if y is not None:
            found.append(f"{'M' if broken else 'L'}{_number(x)} {_number(y)}")
        broken = y is None
    return "".join(found)


def dots_path(xs: Sequence[float], ys: Sequence[Place]) -> str:
    return "".join(f"M{_number(x)} {_number(y)}h0" for x, y in zip(xs, ys, strict=True) if y is not None)


def band_path(xs: Sequence[float], highs: Sequence[Place], lows: Sequence[Place]) -> str:
    """The surface between two lines."""
    known = [(x, a, b) for x, a, b in zip(xs, highs, lows, strict=True) if a is not None and b is not None]
    if not known:
        return ""
    there = [f"{_number(x)} {_number(a)}" for x, a, _ in known]
    back = [f"{_number(x)} {_number(b)}" for x, _, b in reversed(known)]
    return f"M{'L'.join([*there, *back])}Z"


def cut(text: str, room: int) -> str:
    """So many characters of a name, for a chart cannot wrap it."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def numbers(values: Iterable[float]) -> str:
    return ",".join(_number(value) for value in values)


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".")


_ZOOM = 2  # pixels of a file for one of the drawing: sharp on paper and on dense screens


def png_of(chart: Chart) -> bytes:
    """The chart on white. CostcalcError: the extra is not installed."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise fail(
            "png-needs-an-extra", "a PNG is drawn by resvg-py, which is not installed",
            remedy="pip install 'costcalc[png]', or write the chart as .svg",
        ) from None  # fmt: skip
    return bytes(svg_to_bytes(svg_string=chart.alone(), zoom=_ZOOM))
