"""What a name in a log means: exact, alias, pattern, date suffix; homes before resellers; never a guess."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import End
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import nearest_names

BOOKS = load_pricebook()


def meaning(name: str, provider: str | None = None, region: str | None = None, books: Pricebook = BOOKS) -> str:
    found = books.resolve(name, provider, region)
    if isinstance(found, Unresolved):
        return found.reason
    return f"{found.provider}/{found.region}/{found.model} by {found.how}"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-5", "openai/global/gpt-5 by exact"),
        ("GPT-5-Mini", "openai/global/gpt-5-mini by exact"),
        ("gpt-5-2025-08-07", "openai/global/gpt-5 by date suffix"),
        ("gpt-4.1-mini-2025-04-14", "openai/global/gpt-4.1-mini by date suffix"),
        ("gpt-5.6-luna-20260709", "openai/global/gpt-5.6-luna by date suffix"),
        ("openai/gpt-5-mini-2025-08-07", "openai/global/gpt-5-mini by date suffix"),
        ("claude-sonnet-4-20250514", "anthropic/global/claude-sonnet-4 by date suffix"),
        ("claude-sonnet-4@20250514", "anthropic/global/claude-sonnet-4 by date suffix"),
        ("claude-sonnet-4-0", "anthropic/global/claude-sonnet-4 by alias"),
        ("claude-haiku-4-5-20251001", "anthropic/global/claude-haiku-4-5 by date suffix"),
        ("claude-opus-4.6", "anthropic/global/claude-opus-4-6 by alias"),
        ("anthropic/claude-4.6-sonnet-20260217", "anthropic/global/claude-sonnet-4-6 by date suffix"),
        ("gpt-5-codex", "openai/global/gpt-5-codex by exact"),
        ("gpt-5.3-codex", "openai/global/gpt-5.3-codex by exact"),
        ("gpt-5-pro-2025-10-06", "openai/global/gpt-5-pro by date suffix"),
        ("claude-3-5-sonnet-20241022", "anthropic/global/claude-3-5-sonnet by date suffix"),
        ("claude-3-haiku-20240307", "anthropic/global/claude-3-haiku by date suffix"),
        ("claude-3-opus-latest", "anthropic/global/claude-3-opus by alias"),
        ("mistral-medium-latest", "mistral/global/mistral-medium-latest by exact"),
        ("grok-4.20-0309-reasoning", "xai/global/grok-4.20 by alias"),
        ("claude-3-5-haiku-latest", "anthropic/global/claude-3-5-haiku by alias"),
        ("claude-3.7-sonnet:thinking", "anthropic/global/claude-3-7-sonnet by alias"),
        ("openai:gpt-5", "openai/global/gpt-5 by exact"),
        ("anthropic:claude-sonnet-4-5-20250929", "anthropic/global/claude-sonnet-4-5 by date suffix"),
        ("google_genai:gemini-2.5-flash", "google/global/gemini-2.5-flash by exact"),
        ("qwen-plus", "alibaba/cn-beijing/qwen-plus by exact"),
        ("dashscope/qwen-plus", "alibaba/cn-beijing/qwen-plus by exact"),
        ("qwen/qwen3-max", "alibaba/cn-beijing/qwen3-max by exact"),
        ("ERNIE-4.5-Turbo-128K", "baidu/cn/ernie-4.5-turbo-128k by exact"),
        ("deepseek-v4-flash-20260731", "deepseek/global/deepseek-v4-flash by date suffix"),
        ("models/gemini-2.5-flash", "google/global/gemini-2.5-flash by alias"),
        ("gemini/gemini-2.5-flash", "google/global/gemini-2.5-flash by exact"),
        ("google/gemini-3.1-pro-preview", "google/global/gemini-3.1-pro-preview by exact"),
        ("kimi-k2.6", "moonshot/cn/kimi-k2.6 by exact"),
        ("moonshotai/kimi-k2-0905", "moonshot/cn/kimi-k2-0905-preview by alias"),
        ("glm-5.1", "zhipu/cn/glm-5.1 by exact"),
        ("glm-5.2", "zhipu/cn/glm-5.2 by exact"),
        ("MiniMax-M2.5", "minimax/cn/minimax-m2.5 by exact"),
        ("x-ai/grok-4.1-fast", "xai/global/grok-4-1-fast by alias"),
        ("grok-4-fast-non-reasoning", "xai/global/grok-4-fast by alias"),
        ("doubao-seed-1-6-250615", "volcengine/cn-beijing/doubao-seed-1.6 by pattern"),
        ("doubao-seed-1-6-flash-250615", "volcengine/cn-beijing/doubao-seed-1.6-flash by pattern"),
        ("seed-1-6-250915", "volcengine/intl-byteplus/seed-1-6-250915 by exact"),
        ("hunyuan-2.0-instruct", "tencent/cn/hunyuan-2.0-instruct-20251111 by alias"),
        ("xiaomi/mimo-v2-flash", "xiaomi/intl/mimo-v2-flash by exact"),
        ("mistralai/mistral-medium-3.1", "mistral/global/mistral-medium-2508 by alias"),
    ],
)
def test_names_of_logs_without_a_provider(name, model):
    # A pattern of a fixed name is one of an alias, as far as a reader is concerned.
    assert meaning(name).replace("by pattern", "by alias") == model.replace("by pattern", "by alias")


NO_BEDROCK = "the pricebook of bedrock has no such model"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("us.anthropic.claude-opus-4-6-v1", "bedrock/global/us.anthropic.claude-opus-4-6-v1 by exact"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "bedrock/global/anthropic.claude-sonnet-4-20250514-v1:0 by exact"),
        ("global.anthropic.claude-sonnet-5-5", "bedrock/global/global.anthropic.claude-sonnet-5-5 by exact"),
        (
            "bedrock/us-east-1/anthropic.claude-haiku-4-5-20251001-v1:0",
            "bedrock/global/anthropic.claude-haiku-4-5-20251001-v1:0 by exact",
        ),
        ("bedrock/us-gov-east-1/anthropic.claude-opus-4-1-20250805-v1:0", NO_BEDROCK),  # its prices are its own
        ("bedrock:jp.anthropic.claude-sonnet-4-6", "bedrock/global/jp.anthropic.claude-sonnet-4-6 by exact"),
        (
            "arn:aws:bedrock:eu-west-1:111111111111:inference-profile/eu.anthropic.claude-sonnet-4-6",
            "bedrock/global/eu.anthropic.claude-sonnet-4-6 by exact",
        ),
        ("arn:aws:bedrock:eu-west-1:111111111111:application-inference-profile/a1b2c3", NO_BEDROCK),
        ("mistral.mistral-large-2402-v1:0", NO_BEDROCK),  # only prices of single regions were read
        ("anthropic/us.anthropic.claude-sonnet-4-6", "bedrock/global/us.anthropic.claude-sonnet-4-6 by exact"),
        ("azure/gpt-5", "azure/global/gpt-5 by exact"),
        ("azure_openai:gpt-5-mini", "azure/global/gpt-5-mini by exact"),
        ("vertex_ai/gemini-2.5-pro", "vertex_ai/global/gemini-2.5-pro by exact"),
        ("google-vertex:gemini-2.5-pro", "vertex_ai/global/gemini-2.5-pro by exact"),
        (
            "projects/p-1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5",
            "vertex_ai/global/us-east5/claude-sonnet-4-5 by exact",
        ),
        ("openrouter/openai/gpt-5", "openrouter/global/openai/gpt-5 by exact"),
        ("groq/deepseek-v4-flash", "the pricebook of groq has no such model"),
        ("snowflake/claude-sonnet-4-6", "billed by Snowflake, which no pricebook covers"),
    ],
)
def test_the_host_that_a_name_says_bills_it_and_not_the_maker(name, model):
    """A profile of one part of the world costs 1.1 times what the global one does."""
    assert meaning(name) == model


@pytest.mark.parametrize(
    ("provider", "name", "reason"),
    [
        (  # who says so is often the reader of the log
            "anthropic",
            "us.anthropic.claude-sonnet-4-6",
            "bedrock/global/us.anthropic.claude-sonnet-4-6 by exact",
        ),
        ("openai", "azure/gpt-5", "azure/global/gpt-5 by exact"),
        ("aws.bedrock", "claude-sonnet-4-6", NO_BEDROCK),
        ("az.ai.openai", "gpt-5", "azure/global/gpt-5 by exact"),
        ("gcp.vertex_ai", "gemini-2.5-pro", "vertex_ai/global/gemini-2.5-pro by exact"),
        ("openai", "anthropic/claude-sonnet-4-6", "the pricebook of openai has no such model"),
        ("our-proxy", "openai/gpt-5", "no pricebook for the provider our-proxy"),
        ("xai", "gpt-5", "the pricebook of xai has no such model"),
    ],
)
def test_a_provider_that_the_log_states_is_priced_by_its_own_list_or_not_at_all(provider, name, reason):
    assert meaning(name, provider) == reason


def test_what_a_host_bills_is_named_after_the_host():
    assert BOOKS.named("", "azure/gpt-5") == BOOKS.named("az.ai.openai", "gpt-5") == ("azure", "gpt-5")
    assert BOOKS.named("", "us.anthropic.claude-sonnet-5") == ("bedrock", "us.anthropic.claude-sonnet-5")


def test_a_book_of_a_host_prices_what_it_has_and_nothing_more():
    head = "provider: aws-bedrock\ncurrency: USD\ntimezone: UTC\nmodels:\n  us.anthropic.claude-sonnet-4-6:\n"
    book = parse_book(head + "    prices: {2026-02-17: {input_tokens: 3.3 per 1M}}\n")
    books = Pricebook((*BOOKS.books, book))
    known = "aws-bedrock/global/us.anthropic.claude-sonnet-4-6 by exact"
    assert meaning("us.anthropic.claude-sonnet-4-6", books=books) == known
    assert meaning("bedrock/us.anthropic.claude-sonnet-4-6", books=books) == known
    assert meaning("us.anthropic.claude-sonnet-4-6", "bedrock", books=books) == known
    assert meaning("us.anthropic.claude-sonnet-4-6", "anthropic", books=books) == known
    missing = "the pricebook of aws-bedrock has no such model"
    assert meaning("eu.anthropic.claude-sonnet-4-6", books=books) == missing
    assert meaning("claude-sonnet-4-6", books=books).startswith("anthropic/")


def test_a_model_of_a_host_on_its_makers_list_is_not_one_of_a_shorter_name():
    for name, model in [
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "anthropic/claude-opus-4-1"),
        ("us.anthropic.claude-opus-4-20250514-v1:0", "anthropic/claude-opus-4"),
        ("us.anthropic.claude-sonnet-5-5-v1:0", "anthropic/claude-sonnet-5-5"),
        ("us.anthropic.claude-sonnet-5-v1:0", "anthropic/claude-sonnet-5"),
        ("openai/gpt-5", "openai/gpt-5"),
        ("eu/gpt-5-mini", "openai/gpt-5-mini"),
        ("publishers/google/models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("amazon.nova-lite-v1:0", ""),
        ("our-deployment", ""),
    ]:
        assert BOOKS.makers_model(name) == model


def test_a_family_member_that_no_book_knows_is_unknown_and_gets_near_names():
    for name in ("gpt-5-codex-2", "gpt-4o-audio-preview", "gpt-5-ultra", "claude-2.1", "qwen-plus-2"):
        assert meaning(name) == "no pricebook knows this model"
    assert nearest_names("gpt-5.1-mni", BOOKS.known_names())[0].startswith("gpt-5")
    assert nearest_names("claude-opus-4.66", BOOKS.known_names())[0] == "claude-opus-4.6"
    assert nearest_names("alibba", BOOKS.by_provider)[0] == "alibaba"


def test_the_first_gpt_4o_is_not_priced_as_a_later_one():
    assert meaning("gpt-4o-2024-05-13") == "openai/global/gpt-4o-2024-05-13 by exact"
    lookup = BOOKS.block_on("openai", "global", "gpt-4o-2024-05-13", date(2026, 1, 1))
    assert lookup.block
    assert lookup.block.standard.rates["input_tokens"].price == 5
    assert meaning("gpt-4o-2024-08-06") == "openai/global/gpt-4o by date suffix"


def test_a_model_is_billed_at_home_unless_the_log_says_otherwise():
    assert meaning("deepseek-v4-flash") == "deepseek/global/deepseek-v4-flash by exact"
    assert meaning("deepseek-v4-flash", "bailian") == "alibaba/cn-beijing/deepseek-v4-flash by exact"
    assert meaning("alibaba/deepseek-v4-flash") == "alibaba/cn-beijing/deepseek-v4-flash by exact"
    assert meaning("deepseek-r1", "qianfan") == "baidu/cn/deepseek-r1 by exact"


def test_a_model_that_others_resell_is_its_home_providers():
    resold = {(book.provider, name) for book in BOOKS.books for name, model in book.models.items() if model.resold}
    homes = {"deepseek": "deepseek", "glm": "zhipu", "kimi": "moonshot"}
    families = {name.partition("-")[0] for _, name in resold if "/" not in name}
    assert families >= set(homes)
    for name in (name for _, name in resold if name.partition("-")[0] in homes):
        found = BOOKS.resolve(name)
        home = homes[name.partition("-")[0]]
        known = isinstance(BOOKS.resolve(name, home), ResolvedModel)
        assert known == (isinstance(found, ResolvedModel) and found.provider == home), name


def test_every_name_of_a_book_means_its_provider_where_no_provider_is_named():
    """Besides resold models, which are their home's, or need the provider where two sell them."""
    for book in BOOKS.books:
        for name, model in book.models.items():
            found = BOOKS.resolve(name)
            if not model.resold and not name.startswith("perplexity/"):  # sonar of its agents has another price
                assert isinstance(found, ResolvedModel), name
                assert found.provider == book.provider, name


