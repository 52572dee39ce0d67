"""Situations that logs and plans are really in, each with its arithmetic: what the engine must not get wrong in silence."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc
from costcalc.api import Prices
from costcalc.api.outlooks import horizon_of
from costcalc.money import Money
from costcalc.months.horizon import HorizonOptions
from costcalc.problems import CostcalcError
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.case import Case, totals
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.plan.solve import saving_tokens, with_share
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.read import parse_scenario
from tests.kit import about, book, flat, model, prices, rates, write_csv

F = Fraction
MILLION = 1_000_000
NOTHING_SAID = StatedRevenue()
BOOK = book(
    # From November on input costs twice as much.
    model("m", ("2020-01-01", rates(input_tokens="1", output_tokens="1")), ("2026-11-01", rates(input_tokens="2", output_tokens="1"))),
    model(
        "banded",
        (
            "2020-01-01",
            "bands:\n  - {input_up_to: 1_000, input_tokens: 1 per 1M, output_tokens: 1 per 1M}\n"
            "  - {input_above: 1_000, input_tokens: 10 per 1M, output_tokens: 1 per 1M}\n",
        ),
    ),
    model("cached", ("2020-01-01", rates(input_tokens="10", cache_read_tokens="1", cache_write_tokens="12", output_tokens="1"))),
    model(
        "later", ("2020-01-01", rates(input_tokens="10", output_tokens="1")),
        ("2026-11-01", rates(input_tokens="10", cache_read_tokens="1", output_tokens="1") + "service_tiers: {batch: {all: 50% of standard}}\n"),
    ),
)  # fmt: skip
HOURLY = book(
    model(
        "hourly",
        (
            "2020-01-01",
            "schedule: peak\ninput_tokens: 2 per 1M\noff_peak: {input_tokens: 1 per 1M}\n",
        ),
    ),
    provider="east",
    timezone="Asia/Shanghai",
    head="schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00, 14:00-18:00]}\n",
)
MACHINES = book(
    model(
        "small",
        (
            "2020-01-01",
            "self_hosted:\n  gpu_hour: 1 USD\n  replicas: 1\n  spare: 1\n  utilisation: 50%\n  fixed_per_month: 100 USD\n"
            "  input_tokens_per_second: 1_000 per replica\n  output_tokens_per_second: 1_000 per replica\n",
        ),
    ),
    provider="own",
)
BOOKS = prices(BOOK, HOURLY, MACHINES)


def row(day=1, **more):
    """One request of September; two rows of the 1st and the 30th make a log of 30 days."""
    return {
        "date": f"2026-09-{day:02d}", "provider": "acme", "model": "m", "customer": "a", "requests": "1",
        "input_tokens": "0", "output_tokens": "0", **more,
    }  # fmt: skip


END = row(30, requests="0")


def of(tmp_path, rows, text="", *, by=("customer",), months=2, books=BOOKS, earned=NOTHING_SAID, floor=None, **options):
    """The outlook of a log and of a scenario's entries, and its case."""
    path = write_csv(tmp_path / "usage.csv", *rows) if isinstance(rows, list) else rows
    scenario = parse_scenario(f"scenario: x\n{text}", "x.yaml", {})
    asked = HorizonOptions(months, tuple(by), options.get("basis", "auto"), options.get("currency", "USD"))
    over = horizon_of(path, [scenario], asked, books)
    chosen = PlanOptions(scenario, scenario.changes(None), by, earned, floor)
    return plan_ahead(over, chosen), Case(over, chosen)


def costs(found):
    return [month.after.cost for month in found[0].months]


def a_month(cents):
    """October and November of a log of 30 days that costs so many dollars."""
    return [F(cents) * 31 / 30, F(cents)]


def refused(tmp_path, rows, text, **more):
    with pytest.raises(CostcalcError) as raised:
        of(tmp_path, rows, text, **more)
    return [problem.code for problem in raised.value.problems]


# --- Whatever names are asked for ------------------------------------------------------------------------------------

BILLS = [
    row(team="x", input_tokens=MILLION, billed_cost="0.5", currency="USD"),  # half its list
    row(30, team="y", output_tokens=MILLION, billed_cost="1", currency="USD"),
]


@pytest.mark.parametrize("by", [("customer",), ("team",), ("provider",)])
def test_bills_of_a_model_follow_its_list_whatever_names_are_asked_for(tmp_path, by):
    """1.50 was billed where the list said 2; in November it says 3: 1.50 × 3/2."""
    found = of(tmp_path, BILLS, by=by)
    assert costs(found) == about([F("1.5") * 31 / 30, F("2.25")])
    assert sum(line.last_after for line in found[0].lines) == F("2.25")


