"""Lines: both sides by day and name, their classes, the days apart, taxes and credits, names and currencies."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from costcalc import reconcile
from costcalc.api.reconciliations import read_tolerance
from costcalc.problems import CostcalcError
from costcalc.reports.reconcile.model import Outside, Tolerance
from tests.conftest import REPO_ROOT
from tests.kit import book, flat, prices, write_csv
from tests.reconcile.made import acme, bill, log, uses

F = Fraction
SAMPLES = REPO_ROOT.parent / "shared" / "samples"
DOLLAR = prices(book(flat("m", input_tokens="1"), flat("n", input_tokens="1")))  # a dollar for a million


def dollars(folder: Path, *rows: tuple[str, str, int], name: str = "usage.csv") -> Path:
    """A log of so many dollars: day, model, dollars."""
    return write_csv(folder / name, *({"date": day, "model": model, "input_tokens": amount * 10**6} for day, model, amount in rows))  # fmt: skip


def text(folder: Path, content: str, name: str = "invoice.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def classes(report):
    return {(line.period, line.key[-1]): line.kind for line in report.lines}


def test_a_line_for_each_day_and_model(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 10), ("2026-09-02", "m", 10), ("2026-09-02", "n", 7))
    invoice = text(tmp_path, "day,model,amount\n2026-09-01,m,10.04\n2026-09-02,m,12\n2026-09-02,other,3\n")
    report = reconcile(usage, invoice, prices=DOLLAR).report
    assert classes(report) == {
        ("2026-09-01", "m"): "matched",  # 0.04 apart
        ("2026-09-02", "m"): "differing",
        ("2026-09-02", "n"): "ours only",
        ("2026-09-02", "other"): "theirs only",
    }
    assert report.differing == 2 + 7 + 3
    assert (report.ours, report.theirs) == (27, F("25.04"))
    assert [(part.kind, part.lines) for part in report.sums()] == [
        ("matched", 1), ("differing", 1), ("ours only", 1), ("theirs only", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"), [("100", "101", True), ("100", "101.02", False), ("1", "1.05", True), ("0", "0.05", True), ("0", "0.06", False)]
)  # fmt: skip
def test_the_tolerance_is_the_larger_of_both(ours, theirs, agree):
    # 1% of the larger amount, or 0.05: 101 - 100 is below 1.01, 101.02 - 100 above 1.0102
    assert Tolerance().allows(F(ours), F(theirs)) is agree


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1%,0.05", Tolerance()), ("0.5%", Tolerance(F(5, 1000), F())), ("0.10", Tolerance(F(), F(1, 10))), ("2, 5%", Tolerance(F(5, 100), F(2)))],
)  # fmt: skip
def test_a_tolerance_is_a_share_an_amount_or_both(written, meant):
    assert read_tolerance(written) == meant


@pytest.mark.parametrize("written", ["", "much", "1%,2%", "1,2", "-1%", "-0.05", "1%;0.05"])
def test_what_is_no_tolerance(written):
    with pytest.raises(CostcalcError, match="bad-tolerance"):
        read_tolerance(written)


def test_days_of_one_side_are_listed_apart_unless_all_are_asked_for(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-02", "m", 2), ("2026-09-03", "m", 3))
    invoice = text(tmp_path, "day,model,amount\n2026-09-02,m,2\n2026-09-03,m,3\n2026-09-04,m,4\n")
    report = reconcile(usage, invoice, prices=DOLLAR).report
    assert report.agrees
    assert report.days == (date(2026, 9, 2), date(2026, 9, 3))
    assert list(report.outside) == [
        Outside("ours", date(2026, 9, 1), date(2026, 9, 1), 1, F(1)),
        Outside("theirs", date(2026, 9, 4), date(2026, 9, 4), 1, F(4)),
    ]
    whole = reconcile(usage, invoice, prices=DOLLAR, whole=True).report
    assert not whole.agrees
    assert not whole.outside
    assert classes(whole)["2026-09-01", "m"] == "ours only"
    assert classes(whole)["2026-09-04", "m"] == "theirs only"


def test_a_day_without_usage_within_the_log_is_compared(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-03", "m", 3))
    invoice = text(tmp_path, "day,model,amount\n2026-09-01,m,1\n2026-09-02,m,2\n2026-09-03,m,3\n")
    assert classes(reconcile(usage, invoice, prices=DOLLAR).report)["2026-09-02", "m"] == "theirs only"


def test_an_invoice_by_month_is_compared_by_month(tmp_path):
    usage = dollars(tmp_path, ("2026-08-31", "m", 1), ("2026-09-01", "m", 2), ("2026-09-30", "m", 3))
    invoice = text(tmp_path, "month,model,amount\n2026-08,m,1\n2026-09,m,5\n")
    report = reconcile(usage, invoice, prices=DOLLAR).report
    assert report.each == "month"
    assert classes(report) == {("2026-08", "m"): "matched", ("2026-09", "m"): "matched"}
    assert any("reach beyond" in note for note in report.notes)  # the invoice has all of August
    with pytest.raises(CostcalcError, match="coarser-than-asked"):
        reconcile(usage, invoice, prices=DOLLAR, each="day")


def test_two_columns_are_an_invoice(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-02", "m", 2), ("2026-09-02", "n", 7))
    by_model = reconcile(usage, text(tmp_path, "model,amount\nm,3\nn,7\n"), prices=DOLLAR).report
    assert (by_model.each, by_model.agrees) == ("total", True)
    by_day = reconcile(usage, text(tmp_path, "Tag;Betrag\n2026-09-01;1\n2026-09-02;9\n"), prices=DOLLAR).report
    assert (by_day.by, by_day.each, by_day.agrees) == ((), "day", True)


def test_columns_of_an_invoice_can_be_named(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1))
    invoice = text(tmp_path, "wann,was,wieviel\n2026-09-01,m,1\n")
    found = reconcile(
        usage, invoice, prices=DOLLAR, invoice_columns={"date": "wann", "model": "was", "amount": "wieviel"}
    )
    assert found.report.agrees


def test_several_invoices_are_added(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-01", "n", 2))
    one = text(tmp_path, "day,model,amount\n2026-09-01,m,1\n", "one.csv")
    two = text(tmp_path, "date;item;cost_usd\n2026-09-01;n;2\n", "two.csv")
    report = reconcile(usage, [one, two], prices=DOLLAR).report
    assert report.agrees
    assert [invoice.amount for invoice in report.invoices] == [1, 2]


def test_usage_without_a_price_cannot_be_compared(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-01", "unknown-one", 2))
    report = reconcile(usage, text(tmp_path, "day,model,amount\n2026-09-01,m,1\n2026-09-01,unknown-one,2\n"), prices=DOLLAR).report  # fmt: skip
    assert classes(report) == {("2026-09-01", "m"): "matched", ("2026-09-01", "unknown-one"): "unpriced"}
    assert report.agrees
    assert not report.is_complete


def test_an_invoice_of_another_currency_is_compared_in_its_own(tmp_path):
    made = prices(book(flat("m", input_tokens="1")), fx="USD/CNY: {2026-09: {stated: 7}}")
    usage = dollars(tmp_path, ("2026-09-01", "m", 10))
    report = reconcile(usage, text(tmp_path, "day,model,amount,currency\n2026-09-01,m,70,CNY\n"), prices=made).report
    assert (report.currency, report.ours, report.agrees) == ("CNY", 70, True)
    in_dollars = reconcile(usage, tmp_path / "invoice.csv", prices=made, currency="USD").report
    assert (in_dollars.theirs, in_dollars.agrees) == (10, True)
    assert [str(rate.rate) for rate in in_dollars.rates_used] == ["1/7"]


def test_amounts_without_a_currency_are_not_guessed(tmp_path):
    made = prices(
        book(flat("m", input_tokens="1")), book(flat("z", input_tokens="7"), provider="zeta", currency="CNY"),
        fx="USD/CNY: {2026-09: {stated: 7}}",
    )  # fmt: skip
    usage = dollars(tmp_path, ("2026-09-01", "m", 1), ("2026-09-01", "z", 1))
    invoice = text(tmp_path, "day,model,amount\n2026-09-01,m,1\n2026-09-01,z,1\n")
    with pytest.raises(CostcalcError, match="invoice-currency-unknown"):
        reconcile(usage, invoice, prices=made)
    assert reconcile(usage, invoice, prices=made, currency="USD").report.agrees


def test_a_credit_without_a_word_is_a_negative_amount(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 10))
    report = reconcile(usage, text(tmp_path, "day,item,amount\n2026-09-01,m,10\n2026-09-01,September special,-4\n"), prices=DOLLAR).report  # fmt: skip
    assert report.agrees
    assert [(part.kind, part.item, part.amount) for part in report.apart] == [("credit", "September special", -4)]
    assert report.invoiced == 6


def test_a_choice_of_providers_leaves_taxes_on_the_invoice(tmp_path):
    usage = dollars(tmp_path, ("2026-09-01", "m", 10), ("2026-09-01", "n", 5))
    invoice = text(tmp_path, "day,item,amount\n2026-09-01,m,10\n2026-09-01,n,99\n2026-09-01,VAT,1.9\n")
    report = reconcile(usage, invoice, prices=DOLLAR, where={"model": "m"}).report
    assert report.agrees
    assert [(part.kind, part.amount) for part in report.apart] == [("tax", F("1.9"))]
    with pytest.raises(CostcalcError, match="not-in-invoice"):
        reconcile(log(tmp_path, uses(), team=lambda _: "a"), invoice, prices=acme(), where={"team": "a"})


def test_lines_by_a_column_of_both(tmp_path):
    usage = write_csv(tmp_path / "usage.csv", *({"date": "2026-09-01", "model": "m", "input_tokens": n * 10**6, "project": name} for name, n in (("a", 1), ("b", 2))))  # fmt: skip
    invoice = text(tmp_path, "day,project,item,amount\n2026-09-01,a,m,1\n2026-09-01,b,m,3\n")
    report = reconcile(usage, invoice, prices=DOLLAR, by="project").report
    assert classes(report) == {("2026-09-01", "a"): "matched", ("2026-09-01", "b"): "differing"}
    with pytest.raises(CostcalcError, match="not-in-invoice"):
        reconcile(usage, text(tmp_path, "day,item,amount\n2026-09-01,m,3\n"), prices=DOLLAR, by="project")


def test_days_are_those_of_the_invoice_without_being_told(tmp_path):
    # A provider of Shanghai bills its own days: 20:00 UTC on 1 September is its 2 September.
    made = prices(book(flat("m", input_tokens="1"), timezone="Asia/Shanghai"))
    usage = write_csv(tmp_path / "usage.csv", *({"timestamp": at, "model": "m", "input_tokens": 10**6} for at in ("2026-09-01T03:00:00Z", "2026-09-01T20:00:00Z")))  # fmt: skip
    report = reconcile(usage, text(tmp_path, "day,model,amount\n2026-09-01,m,1\n2026-09-02,m,1\n"), prices=made).report
    assert report.timezone == "Asia/Shanghai"
    assert report.agrees
    assert len(report.lines) == 2


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of others lie beside the checkout")
def test_the_real_usage_and_cost_exports_of_one_account():
    usage = SAMPLES / "openai-usage-csv" / "completions_usage_2026-08-01_2026-08-31.csv"
    cost = SAMPLES / "openai-cost-csv" / "cost_2026-08-01_2026-08-31.csv"
    report = reconcile(usage, cost).report
    # gpt-4o-mini: 31,422 x 0.15 and 29 x 0.60 a million; a whole day is one row without a model
    (line,) = report.lines
    assert line.ours == F("0.0047307")
    assert line.theirs == F("0.0034")
    assert report.by == ("provider",)
    assert report.agrees
    assert report.days == (date(2026, 8, 1), date(2026, 8, 31))
    strict = reconcile(usage, cost, tolerance="1%").report
    assert not strict.agrees
    assert strict.unexplained == F("0.0013307")
    assert not strict.causes


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of others lie beside the checkout")
def test_costs_by_line_item_meet_usage_by_meter(tmp_path):
    usage = write_csv(
        tmp_path / "usage.csv",
        {"date": "2026-08-31", "provider": "openai", "model": "gpt-5-mini", "input_tokens": 6_000_000,
         "cached_tokens": 5_000_000, "output_tokens": 400_000},
    )  # fmt: skip
    cost = SAMPLES / "openai-cost-csv" / "cost_grouped_by_line_item.made.csv"
    report = reconcile(usage, cost, by="model,meter").report
    # 1 M at 0.25, 5 M cached at 0.025, 0.4 M at 2.00; the bill has a tenth of that for the cached
    found = {line.key[1]: (line.ours, line.theirs, line.kind) for line in report.lines}
    assert found["input_tokens"] == (F("0.25"), F("0.25"), "matched")
    assert found["output_tokens"] == (F("0.8"), F("0.8"), "matched")
    assert found["cache_read_tokens"] == (F("0.125"), F("0.0125"), "differing")


def test_a_bill_of_our_own_days_is_a_frame_too(tmp_path):
    import pandas as pd

    rows = uses(["alpha"], days=2)
    frame = pd.read_csv(bill(tmp_path, rows), dtype=str)
    assert reconcile(log(tmp_path, rows), frame, prices=acme()).report.agrees


def test_a_stored_ledger_without_the_hours_is_usage_too(run_costcalc, tmp_path):
    rows = uses(["alpha"], days=3)
    book_file = tmp_path / "acme.yaml"
    from tests.reconcile.made import ACME

    book_file.write_text(ACME)
    stored = tmp_path / "usage.parquet"
    assert run_costcalc("scan", log(tmp_path, rows), "--pricebook", book_file, "-o", stored).code == 0
    invoice = bill(tmp_path, rows)
    assert run_costcalc("reconcile", stored, "--pricebook", book_file, "--invoice", invoice).code == 0
