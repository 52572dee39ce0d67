"""Starts: pricebooks of one's own, begun from a log whose models no pricebook prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from costcalc.api.costs import cost
from costcalc.render.prices.starting import starting_files
from costcalc.reports.prices.missing import missing


@dataclass(frozen=True, slots=True)
class PricesStart:
    """What prices are begun with."""

    files: Mapping[str, str]  # name -> text, one for each list
    meters: Sequence[tuple[str, str]]  # single meters without a price, of models that have one otherwise
    is_nameless: bool  # some rows without a price name no model


def start_of_prices(usage: object, called: str, **words: Any) -> PricesStart:
    """An entry for each model of the log that no pricebook prices. `called`: the log, in the comments. CostcalcError."""
    report = cost(usage, **words).report
    found = missing(report.rating, words["prices"].pricebook, report.usage.first_day or datetime.now(UTC).date())
    is_nameless = any(part.meter is None and not part.model for part in report.rating.unpriced)
    return PricesStart(starting_files(found, called), found.meters, is_nameless)
