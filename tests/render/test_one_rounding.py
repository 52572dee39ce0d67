"""One figure has one rounding: sums shown are sums of what is shown, and what nothing touched shows no change."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from costcalc.render.pages import markdown_of, notebook_of, page_of
from costcalc.render.rounding import share_out_together
from costcalc.render.tables import csv_of
from costcalc.render.written import json_of
from tests.kit import examples
from tests.render.comparisons import NOTHING, RISE, compared
from tests.render.made import books, drawn, group, ledger, projection
from tests.render.outlooks import made

MODELS = ("a", "b", "c", "d")
LISTS = books(
    *(
        f"provider: {who}\ncurrency: USD\ntimezone: UTC\nmodels:\n"
        + "".join(f"  {name}:\n    prices:\n      2020-01-01: {{input_tokens: 1 per 1M, output_tokens: 1 per 1M}}\n" for name in MODELS)
        for who in ("acme", "borea")
    )
)  # fmt: skip
# Amounts around a coin or two at 1 USD per 1M: 5,000 tokens are half a cent.
USAGES = st.lists(
    st.tuples(st.sampled_from(("acme", "borea")), st.sampled_from(MODELS), st.integers(0, 60_000)), min_size=1, max_size=8
)  # fmt: skip
HIKES = st.sampled_from(("acme=34", "acme/a=7", "*/b=5..34", "borea=-20", "acme/c=0..3"))


def of(usages, **words):
    return ledger(*(group(model, tokens, provider=who, **words) for who, model, tokens in usages))


@given(USAGES, HIKES)
@examples(30)
def test_the_sums_of_every_writer_are_the_sums_of_what_it_shows(usages, hike):
    report = projection(of(usages), hike, prices=LISTS)
    answer = json.loads(json_of(report))
    total = {name: Decimal(answer["over_the_log"][name]["cost"]["rounded"]) for name in ("before", "with_the_scenario")}
    for name in total:
        assert sum(Decimal(line["cost"][name]["rounded"]) for line in answer["over_the_log"]["lines"]) == total[name]
    rows = list(csv.DictReader(io.StringIO(csv_of(report))))
    assert sum(Decimal(row["cost_before"]) for row in rows) == total["before"]
    assert sum(Decimal(row["cost"]) for row in rows) == total["with_the_scenario"]
    shown = {
        (line["names"]["provider"], line["names"]["model"]): line["cost"] for line in answer["over_the_log"]["lines"]
    }
    for row in rows:
        cost = shown[row["provider"], row["model"]]
        assert (row["cost_before"], row["cost"]) == (cost["before"]["rounded"], cost["with_the_scenario"]["rounded"])
        if Fraction(cost["before"]["exact"]) == Fraction(cost["high"]["exact"]):
            assert cost["before"]["rounded"] == cost["with_the_scenario"]["rounded"] == cost["high"]["rounded"]
    for page in (drawn(page_of(report), 120, notes=True), markdown_of(report), notebook_of(report)):
        assert_holds(page, [*total.values(), *(Decimal(each["before"]["rounded"]) for each in shown.values())])


def assert_holds(page: str | None, amounts: Sequence[Decimal]) -> None:
    found = set(re.findall(r"\d[\d,]*\.\d\d", page or ""))
    assert not [amount for amount in amounts if f"{amount:,.2f}" not in found]


@given(
    st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999), st.booleans()), min_size=1, max_size=7),
    st.integers(1, 9),
)
def test_columns_add_up_and_what_stays_is_alike(lines, parts):
    """Amounts in tenths or thirds of a coin; each shown amount is a coin below or above."""
    first = [Fraction(before, parts) for before, _, _ in lines]
    second = [Fraction(before if still else after, parts) for before, after, still in lines]
    totals = [int(sum(column, Fraction()) + Fraction(1, 2)) for column in (first, second)]
    found = share_out_together([first, second], totals)
    for column, coins, total in zip((first, second), found, totals, strict=True):
        assert sum(coins) == total
        if len(lines) > 1:
            assert all(abs(coin - amount) < 2 for coin, amount in zip(coins, column, strict=True))
    assert all(one == other for one, other, before, after in zip(*found, first, second, strict=True) if before == after)


GROWTH = "scenario: Growth\nhorizon: 4 months\ngrowth:\n  - {where: {provider: acme}, each month: +7%}\n"


@given(st.lists(st.integers(1, 3_000_000), min_size=3, max_size=3))
@examples(8)
def test_an_outlook_s_figures_are_those_of_its_months(tokens):
    """Today, Before of the last month where nothing was published, the bridge, the lines and the customers."""
    usage = ledger(
        *(
            group(model, count, provider=who, dimensions=(customer,), day=date(2026, 9, 1) + timedelta(days=number))
            for number, (count, (who, model, customer)) in enumerate(
                zip(tokens, (("acme", "a", "x"), ("borea", "b", "y"), ("acme", "c", "z")), strict=True)
            )
        ),
        dimensions=("customer",),
    )
    report = made(usage, GROWTH, prices=LISTS, months=4)
    answer = json.loads(json_of(report))
    last = answer["months"][-1]
    before, after = (Decimal(last[name]["cost"]["rounded"]) for name in ("before", "with_the_scenario"))
    assert Decimal(answer["bridge"][0]["last_month"]["cost"]["rounded"]) == before
    assert sum(Decimal(each["today"]["cost"]["rounded"]) for each in answer["customers"]) == before
    assert sum(Decimal(each["last_month"]["cost"]["rounded"]) for each in answer["customers"]) == after
    untouched = next(each for each in answer["customers"] if each["name"] == "y")
    assert untouched["today"]["cost"]["rounded"] == untouched["last_month"]["cost"]["rounded"]
    for page in (drawn(page_of(report), 120, notes=True), markdown_of(report), notebook_of(report)):
        assert_holds(page, [before, after])


@given(st.lists(st.integers(1, 3_000_000), min_size=6, max_size=6))
@examples(6)
def test_a_comparison_s_customers_and_lines_add_up_to_its_months(tokens):
    """Of every scenario, on the page and in JSON alike."""
    who = [
        ("qwen3-max", "x"),
        ("qwen-plus", "x"),
        ("qwen3-max", "y"),
        ("qwen-plus", "y"),
        ("qwen3-max", "z"),
        ("qwen-plus", "z"),
    ]
    usage = ledger(
        *(group(name, count, dimensions=(customer,)) for count, (name, customer) in zip(tokens, who, strict=True)),
        dimensions=("customer",),
    )
    report = compared(usage, RISE, NOTHING, by=("provider", "model"))
    answer = json.loads(json_of(report))
    page = drawn(page_of(report), 120, notes=True)
    for each in answer["scenarios"]:
        last = each["months"][-1]
        for old, side in (("before", "today"), ("with_the_scenario", "last_month")):
            month = Decimal(last[old]["cost"]["rounded"])
            assert sum(Decimal(one[side]["cost"]["rounded"]) for one in each["customers"]) == month
            line_side = "before" if side == "today" else side
            assert sum(Decimal(one[line_side]["rounded"]) for one in each["lines"]) == month
        shown = [one["last_month"]["cost"]["rounded"] for one in each["customers"]]
        shown += [one["last_month"]["rounded"] for one in each["lines"]]
        assert_holds(page, [Decimal(one) for one in shown])
        for one in each["customers"]:
            if one["today"]["cost"]["exact"] == one["last_month"]["cost"]["exact"]:
                assert one["today"]["cost"]["rounded"] == one["last_month"]["cost"]["rounded"]
