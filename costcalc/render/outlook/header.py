"""Header: what an outlook rests on: the usage, the prices, what the scenario changes, the revenue."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.render.blocks import Facts
from costcalc.render.header import price_parts, settings_rows, usage_row
from costcalc.render.outlook.phrases import fee_text, horizon_text, phrases_of
from costcalc.render.words import counted, money_text, month_text
from costcalc.reports.outlook import Outlook

_FEES_SHOWN = 3


def outlook_header(outlook: Outlook) -> Facts:
    """The header; each kind of change has a row of its own."""
    rows = [
        usage_row(outlook.usage, outlook.rating),
        ("prices", tuple(price_parts(outlook.rating, outlook.rates_used))),
        ("scenario", (outlook.scenario.name or "as given", horizon_text([month.month for month in outlook.months]))),
        *phrases_of(outlook),
    ]
    if outlook.revenue_source:
        rows.append(("revenue", tuple(_revenue(outlook))))
    return Facts([*rows, *settings_rows(outlook.usage, outlook.rating, outlook.revenue_source)])


def _revenue(outlook: Outlook) -> Iterator[str]:
    today, last = outlook.today, outlook.last.month
    if today.revenue is not None:
        yield f"{money_text(today.revenue, outlook.currency)} in {month_text(last)} at today's usage"
    yield outlook.revenue_source
    fees = outlook.scenario.business.revenue if outlook.revenue_source == "scenario" else ()
    yield from (fee_text(fee, outlook.currency) for fee in fees[:_FEES_SHOWN])
    if len(fees) > _FEES_SHOWN:
        yield f"{counted(len(fees) - _FEES_SHOWN, 'more rule')}"
