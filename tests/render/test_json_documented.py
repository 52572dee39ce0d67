"""docs/json.md names every field that is printed, with its type, and no other."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from costcalc.asked import Asked, Setting
from costcalc.calendar import utc_midnight
from costcalc.money import Money
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.pricebook.events import load_events
from costcalc.problems import Place, Problem
from costcalc.rating.rate import RatingOptions
from costcalc.render import json_ as common
from costcalc.render.fields import Fields, found
from costcalc.render.fields import documented as fields_documented
from costcalc.render.written import json_of, part_in
from costcalc.reports.comparison import ComparedScenario as Alternative
from costcalc.reports.comparison import ComparisonOptions, comparison
from costcalc.reports.cost import cost
from costcalc.reports.detection import Detection, Detections
from costcalc.reports.explanation import ExplainQuestion, Selection, explain
from costcalc.reports.forecast import ForecastQuestion, forecast
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.events import event_changes
from costcalc.scenario.figure import fixed
from costcalc.scenario.hikes import changes_at, read_hikes
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.read import parse_scenario
from costcalc.usage.counting.counter import RowTally
from costcalc.usage.ledger import Cuts, SkippedRows
from tests.conftest import REPO_ROOT
from tests.render import comparisons
from tests.render.made import books, cost_report, fx, group, ledger, projection
from tests.render.outlooks import customers_log, drawn_outlook, full

PAGE = (REPO_ROOT / "docs" / "json.md").read_text(encoding="utf-8")
TEXTS = (
    """
provider: alibaba
default: true
region: cn
currency: CNY
timezone: UTC
models:
  qwen3-max:
    prices:
      2026-01-01: {input_tokens: 14 per 1M, output_tokens: 42 per 1M}
  banded:
    prices:
      2026-01-01:
        bands:
          - {input_up_to: 32_000, input_tokens: 1 per 1M, output_tokens: 2 per 1M}
          - {input_above: 32_000, input_tokens: 2 per 1M, output_tokens: 4 per 1M}
""",
    """
provider: alibaba
region: intl
currency: USD
timezone: UTC
models:
  qwen3-max:
    prices:
      2026-01-01: {input_tokens: 3 per 1M, output_tokens: 9 per 1M}
""",
    """
provider: acme
currency: USD
timezone: UTC
models:
  searcher:
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}
discounts:
  - {what: acme, percent: 10%}
commitments:
  - {what: acme, each: month, amount: 5 USD}
