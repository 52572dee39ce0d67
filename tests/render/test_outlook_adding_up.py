"""What is shown of an outlook adds up to the smallest coin, and is the same on the page, in JSON, CSV and frames."""

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.api.results import PlanResult
from costcalc.render.csv_ import csv_text
from costcalc.render.plan.bridge import bridge_figures
from costcalc.render.plan.months import month_figures, month_rows
from costcalc.render.tables import csv_of
from costcalc.render.written import json_of
from costcalc.reports.plan.model import Plan
from tests.render.outlooks import PLAN, customers_log, full, made


@pytest.fixture(scope="module", params=[("provider", "model"), ("customer",), ("feature", "provider")], ids="-".join)
def outlook(request) -> Plan:
    return made(customers_log(), PLAN, by=request.param, floor=Fraction(9, 10))


def test_the_lines_of_every_month_are_its_cost_to_the_cent(outlook):
    sums: dict[str, Decimal] = defaultdict(Decimal)
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for row in csv.DictReader(io.StringIO(csv_of(outlook))):
        sums[row["month"]] += Decimal(row["cost"])
        exact[row["month"]] += Fraction(row["cost_exact"])
    figures, total = month_figures(outlook)
    assert list(sums.values()) == [month.mid for month in figures]
    assert sum(sums.values()) == total.mid
    for month in outlook.months:  # forty digits are written
        assert abs(exact[str(month.month)] - month.after.cost) < Fraction(1, 10**30)


def test_the_bridge_adds_up_to_the_figures_of_the_months(outlook):
    last, whole = bridge_figures(outlook)
    figures, total = month_figures(outlook)
    assert (sum(last), sum(whole)) == (figures[-1].mid, total.mid)
    for shown, before, after in zip(last[1:], outlook.bridge, outlook.bridge[1:], strict=False):
        assert abs(Fraction(shown) - (after.last.cost - before.last.cost)) < Fraction(1, 100)


def test_the_steps_are_in_the_order_in_which_they_apply(outlook):
    assert [step.cause for step in outlook.bridge] == [
        "today", "published", "growth", "mix", "escalation", "moves", "efficiency", "prices", "prices", "revenue",
    ]  # fmt: skip


def test_json_holds_the_figures_of_the_page(outlook):
    found = json.loads(json_of(outlook))
    figures, total = month_figures(outlook)
    assert [month["with_the_scenario"]["cost"]["rounded"] for month in found["months"]] == [str(f.mid) for f in figures]
    assert found["total"]["with_the_scenario"]["cost"]["rounded"] == str(total.mid)
    assert sum(Decimal(line["with_the_scenario"]["rounded"]) for line in found["lines"]) == total.mid
    added = [Decimal(step["adds"]["last_month"]["rounded"]) for step in found["bridge"][1:]]
    assert Decimal(found["bridge"][0]["last_month"]["cost"]["rounded"]) + sum(added) == figures[-1].mid
    assert found["bridge"][-1]["last_month"]["cost"]["rounded"] == str(figures[-1].mid)


def test_frames_are_the_rows_of_the_csv(outlook):
    pytest.importorskip("pandas")
    result = PlanResult(outlook)
    frame, months = result.to_frame(), result.months_frame()
    assert frame["cost"].sum() == month_figures(outlook)[1].mid == months["cost"].sum()
    assert list(frame.columns)[: 1 + len(outlook.by)] == ["month", *outlook.by]
    assert months["margin"].iloc[-1] == Decimal(
        json.loads(result.to_json())["months"][-1]["with_the_scenario"]["margin"]
    )
    assert csv_text(month_rows(outlook)).startswith("month,requests,tokens,cost_frozen,cost_before,cost_low,")


def test_a_column_of_the_log_that_is_called_like_ours_keeps_its_name():
    from tests.render.made import group, ledger

    log = ledger(group("qwen3-max", 10**8, dimensions=("x",)), dimensions=("cost",))
    header = csv_of(made(log, "scenario: Growth\ngrowth:\n  - {each month: 1%}\n", by=("cost",))).splitlines()[0]
    assert (
        header == "month,cost,cost_before,cost_before_exact,costcalc_cost,cost_exact,change,rise,currency,share,status"
    )


def test_everything_made_up_is_written_too():
    found = json.loads(json_of(full()))
    assert found["answers"]["moves"][0]["share"] == "0.4"
    assert found["answers"]["break_even"][0]["volume"] == "0.21"
    assert found["complete"] is False
    assert found["first_month_below_floor"] == "2026-10"
