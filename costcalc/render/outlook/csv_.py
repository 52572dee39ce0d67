"""CSV of an outlook: one row a month and line, plain numbers that add up to the printed months."""

from __future__ import annotations

from costcalc.render.csv_ import csv_text
from costcalc.render.outlook.rows import outlook_rows
from costcalc.reports.outlook import Outlook


def outlook_csv(outlook: Outlook) -> str:
    """The lines of every month, harmless in a spreadsheet."""
    return csv_text(outlook_rows(outlook))
