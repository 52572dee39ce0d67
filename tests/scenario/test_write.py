"""Writing: what is written is read back as the same scenario, whatever it says; comments stand above their entries."""

from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.calendar import Month
from costcalc.money import Money
from costcalc.pricebook.events import load_events
from costcalc.scenario.changes import LEVERS, Efficiency, Escalation, Growth, Mix, Move, Rescale, UsageChanges
from costcalc.scenario.figure import DISTRIBUTIONS, NOTHING, ONCE, Figure, Span, fixed
from costcalc.scenario.hikes import read_hike
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange
from costcalc.scenario.read import parse_scenario, read_scenario, shipped_scenarios
from costcalc.scenario.revenue import PER, Business, Fee, OwnPrice, SimulationOptions
from costcalc.scenario.where import Hours, Length, Where
from costcalc.scenario.write import scenario_yaml
from tests.kit import examples
from tests.scenario.everything import EVERYTHING

CUTS = [name for name, lever in LEVERS.items() if not lever.is_share]
SHARES = [name for name, lever in LEVERS.items() if lever.is_share]
EVENTS = {event.id: event for event in load_events()}
COMPUTE = EVENTS["alibaba-2026-04-compute"]


def bare(value):
    """The value without places, and without how a price change was worded: `+100%` may have been a promotion's end."""
    if isinstance(value, (tuple, list)):
        return tuple(bare(part) for part in value)
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items()}
    if not is_dataclass(value) or value == COMPUTE:
        return value
    dropped = {"place": None} | ({"written": ""} if isinstance(value, (PriceChange, Scenario)) else {})
    own = {each.name: bare(getattr(value, each.name)) for each in fields(value)}
    return replace(value, **own | {key: part for key, part in dropped.items() if key in own})


def read_back(scenario: Scenario) -> Scenario:
    return parse_scenario(scenario_yaml(scenario), "back", EVENTS)


# Figures with two decimals of a percent; text of every kind that YAML can hold.
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=8
).map(str.strip)
said = texts.filter(bool)
names = st.sampled_from(["acme", "qwen3-*", "a, b", "x: y", "#", "[z]", "- 5", "über", "null", "{}", "'", '"'])
days = st.dates(date(2026, 12, 1), date(2029, 12, 31))
months = st.builds(Month, st.integers(2026, 2029), st.integers(1, 12))
spans = st.one_of(
    st.builds(Span, st.none() | days, st.none(), st.integers(1, 120)),
    days.map(lambda day: Span(day, date(2030, 1, 1), 3)),
)


def figures(low: int, high: int, distribution: str = ""):
    """Percents between two bounds, as figures or ranges."""
    ends = st.lists(st.integers(low * 100, high * 100), min_size=2, max_size=2).map(sorted)
    return st.one_of(
        st.integers(low * 100, high * 100).map(lambda n: fixed(Fraction(n, 10_000))),
        ends.map(lambda pair: Figure(Fraction(pair[0], 10_000), Fraction(pair[1], 10_000), distribution * (pair[0] != pair[1]))),
    )  # fmt: skip


def wheres(unlike: str = ""):
    """`unlike` keeps two moves apart."""
    lengths = st.sampled_from([
        (), (Length("input_tokens", 0, 2000, "<= 2000"),), (Length("output_tokens", 128_000, None, "> 128K"),),
        (Length("input_tokens", 1999, 8000, "2000..8000"), Length("output_tokens", 9, None, ">= 10")),
    ])  # fmt: skip
    hours = st.none() | st.just(Hours(time(22), time(6), "Asia/Shanghai", "22:00-06:00 Asia/Shanghai"))
    columns = st.dictionaries(
        names.filter(lambda name: "qwen" not in name), st.lists(names, min_size=1, max_size=3).map(tuple), max_size=2
    )
    own = {"unlike": (unlike,)} if unlike else {}
    return st.builds(Where, columns.map(lambda found: found | own), lengths, hours)  # fmt: skip


