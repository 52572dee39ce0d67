"""Asked: what a report shall say of its own call: the configuration behind it, and the words that `explain` needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from costcalc.asked import Asked, Call, Setting
from costcalc.cli.config import Config
from costcalc.files import path_from_here

# What decides which figures the log comes to: option of a command -> the flag that `explain` has for it.
_FLAGS = {
    "hike": "--hike",
    "scenario": "--scenario",
    "pass_through": "--pass-through",
    "by": "--by",
    "currency": "--currency",
    "basis": "--basis",
    "region": "--region",
    "alias": "--alias",
    "since": "--since",
    "until": "--until",
    "month": "--month",
    "week": "--week",
    "quarter": "--quarter",
    "last": "--last",
    "where": "--where",
    "columns": "--map",
    "usage_format": "--usage-format",
    "format_file": "--format-file",
    "timezone": "--timezone",
    "pricebook": "--pricebook",
    "config_file": "--config",
}
_OF_NO_FIGURE = ("config_file", "memory", "threads")  # variables that change no figure, or are said elsewhere
# A flag has this value where nobody says another: a setting that repeats it changes nothing.
_DEFAULTS = {"timezone": "UTC", "basis": "auto", "by": "provider,model"}


def asked_of(ctx: typer.Context, config: Config) -> Asked:
    """The call of a command, with all that the configuration and the environment gave to it so far."""
    return Asked((*_environment(ctx), *_taken(config), *_tables(ctx, config)), _call(ctx))


def _call(ctx: typer.Context) -> Call:
    given = [(_FLAGS[name], text) for name in ctx.params if name in _FLAGS for text in _texts(ctx, name)]
    return Call(tuple(ctx.params.get("usage") or ()), tuple(given))


def _texts(ctx: typer.Context, name: str) -> list[str]:
    if _source(ctx, name) not in ("COMMANDLINE", "ENVIRONMENT"):
        return []
    value = ctx.params[name]
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _source(ctx: typer.Context, name: str) -> str:
    source = ctx.get_parameter_source(name)
    return source.name if source else ""


def _environment(ctx: typer.Context) -> Iterator[Setting]:
    for option in ctx.command.params:
        name = option.name or ""
        variable: Any = option.envvar
        if variable and name not in _OF_NO_FIGURE and _source(ctx, name) == "ENVIRONMENT":
            yield Setting(str(variable), str(ctx.params[name]))


def _taken(config: Config) -> Iterator[Setting]:
    for key in config.taken:
        value = str(config.values[key])
        if value.replace(" ", "") != _DEFAULTS.get(key):
            yield Setting(key, value, config.line(key))


def _tables(ctx: typer.Context, config: Config) -> Iterator[Setting]:
    for key, option in (("pricebooks", "pricebook"), ("formats", "format_file")):
        if not ctx.params.get(option):
            yield from (Setting(key, path_from_here(path), config.line(key)) for path in config.paths(key))
    for key, option in (("regions", "region"), ("aliases", "alias")):
        words = (word for text in ctx.params.get(option) or () for word in text.split(","))
        chosen = {word.partition("=")[0].strip().lower() for word in words}
        for name, value in config.table(key).items():
            if name.lower() not in chosen:
                yield Setting(f"{key}.{name}", value, config.line(key, name))
    for name, value in config.table("fx").items():
        yield Setting(f"fx.{name}", value, config.line("fx", name))
