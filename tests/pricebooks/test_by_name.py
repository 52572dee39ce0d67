"""Prices of single models, by name: on a day, in a tier and at a length, with the page that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from costcalc.money import exact_text
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.model import PriceKey
from costcalc.rating.quotes import Quote, Quotes

BOOKS = load_pricebook()
QUOTES = Quotes(BOOKS)
MILLION = 1_000_000


@dataclass(frozen=True)
class On:
    """What a request of a name costs per million tokens: input, cache read, output. `said`: of the source's address."""

    name: str  # provider/model, as logs have it
    day: str
    prices: tuple[str, str, str] | None  # None: no price
    said: str
    tier: str = "standard"
    above: int = 0  # the request has more input than this
    region: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.tier} {self.day}"


def resolved(name: str, region: str | None = None) -> ResolvedModel:
    provider, _, model = name.partition("/")
    found = BOOKS.resolve(model, provider, region)
    assert isinstance(found, ResolvedModel), found
    return found


def quoted(asked: On) -> Quote:
    found = resolved(asked.name, asked.region)
    day = date.fromisoformat(asked.day)
    return QUOTES.quote(
        PriceKey(found.provider, found.region, found.model, asked.tier, False, None, asked.above, 0, day)
    )


def per_million(quote: Quote, *meters: str) -> tuple[str, ...]:
    return tuple(exact_text(quote.rates[meter].listed * MILLION) if meter in quote.rates else "" for meter in meters)


FLASHES = ("gemini-3.6-flash", "gemini-3.7-flash", "gemini-3.8-flash")
DATED = "ai.google.dev/gemini-api/docs/pricing [via openai-cost-calculator 1.3.0, dated rows]"
ARGON = "TrazumAPP/Trazum/releases/tag/v2.7.9"
LONG_FLEX = "ai.google.dev/gemini-api/docs/pricing [via openai-cost-calculator 1.3.0; litellm 1.110.2 agrees]"

GOOGLE = [
    *(
        On(f"google/{name}", day, prices, said, tier)
        for name in FLASHES
        for day, tier, prices, said in (
            ("2026-12-31", "batch", ("0.375", "0.0375", "1.875"), "ai.google.dev"),
            ("2026-12-31", "flex", ("0.375", "0.0375", "1.875"), "ai.google.dev"),
            ("2026-12-31", "priority", ("1.35", "0.135", "6.75"), "ai.google.dev"),
            ("2027-01-01", "standard", ("1.5", "0.15", "7.5"), "ai.google.dev"),
            ("2027-01-01", "batch", ("0.75", "0.075", "3.75"), "ai.google.dev"),
            ("2027-01-01", "flex", ("0.75", "0.075", "3.75"), DATED),
            ("2027-01-01", "priority", ("2.7", "0.27", "13.5"), DATED),
        )
    ),
    On("google/gemini-4-argon", "2026-11-30", ("1", "0.05", "5"), ARGON, "batch"),
    On("google/gemini-4-argon", "2026-11-30", ("3.6", "0.18", "18"), "litellm 1.109.1", "priority"),
    On("google/gemini-4-argon", "2026-12-01", ("4", "0.2", "20"), "ai.google.dev"),
    On("google/gemini-4-argon", "2026-12-01", ("2", "0.1", "10"), "ai.google.dev", "batch"),
    On("google/gemini-4-argon", "2026-12-01", ("2", "0.1", "10"), ARGON, "flex"),
    On("google/gemini-4-argon", "2026-12-01", ("7.2", "0.36", "36"), ARGON, "priority"),
    On("google/gemini-4-carbon", "2026-11-30", ("2", "0.1", "10"), ARGON),
    On("google/gemini-4-carbon", "2026-12-01", ("4", "0.2", "20"), ARGON),
    On("google/gemini-3.5-flash", "2026-10-07", ("1.5", "0.15", "9"), "models.dev"),
    On("google/gemini-3.5-flash", "2026-10-08", ("0.75", "0.075", "3.75"), "ai.google.dev"),
    On("google/gemini-3.5-flash", "2026-10-08", ("0.375", "0.0375", "1.875"), "ai.google.dev", "batch"),
    On("google/gemini-3.5-flash", "2027-01-01", ("1.5", "0.15", "7.5"), "ai.google.dev"),
    On("google/gemini-2.5-pro", "2026-11-29", ("0.625", "0.125", "5"), "litellm 1.109.1", "flex"),
    On("google/gemini-2.5-pro", "2026-11-29", ("1.25", "0.25", "7.5"), LONG_FLEX, "flex", above=200_000),
    On("google/gemini-3.1-pro-preview", "2026-11-29", ("1", "0.2", "6"), "litellm 1.109.1", "flex"),
    On("google/gemini-3.1-pro-preview", "2026-11-29", ("2", "0.4", "9"), LONG_FLEX, "flex", above=200_000),
]

