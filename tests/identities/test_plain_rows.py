"""Random rows, priced one by one by a plain model: totals, ends, bounds and months agree, whatever `by` is."""

from __future__ import annotations

import tempfile
from fractions import Fraction as F
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.api.plans import scenario_of
from tests.identities import plain_rows
from tests.kit import about, examples, prices, write_csv

PRICES = prices(plain_rows.BOOK)
BYS = (("provider", "model"), ("customer",), ("geo", "meter"), ("customer", "service_tier", "day"))
few = examples(8)


@st.composite
def rows(draw):
    output = draw(st.integers(0, 5_000))
    given_ = draw(st.integers(0, 9_000))
    return {
        "date": f"2026-09-{draw(st.sampled_from([1, 30])):02d}",
        "provider": "acme",
        "model": "m",
        "customer": draw(st.sampled_from(["a", "b", ""])),
        "geo": draw(st.sampled_from(["", "eu", "us"])),
        "service_tier": draw(st.sampled_from(["", "batch"])),
        "thinking": draw(st.sampled_from(["", "true", "false"])),
        "requests": draw(st.sampled_from([1, 7])),
        "input_tokens": given_,
        "cache_read_tokens": draw(st.integers(0, given_)),
        "output_tokens": output,
        "reasoning_tokens": draw(st.sampled_from([0, output // 10, output])),
        "billed_cost": draw(st.sampled_from(["", "", "0", "12.5"])),
    }


LOGS = st.lists(rows(), min_size=1, max_size=6)
ENDS = st.tuples(st.integers(-50, 40), st.integers(40, 90))
HIKES = st.lists(
    st.tuples(st.sampled_from(["", "tokens", "output_tokens", "input_tokens", "cache_read_tokens"]), ENDS), max_size=2
).map(lambda found: [(meter, *ends) for meter, ends in found])


def flags(hikes):
    return [f"acme{':' if meter else ''}{meter}={low}..{high}" for meter, low, high in hikes]


def with_log(log, ask):
    with tempfile.TemporaryDirectory() as folder:
        return ask(write_csv(Path(folder) / "usage.csv", *log))


@few
@given(LOGS, HIKES, st.sampled_from(BYS))
def test_totals_are_the_sums_of_rows_whatever_by_is(log, hikes, asked):
    """Of the file by one choice of names; of the ledger that answers all of them by each."""
    expected = [sum(plain_rows.raised(row, hikes, end) for row in log) for end in ("low", "mid", "high")]
    before = sum(plain_rows.raised(row, [], "mid") for row in log)
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "usage.csv", *log)
        raised = [scenario_of(None, flags(hikes))]
        ledger = costcalc.scan(path, by=("customer", "geo"), prices=PRICES, raised=raised)
        for usage, by in ((path, asked), *((ledger, by) for by in BYS)):
            total = costcalc.project(usage, hikes=flags(hikes), by=by, prices=PRICES).total
            assert (total.before, [total.low, total.mid, total.high]) == (before, expected), by


@few
@given(LOGS)
def test_the_bounds_of_thinking_are_those_of_the_rows(log):
    log = [{**row, "billed_cost": ""} for row in log]
    notes = with_log(log, lambda path: costcalc.project(path, prices=PRICES)).rating.assumptions
    found = [(note.low, note.high) for note in notes if note.code == "thinking-unknown"]
    ends = [
        sum(sum(plain_rows.listed(row, plain_rows.thought_of(row)[place]).values()) for row in log) for place in (1, 2)
    ]
    assert found == ([(ends[0], ends[1])] if ends[0] != ends[1] else [])


@few
@given(LOGS, st.sampled_from(["input_tokens", "output_tokens", "tokens"]), st.integers(-90, 300), st.integers(1, 4))
def test_a_growth_of_meters_comes_in_by_its_ramp(log, meter, change, ramp):
    log = [{**row, "billed_cost": "", "date": day} for row in log[:2] for day in ("2026-09-01", "2026-09-30")]
    text = f"scenario: t\ngrowth:\n  - {{change: {change:+d}%, ramp: {ramp} months, meters: {meter}}}\n"
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.yaml"
        plan.write_text(text, encoding="utf-8")
        path = write_csv(Path(folder) / "usage.csv", *log)
        months = costcalc.outlook(path, scenario=plan, months=3, prices=PRICES).report.months
    parts = {"input_tokens": ("input", "cached"), "output_tokens": ("output", "thought")}
    grown = parts.get(meter, ("input", "cached", "output", "thought"))
    for number, (month, days) in enumerate(zip(months, (31, 30, 31), strict=True), 1):
        level = 1 + F(change, 100) * F(min(number, ramp), ramp)
        costs = [cost * (level if part in grown else 1) for row in log for part, cost in plain_rows.listed(row).items()]
        assert month.after.cost == about(sum(costs) * F(days, 30)), number