@st.composite
def growths(draw):
    shape = draw(st.sampled_from(["compound", "linear", "table", "step"]))
    drawn = draw(st.sampled_from(["", *DISTRIBUTIONS]))
    rises = figures(0 if shape == "linear" else -100, 300, drawn)
    span = Span() if shape == "table" else draw(spans)
    table = draw(st.dictionaries(months, rises, min_size=1, max_size=3)) if shape == "table" else {}
    rate = draw(rises) if shape != "table" else NOTHING
    meters = draw(st.sampled_from([(None, ""), (frozenset({"web_searches"}), "web_searches")]))
    if shape in ("compound", "linear"):
        span = replace(span, ramp_months=1)
    return Growth(draw(wheres()), span, shape, rate, dict(sorted(table.items())), *meters, note=draw(texts))


rescales = st.builds(
    Rescale,
    st.sampled_from([ONCE, fixed(40), Figure(Fraction(3, 2), Fraction(2))]),
    st.sampled_from([NOTHING, fixed(3000), Figure(Fraction(1, 2), Fraction(5))]),
)
mixes = st.builds(
    Mix, wheres(), spans, figures(0, 100), note=texts,
    meters=st.dictionaries(st.sampled_from(["image_input_tokens", "output_tokens"]), rescales, min_size=1),
)  # fmt: skip
factors = st.sampled_from([ONCE, fixed(Fraction("1.08")), Figure(Fraction("0.9"), Fraction("1.1"))])
escalations = st.builds(
    Escalation, wheres(), spans, st.just("alibaba/qwen-flash"), figures(0, 100), said,
    st.just(ONCE) | figures(0, 100), factors, note=texts,
)  # fmt: skip
cuts = st.builds(Efficiency, wheres(), spans, st.sampled_from(CUTS), figures(-100, 0), quality=texts)
shares = st.builds(Efficiency, wheres(), spans, st.sampled_from(SHARES), figures(0, 100, "normal"), note=texts)


@st.composite
def moves(draw):
    return tuple(
        Move(
            draw(wheres(f"u{n}")), draw(spans), draw(figures(0, 100)), "openai/gpt-5-mini", draw(said), draw(factors),
            draw(st.sampled_from(["standard", "batch"])), draw(st.none() | st.integers(0, 9)), note=draw(texts),
        )
        for n in range(draw(st.integers(0, 3)))
    )  # fmt: skip


@st.composite
def prices(draw):
    """An event, or a hike: a rise, a fall, a range, a list price, a promotion that ends, or a rise by the month."""
    drawn, note = draw(st.sampled_from(["", "normal"])), draw(texts)
    kind = draw(st.sampled_from(["event", "rise", "range", "rate", "promotion", "monthly"]))
    if kind == "event":
        passed = draw(st.none() | figures(0, 100, drawn))
        return PriceItem(COMPUTE, (), passed, drawn if passed and passed.is_range else "", note)
    day = draw(st.none() | days)
    hike = replace(read_hike(draw(st.sampled_from(["any=0", "alibaba:tokens=0", "*/qwen*=0"]))), from_day=day)
    if kind == "rate":
        return PriceItem(None, (replace(read_hike("openai/gpt-5:output_tokens==3.40/1M"), from_day=day),), note=note)
    if kind == "promotion":
        discount = Fraction(draw(st.integers(1, 99)), 100)
        rise = 1 / (1 - discount) - 1
        return PriceItem(None, (replace(hike, low=rise, high=rise),), note=note)
    figure = draw(figures(-100, 300))
    if kind == "monthly":
        first = day or date(2026, 12, 15)
        later = [date(first.year + 1, month, 1) for month in range(1, 13)] if first.month == 12 else []
        hikes = [replace(hike, low=figure.low, high=figure.high, from_day=each) for each in (first, *later)]
        return PriceItem(None, tuple(hikes), note=note)
    own = drawn if figure.is_range else ""
    passed = draw(st.none() | figures(0, 100, own)) if figure.is_range else None
    return PriceItem(None, (replace(hike, low=figure.low, high=figure.high),), passed, own, note)


amounts = st.builds(lambda cents, code: Money(Fraction(cents, 10_000), code), st.integers(0, 10**9), st.sampled_from(["", "USD", "CNY"]))  # fmt: skip
flat_spans = spans.map(lambda span: replace(span, ramp_months=1))


@st.composite
def fees(draw):
    per = draw(st.sampled_from(PER))
    seats = draw(st.integers(1, 500)) if per == "seat and month" else 1
    return Fee(draw(wheres()), draw(flat_spans), per, draw(amounts), seats, note=draw(texts))


