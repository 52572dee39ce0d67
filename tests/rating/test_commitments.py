"""A commitment: what a month costs at least, with what it lacks as a line of its own."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.calendar import Month
from costcalc.rating.commitments import SHORTFALL
from costcalc.rating.rate import RatingOptions, rate
from costcalc.render.pages import page_of
from tests.kit import NO_FX, book, flat, prices, usage
from tests.render.made import drawn, group, ledger

BOOK = book(flat("m", input_tokens="1", output_tokens="10"), flat("other", input_tokens="1"))
OTHER = book(flat("x", input_tokens="1"), provider="elsewhere")


def under(*commitments: str, books=(BOOK, OTHER)):
    return prices(*books, "commitments:\n" + "".join(f"  - {{each: month, {line}}}\n" for line in commitments))


def days(first: str, count: int, millions: int = 1, **words) -> list[dict]:
    """A row a day of so many millions of input tokens, at 1.00 each."""
    begin = date.fromisoformat(first)
    return [
        {"date": f"{begin + timedelta(days=i)}", "input_tokens": millions * 10**6, "output_tokens": 0, **words}
        for i in range(count)
    ]


def written(tmp_path, rows):
    return usage(tmp_path, *({"timestamp": row["date"], **row} for row in rows))


def cost_of(tmp_path, terms, rows, **options):
    return costcalc.cost(written(tmp_path, rows), prices=terms, **options)


def lines(found) -> dict:
    return {line.key: line.cost.before for line in found.lines}


def test_a_month_below_the_minimum_costs_the_minimum(tmp_path):
    """30 days of 1.00 against 100: 70 are lacking."""
    found = cost_of(tmp_path, under("what: acme, amount: 100 USD"), days("2026-09-01", 30))
    assert lines(found) == {("acme", "m"): 30, ("acme", SHORTFALL): 70}
    assert found.rating.total.before == 100


def test_a_month_above_it_costs_what_it_costs(tmp_path):
    found = cost_of(tmp_path, under("what: acme, amount: 20 USD"), days("2026-09-01", 30))
    assert lines(found) == {("acme", "m"): 30}
    assert [(part.due, part.spent.before) for part in found.rating.commitments] == [(20, 30)]


def test_every_month_for_itself(tmp_path):
    """September 60 of 50, October 31 of 50: what is over in one month does not help the next."""
    rows = [*days("2026-09-01", 30, 2), *days("2026-10-01", 31)]
    found = cost_of(tmp_path, under("what: acme, amount: 50 USD"), rows, each="month", by="provider,model")
    assert lines(found)["2026-10", "acme", SHORTFALL] == 19
    assert found.rating.total.before == 60 + 50


def test_a_month_without_any_usage_is_due_in_full(tmp_path):
    """Used in August and October: September lies between, and is paid for."""
    rows = [*days("2026-08-31", 1, 100), *days("2026-10-01", 1, 100)]
    found = cost_of(tmp_path, under("what: acme, amount: 31 USD"), rows)
    assert [(part.month, part.due, part.shortfall.before) for part in found.rating.commitments] == [
        (Month(2026, 8), 1, 0),  # one day of 31
        (Month(2026, 9), 31, 31),
        (Month(2026, 10), 1, 0),
    ]


def test_the_ends_of_a_log_are_prorated_by_days(tmp_path):
    """Ten days of September: 90 × 10 ÷ 30 = 30, of which 10 are used."""
    found = cost_of(tmp_path, under("what: acme, amount: 90 USD"), days("2026-09-21", 10))
    (part,) = found.rating.commitments
    assert (part.days, part.due, part.spent.before, part.shortfall.before) == (10, 30, 10, 20)


def test_a_contract_that_begins_within_a_month_is_prorated(tmp_path):
    """From 16 September, 15 of 30 days: 60 × ½ = 30, against the 15 used since then."""
    found = cost_of(tmp_path, under("what: acme, amount: 60 USD, from: 2026-09-16"), days("2026-09-01", 30))
    (part,) = found.rating.commitments
    assert (part.days, part.due, part.spent.before, part.shortfall.before) == (15, 30, 15, 15)
    assert found.rating.total.before == 15 + 30


def test_the_month_is_that_of_the_providers_zone(tmp_path):
    """20:00 UTC on 31 August is 1 September in Shanghai."""
    shanghai = book(flat("m", input_tokens="1"), timezone="Asia/Shanghai")
    row = {"date": "2026-08-31T20:00:00Z", "input_tokens": 10**6, "output_tokens": 0}
    found = cost_of(tmp_path, under("what: acme, amount: 60 USD", books=(shanghai,)), [row])
    assert [(part.month, part.days) for part in found.rating.commitments] == [(Month(2026, 9), 1)]


def test_a_discount_and_a_bill_count_with_what_they_cost(tmp_path):
    terms = prices(
        BOOK, "discounts: [{what: acme, percent: 50%}]\ncommitments: [{what: acme, each: month, amount: 100 USD}]"
    )
    billed = days("2026-09-01", 1, 5, billed_cost="40", currency="USD")
    found = cost_of(tmp_path, terms, [*billed, *days("2026-09-02", 29, 2)])
    (part,) = found.rating.commitments
    assert (part.spent.before, part.shortfall.before) == (40 + 29, 31)  # 29 × 2.00 × ½


def test_a_rise_is_paid_out_of_what_is_committed(tmp_path):
    """30 of 35: +10% makes 33 and the shortfall 2; +50% makes 45 and no shortfall."""
    terms = under("what: acme, amount: 35 USD")
    path = written(tmp_path, days("2026-09-01", 30))
    for hike, mid in ((10, 35), (50, 45)):
        found = costcalc.project(path, hikes={"acme": hike}, prices=terms)
        assert (found.total.before, found.total.mid) == (35, mid)
        assert found.log.changes[0].cost == 30  # the rise touches the usage, not the shortfall


def test_months_to_come_cost_the_minimum_too(tmp_path):
    """1.00 a day: October 31 of 40, November 30 of 40 until the contract ends on the 16th: 15 days of it are 20."""
    terms = under("what: acme, amount: 40 USD, until: 2026-11-16")
    found = costcalc.project(written(tmp_path, days("2026-09-01", 30)), prices=terms, months=3)
    assert [month.cost.before for month in found.months] == [40, 15 + 20, 31]
    assert [month.today.cost for month in found.months] == [40, 40, 40]


def test_only_the_meter_committed_counts(tmp_path):
    row = {"date": "2026-09-01", "input_tokens": 10**6, "output_tokens": 10**6}
    found = cost_of(tmp_path, under("what: 'acme:output_tokens', amount: 600 USD"), [row])
    (part,) = found.rating.commitments
    assert (part.due, part.spent.before, part.shortfall.before) == (20, 10, 10)  # 600 × 1 ÷ 30


def test_what_the_narrower_lacks_counts_for_the_wider(tmp_path):
    """10 of 60 for m: 50 lacking. For acme 10 + 50 + 20 = 80 of 100: 20 lacking, not 90."""
    rows = [*days("2026-09-01", 1, 10), *days("2026-09-30", 1, 20, model="other")]
    found = cost_of(tmp_path, under("what: acme, amount: 100 USD", "what: acme/m, amount: 60 USD"), rows)
    assert found.rating.total.before == 100
    assert sorted(part.shortfall.before for part in found.rating.commitments) == [20, 50]


def test_a_part_of_the_usage_is_not_held_against_all_of_it(tmp_path):
    path = written(tmp_path, days("2026-09-01", 30, team="search"))
    found = costcalc.cost(path, prices=under("what: acme, amount: 100 USD"), where={"team": "search"})
    assert found.rating.total.before == 30
    assert [part.code for part in found.rating.assumptions] == ["commitments-left-out"]


def test_the_list_alone_knows_no_commitment(tmp_path):
    found = cost_of(tmp_path, under("what: acme, amount: 100 USD"), days("2026-09-01", 30), basis="list")
    assert found.rating.total.before == 30


def test_no_traffic_moves_away_from_what_is_committed(tmp_path):
    """+34% on 30.00; what moves away from a commitment of 40 must be paid for all the same."""
    path = written(tmp_path, days("2026-09-01", 30))
    dear = book(flat("m", input_tokens="1"))
    cheap = book(flat("x", input_tokens="0.1"), provider="elsewhere")
    words = {"hikes": {"acme": 34}, "move_to": "elsewhere/x"}
    free = costcalc.project(path, prices=prices(dear, cheap), **words)
    assert free.answers.moves[0].share == Fraction("10.2") / Fraction("37.2")  # 30 × 0.34 ÷ (40.20 − 3.00)
    bound = costcalc.project(path, prices=under("what: acme, amount: 38 USD", books=(dear, cheap)), **words)
    assert bound.answers.moves[0].share is None
    assert "acme is committed" in bound.answers.moves[0].reason


def test_a_shortfall_has_a_line_of_its_own_by_any_name(tmp_path):
    terms = under("what: acme, amount: 100 USD")
    rows = days("2026-09-01", 30, team="search")
    by = {name: lines(cost_of(tmp_path, terms, rows, by=name)) for name in ("model", "team", "meter", "basis")}
    assert by["model"] == {("m",): 30, (SHORTFALL,): 70}
    assert by["team"] == {("search",): 30, (SHORTFALL,): 70}
    assert by["meter"] == {("input_tokens",): 30, (SHORTFALL,): 70}
    assert by["basis"] == {("list",): 30, ("contracted",): 70}


def test_the_page_says_so(tmp_path):
    found = cost_of(tmp_path, under("what: acme, amount: 90 USD"), days("2026-09-21", 10))
    page = " ".join(drawn(page_of(found.report), 100).split())
    assert (
        "Commitment acme, Sep 2026: at least 30.00 USD for 10 days; the usage costs 10.00 USD,"
        " the shortfall is 20.00 USD." in page
    )


MONEY = st.integers(0, 300)
SPANS = st.tuples(st.sampled_from(["any", "acme", "acme/m", "acme/other", "acme/*"]), MONEY)
DAYS = st.lists(st.tuples(st.sampled_from(["m", "other"]), MONEY), min_size=1, max_size=30)


@given(DAYS, st.lists(SPANS, max_size=4))
def test_a_full_month_is_never_below_the_minimum_and_never_pays_twice(spent, committed):
    """One month, one row a day: every scope costs its minimum at least, and no more than usage and minima ask for."""
    terms = (
        under(*(f"what: {what}, amount: {amount} USD" for what, amount in committed), books=(BOOK,))
        if committed
        else prices(BOOK)
    )
    log = ledger(
        group("m", 0, provider="acme", day=date(2026, 9, 1)),
        group("m", 0, provider="acme", day=date(2026, 9, 30)),
        *(
            group(name, millions * 10**6, provider="acme", day=date(2026, 9, 1) + timedelta(days=i))
            for i, (name, millions) in enumerate(spent)
        ),
    )
    found = rate(log, terms.pricebook, NO_FX, RatingOptions(currency="USD"))
    costs = {name: sum(amount for what, amount in spent if what == name) for name in ("m", "other")}
    for part in found.commitments:
        assert part.spent.before + part.shortfall.before == max(part.due, part.spent.before)
    least = max([sum(costs.values()), *(amount for _, amount in committed)])
    assert found.total.before >= least
    floors = {name: max([costs[name], *(a for what, a in committed if what == f"acme/{name}")]) for name in costs}
    whole = max([0, *(amount for what, amount in committed if what in ("any", "acme", "acme/*"))])
    assert found.total.before == max(sum(floors.values()), whole)


# --- several commitments ---------------------------------------------------------------------------------------------


def shortfalls(tmp_path, rows, *commitments, books=(BOOK, OTHER)) -> list[tuple[str, Fraction]]:
    found = cost_of(tmp_path, under(*commitments, books=books), rows).rating.commitments
    return sorted((str(part.commitment.selector), part.shortfall.before) for part in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("acme/m", "acme/other"), ("acme", "elsewhere"), ("acme/m:input_tokens", "acme/m:output_tokens"),
        ("acme/m", "acme:output_tokens"),
    ],
)  # fmt: skip
def test_what_one_lacks_is_nothing_to_another_that_does_not_hold_it(tmp_path, one, other):
    """1.00 of m's input in September, prorated to a day: of 30 each 29 and 30 are lacking, or both 30."""
    row = {"date": "2026-09-01", "input_tokens": 10**6, "output_tokens": 0}
    found = shortfalls(tmp_path, [row], f"what: '{one}', amount: 900 USD", f"what: '{other}', amount: 900 USD")
    assert found == sorted([(one, 29), (other, 30)])


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("acme:input_tokens", "acme/m:input_tokens"), ("acme:tokens", "acme/m:input_tokens"), ("any", "acme"), ("acme", "acme/m:input_tokens")],
)  # fmt: skip
def test_the_wider_counts_it_whatever_makes_it_wider(tmp_path, wide, narrow):
    """Of 30 for the narrower 29 are lacking, so 30 of 40 are spent for the wider."""
    row = {"date": "2026-09-01", "input_tokens": 10**6, "output_tokens": 0}
    found = shortfalls(
        tmp_path,
        [row],
        f"what: '{wide.replace('any', '*')}', amount: 1200 USD",
        f"what: '{narrow}', amount: 900 USD",
        books=(BOOK,),
    )
    assert dict(found)[narrow] == 29
    assert sum(lacking for _, lacking in found) == 39


