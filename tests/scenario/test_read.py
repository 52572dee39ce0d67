"""Reading: what each form of a scenario file means, in figures; what circles and overlaps are, and what they are not."""

import re
from collections.abc import Sequence
from datetime import date, time
from fractions import Fraction

import pytest

from costcalc.calendar import Month
from costcalc.money import Money
from costcalc.pricebook.events import load_events
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.changes import NO_USAGE_CHANGES
from costcalc.scenario.figure import ONCE, Figure, Span, fixed
from costcalc.scenario.read import parse_scenario
from costcalc.scenario.revenue import NO_BUSINESS, TRIANGULAR
from costcalc.scenario.where import Length
from tests.scenario.everything import EVERYTHING

EVENTS = {event.id: event for event in load_events()}


def read(lines: str):
    return parse_scenario(f"scenario: x\n{lines}", "x.yaml", EVENTS)


def codes(lines: str) -> list[str]:
    with pytest.raises(CostcalcError) as error:
        read(lines)
    return [problem.code for problem in error.value.problems]


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def test_a_title_alone_changes_nothing():
    empty = parse_scenario("scenario: Today\n", "today.yaml")
    assert (empty.name, empty.written, empty.items, empty.horizon) == ("Today", "today.yaml", (), None)
    assert (empty.usage, empty.business, empty.fx, empty.simulation) == (NO_USAGE_CHANGES, NO_BUSINESS, {}, TRIANGULAR)


def test_a_section_in_which_everything_is_commented_out_is_empty():
    assert read("growth:\n  # - {each month: +8%}\nmoves:\n").usage == NO_USAGE_CHANGES


class TestPrices:
    def test_a_rise_by_the_month_is_a_change_a_month_and_the_first_begins_on_its_day(self):
        (item,) = read("prices: [{what: openai, change: +3% each month, on: 2026-12-15, until: 2027-03-01}]").items
        assert [(hike.from_day, hike.low) for hike in item.hikes] == [
            (date(2026, 12, 15), percent("3")),
            (date(2027, 1, 1), percent("3")),
            (date(2027, 2, 1), percent("3")),
        ]
        assert {hike.written for hike in item.hikes} == {"openai=+3% each month@2026-12-15"}

    def test_a_range_by_the_month_is_all_low_ends_and_all_high_ends(self):
        (item,) = read("prices: [{what: any, change: +2..4% each month, on: 2027-01-01, until: 2027-03-01}]").items
        assert [(hike.low, hike.high) for hike in item.hikes] == [(percent("2"), percent("4"))] * 2

    @pytest.mark.parametrize(
        ("discount", "rise"),
        # 1/(1 − 0.5) − 1 = 1; 1/(1 − 0.2) − 1 = 0.25; 1/(1 − 0.3) − 1 = 3/7
        [
            ("50%", (1, 1)),
            ("20%", (Fraction(1, 4),) * 2),
            ("30%", (Fraction(3, 7),) * 2),
            ("20..50%", (Fraction(1, 4), 1)),
        ],
    )
    def test_a_discount_that_ends_raises_to_the_price_without_it(self, discount, rise):
        (item,) = read(f"prices: [{{what: deepseek, discount_ends: {discount}, on: 2027-01-01}}]").items
        (hike,) = item.hikes
        assert (hike.low, hike.high, hike.from_day) == (*rise, date(2027, 1, 1))

    def test_an_event_is_passed_through_by_a_range(self):
        (item,) = read("prices: [{event: alibaba-2026-04-compute, pass_through: 40..80%, distribution: normal}]").items
        assert item.event is EVENTS["alibaba-2026-04-compute"]
        assert item.pass_through == Figure(Fraction(2, 5), Fraction(4, 5), "normal")
        assert item.distribution == "normal"
        # 5..34%: low of low, 0.05 × 0.4; high of high, 0.34 × 0.8
        passed = item.changes(None)[-1]
        assert (passed.low, passed.high) == (Fraction("0.02"), Fraction("0.272"))

    def test_a_list_price_outright(self):
        (item,) = read('prices: [{what: "baidu/ernie-5.0:output_tokens", change: =3.40/1M}]').items
        assert item.hikes[0].new_rate == Fraction("3.40") / 1_000_000

    def test_a_note_is_kept(self):
        assert read("prices: [{what: any, change: +5%, note: a guess}]").items[0].note == "a guess"


