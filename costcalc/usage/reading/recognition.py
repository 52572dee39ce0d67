"""Recognition: which format a file has, told by the names that it holds, and which others it comes near to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from costcalc.problems import Place, fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats import plain, plainbill
from costcalc.usage.formats.everyrow import is_constant, is_of_failed
from costcalc.usage.formats.model import FormatSpec
from costcalc.usage.formats.names import canonical, is_meaning, meaning_by_name
from costcalc.usage.formats.read import formats, own_formats
from costcalc.usage.reading.assume import name_under

_IN_BRACKETS = re.compile(r"\s\(([a-z_/]+)\)$")
_NEAR = 0.5  # a format of whose names a file has fewer is no candidate
_MANY = 3  # names that a file of another kind hardly has
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FormatMatch:
    """A format, with those of the names it is known by that a file has and lacks. The score is how many it has."""

    spec: FormatSpec
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    @property
    def score(self) -> str:
        return f"{len(self.has)} of {len(self.has) + len(self.lacks)}"

    @property
    def is_likely(self) -> bool:
        """Whether it has too many of the names for that to be chance."""
        return not self.lacks or len(self.has) >= _MANY

    @property
    def share(self) -> float:
        return len(self.has) / (len(self.has) + len(self.lacks))


def choose(
    source: ReadableFile, mapping: Mapping[str, str], usage_format: str | None, is_bill: bool = False
) -> tuple[FormatSpec | None, str]:
    """The source's format (None: the plain one) and what it was recognised by.

    CostcalcError: no such format, or two that the file is known by alike.
    """
    if usage_format is not None:
        return _named(usage_format), "it was asked for (--usage-format)"
    found = _best(source)
    meant = [name for name in mapping if (plainbill.is_meaning if is_bill else is_meaning)(name)]
    if not is_bill:
        changes_nothing = (is_constant, is_of_failed)
        meant = [name for name in meant if not any(is_(name, mapping[name], source.header) for is_ in changes_nothing)]
    if meant and not (found and all(_says_so(found.spec, name, mapping[name]) for name in meant)):
        return None, "--map says what its columns mean"
    if found:
        return found.spec, f"it has {', '.join(found.has)}"
    return None, "its columns have names that say what they mean"


def candidates(source: ReadableFile) -> list[FormatMatch]:
    """The formats that a file comes near to, the nearest first."""
    each = (near for spec in formats().values() if _is_read(source, spec) and (near := _nearest(source, spec)))
    return sorted(each, key=lambda found: (-found.share, -len(found.has), found.spec.name))


def bracketed(columns: Mapping[str, T]) -> dict[str, T]:
    """Columns of an export in another language, by the name that stands in brackets: `计量名称 (metername)`."""
    return {match[1]: column for name, column in columns.items() if (match := _IN_BRACKETS.search(name))}


def header_names(source: ReadableFile) -> set[str]:
    """The columns in lower case, by every name that they have."""
    header = {name.lower() for name in source.header}
    return header | {*bracketed(dict.fromkeys(header))}


def _best(source: ReadableFile) -> FormatMatch | None:
    """The format by most of whose names the file is known; one of the user's own comes first: its writer knows better."""
    own = own_formats()
    found = [each for each in candidates(source) if not each.lacks]
    found = [each for each in found if each.spec.name in own] or found
    most = max((len(each.has) for each in found), default=0)
    found = [each for each in found if len(each.has) == most]
    if len(found) > 1:
        names = [each.spec.name for each in found]
        raise fail(
            "format-unclear",
            f"it may be {' or '.join(names)}: it has as many of the names that each of them is known by",
            place=Place(source.shown, 1),
            expected=f"{names[0]} has {', '.join(found[0].has)}",
            remedy=f"say which: {' or '.join(f'--usage-format {name}' for name in names)}",
        )
    return found[0] if found else None


def _is_read(source: ReadableFile, spec: FormatSpec) -> bool:
    return ("json" if source.kind == "json" else "table") in spec.reads


def _nearest(source: ReadableFile, spec: FormatSpec) -> FormatMatch | None:
    """The list of the format's names that the file has most of; of lists that it has whole, the longest."""
    header = set() if source.kind == "json" else header_names(source)
    lists = spec.recognise
    if source.kind != "json":
        lists += tuple(names for names in spec.only if {name.lower() for name in names} == header)
    found = [_against(names, source, spec, header) for names in lists]
    best = max(found, key=lambda each: (each.share, len(each.has)), default=None)
    return best if best and best.share >= _NEAR else None


def _against(names: tuple[str, ...], source: ReadableFile, spec: FormatSpec, header: set[str]) -> FormatMatch:
    if source.kind == "json":
        has = tuple(name for name in names if any(name_under(root, name) in source.leaves for root in spec.roots))
    else:
        has = tuple(name for name in names if name.lower() in header)
    return FormatMatch(spec, has, tuple(name for name in names if name not in has))


def _says_so(spec: FormatSpec, name: str, column: str) -> bool:
    """Whether the format reads the column as this anyway."""
    meaning = meaning_by_name()[canonical(name)]
    if meaning == "model":
        return any(column in shape.model.paths for shape in spec.shapes)
    return meaning in ("timestamp", "date") and any(column in shape.time.paths for shape in spec.shapes if shape.time)


def _named(name: str) -> FormatSpec | None:
    known = {**formats(), plain.NAME: None}
    if name not in known:
        raise fail(
            "no-such-format",
            f'no usage format is called "{name}"',
            nearest=nearest_names(name, known),
            remedy="`costcalc formats list` shows them all",
        )
    return known[name]
