"""Events: a table of rises and cuts, written as events of ours behind those that a file has."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from textwrap import wrap

from costcalc.calendar import read_day
from costcalc.files import read_text
from costcalc.pricebook.events import EVERY_METER, parse_events
from costcalc.pricebook.importers.facts import FIELDS
from costcalc.pricebook.importers.homes import home_of
from costcalc.problems import Place, fail
from costcalc.yamltext import indented, word

EVENTS = "events"
_COLUMNS = (
    "id", "provider", "product_scope", "meter_scope", "change_pct_low", "change_pct_high",
    "announced_on", "effective_on", "source_url", "confidence", "note",
)  # fmt: skip
_METERS = {
    **{name: field.meter for name, field in FIELDS.items()},
    "all": EVERY_METER, "gpu_hour": "compute", "storage_gb_month": "storage_gb_months", "egress_gb": "egress_gb",
    "subscription": "subscriptions", "deployment_unit_hour": "deployment_unit_hours",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Added:
    """The file with the events that it did not have, their names, and how many it had already."""

    text: str
    names: tuple[str, ...]
    known: int


def add_events(table: Path, text: str, file: str, today: date) -> Added:
    """The file of events with those of the table behind its own. CostcalcError: a row that says no event."""
    reader = csv.DictReader(StringIO(read_text(table), newline=""))
    if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
        raise fail(
            "missing-column", f"a table of events needs the columns {', '.join(missing)}",
            place=Place(str(table), 1), expected=", ".join(_COLUMNS),
        )  # fmt: skip
    known = {event.id for event in parse_events(text, file)} if text.strip() else set()
    rows = list(reader)
    new = {row["id"].lower(): _lines(row, Place(str(table), line), today) for line, row in enumerate(rows, 2) if row["id"].lower() not in known}  # fmt: skip
    whole = text.rstrip() or "events:"
    for lines in new.values():
        whole += "\n\n" + "\n".join(indented(lines))
    parse_events(whole + "\n", file)  # what is written can be read
    return Added(whole + "\n", tuple(new), len(rows) - len(new))


def _lines(row: Mapping[str, str], place: Place, today: date) -> list[str]:
    words = [name.strip() for name in row["meter_scope"].split(";")]
    if unknown := [name for name in words if name not in _METERS]:
        raise fail("unknown-meter", f'no meter is called "{unknown[0]}"', place=place, expected=", ".join(_METERS))
    said: list[tuple[str, str]] = [
        ("provider", home_of(row["provider"]).provider),
        ("scope", word(row["product_scope"])),
        ("meters", f"[{', '.join(dict.fromkeys(_METERS[name] for name in words))}]"),
        ("change", _change(row["change_pct_low"], row["change_pct_high"])),
        ("announced", row["announced_on"]),
        ("effective", row["effective_on"]),
        ("status", "in_force" if _has_begun(row["effective_on"], today) else "announced"),
    ]
    entries = [f"{key}: {value}" for key, value in said if value]
    entries += ["sources:", *indented(f"- {word(url.strip())}" for url in row["source_url"].split(" ; "))]
    entries += [f"confidence: {row['confidence']}"]
    entries += ["note: >-", *indented(wrap(row["note"], 110))] if row["note"] else []
    return [f"{word(row['id'].lower())}:", *indented(entries)]


def _change(low: str, high: str) -> str:
    if low == high:
        return f"{low}%" if low else ""
    return f"{low}..{high}%" if high else f"from {low}%"


def _has_begun(effective: str, today: date) -> bool:
    """Whether the day has come; a month or a year counts from its first day."""
    first = "-".join([*effective.split("-"), "01", "01"][:3]) if effective else ""
    return bool(first) and read_day(first) <= today
