"""The worked example, twice: a plain-Python model that is tested by itself, and the engine that must agree with it."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

import pytest

import costcalc
from tests.kit import about
from tests.outlook.plain_model import Model
from tests.outlook.team_plan import PLAN, TEAM

F = Fraction
FLOOR = F("0.50")
ALL = range(1, 13)  # October 2026 to September 2027
LAST = 12
EMPTY = {name: [] for name in ("prices", "growth", "mix", "escalation", "moves", "efficiency", "fx")}
EMPTY["own_price"] = {"change": "0", "lost": "0"}
MIDDLE_PRICES = ("announced", "alibaba", "baidu", "openai")


class Remembering(Model):
    """The model, each of whose runs is made once."""

    def __init__(self, plan):
        super().__init__(plan)
        self.known = {}

    def run(self, n, v="mid", on=None, further=None, first_share=None, saved=0):
        asked = n, v, tuple(self.steps if on is None else on), tuple((further or {}).items()), first_share, saved
        if asked not in self.known:
            self.known[asked] = super().run(n, v, on, further, first_share, F(saved))
        return self.known[asked]


@pytest.fixture(scope="module")
def team():
    return Remembering(PLAN)


@pytest.fixture(scope="module")
def rows():
    with PLAN["usage"].open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- The log ---------------------------------------------------------------------------------------------------------


def test_make_writes_the_log_byte_for_byte(tmp_path):
    copy = tmp_path / "make.py"
    copy.write_bytes((TEAM / "make.py").read_bytes())
    subprocess.run([sys.executable, str(copy)], check=True)
    assert (tmp_path / "usage.csv").read_bytes() == PLAN["usage"].read_bytes()


def test_the_log_is_that_of_a_small_team(rows):
    assert {row["provider"] for row in rows} == {"alibaba", "baidu", "openai"}
    assert len({row["customer"] for row in rows}) == 40
    assert {row["feature"] for row in rows} == {"chat", "agents", "search", "reports", "tagging"}
    assert len({row["date"] for row in rows}) == PLAN["days"] == 60
    assert (min(row["date"] for row in rows), max(row["date"] for row in rows)) == ("2026-08-01", str(PLAN["last_day"]))
    assert PLAN["usage"].stat().st_size < 1_500_000


def test_only_the_agents_come_near_a_band(rows):
    for row in rows:
        mean = F(int(row["input_tokens"]), int(row["requests"]))
        if row["feature"] == "agents":
            assert 20_000 < mean < 32_000
            assert mean * F("1.04") ** 12 * F("1.12") < 128_000  # neither the second band nor that of the move's target
        else:
            assert mean + 1_000 < 27_000  # not with the pictures of the mix either
        if row["feature"] == "tagging":
            assert mean <= 2_000  # so the move's `input_tokens: "<= 2000"` means all of it


def test_no_share_of_cached_input_is_above_what_the_scenario_raises_it_to(rows):
    assert all(int(row["cached_input_tokens"]) < F("0.60") * int(row["input_tokens"]) for row in rows)


# --- The model, by itself --------------------------------------------------------------------------------------------


def test_the_model_is_short_and_shares_no_code():
    text = (TEAM.parents[1] / "tests" / "outlook" / "plain_model.py").read_text(encoding="utf-8")
    assert sum(1 for line in text.splitlines() if line.strip()) < 150
    assert "import costcalc" not in text
    assert "from costcalc" not in text


def test_one_row_by_hand(tmp_path):
    log = tmp_path / "usage.csv"
    header = "customer,feature,model,requests,input_tokens,cached_input_tokens,output_tokens"
    log.write_text(f"{header}\nacme,agents,qwen3-max,6000,180000000,60000000,6000000\n")
    one = Model({**PLAN, "usage": log})
    # 31 of 60 days; 30,000 tokens a request: first band. 120 M at 2.50, 60 M at 0.50, 6 M at 10 = 390 CNY, at 6.6850.
    assert one.run(1, on=()).cost() == 390 * F(31, 60) / F("6.6850")
    # Three percent more requests, four percent longer: 31,200 tokens, still the first band.
    assert one.run(1, on=("announced", "growth")).cost() == 390 * F("1.03") * F("1.04") * F(31, 60) / F("6.6850")
    # In November the second time: 32,448 tokens, and everything takes the second band: 120 × 4 + 60 × 0.80 + 6 × 16.
    both = F("1.03") ** 2 * F("1.04") ** 2
    assert one.run(2, on=("announced", "growth")).cost() == 624 * both * F(30, 60) / F("6.6850")


def test_without_changes_the_scenario_is_the_announced_list(team):
    empty = Model({**PLAN, **EMPTY})
    for n in ALL:
        assert empty.run(n) == empty.run(n, on=("announced",))
        assert empty.run(n).groups == team.run(n, on=("announced",)).groups
        assert empty.run(n).revenue == team.run(n, on=()).revenue


def test_a_cache_price_first_seen_on_9_october_makes_eight_days_dearer(team):
    frozen, announced = (team.run(n, on=on) for n, on in ((1, ()), (1, ("announced",))))
    whole = frozen.cost() * F(30, 31) - team.run(2, on=("announced",)).cost()  # what 30 days of it save
    assert frozen.cost() - announced.cost() == whole * F(23, 30) > 0


def test_the_bridge_ends_where_the_scenario_does_and_every_step_is_a_run(team):
    bridge = team.bridge(LAST)
    runs = list(bridge.values())
    assert list(bridge) == ["frozen", *team.steps]
    assert runs[0] == team.run(LAST, on=())
    assert runs[-1] == team.run(LAST)
    steps = [after.cost() - before.cost() for before, after in itertools.pairwise(runs)]
    assert runs[0].cost() + sum(steps) == runs[-1].cost()
    assert all(steps)  # this scenario leaves no step out


def test_requests_neither_appear_nor_vanish_in_a_move(team):
    def requests(*on):
        counts = Counter()
        for flow in team.flows(LAST, "mid", on, None, F(0))[0]:
            counts[flow.customer, flow.feature] += flow.requests
        return counts

    before = requests("announced", "growth", "mix")
    assert requests("announced", "growth", "mix", "moves") == before
    assert requests("announced", "growth", "mix", "moves", "efficiency") == before
    asked = requests("announced", "growth", "mix", "escalation")
    home = "basil", "search"  # half of its searches go to the small model, and 15% of those are asked again
    assert asked[home] == before[home] * (1 + F("0.50") * F("0.15"))


def test_low_is_cheap_and_high_is_dear(team):
    for n in ALL:
        low, mid, high = (team.run(n, v) for v in ("low", "mid", "high"))
        assert low.cost() < mid.cost() < high.cost()
        assert low.margin() > mid.margin() > high.margin()


def test_customers_features_and_providers_add_up(team):
    month = team.run(LAST)
    for place, count in ((0, 40), (1, 5), (2, 4)):
        names = {key[place] for key in month.groups}
        assert len(names) == count
        assert sum(month.cost(name) for name in names) == month.cost()


def test_the_replicas_are_whole_and_their_bill_is_shared_without_rest(team):
    month = team.run(LAST)
    assert (ceil(month.load), ceil(team.run(LAST, "low").load)) == (4, 4)
    # Four that carry the load and one in reserve, 720 hours at 1.40, and 300 beside.
    assert month.cost("selfhosted") == (4 + 1) * 720 * F("1.40") + 300
    assert team.run(3).cost("selfhosted") == 0


def test_the_agents_pass_into_the_second_band_month_by_month(team):
    def share(n):
        flows = [f for f in team.flows(n, "mid", ("announced", "growth"), None, F(0))[0] if f.feature == "agents"]
        return sum(f.requests for f in flows if f.band == 1) / sum(f.requests for f in flows)

    shares = [share(n) for n in ALL]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0 < shares[5] < 1
    assert shares[-1] == 1


def test_what_restores_the_margin_does(team):
    found, now, today = team.solved(LAST, FLOOR), team.run(LAST), team.run(LAST, on=())
    raised = {name: now._replace(revenue=now.revenue * (1 + found[name])).margin() for name in ("hold", "floor")}
    assert raised == {"hold": today.margin(), "floor": FLOOR}
    assert 0 < found["move"] < 1
    assert team.run(LAST, first_share=found["move"]).margin() == FLOOR
    assert -1 < found["hike"] < 0  # below the floor already: alibaba would have to be cheaper
    assert team.run(LAST, further={"alibaba": found["hike"]}).margin() == FLOOR
    saved = found["tokens"]
    assert team.run(LAST, saved=saved).margin() >= FLOOR
    assert team.run(LAST, saved=saved - F(1, 10**9)).margin() < FLOOR


def test_tokens_to_save_stop_where_a_replica_falls_away(team):
    # A floor that four replicas just miss and three meet: the saving that stops one of them is the answer.
    load = team.run(LAST).load
    three = 1 - 3 / load
    floor = team.run(LAST, saved=three).margin()
    assert team.solved(LAST, floor)["tokens"] == three
    assert team.solved(LAST, floor - F(1, 10**6))["tokens"] == three


def test_the_margin_falls_below_the_floor_in_july(team):
    assert str(PLAN["months"][first_month_below(team, FLOOR) - 1]) == "2027-07-01"


def first_month_below(model, floor):
    return next((n for n in ALL if model.run(n).margin() < floor), None)


def test_prices_alone_are_what_project_says_month_by_month(team):
    """Before there is a scenario: the same rises as hikes, at the table's exchange rate, over the log as it is."""
    hikes = ["alibaba:tokens=11.7", "alibaba/qwen3*=5..34@2027-06-01", "baidu:tokens=5..30@2026-12-15"]
    hikes += ["baidu/ernie-4.5-turbo-128k=25@2027-03-01", *(f"openai=1@2027-0{month}-01" for month in (1, 2, 3, 4))]
    months = costcalc.project(PLAN["usage"], hikes=hikes, months=12).report.months
    assert [month.today.cost for month in months] == [team.run(n, on=()).cost() for n in ALL]
    assert [month.cost.before for month in months] == [team.run(n, on=("announced",)).cost() for n in ALL]
    assert [month.cost.mid for month in months] == [team.run(n, on=MIDDLE_PRICES).cost() for n in ALL]


