"""Random scenarios over the random logs: growth, mix, escalation, moves and efficiency of any part of them, and prices."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from costcalc.api import Prices
from costcalc.api.outlooks import NOTHING_CHOSEN, horizon_of
from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.money import Money
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.problems import CostcalcError
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.changes import NO_USAGE_CHANGES, Efficiency, Escalation, Growth, Mix, Move, Rescale, UsageChanges
from costcalc.scenario.figure import Figure, Span, fixed
from costcalc.scenario.hikes import read_hikes
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.revenue import Business, Fee, OwnPrice
from costcalc.scenario.where import Length, Where
from tests.identities.logs import EAST
from tests.kit import book, model, prices, write_csv

PLAIN = (
    (
        "2020-01-01",
        "input_tokens: 3 per 1M\ncache_read_tokens: 0.3 per 1M\ncache_write_tokens: 3.75 per 1M\noutput_tokens: 15 per 1M\n"
        "service_tiers: {batch: {all: 50% of standard}}\n",
    ),
    ("2026-09-12", "input_tokens: 3.3 per 1M\ncache_read_tokens: 0.33 per 1M\noutput_tokens: 16.5 per 1M\n"),
    # Published already: from here on output costs more, input less, and there is batch again.
    (
        "2026-11-10",
        "input_tokens: 2 per 1M\ncache_read_tokens: 0.2 per 1M\noutput_tokens: 22 per 1M\n"
        "service_tiers: {batch: {all: 50% of standard}}\n",
    ),
)
WEST = book(model("plain", *PLAIN), model("twin", *PLAIN), provider="west")
OWN = book(
    model(
        "small",
        (
            "2020-01-01",
            "self_hosted:\n  gpu_hour: 0.001 USD\n  replicas: 1\n  spare: 1\n  utilisation: 50%\n  fixed_per_month: 0.5 USD\n"
            "  input_tokens_per_second: 0.5 per replica\n  output_tokens_per_second: 0.1 per replica\n",
        ),
    ),
    provider="own",
)
FX = "USD/CNY: {2026-09: {stated: 7.1}, 2026-10: {stated: 7.3}}"
BOOKS = prices(WEST, EAST, OWN, fx=FX)
TERMS = "commitments:\n  - {what: west, each: month, amount: 0.5 USD}\n  - {what: any, each: month, amount: 2 USD}\n"
COMMITTED = prices(WEST, EAST, OWN, TERMS, fx=FX)
ALL = Where()
MONTHS = 3  # October to December 2026: every log of logs.py ends in September
TOKENS = meters().names_of("tokens")


def horizon(
    rows: Sequence[Mapping[str, Any]], *scenarios: Scenario, by: Sequence[str] = ("customer",), months: int = MONTHS,
    prices: Prices = BOOKS, currency: str | None = "USD", basis: str = "auto", **choose: Any,
) -> Horizon:  # fmt: skip
    """The months after a log of these rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "usage.csv", *rows)
        return horizon_of(
            path, scenarios, HorizonOptions(months, tuple(by), basis, currency), prices, {**NOTHING_CHOSEN, **choose}
        )


def made(log: Sequence[Mapping[str, Any]], *scenarios: Scenario, **more: Any) -> Horizon | None:
    """The horizon, or None where the log holds nothing of what a plan names."""
    try:
        return horizon(log, *scenarios, **more)
    except CostcalcError as error:
        if {problem.code for problem in error.problems} == {"matches-nothing"}:
            return None
        raise


def case(found: Horizon, scenario: Scenario, hikes: Sequence[str] = (), revenue: object = None, **more: Any) -> Case:
    """The scenario over the horizon; `revenue` is a flag's, for the log's period in dollars."""
    earned = StatedRevenue(Money(Fraction(str(revenue)), "USD")) if revenue is not None else StatedRevenue()
    changes = read_hikes(hikes) if hikes else PriceChanges()
    return Case(found, PlanOptions(scenario, changes, found.options.by, earned, **more))


def months_of(run: Any) -> list[Fraction]:
    """What each month costs."""
    return [month.cost for month in run.months]


def percents(low: int, high: int) -> st.SearchStrategy[Figure]:
    """A percent, or a range of them."""
    ends = st.lists(st.integers(low, high), min_size=1, max_size=2).map(sorted)
    return ends.map(lambda pair: Figure(Fraction(pair[0], 100), Fraction(pair[-1], 100)))


def points(low: int, high: int) -> st.SearchStrategy[Figure]:
    """A percent that is no range."""
    return st.integers(low, high).map(lambda n: fixed(Fraction(n, 100)))


def named(**names: str) -> Where:
    return Where({name: (text,) for name, text in names.items()})


