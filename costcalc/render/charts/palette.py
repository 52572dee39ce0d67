"""Palette: the colours of charts and pages, by what they mean, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Mapping

# Text has a contrast of 4.5 and more to the paper, lines and bars of 3 and more.
LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "panel": "#f4f6f9", "ink": "#171c22", "quiet": "#525c68", "rule": "#d5dbe2",
    "accent": "#0b5bb0", "band": "#c4daf2", "before": "#6b7683", "adds": "#b4410c", "saves": "#0b7268",
    "whole": "#44525f", "floor": "#7a35c9", "loud": "#8f1d1d", "loudpaper": "#fdecea",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "paper": "#10151b", "panel": "#1a2129", "ink": "#e8edf3", "quiet": "#a3afbc", "rule": "#333d48",
    "accent": "#74b8ff", "band": "#24415f", "before": "#94a1af", "adds": "#ff9f70", "saves": "#52d0c2",
    "whole": "#a9b6c3", "floor": "#c8a8ff", "loud": "#ffb4ab", "loudpaper": "#3b1d1d",
}  # fmt: skip

# What each class of a chart's parts looks like; {name} is a colour of the palette.
PARTS: Mapping[str, str] = {
    "t": "fill:{ink}",
    "q": "fill:{quiet}",
    "halo": "paint-order:stroke;stroke:{paper};stroke-width:3px;stroke-linejoin:round",
    "grid": "stroke:{rule};stroke-width:1",
    "zero": "stroke:{quiet};stroke-width:1",
    "band": "fill:{band}",
    "before": "fill:none;stroke:{before};stroke-width:2;stroke-dasharray:5 4",
    "after": "fill:none;stroke:{accent};stroke-width:2.5;stroke-linejoin:round",
    "dots": "fill:none;stroke:{accent};stroke-width:7;stroke-linecap:round",
    "floor": "stroke:{floor};stroke-width:1.5;stroke-dasharray:2 3",
    "floortext": "fill:{floor}",
    "whole": "fill:{whole}",
    "adds": "fill:{adds}",
    "saves": "fill:{saves}",
    "link": "stroke:{quiet};stroke-width:1",
    "fan": "fill:none;stroke:{accent};stroke-width:1.25;stroke-dasharray:1 3;stroke-linecap:round",
}
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',Arial,sans-serif"


def chart_style(colours: Mapping[str, str]) -> str:
    """The rules of a chart's parts in these colours; they may be variables of a page."""
    rules = [f".chart .{name}{{{rule.format_map(colours)}}}" for name, rule in PARTS.items()]
    font = f".chart text{{font:13px {FONT};font-variant-numeric:tabular-nums}}.chart .b{{font-weight:600}}"
    return font + "".join(rules)
