"""What people decided, and what they have to: figures on which our books and the price data of others disagree."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path

from costcalc.calendar import read_day
from costcalc.files import is_there, read_text
from costcalc.problems import Place, fail

DECIDED, OPEN = "decided.csv", "contradictions.csv"
OURS, THEIRS = "ours", "theirs"
END = "end"  # in the place of a meter: the decision is that a model stays which others call ended


@dataclass(frozen=True, slots=True)
class Decision:
    """Figures of others that are not ours, whose is the price and why, who says so, and until when that is believed."""

    models: str  # a glob of provider/model, as the other data or our book calls it
    data: str  # a glob of the data's name: litellm; where theirs is taken, of those that have it right
    tiers: str
    meters: str
    above: int | None  # only at this length of input; None: at every one
    whose: str  # ours stays, or theirs is taken over
    until: date  # from the next day on somebody has to look again
    why: str
    source: str

    @property
    def takes(self) -> bool:
        """Whether the price of the data is taken, and what others say instead is set aside."""
        return self.whose == THEIRS

    def is_of(self, data: str) -> bool:
        return fnmatchcase(data.partition(" ")[0], self.data)

    def covers(self, data: str, names: Iterable[str], tier: str, meter: str, above: int) -> bool:
        """Whether it decides about what this data says of the figure."""
        return (
            (self.takes or self.is_of(data))
            and self.above in (None, above)
            and fnmatchcase(tier, self.tiers)
            and fnmatchcase(meter, self.meters)
            and self.is_about(names)
        )

    def is_about(self, names: Iterable[str]) -> bool:
        """Whether one of the names of a model, each behind its provider, is meant."""
        return any(fnmatchcase(name, self.models) for name in names)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A figure that a person has to decide: who says what, and since when that is known to disagree."""

    since: str
    provider: str
    region: str
    model: str
    tier: str
    mode: str
    meter: str
    above: str
    ours: str
    said: str  # litellm 1.110.2: 0.5; genai-prices 0.2.3: 0.4

    @property
    def figures(self) -> tuple[str, ...]:
        """Which figure it is, and what is said of it: the same tomorrow, it is no news."""
        return tuple(asdict(self).values())[1:]


def read_decided(folder: Path) -> list[Decision]:
    """What was decided, of the file in the folder; none, where it is not there."""
    file = folder / DECIDED
    found = []
    for number, row in enumerate(_rows(file, Decision), 2):
        try:
            above = int(row["above"]) if row["above"] else None
            decision = Decision(**{**row, "above": above, "until": read_day(row["until"])})  # type: ignore[arg-type]
        except ValueError as error:
            raise fail("bad-decision", f"{error}", place=Place(str(file), number)) from None
        if decision.whose not in (OURS, THEIRS):
            raise fail(
                "bad-decision",
                f'"{decision.whose}" is not whose',
                place=Place(str(file), number),
                expected=f"{OURS}, {THEIRS}",
            )
        if not (decision.why and decision.source):
            raise fail("bad-decision", "a decision says why, and who says so", place=Place(str(file), number))
        found.append(decision)
    return found


def read_open(folder: Path) -> list[Contradiction]:
    """What the last run left for a person."""
    return [Contradiction(**row) for row in _rows(folder / OPEN, Contradiction)]


def open_text(found: Sequence[Contradiction]) -> str:
    """The file that the next run reads."""
    names = [field.name for field in fields(Contradiction)]
    out = StringIO(newline="")
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in found)
    return out.getvalue()


def _rows(file: Path, kind: type[Decision | Contradiction]) -> list[Mapping[str, str]]:
    if not is_there(file):
        return []
    reader = csv.DictReader(StringIO(read_text(file), newline=""))
    wanted = {field.name for field in fields(kind)}
    if set(reader.fieldnames or ()) != wanted:
        raise fail("bad-columns", "these are not its columns", place=Place(str(file), 1), expected=", ".join(wanted))
    return list(reader)
