"""Asked: what a report shall say of its own call: the configuration behind it, and the words that `explain` needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from costcalc.api.options import ExplainOptions, options_of
from costcalc.asked import Asked, Call, Setting
from costcalc.cli.config import Config
from costcalc.files import path_from_here
from costcalc.usage.files.addresses import spoken

# What `explain` needs to come to the same figures; the rest of its options choose among them, or change none.
_CHOOSING = ("line", "meter", "day", "memory", "threads", "engine", "remote")
_FLAGS = (
    *(option.flag_of(name) for name, option in options_of(ExplainOptions).items() if option.metavar and name not in _CHOOSING),
    "--config",
)  # fmt: skip
_OF_NO_FIGURE = ("config_file", "memory", "threads")  # what changes no figure, or is said elsewhere
# A flag has this value where nobody says another: a setting that repeats it changes nothing.
_DEFAULTS = {"timezone": "UTC", "basis": "auto", "by": "provider,model", "fiscal_year_starts": "1"}


def asked_of(ctx: typer.Context, config: Config) -> Asked:
    """The call of a command, with all that the configuration and the environment gave to it so far."""
    return Asked((*_environment(ctx), *_taken(config), *_tables(ctx, config)), _call(ctx))


def _call(ctx: typer.Context) -> Call:
    flags = {option.name or "": option.opts[0] for option in ctx.command.params}
    given = [(flags[name], text) for name in ctx.params if flags[name] in _FLAGS for text in _texts(ctx, name)]
    return Call(tuple(map(spoken, ctx.params.get("usage") or ())), tuple(given))


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
        if key not in _OF_NO_FIGURE and value.replace(" ", "") != _DEFAULTS.get(key):
            yield Setting(key, value, config.line(key))


def _tables(ctx: typer.Context, config: Config) -> Iterator[Setting]:
    for key in ("pricebooks", "formats"):
        if not ctx.params.get(key):
            yield from (Setting(key, path_from_here(path), config.line(key)) for path in config.paths(key))
    for key in ("regions", "aliases"):
        words = (word for text in ctx.params.get(key) or () for word in text.split(","))
        chosen = {word.partition("=")[0].strip().lower() for word in words}
        for name, value in config.table(key).items():
            if name.lower() not in chosen:
                yield Setting(f"{key}.{name}", value, config.line(key, name))
    for name, value in config.table("fx").items():
        yield Setting(f"fx.{name}", value, config.line("fx", name))
