"""Causes: a bill that was made with one of them is explained by it, by its whole amount, and by no other."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from costcalc.api.reconciliations import reconcile
from costcalc.reports.reconcile.model import Cause, Reconciliation
from costcalc.usage.formats.plainbill import bill_format
from tests.kit import model, prices, rates
from tests.reconcile.made import ACME, MILLION, Use, acme, bill, book, flat, in_zone, log, uses

F = Fraction


def found(usage, invoice, made=None, **words) -> Reconciliation:
    return reconcile(usage, invoice, prices=made or acme(), **words).report


def codes(report: Reconciliation) -> list[str]:
    return [cause.code for cause in report.causes]


def one(report: Reconciliation, code: str) -> Cause:
    """The one cause that was named. It explains everything, and adds up with nothing left."""
    (cause,) = report.causes
    assert cause.code == code
    assert cause.explains == report.differing
    assert report.unexplained == 0
    return cause


def test_a_bill_of_our_own_prices_agrees(tmp_path):
    report = found(log(tmp_path, uses()), bill(tmp_path, uses()))
    assert report.agrees
    assert report.is_complete
    assert not report.causes
    assert {line.kind for line in report.lines} == {"matched"}
    assert len(report.lines) == 14 * 3
    assert report.ours == report.theirs == sum((use.cost() for use in uses()), F())


@pytest.mark.parametrize("hours", [8, -7, 5])
def test_days_that_begin_in_another_zone(tmp_path, hours):
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), day=in_zone(hours)))
    assert not report.agrees
    cause = one(report, "time-zone")
    assert cause.figures == {"hours": hours}


def test_days_that_are_a_day_late(tmp_path):
    daily = [Use(use.at.replace(hour=0), use.model, use.read, use.cached, use.written) for use in uses()]
    usage = log(tmp_path, daily, date=lambda use: use.day)
    usage.write_text(usage.read_text().replace("T00:00:00Z", "").replace("timestamp", "when"))
    late = bill(tmp_path, daily, day=lambda use: (use.at + timedelta(days=1)).date().isoformat())
    report = found(usage, late)
    assert codes(report)[0] == "days-shifted"
    assert report.causes[0].figures == {"days": 1}
    assert report.unexplained == 0


def test_the_cached_input_at_the_full_price(tmp_path):
    rows = uses(["alpha", "beta"])
    report = found(log(tmp_path, rows), bill(tmp_path, rows, amount=lambda use: use.cost(MILLION[use.model][0])))
    cause = one(report, "cache-read-as-input")
    # what a hit costs more as input: 3 - 0.3 and 1 - 0.1 a million
    hits = {name: sum(use.cached for use in rows if use.model == name) for name in ("alpha", "beta")}
    assert cause.net == (hits["alpha"] * F("2.7") + hits["beta"] * F("0.9")) / 1_000_000


def test_the_cached_input_for_nothing(tmp_path):
    rows = uses(["alpha", "beta"])
    report = found(log(tmp_path, rows), bill(tmp_path, rows, amount=lambda use: use.cost("0")))
    cause = one(report, "cache-read-free")
    assert cause.net == -sum((use.cost() - use.cost("0") for use in rows), F())


def test_all_of_it_in_batches(tmp_path):
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=lambda use: use.cost() / 2))
    assert one(report, "batch-share").figures["share"] == 1


def test_a_part_in_batches_another_part_each_day(tmp_path):
    # from 10 to 60 percent of a day's usage at half the price
    def billed(use: Use) -> Fraction:
        return use.cost() * (1 - F(1 + use.at.day % 6, 10) / 2)

    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=billed))
    cause = one(report, "batch-share")
    assert cause.figures["low"] == F(1, 10)
    assert cause.figures["high"] == F(6, 10)


def test_the_same_part_in_batches_each_day_is_a_discount_or_that(tmp_path):
    # 30% at half the price is 15% less
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=lambda use: use.cost() * F("0.85")))
    cause = one(report, "discount")
    assert cause.figures["ratio"] == F("0.85")
    assert cause.alternatives == ("batch-share",)


def test_batches_billed_at_the_standard_price(tmp_path):
    def tier(use: Use) -> str:
        return "batch" if use.at.hour < 12 else "standard"

    report = found(log(tmp_path, uses(), service_tier=tier), bill(tmp_path, uses()))
    cause = one(report, "batch-not-given")
    assert cause.net == sum((use.cost() / 2 for use in uses() if use.at.hour < 12), F())


@pytest.mark.parametrize("rate", ["1.06", "1.19"])
def test_a_tax_within_every_amount(tmp_path, rate):
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=lambda use: use.cost() * F(rate), digits=2))
    cause = one(report, "tax")
    assert cause.figures["ratio"] == F(rate)
    assert cause.who == ()


@pytest.mark.parametrize(
    "tax",
    [
        "VAT",
        "VAT 6%",
        "6% VAT",
        "Tax (6%)",
        "GST @ 18 %",
        "MwSt. 19,0 %",
        "增值税 6%",
        "增值税（6％）",
        "Consumption tax: 10%",
    ],
)
def test_a_tax_and_a_credit_of_their_own_are_no_difference(tmp_path, tax):
    total = sum((use.cost() for use in uses()), F())
    extra = [("2026-09-14", tax, "44.00"), ("2026-09-14", "Promotional credit", "-10.00")]
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), extra=extra))
    assert report.agrees
    assert codes(report) == ["credits", "tax-line"]
    assert [cause.net for cause in report.causes] == [-10, 44]
    assert report.invoiced == total + 34
    assert report.theirs == total


def test_a_discount_on_one_model(tmp_path):
    def billed(use: Use) -> Fraction:
        return use.cost() * (F("0.875") if use.model == "beta" else 1)

    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=billed))
    cause = one(report, "discount")
    assert cause.who == (("acme", "beta"),)
    assert cause.figures["ratio"] == F("0.875")


def test_a_price_above_ours_that_is_no_tax(tmp_path):
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=lambda use: use.cost() * F("1.055")))
    assert one(report, "surcharge").figures["ratio"] == F("1.055")


def test_amounts_rounded_to_the_cent(tmp_path):
    small = [Use(use.at, use.model, use.read // 50, use.cached // 50, use.written // 50) for use in uses()]
    rounded = bill(tmp_path, small, digits=2)
    report = found(log(tmp_path, small), rounded, tolerance="0.01%")
    cause = one(report, "rounding")
    assert cause.figures == {"unit": F(1, 100)}


def test_a_rate_of_another_month(tmp_path):
    fx = "USD/CNY: {2026-08: {stated: 7.2}, 2026-09: {stated: 7}}"
    yuan = book(flat("delta", input_tokens="7", output_tokens="28"), currency="CNY", provider="zeta")
    rows = [Use(use.at, "alpha", use.read, 0, use.written) for use in uses(["alpha"])]
    usage = log(tmp_path, rows)
    usage.write_text(usage.read_text().replace("acme,alpha", "zeta,delta"))

    def billed(use: Use) -> Fraction:  # in USD, at the 7.2 of August
        return (use.read * 7 + use.written * 28) / F(1_000_000) / F("7.2")

    invoice = bill(tmp_path, rows, amount=billed)
    invoice.write_text(invoice.read_text().replace(",alpha,", ",delta,"))
    cause = one(found(usage, invoice, prices(yuan, fx=fx)), "fx-rate")
    assert cause.figures == {"rate": "month before"}


def test_another_list(tmp_path):
    here = book(flat("alpha", input_tokens="3", output_tokens="15"), head="region: north\ndefault: true\n")
    there = book(flat("alpha", input_tokens="4", output_tokens="11"), head="region: south\n")
    rows = [Use(use.at, "alpha", use.read, 0, use.written) for use in uses(["alpha"])]
    invoice = bill(tmp_path, rows, amount=lambda use: (use.read * 4 + use.written * 11) / F(1_000_000))
    cause = one(found(log(tmp_path, rows), invoice, prices(here, there)), "other-list")
    assert cause.figures == {"provider": "acme", "region": "south"}


@pytest.mark.parametrize(("begins", "days"), [(8, -1), (6, 1)])
def test_a_price_change_dated_a_day_off(tmp_path, begins, days):
    # Ours: double from 7 September. The bill: a day later or earlier, so ours a day before or after would agree.
    text = {n: rates(input_tokens=str(3 * n), output_tokens=str(15 * n)) for n in (1, 2)}
    made = prices(book(model("alpha", ("2026-01-01", text[1]), ("2026-09-07", text[2]))))
    rows = [Use(use.at, "alpha", use.read, 0, use.written) for use in uses(["alpha"])]

    def billed(use: Use) -> Fraction:
        return (use.read * 3 + use.written * 15) / F(1_000_000) * (2 if use.at.day >= begins else 1)

    cause = one(found(log(tmp_path, rows), bill(tmp_path, rows, amount=billed), made), "price-day")
    assert cause.figures == {"days": days}


def test_a_model_that_only_the_log_has_and_an_item_that_only_the_bill_has(tmp_path):
    extra = [("2026-09-03", "Premium support", "500.00")]
    report = found(log(tmp_path, uses()), bill(tmp_path, uses(["alpha", "beta"]), extra=extra))
    kinds = {line.key: line.kind for line in report.lines}
    assert kinds["acme", "gamma"] == "ours only"
    assert kinds["unknown", "Premium support"] == "theirs only"
    by_code = {cause.code: cause for cause in report.causes}
    gamma = sum((use.cost() for use in uses() if use.model == "gamma"), F())
    assert by_code["missing-from-invoice"].explains == gamma
    assert by_code["unmapped-item"].explains == 500
    assert report.unexplained == 0


def test_an_item_with_the_amounts_of_a_model_is_that_model_by_another_name(tmp_path):
    invoice = bill(tmp_path, uses())
    invoice.write_text(invoice.read_text().replace(",gamma,", ",Gamma (large),"))
    report = found(log(tmp_path, uses()), invoice)
    assert one(report, "named-differently").figures == {"ours": "acme gamma", "theirs": "unknown Gamma (large)"}
    assert reconcile(tmp_path / "usage.csv", invoice, prices=_with_alias("gamma (large)", "acme/gamma")).report.agrees


def _with_alias(name, target):
    made = acme()
    return type(made)(made.pricebook.with_aliases({name: target}), made.fx)


def test_two_causes_at_once(tmp_path):
    # cached input as plain input, and a tax of 6% on top
    rows = uses(["alpha", "beta"])
    report = found(
        log(tmp_path, rows), bill(tmp_path, rows, amount=lambda use: use.cost(MILLION[use.model][0]) * F("1.06"))
    )
    assert {cause.code for cause in report.causes} == {"cache-read-as-input", "tax"}
    assert sum(cause.explains for cause in report.causes) == report.differing
    assert report.unexplained == 0


def test_a_cause_for_each_model(tmp_path):
    def billed(use: Use) -> Fraction:
        return {"alpha": use.cost("3"), "beta": use.cost() * F("0.9"), "gamma": use.cost()}[use.model]

    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=billed))
    assert {cause.code: cause.who for cause in report.causes} == {
        "cache-read-as-input": (("acme", "alpha"),),
        "discount": (("acme", "beta"),),
    }
    assert report.unexplained == 0


def test_what_nothing_explains_is_left(tmp_path):
    def billed(use: Use) -> Fraction:
        return use.cost() + (F(100) if use.at.day == 5 and use.model == "alpha" and use.at.hour == 1 else 0)

    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=billed))
    assert not report.causes
    assert report.unexplained == report.differing == 100


def test_noise_names_no_cause(tmp_path):
    def billed(use: Use) -> Fraction:
        return use.cost() * F(100 + (use.at.day * 37 + use.at.hour * 11 + len(use.model) * 5) % 41 - 20, 100)

    report = found(log(tmp_path, uses()), bill(tmp_path, uses(), amount=billed))
    assert not report.agrees
    assert report.unexplained == report.differing
    assert ACME


@pytest.mark.parametrize(
    ("column", "currency"),
    [
        ("金额(元)", "CNY"), ("金额（人民币）", "CNY"), ("费用(美元)", "USD"), ("Amount (EUR)", "EUR"), ("cost_usd", "USD"),
        ("Total £", "GBP"), ("Betrag (€)", "EUR"), ("Amount", ""),
    ],
)  # fmt: skip
def test_the_header_of_an_amount_may_say_its_currency(column, currency):
    (shape,) = bill_format(["model", column], {}, "bill.csv").shapes
    assert (shape.cost.currency.constant or "") == currency
    assert shape.cost.terms[0].paths == (column,)
