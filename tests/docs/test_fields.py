"""The lists of keys in the documentation are those that reading takes.

A line `<!-- keys: NAME -->` stands above a list; `pytest tests/docs --update` writes the list anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from costcalc.budget.read import BUDGET
from costcalc.cli.configkeys import KEYS
from costcalc.pricebook.fields import BOOK, MODEL, MODIFIER, SCHEDULE, SOURCE
from costcalc.pricebook.fields_blocks import BAND, BLOCK
from costcalc.pricebook.fields_terms import COMMITMENT, DISCOUNT, SELF_HOSTED
from costcalc.scenario.fields import DISTRIBUTION, NOTE, SPAN
from costcalc.scenario.fields_business import FEE, REVENUE, SIMULATE
from costcalc.scenario.fields_prices import PRICE
from costcalc.scenario.fields_usage import EFFICIENCY, ESCALATION, GROWTH, MIX, MOVE
from costcalc.scenario.fields_where import WHERE
from costcalc.scenario.read import SCENARIO
from costcalc.yamlfields import FieldTable, YamlField, documented
from tests.conftest import REPO_ROOT

TABLES = {
    "scenario": SCENARIO, "prices": PRICE, "growth": GROWTH, "mix": MIX, "escalation": ESCALATION, "moves": MOVE,
    "efficiency": EFFICIENCY, "revenue": REVENUE, "other_costs": FEE, "simulate": SIMULATE, "budget": BUDGET,
    "book": BOOK, "source": SOURCE, "schedule": SCHEDULE, "modifier": MODIFIER, "model": MODEL, "block": BLOCK, "band": BAND,
    "discount": DISCOUNT, "commitment": COMMITMENT, "self_hosted": SELF_HOSTED,
}  # fmt: skip
SHARED = (WHERE, *SPAN, DISTRIBUTION, NOTE)  # of the entries of a scenario
AS_ALL = "As in [every entry](scenarios.md#the-keys-of-every-entry)."


def rows(fields: Iterable[YamlField]) -> list[tuple[str, str, str]]:
    return [(f"`{key}`", f"`{example}`" if example else "", says) for key, example, says in documented(fields)]


def own_keys(table: FieldTable) -> list[tuple[str, str, str]]:
    """The keys of the table, those that many have by their names alone."""
    is_entry = any(field.key == WHERE.key and field.says == WHERE.says for field in table.fields) or table is PRICE
    shared = {(field.key, field.says) for field in SHARED if is_entry}
    own = [field for field in table.fields if (field.key, field.says) not in shared]
    names = [key for key, _, _ in rows(field for field in table.fields if field not in own)]
    return [*rows(own), *([(", ".join(names), "", AS_ALL)] if names else [])]


LISTS = {name: own_keys(table) for name, table in TABLES.items()} | {
    "every": rows(SHARED),
    "configuration": [
        (f"`{name}`", f"`{key.example.replace(chr(10), ' ').removeprefix(f'{name} = ')}`", key.says)
        for name, key in KEYS.items()
    ],
}
PAGES = [REPO_ROOT / "README.md", *sorted((REPO_ROOT / "docs").glob("*.md"))]
_LIST = re.compile(r"(?<=^<!-- keys: )(\w+) -->\n(?:\|.*\n)*", re.MULTILINE)


def listed(name: str) -> str:
    lines = [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |\n" for row in LISTS[name]]
    return f"{name} -->\n| key | example | meaning |\n|---|---|---|\n{''.join(lines)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_lists_the_keys_as_they_are_read(page: Path, request):
    text = page.read_text(encoding="utf-8")
    anew = _LIST.sub(lambda found: listed(found[1]), text)
    if request.config.getoption("--update"):
        page.write_text(anew, encoding="utf-8")
    assert anew == page.read_text(encoding="utf-8"), f"pytest tests/docs --update lists the keys of {page.name}"


def test_every_list_stands_on_a_page():
    found = [name for page in PAGES for name in _LIST.findall(page.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_every_key_says_what_it_means(name):
    assert [key for key, _, meaning in LISTS[name] if not meaning] == []