BILLED_AS_43 = "models.dev/commit/9b9685c297e3"  # grok-4.3's own; RouterArena pull request 172 saw the redirect
CODE = "docs.apiyi.com/en/live/2026-11/grok-code-models-offline.md"
XAI = [
    On("xai/grok-4-fast", "2026-05-14", ("0.2", "0.05", "0.5"), "models.dev"),
    *(
        On(f"xai/{name}", "2026-05-15", ("1.25", "0.2", "2.5"), BILLED_AS_43)
        for name in ("grok-4-fast", "grok-4-1-fast", "grok-3", "grok-3-mini", "grok-4", "grok-4-0709")
    ),
    On("xai/grok-3", "2026-11-29", ("2.5", "0.4", "5"), BILLED_AS_43, above=199_999),
    On("xai/grok-code-fast-1", "2026-05-14", ("0.2", "0.02", "1.5"), "models.dev"),
    On("xai/grok-code-fast-1", "2026-05-15", ("1", "0.2", "2"), CODE),
    On("xai/grok-code-fast-1", "2026-11-19", ("2", "0.4", "4"), CODE, above=199_999),
    On("xai/grok-code-fast-1", "2026-11-20", None, "it ended on 2026-11-19"),
    On("xai/grok-build-0.1", "2026-11-19", ("1", "0.2", "2"), CODE),
    On("xai/grok-build-0.1", "2026-11-20", None, "it ended on 2026-11-19"),
]

LARGE_4 = "docs.mistral.ai/models/mistral-large-4-0 [via litellm 1.110.2"
MISTRAL = [
    On("mistral/mistral-large-4", "2026-10-28", ("1.36", "0.14", "4.18"), "mistral.ai/pricing/api"),
    On("mistral/mistral-large-4", "2026-10-29", ("0.7", "0.07", "2.1"), LARGE_4),
    On("mistral/mistral-large-4-0", "2026-11-29", ("0.7", "0.07", "2.1"), LARGE_4),
]

V4_ALIAS = "dev.to/ahab_indieseek/deepseek-v4-api-migration-before-july-24-42b4"
DEEPSEEK = [
    *(
        On(f"deepseek/{name}", day, prices, said, region=region)
        for name in ("deepseek-chat", "deepseek-reasoner")
        for day, region, prices, said in (
            ("2026-04-23", "global", ("0.28", "0.028", "0.42"), "api-docs.deepseek.com"),
            ("2026-04-24", "global", ("0.14", "0.028", "0.28"), V4_ALIAS),
            ("2026-07-24", "global", ("0.14", "0.0028", "0.28"), V4_ALIAS),
            ("2026-07-24", "cn", ("1", "0.02", "2"), V4_ALIAS),
            ("2026-07-25", "global", None, "the name ended on 2026-07-24"),
            ("2026-07-25", "cn", None, "the name ended on 2026-07-24"),
        )
    ),
    On("deepseek/deepseek-v4-flash", "2026-09-09", ("0.44", "0.014", "1.32"), "api-docs.deepseek.com"),
    On("deepseek/deepseek-v4-flash", "2026-09-10", ("0.3", "0.006", "1.2"), "api-docs.deepseek.com"),
    On("deepseek/deepseek-v4-flash", "2026-09-10", ("2", "0.04", "8"), "api-docs.deepseek.com", region="cn"),
]

