"""Short: what a result comes to in a few words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.render.words import money_text
from costcalc.reports.detection import Detections
from costcalc.reports.plan.model import Plan


def short_text(report: Any) -> str:
    """`9,637.87 USD`, `9,637.87 → 11,240.10 USD`; of files how they are read; else the first day and the last one."""
    if isinstance(report, Detections):
        return ", ".join(dict.fromkeys(file.format for file in report.files))
    if isinstance(report, Plan):
        before, after = report.outcome.before.served, report.outcome.after.served
        return f"{money_text(before, report.currency)} → {money_text(after, report.currency)}"
    total = getattr(report, "total", None)
    if isinstance(total, Fraction):
        return money_text(total, report.currency)
    return f"{report.usage.first_day} to {report.usage.last_day}"
