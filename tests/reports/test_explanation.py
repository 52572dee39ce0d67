"""Explanations: which rows, price, tier, band, hours, hike, discount and rate made a figure, with the arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import costcalc
from costcalc.api import ExplanationResult, Prices
from costcalc.problems import CostcalcError
from costcalc.reports.explanation import Leaf, PriceUsed
from tests.kit import book, flat, model, prices, rates, usage

MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}
PLAIN = prices(book(flat("m", input_tokens="2", output_tokens="6"), flat("other", input_tokens="1")))


def explained(tmp_path: Any, books: Prices, *rows: dict[str, object], **words: Any) -> ExplanationResult:
    return costcalc.explain(usage(tmp_path, *rows), prices=books, **words)


def only(found: ExplanationResult) -> tuple[PriceUsed, Leaf]:
    ((_, price, leaf),) = found.leaves()
    return price, leaf


def steps(leaf: Leaf) -> list[tuple[str, Fraction | None, Fraction]]:
    return [(step.kind, step.times, step.amount) for step in leaf.steps]


def test_what_its_maker_calls_a_model_is_not_what_it_is_billed_as(tmp_path):
    books = prices(book(model("zone/m", ("2020-01-01", rates(input_tokens="2")), head="made_as: maker/m\n")))
    row = {"model": "zone/m", "input_tokens": 1_000_000}
    price, leaf = only(explained(tmp_path, books, row))
    assert (price.billed_as, leaf.cost.mid) == ("", 2)
    rise = only(explained(tmp_path, books, row, hikes="acme/m=50"))[1]
    assert rise.cost.mid == 3  # a rise may name it as its maker does


def test_a_count_at_its_price(tmp_path):
    price, leaf = only(explained(tmp_path, PLAIN, MILLION))
    assert steps(leaf) == [("price", None, 2)]
    assert (price.rows, leaf.reported, leaf.quantity, leaf.basis) == (1, 1_000_000, 1_000_000, "list")
    assert price.quote.block.place.line > 0
    assert str(price.quote.block.starts) == "2020-01-01"


def test_parts_leave_their_whole_and_others_are_billed_with_it(tmp_path):
    """1,000,000 reported, 400,000 of them cached: 600,000 × 2 + 400,000 × 0.2; reasoning has no price of its own."""
    books = prices(book(flat("m", input_tokens="2", cache_read_tokens="0.2", output_tokens="6")))
    row = {
        "input_tokens": 1_000_000,
        "cached_input_tokens": 400_000,
        "output_tokens": 100_000,
        "reasoning_tokens": 70_000,
    }
    leaves = {leaf.meter: leaf for _, _, leaf in explained(tmp_path, books, row).leaves()}
    fresh, cached, written = (leaves[name] for name in ("input_tokens", "cache_read_tokens", "output_tokens"))
    assert (fresh.reported, fresh.taken, fresh.quantity) == (1_000_000, {"cache_read_tokens": 400_000}, 600_000)
    assert (fresh.cost.mid, cached.cost.mid) == (Fraction("1.2"), Fraction("0.08"))
    assert (written.taken, written.kept, written.quantity) == ({}, {"reasoning_tokens": 70_000}, 100_000)


def test_the_order_of_the_chain(tmp_path):
    """1M × 10 = 10; × 50% batch = 5; × 1.34 = 6.7; × 0.9 contract = 6.03; × 7 CNY for 1 USD = 42.21."""
    books = prices(
        book(model("m", ("2026-01-01", rates(input_tokens="10") + "service_tiers: {batch: {all: 50% of standard}}\n"))),
        "discounts:\n  - {what: acme, percent: 10%}\n",
        fx="USD/CNY: {2026-09: {stated: 7}}",
    )
    row = {**MILLION, "service_tier": "batch"}
    _, leaf = only(explained(tmp_path, books, row, hikes={"acme": 34}, currency="CNY"))
    assert steps(leaf) == [
        ("price", None, 10),
        ("share", Fraction(1, 2), 5),
        ("hike", Fraction("1.34"), Fraction("6.7")),
        ("discount", Fraction(9, 10), Fraction("6.03")),
        ("exchange", 7, Fraction("42.21")),
    ]
    assert leaf.steps[1].name == "batch"
    assert leaf.steps[3].place.line == 2
    assert (leaf.cost.before, leaf.basis) == (Fraction("31.5"), "contracted")


def test_a_tier_with_rates_of_its_own_is_no_share(tmp_path):
    lines = rates(input_tokens="10") + "service_tiers: {batch: {input_tokens: 4 per 1M}}\n"
    books = prices(book(model("m", ("2026-01-01", lines))))
    _, leaf = only(explained(tmp_path, books, {**MILLION, "service_tier": "batch"}))
    assert steps(leaf) == [("price", None, 4)]
    assert [layer.name for layer in leaf.quoted.layers] == ["batch"]


def test_a_new_rate_replaces_the_price_and_keeps_the_share(tmp_path):
    """10 → 3 at half the price for batch: 5 → 1.5, a factor of 0.3; a hike before it is gone with the old rate."""
    lines = rates(input_tokens="10") + "service_tiers: {batch: {all: 50% of standard}}\n"
    books = prices(book(model("m", ("2026-01-01", lines))))
    row = {**MILLION, "service_tier": "batch"}
    _, leaf = only(explained(tmp_path, books, row, hikes=["acme=100", "acme/m:input_tokens==3/1M", "acme=10"]))
    assert steps(leaf)[2:] == [
        ("hike", 2, 10),
        ("new rate", Fraction(15, 100), Fraction("1.5")),
        ("hike", Fraction("1.1"), Fraction("1.65")),
    ]


def test_a_new_rate_of_what_was_free(tmp_path):
    _, leaf = only(
        explained(tmp_path, prices(book(flat("m", input_tokens="0"))), MILLION, hikes=["acme/m:input_tokens==3/1M"])
    )
    assert steps(leaf) == [("price", None, 0), ("new rate", None, 3)]


def test_a_range_says_its_ends(tmp_path):
    """5 to 34%: the middle is 19.5%."""
    _, leaf = only(explained(tmp_path, PLAIN, MILLION, hikes={"acme": "5..34"}))
    hike = leaf.steps[-1]
    assert (hike.low, hike.times, hike.high) == (Fraction("1.05"), Fraction("1.195"), Fraction("1.34"))


BANDS = book(
    model(
        "m",
        (
            "2026-01-01",
            "bands:\n  - {input_up_to: 32_000, input_tokens: 1 per 1M, output_tokens: 2 per 1M}\n"
            "  - {input_above: 32_000, input_tokens: 4 per 1M, output_tokens: 8 per 1M}\n",
        ),
    )
)


@pytest.mark.parametrize(
    ("row", "over", "why"),
    [
        ({"timestamp": "2026-09-01T10:00:00Z", "requests": 1}, 32_000, "request"),
        ({"requests": 10}, 32_000, "mean"),  # 100,000 a request
        ({"requests": 100}, 0, "mean"),  # 10,000
        ({"requests": ""}, 0, "unknown"),
    ],
)
def test_which_band_and_why(row, over, why, tmp_path):
    price, leaf = only(explained(tmp_path, prices(BANDS), {**MILLION, **row}))
    assert (leaf.bounds.input_over, price.kind.band_basis) == (over, why)


def test_hours_of_a_schedule(tmp_path):
    """02:00 UTC is 10:00 in Shanghai: peak. 20:00 UTC is 04:00 of the next day: off-peak, at half the price."""
    peak = "schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00]}\n"
    lines = rates(input_tokens="2") + "schedule: peak\noff_peak: {all: 50% of standard}\n"
    books = prices(book(model("m", ("2026-01-01", lines)), head=peak))
    rows = [{**MILLION, "timestamp": f"2026-09-01T{hour}:00:00Z"} for hour in ("02", "20")]
    found = explained(tmp_path, books, *rows)
    by_hours = {price.kind.key.off_peak: steps(leaf) for _, price, leaf in found.leaves()}
    assert by_hours == {False: [("price", None, 2)], True: [("price", None, 2), ("share", Fraction(1, 2), 1)]}
    assert all(price.schedule.name == "peak" for _, price, _ in found.leaves())


def test_a_bill_wins_and_the_list_stands_beside(tmp_path):
    """Listed 2, billed 1.5, +34%: 2.01."""
    row = {**MILLION, "billed_cost": "1.5", "currency": "USD"}
    _, leaf = only(explained(tmp_path, PLAIN, row, hikes={"acme": 34}))
    assert steps(leaf) == [("stated", None, Fraction("1.5")), ("hike", Fraction("1.34"), Fraction("2.01"))]
    assert (leaf.basis, leaf.listed, leaf.why_stated) == ("billed", 2, "")


def test_a_bill_takes_the_hike_of_a_meter_in_the_proportions_of_the_list(tmp_path):
    """By the list input is 2 and output 6 of 8. Output +20%: 8 → 9.2, which is × 1.15 of a bill of 4: 4.6."""
    row = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "billed_cost": "4", "currency": "USD"}
    _, leaf = only(explained(tmp_path, PLAIN, row, hikes={"acme:output_tokens": 20}))
    assert steps(leaf) == [("stated", None, 4), ("by the list", Fraction("1.15"), Fraction("4.6"))]


def test_a_computed_cost_stands_in_where_no_list_prices_and_says_why(tmp_path):
    row = {**MILLION, "model": "nobodys", "cost": "1.5", "currency": "USD"}
    _, leaf = only(explained(tmp_path, PLAIN, row, hikes={"acme:input_tokens": 34}))
    assert (leaf.basis, leaf.why_stated) == ("computed", "the pricebook of acme has no such model")
    assert leaf.hike_not_applied
    assert steps(leaf) == [("stated", None, Fraction("1.5"))]


def test_what_has_no_price_says_why(tmp_path):
    found = explained(tmp_path, PLAIN, MILLION, {**MILLION, "model": "othr"}, {**MILLION, "model": "othr"})
    line = next(line for line in found.lines if line.unpriced)
    assert (line.key, line.prices, line.rows, len(line.unpriced)) == (("acme", "othr"), (), 2, 1)
    (part,) = line.unpriced
    assert (part.reason, part.tokens, part.rows) == ("the pricebook of acme has no such model", 2_000_000, 2)
    assert "acme/other" in part.nearest
    assert not found.is_complete


def test_a_name_of_the_log_says_how_it_was_understood(tmp_path):
    books = prices(book(model("m", ("2026-01-01", rates(input_tokens="2")), head="aliases: [emm]\n")))
    row = {**MILLION, "model": "emm"}
    price, _ = only(explained(tmp_path, books, row))
    assert [(name.name, name.how) for name in price.names] == [("emm", "alias")]


def test_a_shortfall_is_explained(tmp_path):
    """At least 60 USD in September, for the one day of the log: 60 ÷ 30 = 2; 1 was spent, so 1 is due."""
    books = prices(book(flat("m", input_tokens="1")), "commitments:\n  - {what: acme, each: month, amount: 60 USD}\n")
    found = explained(tmp_path, books, MILLION)
    (price,) = [price for _, price, _ in found.leaves() if price.committed]
    assert [(step.kind, step.amount) for step in price.leaves[0].steps] == [("due", 2), ("spent", 1)]
    assert found.explained.mid == found.total.mid == 2


def test_lengths_of_other_models_part_nothing(tmp_path):
    """The bands of `m` label the rows of `flat` too: its price is one."""
    books = prices(BANDS, book(flat("flat", input_tokens="1"), provider="solo"))
    rows = [
        {"input_tokens": count, "output_tokens": 0, "timestamp": "2026-09-01T10:00:00Z", "provider": "solo", "model": "flat", "requests": 1}
        for count in (1_000, 100_000)
    ]  # fmt: skip
    price, leaf = only(explained(tmp_path, books, *rows))
    assert (price.rows, leaf.quantity) == (2, 101_000)


@pytest.fixture
def team(tmp_path):
    rows = [
        {**MILLION, "customer": "a"},
        {**MILLION, "customer": "b", "date": "2026-09-02"},
        {**MILLION, "customer": "", "model": "other"},
    ]
    return usage(tmp_path, *rows)


def keys(found: ExplanationResult) -> list[tuple[str | None, ...]]:
    return [line.key for line in found.lines]


def test_lines_are_chosen_by_their_names(team):
    found = costcalc.explain(team, prices=PLAIN, line={"model": "oth*"})
    assert keys(found) == [("acme", "other")]
    assert (found.explained.mid, found.total.mid, found.line_count) == (1, 5, 2)
    found = costcalc.explain(team, prices=PLAIN, line={"customer": ["A", "b"]})
    assert keys(found) == [("acme", "m", "a"), ("acme", "m", "b")]


def test_what_the_log_leaves_open_is_chosen_as_the_page_shows_it(team):
    found = costcalc.explain(team, prices=PLAIN, line={"customer": "(no customer)"})
    assert keys(found) == [("acme", "other", None)]


def test_a_day_is_a_line_of_the_report(team):
    found = costcalc.explain(team, prices=PLAIN, day="2026-09-02", by="model")
    assert keys(found) == [("m", "2026-09-02")]


def test_nothing_to_explain_is_an_error(team):
    for words in ({"line": {"model": "othr"}}, {"meter": "cache_read_tokens"}, {"day": "2026-10-01"}):
        with pytest.raises(CostcalcError) as error:
            costcalc.explain(team, prices=PLAIN, **words)
        assert error.value.problems[0].code == "nothing-to-explain"


def test_an_empty_log_explains_nothing_and_is_no_error(tmp_path):
    found = explained(tmp_path, PLAIN, {**MILLION, "input_tokens": 0, "requests": 0})
    assert found.total.mid == 0


def test_frames_and_rows_add_up(team):
    frame = costcalc.explain(team, prices=PLAIN, hikes={"acme": "10"}, by="customer").to_frame()
    assert sum(frame["cost"]) == Fraction("5.5")
    assert list(frame["quantity"]) == [1_000_000] * 3
    assert str(frame["quantity"].dtype) == "Int64"
