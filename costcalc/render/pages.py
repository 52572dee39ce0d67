"""Pages: the page of any report, and the ways in which it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from costcalc.render.blocks import Block
from costcalc.render.draw import Page
from costcalc.render.opening import arranged
from costcalc.render.written import part_of, parts_of


def page_of(report: object, **asked: Any) -> Page:
    """The report's page, to be printed on a console of any width; `asked`: what its blocks take besides."""
    return Page(partial(_blocks(report), **asked))


def markdown_of(report: object, title: str = "", **asked: Any) -> str:
    """The same page as GitHub Markdown, under this title or its usual one."""
    from costcalc.render.markdown import markdown_text

    usual = parts_of(report).title
    title = title or (usual if isinstance(usual, str) else usual(report))
    return markdown_text(title, _blocks(report)(True, **asked))


def notebook_of(report: object) -> str | None:
    """The same page as HTML for a notebook's cell; None for a report that has no page."""
    if not parts_of(report).page:
        return None
    from costcalc.render.notebook import html_text

    return html_text(_blocks(report)(True))


def _blocks(report: object) -> Callable[..., Sequence[Block]]:
    return partial(_arranged, report)


def _arranged(report: object, is_wide: bool, **asked: Any) -> Sequence[Block]:
    body: Sequence[Block] = part_of(report, "page")(report, is_wide, **asked)
    if not parts_of(report).head:
        return body
    return arranged(list(part_of(report, "head")(report, **asked)), body)