THREE = (
    "developers.openai.com/api/docs/pricing [via openai-cost-calculator 1.3.0, litellm 1.110.2 and genai-prices 0.2.3"
)
TWO = "developers.openai.com/api/docs/pricing [via litellm 1.110.2; genai-prices 0.2.3]"
FAST = "developers.openai.com/api/docs/pricing [via genai-prices 0.2.3, service_tier fast"
OPENAI = [
    *(
        On(f"openai/{name}", "2026-11-29", prices, said, "priority", above=272_000)
        for name, prices, said in (
            ("gpt-5.6-luna", ("0.8", "0.08", "3.6"), THREE),
            ("gpt-5.6-sol", ("16", "1.6", "60"), THREE),
            ("gpt-5.6-terra", ("8", "0.8", "36"), THREE),
            ("gpt-6-astra", ("40", "4", "150"), THREE),
            ("gpt-6-luna", ("0.4", "0.04", "1.5"), THREE),
            ("gpt-6-sol", ("8", "0.8", "30"), THREE),
            ("gpt-6.1-sol", ("8", "0.4", "30"), TWO),
        )
    ),
    On("openai/gpt-6-sol", "2026-11-29", ("4", "0.4", "20"), "models.dev", "priority"),
    *(
        On(f"openai/{name}", "2026-10-12", prices, FAST, "fast")
        for name, prices in (
            ("gpt-4.1", ("3.5", "0.875", "14")),
            ("gpt-4o", ("4.25", "2.125", "17")),
            ("gpt-4o-mini", ("0.25", "0.125", "1")),
            ("gpt-5", ("2.5", "0.25", "20")),
            ("gpt-5-mini", ("0.45", "0.045", "3.6")),
            ("gpt-5.2", ("3.5", "0.35", "28")),
            ("gpt-5.4", ("5", "0.5", "30")),
            ("gpt-5.5", ("12.5", "1.25", "75")),
            ("gpt-5.6-sol", ("8", "0.8", "40")),
            ("gpt-6-astra", ("20", "2", "100")),
            ("gpt-6.1-terra", ("2", "0.1", "10")),
            ("o3", ("3.5", "0.875", "14")),
            ("o4-mini", ("2", "0.5", "8")),
        )
    ),
    On("openai/gpt-6-astra", "2026-11-29", ("40", "4", "150"), FAST, "fast", above=272_000),
]

LONG = "platform.claude.com/docs/en/about-claude/pricing [via genai-prices 0.2.3; tokencostauto 0.1.717"
ANTHROPIC = [
    On(f"anthropic/{name}", "2026-11-29", ("6", "0.6", "22.5"), LONG, above=200_000)
    for name in ("claude-sonnet-4", "claude-sonnet-4-5")
]

