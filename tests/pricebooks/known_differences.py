"""Where current USD prices of others are not ours, why, and who says so. Each entry is used, or it must go."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

VERSIONS = ("genai-prices 0.2.3", "litellm 1.110.2")  # the data that the list was made with


@dataclass(frozen=True)
class Known:
    """Figures that differ for one reason. Globs; a length is the number of input tokens that a request is above."""

    models: str  # provider/model, as the other list calls it
    why: str
    source: str
    data: str = "*"
    tiers: str = "*"
    meters: str = "*"
    above: int | None = None  # only at this length; None: at every one

    def covers(self, data: str, model: str, tier: str, meter: str, above: int) -> bool:
        named = ((data, self.data), (model, self.models), (tier, self.tiers), (meter, self.meters))
        return all(fnmatchcase(name, glob) for name, glob in named) and self.above in (None, above)


KNOWN = (
    Known(
        "anthropic/claude-sonnet-4-0",
        "The prices of long requests, in the beta of the 1M context alone: genai-prices has them under the name of "
        "Sonnet 4.5 and not under this one; whether the beta has ended was not read.",
        "https://platform.claude.com/docs/en/about-claude/pricing [via genai-prices 0.2.3]",
        above=200_000,
    ),
    Known(
        "anthropic/claude-sonnet-4-5*",
        "The prices of long requests, in the beta of the 1M context alone: genai-prices has them, litellm has one "
        "price for every length; whether the beta has ended was not read.",
        "https://platform.claude.com/docs/en/about-claude/pricing [via genai-prices 0.2.3]",
        data="litellm",
        above=200_000,
    ),
    Known(
        "google/gemini-3.5-flash",
        "Billed as gemini-3.6-flash since 2026-10-08; both catalogues still have its own price.",
        "https://ai.google.dev/gemini-api/docs/changelog",
    ),
    Known(
        "google/gemini-3.5-flash-lite",
        "Half of 0.03 is 0.015; genai-prices has it rounded to two decimals.",
        "https://github.com/sst/models.dev/commit/97af27c2d962 [via model-prices 0.0.5]",
        data="genai-prices",
        tiers="batch",
        meters="cache_read_tokens",
    ),
    Known(
        "mistral/magistral-medium-latest",
        "Catalogues differ, 2 and 5 against 1.5 and 7.5; the provider's own page was not seen.",
        "https://github.com/sst/models.dev/commit/024e4bdbf253 [via model-prices 0.0.5]",
        data="litellm",
    ),
    Known(
        "moonshot/kimi-k2-turbo-preview",
        "Ours was read in August 2025 and looks superseded; 1.15 and 8 have no dated source yet.",
        "https://github.com/sst/models.dev/commit/429b76581cd3 [via model-prices 0.0.5]",
        data="genai-prices",
    ),
    Known(
        "openai/*",
        "genai-prices has no cached price in its batch variant, so its standard one holds there; batch is half of "
        "standard in every figure read.",
        "https://openai.com/index/gpt-4-1/ [via model-prices 0.0.5]",
        data="genai-prices",
        tiers="batch",
        meters="cache_read_tokens",
        above=0,
    ),
    Known(
        "openai/gpt-5.5-pro",
        "genai-prices has one batch price for every length; litellm halves the longer one as it does the shorter.",
        "https://developers.openai.com/api/docs/pricing [via litellm 1.110.2]",
        data="genai-prices",
        tiers="batch",
        above=272_000,
    ),
    Known(
        "openai/gpt-5.4*",
        "Half of 0.25 is 0.125; both catalogues have it rounded to 0.13, as the page shows it.",
        "https://github.com/sst/models.dev/commit/5e344ded49d8 [via model-prices 0.0.5]",
        data="litellm",
        tiers="batch",
        meters="cache_read_tokens",
        above=0,
    ),
    *(
        Known(
            f"openai/gpt-{family}",
            "The figures of this tier were read at one price for every length; both catalogues double them above 272K. "
            "What a longer request costs there is not known for sure.",
            "https://github.com/sst/models.dev/commit/ae762dbd8d0e [via model-prices 0.0.5]",
            tiers="ultrafast",
            above=272_000,
        )
        for family in ("6-*", "6.1-*")
    ),
    Known(
        "alibaba/qwen-plus*",
        "litellm lists the model with its 129K window: no request is that long there.",
        "https://www.alibabacloud.com/help/en/model-studio/models [via litellm 1.109.1]",
        data="litellm",
        above=256_000,
    ),
    Known(
        "alibaba/qwen3-coder-*",
        "Catalogues differ in the cache price; ours is the implicit hit, 20% of input, as the provider's page has it.",
        "https://www.alibabacloud.com/help/en/model-studio/model-pricing [via model-prices 0.0.5]",
        data="litellm",
        meters="cache_read_tokens",
    ),
    *(
        Known(
            f"xai/{name}",
            "Retired, and served and billed as grok-4.3 since 2026-05-15, by observers; the catalogues still have its own "
            "price.",
            "https://github.com/RouteWorks/RouterArena/pull/172",
        )
        for name in ("grok-3", "grok-3-mini", "grok-4-0709", "grok-4-1-fast*", "grok-4-fast*")
    ),
)