""",
)
LISTS = books(*TEXTS)
DAY_OF_LIST = "      2026-01-01: {input_tokens: 14 per 1M, output_tokens: 42 per 1M}\n"
RISING = books(
    TEXTS[0].replace(DAY_OF_LIST, DAY_OF_LIST + DAY_OF_LIST.replace("01-01", "09-12").replace("14", "16") + DAY_OF_LIST.replace("01-01", "11-01").replace("14", "18")),
    *TEXTS[1:],
)  # fmt: skip
RATES = fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 7}}\n")
ASKED = Asked((Setting("basis", "auto", Place("costcalc.toml", 3)), Setting("COSTCALC_TIMEZONE", "UTC")))
FULL = ledger(
    group("qwen3-max", 10**9, dimensions=("a",), revenue=Fraction(900), revenue_currency="USD"),
    group("qwen3-max", 10**8, dimensions=("b",), billed=Fraction(150), billed_currency="USD", cost_kind="billed"),
    group("banded", 10**8, dimensions=("b",), band_basis="unknown", requests=None),
    group("searcher", 10**6, searches=7, dimensions=("c",)),
    group("qwen9-max", 5, dimensions=("c",)),
    dimensions=("customer",),
    cuts=Cuts(input_lengths=(32_000,)),
    refused_rows=1,
    problems=(Problem("bad-count", "a count is no number", Place("usage.csv", 3)),),
    uncounted=(Problem("uncounted-tokens", "a column is in no figure", Place("usage.csv", 2), remedy="--map it"),),
    skipped=(SkippedRows("plain", "a total", 2),),
    notes=("a note",),
    asked=ASKED,
)

MILLION = ledger(group("qwen3-max", 10**6))


PLAN = "costcalc.plan/1"
WRITTEN = ("plan", "cost", "forecast", "comparison", "advice", "explanation", "reconcile", "check", "detection")


def declared() -> dict[str, Fields]:
    """The fields of every report by its schema, and the objects that several have."""
    reports = [part_in(f"costcalc.render.{name}", "json") for name in WRITTEN]
    objects = {"cost": common.COST, "ends": common.ENDS, "totals": common.TOTALS}
    return {found(each["schema"].of, None, None): each for each in reports} | objects


def documented(title: str) -> dict[str, str]:
    """Field -> type, of one section of the page."""
    return dict(fields_documented(declared()[title]))


def table(title: str, listed: Fields, meanings: dict[tuple[str, str], str]) -> str:
    """The table of a section; what is as in a plan is not said again. A new field waits for its meaning."""
    plan, lines, shared = declared()[PLAN], ["| field | type | meaning |", "|---|---|---|"], list[str]()
    for key, field in listed.items():
        if title != PLAN and key in plan and field.kind != "inline" and field.parts and field.parts is plan[key].parts:
            shared.append(f"`{key}`")
            continue
        lines += told(shared)
        shared = []
        lines += [
            f"| `{path}` | {kind} | {meanings.get((title, path), '')} |"
            for path, kind in fields_documented({key: field})
        ]
    return "\n".join([*lines, *told(shared)]).replace("|  |", "| |") + "\n"


def told(shared: list[str]) -> list[str]:
    return [f"| {', '.join(shared)} | | as in `{PLAN}` |"] if shared else []


def test_the_page_lists_the_fields_as_they_are_declared(request):
    """`pytest --update` writes the tables anew, with the meanings that stand there; a new field's is to be written."""
    meanings: dict[tuple[str, str], str] = {}
    text = PAGE
    for title, listed in declared().items():
        section = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
        assert section, title
        old = re.search(r"^\| field \| type \| meaning \|\n(?:\|.*\n)*", section[0], re.MULTILINE)
        assert old, title
        for path, meaning in re.findall(r"^\| `([^`]+)` \| \w+ \| (.*?) ?\|$", old[0], re.MULTILINE):
            meanings[title, path] = meaning
        text = text.replace(section[0], section[0].replace(old[0], table(title, listed, meanings)))
    if request.config.getoption("--update"):
        (REPO_ROOT / "docs" / "json.md").write_text(text, encoding="utf-8")
    else:
        assert text == PAGE, "docs/json.md has other fields than are declared: pytest --update lists them"


OBJECTS = {
    frozenset({"exact", "rounded"}): "amount",
    frozenset(documented("cost")): "cost",
    frozenset(documented("ends")): "ends",
    frozenset(documented("totals")): "totals",
}


def fields(value: Any, path: str = "") -> dict[str, set[str]]:
    """Field -> the types it was seen with."""
    found: dict[str, set[str]] = {}
    if isinstance(value, dict) and path.endswith(".names"):
        return {path: {"names"}}
    if isinstance(value, dict) and frozenset(value) not in OBJECTS:
        for key, part in value.items():
            for name, types in fields(part, f"{path}.{key}" if path else key).items():
                found.setdefault(name, set()).update(types)
        return found
    if isinstance(value, list):
        for part in value:
            for name, types in fields(part, f"{path}[]").items():
                found.setdefault(name, set()).update(types)
        return found
    return {path: {seen(value)}}


def seen(value: Any) -> str:
    if isinstance(value, dict):
        return OBJECTS[frozenset(value)]
    return {bool: "flag", int: "integer", str: "text", type(None): "null"}[type(value)]


ALLOWED = {
    "fraction": {"text"},
    "text": {"text"}, "integer": {"integer"}, "flag": {"flag"}, "count": {"integer", "text"}, "decimal": {"text"},
    "ratio": {"text"}, "amount": {"amount"}, "cost": {"cost"}, "ends": {"ends"}, "totals": {"totals"}, "names": {"names"},
}  # fmt: skip