own_prices = st.builds(OwnPrice, wheres(), flat_spans, figures(-100, 50), figures(0, 100), note=texts)
rates = st.integers(1, 10**7).map(lambda n: Fraction(n, 10_000))
listed = st.lists
scenarios = st.builds(
    Scenario,
    said,
    listed(prices(), max_size=4).map(tuple),
    st.builds(
        UsageChanges, listed(growths(), max_size=3).map(tuple), listed(mixes, max_size=2).map(tuple),
        listed(escalations, max_size=2).map(tuple), moves(), listed(cuts | shares, max_size=3).map(tuple),
    ),
    st.builds(
        Business, listed(fees(), max_size=3).map(tuple), listed(own_prices, max_size=2).map(tuple),
        listed(fees(), max_size=2).map(tuple),
    ),
    st.dictionaries(st.sampled_from(["CNY", "EUR"]), rates | st.dictionaries(months, rates, min_size=1).map(lambda d: dict(sorted(d.items())))),
    st.just("USD"),
    st.none() | st.integers(1, 120),
    st.builds(SimulationOptions, st.sampled_from(DISTRIBUTIONS), st.dictionaries(st.just("CNY"), rates)),
    texts,
)  # fmt: skip


@examples(30)
@given(scenarios)
def test_what_is_written_is_read_back(scenario):
    assert bare(read_back(scenario)) == bare(scenario)


def test_one_seat_is_written():
    """It is what a fee has that counts none, and was left out: the file could not be read back."""
    text = "scenario: One\nother_costs:\n  - {per: seat and month, seats: 1, amount: 45 USD}\n"
    assert "seats: 1" in scenario_yaml(parse_scenario(text, "x", EVENTS))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_is_read_back(name):
    scenario = read_scenario(name, EVENTS)
    assert bare(read_back(scenario)) == bare(scenario)


def test_every_form_is_read_back_and_written_the_same_again():
    once = scenario_yaml(parse_scenario(EVERYTHING, "x", EVENTS))
    assert scenario_yaml(parse_scenario(once, "x", EVENTS)) == once
    assert bare(parse_scenario(once, "x", EVENTS)) == bare(parse_scenario(EVERYTHING, "x", EVENTS))


def test_a_comment_stands_above_its_entry_and_the_head_above_all():
    cut = Efficiency(Where(), Span(), "output", fixed(Fraction(-1, 5)))
    text = scenario_yaml(
        Scenario("A plan", usage=UsageChanges(efficiency=(cut,))), ["By hand."], lambda entry: "Saves 5 USD."
    )
    assert text == "# By hand.\nscenario: A plan\n\nefficiency:\n  # Saves 5 USD.\n  - {output: -20%}\n"


def test_a_comment_of_several_lines_stays_a_comment():
    cut = Efficiency(Where(), Span(), "batch", fixed(Fraction(1, 5)))
    plan = Scenario("A plan", usage=UsageChanges(efficiency=(cut,)))
    text = scenario_yaml(plan, above=lambda entry: f"{'word ' * 40}\nscenario: no")
    assert bare(parse_scenario(text)) == bare(plan)
    assert max(map(len, text.splitlines())) <= 118


def test_a_figure_without_end_is_cut_after_twelve_decimals():
    third = Efficiency(Where(), Span(), "batch", fixed(Fraction(1, 3)))
    assert "{batch: 33.333333333333%}" in scenario_yaml(Scenario("x", usage=UsageChanges(efficiency=(third,))))


def test_a_promotion_that_ends_is_written_as_one_where_the_rise_has_no_end():
    """1/(1 − 0.3) − 1 is 3/7: no decimal writes it."""
    ended = replace(read_hike("openai=0"), low=Fraction(3, 7), high=Fraction(3, 7))
    assert "discount_ends: 30%" in scenario_yaml(Scenario("x", (PriceItem(None, (ended,)),)))


def test_what_no_file_can_say_is_refused():
    bounded = replace(read_hike("openai=5"), until_day=date(2027, 1, 1))
    with pytest.raises(ValueError, match="cannot say"):
        scenario_yaml(Scenario("x", (PriceItem(None, (bounded,)),)))