MODELS = "developers.openai.com/api/docs/models/"
PRICING = "developers.openai.com/api/docs/pricing [via litellm 1.110.2]"
CLAUDE = "platform.claude.com/docs/en/about-claude/pricing [via genai-prices 0.2.3]"
MEDIUM_35 = "github.com/sst/models.dev"  # Medium 3.5's own; braintrust-proxy issue 802 says what the name means
NAMES = [
    On("openai/gpt-5-codex", "2026-11-29", ("1.25", "0.125", "10"), f"{MODELS}gpt-5-codex"),
    On("openai/gpt-5.1-codex", "2026-11-29", ("1.25", "0.125", "10"), f"{MODELS}gpt-5.1-codex"),
    On("openai/gpt-5.1-codex-max", "2026-11-29", ("1.25", "0.125", "10"), f"{MODELS}gpt-5.1-codex-max"),
    On("openai/gpt-5.1-codex-mini", "2026-11-29", ("0.25", "0.025", "2"), f"{MODELS}gpt-5.1-codex-mini"),
    On("openai/gpt-5.2-codex", "2026-11-29", ("1.75", "0.175", "14"), f"{MODELS}gpt-5.2-codex"),
    On("openai/gpt-5.3-codex", "2026-11-29", ("1.75", "0.175", "14"), PRICING),
    On("openai/gpt-5.3-codex", "2026-11-29", ("3.5", "0.35", "28"), PRICING, "priority"),
    On("openai/gpt-5.3-codex", "2026-11-29", ("3.5", "0.35", "28"), FAST, "fast"),
    On("openai/gpt-5-pro", "2026-11-29", ("15", "", "120"), PRICING),
    On("openai/gpt-5.4-pro", "2026-11-29", ("60", "", "270"), PRICING, above=272_000),
    On("openai/o3-pro", "2026-11-29", ("10", "", "40"), PRICING, "batch"),
    On("openai/gpt-4o", "2025-06-04", ("2.5", "1.25", "10"), "openai.com/index/api-prompt-caching"),
    On("openai/gpt-4o-mini", "2024-12-01", ("0.15", "0.075", "0.6"), "openai.com/index/api-prompt-caching"),
    On("openai/text-embedding-3-small", "2025-10-22", ("0.02", "", ""), "models.dev"),
    On("openai/text-embedding-3-large", "2025-10-22", ("0.13", "", ""), "models.dev"),
    On("openai/text-embedding-ada-002", "2026-11-29", ("0.1", "", ""), PRICING),
    On("openai/chat-latest", "2026-11-29", ("5", "0.5", "30"), PRICING),
    On("openai/chat-latest", "2026-10-31", None, "no price before 2026-11-01"),
    On("anthropic/claude-3-5-sonnet-20241022", "2026-11-29", ("3", "0.3", "15"), CLAUDE),
    On("anthropic/claude-3-haiku-20240307", "2026-11-29", ("0.25", "0.03", "1.25"), CLAUDE),
    On("anthropic/claude-3-opus-20240229", "2026-11-29", ("15", "1.5", "75"), CLAUDE),
    On("anthropic/claude-sonnet-4-20250514", "2025-05-25", ("3", "0.3", "15"), "anthropic.com/news/claude-4"),
    On("google/gemini-flash-latest", "2026-11-29", ("0.75", "0.075", "3.75"), "ai.google.dev"),
    On("xai/grok-4.20", "2026-11-29", ("1.25", "0.2", "2.5"), "api.x.ai/v1/language-models"),
    On("mistral/mistral-medium-latest", "2026-05-21", ("0.4", "", "2"), "models.dev"),
    On("mistral/mistral-medium-latest", "2026-05-22", ("1.5", "0.15", "7.5"), MEDIUM_35),
    On("mistral/codestral-latest", "2026-11-29", ("0.3", "0.03", "0.9"), "docs.mistral.ai"),
]