def full_projection(**words: Any) -> str:
    known = {
        "by": ("customer",),
        "months": 2,
        "floor": Fraction(1, 2),
        "currency": "USD",
        "prices": LISTS,
        "rates": RATES,
    }
    return json_of(projection(FULL, "alibaba=5..34", **(known | words)))


def documented_rise() -> str:
    """An event of the catalogue, and what of it may reach tokens."""
    event = next(event for event in load_events() if event.id == "alibaba-2026-04-compute")
    changes = {share: PriceChanges(event_changes(event, fixed(share))) for share in (Fraction(0), Fraction(1, 2))}
    return full_projection(changes=changes[Fraction(1, 2)], alternatives=changes, revenue=3000)


def test_every_field_of_a_cost_report_is_documented():
    options = RatingOptions(("customer",), currency="USD")
    printed = fields(json.loads(json_of(cost(FULL, LISTS, RATES, options))))
    abroad = ledger(group("qwen3-max", 10**6, billed=Fraction(1), billed_currency="EUR", cost_kind="estimated"))
    for report in (cost_report(MILLION), cost(abroad, LISTS, RATES, RatingOptions())):
        for name, types in fields(json.loads(json_of(report))).items():
            printed.setdefault(name, set()).update(types)
    check(printed, documented("costcalc.cost/1"))


EXPLAINED = books(
    """
provider: alibaba
default: true
region: cn
currency: CNY
timezone: Asia/Shanghai
sources:
  page: {url: https://prices.example, read: 2026-08-11, confidence: official}
schedules:
  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00]}
models:
  qwen3-max:
    aliases: [qwen-max-latest]
    prices:
      at least since 2026-09-20:
        source: page
        corrected: the page had it wrong
        schedule: peak
        bands:
          - {input_up_to: 32_000, input_tokens: 3 per 1M, output_tokens: 9 per 1M}
          - {input_above: 32_000, output_up_to: 100, input_tokens: 3 per 1M, output_tokens: 9 per 1M}
          - {input_above: 32_000, output_above: 100, input_tokens: 3 per 1M, output_tokens: 9 per 1M}
        off_peak: {all: 50% of standard}
  old:
    redirects: {2026-08-01: qwen3-max}
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}
""",
    TEXTS[2].replace("models:\n", "models:\n  locked:\n    prices:\n      2026-01-01: {input_tokens: 1 per 1M, cache_read_tokens: 0.1 per 1M, locked_until: 2026-12-01}\n"),
)  # fmt: skip


def test_every_field_of_an_explanation_is_documented():
    usage = ledger(
        group("qwen-max-latest", 10**6, input_over=32_000, until=None, naive=False),
        group("old", 10**6),
        group("locked", 10**6, revenue=Fraction(5), revenue_currency="USD"),
        group("searcher", 10**6, searches=7),
        group("searcher", 10**6, billed=Fraction(3), billed_currency="USD", cost_kind="billed"),
        group("qwen9-max", 10**6, billed=Fraction(3), billed_currency="USD", cost_kind="computed"),
        group("qwen9-mex", 10**6),
        cuts=Cuts(input_lengths=(32_000,), output_lengths=(100,), day_edges=(0, 57_600), schedule_edges=(3_600, 14_400), scheduled_names=frozenset({"qwen3-max", "old"})),
        refused_rows=1,
        problems=(Problem("bad-count", "a count is no number", Place("usage.csv", 3)),),
        uncounted=(Problem("uncounted-tokens", "a column is in no figure", Place("usage.csv", 2), remedy="--map it"),),
        skipped=(SkippedRows("plain", "a total", 2),),
        notes=("a note",),
    )  # fmt: skip
    parts = ("cache_read_tokens", "cache_write_tokens")
    groups = [replace(each, quantities=(*each.quantities, 1_000, 10)) for each in usage.groups]
    usage = replace(usage, meters=(*usage.meters, *parts), groups=groups, asked=ASKED)
    event = next(event for event in load_events() if event.id == "alibaba-2026-04-compute")
    printed: dict[str, set[str]] = {}
    for changes, choice in (
        (PriceChanges(event_changes(event, fixed(Fraction(1, 2)))), Selection({"provider": ("*",)}, "tokens")),
        (read_hikes(["any=5..34", "acme:input_tokens==3/1M@2026-08-01"]), Selection()),
    ):
        found = explain(usage, EXPLAINED, RATES, ExplainQuestion(changes, ("provider",), currency="USD", choice=choice))
        for name, types in fields(json.loads(json_of(found))).items():
            printed.setdefault(name, set()).update(types)
    # What a price depends on beside lengths: tests/rating/test_images_by_size.py.
    check(printed, documented("costcalc.explanation/1"), elsewhere=("lines[].prices[].band.labels",))


