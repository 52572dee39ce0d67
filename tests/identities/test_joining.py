"""What a scan adds up for one question changes no figure: an answer over the joined usage is that over all of it."""

import json
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.api.outlooks import horizon_of
from costcalc.api.plans import scenario_of
from costcalc.months.horizon import HorizonOptions
from costcalc.problems import CostcalcError
from costcalc.rating.periods import Periods
from costcalc.rating.rate import RatingOptions, rate
from costcalc.rating.totals import total_of
from costcalc.reports.plan.case import totals
from costcalc.scenario.hikes import read_hikes
from costcalc.usage.counting import counter, foreseen
from costcalc.usage.ledger import UsageLedger
from tests.identities.logs import BOOKS, LOGS, POOL, write
from tests.identities.plans import BOOKS as PLAN_BOOKS
from tests.identities.plans import HIKES, MONTHS, case, plan, usages
from tests.kit import about, examples, kept_folder, write_csv

few = examples(8)
BY = st.sampled_from([("provider", "model"), ("customer",), ("day", "customer"), ("month",), ("model", "meter"), ()])


@pytest.fixture(autouse=True, scope="module")
def _looks_ahead():
    """Small tables too: their names and times are looked at before they are counted."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(foreseen, "_LARGE", 0)
        yield


def counted(log, hikes=()) -> tuple[Path, UsageLedger]:
    """The log's file, and all of it as a ledger that answers any question under these hikes."""
    return _counted(json.dumps(log), tuple(hikes))


@lru_cache(maxsize=2 * POOL)
def _counted(rows: str, hikes: tuple[str, ...]) -> tuple[Path, UsageLedger]:
    path = write(kept_folder() / "usage.csv", json.loads(rows))
    return path, costcalc.scan(path, by=("customer",), prices=BOOKS, raised=[scenario_of(None, hikes)])


def said(ask, usage, **words):
    """What is answered, or what is refused."""
    try:
        return plain(ask(usage, prices=BOOKS, currency="USD", **words))
    except CostcalcError as error:
        return {problem.code for problem in error.problems}


def plain(answer):
    """An answer's JSON; what has no price, and the kinds of evidence, stand in the order of the usage, which is another one."""
    found = json.loads(answer.to_json())
    return {**found, **{name: sorted(found[name], key=json.dumps) for name in ("unpriced", "basis") if name in found}}


@few
@given(LOGS, BY, st.sampled_from([None, "day", "month"]))
def test_a_cost_is_that_of_the_usage_that_is_not_joined(log, by, each):
    path, ledger = counted(log)
    words = {"by": by or None, "each": each}
    assert said(costcalc.cost, path, **words) == said(costcalc.cost, ledger, **words)


@few
@given(LOGS, BY.filter(bool), HIKES)
def test_a_projection_is_that_of_the_usage_that_is_not_joined(log, by, hikes):
    path, ledger = counted(log, hikes)
    words = {"hikes": hikes, "by": by}
    assert said(costcalc.project, path, **words) == said(costcalc.project, ledger, **words)


@few
@given(LOGS, HIKES)
def test_its_months_are_those_of_the_usage_that_is_not_joined(log, hikes):
    path, ledger = counted(log, hikes)
    words = {"hikes": hikes, "by": "customer", "months": 3}
    assert said(costcalc.project, path, **words) == said(costcalc.project, ledger, **words)


@few
@given(LOGS, usages(), HIKES)
def test_the_months_of_a_scenario_are_those_of_the_usage_that_is_not_joined(log, usage, hikes):
    scenario = plan(usage)
    path = write_csv(kept_folder() / "usage.csv", *log)
    asked = {"by": ("customer",), "prices": PLAN_BOOKS}
    ledger = costcalc.scan(path, scenarios=[scenario], months=MONTHS, **asked)
    asked = HorizonOptions(MONTHS, ("customer",), currency="USD")
    found = []
    for counted_as in (path, ledger):
        try:
            horizon = horizon_of(counted_as, [scenario], asked, PLAN_BOOKS)
        except CostcalcError as error:
            found.append(str(error))
            continue
        one = case(horizon, scenario, hikes)
        found.append(total_of(totals(one, one.run())))
    assert found[0] == about(found[1])


