"""Use: how much a model's name is used, by a log or by the catalogues that have it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from costcalc.files import is_there, read_text
from costcalc.meters import meters
from costcalc.usage.ledger import UsageLedger

POPULAR = "popular_names.csv"  # of the price data: names that two catalogues have, with those catalogues
Use = Callable[[str], int]


def use_in(ledger: UsageLedger) -> Use:
    """The tokens of a log by the bare name of the model: that is what a host and a maker have in common."""
    units = meters().by_name
    whole = [name for name in ledger.meters if units[name].unit == "token" and units[name].part_of is None]
    found: Counter[str] = Counter()
    for group in ledger.groups:
        found[_bare(group.model)] += sum(ledger.quantity(group, name) for name in whole)
    return lambda name: found[_bare(name)]


def use_by_catalogues(folder: Path) -> Use:
    """How many catalogues have the name; 0 for one that at most one of them has."""
    if not is_there(folder / POPULAR):
        return lambda name: 0
    rows = csv.DictReader(StringIO(read_text(folder / POPULAR), newline=""))
    found = {row["name"]: len(row["catalogues"].split()) for row in rows}
    return lambda name: found.get(name, 0)


def _bare(name: str) -> str:
    return name.lower().rpartition("/")[2]
