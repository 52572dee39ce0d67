"""Homes: which provider and list of ours a name in somebody else's price data means."""

from __future__ import annotations

from dataclasses import dataclass, replace

from costcalc.pricebook.hosts import host_named
from costcalc.pricebook.resolve import Pricebook

CONVERTED = "the provider's list is in CNY: these USD figures were converted by whoever collected them"


@dataclass(frozen=True, slots=True)
class Home:
    """One provider's list in one region."""

    provider: str
    region: str = "global"
    timezone: str = "UTC"
    resold: bool = False  # other makers' models: a log that names no provider does not mean this one
    thinks: bool = False  # its price of reasoning is the price of all output of a request made in thinking mode
    note: str = ""


# Our lists, by the names that others have for the provider. The zone is the one of our own list, so that a book can be
# laid over it; a name that is neither here nor a host's is taken as it is.
_SHANGHAI = "Asia/Shanghai"
_LISTS = {
    Home("alibaba", "intl-singapore", _SHANGHAI, thinks=True): "alibaba dashscope qwen",
    Home("alibaba", "cn-beijing-usd", _SHANGHAI, thinks=True, note=CONVERTED): "alibaba-cn",
    Home("antgroup"): "antgroup bailing",
    Home("baidu", "cn-usd", _SHANGHAI, note=CONVERTED): "baidu wenxin",
    Home("black_forest_labs"): "bfl black-forest-labs black_forest_labs",
    Home("chatgpt", resold=True): "chatgpt",  # a subscription, not the API that our openai list prices
    Home("deepseek", "global", _SHANGHAI): "deepseek",
    Home("google"): "gemini google",
    Home("minimax", "intl", _SHANGHAI): "minimax",
    Home("minimax", "cn-usd", _SHANGHAI, note=CONVERTED): "minimax-cn",
    Home("moonshot", "intl", _SHANGHAI): "moonshot moonshot-ai moonshotai",
    Home("moonshot", "cn-usd", _SHANGHAI, note=CONVERTED): "moonshotai-cn",
    Home("openai"): "openai text-completion-openai",
    Home("stepfun"): "stepfun stepfun-ai",
    Home("tencent", "intl", _SHANGHAI): "hunyuan tencent tencent-tokenhub tencentcloud",
    Home("volcengine", "cn-usd", _SHANGHAI, note=CONVERTED): "volcengine",
    Home("volcengine", "intl-byteplus", _SHANGHAI): "byteplus",
    Home("xai"): "x-ai xai",
    Home("xiaomi", "intl", _SHANGHAI): "xiaomi xiaomi_mimo xiaomimimo",
    Home("zhipu", "intl", _SHANGHAI): "z.ai zai zhipu",
    Home("zhipu", "cn-usd", _SHANGHAI, note=CONVERTED): "bigmodel zhipuai",
}
_MAKERS = "anthropic arcee cohere deepgram elevenlabs jina meta mistral perplexity runwayml soniox voyage"
_HOMES = {
    **{name: Home(name) for name in _MAKERS.split()},
    **{name: home for home, names in _LISTS.items() for name in names.split()},
}
_MAINLAND = {"alibaba": "cn-beijing", "volcengine": "cn-beijing"}  # the region of a list in CNY; elsewhere it is cn
_RUN_TOGETHER = {
    "azureai": "azure_ai", "fireworksai": "fireworks_ai", "siliconcloud": "siliconflow", "togetherai": "together_ai",
    "vercelaigateway": "vercel_ai_gateway", "vertexai": "vertex_ai", "google-vertex-ai": "vertex_ai",
}  # fmt: skip
_SELLERS = ("vertex_ai", "bedrock")  # litellm has one name for each kind of call to them


def home_of(name: str, currency: str = "USD") -> Home:
    """The list that a provider's name means; an unknown provider keeps its name."""
    lowered = name.lower()
    home = _HOMES.get(lowered) or _host(lowered)
    if currency != "CNY":
        return home
    return replace(home, region=_MAINLAND.get(home.provider, "cn"), timezone=_SHANGHAI, note="")


def _host(name: str) -> Home:
    together = next((seller for seller in _SELLERS if name.startswith(seller)), _RUN_TOGETHER.get(name, name))
    host = host_named(together)
    return Home(host.name if host else together, resold=True)


def means(word: str, name: str) -> bool:
    """Whether a word on the command line, ours or theirs, means the provider that the data calls `name`."""
    return word.lower() in (name.lower(), home_of(name).provider)


def shipped_home(provider: str, region: str, shipped: Pricebook) -> tuple[Home, str]:
    """The list of our own books that the words mean, and its currency ("" where we have none)."""
    known = shipped.provider_named(provider)
    if known is None:
        return Home(provider.lower(), region.lower() or "global"), ""
    books = shipped.by_provider[known]
    wanted = shipped.region_named(known, region) if region else books[0].region
    for book in books:
        if book.region == wanted:
            return Home(known, book.region, book.timezone), book.currency
    return Home(known, region.lower(), books[0].timezone), ""
