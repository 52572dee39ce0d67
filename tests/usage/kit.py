"""What the tests of usage share: files from text, and scans with the questions a test asks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from costcalc.usage.ledger import Cuts, UsageGroup, UsageLedger
from costcalc.usage.scan import ScanRequest, scan


def write(folder: Path, text: str | bytes, name: str = "usage.csv") -> Path:
    """A file of that text, byte by byte."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def lines(folder: Path, records: Iterable[object], name: str = "usage.jsonl") -> Path:
    """JSON lines, spaced as Python writes them."""
    return write(folder, "".join(json.dumps(record) + "\n" for record in records), name)


def counted(usage: object, *dimensions: str, **choice: Any) -> UsageLedger:
    """The scanned usage: `counted(path, "team", since=date(2026, 9, 1), input_lengths=(200,))`."""
    names = ("input_lengths", "output_lengths", "day_edges", "schedule_edges", "scheduled_names", "scheduled_patterns")
    cuts = {name: choice.pop(name) for name in names if name in choice}
    return scan(usage, ScanRequest(Cuts(**cuts), dimensions, **choice))


def only(ledger: UsageLedger) -> UsageGroup:
    """The one group of the ledger."""
    assert len(ledger.groups) == 1, ledger.groups
    return ledger.groups[0]


def counts(ledger: UsageLedger) -> dict[str, int]:
    """Every meter that was used."""
    return {name: count for name, count in ledger.totals.items() if count}


def answer(ledger: UsageLedger) -> tuple[object, ...]:
    """What must not depend on how a log is laid out in files."""
    return list(ledger.groups), dict(ledger.totals), ledger.refused_rows, ledger.first_instant, ledger.last_instant


def codes(ledger: UsageLedger) -> list[str]:
    return [problem.code for problem in ledger.problems]