@pytest.mark.parametrize("name", ["deepseek-v3.2", "deepseek-r1"])
def test_what_only_resellers_bill_needs_the_provider(name):
    assert meaning(name).startswith("several providers bill it (")
    assert meaning(name, "volcengine").startswith("volcengine/cn-beijing/")


def test_a_name_that_two_resellers_bill_needs_the_provider():
    head = "provider: {name}\ncurrency: USD\ntimezone: UTC\nmodels:\n  llama-9:\n    resold: true\n"
    tail = "    prices: {2026-01-01: {input_tokens: 1 per 1M}}\n"
    two = Pricebook(tuple(parse_book(head.replace("{name}", name) + tail) for name in ("one", "two")))
    assert meaning("llama-9", books=two) == "several providers bill it (one, two): name the provider"
    assert meaning("llama-9", "two", books=two) == "two/global/llama-9 by exact"


def test_regions_by_their_aliases():
    for word in ("intl", "international", "singapore", "INTL-Singapore"):
        assert meaning("qwen3-max", "alibaba", word) == "alibaba/intl-singapore/qwen3-max by exact"
    for word in ("mainland", "cn", "cn-beijing"):
        assert meaning("qwen3-max", "alibaba", word) == "alibaba/cn-beijing/qwen3-max by exact"
    assert meaning("qwen3-max", books=BOOKS.with_regions({"alibaba": "intl-singapore"})).startswith("alibaba/intl")
    assert meaning("deepseek-chat", "deepseek", "cn") == "deepseek/cn/deepseek-chat by exact"


