"""Maps: what a configuration says the columns of some files are called. They apply where the columns are, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from costcalc.asked import Setting
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats import plain
from costcalc.usage.formats.model import AS
from costcalc.usage.formats.names import canonical, is_meaning
from costcalc.usage.formats.paths import INSIDE


@dataclass(frozen=True, slots=True)
class MapRule:
    """The columns of every file, or of those of a glob or a format. Each setting's value is the column's name."""

    columns: Mapping[str, Setting]  # by meaning or dimension
    files: str = ""  # a glob over whole paths, or without a slash over names; "": all
    format: str = ""  # "plain", or what the file is recognised as; "": any

    def fits(self, source: ReadableFile, format_name: str) -> bool:
        if self.format and self.format != format_name:
            return False
        path = Path(source.shown)
        return not self.files or fnmatchcase(path.resolve().as_posix() if "/" in self.files else path.name, self.files)


def entries_of(
    rules: Sequence[MapRule], source: ReadableFile, format_name: str, taken: Iterable[str]
) -> dict[str, Setting]:
    """What applies to a file: name → setting, a later rule over an earlier one; `taken` are names that a flag has said.

    A file that a format knows is read otherwise only where it has every column of a rule. CostcalcError: a rule that
    names its files names a column that they lack.
    """
    found: dict[str, Setting] = {}
    problems: list[Problem] = []
    said = {canonical(name) for name in taken}
    present = names_in(source)
    for rule in rules:
        if not rule.fits(source, format_name):
            continue
        open_ = {name: each for name, each in rule.columns.items() if canonical(name) not in said}
        absent = [each for each in open_.values() if not is_in(each.value, present)]
        if rule.files:
            problems += [
                no_such_column(f'{each.name} = "{each.value}"', each.value, source, each.place) for each in absent
            ]
        whole = not absent or format_name == plain.NAME
        found |= {n: each for n, each in open_.items() if each not in absent and (whole or not is_meaning(n))}
    if problems:
        raise CostcalcError(problems)
    return found


def names_in(source: ReadableFile) -> set[str]:
    """The columns of a table, or what JSON records hold, without case, spaces and underscores."""
    return {canonical(name) for name in (source.header or (*source.scalars, *source.leaves))}


def is_in(column: str, present: Collection[str]) -> bool:
    """Whether a column is there; of a sum, `a+b`, all of them; a constant, `=gpt-5-mini`, needs none."""
    column = column.partition(AS)[0]
    return (
        column.startswith("=")
        or canonical(column) in present
        or all(canonical(_outer(part)) in present for part in column.split("+"))
    )


def _outer(path: str) -> str:
    """The column that a path through a list or into a text begins with."""
    return path.partition(INSIDE)[0].partition("[")[0]


def no_such_column(option: str, column: str, source: ReadableFile, place: Place | None = None) -> Problem:
    """What names a column that a file lacks."""
    header = source.header or source.scalars
    return Problem(
        "unknown-column", f"{option}: {source.shown} has no such column", place or Place(source.shown, 1),
        expected=f"one of {', '.join(header)}", nearest=nearest_names(column, header),
        remedy="name a column of the files, or fewer files",
    )  # fmt: skip
