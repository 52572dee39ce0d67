"""A negotiated discount: off the list, after the rise, never off a bill."""

import json
from datetime import date
from fractions import Fraction

import pytest

import costcalc
from costcalc.rating.model import ListAndContracted
from costcalc.render.pages import page_of
from tests.kit import book, flat, model, prices, rates, usage
from tests.render.made import drawn

BOOK = book(flat("m", input_tokens="100", output_tokens="500"), flat("other", input_tokens="100"))
MILLION = {"timestamp": "2026-09-30T00:00:00Z", "input_tokens": 1_000_000, "output_tokens": 0}


def under(*discounts: str, books=(BOOK,)):
    return prices(*books, "discounts:\n" + "".join(f"  - {{{line}}}\n" for line in discounts))


def cost_of(tmp_path, terms, *rows, **options):
    return costcalc.cost(usage(tmp_path, *rows), prices=terms, **options)


def test_a_discount_is_taken_off_the_list(tmp_path):
    found = cost_of(tmp_path, under("what: acme, percent: 12.5%"), MILLION)
    assert found.rating.total.before == Fraction("87.5")  # 100 × (1 − 0.125)
    assert [(charge.basis, charge.listed) for charge in found.rating.charges] == [("contracted", 100)]


def test_several_compound_in_order(tmp_path):
    found = cost_of(tmp_path, under("what: acme, percent: 20%", "what: acme/m, percent: 10%"), MILLION)
    assert found.rating.total.before == 72  # 100 × 0.8 × 0.9


def test_a_percentage_survives_a_rise(tmp_path):
    terms = under("what: acme, percent: 12.5%")
    found = costcalc.project(usage(tmp_path, MILLION), hikes={"acme": 34}, prices=terms)
    assert (found.total.before, found.total.mid) == (Fraction("87.5"), Fraction("117.25"))  # 87.5 × 1.34


def test_a_new_rate_of_the_list_is_discounted_too(tmp_path):
    terms = under("what: acme, percent: 10%")
    found = costcalc.project(usage(tmp_path, MILLION), hikes={"acme/m:input_tokens": "=200/1M"}, prices=terms)
    assert found.total.mid == 180  # 200 × 0.9


def test_only_the_meter_named_is_discounted(tmp_path):
    both = {**MILLION, "output_tokens": 1_000_000}
    found = cost_of(tmp_path, under("what: 'acme/m:output_tokens', percent: 50%"), both, by="meter")
    assert {line.key[0]: (line.cost.before, line.basis) for line in found.lines} == {
        "input_tokens": (100, ("list",)),
        "output_tokens": (250, ("contracted",)),  # 500 × 0.5
    }
    assert found.rating.contracted == ListAndContracted(Fraction(500), Fraction(250))


def test_another_model_keeps_the_list(tmp_path):
    found = cost_of(tmp_path, under("what: acme/oth*, percent: 50%"), MILLION, {**MILLION, "model": "other"})
    assert found.rating.total.before == 150  # 100 + 50


def test_its_days_are_half_open(tmp_path):
    terms = under("what: acme, percent: 50%, from: 2026-09-02, until: 2026-09-04")
    days = [{"date": f"2026-09-0{day}", "input_tokens": 1_000_000, "output_tokens": 0} for day in range(1, 6)]
    for row in days:
        row["timestamp"] = f"{row.pop('date')}T00:00:00Z"
    found = cost_of(tmp_path, terms, *days, each="day", by="model")
    assert [line.cost.before for line in found.lines] == [100, 50, 50, 100, 100]


def test_a_month_in_which_it_begins_is_weighted_by_hours(tmp_path):
    """15 days of September at 100 and 15 at 50 for a million: 75."""
    terms = under("what: acme, percent: 50%, from: 2026-09-16")
    assert cost_of(tmp_path, terms, {**MILLION, "timestamp": "2026-09"}).rating.total.before == 75


def test_a_bill_is_never_discounted(tmp_path):
    billed = {**MILLION, "billed_cost": "80", "currency": "USD"}
    found = cost_of(tmp_path, under("what: acme, percent: 12.5%"), billed)
    assert found.rating.total.before == 80
    assert found.both.listed == 100  # the list itself, not what the contract leaves of it


def test_a_locked_rate_is_negotiated_already(tmp_path):
    locked = book(model("m", ("2026-01-01", rates(input_tokens="100") + "locked_until: 2026-11-01\n")))
    found = cost_of(tmp_path, under("what: acme, percent: 50%", books=(locked,)), MILLION)
    assert found.rating.total.before == 100


@pytest.mark.parametrize(("basis", "expected"), [("auto", 50), ("contracted", 50), ("list", 100), ("billed", 50)])
def test_the_list_is_shown_where_it_is_asked_for(basis, expected, tmp_path):
    found = cost_of(tmp_path, under("what: acme, percent: 50%"), MILLION, basis=basis)
    assert found.rating.total.before == expected


def test_contracted_prices_leave_stated_costs_aside(tmp_path):
    billed = {**MILLION, "billed_cost": "80", "currency": "USD"}
    found = cost_of(tmp_path, under("what: acme, percent: 50%"), billed, basis="contracted")
    assert found.rating.total.before == 50


def test_a_contract_that_ends_is_in_the_months(tmp_path):
    """A million on 30 September: October has 31 of them at 50 each, November 30 at 100."""
    terms = under("what: acme, percent: 50%, until: 2026-11-01")
    found = costcalc.project(usage(tmp_path, MILLION), prices=terms, months=2)
    assert [month.cost.before for month in found.months] == [31 * 50, 30 * 100]
    assert [month.today.cost for month in found.months] == [31 * 50, 30 * 50]  # frozen: the log's last day


def test_traffic_that_moves_is_priced_under_the_contract_too(tmp_path):
    """The rise costs 34 of 100. At the target a million costs 100 by the list, 50 under the contract:
    each share s moved saves s × (134 − 50), so 34 ÷ 84 of it must move."""
    terms = under("what: acme/other, percent: 50%")
    found = costcalc.project(usage(tmp_path, MILLION), hikes={"acme/m": 34}, move_to="acme/other", prices=terms)
    assert found.answers.moves[0].share == Fraction(34, 84)


def test_the_page_and_the_json_say_what_rests_on_a_contract(tmp_path):
    terms = under("what: acme/m, percent: 12.5%")
    found = cost_of(tmp_path, terms, MILLION, {**MILLION, "model": "other"})
    page = " ".join(drawn(page_of(found.report), 100).split())
    assert "53% at list prices · 47% at contracted prices" in page  # 100 and 87.50 of 187.50
    assert "Where your discounts apply: 87.50 USD, by the list 100.00 USD: 12.5% below the list." in page
    told = json.loads(found.to_json())
    assert [part["basis"] for part in told["basis"]] == ["contracted", "list"]
    assert {name: told["list_and_contracted"][name]["exact"] for name in ("listed", "contracted")} == {
        "listed": "100",
        "contracted": "87.5",
    }
    assert ",contracted," in found.to_csv()


def test_a_discount_may_take_all(tmp_path):
    found = cost_of(tmp_path, under("what: acme, percent: 100%"), MILLION)
    assert (found.rating.total.before, found.rating.contracted.discount) == (0, 1)
    assert found.rating.charges[0].day == date(2020, 1, 1)
