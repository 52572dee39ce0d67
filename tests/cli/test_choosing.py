"""Choosing usage: nothing chosen is said; days and months alone, or with what is asked for."""

USAGE = "examples/usage.csv"


def test_a_period_without_usage_is_said(run_costcalc):
    run = run_costcalc("cost", USAGE, "--since", "2027-01")
    assert run.code == 2
    assert "the log has no usage from 2027-01-01 on" in run.err
    assert "--month 2026-09" in run.err


def test_each_month_alone_is_one_line_a_month(run_costcalc):
    lines = run_costcalc("cost", USAGE, "--each", "month", "--json").json["lines"]
    assert [line["names"] for line in lines] == [{"month": "2026-09"}]


def test_each_month_with_names_has_a_line_for_each(run_costcalc):
    lines = run_costcalc("cost", USAGE, "--each", "month", "--by", "customer", "--json").json["lines"]
    assert [line["names"]["customer"] for line in lines] == ["acme", "borealis", "cobalt", "delta-foods", "ember"]
