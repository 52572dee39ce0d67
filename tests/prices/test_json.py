"""docs/prices.md names every field that `prices … --json` prints, with its type, and no other."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.read import parse_book, parse_file
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import Place, Problem
from costcalc.render.written import json_in
from costcalc.reports.prices.diff import diff
from costcalc.reports.prices.events import catalogue
from costcalc.reports.prices.history import history
from costcalc.reports.prices.lint import LintReport
from costcalc.reports.prices.listing import Listing, list_prices
from costcalc.reports.prices.naming import naming
from costcalc.reports.prices.sheet import sheet
from costcalc.reports.prices.stale import stale
from tests.conftest import REPO_ROOT
from tests.prices.made import ACME, BOOKS, EVENTS, day_in
from tests.prices.test_pages import money

PAGE = (REPO_ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
ALLOWED = {"text": {"text"}, "integer": {"integer"}, "flag": {"flag"}, "decimal": {"text"}, "ratio": {"text"}, "line": {"line"}, "amount": {"amount"}}  # fmt: skip
PROBLEM = Problem("bad-date", "no date", Place("a.yaml", 1, 2), expected="a day", nearest=("x",), remedy="mend it")
TERMS = "discounts: [{what: acme, percent: 5%}]\ncommitments: [{what: acme, each: month, amount: 5 CNY}]\n"
SURCHARGED = Pricebook(
    (
        parse_book(
            ACME.replace(
                "models:\n",
                "modifiers:\n  eu: {where: {geo: eu}, tokens: 110%, observed: 2026-09-01, source: page}\nmodels:\n",
                1,
            ).replace("      2026-01-01:\n", "      2026-01-01:\n        modifiers: [eu]\n", 1)
        ),
    )
)
CONTRACT = BOOKS.with_terms(parse_file(TERMS, "ours.yaml")[1])
LAID = Pricebook((replace(BOOKS.books[0], below=parse_book(ACME, "below.yaml")), *BOOKS.books[1:])).with_terms(
    CONTRACT.terms
)

OWN = load_pricebook([REPO_ROOT / "examples" / "selfhosted.yaml"])


def documented(title: str) -> dict[str, str]:
    section = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, title
    return dict(re.findall(r"^\| `([^`]+)` \| (\w+) \|", section[1], re.MULTILINE))


LINE = set(re.findall(r"^\| `(\w+)` \|", PAGE.split("# The JSON")[1].split("\n## ")[0], re.MULTILINE))


def fields(value: Any, path: str = "") -> dict[str, set[str]]:
    """Field -> the types it was seen with; the nine fields of a line come as one."""
    found: dict[str, set[str]] = {}

    def note(name: str, part: Any) -> None:
        for field, types in fields(part, name).items():
            found.setdefault(field, set()).update(types)

    match value:
        case dict() if set(value) == {"exact", "rounded"}:
            return {path: {"amount"}}
        case dict():
            if set(value) >= LINE:
                found[path] = {"line"}
            for key, part in value.items():
                if not (set(value) >= LINE and key in LINE):
                    note(f"{path}.{key}" if path else key, part)
        case list():
            for part in value:
                note(f"{path}[]", part)
        case _:
            kinds = {bool: "flag", int: "integer", str: "text", type(None): "null"}
            return {path: {kinds[type(value)]}}
    return found


def json_of(name: str, report: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_in(f"costcalc.render.prices.{name}", report))
    return found


def reports(path) -> dict[str, list[dict[str, Any]]]:
    between = diff(BOOKS, date(2025, 12, 31), date(2026, 9, 20))
    return {
        "prices-list": [json_of("listing", Listing(list_prices(BOOKS, day_in)))],
        "prices-show": [
            *(json_of("sheet", sheet(BOOKS, name, day_in)) for name in ("acme/flat", "banded", "hourly", "gone")),
            json_of("sheet", sheet(SURCHARGED, "acme/flat", day_in)),
            json_of("sheet", sheet(OWN, "selfhosted/qwen3-8b", day_in)),
            json_of("sheet", sheet(LAID, "acme/flat", lambda _: date(2026, 1, 1))),
        ],
        "prices-history": [json_of("history", history(BOOKS, name, day_in)) for name in ("acme/flat", "hourly", "gone", "moved")],
        "prices-diff": [json_of("diff", between), json_of("diff", money(path))],
        "prices-lint": [json_of("lint", LintReport(1, 1, 1, (PROBLEM,), (PROBLEM,)))],
        "prices-stale": [json_of("stale", stale(BOOKS, day_in, 29))],
        "prices-resolve": [json_of("naming", naming(BOOKS, name, day_in)) for name in ("acme/flat", "gone")],
        "prices-events": [json_of("events", catalogue(EVENTS, BOOKS))],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["prices-list", "prices-show", "prices-history", "prices-diff", "prices-lint", "prices-stale", "prices-resolve", "prices-events"])  # fmt: skip
def test_every_field_is_documented(name, tmp_path):
    said = documented(f"costcalc.{name}/1")
    printed: dict[str, set[str]] = {}
    for report in reports(tmp_path)[name]:
        assert report["schema"] == f"costcalc.{name}/1"
        for field, types in fields(report).items():
            printed.setdefault(field, set()).update(types)
    shown = {field for field, types in printed.items() if types != {"null"} or field in said}
    assert shown - set(said) == set()
    assert {field: types - {"null"} for field, types in printed.items() if field in said and not types - {"null"} <= ALLOWED[said[field]]} == {}  # fmt: skip
    # An object that is sometimes null stands in the page by its fields.
    assert {field for field in set(said) - set(printed) if not any(part in printed for part in parents(field))} == set()


def parents(field: str) -> list[str]:
    parts = field.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]
