"""Homes: which provider and list of ours a name in somebody else's price data means."""

from __future__ import annotations

from dataclasses import dataclass

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


# Providers as genai-prices, litellm and models.dev call them. The zone is the one of our own list, so that a book
# can be laid over it; a name that is not here is taken as it is.
_HOMES = {
    "alibaba": Home("alibaba", "intl-singapore", "Asia/Shanghai", thinks=True),
    "alibaba-cn": Home("alibaba", "cn-beijing-usd", "Asia/Shanghai", thinks=True, note=CONVERTED),
    "anthropic": Home("anthropic"),
    "bigmodel": Home("zhipu", "cn-usd", "Asia/Shanghai", note=CONVERTED),
    "byteplus": Home("volcengine", "intl-byteplus", "Asia/Shanghai"),
    "chatgpt": Home("chatgpt", resold=True),  # a subscription, not the API that our openai list prices
    "dashscope": Home("alibaba", "intl-singapore", "Asia/Shanghai", thinks=True),
    "deepseek": Home("deepseek", "global", "Asia/Shanghai"),
    "gemini": Home("google"),
    "google": Home("google"),
    "minimax": Home("minimax", "intl", "Asia/Shanghai"),
    "minimax-cn": Home("minimax", "cn-usd", "Asia/Shanghai", note=CONVERTED),
    "mistral": Home("mistral"),
    "moonshot": Home("moonshot", "intl", "Asia/Shanghai"),
    "moonshot-ai": Home("moonshot", "intl", "Asia/Shanghai"),
    "moonshotai": Home("moonshot", "intl", "Asia/Shanghai"),
    "moonshotai-cn": Home("moonshot", "cn-usd", "Asia/Shanghai", note=CONVERTED),
    "openai": Home("openai"),
    "qwen": Home("alibaba", "intl-singapore", "Asia/Shanghai", thinks=True),
    "tencent": Home("tencent", "intl", "Asia/Shanghai"),
    "text-completion-openai": Home("openai"),
    "volcengine": Home("volcengine", "cn-usd", "Asia/Shanghai", note=CONVERTED),
    "x-ai": Home("xai"),
    "xai": Home("xai"),
    "xiaomi": Home("xiaomi", "intl", "Asia/Shanghai"),
    "xiaomi_mimo": Home("xiaomi", "intl", "Asia/Shanghai"),
    "z.ai": Home("zhipu", "intl", "Asia/Shanghai"),
    "zai": Home("zhipu", "intl", "Asia/Shanghai"),
    "zhipuai": Home("zhipu", "cn-usd", "Asia/Shanghai", note=CONVERTED),
}

_SELLERS = ("vertex_ai", "bedrock")  # litellm has one name for each kind of call to them


def home_of(name: str) -> Home:
    """The list that a provider's name means; an unknown provider keeps its name."""
    lowered = name.lower()
    if lowered in _HOMES:
        return _HOMES[lowered]
    together = next((seller for seller in _SELLERS if lowered.startswith(seller)), lowered)
    return Home(together, resold=True)


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