def test_two_years_of_days_at_one_price_are_one_group(tmp_path):
    days = (f"2026-{month:02d}-{day:02d}" for month in range(1, 10) for day in range(1, 29))
    log = write_csv(tmp_path / "usage.csv", *({"date": day, "model": "plain", "provider": "west", "requests": 1,
                                               "input_tokens": 1000, "customer": "a"} for day in days))  # fmt: skip
    lines = Periods(BOOKS.pricebook, RatingOptions(("customer",)))
    joined = costcalc.scan(log, by=("customer",), prices=BOOKS, joining=lines)
    # Nine months of exchange rates, and a price that changes on 12 September.
    assert len(joined.groups) == 10
    assert joined.totals["input_tokens"] == 9 * 28 * 1000


def test_what_was_looked_at_before_it_is_counted_is_counted_the_same(tmp_path, monkeypatch):
    times = (f"2026-09-{day:02d}T{hour:02d}:30:00Z" for day in range(1, 29) for hour in range(0, 24, 5))
    log = write_csv(tmp_path / "usage.csv", *({"timestamp": time, "model": model, "provider": "west", "requests": 1,
                                               "input_tokens": 700 * place, "customer": f"c{place % 3}"}
                                              for place, time in enumerate(times) for model in ("plain", "unknown")))  # fmt: skip
    lines = Periods(BOOKS.pricebook, RatingOptions(("customer",)), more_edges=lambda *_: ((32_000,), ()))
    found, looked = [], []
    monkeypatch.setattr(counter, "foresee", lambda *words: looked.append(foreseen.foresee(*words)) or looked[-1])
    for large in (0, 1 << 40):
        monkeypatch.setattr(foreseen, "_LARGE", large)
        ledger = costcalc.scan(log, by=("customer",), prices=BOOKS, joining=lines)
        found.append((ledger.groups, ledger.last_begun, ledger.first_instant, ledger.last_instant))
    assert all(looked)
    assert len(looked) == 1
    assert found[0] == found[1]


def test_a_row_that_came_after_the_look_is_counted_all_the_same(tmp_path, monkeypatch):
    row = {"timestamp": "2026-09-03T09:30:00Z", "model": "plain", "provider": "west", "requests": 1,
           "input_tokens": 40_000, "customer": "c"}  # fmt: skip
    log = write_csv(tmp_path / "usage.csv", row)
    looked = []

    def look(*words):
        looked.append(foreseen.foresee(*words))
        with log.open("a", newline="") as stream:
            stream.write("2026-09-14T09:30:00Z,other,west,1,300000,c\r\n")
        return looked[-1]

    monkeypatch.setattr(counter, "foresee", look)
    lines = Periods(BOOKS.pricebook, RatingOptions(("customer",)), more_edges=lambda *_: ((32_000, 250_000), ()))
    ledger = costcalc.scan(log, by=("customer",), prices=BOOKS, joining=lines)
    assert [(group.model, group.input_over, group.rows) for group in ledger.groups] == [
        ("plain", 32_000, 1), ("other", 250_000, 1),
    ]  # fmt: skip
    assert len(looked) == 1


def test_a_joined_ledger_refuses_another_question(tmp_path):
    log = write_csv(
        tmp_path / "usage.csv", {"date": "2026-09-01", "provider": "west", "model": "plain", "input_tokens": 1}
    )
    joined = costcalc.scan(log, prices=BOOKS, joining=Periods(BOOKS.pricebook, RatingOptions(())))
    with pytest.raises(CostcalcError, match="ledger-joined"):
        rate(joined, BOOKS.pricebook, BOOKS.fx, RatingOptions(("day",)))
    changes = read_hikes(["west=10@2026-09-01"])
    with pytest.raises(CostcalcError, match="ledger-joined"):
        rate(joined, BOOKS.pricebook, BOOKS.fx, RatingOptions(()), changes)
