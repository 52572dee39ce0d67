"""The shipped books against the facts they were made from: no figure lost, none invented, none moved."""

from __future__ import annotations

import csv
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from costcalc.pricebook.load import load_fx
from costcalc.pricebook.model import Book, Model, PriceBlock, Rate, Section, Source
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.model import PriceKey
from costcalc.rating.quotes import Quotes
from tests.pricebooks.as_gathered import books_as_gathered

FACTS = Path(__file__).parents[3] / "shared" / "facts"
CHECKED = date(2026, 11, 24)
LATER = "2026-11-29/prices.csv"  # gathered five days after the others
CHECKED_LATER = date(2026, 11, 29)

METERS = {
    "input": "input_tokens",
    "cached_input": "cache_read_tokens",
    "cached_input_explicit": "cache_read_explicit_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_5m": "cache_write_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "audio_input": "audio_input_tokens",
    "image_input": "image_input_tokens",
    "video_input": "video_input_tokens",
    "cached_audio_input": "cache_read_audio_tokens",
    "image_output": "image_output_tokens",
    "image": "images",
    "audio_second": "audio_seconds",
    "video_second": "video_seconds",
    "output_second": "video_seconds",
    "video": "videos",
    "page": "pages",
    "character": "characters",
    "output": "output_tokens",
    "reasoning_output": "output_tokens",
    "audio_output": "audio_output_tokens",
    "cache_storage": "cache_storage_token_hours",
    "request": "requests",
    "web_search": "web_searches",
    "gpu_hour": "gpu_hours",
    "instance_hour": "instance_hours",
    "instance_month": "instance_months",
    "storage_gb_month": "storage_gb_months",
}
# What a product is called in the books, where the facts give a text instead of an id.
NAMES = {
    "search": "deepseek-search",
    "fetch": "deepseek-fetch",
    "ecs.gn7i-c8g1.2xlarge (1x A10)": "ecs.gn7i-c8g1.2xlarge",
    "ecs.gn8v-2x.8xlarge (2x H20)": "ecs.gn8v-2x.8xlarge",
    "Bailian dedicated deployment, light instance": "bailian-light-instance",
    "Qianfan private resource pool, compute unit": "qianfan-compute-unit",
    "CFS performance type": "cfs-performance",
    "CFS capacity type": "cfs-capacity",
}
# What a region is called in the books. A list of rented machines says in a model's note where its price holds.
REGIONS = {
    ("alibaba", "cn"): "cn-beijing",
    ("aws", "most regions"): "global",
    ("aws", "us-east-1"): "global",
    ("aws", "us-east-2"): "global",
    ("selfhosted", "in"): "global",
}
SEARCHING = {"anthropic", "google", "openai"}  # providers whose price of a web search is in the books
# How machines are sold, where that is the usual way: no service tier is named for it.
# Tencent bills a half price through its last day by itself: it is the list's price until then.
USUAL = {"offpeak", "on_demand", "market", "reserved", "capacity_block"}
# Their lists are held by test_host_facts.py.
SELLERS = {
    "antgroup", "arcee", "baichuan", "black_forest_labs", "cohere", "deepgram", "elevenlabs", "jina", "meta",
    "perplexity", "runwayml", "sensenova", "soniox", "stepfun", "taichu", "voyage", "zeroone",
}  # fmt: skip
# Without one of these a list prices nothing: a cache or audio price alone is not yet a service tier.
MAIN = {
    "input_tokens",
    "output_tokens",
    "instance_hours",
    "instance_months",
    "gpu_hours",
    "storage_gb_months",
    "requests",
}
# Providers that quote lengths half-open: "below 200K" against "200K or more".
HALF_OPEN = {"zhipu", "xai"}
# Days that schedules.csv corrects: changes came at Beijing midnights, and prices.csv gives the UTC day for them.
# The 2025 discount began at 2025-02-26T16:30Z, which is 27 February in Beijing.
BEIJING_DAYS = {
    ("cn", "offpeak", "2025-02-26"): "2025-02-27",
    ("global", "offpeak", "2025-02-26"): "2025-02-27",
    ("global", "standard", "2025-09-05"): "2025-09-06",
    ("global", "standard", "2025-09-04"): "2025-09-05",
    ("global", "offpeak", "2025-09-04"): "2025-09-05",
    ("global", "standard", "2026-08-15"): "2026-08-16",
    ("global", "standard", "2026-08-16"): "2026-08-17",
    ("global", "offpeak", "2026-08-16"): "2026-08-17",
}

