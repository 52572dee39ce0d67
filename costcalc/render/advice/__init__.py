"""Advice drawn: its page, its plan as a scenario file, and its tables."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(
    "What would save money", "page:headline_blocks", "page:advice_blocks", "tables:advice_rows", "tables:ADVICE"
)
