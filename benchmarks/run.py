"""All benchmarks in one go, each figure beside what it shall be at most: `python benchmarks/run.py [--quick] [--only WORD]`.

A row is one process of costcalc against another one in turn: a bare scan by the engine alone, or costcalc with a smaller
question. `ratio` is the median of the pairs, `cpu` the same of the processor's seconds, which a busy machine changes
less. `!` marks what is above its aim.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data
import exports
import growth
import peers
from measure import Failed, measured, paired

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
_LIMIT = 240.0  # seconds of one process
_HEAD = f"{'':<44}{'ours':>9}{'against':>9}{'ratio':>7}{'aim':>6}{'cpu':>7}{'MB':>7}{'aim':>6}"

PLAIN = ("project", "--hike", "alibaba=34")
ALL_AT_ONCE = ("project", "--scenario", "all-at-once", "--revenue", "24000")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. Without `against` its aim is in seconds."""

    name: str
    ours: Sequence[str]
    against: Sequence[str] | None
    aim: float | None = None
    memory: int | None = None  # MB at most


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the logs are, and where they lie."""

    folder: Path
    scale: int

    def of(self, rows: int) -> int:
        return max(1, rows // self.scale)


def costcalc(log: Path, command: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "costcalc", command, str(log), *words]


def python(*words: object) -> list[str]:
    return [sys.executable, *map(str, words)]


def bare(log: Path, *words: object) -> list[str]:
    return python(HERE / "bare.py", log, *words)


def team(sizes: Sizes) -> Iterator[Row]:
    """A real team's log: 500 customers, ten features, five models, thirty days."""
    rows = sizes.of(1_000_000)
    log = data.make_team_csv(sizes.folder / f"team-{rows}.csv", rows)
    out, plain = str(sizes.folder / "lines.csv"), costcalc(log, *PLAIN)
    every = costcalc(log, "cost", "--by", "customer,feature,model", "--each", "day", "-o", out)
    yield Row("every line of a day, written out", every, bare(log, "customer,feature", out), 3, 700)
    yield Row(
        "project --by customer --months 12", costcalc(log, *PLAIN, "--by", "customer", "--months", "12"), plain, 1.5
    )
    yield Row("all-at-once", costcalc(log, *ALL_AT_ONCE), plain, 3)
    yield Row("advise", costcalc(log, "advise"), plain, 5)
    page = str(sizes.folder / "report.html")
    yield Row("report", costcalc(log, "report", "--hike", "alibaba=34", "-o", page), plain, 4)


def scans(sizes: Sizes) -> Iterator[Row]:
    """Few groups, many rows."""
    rows, lines = sizes.of(10_000_000), sizes.of(3_000_000)
    logs = {
        f"{rows:,} rows, CSV": data.make_csv(sizes.folder / f"usage-{rows}.csv", rows),
        f"{rows:,} rows, Parquet": data.make_parquet(sizes.folder / f"usage-{rows}.parquet", rows),
        f"{lines:,} JSON lines of API responses": data.make_json_lines(sizes.folder / f"usage-{lines}.jsonl", lines),
    }
    for kind in exports.JSON_LINES:
        few = sizes.of(1_000_000)
        logs[f"{few:,} JSON lines, {kind}"] = exports.make_export(sizes.folder / f"{kind}-{few}.jsonl", few, kind)
    for name, log in logs.items():
        yield Row(name, costcalc(log, *PLAIN), bare(log), 1.4, 400)


def customers(sizes: Sizes) -> Iterator[Row]:
    rows, many = sizes.of(10_000_000), sizes.of(2_000_000)
    log = data.make_team_csv(sizes.folder / f"customers-{rows}.csv", rows, many)
    yield Row(
        f"{rows:,} rows, {many:,} customers",
        costcalc(log, "cost", "--by", "customer"),
        bare(log, "customer"),
        3,
        1_500,
    )


def folders(sizes: Sizes) -> Iterator[Row]:
    """A folder of Claude Code; and so many small files that opening them is the work."""
    files, lines = max(2, sizes.of(200)), sizes.of(400_000)
    sessions = exports.make_sessions(sizes.folder / f"sessions-{files}-{lines}", files, lines)
    yield Row(f"Claude Code, {files} files, {lines:,} lines", costcalc(sessions, "cost"), bare(sessions), 2)
    count = sizes.of(100_000)
    many = exports.make_many(sizes.folder / f"many-{count}", count)
    yield Row(f"{count:,} small files", costcalc(many, "cost"), None, 15)


def unknown(sizes: Sizes) -> Iterator[Row]:
    """Models that no pricebook knows, against the same rows of known ones."""
    rows, models = sizes.of(200_000), sizes.of(50_000)
    odd, known = (
        exports.make_unknown(sizes.folder / f"models-{count}-{rows}.csv", rows, count) for count in (models, 0)
    )
    page = ("-o", str(sizes.folder / "report.html"))
    for command, more in (("cost", ()), ("report", page)):
        yield Row(
            f"{command}, {models:,} unknown models", costcalc(odd, command, *more), costcalc(known, command, *more), 3
        )


