"""Completion: what a shell offers for the word that is being typed; names come from the books, and nothing fails aloud."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.cli.app import COMPLETION_ASKED

if TYPE_CHECKING:
    from costcalc.pricebook.resolve import Pricebook

_BASH_BREAKS = "=:"  # bash takes what stands between these for words of their own, unless it is quoted
_TYPED = "_COSTCALC_TYPED"  # the piece of a word that bash will replace
_RISES = ("10", "20", "34", "5..34")  # of a hike, where only a figure is missing
_ITEMS_OF_FILES = "@"


@dataclass(frozen=True, slots=True)
class Offer:
    """One word that is offered, as Typer writes it for each shell."""

    value: str
    help: str = ""
    type: str = "plain"


Offered = Callable[[Any, str], Iterable[str]]  # the context and the word so far -> words


def complete(args: Sequence[str]) -> int:
    """Answer a shell. A mistake in the line, or a broken file beside it, offers nothing; it is never said here."""
    from costcalc.cli.run import run

    if os.environ[COMPLETION_ASKED].startswith("complete_bash"):
        _join_words()
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        try:
            run(args)
        except (Exception, SystemExit):
            return 0
    return 0


def equip(command: Any, path: tuple[str, ...]) -> None:
    """Teach a command's parameters, and those of its own commands, what they offer."""
    for name, inner in getattr(command, "commands", {}).items():
        equip(inner, (*path, name))
    for param in command.params:
        found = _offered_for(param, path)
        if found is not None:
            param.shell_complete = _shell_complete(found)


def command_offers(commands: Iterable[tuple[str, str]], incomplete: str) -> list[Offer]:
    """Commands by their first letters; none of them is imported."""
    return [Offer(name, text) for name, text in commands if name.startswith(incomplete)]


def _shell_complete(offered: Offered) -> Callable[[Any, str], list[Offer]]:
    def answer(ctx: Any, incomplete: str) -> list[Offer]:
        try:
            words = [word for word in offered(ctx, incomplete) if word.lower().startswith(incomplete.lower())]
        except Exception:  # a wrong configuration or pricebook is answered by the command, not by the shell
            return []
        return [Offer(word) for word in _as_the_shell_has_it(words, incomplete)]

    return answer


def _as_the_shell_has_it(words: Sequence[str], incomplete: str) -> list[str]:
    """Bash replaces only the piece at which it parted the word, so only that is offered."""
    if not os.environ.get(COMPLETION_ASKED, "").startswith("complete_bash"):
        return list(words)
    start = max(len(incomplete) - len(os.environ.get(_TYPED, incomplete)), 0)
    return [word[start:] for word in words]


def _join_words() -> None:
    """Bash hands `provider=ali` over as three words: one again, as the command will get it."""
    text = os.environ.get("COMP_WORDS", "")
    words = text.split("\n") if "\n" in text else text.split(" ")
    position = int(os.environ.get("COMP_CWORD", "0"))
    joined: list[str] = []
    wanted, glue = 0, False
    for place, word in enumerate(words):
        is_break = bool(word) and not word.strip(_BASH_BREAKS)
        if (glue or is_break) and len(joined) > 1 and (word or glue):
            joined[-1] += word
        else:
            joined.append(word)
        glue = is_break
        if place == position:
            wanted = len(joined) - 1
    typed = words[position] if position < len(words) else ""
    os.environ[_TYPED] = typed.lstrip("'\"") if typed.strip(_BASH_BREAKS) else ""
    os.environ["COMP_WORDS"] = "\n".join(joined)
    os.environ["COMP_CWORD"] = str(wanted)


