"""Grouped options: a dataclass says a set of options once, and each command that has them takes one value."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from costcalc.cli.output import keep_apart

# The options and arguments that name files which a command reads.
_READ = ("usage", "revenue", "baseline", "invoice", "scenario", "budgets", "pricebook", "format_file", "config_file")


def grouped(command: Callable[..., int]) -> Callable[..., int]:
    """The command for Typer: a parameter whose type is a dataclass becomes its fields, and arrives as its instance."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind)}
    options: list[inspect.Parameter] = []
    for param in inspect.signature(command).parameters.values():
        found = _fields(groups[param.name]) if param.name in groups else [param.replace(annotation=hints[param.name])]
        options += [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in found]

    def run(**words: Any) -> int:
        keep_apart(_listed(words.get("output")), (path for name in _READ for path in _listed(words.get(name))))
        for name, kind in groups.items():
            words[name] = kind(**{each.name: words.pop(each.name) for each in dataclasses.fields(kind)})
        return command(**words)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {param.name: param.annotation for param in options}
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    return run


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _fields(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in dataclasses.fields(kind)
    ]