def test_every_field_of_a_plan_is_documented():
    """Over the log: an event, a move, a new rate. Months to come: machines, another currency, draws, all that a page says."""
    printed: dict[str, set[str]] = {}
    for text in (
        documented_rise(),
        full_projection(),
        full_projection(revenue=3000, move_to="alibaba/qwen3-max"),
        json_of(projection(MILLION, "alibaba=34", "openai=30", months=1, move_to="qwen-plus")),
        json_of(
            projection(
                MILLION, "alibaba=34", move_to="selfhosted/tiny", prices=books(TEXTS[0], TEXTS[2], CHEAP), rates=RATES
            )
        ),
        json_of(projection(MILLION, "alibaba=34", months=14, margin=Fraction(3, 5))),
        json_of(projection(MILLION, "alibaba:input_tokens==3/1M@2026-09-01", margin=Fraction(3, 5))),
        json_of(replace(full(), usage=replace(full().usage, asked=ASKED))),
        outlook_of(MOVED),
        outlook_of(MOVED, revenue=3000),
        json_of(drawn_outlook()),
    ):
        answer = json.loads(text)
        assert list(answer) == list(json.loads(full_projection()))  # whatever was asked
        for name, types in fields(answer).items():
            printed.setdefault(name, set()).update(types)
    check(printed, documented("costcalc.plan/1"))


def test_every_field_of_a_comparison_is_documented():
    """Revenue that is known and that is not, a floor, lines, rows without a price, an event that stays open."""
    plan = parse_scenario(
        MOVED.replace(", pass_through: 50%", ""), "plan.yaml", {event.id: event for event in load_events()}
    )
    horizon = Horizon(FULL, books(TEXTS[0], TEXTS[2], TINY), RATES, HorizonOptions(2, (), "auto", "USD", "UTC"), [plan])
    choices = [Alternative("open", plan), Alternative("half", plan, Fraction(1, 2))]
    printed: dict[str, set[str]] = {}
    for text in (
        json_of(comparisons.full(floor=Fraction(9, 10))),
        json_of(comparisons.compared(customers_log(), comparisons.RISE, comparisons.GROWTH, source="")),
        json_of(comparison(horizon, ComparisonOptions(choices, horizon_source="--months"))),
    ):
        for name, types in fields(json.loads(text)).items():
            printed.setdefault(name, set()).update(types)
    check(printed, documented("costcalc.comparison/1"))


MOVED = """
scenario: To machines of one's own
prices:
  - {event: alibaba-2026-04-compute, pass_through: 50%}
  - {what: "alibaba/qwen3-max:output_tokens", change: "=50/1M", on: 2026-11-01}
moves:
  - {share: 50%, to: selfhosted/tiny, quality: "not tested"}
"""
TINY = """
provider: selfhosted
currency: USD
timezone: UTC
models:
  tiny:
    prices:
      2026-01-01:
        self_hosted:
          gpu_hour: 1 USD
          gpus: 1
          replicas: 1
          utilisation: 50%
          input_tokens_per_second: 100_000 per replica
          output_tokens_per_second: 10_000 per replica
"""
CHEAP = TINY.replace("gpu_hour: 1 USD", "gpu_hour: 0.001 USD")  # a machine that a million tokens pay for


def outlook_of(text: str, revenue: int | None = None) -> str:
    plan = parse_scenario(text, "plan.yaml", {event.id: event for event in load_events()})
    prices = books(TEXTS[0], TEXTS[2], TINY)
    horizon = Horizon(FULL, prices, RATES, HorizonOptions(2, ("customer",), "auto", "USD", "UTC"), [plan])
    earned = StatedRevenue(Money(Fraction(revenue), "")) if revenue else StatedRevenue()
    return json_of(
        plan_ahead(horizon, PlanOptions(plan, changes_at(plan, None), ("customer",), earned, Fraction(1, 2)))
    )