class TestGrowth:
    def test_compound_linear_once_and_by_the_month(self):
        growth = read(
            "growth:\n"
            "  - {each month: +8%}\n"
            "  - {each month: +10% of today}\n"
            "  - {change: +250%, on: 2027-02-01}\n"
            "  - {by month: {2027-01: +10%, 2026-12: +40%}}\n"
        ).usage.growth
        assert [(each.shape, each.rate.mid) for each in growth[:3]] == [
            ("compound", percent("8")),
            ("linear", percent("10")),
            ("step", Fraction("2.5")),
        ]
        assert list(growth[3].table.items()) == [
            (Month(2026, 12), fixed(percent("40"))),
            (Month(2027, 1), fixed(percent("10"))),
        ]

    def test_meters_are_taken_with_their_parts(self):
        tokens, cached, one = read(
            "growth:\n"
            "  - {meters: tokens, each month: +4%}\n"
            "  - {meters: cache_read_tokens, each month: +4%}\n"
            "  - {meters: [web_searches, images], each month: +4%}\n"
        ).usage.growth
        assert {"input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens"} < (tokens.meters or set())
        assert cached.meters == {"cache_read_tokens", "cache_read_explicit_tokens", "cache_read_audio_tokens"}
        assert (one.meters, one.meter_word) == ({"web_searches", "images"}, "web_searches, images")

    def test_requests_grow_where_no_meter_is_said(self):
        assert read("growth: [{each month: +8%}]").usage.growth[0].meters is None

    # A tenth of today less each month: after 10 months nothing is left, after 11 less than nothing.
    @pytest.mark.parametrize(
        ("horizon", "span", "found"),
        [
            ("horizon: 10 months\n", "", []),
            ("horizon: 11 months\n", "", ["growth-below-nothing"]),
            ("", "", []),
            ("horizon: 24 months\n", ", on: 2027-01-01, until: 2027-11-01", []),
            ("horizon: 24 months\n", ", on: 2027-01-01, until: 2027-12-01", ["growth-below-nothing"]),
        ],
    )
    def test_a_linear_fall_ends_at_nothing(self, horizon, span, found):
        text = f"{horizon}growth: [{{each month: -10% of today{span}}}]"
        assert (codes(text) if found else read(text) and []) == found


class TestMix:
    def test_a_request_has_so_many_times_as_much_and_so_many_more(self):
        (mix,) = read(
            "mix: [{share: 20%, ramp: 4 months, meters: {image_input_tokens: +3_000 per request, input_tokens: x1.5 +2..4 per request}}]"
        ).usage.mix
        assert (mix.share, mix.span) == (fixed(Fraction(1, 5)), Span(ramp_months=4))
        assert (mix.meters["image_input_tokens"].factor, mix.meters["image_input_tokens"].more) == (ONCE, fixed(3000))
        assert mix.meters["input_tokens"].factor == fixed(Fraction(3, 2))
        assert mix.meters["input_tokens"].more == Figure(Fraction(2), Fraction(4))

    def test_either_sign_of_multiplication(self):
        (mix,) = read("mix: [{share: 20%, meters: {input_tokens: x40, output_tokens: ×40}}]").usage.mix
        assert mix.meters["input_tokens"] == mix.meters["output_tokens"]

    def test_to_nothing_is_a_factor(self):
        assert read("mix: [{share: 20%, meters: {output_tokens: x0}}]").usage.mix[0].meters[
            "output_tokens"
        ].factor == fixed(0)


