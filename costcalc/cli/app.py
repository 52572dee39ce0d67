"""The command group. A command's module is imported when it is called, so help and completion stay instant."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer._click._textwrap import TextWrapper
from typer._click.core import Context  # Typer 0.28 carries click as its own
from typer._click.formatting import HelpFormatter

from costcalc.cli.groups import CommandsGroup

# In this order help lists them; others come after these.
_ORDER = (
    "project", "cost", "compare", "advise", "report", "forecast", "explain", "check", "reconcile", "prices", "scenarios",
    "budgets", "init", "scan", "formats",
)  # fmt: skip
_FIRST_LINE = re.compile(r'"""`costcalc ([a-z-]+)`: (.+)"""')


@cache
def commands() -> dict[str, str]:
    """Command -> what help says. The first line of a command's module says both, and so none is imported to list them."""
    found = {}
    for file in Path(__file__).parent.glob("*.py"):
        with file.open(encoding="utf-8") as lines:
            if said := _FIRST_LINE.match(lines.readline()):
                found[said[1]] = said[2]
    rest = sorted(name for name in found if name not in _ORDER)
    return {name: found[name] for name in (*_ORDER, *rest)}


COMPLETION_ASKED = "_COSTCALC_COMPLETE"  # a shell asks what to offer


class WholeWords(HelpFormatter):
    """Help that breaks no word at a hyphen: what is to be typed stands in one piece."""

    def write_text(self, text: str) -> None:
        super().write_text(_kept_whole(text))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _kept_whole(second)) for first, second in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_HYPHEN, "-")


def _kept_whole(text: str) -> str:
    return re.sub(r"(?<=\S)-(?=\S)", _HYPHEN, text)


def _on_a_line_of_its_own(self: Any, chunks: list[str], line: list[str], length: int, width: int) -> None:
    if not line:
        line.append(chunks.pop())


TextWrapper._handle_long_word = _on_a_line_of_its_own  # type: ignore[method-assign, assignment]  # it cuts words that are too long


_HYPHEN = "\u2011"  # at which no line ends


class HelpContext(Context):
    """A command's context, whose help has whole words."""

    formatter_class = WholeWords


@cache
def command_of(module: str, name: str) -> Any:
    """The command that a module holds, imported when it is called; made once."""
    command: Any = typer.main.get_command(import_module(module).app)
    command.name = name
    for each in (command, *getattr(command, "commands", {}).values()):
        each.context_class = HelpContext
    return command


class LazyGroup(CommandsGroup):
    """Commands by name; only the one that is called is imported."""

    context_class = HelpContext
    remedy = "costcalc --help says what each one answers"

    def offered(self) -> Mapping[str, str]:
        return commands()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in commands():
            return None
        command = command_of(f"costcalc.cli.{cmd_name.replace('-', '_')}", cmd_name)
        if COMPLETION_ASKED in os.environ:
            from costcalc.cli.completion import equip

            equip(command, (cmd_name,))
        return command

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands by what they answer, without importing any of them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from costcalc.cli.completion import command_offers

        return command_offers(list(commands().items()), incomplete)


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXAMPLES = """
\b
Examples:
  costcalc project usage.csv --hike alibaba=34
  costcalc project usage.csv --hike alibaba=34,baidu=30 --revenue 52000
  costcalc cost logs/ --by customer --each month --json
  costcalc formats detect usage.csv

\b
Exit codes: 0 fine, 1 a budget or margin is broken, 2 the command line or an
input is wrong, 3 incomplete (unpriced or refused rows, unread files), 70 a
bug.
"""


@app.callback(epilog=EXAMPLES)
def root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show the whole traceback of a bug.")] = False,
) -> None:
    """Prices LLM usage logs exactly: what a price rise does to your cost and margin, and what would restore it."""
    if version:
        from costcalc import __version__
        from costcalc.api.known import data_version

        typer.echo(f"costcalc {__version__}, {data_version()}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@cache
def whole_command() -> Any:
    """The group with all its options, made once."""
    return typer.main.get_command(app)


def command_app(**settings: Any) -> typer.Typer:
    """A Typer app for one command, set up like the group."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, **settings)
