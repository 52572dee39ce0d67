"""Results: the answers as values, with the ways to hand them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.problems import fail
from costcalc.records import dataclass

if TYPE_CHECKING:
    import pandas as pd

    from costcalc.reports.case import Case
    from costcalc.reports.cost import CostReport
    from costcalc.reports.focus import FocusReport
    from costcalc.reports.forecast import Forecast
    from costcalc.reports.outlook import Outlook
    from costcalc.reports.projection import Projection
    from costcalc.reports.workings import Workings


class Result:
    """What every answer does: the figures of its report are its own."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "report":  # copying and pickling ask before there is a report
            raise AttributeError(name)
        return getattr(self.report, name)

    def _repr_html_(self) -> str | None:
        """The page as tables, for a notebook; None leaves it to the plain representation."""
        from costcalc.render.notebook import report_html

        return report_html(self.report)


@dataclass(frozen=True)
class ProjectionResult(Result):
    """The answer of `project`, with the ways to hand it on."""

    report: Projection
    worked: Callable[[], Workings] | None = field(default=None, repr=False)  # made where a workbook is asked for

    def to_frame(self) -> pd.DataFrame:
        """One row a line: integers as integers, money as Decimal, never float."""
        from costcalc.render.frames import projection_frame

        return projection_frame(self.report)

    def months_frame(self) -> pd.DataFrame:
        """One row a month to come."""
        from costcalc.render.frames import months_frame

        return months_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import projection_json

        return projection_json(self.report)

    def to_csv(self, table: str = "lines") -> str:
        """Lines, or months, that sum to the printed total to the cent, as `-o out.csv` writes them."""
        from costcalc.render.handing import table_csv

        return table_csv(self.report, table)

    def to_parquet(self, table: str = "lines") -> bytes:
        """The same rows as a Parquet file: money as DECIMAL, exact amounts as text."""
        from costcalc.render.handing import table_parquet

        return table_parquet(self.report, table)

    def to_xlsx(self) -> bytes:
        """A workbook with live formulas, as `-o out.xlsx` writes it. CostcalcError: XlsxWriter is not installed."""
        from costcalc.render.workbook.reports import projection_xlsx
        from costcalc.reports.workings import Workings

        return projection_xlsx(
            self.report, self.worked() if self.worked else Workings(static="Made without its workings.")
        )


@dataclass(frozen=True)
class CostResult(Result):
    """The answer of `cost`, with the ways to hand it on."""

    report: CostReport
    charged: Callable[[], FocusReport] | None = field(default=None, repr=False)  # made where FOCUS is asked for
    worked: Callable[[], Workings] | None = field(default=None, repr=False)  # and where a workbook is

    def to_frame(self) -> pd.DataFrame:
        """One row a line: integers as integers, money as Decimal, never float."""
        from costcalc.render.frames import cost_frame

        return cost_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import cost_json

        return cost_json(self.report)

    def to_csv(self) -> str:
        """Lines that sum to the printed total to the cent, as `-o out.csv` writes them."""
        from costcalc.render.csv_ import cost_csv

        return cost_csv(self.report)

    def to_parquet(self) -> bytes:
        """The same rows as a Parquet file: money as DECIMAL, exact amounts as text."""
        from costcalc.render.handing import table_parquet

        return table_parquet(self.report)

    def to_xlsx(self) -> bytes:
        """A workbook with live formulas, as `-o out.xlsx` writes it. CostcalcError: XlsxWriter is not installed."""
        from costcalc.render.workbook.reports import cost_xlsx
        from costcalc.reports.workings import Workings

        return cost_xlsx(self.report, self.worked() if self.worked else Workings())

    def to_focus(self) -> str:
        """The charges by day as FOCUS 1.2, as `--format focus` writes them; the names of the lines become tags."""
        from costcalc.render.focus import focus_csv

        return focus_csv(self.focus_report())

    def to_focus_parquet(self) -> bytes:
        """The same as a Parquet file."""
        from costcalc.render.focus import focus_parquet

        return focus_parquet(self.focus_report())

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

    def to_frame(self) -> pd.DataFrame:
        """One row a day, of the log and to come: money as Decimal, never float."""
        from costcalc.render.frames import forecast_frame

        return forecast_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import forecast_json

        return forecast_json(self.report)

    def to_csv(self) -> str:
        """One row a day, as `-o out.csv` writes them."""
        from costcalc.render.csv_ import forecast_csv

        return forecast_csv(self.report)


@dataclass(frozen=True)
class OutlookResult(Result):
    """The answer of `outlook`, with the ways to hand it on."""

    report: Outlook
    case: Case | None = field(
        default=None, repr=False
    )  # what the outlook was made from: a page's sliders and sources need it
    pass_through: Fraction | None = None  # that the outlook was made with

    def to_frame(self) -> pd.DataFrame:
        """One row a month and line: money as Decimal, never float."""
        from costcalc.render.frames import outlook_frame

        return outlook_frame(self.report)

    def months_frame(self) -> pd.DataFrame:
        """One row a month to come."""
        from costcalc.render.frames import outlook_months_frame

        return outlook_months_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.outlook.json_ import outlook_json

        return outlook_json(self.report)

    def to_csv(self, table: str = "lines") -> str:
        """Lines of every month, months, or customers, that sum to what is printed to the cent."""
        from costcalc.render.handing import table_csv

        return table_csv(self.report, table)

    def to_parquet(self, table: str = "lines") -> bytes:
        """The same rows as a Parquet file: money as DECIMAL, exact amounts as text."""
        from costcalc.render.handing import table_parquet

        return table_parquet(self.report, table)

    def to_xlsx(self) -> bytes:
        """A workbook with live formulas, as `-o out.xlsx` writes it. CostcalcError: XlsxWriter is not installed."""
        from costcalc.render.workbook.reports import outlook_xlsx
        from costcalc.reports.workings import Workings, outlook_workings

        if self.case is None:
            return outlook_xlsx(self.report, Workings(static="Made without its case: nothing turns."))
        return outlook_xlsx(self.report, outlook_workings(self.case, self.report, self.pass_through))

    def to_html(self) -> str:
        """One offline page with charts, sliders and tables, as `costcalc report -o report.html` writes it."""
        from costcalc.render.html.page import handout_html
        from costcalc.reports.handout import Handout, handout

        if self.case is None:
            return handout_html(Handout(self.report, "These figures came without the usage that sliders need."))
        return handout_html(handout(self.case, self.report, self.pass_through))
