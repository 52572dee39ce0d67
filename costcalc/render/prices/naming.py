"""Why a name means a model: on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.problems import visible
from costcalc.render.blocks import Block, Facts
from costcalc.render.fields import Rows
from costcalc.render.prices.parts import Json
from costcalc.render.prices.sheet import list_parts
from costcalc.render.prices.words import file_text
from costcalc.render.words import ARROW, day_text
from costcalc.reports.prices.naming import Naming

RESOLVE_SCHEMA = "costcalc.prices-resolve/1"


def naming_blocks(report: Naming) -> Sequence[Block]:
    """The name, what it means and why."""
    return [Facts(list(_facts(report)))]


def naming_json(report: Naming) -> Json:
    """See docs/prices.md."""
    found = report.found
    return {
        "schema": RESOLVE_SCHEMA,
        "name": report.name,
        "provider": found.provider,
        "model": found.model,
        "region": found.region,
        "how": found.how,
        "through": report.through,
        "own_alias": report.own_alias,
        "region_how": found.region_how,
        "other_regions": list(report.other_regions),
        "also_billed_by": list(report.also_billed_by),
        "billed_as": report.redirected_to or found.model,
        "day": report.day.isoformat(),
        "has_price": report.has_price,
        "reason": report.reason or None,
        "file": file_text(report.file),
        "line": report.line,
    }


def naming_rows(report: Naming) -> Rows:
    """One row."""
    values = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in naming_json(report).items()
        if not isinstance(value, list) and name != "schema"
    }
    return tuple(values), [tuple(values.values())]


def _facts(report: Naming) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = report.found
    yield "name", (f"{visible(report.name)} {ARROW} {found.provider}/{found.model}",)
    yield "why", tuple(_why(report))
    yield "list", tuple(list_parts(found, report.other_regions))
    if report.redirected_to:
        yield "billed as", (report.redirected_to,)
    if not report.has_price:
        yield "price", (f"none on {day_text(report.day)}: {report.reason}",)
    if report.also_billed_by:
        yield "also", ("billed by", *report.also_billed_by)
    yield "book", (f"{file_text(report.file)}, line {report.line}",)


def _why(report: Naming) -> Iterator[str]:
    if report.own_alias:
        yield f'an alias of your configuration: "{report.own_alias}"'
    match report.found.how:
        case "exact":
            yield "the book's own name"
        case "alias":
            yield f'the book\'s alias "{report.through}"'
        case "pattern":
            yield f'the book\'s pattern "{report.through}"'
        case "date suffix":
            yield f'"{report.through}" with a date behind it: a snapshot inherits everything'
        case other:
            yield other
