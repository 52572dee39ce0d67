"""The command: its page whole, what it writes, and how it exits."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.api.reconciliations import reconcile
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.written import json_of
from tests.kit import book, flat, prices, write_csv
from tests.reconcile.made import MILLION, Use, acme, bill, log, uses
from tests.render.made import drawn
from tests.render.screens import fits_every_screen
from tests.render.test_json_documented import check, documented, fields

F = Fraction


def several(folder):
    """Several causes at once, a tax, a credit, an unmapped item, days apart and a model without a price."""

    def billed(use: Use) -> Fraction:
        return {"alpha": use.cost(MILLION["alpha"][0]), "beta": use.cost() * F("0.9"), "gamma": use.cost()}[use.model]

    rows = uses()
    odd = [Use(use.at, "alpha-next", 5_000, 0, 100) for use in rows[:3]]
    extra = [
        ("2026-09-03", "Premium support", "20.00"), ("2026-09-15", "alpha", "7.00"), ("2026-09-14", "VAT", "140.20"),
        ("2026-09-14", "Promotional credit", "-25.00"),
    ]  # fmt: skip
    usage = log(folder, [*rows, *odd])
    return reconcile(usage, bill(folder, rows, amount=billed, digits=2, extra=extra), prices=acme()).report


def agreeing(folder):
    """An invoice that agrees."""
    return reconcile(log(folder, uses()), bill(folder, uses()), prices=acme()).report


def in_all(folder):
    """Two columns, and no days."""
    invoice = folder / "invoice.csv"
    invoice.write_text("item,amount\nalpha,800\nbeta,300\ngamma,100\nVAT,228\n")
    return reconcile(log(folder, uses()), invoice, prices=acme()).report


def late(folder):
    """Days that begin at another hour."""
    from tests.reconcile.made import in_zone

    return reconcile(log(folder, uses()), bill(folder, uses(), day=in_zone(8)), prices=acme()).report


def foreign(folder):
    """An export of OpenAI in another currency, with a day without a charge and a meter without a price."""
    made = prices(book(flat("gpt-x", input_tokens="7"), provider="openai"), fx="USD/CNY: {2026-09: {stated: 7}}")
    row = {"date": "2026-09-01", "provider": "openai", "model": "gpt-x", "input_tokens": 10**6}
    invoice = folder / "invoice.csv"
    invoice.write_text(
        "start_time,end_time,start_time_iso,amount_value,amount_currency,line_item\n"
        '1788220800,1788307200,2026-09-01,60,cny,"gpt-x, input"\n'
        "1788307200,1788393600,2026-09-02,,,\n"
    )
    searched = {**row, "date": "2026-09-02", "web_searches": 3}
    return reconcile(write_csv(folder / "usage.csv", row, searched), invoice, prices=made, currency="USD").report


CASES = [several, agreeing, in_all, late]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_page_of_a_reconciliation(case, golden, tmp_path):
    page = page_of(case(tmp_path))
    golden(f"reconcile-{case.__name__}-80.txt", drawn(page))
    fits_every_screen(page)


def test_the_markdown_of_a_reconciliation(golden, tmp_path):
    golden("reconcile-several.md", markdown_of(several(tmp_path)))


def test_every_field_is_documented(tmp_path):
    printed: dict[str, set[str]] = {}
    for case in [*CASES, foreign]:
        for name, types in fields(json.loads(json_of(case(tmp_path)))).items():
            printed.setdefault(name, set()).update(types)
    printed = {name: types for name, types in printed.items() if not name.startswith("causes[].figures.")}
    shared = ("usage.", "configuration[", "unpriced[")
    check(printed | {"causes[].figures": {"names"}}, documented("costcalc.reconciliation/1"), shared)


def test_the_csv_sums_to_the_printed_totals(tmp_path):
    from costcalc.render.tables import csv_of

    report = several(tmp_path)
    rows = list(csv.DictReader(io.StringIO(csv_of(report))))
    lines = [row for row in rows if row["class"] not in ("tax", "credit")]
    assert len(lines) == len(report.lines)
    ours = sum((Decimal(row["ours"]) for row in lines if row["ours"]), Decimal())
    assert ours == round(Decimal(report.ours.numerator) / report.ours.denominator, 2)
    invoiced = sum((Decimal(row["invoice"]) for row in rows if row["invoice"]), Decimal())
    assert invoiced == round(Decimal((report.theirs + F("115.20")).numerator) / (report.theirs + F("115.20")).denominator, 2)  # fmt: skip
    assert {row["class"] for row in rows} >= {"matched", "differing", "theirs only", "unpriced", "tax", "credit"}


def test_the_frame_holds_decimals(tmp_path):
    from costcalc.render.tables import frame_of

    frame = frame_of(several(tmp_path))
    assert isinstance(frame["invoice"].iloc[0], Decimal)


def test_names_of_an_invoice_are_inert(tmp_path):
    usage = log(tmp_path, uses(["alpha"], days=1))
    invoice = tmp_path / "invoice.csv"
    invoice.write_text("day,item,amount\n2026-09-01,\"=cmd()|'/c calc'!A0\",9\n2026-09-01,<b>[red]x[/red],9\n")
    result = reconcile(usage, invoice, prices=acme())
    assert "'=cmd()" in result.to_csv()
    assert "<b>" not in markdown_of(result.report)
    assert "[red]x[/red]" in drawn(page_of(result.report), 120)


def test_how_it_exits(run_costcalc, tmp_path):
    invoice = tmp_path / "invoice.csv"
    words = ("reconcile", "examples/usage.csv", "--where", "provider=openai", "--invoice", invoice)
    invoice.write_text("model,amount\ngpt-5.6-luna,642.01\n")
    assert run_costcalc(*words).code == 0
    invoice.write_text("model,amount\ngpt-5.6-luna,700\n")
    assert run_costcalc(*words).code == 1
    assert run_costcalc(*words, "--tolerance", "10%").code == 0
    usage = tmp_path / "usage.csv"
    usage.write_text("date,model,input_tokens\n2026-09-01,no-such-model,100\n")
    unpriced = ("reconcile", usage, "--invoice", invoice, "--whole")
    invoice.write_text("model,amount\nno-such-model,1\n")
    assert run_costcalc(*unpriced).code == 3
    assert run_costcalc(*unpriced, "--allow-unpriced").code == 0
    (tmp_path / "allowing.toml").write_text("allow_unpriced = true\n")
    assert run_costcalc(*unpriced, "--config", tmp_path / "allowing.toml").code == 0
    invoice.write_text("model,amount\nno-such-model,much\n")
    assert run_costcalc(*unpriced, "--allow-unpriced").code == 3


def test_a_basis_of_the_configuration_is_not_ours_and_not_named(run_costcalc, tmp_path):
    """What ours is compared as is said by --basis alone."""
    (tmp_path / "ours.toml").write_text('basis = "list"\n')
    words = (
        "reconcile",
        "examples/usage.csv",
        "--invoice",
        "examples/anthropic_cost.csv",
        "--config",
        tmp_path / "ours.toml",
    )
    assert "basis = list" not in run_costcalc(*words).out


def test_a_file_is_written_by_its_ending(run_costcalc, tmp_path):
    for ending in ("csv", "json", "md", "txt"):
        out = tmp_path / f"out.{ending}"
        run = run_costcalc(
            "reconcile", "examples/usage.csv", "--where", "provider=anthropic", "--invoice", "examples/anthropic_cost.csv",
            "-o", out,
        )  # fmt: skip
        assert run.code == 1
        assert out.stat().st_size


@pytest.mark.parametrize("case", [*CASES, foreign], ids=lambda case: case.__name__)
def test_the_page_the_json_and_the_csv_show_one_figure(case, tmp_path):
    """Lines add up to their class, classes to the usage compared, that and what stands apart to the invoice."""
    from costcalc.render.tables import csv_of

    report = case(tmp_path)
    answer = json.loads(json_of(report))
    rows = list(csv.DictReader(io.StringIO(csv_of(report))))
    page = drawn(page_of(report), 120)
    names = {"ours": "ours", "theirs": "invoice", "between": "difference"}
    for name in names.values():
        lines = [line[name]["rounded"] if line[name] else "" for line in answer["lines"]]
        assert [row[name] for row in rows[: len(lines)]] == lines
        of_class = {part["class"]: Decimal(part[name]["rounded"]) for part in answer["classes"]}
        for kind, amount in of_class.items():
            shown = [line[name] for line in answer["lines"] if line["class"] == kind and line[name]]
            assert sum((Decimal(each["rounded"]) for each in shown), Decimal()) == amount
        total = Decimal(answer["totals"][name]["rounded"])
        assert sum(of_class.values(), Decimal()) == total
        assert not total or f"{abs(total):,}" in page
    beside = [part["amount"] for part in (*answer["apart"], *answer["outside"]) if part.get("side") != "ours"]
    assert sum(
        (Decimal(each["rounded"]) for each in beside), Decimal(answer["totals"]["invoice"]["rounded"])
    ) == Decimal(answer["totals"]["invoiced"]["rounded"])
    wrong = [line for line in answer["lines"] if line["class"] in ("differing", "theirs only", "ours only")]
    for line in sorted(wrong, key=lambda line: -abs(Fraction(line["difference"]["exact"])))[:10]:
        assert f"{abs(Decimal(line['difference']['rounded'])):,}" in page
    for cause in answer["causes"]:
        assert cause["code"] in ("credits", "tax-line") or f"{Decimal(cause['explains']['rounded']):,}" in page
