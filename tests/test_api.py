"""The library called wrongly: an answer that says what was meant, never a figure that was not asked for."""

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

import costcalc
from costcalc.api import read_amount, read_share
from costcalc.problems import CostcalcError
from tests.kit import book, flat, prices, usage
from tests.render.made import drawn

PRICES = prices(book(flat("m", input_tokens="1")))


@pytest.fixture
def log(tmp_path):
    return usage(tmp_path, {"input_tokens": 1_000_000})


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("52000", 52_000),
        ("52,000", 52_000),
        ("1,234,567.50 usd", Fraction("1234567.5")),
        ("52_000 CNY", 52_000),
        ("$52,000", 52_000),
    ],
)
def test_amounts(text, amount):
    assert read_amount(text, "--revenue").amount == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [("$20", "USD"), ("US$ 20", "USD"), ("20 €", "EUR"), ("£20", "GBP"), ("CN¥20", "CNY"), ("20 eur", "EUR")],
)
def test_a_sign_of_money_is_its_currency(text, currency):
    assert (read_amount(text, "--revenue").amount, read_amount(text, "--revenue").currency) == (20, currency)


def test_a_sign_of_two_currencies_is_refused():
    with pytest.raises(CostcalcError, match="bad-amount"):
        read_amount("¥20", "--revenue")


@pytest.mark.parametrize("text", ["24.000,50", "24,5", "1.234,56", "1,2,3", "0,5", "12,3456", "24.000.000", ",500"])
def test_a_decimal_comma_is_no_thousands_separator(text):
    """24,5 is not 245."""
    with pytest.raises(CostcalcError, match="bad-amount"):
        read_amount(text, "--revenue")


@pytest.mark.parametrize(("value", "share"), [("60%", "3/5"), (60, "3/5"), ("0.6", "3/5"), (Fraction(3, 2), "3/2")])
def test_shares(value, share):
    assert read_share(value, "margin") == Fraction(share)


@pytest.mark.parametrize("revenue", [Fraction(1, 3), Decimal("0.5"), 7, "7", costcalc.Money(Fraction(7), "USD")])
def test_revenue_is_taken_exactly(log, revenue):
    exact = getattr(revenue, "amount", revenue)
    assert costcalc.project(log, prices=PRICES, revenue=revenue).revenue.amount == Fraction(exact)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"revenue": 24.5}, "bad-amount"),
        ({"revenue": -1}, "bad-amount"),
        ({"revenue": Fraction(-1)}, "bad-amount"),
        ({"margin": 0.6}, "bad-share"),
        ({"margin": Fraction(3, 2)}, "bad-margin"),
        ({"hikes": "acme=5..34", "pass_through": "150%"}, "bad-share"),
        ({"hikes": "acme=5..34", "pass_through": "-50%"}, "bad-share"),
        ({"months": -1}, "bad-option"),
        ({"months": "3"}, "bad-option"),
        ({"where": "team"}, "bad-option"),
        ({"where": 5}, "bad-option"),
        ({"since": datetime(2026, 9, 1, 12, tzinfo=UTC)}, "bad-date"),
        ({"since": 5}, "bad-date"),
    ],
)
def test_what_is_not_understood_is_said(log, options, code):
    with pytest.raises(CostcalcError, match=code):
        costcalc.project(log, prices=PRICES, **options)


def test_a_period_is_a_day_or_a_month(log):
    with pytest.raises(CostcalcError, match="bad-option"):
        costcalc.cost(log, prices=PRICES, each="week")


def test_no_file_is_named():
    with pytest.raises(CostcalcError, match="no-usage"):
        costcalc.cost([], prices=PRICES)


def test_days_of_python_count(log):
    assert costcalc.cost(log, prices=PRICES, since=date(2026, 9, 1)).usage.tokens == 1_000_000


def test_an_answer_can_be_copied_and_kept(log):
    for found in (costcalc.cost(log, prices=PRICES), costcalc.project(log, prices=PRICES)):
        for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
            assert other.to_json() == found.to_json()


def test_every_answer_is_a_page_and_markdown(log, tmp_path):
    """As the command prints them, for a rich console, a file, and a notebook's cell."""
    bill = tmp_path / "bill.csv"
    bill.write_text("model,amount\nm,1\n")
    plans = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for rise, plan in enumerate(plans, 1):
        plan.write_text(f"scenario: rise {rise}\nprices: [{{what: acme, change: {rise}0%}}]\n")
    answers = [
        costcalc.cost(log, prices=PRICES),
        costcalc.project(log, hikes="acme=34", prices=PRICES),
        costcalc.explain(log, prices=PRICES),
        costcalc.check(log, max_cost="5USD", prices=PRICES),
        costcalc.reconcile(log, bill, prices=PRICES),
        costcalc.compare(log, plans, prices=PRICES),
    ]
    for answer in answers:
        text = drawn(answer.page(), 100)
        assert text.strip(), answer
        assert answer.to_markdown().startswith(("### ", "## ", "<!-- costcalc:check -->")), answer
        assert answer._repr_html_().startswith("<div>"), answer


def test_an_amount_in_coins_is_a_decimal(log):
    found = costcalc.cost(log, prices=PRICES)
    assert (found.money(found.total), type(found.money(found.total))) == (Decimal("1.00"), Decimal)
    assert str(found.money(Fraction(2, 3))) == "0.67"
