"""Several scenarios side by side, for readers and programs."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(
    "Scenarios side by side",
    "page:headline_blocks",
    "page:comparison_blocks",
    "tables:comparison_rows",
    "tables:COMPARISON",
)