SIX_TWO = "github.com/iyulab/TokenMeter/releases/tag/v0.17.0"
HY4 = "github.com/dosu-ai/decant/releases/tag/v0.16.0"
NOVEMBER = [
    On("openai/gpt-6.2-astra", "2026-11-29", ("8", "0.4", "40"), SIX_TWO),
    On("openai/gpt-6.2-astra", "2026-11-29", ("16", "0.8", "60"), SIX_TWO, above=272_000),
    On("openai/gpt-6.2-astra", "2026-11-29", ("16", "", "80"), SIX_TWO, "priority"),
    On("openai/gpt-6.2-sol", "2026-11-29", ("2", "0.1", "10"), SIX_TWO),
    On("anthropic/claude-fable-5-2", "2026-11-09", ("8", "0.2", "40"), "docs.laozhang.ai"),
    On("anthropic/claude-fable-5.2", "2026-11-08", None, "no price before 2026-11-09"),
    On("anthropic/claude-mythos-5-2", "2026-11-29", ("8", "0.2", "40"), "genai-prices 0.2.3"),
    On("anthropic/claude-mythos-5", "2026-11-29", ("5", "0.5", "25"), "platform.claude.com", "batch"),
    On("alibaba/qwen4-max", "2026-11-16", ("1.5", "0.075", "4.5"), "docs.apiyi.com", region="intl-singapore"),
    On("google/gemini-4-hydrogen", "2026-11-29", ("1.5", "0.075", "7.5"), "TrazumAPP"),
    On("google/gemini-4-neon", "2026-11-29", ("3", "0.15", "15"), "feronovak/llm-preflight"),
    On("tencent/hy4", "2026-12-31", ("3", "0.15", "9"), HY4, region="cn"),
    On("tencent/hy4", "2027-01-01", ("6", "0.3", "18"), "cloud.tencent.com/developer/article/2787892", region="cn"),
    On("tencent/hy4", "2026-11-29", ("0.834", "0.042", "2.501"), "tencentcloud.com/document", region="intl"),
    On("tencent/hy4-flash", "2026-11-30", ("0.25", "0.01", "1"), HY4, region="cn"),
    On(
        "tencent/hy4-flash",
        "2026-12-01",
        ("0.5", "0.02", "2"),
        "cloud.tencent.com/developer/article/2793945",
        region="cn",
    ),
]

OFFLINE = [
    On(f"alibaba/{name}", day, prices, said, region="intl-singapore")
    for name, price in (("qwq-plus", ("0.8", "", "2.4")), ("qvq-max", ("1.2", "", "4.8")))
    for day, prices, said in (
        ("2026-10-09", price, "models.dev"),
        ("2026-10-10", None, "taken offline, calls fail from this day on"),
    )
]


def test_what_is_older_than_the_day_on_which_it_was_seen_is_an_estimate():
    for name, day in (("openai/gpt-4o", "2025-06-04"), ("openai/gpt-5-codex", "2025-11-01")):
        assert quoted(On(name, day, None, "")).is_estimate


@pytest.mark.parametrize(
    "asked", [*GOOGLE, *XAI, *MISTRAL, *DEEPSEEK, *OPENAI, *ANTHROPIC, *NAMES, *NOVEMBER, *OFFLINE], ids=str
)
def test_what_it_costs(asked):
    quote = quoted(asked)
    if asked.prices is None:
        assert not quote.rates
        assert asked.said in quote.reason
        return
    assert per_million(quote, "input_tokens", "cache_read_tokens", "output_tokens") == asked.prices
    assert asked.said in quote.book.sources[quote.rates["input_tokens"].rate.source].url


@pytest.mark.parametrize(
    ("name", "day", "target"),
    [
        ("google/gemini-3.5-flash", "2026-10-08", "gemini-3.6-flash"),
        ("google/gemini-3.7-flash", "2026-10-08", "gemini-3.8-flash"),
        ("xai/grok-4", "2026-05-15", "grok-4.3"),
        ("xai/grok-code-fast-1", "2026-05-15", "grok-build-0.1"),
        ("deepseek/deepseek-v4-flash", "2026-09-10", "deepseek-flash"),
    ],
)
def test_from_which_day_it_is_billed_as_another(name, day, target):
    """https://ai.google.dev/gemini-api/docs/changelog of 8 October 2026, and what the books' notes name."""
    found = resolved(name)
    model = BOOKS.model(found)
    assert model.redirects == {date.fromisoformat(day): target}
    assert BOOKS.block_on(found.provider, found.region, found.model, date.fromisoformat(day)).names[-1] == target


