"""Why a name means a model: on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.problems import visible
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Facts, Gap, Note
from costcalc.render.fields import Rows
from costcalc.render.prices.sheet import list_parts
from costcalc.render.prices.words import file_text
from costcalc.render.words import day_text
from costcalc.render.written import Writers
from costcalc.reports.prices.naming import Naming


def naming_blocks(report: Naming, is_wide: bool) -> Sequence[Block]:
    """The name, what it means and why."""
    found = report.found
    priced = "" if report.has_price else f", which has no price on {day_text(report.day)}"
    answer = f"{visible(report.name)} means {found.provider}/{found.model} on the list {found.region}{priced}."
    return [Note(answer, "strong"), Gap(), Facts(list(_facts(report)))]


RESOLVED = f.fields(
    schema=f.constant("costcalc.prices-resolve/1"), name=f.text, provider=f.text("found.provider"), model=f.text("found.model"),
    region=f.text("found.region"), how=f.text("found.how"), through=f.text, own_alias=f.text,
    region_how=f.text("found.region_how"), other_regions=f.texts, also_billed_by=f.texts,
    billed_as=f.text(lambda report, _: report.redirected_to or report.found.model), day=f.text, has_price=f.boolean,
    reason=f.said, file=f.text(lambda report, _: file_text(report.file)), line=f.integer,
)  # fmt: skip


def naming_rows(report: Naming) -> Rows:
    """One row, without the lists."""
    single = {key: field for key, field in RESOLVED.items() if key != "schema" and not field.is_list}
    return f.rows_with(single, [report], None)


def _facts(report: Naming) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = report.found
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
        case "latest":
            yield f'"{report.through}" with -latest behind it: its newest snapshot inherits everything'
        case other:
            yield other


WRITTEN = Writers("What the name means", page=naming_blocks, rows=naming_rows, json=RESOLVED)