def test_a_share_of_the_cache_is_raised_for_each_customer_who_is_below_it(tmp_path):
    """a reads 80% from the cache already and keeps it: 2.80. b comes to 60%: of a million 600,000 are read, 30,000 written."""
    log = [
        row(model="cached", customer="a", input_tokens=MILLION, cache_read_tokens=800_000),
        row(30, model="cached", customer="b", input_tokens=MILLION),
    ]
    for by in (("customer",), ("provider",)):
        found = of(tmp_path, log, "efficiency:\n  - {cache_read_share: 60%, reads_per_write: 20}\n", by=by)
        b = F("0.37") * 10 + F("0.6") * 1 + F("0.03") * 12
        assert costs(found) == about(a_month(F("2.8") + b))


# --- What no book knows ----------------------------------------------------------------------------------------------

UNKNOWN = [row(model="nobodys", input_tokens=5_000), row(30, model="nobodys", input_tokens=500)]


def test_what_no_book_knows_moves_into_the_bands_of_its_lengths(tmp_path):
    """5,000 tokens at 10 and 500 at 1, per million."""
    found = of(tmp_path, UNKNOWN, "moves:\n  - {share: 100%, to: acme/banded, quality: untested}\n")
    assert costs(found) == about(a_month(F(5_000 * 10 + 500, MILLION)))
    assert found[1].run().is_complete


def test_and_is_chosen_by_them(tmp_path):
    text = 'moves:\n  - {where: {input_tokens: "<= 1000"}, share: 100%, to: acme/banded, quality: untested}\n'
    found = of(tmp_path, UNKNOWN, text)
    assert costs(found) == about(a_month(F(500, MILLION)))
    assert found[0].months[1].unpriced_tokens == 5_000


def test_usage_whose_lengths_nobody_knows_is_chosen_by_none(tmp_path):
    log = [
        {name: text for name, text in each.items() if name != "requests"} for each in (row(input_tokens=500), row(30))
    ]
    text = 'moves:\n  - {where: {input_tokens: "<= 1000"}, share: 100%, to: acme/banded, quality: untested}\n'
    found = of(tmp_path, log, text)
    assert costs(found) == about([month.before.cost for month in found[0].months])
    assert found[0].absent == ["input <= 1000"]


def test_a_ledger_that_was_counted_without_a_length_is_refused(tmp_path):
    ledger = costcalc.scan(
        write_csv(tmp_path / "u.csv", row(input_tokens=5_000), row(30)), by=("customer",), prices=BOOKS
    )
    text = 'moves:\n  - {where: {input_tokens: "<= 2000"}, share: 100%, to: acme/banded, quality: untested}\n'
    assert refused(tmp_path, ledger, text) == ["ledger-without-cut"]


def test_a_bill_without_tokens_stays_and_is_said_but_an_empty_row_is_none(tmp_path):
    text = "moves:\n  - {share: 100%, to: acme/banded, quality: untested}\n"
    assert of(tmp_path, [row(input_tokens=500), END], text)[0].notes == []
    bill = [row(billed_cost="3", currency="USD"), END]
    found = of(tmp_path, bill, text)
    assert costs(found) == about(a_month(3))
    assert found[0].notes == ["a bill without tokens cannot move to acme/banded: it stays"]
    first = "escalation:\n  - {first: acme/banded, escalated: 10%, quality: untested}\n"
    assert of(tmp_path, bill, first)[0].notes == ["a bill without tokens cannot go to acme/banded first: it stays"]


# --- Customers and fees ----------------------------------------------------------------------------------------------

TWO = [row(customer="acme", input_tokens=1_000), row(30, customer="", input_tokens=1_000)]


def earned(found):
    return {line.name: line.last.revenue for line in found[0].customers}


def test_a_fee_belongs_to_its_customer_as_the_log_writes_it(tmp_path):
    text = "revenue:\n  - {where: {customer: ACME}, per: month, amount: 10 USD}\n"
    assert earned(of(tmp_path, TWO, text)) == {"acme": 10, None: None}  # nobody says what the rest pays


def test_usage_without_a_customer_is_no_customer(tmp_path):
    found = of(tmp_path, TWO, "revenue:\n  - {per: customer and month, amount: 10 USD}\n")
    assert earned(found) == {"acme": 10, None: 0}
    assert found[0].whole.after.revenue == 20


def test_customers_that_leave_take_their_own_fee_and_usage(tmp_path):
    """Half of acme leaves: 5 a month, and half of its tokens."""
    text = (
        "revenue:\n  - {per: customer and month, amount: 10 USD}\n"
        "  - {where: {customer: acme}, change: +0%, customers_lost: 50%}\n"
        "other_costs:\n  - {per: month, amount: 7 USD}\n  - {per: customer and month, amount: 2 USD}\n"
    )
    found = of(tmp_path, TWO, text)
    assert earned(found) == {"acme": 5, None: 0}
    assert found[0].last.after.cost == F(500 + 1_000, MILLION) * 2
    assert found[0].last.after.other == 7 + 1  # hosting stays, what is paid for each customer does not


