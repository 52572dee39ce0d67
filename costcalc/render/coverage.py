"""Coverage in words: what a margin is called where the cost or the revenue is not whole, with both shares beside it."""

from __future__ import annotations

from costcalc.render.words import counted, share_text
from costcalc.reports.coverage import Coverage

PART, MOST = " of the covered part", "at most "


def part_words(coverage: Coverage | None) -> str:
    """What follows the word margin; "" of a whole one."""
    return PART if coverage and not coverage.is_whole else ""


def most_words(coverage: Coverage | None) -> str:
    """What goes before a percentage that can only be lower."""
    return MOST if coverage and coverage.is_bound else ""


def margin_title(coverage: Coverage | None) -> str:
    """Over a column."""
    if coverage is None or coverage.is_whole:
        return "Margin"
    return "Margin ≤" if coverage.is_bound else "Part margin"


def own_margin_title(coverage: Coverage | None) -> str:
    """Over a column of the margins of customers, each of its own cost and revenue."""
    return "Margin ≤" if coverage and coverage.is_bound else "Margin"


def shares(coverage: Coverage | None) -> list[str]:
    """`41% of the cost has revenue`, `74% of the tokens priced`; none where all is covered."""
    return _shares(coverage) if coverage and not coverage.is_whole else []


def shares_text(coverage: Coverage | None, begin: str = "") -> str:
    """In one text, after a beginning; "" where all is covered."""
    found = ", ".join(shares(coverage))
    return begin + found if found else ""


def in_brackets(coverage: Coverage | None) -> str:
    found = shares_text(coverage)
    return f" ({found})" if found else ""


def coverage_note(coverage: Coverage | None) -> str:
    """A sentence below a table of margins; "" where all is covered."""
    bound = ", at most this" if coverage and coverage.is_bound else ""
    return shares_text(coverage, f"Margin{part_words(coverage)}{bound}: ") + ("." if shares(coverage) else "")


def _shares(coverage: Coverage) -> list[str]:
    revenue = share_text(coverage.cost) if coverage.cost is not None else "none"
    found = [f"{revenue} of the cost has revenue"]
    if coverage.priced is not None:
        found.append(f"{share_text(coverage.priced)} of the tokens priced")
    if not coverage.is_complete and coverage.priced in (None, 1):
        found.append("not all fees priced")
    if coverage.unread:
        found.append(f"{counted(coverage.unread, 'row or file', 'rows or files')} unread")
    if coverage.parts_customers:
        found.append("other usage of these customers left out")
    return found
