"""Exchange rates: exact, by month, the newest held and labelled, never guessed."""

from fractions import Fraction

import pytest

from costcalc.calendar import Month
from costcalc.pricebook.fx import FxRate, parse_fx
from costcalc.pricebook.load import load_fx
from costcalc.problems import CostcalcError

FX = load_fx()
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def test_september_2026():
    assert FX.rate("USD", "CNY", SEPTEMBER) == FxRate(Fraction("6.7089"), SEPTEMBER, "ecb_month_avg")


def test_the_inverse_is_exact_not_rounded():
    there, back = FX.rate("USD", "CNY", SEPTEMBER), FX.rate("CNY", "USD", SEPTEMBER)
    assert there.rate * back.rate == 1
    assert back.rate == Fraction(10_000, 67_089)


def test_one_currency_is_worth_itself_in_any_month():
    assert FX.rate("JPY", "JPY", Month(1999, 1)).rate == 1


def test_the_newest_known_month_is_held_and_named():
    assert FX.rate("USD", "CNY", Month(2027, 3)) == FxRate(Fraction("6.6850"), OCTOBER, "ecb_month_avg", held=True)
    assert not FX.rate("USD", "CNY", OCTOBER).held


def test_a_month_before_the_table_is_missing():
    with pytest.raises(CostcalcError) as error:
        FX.rate("USD", "CNY", Month(2024, 12))
    assert str(error.value) == (
        "error[missing-fx]: no exchange rate from USD to CNY is known for 2024-12\n"
        "  = expected: a month from 2025-01 on\n"
        "  = nearest:  USD/CNY\n"
        "  = remedy:   write the rate in a file called fx.yaml and give it with --pricebook fx.yaml: "
        '{bases: {stated: {url: "who says so"}}, fx: {USD/CNY: {2024-12: {stated: RATE}, 2026-10: {stated: 6.685}}}}'
    )


def test_a_pair_that_nothing_leads_to_is_missing():
    with pytest.raises(CostcalcError) as error:
        FX.with_rates({"AED": {"QAR": Fraction("0.99")}}).rate("AED", "CNY", SEPTEMBER)
    (problem,) = error.value.problems
    assert (problem.code, problem.nearest) == ("missing-fx", ("AED/QAR", "EUR/CNY", "USD/CNY"))


def test_a_stated_rate_is_flat_and_serves_both_directions():
    own = FX.with_rates({"CNY": {"USD": Fraction("0.1496")}})
    for month in (Month(2024, 1), SEPTEMBER, Month(2030, 1)):
        assert own.rate("CNY", "USD", month) == FxRate(Fraction("0.1496"), month, "stated")
        assert own.rate("USD", "CNY", month).rate == Fraction(10_000, 1_496)
    assert FX.rate("USD", "CNY", SEPTEMBER).rate == Fraction("6.7089")  # the table itself is unchanged


def test_a_stated_rate_by_month_is_held_after_its_last():
    own = FX.with_rates({"EUR": {"USD": {SEPTEMBER: Fraction("1.2")}}})
    assert own.rate("EUR", "USD", OCTOBER) == FxRate(Fraction("1.2"), SEPTEMBER, "stated", held=True)


@pytest.mark.parametrize("pair", [("USD", "CNY", Fraction("7.5")), ("CNY", "USD", 1 / Fraction("7.5"))])
def test_a_month_stated_holds_from_then_on_and_earlier_ones_stay(pair):
    base, quote, rate = pair
    own = FX.with_rates({base: {quote: {Month(2027, 6): rate, Month(2027, 9): 2 * rate}}})
    for month in (SEPTEMBER, OCTOBER, Month(2027, 5)):
        assert own.rate("USD", "CNY", month) == FX.rate("USD", "CNY", month)
    assert own.rate(base, quote, Month(2027, 6)) == FxRate(rate, Month(2027, 6), "stated")
    assert own.rate(base, quote, Month(2027, 8)) == FxRate(rate, Month(2027, 6), "stated", held=True)
    assert own.rate(base, quote, Month(2028, 1)).rate == 2 * rate
    with pytest.raises(CostcalcError):
        own.rate(base, quote, Month(2024, 12))


def test_the_federal_reserve_stands_in_where_the_ecb_is_missing():
    text = """
bases: {ecb_month_avg: {url: e}, fed_month_avg: {url: f}}
fx:
  USD/CNY:
    2026-01: {fed_month_avg: 7.1, ecb_month_avg: 7.0}
    2026-02: {fed_month_avg: 7.2}
"""
    table = parse_fx(text)
    assert table.rate("USD", "CNY", Month(2026, 1)).basis == "ecb_month_avg"
    assert table.rate("USD", "CNY", Month(2026, 2)) == FxRate(Fraction("7.2"), Month(2026, 2), "fed_month_avg")


