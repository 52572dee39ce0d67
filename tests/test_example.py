"""The example log: every figure of the README's commands against figures worked out here, by hand, from the CSV."""

from __future__ import annotations

import csv
from calendar import monthrange
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

import costcalc

F = Fraction
USAGE = "examples/usage.csv"
DAYS = 30  # 1 to 30 September 2026
# The lists of September 2026: (currency, input, cached input, output) per million tokens. The example's requests are
# short: the first band of each. Baidu has no price for cached tokens of ernie-5.0: they are billed as input.
LISTS = {
    "qwen3-max": ("CNY", F("2.5"), F("0.5"), F("10")),
    "qwen-plus": ("CNY", F("0.8"), F("0.16"), F("2")),
    "ernie-4.5-turbo-128k": ("CNY", F("0.8"), F("0.2"), F("3.2")),
    "ernie-5.0": ("CNY", F("6"), F("6"), F("24")),
    "gpt-5.6-luna": ("USD", F("0.2"), F("0.02"), F("1.2")),
    "claude-sonnet-5": ("USD", F("2"), F("0.2"), F("10")),
}
SEPTEMBER, OCTOBER = F("6.7089"), F("6.6850")  # CNY for one USD; October is the newest and is held
MONTHS = [(2026, month) for month in (10, 11, 12)] + [(2027, month) for month in range(1, 10)]
ALIBABA = {"alibaba": F("1.34")}
BOTH = {"alibaba": F("1.34"), "baidu": F("1.30")}