def test_how_the_region_was_found_is_said():
    def how(name: str, region: str | None = None) -> str:
        found = BOOKS.resolve(name, "alibaba", region)
        assert isinstance(found, ResolvedModel)
        return found.region_how

    assert how("qwen3-max") == "default"
    assert how("qwen3-max", "intl") == "stated"
    assert how("qwen4-max") == "only list"  # its mainland price was not read


def test_the_other_list_of_a_default_is_known():
    found = BOOKS.resolve("qwen3-max")
    assert isinstance(found, ResolvedModel)
    assert [other.region for other in BOOKS.other_lists(found)] == ["intl-singapore"]


def test_a_name_of_a_provider_may_mean_one_of_its_lists():
    for word in ("zai", "z-ai"):
        assert meaning("glm-4.6", word) == meaning(f"{word}/glm-4.6") == "zhipu/intl/glm-4.6 by exact"
    assert meaning("qwen3-max", "dashscope-intl") == "alibaba/intl-singapore/qwen3-max by exact"
    assert meaning("glm-4.6", "bigmodel") == "zhipu/cn/glm-4.6 by exact"
    # What that list lacks is taken from the others; what the log or the user says of the region goes first.
    assert meaning("glm-4-plus", "zai") == "zhipu/cn/glm-4-plus by exact"
    assert meaning("glm-4.6", "zai", "cn") == "zhipu/cn/glm-4.6 by exact"
    assert meaning("glm-4.6", "zai", books=BOOKS.with_regions({"zhipu": "cn"})) == "zhipu/cn/glm-4.6 by exact"
    hows = [BOOKS.resolve(name, "zai") for name in ("glm-4.6", "glm-4-plus")]
    assert [found.region_how for found in hows if isinstance(found, ResolvedModel)] == ["stated", "only list"]