def test_a_price_for_long_requests_does_not_touch_a_fee_for_everything(tmp_path):
    text = 'revenue:\n  - {per: month, amount: 10 USD}\n  - {where: {input_tokens: ">= 500"}, change: +50%}\n'
    assert of(tmp_path, TWO, text)[0].last.after.revenue == 10


def test_today_earns_what_is_in_force_on_the_logs_last_day(tmp_path):
    """A contract that ends in November is earned today; the bridge loses it with the revenue. One that begins later is not."""
    text = (
        "revenue:\n  - {per: month, amount: 10 USD, until: 2026-11-01}\n  - {per: month, amount: 5 USD, on: 2026-01-01}\n"
        "  - {per: month, amount: 3 USD, on: 2026-11-01}\n"
    )
    steps = {step.cause: step.last.revenue for step in of(tmp_path, TWO, text)[0].bridge}
    assert steps == {"today": 15, "published": 15, "revenue": 8}


def test_a_fee_that_began_long_ago_is_no_step_of_its_own(tmp_path):
    found = of(tmp_path, TWO, "revenue:\n  - {per: month, amount: 5 USD, on: 2026-01-01}\n")
    assert [step.cause for step in found[0].bridge] == ["today", "published"]


# --- Prices that come and go -----------------------------------------------------------------------------------------

LATER = [row(model="later", input_tokens=MILLION), END]


def test_batch_begins_on_the_day_on_which_it_has_a_price(tmp_path):
    found = of(tmp_path, LATER, "efficiency:\n  - {batch: 100%}\n")
    assert costs(found) == about([F(10) * 31 / 30, 5])
    assert found[0].notes == ["acme/later: no batch price, so nothing goes there"]


def test_so_do_cache_reads(tmp_path):
    """A write has no price of its own: it is input. 400,000 + 30,000 at 10, the rest at 1."""
    found = of(tmp_path, LATER, "efficiency:\n  - {cache_read_share: 57%, reads_per_write: 19}\n")
    assert costs(found) == about([F(10) * 31 / 30, F("0.43") * 10 + F("0.57")])
    assert found[0].notes == ["acme/later: no price for cache reads, so none are assumed"]


# --- Time ------------------------------------------------------------------------------------------------------------


def test_a_change_ends_on_the_day_on_which_a_price_rises(tmp_path):
    """Ten days of half the requests at 1, twenty-one of all at 2."""
    text = "prices:\n  - {what: acme, change: +100%, on: 2026-10-11}\nefficiency:\n  - {requests: -50%, until: 2026-10-11}\n"
    found = of(tmp_path, [row(input_tokens=MILLION), END], text, months=1)
    assert costs(found) == about([F(10 * F("0.5") + 21 * 2) / 30])


@pytest.mark.parametrize(("growth", "october"), [
    ("each month: +100%, on: 2026-10-20", 31 * 2),  # the month in which it begins grows whole
    ("change: +100%, on: 2026-10-21", 20 + 11 * 2),  # a step has its day
])  # fmt: skip
def test_growth_by_the_month_counts_the_month_of_its_day_whole(tmp_path, growth, october):
    found = of(tmp_path, [row(input_tokens=MILLION), END], f"growth:\n  - {{{growth}}}\n", months=1)
    assert costs(found) == about([F(october, 30)])


@pytest.mark.parametrize(("entry", "code"), [
    ("efficiency:\n  - {output: -50%, until: 2026-09-15}", "change-over-already"),
    ("growth:\n  - {each month: +5%, until: 2026-10-01}", "change-over-already"),
    ("growth:\n  - {by month: {2029-01: +5%}}", "change-after-the-horizon"),
    ("growth:\n  - {each month: -60% of today}", "growth-below-nothing"),
])  # fmt: skip
def test_what_would_do_nothing_or_less_is_refused(tmp_path, entry, code):
    assert refused(tmp_path, [row(input_tokens=MILLION), END], f"{entry}\n") == [code]


PEAK, NIGHT = "2026-09-01T02:00:00Z", "2026-09-30T20:00:00Z"  # 10:00 on a Tuesday and 04:00 in Shanghai
CLOCK = [
    {**{name: text for name, text in row(input_tokens=MILLION).items() if name != "date"}, "timestamp": at}
    for at in (PEAK, NIGHT)
]


