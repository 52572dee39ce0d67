"""Where the price data lies: inside costcalc, beside it in a checkout, or in the package `costcalc-prices` if that is newer."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

FORMAT = "1"  # of the files: data of another one is for another costcalc, and left alone
PACKAGE = "costcalc_prices"
VERSION = "VERSION"  # in the folder of the data: `2026.11.30 1`, the day it was made and its format


@cache
def shipped_folder() -> Path:
    """The folder of the price data."""
    return _released() or _own()


def data_version() -> str:
    """`prices of 2026.11.30`, and whose, where a package of its own brought them."""
    return f"prices of {released_data() or _day(_own())}"


def released_data() -> str:
    """`2026.12.5 of costcalc-prices`, with the day of costcalc's own data; "" where that is taken."""
    released = _released()
    return f"{_day(released)} of costcalc-prices, newer than its own of {_day(_own())}" if released else ""


def _day(folder: Path) -> str:
    return ".".join(map(str, _made(folder)))


def _own() -> Path:
    package = Path(__file__).resolve().parent.parent
    inside = package / "pricebooks"
    return inside if inside.is_dir() else package.parent / "pricebooks"


@cache
def _released() -> Path | None:
    """The data of an installed `costcalc-prices`, which is not imported, if it is newer than costcalc's own."""
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "pricebooks"
        if _made(folder) > _made(_own()):
            return folder
    return None


def _made(folder: Path) -> tuple[int, ...]:
    """The day as numbers; none, where the folder holds no data of our format."""
    try:
        day, _, kind = (folder / VERSION).read_text(encoding="ascii").strip().partition(" ")
        return tuple(map(int, day.split("."))) if kind == FORMAT else ()
    except (OSError, ValueError):
        return ()
