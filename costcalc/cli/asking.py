"""Asking: the keywords of a question, from the flags of a command line and what the configuration says beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costcalc import api
from costcalc.api.options import ChangeOptions, options_of
from costcalc.api.words import Pairs, read_pairs
from costcalc.cli.asked import asked_of
from costcalc.cli.config import Config
from costcalc.problems import CostcalcError, fail

if TYPE_CHECKING:
    from costcalc.api import Prices
    from costcalc.scenario.items import Scenario

Usage = Annotated[
    list[str],
    typer.Argument(
        metavar="USAGE...", help="Files, folders or globs of usage logs; - is standard input.", show_default=False
    ),
]


def taken_plan(words: ChangeOptions) -> Scenario:
    """The scenario of a call, hikes included, which the keywords then have in place of both. CostcalcError."""
    plan = api.scenario_of(words.pop("scenario", None), words.pop("hikes", None) or ())
    words["scenario"] = plan
    return plan


def words_of(
    ctx: typer.Context, given: Mapping[str, object], config: Config, group: Any, stated: str | None = None
) -> dict[str, Any]:
    """The keywords of a group: the flags, else the configuration. `stated`: the currency of the call's scenarios."""
    words = {name: value for name, value in given.items() if value is not None}
    options = options_of(group)
    if "revenue" in options:
        words |= _earned(words, config)
    for name, option in options.items():
        if option.configured and name not in words:
            text = stated if name == "currency" and stated else config.text(name)
            words |= {} if text is None else {name: text}
    if "prices" in options:
        words["prices"] = prices_in(config, *(words.pop(name, None) for name in ("pricebooks", "regions", "aliases")))
    if "formats" in options:
        words.setdefault("formats", config.paths("formats"))
        words["rules"] = config.map_rules()
        words["asked"] = asked_of(ctx, config)  # last: it names what the configuration gave by then
    return words


def limits_in(config: Config, words: Mapping[str, Any]) -> dict[str, Any]:
    """What counting may use: the flags, else the configuration."""
    return {name: words.get(name) or config.text(name) for name in ("memory", "threads")}


def prices_in(config: Config, books: Any = None, regions: Any = None, aliases: Any = None) -> Prices:
    """Pricebooks with the regions and aliases of the flags over those of the configuration."""
    tables = {
        "regions": _laid_over(config, "regions", regions, "--region", "PROVIDER=REGION"),
        "aliases": _laid_over(config, "aliases", aliases, "--alias", "NAME=PROVIDER/MODEL"),
    }
    places = {
        (table, name): place
        for table, (_, kept) in tables.items()
        for name in kept
        if (place := config.place(table, name))
    }
    (regions, _), (aliases, _) = tables.values()
    places |= config.currencies()
    named = books if books is not None else config.paths("pricebooks")
    return api.read_prices(named, regions, aliases, places, config.rates())


def checked(config: Config, books: Any) -> Config:
    """The configuration, where nothing is wrong with it. CostcalcError with every problem, those of its names too."""
    if not config.problems:
        return config
    from costcalc.api.books import unknown_currencies

    try:
        found = unknown_currencies(prices_in(config, books).fx, config.currencies())
    except CostcalcError as error:
        found = [problem for problem in error.problems if problem.place]
    raise CostcalcError([*config.problems, *found])


def _laid_over(
    config: Config, table: str, given: Pairs, flag: str, shape: str
) -> tuple[dict[str, str], dict[str, str]]:
    """All names, and those that the configuration says."""
    said = read_pairs(given, flag, shape)
    kept = {name: value for name, value in config.table(table).items() if name.lower() not in said}
    return {**kept, **said}, kept


def _earned(words: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Revenue, where it comes from, and the margin: the flags win; two flags contradict each other."""
    revenue, margin = words.get("revenue"), words.get("margin")
    if revenue and margin:
        raise fail("two-revenues", "--revenue and --margin both say what you earn", remedy="give one of them")
    if revenue:
        return {"revenue": api.read_revenue(revenue, "--revenue"), "revenue_source": "--revenue"}
    if margin:
        return {"revenue_source": "--margin"}
    if text := config.text("revenue"):
        return {"revenue": api.read_revenue(text, "revenue", config.folder), "revenue_source": "configuration"}
    return {"revenue_source": "configuration", "margin": config.text("margin")}