def test_azure_is_not_openai_and_vertex_is_not_the_gemini_api():
    assert meaning("gpt-5", "azure") == "azure/global/gpt-5 by exact"
    assert meaning("gemini-2.5-flash", "vertex_ai") == "vertex_ai/global/gemini-2.5-flash by exact"


def test_an_alias_of_the_user_goes_first():
    named = BOOKS.with_aliases({"Our-Fast-Model": "openai/gpt-5-mini"})
    assert meaning("our-fast-model", books=named) == "openai/global/gpt-5-mini by exact"
    assert meaning("our-fast-model", "litellm-proxy", books=named) == "openai/global/gpt-5-mini by exact"


def test_an_alias_may_be_of_what_one_seller_bills():
    named = BOOKS.with_aliases({"azure/gpt-5": "openai/gpt-5", "our-proxy/fast": "openai/gpt-5-mini"})
    for provider, name in ((None, "azure/gpt-5"), ("azure", "gpt-5"), ("azure_openai", "gpt-5"), (None, "azure:gpt-5")):
        assert meaning(name, provider, books=named) == "openai/global/gpt-5 by exact"
    assert meaning("fast", "our-proxy", books=named) == "openai/global/gpt-5-mini by exact"
    assert meaning("gpt-5", "vertex_ai", books=named) == "the pricebook of vertex_ai has no such model"