@pytest.fixture(scope="module")
def log(repo_root):
    with (repo_root / USAGE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def row_cost(row):
    """(currency of the list, cost)."""
    currency, fresh, cached, output = LISTS[row["model"]]
    inside, hits = int(row["input_tokens"]), int(row["cached_input_tokens"])
    return currency, ((inside - hits) * fresh + hits * cached + int(row["output_tokens"]) * output) / 1_000_000


def in_currency(amount, currency, wanted, cny_for_a_dollar):
    if currency == wanted:
        return amount
    return amount / cny_for_a_dollar if wanted == "USD" else amount * cny_for_a_dollar


def compute(log, by, rises, currency="USD", rate=SEPTEMBER):
    """(before, with the rise) by line: the sum over rows, each at its list."""
    found = defaultdict(lambda: (F(0), F(0)))
    for row in log:
        listed, amount = row_cost(row)
        cost = in_currency(amount, listed, currency, rate)
        key = tuple(row[name] for name in by)
        before, then = found[key]
        found[key] = (before + cost, then + cost * rises.get(row["provider"], 1))
    return dict(found)


def totals(lines):
    return sum(before for before, _ in lines.values()), sum(then for _, then in lines.values())


def cents(amount):
    return str((Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def same(written, amount):
    """A figure of the JSON is exact to its 40 decimals; a share of it to 12."""
    return abs(F(written) - amount) <= F(1, 2 * 10 ** (40 if len(written) > 30 else 12))


def asked(run_costcalc, *flags):
    run = run_costcalc("project", USAGE, *flags, "--json")
    assert run.code == 0, run.err
    return run.json


def lines_of(answer):
    return {tuple(line["names"].values()): line for line in answer["over_the_log"]["lines"]}


def test_the_log_is_what_is_reckoned_with(log):
    assert {row["model"] for row in log} == LISTS.keys()
    assert {row["date"] for row in log} == {f"2026-09-{day:02d}" for day in range(1, DAYS + 1)}
    for row in log:
        assert int(row["input_tokens"]) <= 32_000 * int(row["requests"])
        assert int(row["cached_input_tokens"]) <= int(row["input_tokens"])


@pytest.mark.parametrize(
    ("hikes", "rises"),
    [
        (["--hike", "alibaba=34"], ALIBABA),
        (["--hike", "alibaba=34", "--hike", "baidu=30"], BOTH),
        (["--hike", "alibaba=34,baidu=30"], BOTH),
    ],
)
def test_every_model_before_and_with_the_rise(hikes, rises, log, run_costcalc):
    answer = asked(run_costcalc, *hikes)
    expected = compute(log, ("provider", "model"), rises)
    assert lines_of(answer).keys() == expected.keys()
    for key, (before, then) in expected.items():
        cost = lines_of(answer)[key]["cost"]
        assert same(cost["before"]["exact"], before)
        assert same(cost["with_the_scenario"]["exact"], then)
    before, then = totals(expected)
    total = answer["over_the_log"]
    assert total["before"]["cost"]["rounded"] == cents(before)
    assert total["with_the_scenario"]["cost"]["rounded"] == cents(then)
    assert same(total["change"]["exact"], then - before)


def test_the_library_is_exact(log):
    found = costcalc.project(USAGE, hikes={"alibaba": 34, "baidu": 30})
    expected = compute(log, ("provider", "model"), BOTH)
    assert {line.key: (line.cost.before, line.cost.mid) for line in found.log.lines} == expected
    assert (found.total.before, found.total.mid) == totals(expected)
    assert found.usage.requests == sum(int(row["requests"]) for row in log)
    assert found.usage.tokens == sum(int(row["input_tokens"]) + int(row["output_tokens"]) for row in log)


def test_the_page_shows_these_figures(log, run_costcalc):
    run = run_costcalc("project", USAGE, "--hike", "alibaba=34", "--revenue", "52000", columns=120)
    assert run.code == 0, run.err
    before, then = totals(compute(log, ("provider",), ALIBABA))
    (total,) = [line for line in run.out.splitlines() if line.strip().startswith("Total")]
    for figure in (before, then):
        assert f"{Decimal(cents(figure)):,}" in total
    for line, share in (("To recover the money", (then - before) / 52_000), ("To hold", then / before - 1)):
        (shown,) = [text for text in run.out.splitlines() if text.strip().startswith(line)]
        assert f"{float(share * 100):.1f}%" in shown


def test_what_it_does_to_the_margin(log, run_costcalc):
    answer = asked(run_costcalc, "--hike", "alibaba=34,baidu=30", "--revenue", "52000")
    before, then = totals(compute(log, ("provider",), BOTH))
    margin = answer["over_the_log"]
    assert same(margin["before"]["margin"], 1 - before / 52_000)
    assert same(margin["with_the_scenario"]["margin"], 1 - then / 52_000)
    figures = {
        "erosion": (then - before) / 52_000,
        "recover": (then - before) / 52_000,
        "hold": then / before
        - 1,  # then ÷ (1 − margin before) ÷ revenue − 1, and before = (1 − margin before) × revenue
    }
    assert {name for name, share in figures.items() if not same(margin[name], share)} == set()
    assert same(margin["change"]["exact"], then - before)
    assert same(answer["answers"]["hold"]["rise"], figures["hold"])
    fewer = {each["provider"]: each["fewer"] for each in answer["answers"]["tokens"]}
    assert same(fewer["alibaba"], 1 - 1 / F("1.34"))
    assert same(fewer["baidu"], 1 - 1 / F("1.30"))


def test_by_customer(log, run_costcalc):
    answer = asked(run_costcalc, "--hike", "alibaba=34,baidu=30", "--by", "customer")
    expected = compute(log, ("customer",), BOTH)
    lines = lines_of(answer)
    assert lines.keys() == expected.keys()
    for key, (before, then) in expected.items():
        assert same(lines[key]["cost"]["before"]["exact"], before)
        assert same(lines[key]["cost"]["with_the_scenario"]["exact"], then)
        assert lines[key]["tokens"] == sum(
            int(row["input_tokens"]) + int(row["output_tokens"]) for row in log if (row["customer"],) == key
        )
    for column in ("before", "with_the_scenario"):
        shown = sum(Decimal(line["cost"][column]["rounded"]) for line in answer["over_the_log"]["lines"])
        assert str(shown) == answer["over_the_log"][column]["cost"]["rounded"]


def test_over_twelve_months(log, run_costcalc):
    """Each month: the log ÷ 30 × its days, lists in CNY at the newest exchange rate, revenue likewise."""
    flags = ("--hike", "alibaba=34,baidu=30", "--revenue", "52000", "--months", "12")
    answer = asked(run_costcalc, *flags)
    before, then = totals(compute(log, ("provider",), BOTH, rate=OCTOBER))
    tokens = sum(int(row["input_tokens"]) + int(row["output_tokens"]) for row in log)
    assert [month["month"] for month in answer["months"]] == [f"{year}-{month:02d}" for year, month in MONTHS]
    for month, (year, number) in zip(answer["months"], MONTHS, strict=True):
        share = F(monthrange(year, number)[1], DAYS)
        assert same(month["before"]["cost"]["exact"], before * share)
        assert same(month["with_the_scenario"]["cost"]["exact"], then * share)
        assert same(month["today"]["cost"]["exact"], before * share)
        assert same(month["with_the_scenario"]["margin"], 1 - then / 52_000)
        assert same(str(month["tokens"]), tokens * share)
    used = {(rate["month"], rate["month_used"]): rate["rate"] for rate in answer["exchange_rates"]}
    assert used["2026-09", "2026-09"] != used["2026-10", "2026-10"] == used["2027-09", "2026-10"]


def test_a_rise_that_begins_in_december(log, run_costcalc):
    """Dated after the log: nothing now, nothing in October and November, all of it from December on."""
    answer = asked(run_costcalc, "--hike", "alibaba=34@2026-12-01", "--months", "4")
    before, then = totals(compute(log, ("provider",), ALIBABA, rate=OCTOBER))
    assert answer["over_the_log"]["before"] == answer["over_the_log"]["with_the_scenario"]
    for month, days, cost in zip(answer["months"], (31, 30, 31, 31), (before, before, then, then), strict=True):
        assert same(month["with_the_scenario"]["cost"]["exact"], cost * F(days, DAYS))


def test_in_yuan(log, run_costcalc):
    answer = asked(
        run_costcalc, "--hike", "alibaba=34,baidu=30", "--currency", "CNY", "--by", "customer", "--months", "1"
    )
    expected = compute(log, ("customer",), BOTH, currency="CNY")
    for key, (before, then) in expected.items():
        cost = lines_of(answer)[key]["cost"]
        assert same(cost["before"]["exact"], before)
        assert same(cost["with_the_scenario"]["exact"], then)
    assert answer["currency"] == "CNY"
    october = totals(compute(log, ("customer",), BOTH, currency="CNY", rate=OCTOBER))
    assert same(answer["months"][0]["with_the_scenario"]["cost"]["exact"], october[1] * F(31, DAYS))


def test_the_csv_sums_to_the_printed_total(log, tmp_path, run_costcalc):
    target = tmp_path / "out.csv"
    assert run_costcalc("project", USAGE, "--hike", "alibaba=34,baidu=30", "-o", target).code == 0
    _, then = totals(compute(log, ("provider",), BOTH))
    with target.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert str(sum(Decimal(line["cost"]) for line in lines)) == cents(then)
    assert {line["currency"] for line in lines} == {"USD"}