# Older than the catalogue that was read: the first day on which it showed them is no start.
OLDER_THAN_SEEN = {
    *(("openai", name) for name in ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "o1", "o3-mini", "o4-mini")),
    *(("anthropic", name) for name in ("claude-3-5-haiku", "claude-opus-4", "claude-sonnet-4")),
}
# Taken offline that day, by the row alibaba-2026-10-retire of the later rises and cuts: it has no price for them.
RETIRED = {
    ("alibaba", name): date(2026, 10, 10)
    for name in ("qwen-turbo", "qwen-vl-max", "qwen-vl-plus", "qwq-plus", "qvq-max")
}
# The later facts have no day for it; genai-prices 0.2.3 says when the price page first listed it.
FIRST_LISTED = {("mistral", "mistral-large-4"): date(2026, 10, 29)}
# Batch cache hits of gemini-4-argon: the later facts say the same figure with its days.
SAID_MORE_EXACTLY = {("google", "gemini-4-argon", "batch", "cached_input")}

Figure = tuple[object, ...]
Band = tuple[int, int | None, int, int | None]  # input above, up to; output above, up to


@dataclass(frozen=True)
class Fact:
    """One row of the facts in the words of the books."""

    provider: str
    region: str
    model: str
    tier: str
    part: str  # "", thinking or off_peak
    meter: str
    band: Band
    price: Fraction
    per_units: int
    currency: str
    starts: date | None
    ends: date | None  # inclusive
    url: str
    read: str
    confidence: str
    is_cut: bool = False  # its end is not its own: see `ended`

    @property
    def seen(self) -> date:
        return self.seen_by(CHECKED)

    def seen_by(self, checked: date) -> date:
        """The day on which the figure is known to hold: a month counts as its last day, never after its end."""
        if not self.read:
            return checked
        year, month, day = (*(int(part) for part in self.read.split("-")), 0, 0)[:3]
        month = month or 12
        read = date(year, month, day or monthrange(year, month)[1])
        return min(day for day in (read, checked, None if self.is_cut else self.ends) if day)

    @property
    def figure(self) -> Figure:
        return (self.tier, self.part, self.band, self.meter, self.price, self.per_units,
                self.url, self.read, self.confidence)  # fmt: skip


def read_facts(name: str) -> list[dict[str, str]]:
    if not FACTS.is_dir():
        pytest.skip("no folder of facts beside the checkout")
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def price_in_the_list(row: dict[str, str]) -> tuple[str, ...]:
    """What a price is for, whatever the output's length."""
    keys = ("provider", "model", "region", "service_tier", "meter", "tier_max_input_tokens")
    return (*(row[key] for key in keys), row["tier_min_input_tokens"] or "0")


def superseded_rows() -> list[dict[str, str]]:
    """The rows of prices.csv that prices_output_tiered.csv says more exactly, by output length too."""
    exact = {price_in_the_list(row) for row in read_facts("prices_output_tiered.csv")}
    return [row for row in read_facts("prices.csv") if price_in_the_list(row) in exact]


@pytest.fixture(scope="module")
def facts() -> dict[tuple[str, str, str], list[Fact]]:
    """The rows by provider, region and model of the book that must hold them."""
    found: dict[tuple[str, str, str], list[Fact]] = {}
    gone = superseded_rows()
    rows = [row for row in read_facts("prices.csv") if row not in gone and said_here(row) not in SAID_MORE_EXACTLY]
    for row in (*rows, *read_facts("prices_output_tiered.csv"), *read_facts("compute_storage_prices.csv")):
        fact = ended(fact_of(row))
        if (fact.provider, fact.model) in OLDER_THAN_SEEN and fact.read == f"{fact.starts}":
            fact = replace(fact, starts=None)
        if fact.starts and fact.ends and fact.ends < fact.starts:
            continue  # from a day on which another model is billed already
        found.setdefault((fact.provider, fact.region, fact.model), []).append(fact)
    for row in read_facts(LATER):
        # Of the newer facts the books hold the searches, for the models that they know.
        if row["meter"] == "web_search" and row["provider"] in SEARCHING and known_model(row):
            fact = fact_of(row)
            if (place := (fact.provider, fact.region, fact.model)) in found:
                found[place].append(ended(fact))
    return found


