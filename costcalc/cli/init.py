"""`costcalc init`: A commented file to start from: a scenario, budgets, the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from costcalc.api.options import RatedOptions
from costcalc.cli.answers import Configured
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, words_of
from costcalc.cli.grouped import grouped
from costcalc.cli.groups import CommandsGroup
from costcalc.cli.output import paths_of
from costcalc.files import is_folder, is_there, write_whole
from costcalc.problems import Place, fail, visible
from costcalc.usage.files.addresses import spoken

EXAMPLES = """
\b
Examples:
  costcalc init scenario -o plan.yaml
  costcalc init budgets -o budgets.yaml
  costcalc init config -o costcalc.toml
  costcalc init self-hosted -o machines.yaml
  costcalc init format gateway.jsonl -o gateway.yaml
  costcalc init prices usage.csv -o my-prices.yaml
  costcalc init scenario | less
"""

app = command_app(
    cls=CommandsGroup, help="A commented file to start from: a scenario, budgets, the configuration, machines of your own, a usage format, prices.", no_args_is_help=True,
    epilog=EXAMPLES,
)  # fmt: skip

Targets = Annotated[
    list[Path] | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Where the file goes; repeatable.", show_default="standard output"
    ),
]
PricesTargets = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE|FOLDER",
        help="Where the lists go: into one file, or each into one of a folder; repeatable.",
        show_default="standard output",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


@app.command()
def scenario(output: Targets = None, force: Force = False) -> int:
    """A scenario: what you expect of prices, growth, routing and revenue."""
    return start("scenario.yaml", output, force, "costcalc project usage.csv --scenario {file}")


@app.command()
def budgets(output: Targets = None, force: Force = False) -> int:
    """Budgets: what usage may come to, and which margin it must leave."""
    return start("budgets.yaml", output, force, "costcalc check usage.csv --budgets {file}")


@app.command()
def config(output: Targets = None, force: Force = False) -> int:
    """The configuration: what every command assumes, in costcalc.toml."""
    from costcalc.cli.configkeys import start_text

    return write(start_text(), output, force, "costcalc reads it in its folder and below, or by --config {file}")


@app.command("self-hosted")
def self_hosted(output: Targets = None, force: Force = False) -> int:
    """A pricebook of models that you serve yourself: GPU hours, throughput, use."""
    inside = files("costcalc.cli").joinpath("starts", "self-hosted.yaml")  # of an installed package
    beside = Path(__file__).resolve().parents[2] / "examples" / "selfhosted.yaml"  # of a checkout
    text = inside.read_text(encoding="utf-8") if inside.is_file() else beside.read_text(encoding="utf-8")
    named = next((quote(str(path)) for path in paths_of(output) if path), "FILE")
    text = text.replace("examples/selfhosted.yaml", visible(named))
    next_step = "costcalc project usage.csv --hike alibaba=34 --pricebook {file} --move-to selfhosted/qwen3-8b"
    return write(text, output, force, next_step)


@app.command("format")
def usage_format(
    log: Annotated[str, typer.Argument(metavar="LOG", help="A log that no format reads.", show_default=False)],
    output: Targets = None,
    force: Force = False,
) -> int:
    """A usage format: how logs like yours are read, filled in from the log."""
    from costcalc.api.detections import start_of_format

    name = Path(next((path for path in paths_of(output) if path), spoken(log))).stem
    return write(
        start_of_format(log, name),
        output,
        force,
        f"costcalc formats detect {quote(spoken(log))} --format-file {{file}}",
    )


@app.command()
@grouped
def prices(
    ctx: typer.Context,
    usage: Usage,
    *,
    words: RatedOptions,
    output: PricesTargets = None,
    force: Force = False,
    configured: Configured,
) -> int:
    """Prices of your own: an entry for each model of a log that no pricebook prices, with those that are called nearly so."""
    from costcalc.api.starts import start_of_prices
    from costcalc.cli.progress import scan_progress
    from costcalc.render.prices.starting import FILL_IN

    config, named = configured.config, " ".join("LOG" if name == "-" else quote(spoken(name)) for name in usage)
    with config.blamed(), scan_progress() as progress:
        said = words_of(ctx, words, config, RatedOptions)
        found = start_of_prices(
            usage, "standard input" if named == "LOG" else visible(named), progress=progress, **said
        )
    for model, meter in found.meters:
        typer.echo(f"{visible(model)} has a price, but none for {meter}: costcalc prices show {quote(model)}", err=True)
    if not found.files:
        typer.echo(
            "No model is named where a price is missing, and a list prices names. If every row is of one model: --map model==NAME"
            if found.is_nameless
            else "Every model has a price: there is nothing to begin.",
            err=True,
        )
        return 0
    return write_files(
        found.files, output, force,
        f"replace every {FILL_IN}, and then: costcalc cost {named} --pricebook {{file}}",
    )  # fmt: skip


def write_files(texts: Mapping[str, str], outputs: Sequence[Path] | None, force: bool, next_step: str) -> int:
    """Several starts: printed or written into one file, as documents of it, or each into a file of a folder."""
    files = [path or Path("-") for path in paths_of(outputs) if path is None or _is_file_name(path)]
    if files:
        write("---\n".join(texts.values()), files, force, next_step)
    folders = [path for path in paths_of(outputs) if path and not _is_file_name(path)]
    _check_free((folder / name for folder in folders for name in texts), force)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(folder / name, text)
        _say(f"{visible(str(folder))}: {', '.join(texts)} written", folder, next_step)
    return 0


def _is_file_name(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml") and not is_folder(path)


def start(name: str, outputs: Sequence[Path] | None, force: bool, next_step: str) -> int:
    """Print the start of that name, or write it and say what comes next. CostcalcError: a file is there already."""
    return write(files("costcalc.cli").joinpath("starts", name).read_text(encoding="utf-8"), outputs, force, next_step)


def write(text: str, outputs: Sequence[Path] | None, force: bool, next_step: str) -> int:
    paths = paths_of(outputs)
    _check_free((path for path in paths if path), force)
    for path in paths:
        if path is None:
            typer.echo(text, nl=False)
        else:
            write_whole(path, text)
            _say(f"{visible(str(path))} is written", path, next_step, beside=None in paths)
    return 0


def _check_free(paths: Iterable[Path], force: bool) -> None:
    for path in paths:
        if is_there(path) and not force:
            raise fail(
                "file-exists", "the file is there already", place=Place(str(path)),
                remedy="choose another name, or say --force to write over it",
            )  # fmt: skip


def _say(what: str, path: Path, next_step: str, beside: bool = False) -> None:
    """`next_step` may hold names of files, which may hold any braces: `{file}` alone is replaced."""
    typer.echo(f"{what}. Next: {visible(next_step.replace('{file}', quote(str(path))))}", err=beside)