WHERES = st.sampled_from([
    ALL, named(customer="a"), named(customer="b"), named(model="plain"), named(provider="east"),
    named(customer="a", model="banded"), Where({}, (Length("input_tokens", 0, 32_000, "<= 32000"),)),
    Where({}, (Length("input_tokens", 2_000, None, "> 2000"), Length("output_tokens", 0, 800, "<= 800"))),
])  # fmt: skip
DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 31))
SPANS = st.one_of(
    st.just(Span()),
    st.builds(Span, st.none() | DAYS, st.none(), st.integers(1, 4)),
    st.lists(DAYS, min_size=2, max_size=2, unique=True).map(sorted).map(lambda two: Span(*two)),
)


@st.composite
def growths(draw: st.DrawFn, figures: Any = percents) -> Growth:
    shape = draw(st.sampled_from(["compound", "linear", "step", "table"]))
    meters = draw(st.sampled_from([None, None, TOKENS, frozenset({"output_tokens", "reasoning_tokens"})]))
    if shape == "table":
        table = draw(st.dictionaries(st.sampled_from([Month(2026, 10), Month(2026, 12)]), figures(-50, 90), min_size=1))
        return Growth(draw(WHERES), Span(), shape, fixed(0), dict(sorted(table.items())), meters)
    span = draw(SPANS)
    ramp = span if shape == "step" else Span(span.from_day, span.until_day)
    return Growth(draw(WHERES), ramp, shape, draw(figures(-20, 90)), {}, meters)  # type: ignore[arg-type]


def factors(figures: Any) -> st.SearchStrategy[Figure]:
    return figures(50, 300)


def mixes(figures: Any = percents) -> st.SearchStrategy[Mix]:
    rescaled = st.sampled_from(["output_tokens", "input_tokens", "tokens"])
    meters = st.dictionaries(rescaled, st.builds(Rescale, factors(figures)), min_size=1)
    return st.builds(Mix, WHERES, SPANS, figures(0, 100), meters)


TARGETS = st.sampled_from(["west/plain", "west/twin", "east/banded", "east/hourly"])
MOVED_TO = TARGETS | st.just("own/small")


def escalations(figures: Any = percents) -> st.SearchStrategy[Escalation]:
    return st.builds(
        Escalation, WHERES, SPANS, TARGETS, figures(0, 100), st.just("untested"), figures(0, 100), factors(figures)
    )


def moves(figures: Any = percents, targets: Any = MOVED_TO) -> st.SearchStrategy[Move]:
    return st.builds(Move, WHERES, SPANS, figures(0, 100), targets, st.just("untested"), factors(figures))


def levers(figures: Any = percents, *, cache: bool = True) -> st.SearchStrategy[Efficiency]:
    cuts = st.builds(
        Efficiency, WHERES, SPANS, st.sampled_from(["output", "prompt", "tokens", "requests"]), figures(-100, 0)
    )
    batch = st.builds(Efficiency, WHERES, SPANS, st.just("batch"), figures(0, 100))
    reads = st.builds(Efficiency, WHERES, SPANS, st.just("cache_read_share"), figures(0, 100), st.just(fixed(20)))
    return st.one_of(cuts, batch, reads) if cache else st.one_of(cuts, batch)


def usages(figures: Any = percents, *, moved_to: bool = True) -> st.SearchStrategy[UsageChanges]:
    """Usage changes; one move and one escalation at most, so that none overlap. `moved_to`: also to own machines."""
    targets = MOVED_TO if moved_to else TARGETS
    few = [
        st.lists(each, max_size=most).map(tuple)
        for each, most in (
            (growths(figures), 2), (mixes(figures), 1), (escalations(figures), 1), (moves(figures, targets), 1),
            (levers(figures), 2),
        )
    ]  # fmt: skip
    return st.builds(UsageChanges, *few)


def plan(usage: UsageChanges = NO_USAGE_CHANGES, **more: Any) -> Scenario:
    return Scenario("drawn", usage=usage, **more)


HIKES = st.lists(
    st.sampled_from(
        ["any=10", "east=5..34", "west/plain:output_tokens=-20@2026-11-15", "east/banded=34@2026-10-20",
         "west:input_tokens==4/1M@2026-12-01", "*/hourly=-10..20@2026-11-01", "any:tokens=7"]
    ),
    max_size=3,
)  # fmt: skip
FEES = st.builds(
    Fee, WHERES, st.builds(Span, st.none() | DAYS), st.sampled_from(["1M tokens", "month", "customer and month", "seat and month"]),
    st.sampled_from([Money(Fraction("3.5"), "USD"), Money(Fraction(9), "CNY"), Money(Fraction(2), "")]), st.integers(1, 3),
)  # fmt: skip
OWN_PRICES = st.builds(OwnPrice, WHERES, SPANS, percents(-50, 50), percents(0, 100))


def businesses() -> st.SearchStrategy[Business]:
    few = [st.lists(each, max_size=2).map(tuple) for each in (FEES, OWN_PRICES, FEES)]
    return st.builds(Business, *few)
