"""Detections: which format a log has, and the formats that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from costcalc.api.keywords import keywords
from costcalc.api.options import DetectOptions
from costcalc.api.results import Result
from costcalc.api.words import limits_of, read_pairs
from costcalc.problems import fail, nearest_names
from costcalc.usage.formatstart import start_of_format as start_of_format

if TYPE_CHECKING:
    from costcalc.reports.detection import Detections
    from costcalc.usage.formats.model import FormatSpec


@dataclass(frozen=True)
class DetectionResult(Result):
    """The answer of `detect`, with the ways to hand it on."""

    report: Detections

    @property
    def lacks(self) -> str:
        """What is not read: "1 file not read, 2 rows refused"; "" where nothing is."""
        from costcalc.render.detection import lacking

        return ", ".join(lacking(self.report))


@keywords(DetectOptions)
def detect(usage: str | Path | Sequence[str | Path], **words: Unpack[DetectOptions]) -> DetectionResult:
    """Which format each file is and why, what is taken from its columns, and what becomes of its rows.

    CostcalcError: nothing of it can be read.
    """
    from costcalc.reports.detection import detect as detect_files

    found = detect_files(
        usage,
        read_pairs(words["columns"], "--map", "NAME=COLUMN"),
        rules=words["rules"],
        limits=limits_of(words),
        formats=[*map(Path, words["formats"])],
    )
    return DetectionResult(found)


def formats() -> list[FormatSpec]:
    """Every format that ships, by name."""
    from costcalc.usage.formats.catalogue import all_formats

    return sorted(all_formats(), key=lambda spec: spec.name)


def format_file(name: str) -> str:
    """The file that declares a format. CostcalcError, with near names: there is none of that name."""
    from costcalc.usage.formats.catalogue import format_text

    names = [spec.name for spec in formats()]
    if name not in names:
        raise fail(
            "no-such-format", f'no format is called "{name}"', nearest=nearest_names(name, names),
            expected=", ".join(names),
        )  # fmt: skip
    return format_text(name).rstrip()
