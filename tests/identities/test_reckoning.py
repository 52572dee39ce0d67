"""A second computation: every row of a random log priced one by one, by rules written out here, against the whole."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from hypothesis import given

from tests.identities.logs import LOGS, project
from tests.kit import examples

F = Fraction
YUAN = F("7.1")  # CNY for one USD in September
PEAK_SHARE = F(3 + 4, 24)  # 09:00–12:00 and 14:00–18:00


def row_cost(row):
    """The cost in dollars, or None where nothing prices the row."""
    if row["billed_cost"]:
        return F(row["billed_cost"]) / (YUAN if row["currency"] == "CNY" else 1)
    priced = {"plain": plain, "banded": banded, "hourly": hourly}.get(row["model"])
    return priced(row) if priced else None


def plain(row):
    """Dollars, by the day in UTC; from the 12th on cache writes have no price and are billed as input."""
    early = int(row["time"][8:10]) < 12
    fresh, read, write, output = (
        (F(3), F("0.3"), F("3.75"), F(15)) if early else (F("3.3"), F("0.33"), F("3.3"), F("16.5"))
    )
    rest = row["input_tokens"] - row["cache_read_tokens"] - row["cache_write_tokens"]
    cost = (
        rest * fresh
        + row["cache_read_tokens"] * read
        + row["cache_write_tokens"] * write
        + row["output_tokens"] * output
    )
    return cost / 10**6 / (2 if row["tier"] == "batch" else 1)


def banded(row):
    """Yuan; the band of the request's input, of the mean, or the lowest.

    Thinking prices all output of a request at 7.7; of many requests (or nobody knows how many) all of it where half or
    more is reasoning, else that alone.
    """
    requests = int(row["requests"] or 0)  # empty: unknown, as the column is there
    long = bool(requests) and row["input_tokens"] > 32_000 * requests
    thought, written = row["reasoning_tokens"], row["output_tokens"]
    if thought and (requests == 1 or 2 * thought >= written):
        thought = written
    output = thought * F("7.7") + (row["output_tokens"] - thought) * F(16 if long else 10)
    return (row["input_tokens"] * F("4" if long else "2.5") + output) / 10**6 / YUAN


def hourly(row):
    """Yuan; half price outside peak hours. A day, in UTC or in Shanghai, holds the peak hours of one day in Shanghai."""
    share = peak_share(row)
    return (row["input_tokens"] * 2 + row["output_tokens"] * 8) * (1 + share) / 2 / 10**6 / YUAN


def peak_share(row):
    if "T" not in row["time"] or row["until"]:
        return PEAK_SHARE if date.fromisoformat(row["time"][:10]).weekday() < 5 else F(0)
    local = datetime.fromisoformat(row["time"]) + timedelta(hours=8)
    return F(local.weekday() < 5 and local.hour in (9, 10, 11, 14, 15, 16, 17))


@examples(60)
@given(LOGS)
def test_the_whole_is_the_sum_of_rows_priced_one_by_one(log):
    costs = [row_cost(row) for row in log]
    found = project(log, hikes={"east": 34})
    assert found.total.before == sum(cost for cost in costs if cost is not None)
    unpriced = sum(
        row["input_tokens"] + row["output_tokens"] for row, cost in zip(log, costs, strict=True) if cost is None
    )
    assert sum(part.tokens for part in found.rating.unpriced) == unpriced
    assert found.rating.is_complete is all(cost is not None for cost in costs)
    risen = sum((row_cost(row) or 0) * (F("1.34") if row["provider"] == "east" else 1) for row in log)
    assert found.total.mid == risen
    earned(log, found.log.outcome.before)


def earned(log, margin):
    """What a customer earns stands against its whole cost; where its every row says what it earned, against those priced."""
    revenue, cost = F(0), F(0)
    for customer in {row["customer"] for row in log}:
        rows = [(row_cost(row), row["revenue"]) for row in log if row["customer"] == customer]
        known = [(each, earned) for each, earned in rows if each is not None]
        stated = [F(earned) for _, earned in rows if earned]
        if len(stated) == len(rows):
            revenue += sum(F(earned) for _, earned in known)
        elif stated and known:
            revenue += sum(stated)
        if stated:
            cost += sum(each for each, _ in known)
    if revenue:
        assert (margin.revenue, margin.all_costs) == (revenue, cost)
