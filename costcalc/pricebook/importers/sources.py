"""Sources: the price data of others that can be brought in, by the name that the command line has for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from costcalc.files import read_text
from costcalc.pricebook.importers import (
    facts,
    genai_prices,
    litellm_map,
    llm_prices,
    metergraph,
    model_bank,
    model_prices,
    models_dev,
    openai_cost_calculator,
    rate_card,
    rates,
)
from costcalc.pricebook.importers.builder import Imported, Origin
from costcalc.pricebook.importers.events import EVENTS
from costcalc.pricebook.importers.exact_json import as_map, as_text, parse_json
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import fail, nearest_names

RATE_CARD, GENAI, FACTS = "rate-card", "genai-prices", "facts"
Reader = Callable[[Path, Origin, tuple[str, ...]], Imported]


@dataclass(frozen=True, slots=True)
class Data:
    """The price data of others: what is read of it, and where that lies in an installed package or a download."""

    what: str
    url: str = ""
    read: Reader | None = None  # None: in a way of its own
    package: str = ""
    files: tuple[str, ...] = ()  # the one file or folder that is read, by the end of its path


SOURCES = {
    GENAI: Data(
        "the installed package, with its history",
        "https://github.com/pydantic/genai-prices", package="genai_prices",
    ),
    "litellm": Data(
        "model_prices_and_context_window.json, or the one inside an installed litellm",
        "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        litellm_map.import_litellm, "litellm",
        ("model_prices_and_context_window_backup.json", "model_prices_and_context_window.json"),
    ),
    "models.dev": Data(
        "its api.json", "https://models.dev/api.json", models_dev.import_models_dev, files=("api.json",),
    ),
    "model-prices": Data(
        "its snapshot.json, with its history",
        "https://github.com/wakamex/model-prices", model_prices.import_model_prices, "model_prices",
        ("model_prices/snapshot.json",),
    ),
    "metergraph-core": Data(
        "its prices.yaml, with its history",
        "https://github.com/metergraph/metergraph", metergraph.import_metergraph, "metergraph_core",
        ("metergraph_core/data/prices.yaml",),
    ),
    "openai-cost-calculator": Data(
        "a provider's file, or the folder data/pricing",
        "https://github.com/orkunkinay/openai_cost_calculator", openai_cost_calculator.import_openai_cost_calculator,
        "openai_cost_calculator", ("openai_cost_calculator/data/pricing",),
    ),
    "model-bank": Data(
        "the folder dist/aiModels of LobeHub's catalogue",
        "https://github.com/lobehub/lobehub", model_bank.import_model_bank, files=("dist/aiModels",),
    ),
    "rates": Data(
        "its ledger-ai.json.gz, made of models.dev", "https://github.com/shehuphd/rates", rates.import_rates, "rates",
        ("rates/ai/ledger-ai.json.gz",),
    ),
    "llm-prices": Data(
        "a vendor's file, a folder of them, current.json or historical.json",
        "https://www.llm-prices.com/", llm_prices.import_llm_prices, files=("llm-prices/data",),
    ),
    FACTS: Data("a table of figures, each with source, day and confidence", files=("prices.csv",)),
    RATE_CARD: Data("your own rates, a .csv file"),
}  # fmt: skip


def source_named(word: str, file: Path | None) -> tuple[str, Path | None]:
    """The source and the file that the words mean: `my-rates.csv` alone is a rate card. CostcalcError: neither."""
    if word in SOURCES:
        return word, file
    if file is None and word.lower().endswith(".csv"):
        return RATE_CARD, Path(word)
    raise fail(
        "unknown-source", f'no prices are known by the name "{word}"',
        nearest=nearest_names(word, SOURCES), expected=", ".join([*SOURCES, EVENTS, "or a .csv file of your own rates"]),
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


def data_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """The data of others that lies somewhere below a folder, as packages were unpacked or files downloaded."""
    for name, data in SOURCES.items():
        found = (path for file in data.files for path in sorted(folder.glob(f"**/{file}")))
        if path := next(found, None):
            yield name, path


def data_installed() -> Iterator[tuple[str, Path | None]]:
    """The data of others that is installed here; none of it is imported but genai-prices, which is Python alone."""
    for name, data in SOURCES.items():
        if name == GENAI:
            yield from [(name, None)] if find_spec(data.package) else ()
        elif path := _installed(data):
            yield name, path


def _read(
    source: str, file: Path | None, today: date, starts: date | None, shipped: Pricebook
) -> Callable[[tuple[str, ...]], Imported]:
    """How this source is read, for some providers."""
    data = SOURCES[source]
    if source == GENAI:
        if file is not None:
            raise fail("unneeded-file", "genai-prices is read from the installed package", remedy="leave the file out")
        origin = Origin(genai_prices.installed_version(), data.url, today, starts)
        return lambda providers: genai_prices.import_genai_prices(origin, providers)
    path = file or _installed(data)
    if path is None and data.package:
        raise fail(
            "not-installed", f"{source} is not installed here",
            remedy=f"name its file: costcalc prices import {source} {data.files[-1]}",
        )  # fmt: skip
    if path is None:
        raise fail("missing-file", f"{source} is read from a file", expected=data.what, remedy="name it")
    if source == RATE_CARD:
        origin = Origin(RATE_CARD, f"our rate card, {path.name}", today, starts)
        return lambda providers: rate_card.import_rate_card(path, origin, shipped, providers)
    if source == FACTS:
        origin = Origin(FACTS, f"facts, {path.name}", today, starts)
        return lambda providers: facts.import_facts(path, origin, shipped, providers)
    reader = data.read
    assert reader
    origin = Origin(_versioned(source, path), data.url, today, starts)
    return lambda providers: reader(path, origin, providers)


def _installed(data: Data) -> Path | None:
    """The file inside the installed package, which is not imported: that would take seconds, and run its code."""
    spec = find_spec(data.package) if data.package else None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in data.files:
            path = Path(folder) / file.removeprefix(f"{data.package}/")
            if path.exists():
                return path
    return None


def _versioned(source: str, path: Path) -> str:
    """The name of the data with the version that lies beside its package: `litellm 1.110.2`."""
    package = SOURCES[source].package
    for folder in path.parents:
        if package and folder.name == package:
            for told in folder.parent.glob(f"{package}-*.dist-info"):
                return f"{source} {told.stem.removeprefix(f'{package}-')}"
        elif not package and (manifest := folder / "package.json").is_file():
            version = as_text(as_map(parse_json(read_text(manifest), str(manifest))).get("version"))
            return f"{source} {version}".strip()
    return source


def said_of(imported: Imported, provider: str) -> Imported:
    """What was not taken of one provider's entries."""
    kept = tuple(each for each in imported.not_taken if home_of(each.provider).provider == provider)
    return replace(imported, not_taken=kept)
