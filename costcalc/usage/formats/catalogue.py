"""The catalogue: every usage format that is known, and the text that declares it."""

from __future__ import annotations

import re
from pathlib import Path

from costcalc.usage.formats import plain
from costcalc.usage.formats.model import FormatSpec
from costcalc.usage.formats.read import formats

_PLAIN = FormatSpec(
    plain.NAME, ("table", "json"), (), "a table or flat JSON records with column names that say what they hold"
)

_VENDOR = re.compile(r"\bof: ([a-z-]+)/")  # usage: {of: anthropic/messages, at: usage}


def all_formats() -> list[FormatSpec]:
    """The plain table and every format file, by name."""
    return [_PLAIN, *formats().values()]


def format_text(name: str) -> str:
    """How a format is read: its file with those of the vendors whose usage objects it carries, or the names that the
    plain table knows. KeyError: no such format.
    """
    if name == plain.NAME:
        return plain.names_text()
    formats()[name]
    here = Path(__file__).parent
    text = (here / f"{name}.yaml").read_text(encoding="utf-8").rstrip()
    vendors = sorted(dict.fromkeys(_VENDOR.findall(text)))
    files = [
        (vendor, (here.parent / "vendors" / f"{vendor}.yaml").read_text(encoding="utf-8").rstrip())
        for vendor in vendors
    ]
    return "\n\n".join([text, *(f"# --- usage objects of {vendor} ---\n{objects}" for vendor, objects in files)])
