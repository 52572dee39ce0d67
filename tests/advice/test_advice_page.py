"""The page of advice as a reader sees it, whole; its plan; its JSON and CSV field by field."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from inspect import signature

import pytest

from costcalc.api import Prices, advise, read_share
from costcalc.cli.advise import advise as command
from costcalc.pricebook.fx import parse_fx
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.tables import csv_of
from costcalc.render.written import json_of
from costcalc.reports.advice.options import LEAST, OFTEN, SHORT
from tests.advice.made import CASES, WORKS, WORLD, nothing, raised, usage, usual
from tests.render.made import drawn
from tests.render.screens import fits_every_screen
from tests.render.test_json_documented import ASKED, check, documented, fields


@pytest.mark.parametrize("name", CASES)
def test_the_page(name, golden, tmp_path):
    page = page_of(CASES[name](tmp_path).report)
    golden(f"advice-{name}-80.txt", drawn(page, notes=True))
    fits_every_screen(page)


def test_the_page_where_it_is_wide(golden, tmp_path):
    golden("advice-usual-120.txt", drawn(page_of(usual(tmp_path).report), 120, notes=True))


def test_the_markdown(golden, tmp_path):
    golden("advice-usual.md", markdown_of(usual(tmp_path).report))


def test_the_plan_as_a_file(golden, tmp_path):
    golden("advice-usual.yaml", usual(tmp_path).to_yaml())


def test_nothing_to_write_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="nothing was found to write"):
        nothing(tmp_path).to_yaml()


def test_every_field_of_the_json_is_documented(tmp_path):
    """A model without a price, a refused row, a named base in another currency, targets that follow the clock, have no price for output, and have ended."""
    texts = [usual(tmp_path).to_json(), raised(tmp_path).to_json(), nothing(tmp_path).to_json()]
    lines = usage(tmp_path).read_text(encoding="utf-8").replace("night-owl", "day-lark")
    log = tmp_path / "usage.csv"
    log.write_text(lines + "2026-09-01,acme,acme-max,chat,1,-5,1,1\n", encoding="utf-8")
    base = tmp_path / "base.yaml"
    base.write_text("scenario: Base\nprices: [{what: acme, change: +10%}]\n", encoding="utf-8")
    rates = parse_fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 7}}\n")
    prices = Prices(WORLD.pricebook, rates)
    asked_for = ("acme/night-owl", "other/other-ears", "other/other-old")
    texts.append(advise(log, prices=prices, scenario=base, currency="CNY", to=asked_for, asked=ASKED).to_json())
    printed: dict[str, set[str]] = {}
    for text in texts:
        for name, types in fields(json.loads(text)).items():
            printed.setdefault(name, set()).update(types)
    check(printed, documented("costcalc.advice/1"), ("usage.", "configuration[", "unpriced["))


def test_the_csv_has_a_row_a_candidate(tmp_path):
    result = usual(tmp_path)
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    assert [int(row["candidate"]) for row in rows] == [one.number for one in result.candidates]
    assert [row["in_plan"] for row in rows].count("yes") == len(result.together.numbers)
    assert rows[0]["currency"] == "USD"


def test_the_frame_has_the_columns_of_the_csv(tmp_path):
    result = usual(tmp_path)
    assert list(result.to_frame().columns) == result.to_csv().splitlines()[0].split(",")


def test_a_colour_is_never_the_only_sign(tmp_path):
    """What is in the plan is starred; a saving says so in its column."""
    page = drawn(page_of(usual(tmp_path).report), 80, notes=True)
    starred = [line.split("*")[0].strip() for line in page.splitlines() if line.strip()[:3].rstrip().endswith("*")]
    assert starred == [f"{number}" for number in usual(tmp_path).together.numbers]


def test_what_does_not_add_up_is_shown_with_its_sum(tmp_path):
    """Batch of what has moved does nothing: together 1,883.25, singly 1,883.25 + 1,046.25."""
    result = advise(usage(tmp_path), prices=WORLD, take=(2, 5))
    page = " ".join(drawn(page_of(result.report), 120).split())
    assert "saves 1,883.25 USD a month (28.7% of the bill)." in page
    assert "Singly its candidates save 1,883.25 + 1,046.25 = 2,929.50." in page


def test_a_saving_that_is_one_has_one_figure(repo_root):
    """Six candidates that touch different usage: floats differ at the eighth digit, and 4,106.96 is no 4,106.94."""
    found = advise(repo_root / "examples/usage.csv")
    page = " ".join(drawn(page_of(found.report), 120).split())
    assert "saves 4,106.96 USD a month" in page
    assert "save as much together as singly" in page
    assert "4,106.94" not in page
    assert json.loads(found.to_json())["plan"]["singly"]["rounded"] == "4106.96"


def test_the_flags_begin_with_the_librarys_thresholds():
    words = signature(command).parameters
    assert [words[name].default for name in ("short", "often")] == [SHORT, OFTEN]
    assert read_share(words["least"].default, "least") == LEAST


def test_single_savings_have_one_figure_and_add_up(tmp_path):
    """Savings of a third of a coin more: table, sum, CSV and JSON show the same, and the sum is that of what is shown."""
    report = usual(tmp_path).report
    candidates = [
        replace(one, outcome=replace(one.outcome, cost=one.outcome.cost - Fraction(1, 300)))
        for one in report.candidates
    ]
    numbers = tuple(one.number for one in candidates[:3])
    singly = sum((one.saving for one in candidates[:3]), Fraction())
    plan = replace(report.together, numbers=numbers, singly=singly, outcome=candidates[0].outcome)
    found = replace(report, candidates=candidates, together=plan)
    answer = json.loads(json_of(found))
    shown = [one["saving"]["rounded"] for one in answer["candidates"]]
    assert [row["saving"] for row in csv.DictReader(io.StringIO(csv_of(found)))] == shown
    assert sum(map(Decimal, shown[:3])) == Decimal(answer["plan"]["singly"]["rounded"])
    page = " ".join(drawn(page_of(found), 120).split())
    texts = [f"{Decimal(text):,}" for text in (*shown[:3], answer["plan"]["singly"]["rounded"])]
    assert f"Singly its candidates save {' + '.join(texts[:3])} = {texts[3]}." in page
    assert all(page.count(text) >= 2 for text in texts[:3])


def uneven(number):
    """A log whose amounts have digits below the coin."""

    def case(path):
        works = [
            (*who, requests, given + 137 * number, output + 71 * number, cached)
            for *who, requests, given, output, cached in WORKS
        ]
        return advise(usage(path, works), prices=WORLD)

    return case


@pytest.mark.parametrize("case", [*CASES.values(), *map(uneven, range(1, 7))])
def test_what_is_saved_and_what_is_left_come_to_the_bill_as_it_is_shown(case, tmp_path):
    """Each was rounded by itself: 10.005 of which 3.335 are saved left 6.67 of 10.01, with 3.34 saved."""
    report = case(tmp_path).report
    found = json.loads(json_of(report))
    bill = shown(found["base"])
    assert f"{bill:,} {report.currency}".replace("-", "−") in drawn(page_of(report), 120)
    for one in [*found["candidates"], *([found["plan"]] if found["plan"] else [])]:
        assert Decimal(one["saving"]["rounded"]) + shown(one["then"]) == bill
    assert [row["saving"] for row in csv.DictReader(io.StringIO(csv_of(report)))] == [
        one["saving"]["rounded"] for one in found["candidates"]
    ]


def shown(totals) -> Decimal:
    return Decimal(totals["cost"]["rounded"]) + Decimal(totals["other_costs"]["rounded"])