def test_what_moves_to_a_target_with_hours_is_priced_at_its_own_hour(tmp_path):
    found = of(tmp_path, CLOCK, "moves:\n  - {share: 100%, to: east/hourly, quality: untested}\n")
    assert costs(found) == about(a_month(2 + 1))


def test_days_at_a_model_with_hours_keep_their_price_though_others_move_there(tmp_path):
    """A day's usage lies at peak and off-peak hours; what moves there from days without hours is at its peak price."""
    rows = [row(provider="east", model="hourly", input_tokens=MILLION), END]
    twice = "mix:\n  - {where: {model: hourly}, share: 50%, meters: {input_tokens: x2}}\n"
    move = "moves:\n  - {share: 100%, to: east/hourly, quality: untested}\n"
    assert costs(of(tmp_path, rows, twice + move)) == about(costs(of(tmp_path, rows, twice)))


def test_hours_of_day_buckets_are_chosen_by_none_and_said(tmp_path):
    text = 'growth:\n  - {where: {hours: "09:00-12:00 Asia/Shanghai"}, change: +100%}\n'
    assert costs(of(tmp_path, CLOCK, text, months=1)) == about([F(3) * 31 / 30])
    days = of(tmp_path, [row(input_tokens=MILLION), END], text)
    assert days[0].absent == ["09:00-12:00 Asia/Shanghai"]
    assert costs(days) == about([month.before.cost for month in days[0].months])


# --- Regions and currencies -------------------------------------------------------------------------------------------

REGIONS = prices(
    book(flat("big", input_tokens="4"), flat("small", input_tokens="1"), head="region: home\ndefault: true\n"),
    book(
        flat("big", input_tokens="8"), flat("small", input_tokens="3"),
        head="region: abroad\nlist_names: [acme-abroad]\n",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("region", "target", "price"), [
    ("home", "acme/small", 1), ("abroad", "acme/small", 3),  # the list that the usage is billed by
    ("home", "acme-abroad/small", 3),  # named outright
])  # fmt: skip
@pytest.mark.parametrize("name", ["big", "small"])
def test_usage_moves_to_the_list_of_its_region(tmp_path, region, target, price, name):
    log = [row(model=name, region=region, input_tokens=MILLION), {**END, "model": name, "region": region}]
    found = of(tmp_path, log, f"moves:\n  - {{share: 100%, to: {target}, quality: untested}}\n", books=REGIONS)
    assert costs(found) == about(a_month(price))


YUAN = prices(book(flat("m", input_tokens="7"), currency="CNY"))
STATED = Prices(YUAN.pricebook, YUAN.fx.with_rates({"CNY": {"USD": F(1, 7)}}))
PATH = "currency: USD\nfx: {CNY: {2026-11: 0.2}}\n"


def test_before_a_path_begins_a_stated_rate_holds(tmp_path):
    assert costs(of(tmp_path, [row(input_tokens=MILLION), END], PATH, books=STATED)) == about([F(31, 30), 7 * F("0.2")])


def test_a_path_of_a_currency_that_nothing_is_in_needs_no_earlier_rate(tmp_path):
    later = prices(BOOK, fx="USD/CNY: {2026-12: {stated: 7}}")
    assert costs(of(tmp_path, [row(input_tokens=MILLION), END], PATH, books=later)) == about([F(31, 30), 2])


# --- Machines beside the log's own use --------------------------------------------------------------------------------

OWN_USE = [
    row(input_tokens=2_000 * MILLION, requests=MILLION),
    row(provider="own", model="small", input_tokens=1_000 * MILLION, requests=1_000),
    END,
]
MOVE = "moves:\n  - {share: 100%, to: own/small, quality: untested}\n"


@pytest.mark.parametrize("revenue", [3_800, 4_400, 5_000])
def test_answers_know_of_the_logs_own_use_of_the_machines(tmp_path, revenue):
    """A replica gives 360 busy hours a month; the log's own use takes 287 of the first."""
    stated = StatedRevenue(Money(F(revenue), "USD"))
    found, case = of(tmp_path, OWN_USE, MOVE, months=1, earned=stated, floor=F(1, 2))
    spare = totals(case, case.run())[-1].revenue / 2

    def moved(share):
        return totals(case, case.run(usage=with_share(case.scenario.usage, found.answers.moves[0].move, share)))[
            -1
        ].cost

    def saved(fewer):
        return totals(case, case.run(usage=saving_tokens(case.scenario.usage, fewer)))[-1].cost

    steps = [F(n, 200) for n in range(201)]
    for cost, answer in ((moved, found.answers.moves[0].share), (saved, found.answers.tokens[0].fewer)):
        if answer is None:
            assert all(cost(step) > spare for step in steps)
        else:
            assert cost(answer) <= about(spare)
            assert all(cost(step) > spare for step in steps if step < answer)
