"""The catalogue of rises and cuts: every row of the facts, exactly, and nothing that a reader could misread."""

import csv
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from costcalc.meters import meters
from costcalc.pricebook.events import NOT_COUNTED, Event, load_events, parse_events
from costcalc.pricebook.load import load_pricebook
from costcalc.problems import CostcalcError
from costcalc.selectors import glob_matches
from tests.conftest import REPO_ROOT

FACTS = Path(__file__).parents[3] / "shared" / "facts"
EVENTS = {event.id: event for event in load_events()}
BOOKS = load_pricebook()

METERS = {
    "gpu_hour": "compute",
    "storage_gb_month": "storage_gb_months",
    "input": "input_tokens",
    "output": "output_tokens",
    "cached_input": "cache_read_tokens",
    "audio_input": "audio_input_tokens",
    "request": "requests",
    "egress_gb": "egress_gb",
    "subscription": "subscriptions",
    "deployment_unit_hour": "deployment_unit_hours",
}

ONE = """
events:
  rise:
    provider: acme
    scope: Everything
    meters: all
    change: 5..34%
    announced: 2026-03
    effective: 2026-04-18
    status: in_force
    sources: [a page, another]
    confidence: secondary
"""


def as_a_row(event: Event) -> dict[str, str]:
    """The event in the words of hikes.csv."""
    words = {meter: word for word, meter in METERS.items()}
    return {
        "id": event.id,
        "provider": event.provider,
        "product_scope": event.scope,
        "meter_scope": ";".join(words[name] for name in event.meters) or "all",
        "change_pct_low": "" if event.low is None else f"{float(event.low):g}",
        "change_pct_high": "" if event.high is None else f"{float(event.high):g}",
        "announced_on": event.announced,
        "effective_on": event.effective,
        "source_url": " ; ".join(event.sources),
        "confidence": event.confidence,
        "note": event.note,
    }


