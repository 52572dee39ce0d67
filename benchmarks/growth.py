"""How time grows with the rows and the customers of a team's log: `python benchmarks/growth.py [--most 10000000]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data
from run import Measured, measured

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
CUSTOMERS = (100, 10_000, 1_000_000)
COMMANDS = {
    "cost": ["cost", "--by", "customer"],
    "project, 12 months": ["project", "--hike", "alibaba=34", "--by", "customer", "--months", "12"],
    "all-at-once": ["project", "--scenario", "all-at-once", "--revenue", "24000"],
    "advise": ["advise"],
    "report": ["report", "--hike", "alibaba=34", "-o", "{folder}/report.html"],
}


def main() -> int:
    options = _options()
    folder = Path(options.folder)
    print(f"{'rows':>12}{'customers':>12}" + "".join(f"{name:>24}" for name in COMMANDS))
    for rows, customers in _sizes(options.most):
        log = data.make_team_csv(folder / f"team-{rows}-{customers}.csv", rows, customers)
        found = [_run(words, log, folder) for words in COMMANDS.values()]
        print(
            f"{rows:>12,}{customers:>12,}"
            + "".join(f"{each.seconds:>15.1f} s{each.peak_mb:>4.0f} MB" for each in found),
            flush=True,
        )
        log.unlink()
    return 0


def _sizes(most: int) -> Iterator[tuple[int, int]]:
    yield from ((rows, 500) for rows in ROWS if rows <= most)
    yield from ((min(1_000_000, most), customers) for customers in CUSTOMERS)


def _run(words: list[str], log: Path, folder: Path) -> Measured:
    command, *rest = (word.format(folder=folder) for word in words)
    return measured([sys.executable, "-m", "costcalc", command, str(log), *rest])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10_000_000, help="rows of the largest log")
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "costcalc-benchmarks"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
