"""Answers: the options of where an answer goes and of what it may lack, and the one way in which a command gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import typer
from typer._click.globals import get_current_context  # Typer 0.28 carries click as its own

from costcalc.cli.asking import checked, words_of
from costcalc.cli.config import Config, read_config
from costcalc.cli.output import Target, deliver, exit_code, keep_apart_from_all, report_refused, targets_of, warn
from costcalc.cli.progress import scan_progress
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.render.blocks import Block
    from costcalc.reports.usage import UsageSummary

Asking = TypeVar("Asking")


def output_option(help_: str) -> Any:
    """-o of a command that writes what `help_` says."""
    return typer.Option("-o", "--output", metavar="FILE", help=help_, show_default=False)


def by_ending(endings: str) -> Any:
    """-o of a command that writes an answer as any of these."""
    return output_option(f"Write to a file, by its ending: {endings}; repeatable, - is the page.")


Output = Annotated[list[Path] | None, by_ending(".csv .json .md .txt")]
TableOutput = Annotated[list[Path] | None, by_ending(".csv .json .md .txt .parquet")]
Schema = Annotated[
    list[Path] | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write it to a file; repeatable.", show_default="standard output"
    ),
]


def by_kind(kinds: str) -> Any:
    """--format of a command that writes an answer as any of these."""
    return typer.Option("--format", metavar="KIND", help=f"{kinds}, on standard output.", show_default="table")


Format = Annotated[str | None, by_kind("table, json, csv or md")]
TableFormat = Annotated[str | None, by_kind("table, json, csv, md or parquet")]
JsonAlone = Annotated[bool, typer.Option("--json", help="Print JSON.")]  # where there is no --format
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Notes = Annotated[bool, typer.Option("--notes", "--all", help="The whole page: every note, every table.")]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print a long page without $PAGER or less.")]
AllowUnpriced = Annotated[
    bool, typer.Option("--allow-unpriced", help="Exit 0 even where usage has no price; it is still said.")
]
AllowRefused = Annotated[
    bool,
    typer.Option("--allow-refused", help="Exit 0 even where rows were refused or files not read; it is still said."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="COSTCALC_CONFIG",
        help="Configuration.",
        show_default="costcalc.toml, or [tool.costcalc] in pyproject.toml",
    ),
]


def hand_on(
    targets: Sequence[Target],
    result: Any,
    texts: Mapping[str, Callable[[], str | bytes]] = {},
    lacks: str = "",
    **asked: Any,
) -> None:
    """Write a result wherever it was asked for: a kind is its method of that name. `texts`: of kinds that want more;
    `asked`: of its page; `lacks`: what its figures lack.
    """

    def text(kind: str) -> str | bytes:
        if kind in texts:
            return texts[kind]()
        words = asked if kind == "md" else {}
        found: str | bytes = getattr(result, f"to_{_METHODS.get(kind, kind)}")(**words)
        return found

    deliver(targets, lambda: result.page(**asked), text, lacks)


_METHODS = {"md": "markdown", "focus-parquet": "focus_parquet"}


def give_list(
    found: Asking,
    blocks: Callable[[Asking], Sequence[Block]],
    written: Callable[[Asking], dict[str, Any]],
    *,
    as_json: bool,
) -> int:
    """Show what ships, as a page or as JSON."""
    from costcalc.render.draw import Page
    from costcalc.render.fields import json_text

    deliver(
        targets_of(None, as_json=as_json), lambda: Page(lambda _: blocks(found)), lambda _: json_text(written(found))
    )
    return 0


def give_schema(output: Sequence[Path] | None, schema: dict[str, Any]) -> int:
    """Write the JSON Schema of a file that people write."""
    from costcalc.render.fields import json_text

    deliver(targets_of(output, as_json=True), str, lambda _: json_text(schema))
    return 0


@dataclass(frozen=True)
class Written:
    """Where an answer goes, and as what."""

    also: ClassVar[tuple[str, ...]] = ()  # kinds that the command offers beside the usual ones
    beside: ClassVar[tuple[str, ...]] = ()  # endings that it writes by itself

    output: Output = None
    format_: Format = None
    as_json: Json = False
    notes: Notes = False
    no_pager: NoPager = False

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """CostcalcError: no such kind, or an ending that says none."""
        found = targets_of(self.output, self.format_, self.as_json, self.beside, self.also)
        return tuple(replace(target, has_notes=self.notes, is_paged=not self.no_pager) for target in found)


@dataclass(frozen=True)
class Configured:
    """The configuration that a command begins with."""

    config_file: ConfigFile = None

    @cached_property
    def config(self) -> Config:
        ctx = get_current_context(silent=True)
        return checked(read_config(self.config_file), ctx.params.get("pricebooks") if ctx else None)

    def ask(
        self, ctx: typer.Context, question: Callable[..., Asking], *usage: object, words: Mapping[str, object],
        stated: str | None = None,
    ) -> Asking:  # fmt: skip
        """The answer of the library to these flags and the configuration. `stated`: the currency of the scenarios."""
        with self.config.blamed(), scan_progress() as progress:
            said = words_of(ctx, words, self.config, vars(question)["group"], stated)
            return question(*usage, progress=progress, **said)


@dataclass(frozen=True)
class Lacks:
    """What an answer may lack and still be one."""

    allow_unpriced: AllowUnpriced = False
    allow_refused: AllowRefused = False


@dataclass(frozen=True)
class Allowed(Configured, Lacks):
    """What an answer may lack, as flags or the configuration say."""

    @property
    def allowed(self) -> dict[str, bool]:
        """The flags, else the configuration."""
        return {
            "allow_unpriced": self.allow_unpriced or self.config.flag("allow_unpriced"),
            "allow_refused": self.allow_refused or self.config.flag("allow_refused"),
        }

    def code(self, usage: UsageSummary, *, priced: bool) -> int:
        """The exit code; what was refused is named on standard error."""
        report_refused(usage)
        return exit_code(usage, priced, **self.allowed)


@dataclass(frozen=True)
class Answer(Allowed, Written):
    """Where the answer of a question about usage goes, as what, and what it may lack."""

    also: ClassVar[tuple[str, ...]] = ("parquet",)

    output: TableOutput = None
    format_: TableFormat = None

    def give(self, result: Any, texts: Mapping[str, Callable[[], str | bytes]] = {}, **asked: Any) -> int:
        """Write a result wherever it was asked for, and the exit code. `texts`: of kinds that want more than the method of
        their name; `asked`: of its page.
        """
        report = result.report
        keep_apart_from_all((target.path for target in self.targets), report.usage.sources, self.config)

        hand_on(self.targets, result, texts, result.lacks, **asked)
        warn(report.usage, self.targets)
        return self.code(report.usage, priced=report.is_priced)
