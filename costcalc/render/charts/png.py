"""PNG: a chart as pixels, by resvg: the one thing for which a chart needs a library."""

from __future__ import annotations

from costcalc.problems import fail
from costcalc.render.charts.svg import Chart

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
