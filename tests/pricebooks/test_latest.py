"""NAME-latest is the newest snapshot of NAME, where NAME says its version and the book has it."""

from __future__ import annotations

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.unpriced import PriceHints

BOOKS = load_pricebook()


@pytest.mark.parametrize(
    ("name", "meant", "how"),
    [
        ("claude-sonnet-4-5-latest", "anthropic/claude-sonnet-4-5", "latest"),
        ("anthropic/claude-sonnet-4-5-latest", "anthropic/claude-sonnet-4-5", "latest"),
        ("claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku", "alias"),
        ("qwen-plus-latest", "alibaba/qwen-plus-latest", "exact"),
        ("mistral-medium-latest", "mistral/mistral-medium-latest", "exact"),
    ],
)
def test_a_version_has_a_newest_snapshot(name, meant, how):
    found = BOOKS.resolve(name)
    assert isinstance(found, ResolvedModel)
    assert found.how == how
    assert f"{found.provider}/{found.model}" == meant


@pytest.mark.parametrize("name", ["qwen-max-0-latest", "claude-sonnet-4-5-newest", "claude-latest", "-latest"])
def test_no_other_name_is_taken_for_one(name):
    assert not isinstance(BOOKS.resolve(name), ResolvedModel)


@pytest.mark.parametrize(
    ("name", "first"),
    [("openai.gpt-5-mini", "openai/gpt-5-mini"), ("gpt-4o-mini-0718", "openai/gpt-4o-mini")],
)
def test_the_alias_that_is_offered_is_the_model_of_that_name(name, first):
    """Bedrock bills openai.gpt-5-mini and has no price for it: its maker's is offered, never taken."""
    assert PriceHints(BOOKS).near([("", name)])["", name][0] == first
