"""Grouped options: a group says a set of options once, and each command that has them takes one value.

A group is one of the library's (`api.options`), which arrives as the keywords that were given, or a dataclass of the
command line's own, which arrives as its instance.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints, is_typeddict

import typer

from costcalc.api.options import Option, RatedOptions, options_of
from costcalc.cli.output import keep_apart

# The options and arguments that name files which a command reads.
_READ = (
    "usage", "revenue", "baseline", "invoice", "scenario", "scenarios", "budgets", "pricebooks", "formats", "config_file",
)  # fmt: skip


def grouped(command: Callable[..., int]) -> Callable[..., int]:
    """The command for Typer: a parameter whose type is a group becomes the options of it."""
    hints = get_type_hints(command, include_extras=True)
    members = {name: _members(kind) for name, kind in hints.items()}
    options: list[inspect.Parameter] = []
    for param in inspect.signature(command).parameters.values():
        found = members[param.name] or [param.replace(annotation=hints[param.name])]
        options += [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in found]

    def run(**words: Any) -> int:
        keep_apart(_listed(words.get("output")), (path for name in _READ for path in _listed(words.get(name))))
        for name, found in members.items():
            if found:
                given = {each.name: words.pop(each.name) for each in found}
                kind = hints[name]
                words[name] = {**given} if is_typeddict(kind) else kind(**given)
        return command(**words)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {param.name: param.annotation for param in options}
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    return run


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _members(kind: Any) -> list[inspect.Parameter]:
    """The options of a group; none of anything else."""
    if is_typeddict(kind):
        found = options_of(kind)
        names = sorted(found, key=lambda name: name in RatedOptions.__annotations__)  # what is its own comes first
        return [_parameter(name, *_laid(name, found[name])) for name in names if found[name].metavar]
    if not dataclasses.is_dataclass(kind):
        return []
    hints = get_type_hints(kind, include_extras=True)
    return [_parameter(field.name, hints[field.name], field.default) for field in dataclasses.fields(kind)]


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _laid(name: str, option: Option) -> tuple[Any, Any]:
    """An option of the library as one of Typer, and its default; None where the library or the configuration says it."""
    default = None if option.shown or option.default in ("", ()) else option.default
    least, most = option.range or (None, None)
    kind: Any = list[option.kind] if option.many else option.kind  # type: ignore[name-defined]
    said = typer.Option(
        option.flag_of(name),
        metavar=option.metavar if option.kind is not bool else None,
        help=option.help,
        envvar=f"COSTCALC_{name.upper()}" if option.env else None,
        show_default=option.shown or default is not None,
        min=least,
        max=most,
    )
    return Annotated[kind if default is not None else kind | None, said], default
