"""Whatever the costs are, what is shown adds up: at every level, in every column, on the page and in the files."""

import csv
import io
import json
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from costcalc.money import round_half_up
from costcalc.rating.model import Charge, Cost, Rating
from costcalc.render.rounding import share_out, share_out_together, shared_out, shared_out_together
from costcalc.render.rows import line_rows
from costcalc.render.tables import csv_of
from costcalc.render.tree import LARGEST, Figures, figures_of, table_of
from costcalc.render.written import json_of
from costcalc.reports.lines import lines_of
from tests.render.made import USUAL, group, ledger, projection

AMOUNTS = st.fractions(min_value=Fraction(-3), max_value=Fraction(10_000), max_denominator=1000)
FACTORS = st.sampled_from([Fraction(1), Fraction("1.34"), Fraction("0.8"), Fraction("1.00001")])
CHARGES = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14), AMOUNTS, FACTORS, st.integers(0, 3)), min_size=1, max_size=60
)


def rating_of(parts) -> Rating:
    charges = []
    for provider, model, amount, factor, spread in parts:
        cost = Cost(amount, amount * (1 + (factor - 1) / 2), amount * factor, amount * factor * (1 + spread))
        line = (f"p{provider}", f"m{model}")
        charges.append(Charge(line, line[0], line[1], "input_tokens", Fraction(), cost, "list", None))
    return Rating("USD", ("provider", "model"), charges, ())


def summed(figures) -> list[Decimal]:
    return [sum(column, Decimal()) for column in zip(*(columns(each) for each in figures), strict=True)]


def columns(figures: Figures) -> list[Decimal]:
    return [figures.before, figures.low, figures.mid, figures.high, figures.change]


@given(CHARGES)
def test_rows_add_up_to_their_parent_and_to_the_total(parts):
    rating = rating_of(parts)
    table = table_of(rating, lines_of(rating, {}))
    top = [row for row in table.rows if row.level == 0]
    total = table.total.figures
    assert summed(row.figures for row in top) == columns(total)
    assert total.before == round_half_up(rating.total.before, 2)
    assert total.mid == round_half_up(rating.total.mid, 2)
    for position, row in enumerate(table.rows):
        parts_of_it = []
        for below in table.rows[position + 1 :]:
            if below.level <= row.level:
                break
            parts_of_it.append(below)
        if parts_of_it:
            assert summed(part.figures for part in parts_of_it) == columns(row.figures)
            assert sum(part.share or 0 for part in parts_of_it) == (row.share or 0)


@given(CHARGES)
def test_every_line_drawn_or_not_is_within_a_coin_and_adds_up(parts):
    rating = rating_of(parts)
    lines = lines_of(rating, {})
    table = table_of(rating, lines)
    assert summed(table.by_line[line.key] for line in lines) == columns(table.total.figures)
    for line in lines:
        assert abs(Fraction(table.by_line[line.key].before) - line.cost.before) < Fraction(1, 100)
        assert abs(Fraction(table.by_line[line.key].mid) - line.cost.mid) < Fraction(1, 100)


@given(CHARGES)
def test_no_more_than_the_largest_are_drawn(parts):
    rating = rating_of(parts)
    rows = table_of(rating, lines_of(rating, {})).rows
    assert len([row for row in rows if row.level == 0]) <= LARGEST + 1
    assert len([row for row in rows if row.level == 1 and not row.folded]) <= 2 * LARGEST


@given(st.lists(AMOUNTS, min_size=1, max_size=30), FACTORS)
def test_a_flat_column_adds_up(amounts, factor):
    costs = [Cost(amount, amount, amount * factor, amount * factor) for amount in amounts]
    figures, total = figures_of(costs, "USD")
    assert summed(figures) == columns(total)


def test_a_change_is_the_difference_of_what_is_shown():
    figures, total = figures_of(
        [Cost(Fraction("0.006"), Fraction("0.014"), Fraction("0.014"), Fraction("0.014"))], "USD"
    )
    assert (total.before, total.mid, total.change) == (Decimal("0.01"), Decimal("0.01"), Decimal("0.00"))
    assert figures == [total]


def test_a_line_that_no_rise_touches_shows_no_change():
    """By remainder alone the third of 0.01 would wander from the untouched line to a raised one."""
    third = Fraction(1, 300)
    raised = third * Fraction("1.5")
    costs = [Cost(third, third, third, third), Cost(third, raised, raised, raised), Cost(third, raised, raised, raised)]
    figures, total = figures_of(costs, "USD")
    assert total.mid == Decimal("0.01")
    assert [each.change for each in figures] == [Decimal("0.00")] * 3


def test_shares_go_to_the_largest_remainder_and_ties_to_the_first():
    assert share_out([Fraction(1, 2), Fraction(1, 2), Fraction(1, 4)], 1) == [1, 0, 0]
    assert share_out([Fraction("-0.5")], -1) == [-1]
    assert share_out([Fraction("-0.3"), Fraction("0.3")], 0) == [0, 0]
    assert share_out([], 0) == []


