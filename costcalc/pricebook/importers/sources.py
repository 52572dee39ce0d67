"""Sources: the price data of others that can be brought in, by the name that the command line has for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from costcalc.pricebook.importers import genai_prices, litellm_map, llm_prices, models_dev, rate_card
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.shelf import Imported, Origin
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import fail, nearest_names

RATE_CARD = "rate-card"
SOURCES = {
    "genai-prices": "the installed package, with its history",
    "litellm": "model_prices_and_context_window.json, or the one inside an installed litellm",
    "models.dev": "its api.json",
    "llm-prices": "a vendor's file, a folder of them, current.json or historical.json",
    RATE_CARD: "your own rates, a .csv file",
}


def source_named(word: str, file: Path | None) -> tuple[str, Path | None]:
    """The source and the file that the words mean: `my-rates.csv` alone is a rate card. CostcalcError: neither."""
    if word in SOURCES:
        return word, file
    if file is None and word.lower().endswith(".csv"):
        return RATE_CARD, Path(word)
    raise fail(
        "unknown-source", f'no prices are known by the name "{word}"',
        nearest=nearest_names(word, SOURCES), expected=", ".join([*SOURCES, "or a .csv file of your own rates"]),
    )  # fmt: skip


def read_source(
    source: str, file: Path | None, today: date, starts: date | None, providers: tuple[str, ...], shipped: Pricebook
) -> Imported:
    """The pricebooks that the source makes. CostcalcError: it cannot be read, or has no such provider."""
    imported = _read(source, file, today, starts, shipped)(providers)
    if not imported.books:
        every = _read(source, file, today, starts, shipped)(()) if providers else imported
        names = sorted({book.provider for book in every.books})
        raise fail(
            "nothing-imported", f"{imported.origin.name} has no prices {'of ' + ', '.join(providers) if providers else 'in it'}",
            nearest=tuple(name for word in providers for name in nearest_names(word, names)),
            expected=", ".join(names),
        )  # fmt: skip
    return imported


def _read(
    source: str, file: Path | None, today: date, starts: date | None, shipped: Pricebook
) -> Callable[[tuple[str, ...]], Imported]:
    """How this source is read, for some providers."""
    if source == "genai-prices":
        if file is not None:
            raise fail("unneeded-file", "genai-prices is read from the installed package", remedy="leave the file out")
        origin = Origin(genai_prices.installed_version(), genai_prices.URL, today, starts)
        return lambda providers: genai_prices.import_genai_prices(origin, providers)
    if source == "litellm":
        path, name = (file, "litellm") if file else litellm_map.installed_map()
        origin = Origin(name, litellm_map.URL, today, starts)
        return lambda providers: litellm_map.import_litellm(path, origin, providers)
    if file is None:
        raise fail("missing-file", f"{source} is read from a file", expected=SOURCES[source], remedy="name it")
    if source == RATE_CARD:
        origin = Origin(RATE_CARD, f"our rate card, {file.name}", today, starts)
        return lambda providers: rate_card.import_rate_card(file, origin, shipped, providers)
    module = models_dev if source == "models.dev" else llm_prices
    read = models_dev.import_models_dev if source == "models.dev" else llm_prices.import_llm_prices
    origin = Origin(module.NAME, module.URL, today, starts)
    return lambda providers: read(file, origin, providers)


def said_of(imported: Imported, provider: str) -> Imported:
    """What was not taken of one provider's entries."""
    kept = tuple(each for each in imported.not_taken if home_of(each.provider).provider == provider)
    return replace(imported, not_taken=kept)
