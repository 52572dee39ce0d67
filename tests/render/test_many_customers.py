"""A page of many customers: the rows that it shows and the one that stands for the others add up to the total."""

from decimal import Decimal
from fractions import Fraction

import costcalc
from costcalc.render.html.sections import CUSTOMERS_SHOWN, customers_table
from costcalc.render.plan.customers import customer_figures, folded_customers, sum_of, total_figures
from costcalc.render.plan.months import month_figures

COUNT = CUSTOMERS_SHOWN + 15


def test_rows_and_their_fold_are_the_total(tmp_path):
    path = tmp_path / "usage.csv"
    rows = [
        f"2026-09-{1 + i % 28:02}T10:00:00Z,qwen3-max,customer-{i},{1000 * i + 333},{7 * i},{i % 5}"
        for i in range(COUNT)
    ]
    rows += ["2026-09-03T10:00:00Z,stranger,customer-1,900,1,0"]
    path.write_text(
        "\n".join(["timestamp,model,customer,input_tokens,output_tokens,revenue", *rows]) + "\n", encoding="utf-8"
    )
    plan = costcalc.project(path, scenario="all-at-once", currency="USD", months=2).report
    assert len(plan.customers) == COUNT
    lines, folded = folded_customers(plan, CUSTOMERS_SHOWN)
    assert folded == COUNT - CUSTOMERS_SHOWN == COUNT + 1 - len(lines)
    figures = customer_figures(plan, lines)
    assert total_figures(figures)[1] == month_figures(plan)[0][-1].mid
    whole, fold = sum_of(plan.customers), lines[-1]
    for amount in ("cost", "other", "revenue"):
        every = [getattr(each.last, amount) for each in plan.customers]
        assert getattr(whole.last, amount) == sum((each or Fraction() for each in every), Fraction())
        shown = sum((getattr(each.last, amount) or Fraction() for each in lines[:-1]), Fraction())
        assert shown + (getattr(fold.last, amount) or Fraction()) == getattr(whole.last, amount)
    margins = [each.last.margin for each in plan.customers if each.last.margin is not None]
    assert margins == sorted(margins)
    html = customers_table(plan).html()
    assert f"… {folded:,} more" in html
    assert sum((then for _, then, _ in figures), Decimal()) == total_figures(figures)[1]
