"""Known: what there is to choose from: models, currencies, events, formats; for a shell that completes a word, and for the version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costcalc.pricebook.resolve import Pricebook


@lru_cache(maxsize=1)
def books(files: tuple[str, ...]) -> Pricebook:
    """The books with these laid over them; those that ship, where one of these is wrong."""
    from costcalc.pricebook.load import load_pricebook

    try:
        return load_pricebook(files)
    except Exception:
        return load_pricebook()


def currencies(files: Sequence[str]) -> list[str]:
    """Those of lists and of exchange rates."""
    from costcalc.pricebook.load import load_fx

    known = {currency for pair in load_fx(files).months for currency in pair}
    return sorted({each.currency for each in books(tuple(files)).books} | known)


def events() -> list[str]:
    from costcalc.pricebook.events import load_events

    return [event.id for event in load_events()]


def formats() -> list[str]:
    """By the names of their files: none is read."""
    from costcalc.usage.formats import plain

    folder = Path(plain.__file__).parent
    return sorted([plain.NAME, *(file.stem for file in folder.glob("*.yaml"))])


def data_version() -> str:
    """Of the prices that are installed."""
    from costcalc.pricebook.data import data_version as version

    return version()