def said_here(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["provider"], row["model"], row["service_tier"], row["meter"]


def known_model(row: dict[str, str]) -> bool:
    """Whether the books have the model on that very list."""
    region = REGIONS.get((row["provider"], row["region"]), row["region"])
    if not any(book.provider == row["provider"] for book in books().books):
        return False
    found = books().resolve(row["model"], row["provider"], region)
    return isinstance(found, ResolvedModel) and (found.provider, found.region) == (row["provider"], region)


@cache
def later_facts() -> dict[tuple[str, str, str], list[Fact]]:
    """The rows gathered later, of the models and meters that the books know, by provider, region and model."""
    found: dict[tuple[str, str, str], list[Fact]] = {}
    for row in read_facts(LATER):
        if row["meter"] in METERS and row["meter"] != "web_search" and known_model(row):
            fact = fact_of(row)
            if day := FIRST_LISTED.get((fact.provider, fact.model)):
                fact = replace(fact, starts=day)
            found.setdefault((fact.provider, fact.region, fact.model), []).append(fact)
    return found


@cache
def later_urls() -> frozenset[str]:
    """The addresses that the later facts alone name, for other things than searches."""
    rows = [row for row in read_facts(LATER) if row["meter"] != "web_search"]
    older = ("prices.csv", "prices_output_tiered.csv", "compute_storage_prices.csv")
    return frozenset(row["source_url"] for row in rows) - {
        row["source_url"] for name in older for row in read_facts(name)
    }


def ended(fact: Fact) -> Fact:
    """The fact with the end that the later facts give it: another price of the same, or another model that is billed."""
    redirects = books().book(fact.provider, fact.region).models[fact.model].redirects
    end = min(redirects, default=RETIRED.get((fact.provider, fact.model)))
    if end and (last := end - timedelta(days=1)) and (not fact.ends or fact.ends > last):
        return replace(fact, ends=last, is_cut=True)
    what = (fact.tier, fact.part, fact.meter)
    follow = [
        later.starts
        for later in later_facts().get((fact.provider, fact.region, fact.model), ())
        if (later.tier, later.part, later.meter) == what
        and later.starts and later.price != fact.price and later.starts > (fact.starts or date.min)
    ]  # fmt: skip
    return replace(fact, ends=min(follow) - timedelta(days=1), is_cut=True) if follow and not fact.ends else fact


def fact_of(row: dict[str, str]) -> Fact:
    provider, tier = row["provider"], row["service_tier"]
    region = REGIONS.get((provider, row["region"]), row["region"])
    name = NAMES.get(row["model"], row["model"])
    resolved = books().resolve(name, provider, region)
    assert isinstance(resolved, ResolvedModel), row
    assert resolved.region == region, row
    if region != row["region"] and provider == "aws":
        assert row["region"] in books().book(provider, region).models[resolved.model].note
    days = [row[key] for key in ("effective_from", "effective_to")]
    if provider == "deepseek":
        days = [BEIJING_DAYS.get((region, tier, day), day) for day in days]
    starts, ends = (date.fromisoformat(day) if day else None for day in days)
    return Fact(
        provider, region, resolved.model,
        "standard" if tier in USUAL or (provider, tier) == ("tencent", "promo") else tier,
        "off_peak" if tier == "offpeak" else "thinking" if row["meter"] == "reasoning_output" else "",
        METERS[row["meter"]],
        band_of(row),
        price_of(row), int(row["per_units"]), row["currency"],
        starts, ends, row["source_url"], row["source_date"], row["confidence"],
    )  # fmt: skip


def price_of(row: dict[str, str]) -> Fraction:
    """The price of a row without what a computation in floating point left: 0.16000000000000003 is 0.16."""
    written = Decimal(row["price"])
    short = Context(prec=12).plus(written).normalize()
    return Fraction(short if len(short.as_tuple().digits) <= 9 else written)


def band_of(row: dict[str, str]) -> Band:
    """The row's lengths as the books keep them: strictly above, up to and including."""
    above, up_to = int(row["tier_min_input_tokens"] or 0), int(row["tier_max_input_tokens"] or 0) or None
    if row["provider"] in HALF_OPEN:
        above, up_to = max(above - 1, 0), up_to - 1 if up_to else None
    written = [int(row.get(key) or 0) for key in ("tier_min_output_tokens", "tier_max_output_tokens")]
    return above, up_to, written[0], written[1] or None


@cache
def books():
    return books_as_gathered()


@cache
def books_quotes():
    return Quotes(books())


def was_read_later(source: Source) -> bool:
    """Whether it stands in facts that were gathered after these: see the tests of their own."""
    return source.url in later_urls()


def applying(model: Model) -> list[tuple[PriceBlock, date | None, date | None]]:
    """The blocks that can apply, each with its first and last day."""
    blocks = [block for block in model.blocks if block.status != "cancelled"]
    nexts = [*(block.starts for block in blocks[1:]), min(model.redirects, default=None)][: len(blocks)]
    return [
        (block, block.starts, following - timedelta(days=1) if following else None)
        for block, following in zip(blocks, nexts, strict=True)
    ]


def figures_of(block: PriceBlock, book: Book) -> Iterator[Figure]:
    """Every figure of a block, a share of standard written out."""
    for tier, section in [("standard", block.standard), *block.service_tiers.items()]:
        whole = section if section.share is None else block.standard
        share = section.share or Fraction(1)
        for part, inner in [("", whole), ("thinking", whole.thinking), ("off_peak", whole.off_peak)]:
            for band, meter, rate in rates_of(inner) if inner else ():
                assert not rate.relative
                if section.share is not None and meter == "web_searches":
                    continue  # a fee for each use is no share of itself
                source = book.sources[rate.source]
                if was_read_later(source):
                    continue
                yield (tier, part, band, meter, rate.price * share, rate.per_units,
                       source.url, source.read, source.confidence)  # fmt: skip


def rates_of(section: Section) -> Iterator[tuple[Band, str, Rate]]:
    for meter, rate in section.rates.items():
        yield (0, None, 0, None), meter, rate
    for band in section.bands:
        bounds = band.bounds
        for meter, rate in band.rates.items():
            yield (bounds.input_over, bounds.input_up_to, bounds.output_over, bounds.output_up_to), meter, rate


def sections_of(block: PriceBlock) -> Iterator[tuple[str, str, Section]]:
    """Every section of a block with its tier and its part."""
    for tier, section in [("standard", block.standard), *block.service_tiers.items()]:
        for part, inner in [("", section), ("thinking", section.thinking), ("off_peak", section.off_peak)]:
            if inner is not None:
                yield tier, part, inner


def holds_all_through(fact: Fact, first: date | None, last: date | None) -> bool:
    """Whether the fact's period covers a block's days."""
    begins = fact.starts is None or (first is not None and fact.starts <= first)
    return begins and (fact.ends is None or (last is not None and last <= fact.ends))


def expected_in(rows: list[Fact], first: date | None, last: date | None) -> list[Fact]:
    """The facts that a block of these days must hold: those of every tier that prices something then."""
    holding = [row for row in rows if holds_all_through(row, first, last)]
    tiers = {row.tier for row in holding if row.meter in MAIN}
    return [row for row in holding if row.tier in tiers]


def test_the_two_dimensional_table_replaces_nineteen_rows_that_say_less():
    gone = Counter((row["provider"], row["model"], row["meter"]) for row in superseded_rows())
    assert gone == {
        ("volcengine", "doubao-seed-1.6", "output"): 3,  # all three input bands
        ("volcengine", "doubao-seed-1.6-lite", "output"): 3,
        ("volcengine", "doubao-seed-1.8", "output"): 3,
        **{  # of Zhipu the band up to 32K only: the longer ones stand in prices.csv alone
            ("zhipu", model, meter): 1
            for model in ("glm-4.5", "glm-4.6", "glm-4.7")
            for meter in ("input", "cached_input", "output")
        },
        ("zhipu", "glm-4.5-air", "output"): 1,
    }
    assert sum(gone.values()) == 19
    # Each is repeated there as the rate of outputs over 200 tokens, or of every output.
    exact = {(*price_in_the_list(row), row["price"]) for row in read_facts("prices_output_tiered.csv")
             if not row["tier_max_output_tokens"]}  # fmt: skip
    assert {(*price_in_the_list(row), row["price"]) for row in superseded_rows()} <= exact


def test_the_books_hold_every_fact_and_no_figure_besides(facts, capsys):
    counts: Counter[str] = Counter()
    for (provider, region, name), rows in facts.items():
        book = books().book(provider, region)
        assert {row.currency for row in rows} == {book.currency}
        found: set[Fact] = set()
        for block, first, last in applying(book.models[name]):
            expected = expected_in(rows, first, last)
            if block.withdrawn:
                assert not [row for row in expected if row.tier == "standard"], (name, first)
                continue
            assert Counter(figures_of(block, book)) == Counter(row.figure for row in expected), (name, first)
            found.update(expected)
            counts["blocks"] += 1
            counts["figures in blocks"] += len(expected)
        assert found == set(rows), (provider, region, name)
        counts["fact rows"] += len(rows)
        counts["models"] += 1
    given = {name: len(read_facts(name)) for name in sorted(path.name for path in FACTS.glob("*prices*.csv"))}
    with capsys.disabled():
        print("\n" + ", ".join(f"{count:,} {what}" for what, count in [*counts.items(), *given.items()]))
    assert given == {"compute_storage_prices.csv": 57, "prices.csv": 2301, "prices_output_tiered.csv": 32}
    # One is said more exactly later, five begin when gemini-3.7-flash is billed as 3.8; 36 prices of a web search.
    assert counts["fact rows"] == 2301 - 19 - 1 - 5 + 32 + 57 + 36
    assert counts["models"] == 357
    assert len({key[0] for key in facts}) == 16  # fourteen sellers of tokens, two of machines


def test_the_books_hold_no_model_besides(facts):
    known = {(book.provider, book.region, name) for book in books().books for name in book.models}
    known = {place for place in known if place[0] not in SELLERS}
    # The first gpt-4o, of which six catalogues agree, and DALL·E, of which the page of 2023 was kept.
    added = {("openai", "global", name) for name in ("gpt-4o-2024-05-13", "dall-e-2", "dall-e-3")}
    assert known - set(facts) - set(later_facts()) <= added


def test_what_was_read_later_stands_in_the_later_facts():
    """Every figure of the later sources is a row of them, in its days, and says since when it is known."""
    compared = 0
    for book in (book for book in books().books if book.provider not in SELLERS):
        for model in book.models.values():
            rows = later_facts().get((book.provider, book.region, model.name), [])
            for block, first, last in applying(model):
                for tier, part, section in sections_of(block):
                    for band, meter, rate in rates_of(section):
                        source = book.sources[rate.source]
                        if not was_read_later(source):
                            continue
                        figure = (tier, part, band, meter, rate.price, rate.per_units,
                                  source.url, source.read, source.confidence)  # fmt: skip
                        meant = [row for row in rows if row.figure == figure and (not row.starts or first is None or row.starts <= first or section.observed == row.starts)
                                 and (not row.ends or (last is not None and last <= row.ends))]  # fmt: skip
                        assert meant, (book.provider, book.region, model.name, first, figure)
                        known = max(day for day in (first, block.observed, section.observed, rate.observed) if day)
                        assert any(row.starts or row.seen_by(CHECKED_LATER) <= known for row in meant), (
                            model.name,
                            figure,
                        )
                        compared += 1
    assert compared > 20


def test_a_change_begins_and_ends_on_its_day(facts):
    """A block begins exactly where a figure starts, and where one ends the next begins."""
    for (provider, region, name), rows in facts.items():
        model = books().book(provider, region).models[name]
        days = {block.starts for block, _, _ in applying(model)} | set(model.redirects)
        later = later_facts().get((provider, region, name), ())
        known = {row.starts for row in later} | {row.ends + timedelta(days=1) for row in later if row.ends}
        begins = {row.starts for row in rows if row.starts}
        follows = {row.ends + timedelta(days=1) for row in rows if row.ends}
        schedules = {date(2026, 8, 22), date(2026, 9, 17)} if provider == "deepseek" else set()
        assert begins | follows <= days, name
        assert days <= begins | follows | schedules | known | {None}, name


def test_an_unknown_start_says_since_when_it_is_known(facts):
    """`at least since` and `observed` are the newest sight of the main figures whose start is unknown.

    A cache or audio figure whose start is unknown says so itself, where the main figures are known earlier.
    """
    singles = 0
    for (provider, region, name), rows in facts.items():
        for block, first, last in applying(books().book(provider, region).models[name]):
            if block.withdrawn:
                continue
            known = first or block.observed
            assert known is not None
            for tier, part, section in sections_of(block):
                sources = books().book(provider, region).sources
                if (
                    all(was_read_later(sources[rate.source]) for _, _, rate in rates_of(section))
                    and section.share is None
                ):
                    continue
                own = [row for row in expected_in(rows, first, last) if (row.tier, row.part) == (tier, part)]
                unknown = [row for row in own if row.starts is None]
                main = max((row.seen for row in unknown if row.meter in MAIN), default=None)
                if first is None and (tier, part) == ("standard", ""):
                    assert block.observed == main, name
                    assert section.observed is None, name
                elif section.share is None:
                    assert section.observed == (main if main and main > known else None), (name, first, tier)
                since = max(day for day in (known, main) if day)
                late = {
                    (row.band, row.meter): row.seen for row in unknown if row.meter not in MAIN and row.seen > since
                }
                if section.share is None:
                    found = {
                        (band, meter): rate.observed
                        for band, meter, rate in rates_of(section)
                        if rate.observed and not was_read_later(sources[rate.source])
                    }
                    assert found == late, (name, first, tier, part)
                    singles += len(found)
    assert singles > 20


def test_the_cancelled_return_of_sonnet_5_has_the_figures_of_the_announcement(facts):
    cancelled = [
        (name, block.starts, {meter: rate.price for meter, rate in block.standard.rates.items()})
        for book in books().books
        for name, model in book.models.items()
        for block in model.blocks
        if block.status == "cancelled"
    ]
    assert cancelled == [("claude-sonnet-5", date(2026, 9, 1), {"input_tokens": 3, "output_tokens": 15})]
    hikes = (FACTS / "hikes.csv").read_text(encoding="utf-8")
    assert "the planned return to 3/15 on 2026-09-01 was dropped" in hikes


def test_long_requests_of_sonnet_4_and_its_us_inference_are_those_of_the_later_facts():
    rows = read_facts("2026-11-29/prices.csv")
    found = {
        (name, meter): (rate.price, book.sources[rate.source].url)
        for book in [books().book("anthropic", "global")]
        for name in ("claude-sonnet-4", "claude-sonnet-4-5")
        for (above, *_), meter, rate in rates_of(book.models[name].blocks[-1].standard)
        if above == 200_000
    }
    assert found == {
        (row["model"], METERS[row["meter"]]): (Fraction(row["price"]), row["source_url"])
        for row in rows
        if row["provider"] == "anthropic" and row["tier_min_input_tokens"] == "200000"
    }
    compared = 0
    for row in (row for row in rows if (row["provider"], row["region"]) == ("anthropic", "us")):
        resolved = books().resolve(row["model"], "anthropic", "global")
        if not isinstance(resolved, ResolvedModel):
            continue  # a model that the books do not have
        day, tier = date(2026, 11, 29), row["service_tier"]
        prices = [
            books_quotes().quote(PriceKey("anthropic", "global", resolved.model, tier, False, None, 0, 0, day, labels))
            for labels in ((), (("inference_geo", "us"),))
        ]
        if METERS[row["meter"]] not in prices[0].rates:
            assert tier in {"batch", "fast"}  # not read of that tier alone
            assert row["meter"] == "cache_write_1h"
            continue
        plain, there = (quote.rates[METERS[row["meter"]]].listed * 1_000_000 for quote in prices)
        assert there == plain * Fraction("1.1") == Fraction(row["price"]), row
        compared += 1
    assert compared > 60


def test_exchange_rates_are_the_months_of_the_facts(facts):
    rows = read_facts("fx.csv")
    by_month: dict[str, dict[str, str]] = {}
    for row in rows:
        by_month.setdefault(row["date"][:7], {})[row["basis"]] = row["rate"]
    table = load_fx().months["USD", "CNY"]
    assert {str(month) for month in table} == set(by_month)
    for month, known in table.items():
        figures = by_month[str(month)]
        basis = next(name for name in ("ecb_month_avg", "fed_month_avg") if name in figures)
        assert (known.rate, known.basis) == (Fraction(figures[basis]), basis)
        assert known.month_end is not None
        assert known.month_end[1] == Fraction(figures["ecb_month_end"])
    assert {row["date"] for row in rows if row["basis"] == "ecb_month_end"} == {
        str(known.month_end[0]) for known in table.values() if known.month_end
    }
