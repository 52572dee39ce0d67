"""Explanations drawn and written: the page, its words, JSON, CSV and frames."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(
    "What made the figures",
    "page:headline_blocks",
    "page:explanation_blocks",
    "tables:explanation_rows",
    "tables:EXPLANATION",
)
