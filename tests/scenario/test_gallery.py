"""The scenarios that ship: each is read, cites its sources, names models that the books know, and runs."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.events import load_events
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.resolve import Pricebook
from costcalc.scenario.items import Scenario
from costcalc.scenario.read import read_scenario, shipped_scenarios, shipped_text
from costcalc.selectors import glob_matches

EVENTS = {event.id: event for event in load_events()}
NAMES = ["all-at-once", "april-2026", "efficiency", "hybrid", "multimodal", "subsidies-end"]


@pytest.fixture(scope="module")
def books() -> Pricebook:
    return load_pricebook()


def scenario(name: str) -> Scenario:
    return read_scenario(name, EVENTS)


def test_these_ship():
    assert shipped_scenarios() == NAMES
    assert [scenario(name).written for name in NAMES] == NAMES
    assert all(scenario(name).name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_where_its_figures_are_from_or_that_they_are_assumed(name):
    text = shipped_text(name)
    assert text.startswith("# ")
    assert "https://" in text or "event" in text or "assumption" in text


@pytest.mark.parametrize("name", NAMES)
def test_each_chooses_by_what_every_log_has(name):
    """No column of somebody's log, and no day on which usage changes: they hold for logs of any time."""
    for change in scenario(name).usage.all():
        assert set(change.where.names) <= {"provider", "model"}
        assert change.span.days() == []


@pytest.mark.parametrize("name", NAMES)
def test_each_glob_and_each_target_means_a_model_of_the_books(name, books):
    known = {model for book in books.books for model in book.models} | {
        f"{book.provider}/{model}" for book in books.books for model in book.models
    }
    for change in scenario(name).usage.all():
        for glob in change.where.names.get("model", ()):
            assert any(glob_matches(glob, model) for model in known), glob
    assert {move.to for move in scenario(name).usage.moves} <= known


@pytest.mark.parametrize("name", NAMES)
def test_each_runs_on_the_example(name, run_costcalc):
    run = run_costcalc("project", "examples/usage.csv", "--scenario", name, "--months", "12", "--revenue", "24000")
    assert (run.code, run.err) == (0, "")


def test_the_ends_of_introductory_prices_are_the_prices_before_them(books):
    """5 and 30 USD before, 4 and 20 since: 4 × 1.25 = 5 and 20 × 1.5 = 30; 2/10 in place of 3/15 is 1.5 times."""
    hikes = [hike for item in scenario("subsidies-end").items for hike in item.hikes]
    rises = {str(hike.selector): hike.low for hike in hikes}
    assert rises == {
        "openai/gpt-5.6-sol:input_tokens": Fraction(1, 4),
        "openai/gpt-5.6-sol:output_tokens": Fraction(1, 2),
        "anthropic/claude-sonnet-5": Fraction(1, 2),
    }
    (book,) = [book for book in books.books if book.provider == "openai"]
    blocks = {block.starts: block.standard for block in book.models["gpt-5.6-sol"].blocks}
    before, since = blocks[date(2026, 7, 9)].bands[0].rates, blocks[date(2026, 8, 21)].bands[0].rates
    assert {"cache_read_tokens", "cache_write_tokens"} <= set(since)
    for meter, rate in since.items():
        (rise,) = [h.low for h in hikes if h.selector.provider == "openai" and h.selector.covers(meter)]
        assert rate.price * (1 + rise) == before[meter].price


def test_all_at_once_joins_the_others():
    joined = scenario("all-at-once")
    assert joined.horizon == 12
    for name in ("multimodal", "hybrid", "efficiency"):
        for change in scenario(name).usage.all():
            mine = [each for each in joined.usage.all() if type(each) is type(change)]
            assert any(_alike(change, each) for each in mine)
    hikes = {hike.written for item in joined.items for hike in item.hikes}
    assert hikes == {hike.written for item in scenario("subsidies-end").items for hike in item.hikes}


def _alike(one, other) -> bool:
    skipped = {"place", "where", "note"}
    names = [name for name in one.__slots__ if name not in skipped]
    same_where = (one.where.names, one.where.lengths) == (other.where.names, other.where.lengths)
    return same_where and all(getattr(one, name) == getattr(other, name) for name in names)