@pytest.mark.parametrize(
    ("name", "short", "long", "said"),
    [
        ("gpt-5.6-luna", "0.125", "0.25", THREE),
        ("gpt-5.6-sol", "2.5", "5", THREE),
        ("gpt-5.6-terra", "1.25", "2.5", THREE),
        ("gpt-6-astra", "6.25", "12.5", THREE),
        ("gpt-6-luna", "0.0625", "0.125", THREE),
        ("gpt-6-sol", "1.25", "2.5", THREE),
        ("gpt-6.1-sol", "1.25", "2.5", TWO),
        ("gpt-6.1-terra", "0.625", "1.25", TWO),
    ],
)
def test_a_cache_write_in_flex_on_29_november_2026(name, short, long, said):
    for above, price in ((0, short), (272_000, long)):
        quote = quoted(On(f"openai/{name}", "2026-11-29", None, "", "flex", above))
        assert per_million(quote, "cache_write_tokens") == (price,)
        assert said in quote.book.sources[quote.rates["cache_write_tokens"].rate.source].url


@pytest.mark.parametrize(
    ("name", "heard", "spoken"),
    [("qwen3-omni-flash", "3.81", "15.11"), ("qwen-omni-turbo", "4.44", "8.89")],
)
def test_audio_on_the_international_list_on_28_september_2026(name, heard, spoken):
    quote = quoted(On(f"alibaba/{name}", "2026-09-28", None, "", region="intl-singapore"))
    assert per_million(quote, "audio_input_tokens", "audio_output_tokens") == (heard, spoken)
    url = quote.book.sources[quote.rates["audio_input_tokens"].rate.source].url
    assert "alibabacloud.com/help/en/model-studio/models [via models.dev snapshot of 2026-07-02" in url


@pytest.mark.parametrize(
    ("name", "heard", "said"),
    [
        ("google/gemini-2.0-flash", "0.7", "ai.google.dev/gemini-api/docs/pricing [via genai-prices 0.2.3]"),
        ("vertex_ai/gemini-2.0-flash", "1", "cloud.google.com/vertex-ai/generative-ai/pricing"),
    ],
)
def test_audio_of_gemini_2_0_flash_on_29_november_2026(name, heard, said):
    quote = quoted(On(name, "2026-11-29", None, ""))
    assert per_million(quote, "audio_input_tokens") == (heard,)
    assert said in quote.book.sources[quote.rates["audio_input_tokens"].rate.source].url


@pytest.mark.parametrize(
    ("here", "anywhere"),
    [
        ("bedrock/us.anthropic.claude-opus-4-6-v1", "bedrock/global.anthropic.claude-opus-4-6-v1"),
        ("bedrock/eu.anthropic.claude-opus-4-6-v1", "bedrock/global.anthropic.claude-opus-4-6-v1"),
        ("bedrock/us.amazon.nova-2-lite-v1:0", "bedrock/global.amazon.nova-2-lite-v1:0"),
        ("vertex_ai/regional/gemini-3.8-flash", "vertex_ai/gemini-3.8-flash"),
    ],
)
def test_a_regional_profile_costs_a_tenth_more_on_29_november_2026(here, anywhere):
    rates, others = (quoted(On(name, "2026-11-29", None, "")).rates for name in (here, anywhere))
    for meter in ("input_tokens", "cache_read_tokens", "output_tokens"):
        assert rates[meter].listed * 10 == others[meter].listed * 11


@pytest.mark.parametrize(
    ("name", "cost"),
    [("claude-opus-4-6", ("5.5", "0.55", "27.5")), ("claude-sonnet-5", ("2.2", "0.22", "11"))],
)
def test_inference_in_the_us_costs_a_tenth_more_on_29_november_2026(name, cost):
    """https://platform.claude.com/docs/en/about-claude/pricing (inference_geo us, 1.1x)."""
    labels = (("inference_geo", "us"),)
    key = PriceKey("anthropic", "global", name, "standard", False, None, 0, 0, date(2026, 11, 29), labels)
    assert per_million(QUOTES.quote(key), "input_tokens", "cache_read_tokens", "output_tokens") == cost


def test_no_note_holds_a_line_of_prices():
    """A line of web_searches once slipped into the note of gemini-3.6-flash."""
    for book in BOOKS.books:
        for model in book.models.values():
            notes = (model.note, *(block.note for block in model.blocks))
            assert not [note for note in notes if " per 1K" in note or " per 1M" in note], model.name