def test_two_that_hold_nothing_in_common_both_count_for_the_wider(tmp_path):
    rows = days("2026-09-01", 1)
    found = shortfalls(tmp_path, rows, "what: acme, amount: 3000 USD", "what: acme/m, amount: 900 USD", "what: acme/other, amount: 900 USD")  # fmt: skip
    assert found == [("acme", 100 - 1 - 29 - 30), ("acme/m", 29), ("acme/other", 30)]


def test_of_what_the_narrower_lacks_the_days_count_that_both_have(tmp_path):
    """300 for all of September, of which 10 of 30 days are the wider's: a third of the 270 lacking counts for it."""
    found = shortfalls(
        tmp_path, days("2026-09-01", 30), "what: acme, amount: 900 USD, from: 2026-09-11, until: 2026-09-21", "what: acme/m, amount: 300 USD"
    )  # fmt: skip
    assert found == [("acme", 300 - 10 - 90), ("acme/m", 270)]


def test_a_contract_that_begins_when_the_log_ends_is_not_listed(tmp_path):
    found = shortfalls(tmp_path, days("2026-09-01", 30), "what: acme, amount: 900 USD, from: 2026-10-01")
    assert found == []
    assert shortfalls(tmp_path, days("2026-09-01", 30), "what: acme, amount: 900 USD, from: 2026-11-15") == []


def test_of_a_bill_the_meters_count_by_the_list(tmp_path):
    """22.00 billed for 1.00 of input and 10.00 of output by the list: 20.00 of it are the output's."""
    row = {"date": "2026-09-01", "input_tokens": 10**6, "output_tokens": 10**6, "billed_cost": "22", "currency": "USD"}
    for what, spent in (("acme:output_tokens", 20), ("acme:input_tokens", 2), ("acme", 22)):
        found = cost_of(tmp_path, under(f"what: '{what}', amount: 900 USD"), [row])
        assert [part.spent.before for part in found.rating.commitments] == [spent]
    unknown = {**row, "model": "nobody-knows"}
    found = cost_of(tmp_path, under("what: 'acme:output_tokens', amount: 900 USD"), [unknown])
    assert [part.spent.before for part in found.rating.commitments] == [22]  # nothing splits it: it counts whole