def ahead(sizes: Sizes) -> Iterator[Row]:
    """What scenarios and draws take."""
    rows = sizes.of(10_000_000)
    log = data.make_csv(sizes.folder / f"usage-{rows}.csv", rows)
    many, one = (python(HERE / "scenarios.py", log, count) for count in (100, 1))
    yield Row("100 scenarios over one scan / one", many, one, 1.5)
    example, example_team = EXAMPLES / "usage.csv", EXAMPLES / "team"
    yield Row("examples/usage.csv, all-at-once", costcalc(example, *ALL_AT_ONCE), costcalc(example, *PLAIN), 1.6)
    words = ("--scenario", str(example_team / "all-at-once.yaml"), "--pricebook", str(EXAMPLES / "selfhosted.yaml"))
    drawn = costcalc(example_team / "usage.csv", "project", *words, "--simulate", "10000")
    yield Row("examples/team, 12 months, 10,000 draws", drawn, None, 3)


def start_up(sizes: Sizes) -> Iterator[Row]:
    small = data.make_csv(sizes.folder / "usage-1000.csv", 1_000)
    imports = python("-c", "import typer, rich.table, duckdb")
    yield Row("1,000 rows, project / imports", costcalc(small, *PLAIN), imports, 1.8)
    yield Row("--help / import typer", python("-m", "costcalc", "--help"), python("-c", "import typer"))


PARTS: dict[str, Callable[[Sizes], Iterator[Row]]] = {
    "start-up": start_up,
    "team": team,
    "scans": scans,
    "customers": customers,
    "folders": folders,
    "unknown": unknown,
    "ahead": ahead,
}


def main() -> int:
    options = _options()
    folder = Path(options.folder or Path(tempfile.gettempdir()) / "costcalc-benchmarks")
    sizes, began = Sizes(folder, 100 if options.quick else options.scale), time.perf_counter()
    asked = [name for name in [*PARTS, "peers", "growth"] if options.only in name]
    print(_HEAD)
    if sizes.scale > 1:
        print("fewer rows than the aims are for: start-up is most of every figure")
    for name in asked:
        for row in PARTS[name](sizes) if name in PARTS else ():
            print(_told(row), flush=True)
    if "peers" in asked:
        _peers(sizes)
    if "growth" in asked:
        growth.table(folder, 100_000 if options.quick else 10_000_000, options.limit)
    print(f"\n{time.perf_counter() - began:.0f} s in all; the logs stay in {folder} for the next run (--clean: not)")
    if options.clean:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _told(row: Row) -> str:
    """The row as a line of the table; what fails is said in its place."""
    try:
        if row.against is None:
            one = measured(row.ours, _LIMIT)
            seconds, ratio, cpu, peak = f"{one.seconds:>8.2f}s{'':>9}", one.seconds, None, one.peak_mb
            shown = f"{'':>7}"
        else:
            pairs = paired(row.ours, row.against, _LIMIT)
            seconds, ratio, cpu = f"{pairs.ours:>8.2f}s{pairs.other:>8.2f}s", pairs.ratio, pairs.cpu_ratio
            shown, peak = f"{ratio:>7.2f}", pairs.peak_mb
    except Failed as error:
        return f"{row.name:<44}  {error}"
    aim = f"{row.aim:g}{'s' * (row.against is None)}" if row.aim else ""
    missed = bool(row.aim and ratio > row.aim) or bool(row.memory and peak > row.memory)
    return (
        f"{row.name:<44}{seconds}{shown}{aim:>6}{f'{cpu:.2f}' if cpu else '':>7}{peak:>7.0f}{row.memory or '':>6}"
        f"{' !' if missed else ''}"
    )


def _peers(sizes: Sizes) -> None:
    """Rows a second of the peers' own calls; a peer that is not installed is named."""
    rows = sizes.of(1_000_000)
    log = data.make_csv(sizes.folder / f"usage-{rows}.csv", rows)
    ours = rows / measured(costcalc(log, "cost")).seconds
    part = data.make_csv(sizes.folder / "slice-20000.csv", 20_000)
    print(f"\n{f'cost of {rows:,} rows':<44}{ours:>12,.0f} rows/s")
    for name in ("genai_prices", "litellm"):
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed, not measured")
            continue
        speed = peers.rows_a_second(name, part)
        print(f"{name + ', call by call':<44}{speed:>12,.0f} rows/s; ours {ours / speed:,.0f} ×")
    program = shutil.which("ccusage")
    if program is None:
        print("ccusage: not installed, not measured")
        return
    files, lines = max(2, sizes.of(200)), sizes.of(400_000)
    sessions = exports.make_sessions(sizes.folder / f"sessions-{files}-{lines}", files, lines)
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "projects").mkdir()
        (Path(home) / "projects" / "all").symlink_to(sessions.resolve())
        theirs = [shutil.which("env") or "env", f"CLAUDE_CONFIG_DIR={home}", program, "daily", "--offline", "--json"]
        print(_told(Row("Claude Code: costcalc / ccusage", costcalc(sessions, "cost"), theirs)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows: whether all of it runs")
    parser.add_argument("--scale", type=int, default=1, help="divide the rows by this")
    parser.add_argument(
        "--only", default="", metavar="WORD", help=f"parts with this in their names: {', '.join(PARTS)}, peers, growth"
    )
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of one figure of the table of growth")
    parser.add_argument("--folder", help="where the logs are kept; about 6 GB")
    parser.add_argument("--clean", action="store_true", help="remove the logs at the end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
