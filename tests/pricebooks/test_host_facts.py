"""The books of hosts against the facts they were made from: no figure lost, none invented, none moved."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from costcalc.money import exact_text
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.load import HOSTS_FOLDER, load_pricebook
from costcalc.pricebook.model import Book, Bounds, Labels, PriceBlock, Rate, Section, label_value
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import ResolvedModel, Unresolved
from costcalc.rating.cuts import cuts_for
from costcalc.rating.model import PriceKey
from costcalc.rating.quotes import Quotes
from tests.pricebooks.as_gathered import OF_A_RUN, books_as_gathered
from tests.pricebooks.test_facts import CHECKED_LATER, LATER, METERS, price_of, rates_of, read_facts, sections_of

# What the facts call a seller, where the books call it otherwise.
SELLERS = {
    "aws-bedrock": "bedrock", "azure-ai-foundry": "azure_ai", "google-vertex": "vertex_ai", "together": "together_ai",
    "fireworks": "fireworks_ai", "ibm-watsonx": "watsonx", "vercel-ai-gateway": "vercel_ai_gateway",
    "oracle-oci": "oci", "black-forest-labs": "black_forest_labs",
}  # fmt: skip
OLDER = {"alibaba", "anthropic", "baidu", "deepseek", "google", "minimax", "mistral", "moonshot", "openai", "tencent",
         "volcengine", "xai", "xiaomi", "zhipu"}  # their lists are held by test_facts.py  # fmt: skip
NOT_TAKEN = Path(__file__).with_name("not_taken.csv")
SIZED = re.compile(r"(low|medium|high|xhigh|max)/(\d+-x-\d+)/(.+)")  # a catalogue's name for images of one size
MADE = date(2026, 11, 30)  # the day of the books: what begins later is announced
CONTRADICTIONS = Path(__file__).with_name("facts_disagree.csv")
REASONS = {
    "a unit slip: a thousand searches at the price of one",
    "a unit slip: an image at the price of a token of it",
    "batch or flex dearer than standard",
    "no meter for it",
    "no price of the shorter requests in the facts",
    "no standard price of the model, or a tier without input or output",
    "said twice",
    "sources disagree on it: see facts_disagree.csv",
    "two rows of the facts disagree",
    "catalogues of the same weeks disagree",
    "corrected: the book says why",
    "the catalogue says that it is an estimate",
    "it depends on size and quality: this is the price of one of them",
}


@dataclass(frozen=True)
class Row:
    """A figure of the facts, or of a book, with its days."""

    place: tuple[str, str, str]  # provider, list, model
    figure: tuple[object, ...]
    starts: date | None
    ends: date | None

    def covers(self, first: date | None, last: date | None) -> bool:
        begins = self.starts is None or (first is not None and self.starts <= first)
        return begins and (self.ends is None or (last is not None and last <= self.ends))


def row_of(row: dict[str, str]) -> Row:
    is_cn = row["currency"] == "CNY"
    name = row["model"].lower()
    name = name.removeprefix("meta/") if row["provider"] == "meta" else name  # the seller's own name before it
    labels: Labels = ()
    if sized := SIZED.fullmatch(name):
        quality, size, name = sized.groups()
        labels = (("image_quality", quality), ("image_size", label_value(size)))
        name = name if "/" in name else f"openai/{name}"  # the same under its short name, an alias
    # A catalogue writes 200,001 for the first token of the longer requests, as others write that they are above 200,000.
    above, up_to = (int(row[f"tier_{side}_input_tokens"] or 0) for side in ("min", "max"))
    above, up_to = (length - 1 if length % 1000 == 1 else length for length in (above, up_to))
    starts, ends = (date.fromisoformat(row[key]) if row[key] else None for key in ("effective_from", "effective_to"))
    return Row(
        (
            SELLERS.get(row["provider"], row["provider"]),
            "cn" if is_cn else "global",
            name if is_cn or row["region"] == "global" else f"{row['region']}/{name}",
        ),
        (row["service_tier"], "thinking" if row["meter"] == "reasoning_output" else "", METERS[row["meter"]],
         above, up_to or None, labels, price_of(row), int(row["per_units"]), row["currency"],
         row["source_url"], row["source_date"], row["confidence"]),
        starts, ends,
    )  # fmt: skip


def told(row: dict[str, str]) -> tuple[str, ...]:
    keys = ("provider", "model", "region", "service_tier", "meter", "tier_min_input_tokens", "tier_max_input_tokens")
    return tuple(row[key] for key in (*keys, "price", "effective_from", "effective_to", "source_url", "source_date"))


@cache
def not_taken() -> dict[tuple[str, ...], str]:
    with NOT_TAKEN.open(encoding="utf-8", newline="") as file:
        return {told(row): row["reason"] for row in csv.DictReader(file)}


@cache
def facts() -> dict[tuple[str, str, str], list[Row]]:
    found: dict[tuple[str, str, str], list[Row]] = {}
    for raw in read_facts(LATER):
        if raw["provider"] not in OLDER and told(raw) not in not_taken():
            row = row_of(raw)
            found.setdefault(row.place, []).append(row)
    return found


@cache
def sellers() -> tuple[Book, ...]:
    return tuple(book for book in books_as_gathered().all_books() if book.provider in {place[0] for place in facts()})


def labelled_rates(section: Section) -> Iterator[tuple[int, int | None, Labels, str, Rate]]:
    for bounds, rates in [(Bounds(), section.rates), *((band.bounds, band.rates) for band in section.bands)]:
        for meter, rate in rates.items():
            yield bounds.input_over, bounds.input_up_to, bounds.labels, meter, rate


def spans(blocks: tuple[PriceBlock, ...]) -> Iterator[tuple[PriceBlock, date | None, date | None]]:
    for block, following in zip(blocks, (*blocks[1:], None), strict=True):
        last = following.starts - timedelta(days=1) if following and following.starts else None
        yield block, block.starts, last


def test_each_figure_of_the_facts_stands_in_the_book_of_its_seller_and_no_other_does(capsys):
    books = {(book.provider, book.region): book for book in sellers()}
    held: Counter[str] = Counter()
    found: set[Row] = set()
    for (provider, region), book in books.items():
        for name, model in book.models.items():
            rows = facts().get((provider, region, name), [])
            for block, first, last in spans(model.blocks):
                for tier, part, section in sections_of(block):
                    for above, up_to, labels, meter, rate in labelled_rates(section):
                        source = book.sources[rate.source]
                        figure = (tier, part, meter, above, up_to, labels, rate.price, rate.per_units, book.currency,
                                  source.url, source.read, source.confidence)  # fmt: skip
                        meant = [row for row in rows if row.figure == figure and row.covers(first, last)]
                        assert meant, (provider, region, name, first, figure)
                        found.update(meant)
    for place, rows in facts().items():
        lost = [row for row in rows if row not in found]
        assert not lost, (place, lost)
        held[place[0]] += len(rows)
    with capsys.disabled():
        print(
            f"\n{sum(held.values()):,} figures of {len(held)} sellers held, {len(not_taken())} of the facts not taken"
        )
    assert sum(held.values()) > 8_000


def test_what_is_known_of_no_start_says_since_when_it_is_known():
    """Nothing is said to hold before a day on which it was read, unless its source gives the day."""
    for book in sellers():
        for name, model in book.models.items():
            rows = facts()[book.provider, book.region, name]
            for block in model.blocks:
                for _, _, section in sections_of(block):
                    for _, meter, rate in rates_of(section):
                        read = book.sources[rate.source].read
                        is_dated = any(row.starts for row in rows if row.figure[9:11] == (book.sources[rate.source].url, read))  # fmt: skip
                        since = rate.observed or block.observed or block.starts
                        assert since is not None, (name, meter)
                        month = read[:7] > since.isoformat()[:7]
                        assert is_dated or not month or block.starts == date(2027, 1, 1), (name, meter, since, read)
                assert (block.status == "announced") == (bool(block.starts) and block.starts > MADE)


def test_every_row_that_was_not_taken_has_a_reason_and_is_one():
    assert set(not_taken().values()) <= REASONS
    assert not_taken().keys() <= {told(row) for row in read_facts(LATER)}


def test_a_figure_on_which_sources_disagree_was_taken_by_a_decision_alone():
    """Each stays listed; in a book stands what a run beside every catalogue decided, or a person in decided.csv."""
    with CONTRADICTIONS.open(encoding="utf-8", newline="") as file:
        listed = {(row["platform"], row["model"], row["meter"]): row for row in csv.DictReader(file)}
    given = {(row["platform"], row["model"], row["meter"]) for row in read_facts("2026-11-29/contradictions.csv")}
    assert set(listed) == given
    assert all(row["reason"] for row in listed.values())
    assert len(listed) == 329
    pricebook = load_pricebook()
    same = {place: plain for place, row in listed.items() if (plain := one_price(row["usd_per_1M"]))}
    assert len(same) == 23
    for platform, model, meter in listed:
        provider = SELLERS.get(platform, platform)
        for book in pricebook.by_provider.get(provider, ()):
            entry = book.models.get(model.lower())
            for block in entry.blocks if entry else ():
                rate = block.standard.rates.get(meter)
                is_decided = rate is not None and bool(OF_A_RUN.fullmatch(rate.source))
                assert rate is None or is_decided or rate.price == same[platform, model, meter], (
                    platform,
                    model,
                    meter,
                )


def one_price(said: str) -> Fraction | None:
    """The price of `genai-prices 3.2; litellm 3.2000000000000003`, which differ by what floating point left of them."""
    prices = [Fraction(part.split()[1]) for part in said.split("; ")]
    near = max(prices) - min(prices) <= max(prices) / 10**9
    return min(prices, key=lambda price: price.denominator) if near else None


def spot_rows() -> list[dict[str, str]]:
    """Fifty rows a seller, spread over its rows."""
    by_seller: dict[str, list[dict[str, str]]] = {}
    for row in read_facts(LATER):
        if row["provider"] not in OLDER and told(row) not in not_taken():
            by_seller.setdefault(row["provider"], []).append(row)
    return [row for rows in by_seller.values() for row in rows[:: max(len(rows) // 50, 1)][:50]]


def test_fifty_rows_a_seller_cost_what_the_facts_say():
    """As a log would ask: by name, day, tier and length, through resolution and quotes."""
    pricebook = books_as_gathered()
    quotes, compared = Quotes(pricebook), Counter[str]()
    for row in spot_rows():
        meant = row_of(row)
        provider, listed, name = meant.place
        found = pricebook.resolve(name, provider, listed)
        assert isinstance(found, ResolvedModel), row
        assert found.model == name, row
        tier, part, meter, above, _, labels, price, per, *_ = meant.figure
        (*_, last) = pricebook.model(found).blocks
        known = last.starts - timedelta(days=1) if last.withdrawn and last.starts else CHECKED_LATER
        day = meant.starts or meant.ends or known
        thinking = part == "thinking"
        key = PriceKey(provider, listed, name, tier, thinking, None, above, 0, day, labels)
        rates = quotes.quote(key).rates
        assert meter in rates, row
        assert rates[meter].listed * per == price, (row, exact_text(rates[meter].listed * per))
        compared[provider] += 1
    assert len(compared) == 45
    assert sum(compared.values()) > 1_300


def test_a_host_needs_nothing_of_the_scan_that_makers_do_not():
    """Its lengths, days and labels are those of the lists that are always read: its book can be read when it is asked for."""
    pricebook = load_pricebook()
    known, all_of_them = (cuts_for(each) for each in (pricebook, load_pricebook().at_list()))
    for book in pricebook.all_books():
        for model in book.models.values():
            for block in model.blocks:
                bounds = [band.bounds for section in block.sections() for band in section.all_bands()]
                assert {length for each in bounds for length in (each.input_over, each.input_up_to) if length} <= {*known.input_lengths}, (book.provider, model.name)  # fmt: skip
                assert {length for each in bounds for length in (each.output_over, each.output_up_to) if length} <= {*known.output_lengths}  # fmt: skip
                assert not block.schedule or book in pricebook.books
                assert not block.modifiers or book in pricebook.books
        assert book.timezone in {each.timezone for each in pricebook.books}
    assert known == all_of_them


@pytest.mark.parametrize("file", sorted((shipped_folder() / HOSTS_FOLDER).glob("*.yaml")), ids=lambda file: file.stem)
def test_a_book_of_a_host_is_named_after_it(file):
    (book,) = [each for each in load_pricebook().by_provider[file.stem.partition("-")[0]] if Path(each.file) == file]
    assert all(model.resold for model in book.models.values())


def answer(name: str, provider: str | None = None, region: str | None = None) -> str:
    found = load_pricebook().resolve(name, provider, region)
    return found.reason if isinstance(found, Unresolved) else f"{found.provider}/{found.model}"


def test_what_a_maker_resells_and_hosts_sell_with_its_maker_before_it_has_no_list_of_its_own():
    """Baidu resells Kimi K2 by its bare name; hosts write `moonshotai/kimi-k2-instruct`. A bare name says none of them."""
    reason, _, sellers = answer("kimi-k2-instruct").partition(": sold by ")
    assert reason == "the log does not say who bills it"
    assert {"baidu", "groq", "together_ai"} <= {*sellers.split(", ")}
    assert answer("kimi-k2-instruct", "baidu") == "baidu/kimi-k2-instruct"


def test_who_bills_decides_and_where_requests_stay():
    assert answer("groq/llama-3.3-70b-versatile") == "groq/llama-3.3-70b-versatile"
    assert answer("llama-3.3-70b-versatile") == "the log does not say who bills it: sold by groq"
    for maker, model in (("meta-llama", "llama-3.3-70b-instruct"), ("openai", "gpt-oss-120b")):
        books, name = load_pricebook(), f"{maker}/{model}"
        reason, _, sellers = answer(name).partition("; sold by ")
        assert (reason, len(sellers.split(", ")) > 1) == (
            f"the pricebook of {maker.partition('-')[0]} has no such model",
            True,
        )
        for seller in sellers.split(", "):
            assert {answer(name, seller), answer(model, seller)} & {f"{seller}/{name}", f"{seller}/{model}"}
        near = nearest_models(books, [name])[name]
        assert [each.partition("/")[0] for each in near] == sellers.split(", ")[:3]
        assert isinstance(books.resolve(near[0]), ResolvedModel)  # an alias that can be taken as it stands
    assert answer("meta-llama/llama-9") == "the pricebook of meta has no such model"
    assert answer("us.anthropic.claude-sonnet-4-6") == "bedrock/us.anthropic.claude-sonnet-4-6"
    assert answer("gpt-5", "azure", "data-zone") == "azure/data-zone/gpt-5"
    assert answer("gpt-5", "azure", "swedencentral") == "azure/gpt-5"
    assert answer("gemini-3.8-flash", "vertex_ai", "europe-west4") == "vertex_ai/regional/gemini-3.8-flash"
    assert answer("gemini-3.8-flash", "vertex_ai", "global") == "vertex_ai/gemini-3.8-flash"
    assert answer("publishers/google/models/gemini-3.8-flash") == "vertex_ai/gemini-3.8-flash"
    assert answer("claude-sonnet-4-6", "anthropic") == "anthropic/claude-sonnet-4-6"


def test_one_model_at_several_hosts_is_meant_by_its_makers_name():
    pricebook = load_pricebook()
    named = {
        (book.provider, name)
        for book in pricebook.all_books()
        for name, model in book.models.items()
        if "claude-sonnet-4-6" in model.names
    }
    assert {("bedrock", "us.anthropic.claude-sonnet-4-6"), ("openrouter", "anthropic/claude-sonnet-4.6"),
            ("vertex_ai", "claude-sonnet-4-6"), ("anthropic", "claude-sonnet-4-6")} <= named  # fmt: skip