def test_no_two_providers_claim_a_name():
    claimed: dict[str, str] = {}
    for book in BOOKS.books:
        for name in (book.provider, *book.provider_names, *book.list_names):
            assert claimed.setdefault(name, book.provider) == book.provider


def test_a_name_of_one_list_is_no_name_of_another():
    meant = [name for book in BOOKS.books for name in book.list_names]
    shared = [name for book in BOOKS.books for name in (book.provider, *book.provider_names)]
    assert len(meant) == len(set(meant))
    assert not set(meant) & set(shared)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gpt-4o-audio-preview", "openai/gpt-4o"),
        ("openai/gpt-4o-audio-preview", "openai/gpt-4o"),
        ("qwen3-mx", "alibaba/qwen3-max"),
        ("claude-sonet-4.5", "anthropic/claude-sonnet-4-5"),
        ("gemni-2.5-pro", "google/gemini-2.5-pro"),
        ("azure/gpt-5-mni", "azure/gpt-5-mini"),
    ],
)
def test_near_names_are_of_the_same_vendor_and_family_first(name, near):
    found = nearest_models(load_pricebook(), [name])[name]
    assert found[0].startswith(near)
    assert found[1].partition("/")[0] in (near.partition("/")[0], "xiaomi")  # mimo-v2.5-pro is as near to gemni-2.5-pro


def test_a_name_of_a_family_that_no_list_has_is_near_to_nothing():
    assert nearest_models(load_pricebook(), ["zephyr-4-70b"]) == {"zephyr-4-70b": ()}


def test_the_models_of_the_provider_that_the_log_names_go_first():
    found = nearest_models(load_pricebook(), ["baidu/deepseek-r9", "deepseek/deepseek-r9"])
    assert [near[0].partition("/")[0] for near in found.values()] == ["baidu", "deepseek"]


