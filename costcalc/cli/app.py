"""The command group. A command's module is imported when it is called, so help and completion stay instant."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from costcalc.cli.wrapping import keep_words_whole
from costcalc.problems import fail, nearest_names

# Command -> (module, what help says). The first line of each command's own help must say the same.
COMMANDS = {
    "project": ("costcalc.cli.project", "What do price rises do to cost and margin, and what would restore it?"),
    "cost": ("costcalc.cli.cost", "What did it cost, by day, month, provider, model, customer, …?"),
    "compare": (
        "costcalc.cli.compare",
        "Which of several scenarios costs what, and which customers turn unprofitable?",
    ),
    "advise": ("costcalc.cli.advise", "What would save money, found in the log itself, and what must be tested first?"),
    "report": ("costcalc.cli.report", "One offline page to look at and forward: charts, sliders, tables."),
    "forecast": ("costcalc.cli.forecast", "Where will the month or year end, and when does the budget break?"),
    "explain": ("costcalc.cli.explain", "Which rows, price, band, hike and exchange rate made this figure?"),
    "check": ("costcalc.cli.check", "Does a budget or a margin floor break?"),
    "reconcile": ("costcalc.cli.reconcile", "Does the invoice agree with the log, and if not, why?"),
    "prices": ("costcalc.cli.prices", "What does a model cost, since when, and who says so?"),
    "scenarios": ("costcalc.cli.scenarios", "Which scenarios ship, and what do they assume?"),
    "budgets": ("costcalc.cli.budgets", "Are budget files well written?"),
    "init": ("costcalc.cli.init", "A commented file to start from: a scenario, budgets, the configuration."),
    "scan": ("costcalc.cli.scan", "Count usage once and keep the ledger; every command reads it."),
    "formats": ("costcalc.cli.formats", "Which log is this, and how is it read?"),
}


COMPLETION_ASKED = "_COSTCALC_COMPLETE"  # a shell asks what to offer


keep_words_whole()


class LazyGroup(TyperGroup):
    """Commands by name; only the one that is called is imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        if COMPLETION_ASKED in os.environ:
            from costcalc.cli.completion import equip

            equip(command, (cmd_name,))
        return command

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands by what they answer, without importing any of them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from costcalc.cli.completion import command_offers

        return command_offers([(name, text) for name, (_, text) in COMMANDS.items()], incomplete)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            raise fail(
                "unknown-command",
                f'there is no command "{name}"',
                nearest=nearest_names(name, COMMANDS),
                expected=", ".join(COMMANDS),
                remedy="costcalc --help says what each one answers",
            )
        return super().resolve_command(ctx, args)


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
  costcalc project usage.csv --hike alibaba=34,baidu=30 --revenue 52000 --months 12
  costcalc cost logs/ --by customer --each month --json
  costcalc formats detect usage.csv

\b
Exit codes: 0 fine, 1 a budget or margin is broken, 2 the command line or an input is
wrong, 3 incomplete (unpriced or refused rows, unread files), 70 a bug.
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

        typer.echo(f"costcalc {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def command_app(**settings: Any) -> typer.Typer:
    """A Typer app for one command, set up like the group."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, **settings)
