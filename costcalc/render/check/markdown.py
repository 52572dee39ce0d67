"""A check as GitHub Markdown: a comment of a pull request that is found again by its hidden first line."""

from __future__ import annotations

import re

from costcalc.problems import fail
from costcalc.render.check.phrases import title_text
from costcalc.render.pages import markdown_of
from costcalc.reports.check.check import Check

_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def check_markdown(check: Check, tag: str = "") -> str:
    """The page, headed by what came of it. CostcalcError: a tag that is no plain word."""
    return f"{tag_line(tag)}\n{markdown_of(check, title_text(check))}"


def tag_line(tag: str = "") -> str:
    """`<!-- costcalc:check -->`, with the tag where there is one."""
    if tag and not _TAG.fullmatch(tag):
        raise fail("bad-tag", f'the tag "{tag}" is not a plain word', expected="letters, digits, dots and dashes: search-service")  # fmt: skip
    return f"<!-- costcalc:check {tag} -->" if tag else "<!-- costcalc:check -->"