def test_the_folded_row_is_the_sum_of_the_rows_it_stands_for():
    models = ledger(
        *(group("qwen3-max", 10**9 // (i + 1) + i, dimensions=(f"c{i:02d}",)) for i in range(40)),
        dimensions=("customer",),
    )
    found = projection(models, "alibaba=34", by=("customer",))
    table = table_of(found.rating, found.log.lines)
    fold = table.rows[-1]
    assert (len(table.rows), fold.folded) == (LARGEST + 1, 30)
    shown = {row.name for row in table.rows}
    below = [table.by_line[line.key] for line in found.log.lines if line.key[0] not in shown]
    assert len(below) == 30
    assert summed(below) == columns(fold.figures)
    assert abs(Fraction(fold.figures.before) - fold.cost.before) < Fraction(1, 100)


def test_a_single_small_row_is_not_folded():
    models = ledger(
        *(group("qwen3-max", 10**9, dimensions=(f"c{i:02d}",)) for i in range(11)), dimensions=("customer",)
    )
    found = projection(models, "alibaba=34", by=("customer",))
    assert [row.folded for row in table_of(found.rating, found.log.lines).rows] == [0] * 11


def test_days_are_never_folded_and_stay_in_order():
    from datetime import date

    days = ledger(*(group("qwen3-max", 10**7 * (31 - day), day=date(2026, 9, day)) for day in range(1, 31)))
    found = projection(days, "alibaba=34", by=("day",))
    names = [row.name for row in table_of(found.rating, found.log.lines).rows]
    assert names == [f"2026-09-{day:02d}" for day in range(1, 31)]


def test_the_page_csv_and_json_show_the_same_figures():
    found = projection(USUAL, "alibaba=34")
    table = table_of(found.rating, found.log.lines)
    lines = list(csv.DictReader(io.StringIO(csv_of(found))))
    assert sum(Decimal(line["cost_before"]) for line in lines) == table.total.figures.before == Decimal("21904.11")
    assert sum(Decimal(line["cost"]) for line in lines) == table.total.figures.mid == Decimal("26123.58")
    assert sum(Decimal(line["change"]) for line in lines) == Decimal("4219.47")
    written = json.loads(json_of(found))
    assert [line["cost"]["before"]["rounded"] for line in written["over_the_log"]["lines"]] == [
        line["cost_before"] for line in lines
    ]
    assert sum(Fraction(line["cost_exact"]) for line in lines) == found.total.mid


def test_the_columns_have_a_header_without_lines_too():
    header, lines = line_rows(projection(ledger(), "alibaba=34"))
    assert (list(header[:4]), lines) == (["provider", "model", "requests", "tokens"], [])
    assert header == line_rows(projection(USUAL, "alibaba=34"))[0]


def test_a_line_with_the_same_amount_keeps_the_coin_that_it_had():
    """Of three thirds of a coin the first is rounded up, or the one that was before."""
    thirds = [Fraction(1, 3)] * 3
    assert share_out(thirds, 1) == [1, 0, 0]
    assert share_out(thirds, 1, [*zip(thirds, (0, 1, 0), strict=True)]) == [0, 1, 0]
    assert share_out(thirds, 1, [(Fraction(1, 2), coin) for coin in (0, 1, 0)]) == [1, 0, 0]


def test_parts_of_a_coin_are_shared_out_in_its_decimals():
    assert shared_out([Fraction(1, 3), Fraction(2, 3)], Decimal("1.00"), 2) == [Decimal("0.33"), Decimal("0.67")]


def test_what_no_column_changes_has_one_figure_though_another_would_be_nearer():
    """0.4 and 0.4 are 1 together, 0.4 and 0 are 0: the first, which stays, is 0 in both."""
    columns = [[Fraction("0.4"), Fraction("0.4")], [Fraction("0.4"), Fraction(0)]]
    assert share_out_together(columns, [1, 0]) == [[0, 1], [0, 0]]
    assert share_out_together([[40, 40], [40, 0]], [1, 0], coin=100) == [[0, 1], [0, 0]]


def test_what_no_column_changes_is_rounded_up_where_another_column_needs_it():
    """0.4 and 0.4 are 1 together, the first by the order of lines; 0.9 and 0.4 are 2: the second, which stays, is 1 in both."""
    columns = [[Fraction("0.4"), Fraction("0.4")], [Fraction("0.9"), Fraction("0.4")]]
    assert share_out_together(columns, [1, 2]) == [[0, 1], [1, 1]]


def test_columns_of_thirds_are_shared_out_in_cents():
    third = Fraction(1, 3)
    shared = shared_out_together([[third, third], [third, 2 * third]], [Decimal("0.67"), Decimal("1.00")], 2)
    assert [[str(figure) for figure in column] for column in shared] == [["0.34", "0.33"], ["0.34", "0.66"]]


def test_a_line_that_only_one_column_changes_has_one_figure_in_the_others():
    """The second is 1 of 0.4 in the first column, and so in the third, where 0.5 would be nearer to it."""
    columns = [[Fraction(text) for text in texts.split()] for texts in ("0.2 0.4 0.4", "0.2 0.9 0.9", "0.2 0.4 0.5")]
    assert share_out_together(columns, [1, 2, 1]) == [[0, 1, 0], [0, 1, 1], [0, 1, 0]]


def test_a_line_stays_only_where_it_does_in_every_column():
    columns = [[Fraction(text) for text in texts] for texts in (("0.4", "0.4"), ("0.4", "0"), ("0", "0.4"))]
    assert share_out_together(columns, [1, 0, 0]) == [[1, 0], [0, 0], [0, 0]]


def test_amounts_of_denominators_beyond_all_measure_are_shared_out_alike():
    """3.33 and a part of 10^101, 3.33, 3.34: of 10.01 the cent goes to the part."""
    more = Fraction("3.33") + Fraction(1, 10**101 + 7)
    columns = [[more, Fraction("3.33"), Fraction(last)] for last in ("3.34", "3.35")]
    shared = shared_out_together(columns, [Decimal("10.01"), Decimal("10.02")], 2)
    assert [[str(figure) for figure in column] for column in shared] == [
        ["3.34", "3.33", "3.34"],
        ["3.34", "3.33", "3.35"],
    ]