# --- The engine agrees with the model --------------------------------------------------------------------------------
# `engine` is the one place that knows the names of the report; everything below speaks the model's words.


@dataclass(frozen=True)
class Told:
    """What the engine says of the example, in the report's currency; a month is one of the horizon's twelve."""

    months: list[dict[str, Fraction]]  # announced, low, mid, high, revenue, other, margin
    customers: dict[str, Fraction]  # cost in the last month
    features: dict[str, Fraction]
    bridge: dict[str, tuple[Fraction, Fraction]]  # (cost, revenue) of the last month after each step, in order
    whole_bridge: dict[str, tuple[Fraction, Fraction]]  # over all months
    solved: dict[str, Fraction]  # as Model.solved names them
    first_below: str | None  # the month, as 2027-07


@cache
def engine() -> Told:
    """The engine's answers for the worked example."""
    prices = costcalc.read_prices([TEAM.parent / "selfhosted.yaml"])
    report = costcalc.outlook(
        PLAN["usage"], scenario=TEAM / "all-at-once.yaml", floor="50%", by=("customer", "feature"), prices=prices
    ).report
    last, found = report.lines, report.answers
    return Told(
        months=[
            {
                "announced": month.before.cost,
                "low": month.low.cost,
                "mid": month.after.cost,
                "high": month.high.cost,
                "revenue": month.after.revenue,
                "other": month.after.other,
                "margin": month.after.margin,
            }
            for month in report.months
        ],
        customers=summed((line.key[0], line.last_after) for line in last),
        features=summed((line.key[1], line.last_after) for line in last),
        bridge={name_of(step): (step.last.cost, step.last.revenue) for step in report.bridge},
        whole_bridge={name_of(step): (step.whole.cost, step.whole.revenue) for step in report.bridge},
        solved={
            "hold": found.hold.rise,
            "floor": found.floor.rise,
            "move": found.moves[0].share,
            "hike": next(rise.rise for rise in found.rises if rise.provider == "alibaba"),
            "tokens": found.tokens[0].fewer,
        },
        first_below=str(report.first_below_floor.month),
    )