class TestWhere:
    @pytest.mark.parametrize(
        ("written", "over", "up_to"),
        [
            ("<= 2000", 0, 2000), ("< 2000", 0, 1999), ("> 128K", 128_000, None), (">= 2_000", 1999, None),
            ("2000..8K", 1999, 8000), (">1.5m", 1_500_000, None), ("0..8000", 0, 8000),
        ],
    )  # fmt: skip
    def test_lengths(self, written, over, up_to):
        (change,) = read(f'efficiency: [{{output: -20%, where: {{input_tokens: "{written}"}}}}]').usage.efficiency
        assert change.where.lengths == (Length("input_tokens", over, up_to, written),)

    def test_names_take_one_glob_or_several(self):
        (change,) = read(
            "efficiency: [{output: -20%, where: {feature: [chat, search], model: qwen3-*}}]"
        ).usage.efficiency
        assert change.where.names == {"feature": ("chat", "search"), "model": ("qwen3-*",)}
        assert str(change.where) == "feature chat or search, model qwen3-*"
        assert (change.where.place.line, change.where.place.column) == (2, 36)

    def test_hours_are_of_a_zone_and_may_pass_midnight(self):
        both = read(
            "efficiency:\n"
            "  - {batch: 20%, where: {hours: 22:00-06:00 Asia/Shanghai}}\n"
            "  - {batch: 20%, where: {hours: 18:00-24:00}}\n"
        ).usage.efficiency
        night, evening = (change.where.hours for change in both)
        assert night
        assert evening
        assert (night.timezone, evening.timezone) == ("Asia/Shanghai", "UTC")
        assert [night.holds(time(hour)) for hour in (21, 22, 5, 6)] == [False, True, True, False]
        assert [evening.holds(time(hour)) for hour in (17, 18, 23, 0)] == [False, True, True, False]

    def test_nothing_said_is_all_usage(self):
        assert read("efficiency: [{output: -20%}]").usage.efficiency[0].where.is_all


MOVE = "share: 50%, quality: x"


class TestRoutes:
    @pytest.mark.parametrize(
        ("first", "second", "meets"),
        [
            ("{model: a, feature: chat}", "{feature: [CHAT], model: a}", True),
            ("{input_tokens: '<= 2000'}", "{input_tokens: '< 2001'}", True),
            ("{feature: chat}", "{feature: search}", False),
            ("{input_tokens: '<= 2000'}", "{output_tokens: '<= 2000'}", False),
        ],
    )
    def test_two_moves_of_the_same_usage(self, first, second, meets):
        text = f"moves:\n  - {{where: {first}, to: p/b, {MOVE}}}\n  - {{where: {second}, to: p/c, {MOVE}}}\n"
        assert (codes(text) if meets else read(text) and []) == ["overlapping-moves"] * meets

    @pytest.mark.parametrize(("until", "meets"), [("2027-03-01", False), ("2027-03-02", True)])
    def test_one_after_the_other_they_do_not_meet(self, until, meets):
        text = f"moves:\n  - {{to: p/b, until: {until}, {MOVE}}}\n  - {{to: p/c, on: 2027-03-01, {MOVE}}}\n"
        assert (codes(text) if meets else read(text) and []) == ["overlapping-moves"] * meets

    @pytest.mark.parametrize(
        ("there", "back", "circle"),
        [
            ("where: {model: a}, to: p/b", "where: {model: b}, to: p/a", True),
            ("where: {model: 'p/a*'}, to: p/b", "where: {provider: p, model: B}, to: p/a2", True),
            ("where: {provider: q, model: a}, to: p/b", "where: {model: b}, to: p/a", False),  # p's a is not q's
            ("where: {model: a, feature: chat}, to: p/b", "where: {model: b, feature: search}, to: p/a", False),
            ("where: {model: a, feature: 'c*'}, to: p/b", "where: {model: b, feature: chat}, to: p/a", True),
            ("where: {model: a}, to: p/b, until: 2027-03-01", "where: {model: b}, to: p/a, on: 2027-03-01", False),
            ("where: {model: a}, to: p/b", "where: {model: b}, to: p/c", False),
            (
                "where: {model: '*'}, to: p/b",
                "where: {feature: chat}, to: p/c",
                False,
            ),  # names no model: all but itself
        ],
    )
    def test_there_and_back(self, there, back, circle):
        text = f"moves:\n  - {{{there}, {MOVE}}}\n  - {{{back}, {MOVE}}}\n"
        assert (codes(text) if circle else read(text) and []) == ["circular-moves"] * circle

    def test_a_family_that_moves_to_one_of_its_own_is_no_circle(self):
        assert read(f"moves: [{{where: {{model: qwen*}}, to: alibaba/qwen-flash, {MOVE}}}]")

    def test_two_circles_are_two_problems(self):
        edges = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
        lines = [f"  - {{where: {{model: {one}}}, to: p/{other}, {MOVE}}}\n" for one, other in edges]
        assert codes(f"moves:\n{''.join(lines)}") == ["circular-moves"] * 2


