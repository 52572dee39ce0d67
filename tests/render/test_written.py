"""What writes a report, and what command asks for it, is found by its name: a new one is new files alone."""

import json
import sys
from fractions import Fraction
from types import ModuleType

import pytest

from costcalc.cli.app import commands
from costcalc.records import dataclass
from costcalc.render import fields as f
from costcalc.render.blocks import Cell, Column, Grid, Note, grid
from costcalc.render.columns import columns_of
from costcalc.render.pages import markdown_of
from costcalc.render.tables import csv_of
from costcalc.render.written import Writers, json_of, part_in
from tests.render.test_json_documented import WRITTEN


@dataclass(frozen=True, slots=True)
class Halves:
    """A report that nothing of the package knows."""

    parts: tuple[Fraction, ...]
    currency: str = "USD"


PART = f.fields(
    share=f.ratio(lambda part, _: part, column=Column("Share")),
    hidden=f.text(lambda *_: "in files alone"),
    word=f.on_page(Column("Word", "text"), lambda part, report: Cell(f"{part} of {report.currency}")),
)


@pytest.fixture
def halves(monkeypatch) -> Halves:
    """The report as one of `costcalc.reports.halves`, written by `costcalc.render.halves`."""
    home = ModuleType("costcalc.render.halves")

    def blocks(report: Halves, is_wide: bool) -> list[Grid]:
        return [grid(columns_of(PART, report), report.parts)]

    home.WRITTEN = Writers(
        "Halves",
        head=lambda _: [Note("Half of it.")],
        page=blocks,
        rows=lambda report: f.rows_with(PART, report.parts, report),
        json=f.fields(parts=f.each(PART)),
    )
    monkeypatch.setitem(sys.modules, home.__name__, home)
    monkeypatch.setattr(Halves, "__module__", "costcalc.reports.halves")
    return Halves((Fraction(1, 2), Fraction(1, 4)))


def test_a_report_is_written_by_the_module_of_its_name(halves):
    assert markdown_of(halves).splitlines()[2:] == [
        "Half of it.", "",
        "| Share | Word |", "| --: | :-- |", "| 50.0% | 1/2 of USD |", "| 25.0% | 1/4 of USD |",
    ]  # fmt: skip
    assert csv_of(halves) == "share,hidden\n0.5,in files alone\n0.25,in files alone\n"


def test_a_page_leaves_a_column_out_and_calls_another_otherwise(halves):
    shown = columns_of(PART, halves, without=("word",), titles={"share": "Half"})
    assert [(column.title, column.key) for column in shown] == [("Half", "share")]


def test_what_a_page_alone_says_is_no_field_of_json(halves):
    assert json.loads(json_of(halves)) == {
        "parts": [{"share": each, "hidden": "in files alone"} for each in ("0.5", "0.25")]
    }
    assert [path for path, _ in f.documented(PART)] == ["share", "hidden"]


@pytest.mark.parametrize("name", WRITTEN)
def test_every_part_is_there(name):
    assert part_in(f"costcalc.render.{name}", "page")
    assert part_in(f"costcalc.render.{name}", "json")


def test_help_lists_a_command_by_the_first_line_of_its_file():
    listed = commands()
    assert list(listed)[:2] == ["project", "cost"]
    assert listed["cost"] == "What did it cost, by day, month, provider, model, customer, …?"
    assert "options" not in listed
    assert "prices import" not in listed
