"""What others say of the same day: every current USD price that they share with us agrees, or the reason is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from importlib.metadata import version
from importlib.util import find_spec

import pytest

from costcalc.money import exact_text
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.importers.decided import Decision, read_decided
from costcalc.pricebook.importers.differences import beside
from costcalc.pricebook.importers.shelf import Imported, Origin
from costcalc.pricebook.importers.sources import read_source
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import NEVER_APPLIES, Model, PriceBlock, Rate
from costcalc.pricebook.resolve import Pricebook, ResolvedModel

DAY = date(2026, 11, 24)
VERSIONS = ("genai-prices 0.2.3", "litellm 1.110.2")  # the data that the differences were decided with
KNOWN = read_decided(shipped_folder())
AGREED_OR_EXPLAINED = 0.99
EXPLAINED_AT_MOST = 0.08


@dataclass(frozen=True)
class Compared:
    """One price of the day, as both lists have it, per million."""

    data: str
    model: str  # as the other list calls it
    ours: str
    tier: str
    mode: str
    meter: str
    above: int
    our_price: str
    their_price: str

    @property
    def agrees(self) -> bool:
        return self.our_price == self.their_price

    @property
    def reason(self) -> Decision | None:
        told = (self.data, [self.model], self.tier, self.meter, self.above)
        return next((known for known in KNOWN if known.covers(*told)), None)

    def __str__(self) -> str:
        where = f"{self.tier} {self.mode}".strip() + (f" above {self.above}" if self.above else "")
        return f"{self.data}: {self.model} ({self.ours}), {where}, {self.meter}: {self.our_price} here, {self.their_price} there"


def lists_of_others() -> list[Imported]:
    """Those that are installed: genai-prices, and litellm's map (which is read without importing litellm)."""
    books = load_pricebook()
    here = [name for name in ("genai-prices", "litellm") if find_spec(name.replace("-", "_"))]
    return [read_source(name, None, DAY, None, (), books) for name in here]


def compared(imported: Imported, shipped: Pricebook) -> list[Compared]:
    """Every price that both have: the same provider, list, model, tier, length and meter."""
    found = {}
    lists = {(book.provider, book.region) for book in shipped.books if book.currency == "USD"}
    for book in imported.books:
        for model in book.models.values() if (book.provider, book.region) in lists else ():
            theirs = in_force(model)
            for name in (model.name, *model.aliases) if theirs else ():
                meant = shipped.resolve(name, book.provider, book.region)
                if isinstance(meant, ResolvedModel) and (meant.provider, meant.region) in lists:
                    ours = shipped.block_on(meant.provider, meant.region, meant.model, DAY).block
                    for each in beside(ours, theirs) if ours else ():
                        if each.is_own and each.ours is not None:
                            pair = Compared(
                                imported.origin.name.partition(" ")[0], f"{book.provider}/{name}", meant.model,
                                each.tier, each.mode, each.meter, each.input_over,
                                exact_text(each.ours * 10**6), exact_text(each.theirs * 10**6),
                            )  # fmt: skip
                            found.setdefault(
                                (model.name, meant.model, each.tier, each.mode, each.meter, each.input_over), pair
                            )
    return list(found.values())


def in_force(model: Model) -> PriceBlock | None:
    blocks = [
        block
        for block in model.blocks
        if (block.starts is None or block.starts <= DAY) and block.status not in NEVER_APPLIES
    ]
    return blocks[-1] if blocks and not blocks[-1].withdrawn else None


@pytest.fixture(scope="module")
def prices() -> list[Compared]:
    others = lists_of_others()
    if not others:
        pytest.skip("neither genai-prices nor litellm is installed")
    shipped = load_pricebook()
    return [each for imported in others for each in compared(imported, shipped)]


def test_current_prices_agree_with_those_of_others_or_the_reason_is_known(prices, capsys):
    agreed = [each for each in prices if each.agrees]
    explained = [each for each in prices if not each.agrees and each.reason]
    unexplained = [each for each in prices if not each.agrees and not each.reason]
    with capsys.disabled():
        counts = ", ".join(f"{data} {count}" for data, count in Counter(each.data for each in prices).items())
        print(f"\n{len(prices)} prices of {DAY} compared ({counts}): {len(agreed) / len(prices):.1%} agree, "
              f"{len(explained) / len(prices):.1%} differ for a known reason, {len(unexplained)} do not agree")  # fmt: skip
    assert len(agreed) + len(explained) >= AGREED_OR_EXPLAINED * len(prices), "\n".join(map(str, unexplained))
    assert len(explained) <= EXPLAINED_AT_MOST * len(prices)
    at_hand = listed_versions()
    assert "\n".join(str(each) for each in unexplained if each.data in at_hand) == ""


def test_every_decided_difference_is_one_and_is_looked_at_again(prices):
    assert [known for known in KNOWN if "https://" not in known.source] == []
    at_hand = listed_versions()
    used = {each.reason for each in prices if not each.agrees}
    # A decision on any data can only be judged where all of them are here; others are judged by `prices update`.
    judged = [
        known for known in KNOWN if known.data in at_hand or (known.data == "*" and len(at_hand) == len(VERSIONS))
    ]
    assert [known for known in judged if known not in used] == []
    assert [known for known in KNOWN if known.until < datetime.now(UTC).date()] == [], "look again, or correct the book"


def listed_versions() -> set[str]:
    """What is installed in the very version that the list of known differences was made with."""
    wanted = dict(entry.split() for entry in VERSIONS)
    return {name for name in wanted if find_spec(name.replace("-", "_")) and version(name) == wanted[name]}


def test_a_difference_is_found():
    """The check itself: our own book agrees with us, and a rate that is moved by a millionth shows, alone."""
    shipped = load_pricebook()
    book = shipped.book("deepseek", "global")
    model = book.models["deepseek-v4-pro"]
    others = {name: other for name, other in book.models.items() if not other.redirects}
    last = model.blocks[-1]
    rates = {**last.standard.rates, "output_tokens": Rate(Fraction("3.960001"), 1_000_000)}
    moved = replace(last, standard=replace(last.standard, rates=rates))
    for block, expected in ((last, []), (moved, [("output_tokens", "3.96", "3.960001")])):
        changed = replace(book, models={**others, model.name: replace(model, blocks=(block,))})
        pairs = compared(Imported(Origin("genai-prices 0", "", DAY), (changed,)), shipped)
        assert len(pairs) == 12
        assert [(pair.meter, pair.our_price, pair.their_price) for pair in pairs if not pair.agrees] == expected
