"""What others say of the same day: every current price that they share with us agrees, or the reason is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.importers.builder import Imported, Origin
from costcalc.pricebook.importers.decided import read_decided
from costcalc.pricebook.importers.sources import data_installed, read_source
from costcalc.pricebook.importers.survey import Subject, Survey
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import Rate

DAY = date(2026, 11, 30)
KNOWN = read_decided(shipped_folder())
AGREED_OR_EXPLAINED = 0.99
EXPLAINED_AT_MOST = 0.08
# The versions that the differences were decided with; with all of them at hand nothing is left to decide.
VERSIONS = {
    "genai-prices 0.2.3", "litellm 1.110.2", "metergraph-core 0.7.4", "model-prices 0.0.5",
    "openai-cost-calculator 1.3.0", "rates 1.1.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def survey() -> Survey:
    """Our books beside all that is installed; none of it is imported but genai-prices."""
    books = load_pricebook()
    others = [read_source(name, file, DAY, None, (), books) for name, file in data_installed()]
    if not others:
        pytest.skip("no price data of others is installed")
    return Survey(books, others, DAY, KNOWN)


@pytest.fixture(scope="module")
def disputed(survey) -> Sequence[Subject]:
    return [subject for subject in survey.subjects() if subject.disputed]


def at_hand(survey: Survey) -> bool:
    return {each.origin.name for each in survey.others} >= VERSIONS


def test_current_prices_agree_with_those_of_others_or_the_reason_is_known(survey, disputed, capsys):
    left = [f"{subject.book.provider}/{subject.model} {each.figure}" for subject in disputed for each in subject.disputed if each.ours]  # fmt: skip
    explained = sum(survey.explained.values())
    every = survey.agreed + explained + len(left)
    with capsys.disabled():
        print(f"\n{every:,} prices of {', '.join(each.origin.name for each in survey.others)}: {survey.agreed / every:.1%} agree, "
              f"{explained / every:.1%} differ for a known reason {dict(survey.explained)}, {len(left)} do not agree")  # fmt: skip
    assert survey.agreed + explained >= AGREED_OR_EXPLAINED * every, "\n".join(left)
    assert explained <= EXPLAINED_AT_MOST * every
    assert not at_hand(survey) or left == []


def test_every_decision_names_its_source_and_is_looked_at_again(survey, disputed):
    assert [known for known in KNOWN if "https://" not in known.source] == []
    assert [known for known in KNOWN if known.until < datetime.now(UTC).date()] == [], "look again, or correct the book"
    named = {each.origin.name.partition(" ")[0] for each in survey.others}
    others = [known for known in KNOWN if known.data in named]
    assert not at_hand(survey) or [known for known in others if known not in survey.used] == []


def test_a_difference_is_found():
    """The check itself: our own book agrees with us, and a rate that is moved by a hundredth shows, alone."""
    shipped = load_pricebook()
    book = shipped.book("deepseek", "global")
    model = book.models["deepseek-v4-pro"]
    last = model.blocks[-1]
    rates = {**last.standard.rates, "output_tokens": Rate(Fraction("3.9996"), 1_000_000)}
    moved = replace(last, standard=replace(last.standard, rates=rates))
    for block, expected in ((last, []), (moved, ["output_tokens"])):
        alone = replace(book, models={model.name: replace(model, blocks=(block,))})
        check = Survey(shipped, [Imported(Origin("somebody 1", "https://example.com", DAY), (alone,))], DAY)
        found = [each for subject in check.subjects(["deepseek"]) for each in subject.disputed]
        assert check.agreed + len(found) == 6
        assert [each.figure[2] for each in found] == expected
