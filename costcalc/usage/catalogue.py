"""The catalogue: every usage format that is known, and the text that declares it."""

from __future__ import annotations

from pathlib import Path

from costcalc.usage import plain
from costcalc.usage.formatfile import formats
from costcalc.usage.formats import FormatSpec

_PLAIN = FormatSpec(
    plain.NAME, ("table", "json"), (), "a table or flat JSON records with column names that say what they hold"
)


def all_formats() -> list[FormatSpec]:
    """The plain table and every format file, by name."""
    return [_PLAIN, *formats().values()]


def format_text(name: str) -> str:
    """How a format is read: its file, or the names that the plain table knows. KeyError: no such format."""
    if name == plain.NAME:
        return plain.names_text()
    formats()[name]
    return (Path(__file__).parent / "formats" / f"{name}.yaml").read_text(encoding="utf-8")
