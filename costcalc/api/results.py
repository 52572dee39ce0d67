"""Results: the answers as values, with the ways to hand them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any

from costcalc.problems import fail
from costcalc.records import dataclass

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    import pandas as pd

    from costcalc.render.draw import Page
    from costcalc.reports.cost import CostReport
    from costcalc.reports.focus import FocusReport
    from costcalc.reports.forecast import Forecast
    from costcalc.reports.handout import Handout
    from costcalc.reports.plan.model import Plan
    from costcalc.reports.workings import Workings


class TableResult:
    """What every answer does that has tables. Polars, Arrow, DuckDB and pandas 3 take it as it is: `pl.DataFrame(result)`."""

    report: Any

    def __init_subclass__(cls) -> None:
        if "__repr__" not in vars(cls):
            cls.__repr__ = TableResult.__repr__  # type: ignore[method-assign]  # the fields of a report fill pages

    def __repr__(self) -> str:
        """`<CostResult: 9,637.87 USD, complete>`."""
        from costcalc.render.short import short_text

        return f"<{type(self).__name__}: {short_text(self.report)}, {'complete' if self.complete else 'incomplete'}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The lines for whatever reads Arrow: money as decimals. CostcalcError: pyarrow is not installed."""
        from costcalc.render.frames import arrow_stream

        return arrow_stream(self.to_parquet(), requested_schema)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: all usage has a price, and every row and file was read."""
        return bool(self.report.is_complete)

    @property
    def lacks(self) -> str:
        """What is missing: "usage without a price, 2 rows refused"; "" where nothing is."""
        from costcalc.render.words import lacks_of

        return (
            lacks_of(self.report.usage, self.report.is_priced) if hasattr(self.report, "usage") else self.report.lacks
        )

    def to_csv(self, table: str = "lines") -> str:
        """A table whose money adds up to what is printed to the cent, as `-o out.csv` writes it.

        `table`: of a plan lines, months or customers. CostcalcError: the answer has no such table.
        """
        from costcalc.render.tables import csv_of

        return csv_of(self.report, table)

    def to_parquet(self, table: str = "lines") -> bytes:
        """The same rows as a Parquet file: money as DECIMAL, exact amounts as text."""
        from costcalc.render.tables import parquet_of

        return parquet_of(self.report, table)

    def to_frame(self, table: str = "lines", *, exact: bool = True) -> pd.DataFrame:
        """The same rows for pandas: integers as integers, money as Decimal.

        `exact=False`: decimals are floats, so that pandas sums, joins and plots them without conversion; a column
        that is empty is one of floats too, and lines over a log have the same columns whatever the log holds.
        """
        from costcalc.render.tables import frame_of

        return frame_of(self.report, table, exact=exact)


class Result(TableResult):
    """What every answer to a question does: the figures of its report are its own."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "report":  # copying and pickling ask before there is a report
            raise AttributeError(name)
        return getattr(self.report, name)

    def money(self, amount: Fraction) -> Decimal:
        """An exact amount of the answer in coins: `result.money(result.total)` is `Decimal("9637.87")`."""
        from costcalc.money import minor_digits, round_half_up

        return round_half_up(amount, minor_digits(self.report.currency))

    def _repr_html_(self) -> str | None:
        """The page as tables, for a notebook; None leaves it to the plain representation."""
        from costcalc.render.pages import notebook_of

        return notebook_of(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.written import json_of

        return json_of(self.report)

    def page(self, **asked: Any) -> Page:
        """The page that the command prints, for a rich console of any width; `asked`: `top` lines of an explanation."""
        from costcalc.render.pages import page_of

        return page_of(self.report, **asked)

    def to_markdown(self, **asked: Any) -> str:
        """The same page as GitHub Markdown, as `-o out.md` writes it."""
        from costcalc.render.pages import markdown_of

        return markdown_of(self.report, **asked)


@dataclass(frozen=True)
class PlanResult(Result):
    """The answer of `project` and `outlook`, with the ways to hand it on."""

    report: Plan
    worked: Callable[[], Workings] | None = field(default=None, repr=False)  # made where a workbook is asked for
    handed: Callable[[], Handout] | None = field(default=None, repr=False)  # and where a page to forward is

    def months_frame(self, *, exact: bool = True) -> pd.DataFrame:
        """One row a month to come."""
        from costcalc.render.frames import frame
        from costcalc.render.plan.months import month_rows

        return frame(month_rows(self.report), exact=exact)

    def to_xlsx(self) -> bytes:
        """A workbook with live formulas, as `-o out.xlsx` writes it. CostcalcError: XlsxWriter is not installed."""
        from costcalc.render.workbook.plan import plan_xlsx
        from costcalc.reports.workings import Workings

        return plan_xlsx(
            self.report, self.worked() if self.worked else Workings(static="Made without what it was made from.")
        )

    def to_html(self) -> str:
        """One offline page with charts, sliders and tables, as `costcalc report -o report.html` writes it.

        CostcalcError: it is a page of months to come, which `outlook` gives.
        """
        from costcalc.render.html.page import handout_html
        from costcalc.reports.handout import Handout

        if self.report.log:
            raise fail("no-months-in-full", "a page is of months to come in full", remedy="use costcalc.outlook")
        if self.handed is None:
            return handout_html(Handout(self.report, "These figures came without the usage that sliders need."))
        return handout_html(self.handed())


@dataclass(frozen=True)
class CostResult(Result):
    """The answer of `cost`, with the ways to hand it on."""

    report: CostReport
    charged: Callable[[], FocusReport] | None = field(default=None, repr=False)  # made where FOCUS is asked for
    worked: Callable[[], Workings] | None = field(default=None, repr=False)  # and where a workbook is

    def to_xlsx(self) -> bytes:
        """A workbook with live formulas, as `-o out.xlsx` writes it. CostcalcError: XlsxWriter is not installed."""
        from costcalc.render.workbook.reports import cost_xlsx
        from costcalc.reports.workings import Workings

        return cost_xlsx(self.report, self.worked() if self.worked else Workings())

    def to_focus(self) -> str:
        """The charges by day as FOCUS 1.2, as `--format focus` writes them; the names of the lines become tags."""
        from costcalc.render.tables import csv_of

        return csv_of(self.focus_report())

    def to_focus_parquet(self) -> bytes:
        """The same as a Parquet file."""
        from costcalc.render.tables import parquet_of

        return parquet_of(self.focus_report())

    def focus_report(self) -> FocusReport:
        """The charges behind the total, one a day, model, meter, price and set of tags."""
        if self.charged is None:
            raise fail(
                "no-charges", "this result was made without its charges", remedy="use the result of costcalc.cost"
            )
        return self.charged()


@dataclass(frozen=True)
class ForecastResult(Result):
    """The answer of `forecast`, with the ways to hand it on."""

    report: Forecast
