"""The list, stale sources, names and events."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.events import load_events
from costcalc.pricebook.load import load_pricebook
from costcalc.problems import CostcalcError
from costcalc.reports.prices.events import catalogue
from costcalc.reports.prices.listing import list_prices
from costcalc.reports.prices.naming import naming
from costcalc.reports.prices.stale import read_age, stale
from tests.prices.made import BOOKS, day_in

EVENTS = load_events()


def test_the_list_has_every_model_of_every_list():
    books = list_prices(BOOKS, day_in)
    assert [(book.provider, book.region, [model.name for model in book.models]) for book in books] == [
        ("acme", "cn", ["banded", "flat", "hourly", "moved", "search"]),
        ("acme", "intl", ["flat"]),
        ("other", "global", ["flat"]),
    ]
    assert books[0].without_price == {"gone": "no price from 2026-05-01 on: the page names it no more"}


def test_the_list_says_since_when_and_what_else_is_priced():
    acme = list_prices(BOOKS, day_in, ["acme/*l*"], "mainland")[0]
    flat = next(model for model in acme.models if model.name == "flat")
    assert flat.since == date(2026, 1, 1)
    assert flat.also == ("batch", "flex")
    assert {model.name for model in acme.models} == {"flat", "hourly"}


def test_the_day_asked_for_decides():
    (book,) = list_prices(BOOKS, lambda _: date(2025, 8, 1), ["acme-cloud"], "cn")
    flat = next(model for model in book.models if model.name == "flat")
    assert flat.prices["input_tokens"].per("input_tokens") == 10
    assert (flat.since, flat.observed) == (None, date(2025, 6, 1))


def test_stale_counts_from_the_first_day_that_a_reading_may_mean():
    report = stale(BOOKS, day_in, 40)
    ages = {(each.provider, each.region, each.model): each.age for each in report.models}
    assert ages == {("other", "global", "flat"): 61}  # 1 August to 1 October; the others were read on 1 September
    assert ("acme", "cn", "flat") in {(each.provider, each.region, each.model) for each in stale(BOOKS, day_in, 29).models}  # fmt: skip


def test_what_is_used_most_is_stale_first():
    names = [each.model for each in stale(BOOKS, day_in, 0).models]
    least = next(name for name in reversed(names) if name != names[0])
    ranked = stale(BOOKS, day_in, 0, use=lambda name: 7 if name == least else 0).models
    assert (ranked[0].model, ranked[0].use, ranked[-1].use) == (least, 7, 0)


@pytest.mark.parametrize(
    ("text", "days"), [("90d", 90), ("12w", 84), ("3m", 90), ("1y", 365), ("90", 90), ("2 weeks", 14)]
)
def test_ages(text, days):
    assert read_age(text) == days


@pytest.mark.parametrize(
    ("name", "how", "through"),
    [
        ("acme/flat", "exact", "flat"),
        ("acme/flat-latest", "alias", "flat-latest"),
        ("acme/flat-v3", "pattern", "flat-v*"),
        ("acme/flat-20260101", "date suffix", "flat"),
        ("flat", "exact", "flat"),
    ],
)
def test_a_name_says_why_it_means_its_model(name, how, through):
    report = naming(BOOKS, name, day_in)
    assert (report.found.model, report.found.how, report.through) == ("flat", how, through)
    assert report.also_billed_by[-1:] == ["other/flat"] or how != "exact"


def test_other_sellers_of_a_name_are_each_named_once_and_never_the_one_that_bills_it():
    books = load_pricebook()
    assert naming(books, "us.anthropic.claude-sonnet-4-6", day_in).also_billed_by == []
    others = naming(books, "gpt-5", day_in).also_billed_by
    assert "azure/gpt-5" in others
    assert len(others) == len({each.partition("/")[0] for each in others} - {"openai"})


def test_an_alias_of_ones_own_is_said():
    report = naming(BOOKS.with_aliases({"our-model": "acme/flat"}), "our-model", day_in)
    assert (report.own_alias, report.found.model) == ("acme/flat", "flat")


def test_a_name_that_means_nothing_has_near_names():
    with pytest.raises(CostcalcError) as error:
        naming(BOOKS, "bandd", day_in)
    assert error.value.problems[0].nearest[0] == "acme/banded"


def test_events_are_found_by_provider_day_and_meter():
    found = catalogue(EVENTS, BOOKS, providers=["alibaba"], since=date(2026, 4, 18), meter="compute").events
    assert [event.id for event in found] == ["alibaba-2026-04-compute"]
    assert found[0].high == Fraction(34)
    assert len(catalogue(EVENTS, BOOKS).events) == len(EVENTS)


def test_an_event_is_called_by_its_name_and_an_unknown_one_has_near_names():
    assert catalogue(EVENTS, BOOKS, ["@alibaba-2026-04-cpfs"]).in_full
    with pytest.raises(CostcalcError) as error:
        catalogue(EVENTS, BOOKS, ["alibaba-2026-04-compte"])
    assert error.value.problems[0].nearest[0] == "alibaba-2026-04-compute"