def _offered_for(param: Any, path: tuple[str, ...]) -> Offered | None:
    """By the option's name, else by how its value is written."""
    for name in (*param.opts, *param.secondary_opts):
        if (*path, name) in _BY_COMMAND:
            return _BY_COMMAND[*path, name]
        if name in _BY_OPTION:
            return _BY_OPTION[name]
    metavar = str(param.metavar or "")
    if metavar in _BY_METAVAR:
        return _BY_METAVAR[metavar]
    if "|" in metavar and metavar.islower():
        return lambda ctx, incomplete: metavar.split("|")
    if param.param_type_name == "argument" or "FILE" in metavar:
        return lambda ctx, incomplete: ()  # nothing of ours: the shell offers files
    return None


def _hikes(ctx: Any, incomplete: str) -> Iterator[str]:
    """`alibaba=`, `alibaba/qwen3-max=`, `alibaba:tokens=`, `@EVENT`; after a comma the next one."""
    done, _, item = incomplete.rpartition(",")
    done += "," if done else ""
    if item.startswith(_ITEMS_OF_FILES):
        yield from (f"{done}@{event}" for event in _events())
    elif "=" in item:
        name = item.partition("=")[0]
        yield from (f"{done}{name}={rise}" for rise in _RISES)
    else:
        yield from _expanded([f"{done}{name}=" for name in _selectors(ctx, item)], f"{done}{item}", _RISES)


def _selectors(ctx: Any, item: str) -> Iterator[str]:
    book = _book(ctx)
    if "/" in item and ":" not in item:
        yield from book.model_names()
        return
    if ":" in item:
        yield from (f"{item.rpartition(':')[0]}:{meter}" for meter in _meters())
        return
    yield from (*sorted(book.by_provider), "any")


def _expanded(words: Sequence[str], incomplete: str, values: Iterable[str]) -> list[str]:
    """A single word that ends in `=` is offered with values, so that no shell puts a blank behind it."""
    fitting = [word for word in words if word.lower().startswith(incomplete.lower())]
    return [f"{fitting[0]}{value}" for value in values] if len(fitting) == 1 else fitting


def _pairs(names: Callable[[Any], Iterable[str]]) -> Offered:
    """`NAME=VALUE`, several after commas; values of providers, models and meters come from the books."""

    def offered(ctx: Any, incomplete: str) -> Iterable[str]:
        done, _, item = incomplete.rpartition(",")
        done += "," if done else ""
        name, equals, _ = item.partition("=")
        if equals:
            return [f"{done}{name}={value}" for value in _values(ctx, name.lower())]
        words = [f"{done}{each}=" for each in names(ctx)]
        fitting = [word for word in words if word.startswith(incomplete)]
        if len(fitting) != 1:
            return fitting
        return [f"{fitting[0]}{value}" for value in _values(ctx, fitting[0][len(done) : -1])] or fitting

    return offered


def _values(ctx: Any, name: str) -> Iterable[str]:
    book = _book(ctx)
    match name:
        case "provider":
            return sorted(book.by_provider)
        case "model":
            return sorted({model for each in book.books for model in each.models})
        case "region":
            return sorted({each.region for each in book.books})
        case "meter":
            return _meters()
    return ()


def _regions(ctx: Any, incomplete: str) -> Iterable[str]:
    """`alibaba=cn-beijing`: only of providers that have several lists."""
    return [
        f"{provider}={each.region}" for provider, books in sorted(_book(ctx).by_provider.items()) if len(books) > 1
        for each in books
    ]  # fmt: skip


def _models(ctx: Any, incomplete: str) -> Iterable[str]:
    """`alibaba/qwen3-max`, or `qwen3-max` alone."""
    book = _book(ctx)
    if "/" in incomplete or not incomplete:
        return book.model_names()
    return [*book.model_names(), *sorted({model for each in book.books for model in each.models})]


def _targets(ctx: Any, incomplete: str) -> Iterable[str]:
    return _book(ctx).model_names()


def _providers(ctx: Any, incomplete: str) -> Iterable[str]:
    return sorted(_book(ctx).by_provider)


