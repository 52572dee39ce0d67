"""How time grows with the rows and the customers of a team's log: `python benchmarks/growth.py [--quick | --most ROWS]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data
from measure import Failed, measured

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
CUSTOMERS = (100, 10_000, 1_000_000)
USUAL = 500  # customers
COMMANDS = {
    "cost": ["cost", "--by", "customer"],
    "project, 12 months": ["project", "--hike", "alibaba=34", "--by", "customer", "--months", "12"],
    "all-at-once": ["project", "--scenario", "all-at-once", "--revenue", "24000"],
    "advise": ["advise"],
    "report": ["report", "--hike", "alibaba=34", "-o", "{folder}/report.html"],
}


def main() -> int:
    options = _options()
    folder = Path(options.folder or Path(tempfile.gettempdir()) / "costcalc-benchmarks")
    table(folder, 100_000 if options.quick else options.most, options.limit)
    return 0


def table(folder: Path, most: int, limit: float) -> None:
    """Seconds and MB of each command. A command that takes too long is not asked again of a larger log."""
    print(f"\n{'rows':>12}{'customers':>12}" + "".join(f"{name:>20}" for name in COMMANDS))
    late: dict[str, str] = {}
    for rows, customers in _sizes(most):
        if rows == min(1_000_000, most):
            late.clear()  # of fewer rows than those that were too many
        log = data.make_team_csv(folder / f"team-{rows}-{customers}.csv", rows, customers)
        print(f"{rows:>12,}{customers:>12,}", end="", flush=True)
        for name, words in COMMANDS.items():
            print(f"{late.get(name) or _told(name, words, log, limit, late):>20}", end="", flush=True)
        print()
        log.unlink()


def _sizes(most: int) -> Iterator[tuple[int, int]]:
    yield from ((rows, USUAL) for rows in ROWS if rows <= most)
    yield from ((min(1_000_000, most), customers) for customers in CUSTOMERS)


def _told(name: str, words: list[str], log: Path, limit: float, late: dict[str, str]) -> str:
    command, *rest = (word.format(folder=log.parent) for word in words)
    try:
        found = measured([sys.executable, "-m", "costcalc", command, str(log), *rest], limit)
    except Failed as error:
        if str(error).startswith("over"):
            late[name] = str(error)
        return str(error)
    return f"{found.seconds:.1f} s {found.peak_mb:>5.0f} MB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 100,000 rows")
    parser.add_argument("--most", type=int, default=10_000_000, help="rows of the largest log")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds of one figure")
    parser.add_argument("--folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
