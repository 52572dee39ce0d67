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


ONE_LENGTH = (
    "The figures of this tier were read at one price for every length; both catalogues double them above {}. "
    "What a longer request costs there is not known for sure."
)
KNOWN = (
    Known(
        "anthropic/claude-sonnet-4-0",
        "The prices of long requests, in the beta of the 1M context alone: genai-prices has them under the name of "
        "Sonnet 4.5 and not under this one; whether the beta has ended was not read.",
        "https://platform.claude.com/docs/en/about-claude/pricing [via genai-prices 0.2.3]",
        above=200_000,
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
        "google/gemini-*-pro*",
        ONE_LENGTH.format("200K"),
        "https://ai.google.dev/gemini-api/docs/pricing [via litellm 1.109.1]",
        data="litellm",
        tiers="flex",
        above=200_000,
    ),
    Known(
        "mistral/mistral-large-4",
        "The price before the doubling of 2026-10-20, rounded.",
        "https://mistral.ai/pricing/api [via model-prices 0.0.5]",
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
            ONE_LENGTH.format("272K"),
            "https://github.com/sst/models.dev/commit/ae762dbd8d0e [via model-prices 0.0.5]",
            tiers=tier,
            above=272_000,
        )
        for family in ("5.6-*", "6-*", "6.1-*")
        for tier in ("priority", "ultrafast")
        if (family, tier) != ("5.6-*", "ultrafast")
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
    Known(
        "xai/grok-code-fast*",
        "litellm redirects the retired model to its successor's price; the list price it had is kept here.",
        "https://github.com/sst/models.dev/commit/694095bec90e [via model-prices 0.0.5]",
        data="litellm",
    ),
)
