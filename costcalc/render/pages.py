"""Pages: what the page of each report is made of, and the ways in which any page is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from costcalc.render.blocks import Block
from costcalc.render.draw import Page

# Report -> the title of its Markdown, and the module and the function that say what its page is made of: imported when
# it is asked for, and called with the report and whether there is room to breathe.
_PAGES: dict[str, tuple[str, str, str]] = {
    "Plan": ("", "costcalc.render.plan.page", "plan_blocks"),
    "CostReport": ("What it cost", "costcalc.render.page", "cost_blocks"),
    "Forecast": ("What is to come", "costcalc.render.forecast", "forecast_blocks"),
    "Comparison": ("Scenarios side by side", "costcalc.render.comparison.page", "comparison_blocks"),
    "Advice": ("What would save money", "costcalc.render.advice.page", "advice_blocks"),
    "Explanation": ("What made the figures", "costcalc.render.explanation.page", "explanation_blocks"),
    "Reconciliation": ("Our rating against the invoice", "costcalc.render.reconcile.page", "reconciliation_blocks"),
    "Check": ("Does a budget break?", "costcalc.render.check.page", "check_blocks"),
}


def page_of(report: object, **asked: Any) -> Page:
    """The report's page, to be printed on a console of any width; `asked`: what its blocks take besides."""
    return Page(partial(_blocks(report), **asked))


def markdown_of(report: object, title: str = "", **asked: Any) -> str:
    """The same page as GitHub Markdown, under this title or its usual one."""
    from costcalc.render.markdown import markdown_text

    usual, _, _ = _PAGES[type(report).__name__]
    return markdown_text(title or usual or _title_of_plan(report), _blocks(report)(True, **asked))


def _title_of_plan(plan: Any) -> str:
    return "What the rise does" if plan.log else "What the scenario does"


def notebook_of(report: object) -> str | None:
    """The same page as HTML for a notebook's cell; None for a report that has no page."""
    if type(report).__name__ not in _PAGES:
        return None
    from costcalc.render.notebook import html_text

    return html_text(_blocks(report)(True))


def _blocks(report: object) -> Callable[..., Sequence[Block]]:
    _, module, name = _PAGES[type(report).__name__]
    return partial(getattr(import_module(module), name), report)
