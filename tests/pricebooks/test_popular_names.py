"""Names that two catalogues have are likely in logs: each has a price, or a reason why there is none."""

from __future__ import annotations

import csv
from datetime import date

from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.resolve import ResolvedModel, Unresolved

DAY = date(2026, 11, 29)
BOOKS = load_pricebook()
PRICED = 0.95


def popular() -> dict[str, list[str]]:
    with (shipped_folder() / "popular_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(len(row["catalogues"].split()) > 1 for row in rows)
    return {row["name"]: row["sellers"].split() for row in rows}


def answers(name: str, sellers: list[str]) -> list[str]:
    """Of each seller: `priced`, or why there is no price on the day."""
    found = []
    for seller in sellers:
        meant = BOOKS.resolve(name, seller)
        if isinstance(meant, Unresolved):
            found.append(meant.reason)
            continue
        lookup = BOOKS.block_on(meant.provider, meant.region, meant.model, DAY)
        found.append("priced" if lookup.block else lookup.reason)
    return found


def test_names_that_two_catalogues_have_are_priced_or_refused_with_the_reason(capsys):
    names = popular()
    said = {name: answers(name, sellers) for name, sellers in names.items()}
    priced = {name for name, each in said.items() if "priced" in each}
    ended = {name for name in said.keys() - priced if all(text.startswith("no price from ") for text in said[name])}
    with capsys.disabled():
        print(f"\n{len(names)} names, {len(priced)} priced, {len(ended)} ended")
    assert len(names) > 275
    assert len(priced) >= PRICED * len(names)
    assert said.keys() - priced - ended == set()


def test_a_name_without_a_seller_is_a_makers_or_says_who_sells_it():
    for name in popular():
        found = BOOKS.resolve(name)
        if isinstance(found, ResolvedModel):
            assert found.provider not in {*BOOKS.by_provider.unread}, name
        else:
            assert found.reason, name