@pytest.mark.parametrize(
    ("name", "provider", "meant"),
    [
        ("google/gemini-2.5-pro", "vertex_ai", "vertex_ai/global/gemini-2.5-pro by exact"),
        ("mistralai/gemini-2.5-pro", "vertex_ai", "the pricebook of vertex_ai has no such model"),
        (
            "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0", None,
            "bedrock/global/us.anthropic.claude-sonnet-4-5-20250929-v1:0 by exact",
        ),
        (
            "bedrock/invoke/eu-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0", None,
            "bedrock/global/anthropic.claude-sonnet-4-5-20250929-v1:0 by exact",
        ),
        ("qwen-plus", "阿里云", "alibaba/cn-beijing/qwen-plus by exact"),
        ("qwen-plus", "阿里通义千问", "alibaba/cn-beijing/qwen-plus by exact"),
        ("ernie-4.5-turbo-128k", "百度文心千帆", "baidu/cn/ernie-4.5-turbo-128k by exact"),
        ("hunyuan-turbos-latest", "腾讯混元", "tencent/cn/hunyuan-turbos-latest by exact"),
        ("deepseek-ai/DeepSeek-V3.2", "硅基流动", "siliconflow/cn/deepseek-ai/deepseek-v3.2 by exact"),
    ],
)  # fmt: skip
def test_names_as_gateways_write_them(name, provider, meant):
    assert meaning(name, provider) == meant


def test_a_region_without_a_list_is_what_is_wrong():
    found = BOOKS.resolve("qwen3-max", None, "mars")
    assert isinstance(found, Unresolved)
    assert found.lists == ("cn-beijing", "cn-beijing-usd", "intl-singapore")
    assert found.reason.startswith("alibaba has no list for the region mars")


def test_one_name_for_two_apis_has_the_price_of_both_until_one_ended():
    """`perplexity/sonar` of LiteLLM's logs is `sonar` of the Sonar API: 1 and 1 like the Agent API's until 2026-10-22."""
    assert meaning("perplexity/sonar") == "perplexity/global/perplexity/sonar by exact"
    prices = {
        (model, day): {meter: rate.price for meter, rate in block.standard.rates.items() if meter in ("input_tokens", "output_tokens")}
        for model in ("perplexity/sonar", "sonar")
        for day in (date(2026, 9, 1), date(2026, 10, 22), date(2026, 10, 23))
        if (block := BOOKS.block_on("perplexity", "global", model, day).block)
    }  # fmt: skip
    both = {"input_tokens": Fraction(1), "output_tokens": Fraction(1)}
    assert prices["perplexity/sonar", date(2026, 9, 1)] == prices["sonar", date(2026, 9, 1)] == both
    assert prices["perplexity/sonar", date(2026, 10, 22)] == both
    agents = {"input_tokens": Fraction("0.25"), "output_tokens": Fraction("2.5")}
    assert prices["perplexity/sonar", date(2026, 10, 23)] == agents
    sonar = BOOKS.book("perplexity", "global").models["sonar"]
    assert sonar.end == End(date(2026, 9, 28), "perplexity/sonar", "sonar-end")


@pytest.mark.parametrize(
    ("name", "provider", "reason"),
    [
        ("ft:gpt-4o-mini-2024-07-18:acme::abc123", None, "openai/global/ft:gpt-4o-mini-2024-07-18 by pattern"),
        ("ft:gpt-4.1-2025-04-14:acme:v2:abc", "openai", "openai/global/ft:gpt-4.1-2025-04-14 by pattern"),
        ("ft:gpt-3.5-turbo-0125:acme:custom:xyz", None, "openai/global/ft:gpt-3.5-turbo by pattern"),
        ("ft:gpt-5:acme::abc", "openai", "a fine-tuned model costs something else than its base"),
        ("gpt-4.1-mini-2025-04-14.ft-abc123", "azure", "a fine-tuned model costs something else than its base"),
        ("meta-llama/llama-3.3-70b-instruct:free", "openrouter", "a free variant: no list has a price of 0"),
        ("openrouter/anthropic/claude-sonnet-4.5:nitro", None, "a variant whose price depends on who serves it"),
    ],
)
def test_tuned_and_routed_models_are_no_others(name, provider, reason):
    assert meaning(name, provider).startswith(reason)
