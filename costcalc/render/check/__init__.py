"""A check on the page, in a pull request, as annotations, JUnit, SARIF, JSON and rows."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(head="page:headline_blocks", page="page:check_blocks", rows="tables:check_rows", json="tables:CHECK")
