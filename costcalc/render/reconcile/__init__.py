"""Reconciliations as a page, JSON, CSV and frames."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(
    "Our rating against the invoice",
    "page:headline_blocks",
    "page:reconciliation_blocks",
    "tables:reconciliation_rows",
    "tables:RECONCILIATION",
)