class TestBusiness:
    def test_fees_changes_of_own_prices_and_other_costs(self):
        business = read(
            "revenue:\n"
            "  - {per: request, amount: 0.0120 USD}\n"
            "  - {per: seat and month, seats: 1_200, amount: 20}\n"
            "  - {change: +5%, on: 2027-01-01, customers_lost: 2%}\n"
            "other_costs: [{per: month, amount: 6_000 USD, note: hosting}]\n"
        ).business
        assert [(fee.per, fee.amount, fee.seats) for fee in business.revenue] == [
            ("request", Money(Fraction("0.012"), "USD"), 1),
            ("seat and month", Money(Fraction(20), ""), 1200),
        ]
        (change,) = business.own_prices
        assert (change.change, change.lost, change.span) == (
            fixed(percent("5")),
            fixed(percent("2")),
            Span(date(2027, 1, 1)),
        )
        assert (business.other_costs[0].note, business.other_costs[0].amount.amount) == ("hosting", 6000)

    def test_exchange_rates_by_the_month_are_in_their_order(self):
        fx = read("currency: USD\nfx: {CNY: {2027-03: 0.16, 2026-12: 0.15}, EUR: 1.1}\n").fx
        assert fx == {
            "CNY": {Month(2026, 12): Fraction("0.15"), Month(2027, 3): Fraction("0.16")},
            "EUR": Fraction("1.1"),
        }
        assert list(fx["CNY"]) == [Month(2026, 12), Month(2027, 3)]


def test_a_scenario_that_changes_usage_is_not_only_prices():
    assert read("prices: [{what: any, change: +5%}]").is_only_prices
    assert not read("growth: [{each month: +5%}]").is_only_prices
    assert not read("currency: USD\nfx: {CNY: 0.15}").is_only_prices


def test_a_distribution_is_of_the_ranges_of_its_entry():
    (move,) = read("moves: [{share: 20..40%, tokens: x1.1, to: p/b, quality: x, distribution: uniform}]").usage.moves
    assert (move.share.distribution, move.tokens.distribution) == ("uniform", "")
    assert codes("moves: [{share: 20%, to: p/b, quality: 1..2, distribution: uniform}]") == [
        "distribution-without-range"
    ]


ODD = ["", "{}", "[]", "[1]", "{a: b}", "-1", "0", "1e9", "5..", "..", "%", "x", "x1..", "99999999999999999999%", "٣%", "2027-02-29", "'*'", "1_000_", ">= K"]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stands_at_a_value_is_read_or_refused_with_its_place(odd):
    """Each value of the file with every form, one after the other, with something odd in its place."""
    for match in re.finditer(r"(?<=: )[^\s{}\[\],][^{}\[\],\n]*", EVERYTHING):
        found = problems(EVERYTHING[: match.start()] + odd + EVERYTHING[match.end() :])
        assert all(problem.place and problem.place.line and problem.place.column for problem in found)
        assert len(set(found)) == len(found)  # nothing is said twice


def problems(text: str) -> Sequence[Problem]:
    try:
        parse_scenario(text, "odd.yaml", EVENTS)
    except CostcalcError as error:
        return error.problems
    return ()


def test_months_need_no_unit_and_a_month_begins_on_its_first_day():
    scenario = read("horizon: 12\nprices: [{what: any, change: 10%, on: 2027-01}]\ngrowth: [{change: 5%, ramp: 3}]")
    (hike,) = scenario.items[0].hikes
    assert (scenario.horizon, hike.from_day, scenario.usage.growth[0].span.ramp_months) == (12, date(2027, 1, 1), 3)


def test_until_a_month_is_refused_for_two_things_can_be_meant():
    with pytest.raises(CostcalcError, match='"2027-03" is not a date'):
        read("growth: [{change: 5%, until: 2027-03}]")