def test_every_field_of_a_detection_is_documented():
    file = Detection(
        "log.csv", "plain", "its names", {"in": "input_tokens"}, ("customer",), ("note",), ("cursor (2 names)",),
        RowTally(counted=1, left_out=2, refused=3), FULL.problems, FULL.uncounted,
    )  # fmt: skip
    found = Detections((file,), FULL.skipped, FULL.notes)
    check(fields(json.loads(json_of(found))), documented("costcalc.detection/1"))


def test_every_field_of_a_forecast_is_documented():
    printed: dict[str, set[str]] = {}
    for text in (
        forecast_of(20, day_of_others=True, to="year-end", budget=Money(Fraction(63_000), "CNY")),
        forecast_of(20, naive=False, until=None, **HALF_DAYS),
        forecast_of(9),
    ):
        for name, types in fields(json.loads(text)).items():
            printed.setdefault(name, set()).update(types)
    check(printed, documented("costcalc.forecast/1"))


HALF_DAYS = {
    "first_instant": utc_midnight(date(2026, 9, 1)) + 43_200,
    "last_instant": utc_midnight(date(2026, 9, 20)) + 43_200,
}


def forecast_of(count: int, day_of_others: bool = False, **words: Any) -> str:
    """So many days from 1 September, of which the 4th to the 9th are quiet; every other day costs more."""
    options = ForecastQuestion(**{name: words.pop(name) for name in ("to", "budget") if name in words}, currency="USD")
    span = {name: words.pop(name) for name in HALF_DAYS if name in words}
    usage = ledger(
        *(
            group("qwen3-max", (10 + number % 2) * 10**6, day=date(2026, 9, 1) + timedelta(days=number), **words)
            for number in range(count)
            if not 3 <= number < 9
        ),
        *(
            replace(each, at=each.at + 15 * 86_400, until=(each.until or 0) + 15 * 86_400, dimensions=())
            for each in (FULL.groups if day_of_others else ())
        ),
        **{
            "cuts": Cuts(input_lengths=(32_000,)),
            "last_instant": utc_midnight(date(2026, 9, 1)) + 86_400 * count,
            "refused_rows": FULL.refused_rows,
            "problems": FULL.problems,
            "uncounted": FULL.uncounted,
            "skipped": FULL.skipped,
            "notes": FULL.notes,
            "asked": ASKED,
        }
        | span,
    )
    return json_of(forecast(usage, RISING, RATES, options))


def check(printed: dict[str, set[str]], expected: dict[str, str], elsewhere: tuple[str, ...] = ()) -> None:
    """`elsewhere`: what is written as for every report, whose every field is seen with a value in another."""
    expected = {name: kind for name, kind in expected.items() if name in printed or not name.startswith(elsewhere)}
    objects = {name[:end] for name in expected for end, char in enumerate(name) if char in ".["}
    names = {name for name, types in printed.items() if not (types == {"null"} and name in objects)}
    assert names == set(expected)
    for name in names:
        assert printed[name] - {"null"} <= ALLOWED[expected[name]], name
        assert printed[name] != {"null"} or name.startswith(elsewhere), f"{name} was never seen with a value"


@pytest.mark.parametrize("title", ["cost", "ends"])
def test_the_objects_are_documented(title):
    text = json.loads(full_projection())
    printed = text["over_the_log"]["lines"][0]["cost"] if title == "cost" else text["total"]
    assert list(printed) == list(documented(title))


def test_amounts_are_exact_text():
    total = json.loads(json_of(projection(ledger(group("qwen3-max", 1)), "alibaba=34")))["over_the_log"]
    assert total["before"]["cost"] == {"exact": "0.000002", "rounded": "0.00"}
    assert total["with_the_scenario"]["cost"] == {"exact": "0.00000268", "rounded": "0.00"}
    assert total["rise"] == "0.34"