def name_of(step) -> str:
    """The model calls the step of today frozen, and a step of prices by its provider."""
    return {"today": "frozen", "published": "announced"}.get(step.cause, step.name or step.cause)


def summed(pairs) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for name, amount in pairs:
        found[name] = found.get(name, Fraction()) + amount
    return found


@pytest.fixture(scope="module")
def told():
    return engine()


def test_engine_agrees_on_every_month(told, team):
    for n, month in zip(ALL, told.months, strict=True):
        scenario = team.run(n)
        expected = {
            "announced": team.run(n, on=("announced",)).cost(),
            "low": team.run(n, "low").cost(),
            "mid": scenario.cost(),
            "high": team.run(n, "high").cost(),
            "revenue": scenario.revenue,
            "other": scenario.other,
            "margin": scenario.margin(),
        }
        assert month == about(expected)


@pytest.mark.parametrize(("place", "names"), [(0, "customers"), (1, "features")])
def test_engine_agrees_on_who_costs_what_in_the_last_month(told, team, place, names):
    month = team.run(LAST)
    expected = {name: month.cost(name) for name in {key[place] for key in month.groups}}
    assert getattr(told, names) == about(expected)


def test_engine_agrees_on_the_bridge_of_the_last_month(told, team):
    assert told.bridge == about({step: (run.cost(), run.revenue) for step, run in team.bridge(LAST).items()})


def test_engine_agrees_on_the_bridge_of_the_whole_horizon(told, team):
    bridges = [team.bridge(n) for n in ALL]
    expected = {
        step: (sum(b[step].cost() for b in bridges), sum(b[step].revenue for b in bridges))
        for step in ("frozen", *team.steps)
    }
    assert told.whole_bridge == about(expected)


def test_engine_agrees_on_what_restores_the_margin(told, team):
    found = team.solved(LAST, FLOOR)
    for name in ("hold", "floor", "move", "hike"):
        assert told.solved[name] == about(found[name])
    assert told.solved["tokens"] == about(found["tokens"])


def test_engine_agrees_on_the_first_month_below_the_floor(told, team):
    assert told.first_below == f"{PLAN['months'][first_month_below(team, FLOOR) - 1]:%Y-%m}"
