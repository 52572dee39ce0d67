"""The command: its start, its linters, the ledger that keeps what budgets ask for, and the file that lies beside."""

from costcalc.budget.read import read_budgets
from tests.check.desk import days
from tests.kit import book, flat, write_csv


def test_a_start_is_written_and_can_be_checked(run_costcalc, tmp_path):
    start = tmp_path / "budgets.yaml"
    run = run_costcalc("init", "budgets", "-o", start)
    assert (run.code, run.out) == (0, f"{start} is written. Next: costcalc check usage.csv --budgets {start}\n")
    assert run_costcalc("check", "examples/usage.csv", "--budgets", start).code == 0
    assert [budget.name for budget in read_budgets(start, dict)] == ["all usage"]


def test_files_are_linted_by_kind(run_costcalc, tmp_path):
    (tmp_path / "plan.yaml").write_text("scenario: A plan\n")
    (tmp_path / "b.yaml").write_text("budgets:\n  - {name: a, scenario: plan.yaml, limit: 5 USD}\n")
    assert run_costcalc("budgets", "lint", "b.yaml", cwd=tmp_path).out == "1 budget file: no problem found\n"
    assert run_costcalc("scenarios", "lint", "plan.yaml", cwd=tmp_path).out == "1 scenario file: no problem found\n"
    assert run_costcalc("budgets", "schema").json["title"] == "costcalc budgets"


def test_the_file_beside_is_checked_where_nothing_else_is_said(run_costcalc, tmp_path):
    write_csv(tmp_path / "usage.csv", *days(1, 6))
    (tmp_path / "book.yaml").write_text(book(flat("m", input_tokens="1", output_tokens="2")))
    (tmp_path / "budgets.yaml").write_text("budgets:\n  - {name: all, limit: 5 USD}\n")
    words = ("check", "usage.csv", "--pricebook", "book.yaml")
    assert run_costcalc(*words, cwd=tmp_path).code == 1
    assert run_costcalc(*words, "--max-cost", "6USD", cwd=tmp_path).code == 0  # the flag alone
    both = run_costcalc(*words, "--max-cost", "6USD", "--budgets", "budgets.yaml", cwd=tmp_path)
    assert (both.code, "1 of 2 budgets is broken" in both.out) == (1, True)


def test_a_ledger_keeps_what_budgets_ask_for(run_costcalc, tmp_path):
    budgets = ("--budgets", "examples/budgets.yaml")
    ledger = tmp_path / "main.parquet"
    assert run_costcalc("scan", "examples/usage.csv", *budgets, "-o", ledger).code == 0
    kept = run_costcalc("check", ledger, *budgets, "--json").json
    counted = run_costcalc("check", "examples/usage.csv", *budgets, "--json").json
    assert kept["budgets"] == counted["budgets"]
    assert run_costcalc("scan", "examples/usage.csv", "-o", ledger).code == 0
    coarse = run_costcalc("check", ledger, *budgets)
    assert (coarse.code, 'has no dimension "feature"' in coarse.err) == (2, True)


def test_every_slip_of_the_budgets_is_said_at_once(run_costcalc, tmp_path):
    """A column is looked for before the log is read, and what a budget means after it."""
    budgets = tmp_path / "b.yaml"
    budgets.write_text(
        "budgets:\n  - {name: a, where: {tem: search}, limit: 5 USD}\n  - {name: b, where: {customer: acem}, limit: 5 USD}\n"
        "  - {name: c, where: {feature: chaat}, limit: 5 USD}\n  - {name: d, where: {customer: acme}, limit: 5 USD}\n"
    )
    run = run_costcalc("check", "examples/usage.csv", "--budgets", budgets)
    said = [line.split("b.yaml:")[1] for line in run.err.splitlines() if "b.yaml:" in line]
    assert [(each.split(":")[0], each.split("[")[1].split("]")[0]) for each in said] == [
        ("2", "unknown-column"), ("3", "matches-nothing"), ("4", "matches-nothing"),
    ]  # fmt: skip
    assert (run.code, run.out) == (2, "")


def test_refused_rows_are_named_and_leave_a_budget_open(run_costcalc, tmp_path):
    rows = [*days(1, 3), *days(4, 4, 1, input_tokens=5, cached_input_tokens=6)]
    write_csv(tmp_path / "usage.csv", *rows)
    (tmp_path / "book.yaml").write_text(book(flat("m", input_tokens="1", output_tokens="2")))
    run = run_costcalc("check", "usage.csv", "--pricebook", "book.yaml", "--max-cost", "5USD", cwd=tmp_path)
    assert run.code == 3
    assert "usage.csv:5" in run.err
    assert "rows were refused" in run.out
