"""Run all benchmarks in one go and print ratios: `python benchmarks/run.py [--scale 100] [--runs 3]`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data
import exports

HERE = Path(__file__).parent
MEGABYTE = 1024  # ru_maxrss counts kilobytes


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process."""

    seconds: float
    peak_mb: float


def main() -> int:
    options = _options()
    folder = Path(options.folder)
    rows, lines = 10_000_000 // options.scale, 3_000_000 // options.scale
    logs = [
        data.make_csv(folder / f"usage-{rows}.csv", rows),
        data.make_parquet(folder / f"usage-{rows}.parquet", rows),
        data.make_json_lines(folder / f"usage-{lines}.jsonl", lines),
    ]
    print(f"{'whole run':<34}{'ours':>9}{'bare':>9}{'ratio':>8}{'peak MB':>9}{'rows/s':>12}")
    speeds = [_scan(log, rows if log.suffix != ".jsonl" else lines, options.runs) for log in logs]
    _exports(folder, lines, options.runs)
    _folders(folder, options.scale, options.runs)
    _unknown(folder, options.scale, options.runs)
    _scenarios(logs[0], options.runs)
    _team(folder, 1_000_000 // options.scale, options.runs)
    _peers(data.make_csv(folder / "slice-20000.csv", 20_000), speeds[0])
    _start_up(data.make_csv(folder / "usage-1000.csv", 1_000), options.runs)
    return 0


def _scan(log: Path, rows: int, runs: int) -> float:
    ours = [sys.executable, "-m", "costcalc", "project", str(log), "--hike", "alibaba=34"]
    bare = [sys.executable, str(HERE / "bare.py"), str(log)]
    pairs = _paired(ours, bare, runs)
    seconds = statistics.median(a.seconds for a, _ in pairs)
    peak = max(a.peak_mb for a, _ in pairs)
    print(f"{log.name:<34}{_times(pairs)}{peak:>9.0f}{rows / seconds:>12,.0f}")
    return rows / seconds


def _exports(folder: Path, rows: int, runs: int) -> None:
    for kind in exports.JSON_LINES:
        _scan(exports.make_export(folder / f"{kind}-{rows}.jsonl", rows, kind), rows, runs)


def _folders(folder: Path, scale: int, runs: int) -> None:
    """A folder of Claude Code against its bare scan; and so many small files that opening them is the work."""
    files, lines = max(2, 200 // scale), 400_000 // scale
    sessions = exports.make_sessions(folder / f"sessions-{files}-{lines}", files, lines)
    ours = [sys.executable, "-m", "costcalc", "cost"]
    pairs = _paired([*ours, str(sessions)], [sys.executable, str(HERE / "bare.py"), str(sessions)], runs)
    print(
        f"{sessions.name:<34}{_times(pairs)}{max(a.peak_mb for a, _ in pairs):>9.0f}{lines / pairs[0][0].seconds:>12,.0f}"
    )
    count = 100_000 // scale
    many = measured([*ours, str(exports.make_many(folder / f"many-{count}", count))])
    print(
        f"{f'{count:,} small files':<34}{many.seconds:>8.2f}s{'':>17}{many.peak_mb:>9.0f}{count * 10 / many.seconds:>12,.0f}"
    )


def _unknown(folder: Path, scale: int, runs: int) -> None:
    """Models that no pricebook knows, against the same rows of known ones."""
    rows, models = 200_000 // scale, 50_000 // scale
    logs = [exports.make_unknown(folder / f"models-{count}-{rows}.csv", rows, count) for count in (models, 0)]
    for command in ("cost", "report"):
        ours, plain = ([sys.executable, "-m", "costcalc", command, str(log)] for log in logs)
        if command == "report":
            ours, plain = ([*words, "-o", str(folder / "report.html")] for words in (ours, plain))
        pairs = _paired(ours, plain, runs)
        print(f"{f'{command}, {models:,} unknown models':<34}{_times(pairs)}{max(a.peak_mb for a, _ in pairs):>9.0f}")


def _scenarios(log: Path, runs: int) -> None:
    """A hundred scenarios over one scan, against one with its own scan."""
    many, one = ([sys.executable, str(HERE / "scenarios.py"), str(log), count] for count in ("100", "1"))
    pairs = _paired(many, one, runs)
    print(f"{'100 scenarios, one scan / one':<34}{_times(pairs)}{max(a.peak_mb for a, _ in pairs):>9.0f}")


def _team(folder: Path, rows: int, runs: int) -> None:
    """A real team's log, 500 customers and ten features, against the plain projection of it; all its lines against bare."""
    log = data.make_team_csv(folder / f"team-{rows}.csv", rows)
    plain = ["project", "--hike", "alibaba=34"]
    scenario = ["project", "--scenario", "all-at-once", "--revenue", "24000"]
    for name, words in {
        "project --by customer --months 12": [*plain, "--by", "customer", "--months", "12"],
        "all-at-once": scenario,
        "advise": ["advise"],
        "report": ["report", "--hike", "alibaba=34", "-o", str(folder / "report.html")],
    }.items():
        _print(name, _paired(_ours(log, *words), _ours(log, *plain), runs))
    crowd = data.make_team_csv(folder / f"crowd-{rows}.csv", rows, rows // 100)
    for words in (scenario, ["advise"]):
        name = f"{words[2] if words is scenario else 'advise'}, {rows // 100:,} customers"
        _print(name, _paired(_ours(crowd, *words), _ours(crowd, *plain), runs))
    example = HERE.parent / "examples" / "usage.csv"
    _print("all-at-once, the example", _paired(_ours(example, *scenario), _ours(example, *plain), runs))
    lines = ["cost", "--by", "customer,feature,model", "--each", "day", "-o", str(folder / "lines.csv")]
    bare = [sys.executable, str(HERE / "bare.py"), str(log), "customer,feature", str(folder / "bare.csv")]
    _print("every line, written out", _paired(_ours(log, *lines), bare, runs))
    for count in (rows, 10 * rows):
        many = data.make_team_csv(folder / f"customers-{count}.csv", count, count // 5)
        bare = [sys.executable, str(HERE / "bare.py"), str(many), "customer"]
        _print(f"cost of {count // 5:,} customers", _paired(_ours(many, "cost", "--by", "customer"), bare, runs))


def _ours(log: Path, command: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "costcalc", command, str(log), *words]


def _print(name: str, pairs: list[tuple[Measured, Measured]]) -> None:
    print(f"{name:<34}{_times(pairs)}{max(a.peak_mb for a, _ in pairs):>9.0f}")


def _peers(log: Path, ours: float) -> None:
    for name in ("genai_prices", "litellm"):
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed, not measured")
            continue
        import peers

        speed = peers.rows_a_second(name, log)
        print(f"{name + ', per-row calls':<34}{speed:>12,.0f} rows/s; ours {ours / speed:,.0f} ×")


def _start_up(log: Path, runs: int) -> None:
    runs = max(runs, 7)
    print(f"{'start-up':<34}{'ours':>9}{'bare':>9}{'ratio':>8}")
    helped = _paired([sys.executable, "-m", "costcalc", "--help"], [sys.executable, "-c", "import typer"], runs)
    print(f"{'--help / import typer':<34}{_times(helped)}")
    small = [sys.executable, "-m", "costcalc", "project", str(log), "--hike", "alibaba=34"]
    whole = _paired(small, [sys.executable, "-c", "import typer, rich.table, duckdb"], runs)
    print(f"{'1,000 rows / imports':<34}{_times(whole)}")


def _times(pairs: Sequence[tuple[Measured, Measured]]) -> str:
    ours = statistics.median(a.seconds for a, _ in pairs)
    bare = statistics.median(b.seconds for _, b in pairs)
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    return f"{ours:>8.2f}s{bare:>8.2f}s{ratio:>8.2f}"


def _paired(ours: Sequence[str], bare: Sequence[str], runs: int) -> list[tuple[Measured, Measured]]:
    """Both in turn, after one warm-up of each."""
    measured(bare), measured(ours)
    return [(measured(ours), measured(bare)) for _ in range(runs)]


def measured(command: Sequence[str]) -> Measured:
    began = time.perf_counter()
    quiet = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[*((os.POSIX_SPAWN_DUP2, quiet, n) for n in (1, 2)), (os.POSIX_SPAWN_CLOSE, quiet)],
    )
    _, status, used = os.wait4(process, 0)
    os.close(quiet)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{' '.join(command)} exited {os.waitstatus_to_exitcode(status)}")
    return Measured(time.perf_counter() - began, used.ru_maxrss / MEGABYTE)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=1, help="divide the rows by this")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "costcalc-benchmarks"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