def test_every_problem_of_a_file_comes_together():
    text = """
bases: {ecb: {url: e, who: x}}
fx:
  USDCNY: {}
  USD/CNY:
    2026-13: {ecb: 7}
    2026-01: {ecb: 0}
    2026-02: {ecb: 7, fed: 7}
    2026-03: {}
    2026-04: {ecb: 7, month_end: 7.1 on 2026-05-01}
  CNY/USD:
    2026-01: {ecb: NaN}
"""
    with pytest.raises(CostcalcError) as error:
        parse_fx(text, "fx.yaml")
    assert [(str(problem.place), problem.code) for problem in error.value.problems] == [
        ("fx.yaml:2:23", "unknown-key"),
        ("fx.yaml:4:3", "bad-pair"),
        ("fx.yaml:6:5", "bad-date"),
        ("fx.yaml:7:20", "bad-fx"),
        ("fx.yaml:8:23", "unknown-key"),
        ("fx.yaml:9:5", "no-rate"),
        ("fx.yaml:10:34", "bad-month-end"),
        ("fx.yaml:11:3", "pair-twice"),
        ("fx.yaml:12:20", "bad-fx"),
    ]


CURRENCIES = sorted({code for pair in FX.months for code in pair})
MONTHS = sorted(FX.months["USD", "CNY"])


def test_the_currencies_that_people_pay_in_are_there_for_every_month():
    assert {"EUR", "GBP", "JPY", "INR", "KRW", "CHF", "SGD", "HKD", "BRL", "CAD", "AUD"} <= {*CURRENCIES}
    assert all(sorted(months) == MONTHS for months in FX.months.values())


@pytest.mark.parametrize(
    ("pair", "rate"), [("EUR/USD", "1.1513"), ("EUR/GBP", "0.85813"), ("EUR/JPY", "180.04"), ("EUR/CNY", "7.7242")]
)
def test_averages_of_september_2026_as_the_fixings_give_them(pair, rate):
    assert abs(FX.rate(*pair.split("/"), SEPTEMBER).rate / Fraction(rate) - 1) < Fraction(1, 10_000)


def test_two_of_the_table_are_crossed_through_the_euro_and_every_way_leads_to_the_same():
    direct = {("USD", "CNY"), ("CNY", "USD")}  # an average of daily crosses, of its own
    for base in CURRENCIES:
        for quote in CURRENCIES:
            found = FX.rate(base, quote, SEPTEMBER)
            assert found.rate * FX.rate(quote, base, SEPTEMBER).rate == 1
            through = FX.rate(base, "EUR", SEPTEMBER).rate * FX.rate("EUR", quote, SEPTEMBER).rate
            assert found.rate == through or ((base, quote) in direct and abs(found.rate / through - 1) < 0.001)
            assert (found.month_used, found.held) == (SEPTEMBER, False)
    assert FX.rate("GBP", "USD", Month(2027, 3)).held
    assert FX.rate("GBP", "USD", Month(2027, 3)).month_used == OCTOBER


def test_a_rate_that_is_stated_leads_on_to_what_the_table_knows():
    own = FX.with_rates({"USD": {"ARS": Fraction(1400)}})
    assert own.rate("CNY", "ARS", SEPTEMBER) == FxRate(Fraction(1400) / Fraction("6.7089"), SEPTEMBER, "stated")
    assert own.rate("CNY", "ARS", SEPTEMBER).rate * own.rate("ARS", "CNY", SEPTEMBER).rate == 1
    assert own.rate("GBP", "ARS", Month(2027, 3)).held
    moved = FX.with_rates({"EUR": {"USD": Fraction("1.2")}})
    assert moved.rate("USD", "GBP", SEPTEMBER).rate == FX.rate("EUR", "GBP", SEPTEMBER).rate / Fraction("1.2")


def test_of_two_stated_ways_none_is_chosen():
    own = FX.with_rates({"USD": {"ARS": Fraction(1400)}, "EUR": {"ARS": Fraction(1600)}})
    with pytest.raises(CostcalcError, match="missing-fx"):
        own.rate("CNY", "ARS", SEPTEMBER)
    assert own.rate("USD", "ARS", SEPTEMBER).rate == 1400
