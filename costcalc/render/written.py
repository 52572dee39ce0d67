"""Written: what each report is written with. `costcalc.render.NAME` says it of the report in `costcalc.reports.NAME`, as `WRITTEN`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Writers:
    """The functions of one report, or `module:name` in its folder: those are imported when they are asked for."""

    title: str | Callable[[Any], str] = ""  # of its Markdown; of a report
    head: Any = ""  # report -> the notes that answer in a sentence or two; "": the page begins with them
    page: Any = ""  # (report, whether there is room to breathe, …) -> blocks
    rows: Any = ""  # report -> rows; of a plan, which has several tables, "" here
    json: Any = ""  # its fields


def home_of(report: object) -> str:
    """The module that writes the report, of prices one in their folder; "" of anything else."""
    room, _, place = type(report).__module__.removeprefix("costcalc.").partition(".")
    first, _, name = place.partition(".")
    return (
        ""
        if room != "reports"
        else f"costcalc.render.{place}"
        if first == "prices" and name
        else f"costcalc.render.{first}"
    )


def parts_of(report: object) -> Writers:
    """The parts of a report; none of anything else."""
    home = home_of(report)
    parts: Writers = import_module(home).WRITTEN if home else Writers()
    return parts


def part_of(report: object, name: str) -> Any:
    """The function or the fields of a part."""
    return part_in(home_of(report), name)


def part_in(home: str, name: str) -> Any:
    """The same, by the module that writes the report."""
    part = getattr(import_module(home).WRITTEN, name)
    if not isinstance(part, str):
        return part
    module, _, found = part.partition(":")
    return getattr(import_module(f"{home}.{module}"), found)


def json_of(report: object) -> str:
    """The documented JSON of a report, indented, with a line feed at its end."""
    return json_in(home_of(report), report)


def json_in(home: str, report: object) -> str:
    """The same, by the module that writes the report."""
    from costcalc.render.fields import json_text, object_of

    return json_text(object_of(part_in(home, "json"), report, report))