def _scenarios(ctx: Any, incomplete: str) -> Iterable[str]:
    """Those that ship; where none is meant, the shell offers files."""
    from costcalc.api.files import scenario_names

    return scenario_names()


def _formats(ctx: Any, incomplete: str) -> Iterable[str]:
    from costcalc.api.known import formats

    return formats()


def _zones(ctx: Any, incomplete: str) -> Iterable[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


def _kinds(ctx: Any, incomplete: str) -> Iterable[str]:
    from costcalc.cli.output import KINDS

    return KINDS


def _currencies(ctx: Any, incomplete: str) -> Iterable[str]:
    from costcalc.api.known import currencies

    return currencies(_files(ctx))


def _tiers(ctx: Any, incomplete: str) -> Iterable[str]:
    return ("standard", "batch", "flex", "priority", "fast")


def _ends(ctx: Any, incomplete: str) -> Iterable[str]:
    return ("month-end", "year-end")


def _days(ctx: Any, incomplete: str) -> Iterable[str]:
    return ("today", "yesterday", "this-month", "last-month", "this-year")


def _meter_words(ctx: Any, incomplete: str) -> Iterable[str]:
    return _meters()


def _by(ctx: Any, incomplete: str) -> Iterable[str]:
    done, _, _ = incomplete.rpartition(",")
    return [f"{done}{',' if done else ''}{name}" for name in _line_names(ctx)]


def _line_names(ctx: Any) -> Iterable[str]:
    from costcalc.api.words import price_columns

    return (*price_columns(), "customer", "feature", "team", "user", "api_key", "project")


def _where_names(ctx: Any) -> Iterable[str]:
    return ("provider", "model", "region", "service_tier", "customer", "feature", "team", "user", "api_key", "project")


def _meters() -> Iterable[str]:
    from costcalc.meters import meters

    return meters().words()


def _events() -> Iterable[str]:
    from costcalc.api.known import events

    return events()


def _book(ctx: Any) -> Pricebook:
    """The books of the line, of the configuration, or those that ship."""
    from costcalc.api.known import books

    return books(tuple(_files(ctx)))


def _files(ctx: Any) -> list[str]:
    named = ctx.params.get("pricebooks") if ctx is not None else None
    if named:
        return [str(path) for path in named]
    from costcalc.cli.config import read_config

    try:
        return [str(path) for path in read_config(None).paths("pricebooks")]
    except Exception:
        return []


_BY_OPTION: dict[str, Offered] = {
    "--hike": _hikes,
    "--where": _pairs(_where_names),
    "--line": _pairs(_line_names),
    "--by": _by,
    "--scenario": _scenarios,
    "--usage-format": _formats,
    "--format": _kinds,
    "--meter": _meter_words,
    "--tier": _tiers,
    "--provider": _providers,
    "--since": _days,
    "--until": _days,
    "--on": _days,
    "--memory": lambda ctx, incomplete: ("512MB", "1GB", "2GB", "4GB"),
    "--engine": lambda ctx, incomplete: ("embedded", "spark"),
    "--remote": lambda ctx, incomplete: ("sc://localhost:15002",),
    "--threads": lambda ctx, incomplete: map(str, range(1, (os.cpu_count() or 1) + 1)),
}
_BY_METAVAR: dict[str, Offered] = {
    "PROVIDER=REGION": _regions,
    "PROVIDER/MODEL": _targets,
    "ZONE": _zones,
    "CODE": _currencies,
    "MODEL": _models,
    "[PROVIDER]...": _providers,
    "REGION": lambda ctx, incomplete: _values(ctx, "region"),
}
_BY_COMMAND: dict[tuple[str, ...], Offered] = {
    ("check", "--format"): lambda ctx, incomplete: ("table", "json", "junit", "sarif", "md", "github", "csv"),
    ("forecast", "--to"): _ends,
    ("prices", "resolve", "name"): _models,
    ("formats", "show", "name"): _formats,
    ("scenarios", "show", "name"): _scenarios,
}