def test_each_of_the_78_rises_and_cuts_is_here_exactly():
    if not FACTS.is_dir():
        pytest.skip("no folder of facts beside the checkout")
    rows = []
    for name, count in (("hikes.csv", 58), ("2026-11-29/hikes.csv", 20)):
        with (FACTS / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
        assert len(rows) - (58 if count == 20 else 0) == count
    assert [as_a_row(event) for event in EVENTS.values()] == rows


@pytest.mark.parametrize(
    ("name", "low", "high", "covered"),
    [
        ("alibaba-2026-04-compute", 5, 34, "compute"),
        ("alibaba-2026-04-cpfs", 30, 30, "storage_gb_months"),
        ("baidu-2026-04-compute", 5, 30, "compute"),
        ("baidu-2026-04-pfs", 30, 30, "storage_gb_months"),
    ],
)
def test_what_18_april_2026_was(name, low, high, covered):
    event = EVENTS[name]
    assert (event.low, event.high, event.meters) == (low, high, (covered,))
    assert (event.announced, event.effective_from, event.status) == ("2026-03-18", date(2026, 4, 18), "in_force")
    raised = meters().names_of(covered)
    assert raised is not None
    assert not raised & (meters().names_of("tokens") or set())


def test_the_storage_of_april_was_the_parallel_file_system_not_the_one_in_the_book():
    for name in ("alibaba-2026-04-cpfs", "baidu-2026-04-pfs"):
        assert any(glob_matches(glob, "cpfs") for glob in EVENTS[name].models)
        assert not any(glob_matches(glob, "cfs-performance") for glob in EVENTS[name].models)


def test_no_event_of_april_18_names_a_token_meter():
    tokens = meters().names_of("tokens") or frozenset()
    of_the_day = [event for event in EVENTS.values() if event.effective == "2026-04-18"]
    assert len(of_the_day) == 4
    for event in of_the_day:
        for word in event.meters:
            assert not tokens & (meters().names_of(word) or frozenset()), event.id


def test_statuses():
    assert Counter(event.status for event in EVENTS.values()) == {"in_force": 67, "announced": 9, "superseded": 2}
    announced = {event.id for event in EVENTS.values() if event.status == "announced"}
    # Of the pledge not to raise no day was read, of gpt-5.6-sol not whether its promotion ended; the others lie ahead.
    assert announced == {
        "jdcloud-2026-03-pledge",
        "google-2026-12-argon",
        "google-2027-01-flash3.6",
        "google-2027-01-flash3.7",
        "google-2027-01-flash3.8",
        "google-2026-12-carbon",
        "openai-2026-11-sol-promo",
        "tencent-2026-11-hy4",
        "tencent-2026-12-hy4flash",
    }
    assert all(event.status_note for event in EVENTS.values() if event.status == "superseded")


def test_what_is_announced_of_a_list_price_stands_in_the_book_from_its_day():
    for name in (
        "google-2026-12-argon",
        "google-2026-12-carbon",
        "google-2027-01-flash3.6",
        "tencent-2026-11-hy4",
        "tencent-2026-12-hy4flash",
    ):
        event = EVENTS[name]
        day = event.effective_from
        assert day is not None
        region = {"google": "global", "tencent": "cn"}[event.provider]
        model = BOOKS.book(event.provider, region).models[event.models[0]]
        before, after = model.blocks[-2:]
        assert (after.starts, after.status) == (day, "announced")
        for meter in event.meters:
            rise = after.standard.rates[meter].price / before.standard.rates[meter].price - 1
            assert rise * 100 == event.low == event.high


def test_the_models_of_an_event_are_in_the_books():
    resold = {"deepseek-v4-flash-0731"}  # Alibaba resells it; no row gives its price
    for event in EVENTS.values():
        names = {name for book in BOOKS.books if book.provider == event.provider for name in book.models}
        for glob in event.models:
            known = any(glob_matches(glob, name) for name in names)
            assert known or glob in resold or "pfs" in glob, (event.id, glob)


def test_a_day_is_a_day_only_where_one_is_stated():
    assert EVENTS["market-cn-h100-2026"].effective == "2026"
    assert EVENTS["zhipu-2026-09-coding-plan"].effective == "2026-09"
    for name in ("market-cn-h100-2026", "zhipu-2026-09-coding-plan", "jdcloud-2026-03-pledge"):
        assert EVENTS[name].effective_from is None


def test_what_no_usage_counts_is_said():
    idle = {event.id for event in EVENTS.values() if not event.is_counted}
    assert idle == {
        "google-cloud-2026-05-network",
        "zhipu-2026-02-coding-plan",
        "zhipu-2026-09-coding-plan",
        "alibaba-2026-05-bailian-mu",
    }
    assert not set(NOT_COUNTED) & set(meters().by_name)


def test_an_open_range_and_none_at_all():
    assert (EVENTS["zhipu-2026-02-coding-plan"].low, EVENTS["zhipu-2026-02-coding-plan"].high) == (30, None)
    assert (EVENTS["alibaba-2026-04-dataworks"].low, EVENTS["alibaba-2026-04-dataworks"].high) == (None, None)
    (event,) = parse_events(ONE.replace("5..34%", "-9.4..-0.5%"))
    assert (event.low, event.high) == (Fraction("-9.4"), Fraction("-0.5"))


def test_an_event_knows_where_it_stands():
    (event,) = parse_events(ONE, "events.yaml")
    assert str(event.place) == "events.yaml:3:3"
    assert (event.meters, event.is_counted, event.sources) == ((), True, ("a page", "another"))


def test_events_of_the_user_are_added_and_win_by_name(tmp_path):
    (tmp_path / "events.yaml").write_text(
        ONE + ONE.replace("\nevents:", "").replace("  rise:", "  baidu-2026-04-pfs:"), encoding="utf-8"
    )
    found = {event.id: event for event in load_events([tmp_path])}
    assert len(found) == len(EVENTS) + 1
    assert found["baidu-2026-04-pfs"].provider == "acme"
    # A folder with events alone is no folder of pricebooks, and no wrong one.
    assert load_pricebook([tmp_path, tmp_path / "events.yaml"]).provider_named("acme") is None
    assert load_events([REPO_ROOT / "pricebooks" / "openai.yaml"]) == tuple(EVENTS.values())


def test_every_problem_of_a_file_comes_together(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(
        """checked: yesterday
events:
  one:
    provider: acme
    scope: s
    meters: [tokns, egress_gb]
    change: 34
    announced: 2026-3
    effective: 2026-04-31
    status: inforce
    sources: [s]
    confidence: sure
    by: 34
  two: {provider: acme, scope: s, meters: all, change: 34..5%, status: announced, sources: s}
""",
        encoding="utf-8",
    )
    with pytest.raises(CostcalcError) as error:
        load_events([path])
    places = [
        (problem.place.line, problem.place.column, problem.code) for problem in error.value.problems if problem.place
    ]
    assert places == [
        (1, 10, "bad-date"),
        (6, 14, "unknown-meter"),
        (7, 13, "bad-change"),
        (8, 16, "bad-date"),
        (9, 16, "bad-date"),
        (10, 13, "unknown-status"),
        (12, 17, "unknown-confidence"),
        (13, 5, "unknown-key"),
        (14, 3, "missing-key"),
        (14, 56, "bad-change"),
    ]
    nearest = {problem.code: problem.nearest for problem in error.value.problems}
    assert nearest["unknown-status"] == ("in_force",)
    assert nearest["unknown-meter"][0] == "tokens"
