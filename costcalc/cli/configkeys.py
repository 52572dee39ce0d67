"""The keys of the configuration, each once: what it holds, how it is checked, what it says and an example.

Reading, the commented start that `costcalc init config` writes and the list in the README follow.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.api.words import (
    read_basis,
    read_currency,
    read_first_month,
    read_margin,
    read_memory,
    read_revenue,
    read_threads,
    read_timezone,
)
from costcalc.calendar import read_month
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass
from costcalc.usage.earnings import is_earnings
from costcalc.usage.formats import plain
from costcalc.usage.formats.names import is_meaning
from costcalc.usage.formats.read import own_formats, shipped_formats, with_formats

if TYPE_CHECKING:
    from costcalc.cli.config import Config

Check = Callable[["Config", Place, Any], Iterator[Problem]]

MAP_LIMITS = ("files", "format")  # of an entry of `maps`; all others are costcalc's names for columns
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_COLUMN = 'input_tokens = "tok_in"'


@dataclass(frozen=True, slots=True)
class Holds:
    """What the value of a key is."""

    types: tuple[type, ...]
    wanted: str
    is_table: bool = False  # in TOML it stands behind all other keys


TEXT = Holds((str, int), "a text")
TEXTS = Holds((list,), "a list of texts")
TABLE = Holds((dict,), "a table of texts", is_table=True)
TABLES = Holds((list,), "a list of texts", is_table=True)
FLAG = Holds((bool,), "true or false")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the configuration."""

    holds: Holds
    example: str  # as TOML
    says: str
    check: Check | None = None
    slip: str = ""  # the problem that a wrong value turns out to be, once the log or the books are known
    flag: str = ""  # of a key that names files: the flag that may name any file


def value_problems(config: Config, name: str, place: Place, value: object) -> Iterator[Problem]:
    """What is wrong with a key of the configuration and its value."""
    key, width = KEYS.get(name), len(name)
    if key is None:
        yield Problem(
            "unknown-key", f'the configuration has no key "{name}"', place, width=width,
            nearest=nearest_names(name, KEYS), remedy=f"known keys: {', '.join(KEYS)}",
        )  # fmt: skip
    elif isinstance(value, float):
        yield Problem(
            "bad-value", f'"{name}" is a float, which loses digits', place, width=width,
            remedy=f'write it as text: {name} = "{value}"',
        )  # fmt: skip
    elif not isinstance(value, key.holds.types) or (key.holds is TEXT and isinstance(value, bool)):
        yield Problem("bad-value", f'"{name}" is not {key.holds.wanted}', place, width=width, expected=key.holds.wanted)
    elif key.holds is TEXTS and isinstance(value, list) and not all(isinstance(each, str) for each in value):
        yield Problem("bad-value", f'"{name}" is not a list of texts', place, width=width, expected='["a/path"]')
    elif outside := [path for path in files_named(name, value) if not config.holds(path)]:
        yield Problem(
            "outside-the-folder", f'"{name}" names {outside[0]}, which is not within the folder of the configuration', place,
            width=width, remedy=f"name it on the command line: {key.flag} {shlex.quote(outside[0])}",
        )  # fmt: skip
    elif key.check:
        yield from key.check(config, place, value)


def files_named(name: str, value: object) -> list[str]:
    """The files that a value of the configuration names."""
    key = KEYS.get(name)
    if key is None or not key.flag:
        return []
    if isinstance(value, list):
        return value
    return [str(value)] if is_earnings(str(value)) else []


def start_text() -> str:
    """A commented configuration, every key of it behind a sign."""
    lines = [
        "# What every costcalc command assumes here and in the folders below. A flag wins over a line of this file.",
        "# Nothing is set yet: take the sign away from the lines that you want.",
    ]
    for key in sorted(KEYS.values(), key=lambda key: key.holds.is_table):
        lines += ["", *(f"# {line}" for line in [key.says, *key.example.splitlines()])]
    return "\n".join([*lines, ""])


# --- checks -------------------------------------------------------------------------------------------------------------
def _read_by(read: Callable[[str], object]) -> Check:
    """A value that means something by itself: a slip is shown where it stands, before anything else is read."""

    def check(_: Config, place: Place, value: object) -> Iterator[Problem]:
        try:
            read(str(value))
        except CostcalcError as error:
            yield replace(error.problems[0], place=place)

    return check


def _rates(config: Config, at: Place, value: Mapping[str, Any]) -> Iterator[Problem]:
    """The first slip of each line of [fx]."""
    for name, rate in value.items():
        yield from [*_rate_problems(config, config.place("fx", name) or at, name, rate)][:1]


def _rate_problems(config: Config, place: Place, name: str, value: object) -> Iterator[Problem]:
    base, slash, quote = name.partition("/")
    own = str(config.values.get("currency", "")).upper()
    width = len(name)
    if any(not _CODE.fullmatch(code) for code in (base, *([quote] if slash else []))) or base == (quote or own):
        yield Problem("bad-pair", f'"{name}" is not a pair of currencies', place, width=width, expected='"EUR/USD" = 1.08, for 1 EUR = 1.08 USD; or EUR = 1.08 beside currency = "USD"')  # fmt: skip
    if not slash and not own:
        yield Problem("fx-without-currency", f"an exchange rate of {name} without a currency that it is written in", place, width=width, expected="a pair such as \"EUR/USD\", or the report's currency in a line of its own: currency = \"EUR\"")  # fmt: skip
    others = [*config.values["fx"]]
    pairs = [{*(each if "/" in each else f"{each}/{own}").split("/")} for each in others[: others.index(name)]]
    if {base, quote or own} in pairs:
        yield Problem("pair-twice", f'"{others[pairs.index({base, quote or own})]}" states this pair already', place, width=width, remedy="keep one of the two; the other direction follows from it")  # fmt: skip
    try:
        for month, rate in value.items() if isinstance(value, dict) else [("2026-01", value)]:
            read_month(month)
            rate_of(rate)
    except ValueError:
        yield Problem("bad-fx", f'"{written(value)}" is not an exchange rate', place, width=width, expected="a number above zero, or one for each month: {2026-09 = 1.08, 2026-10 = 1.09}")  # fmt: skip


def rate_of(value: object) -> Fraction:
    """An exchange rate of the file. ValueError: no number above zero."""
    rate = read_number(written(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0
    if rate <= 0:
        raise ValueError(value)
    return Fraction(rate)


class WrittenFloat(float):
    """A float that keeps what was written: an exchange rate is exact."""

    def __new__(cls, text: str) -> WrittenFloat:
        found = super().__new__(cls, text)
        found.text = text
        return found

    text: str


def written(value: object) -> str:
    """A value as the file has it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {written(each)}" for name, each in value.items())
    return value.text if isinstance(value, WrittenFloat) else str(value)


def _maps(config: Config, at: Place, value: list[object]) -> Iterator[Problem]:
    """The first slip of each entry of [[maps]]."""
    for number, entry in enumerate(value):
        yield from [*_map_problems(config, config.places.get(("maps", str(number)), at), str(number), entry)][:1]


def _map_problems(config: Config, place: Place, number: str, entry: object) -> Iterator[Problem]:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        yield Problem("bad-value", "an entry of maps is not a table of texts", place, width=4, expected=_COLUMN)
        return
    for name in entry:
        near = difflib.get_close_matches(name, MAP_LIMITS, 1, 0.8) if name not in MAP_LIMITS else []
        tokens = nearest_names(name, meters().by_name) if name.endswith(("token", "tokens")) else ()
        if (near or tokens) and not is_meaning(name):
            yield Problem(
                "unknown-key", f'maps has no key "{name}"', config.place("maps", number, name), width=len(name),
                nearest=(*near, *tokens), remedy=f"known keys: {', '.join(MAP_LIMITS)}, what costcalc calls a column, or a name for --by",
            )  # fmt: skip
    if not entry.keys() - {*MAP_LIMITS}:
        yield Problem("missing-key", "an entry of maps names no column", place, width=4, expected=_COLUMN)
    name = entry.get("format", plain.NAME)
    if name not in (known := (*shipped_formats(), plain.NAME, *_own_formats(config))):
        yield Problem(
            "no-such-format", f'no usage format is called "{name}"', config.place("maps", number, "format"), width=len("format"),
            nearest=nearest_names(name, known), remedy="`costcalc formats list` shows them all",
        )  # fmt: skip


def _own_formats(config: Config) -> tuple[str, ...]:
    """The names of the configuration's formats; one that cannot be read is said where a log is read with it."""
    try:
        with with_formats(config.paths("formats")):
            return tuple(own_formats())
    except CostcalcError:
        return ()


KEYS: Mapping[str, Key] = {
    "currency": Key(TEXT, 'currency = "USD"', "The report's; else the bill's own, else USD.", _read_by(read_currency), slip="missing-fx"),
    "timezone": Key(TEXT, 'timezone = "UTC"', "Of the report's days and months.", _read_by(read_timezone)),
    "basis": Key(TEXT, 'basis = "auto"', "What counts as the cost: auto, list, contracted or billed.", _read_by(read_basis)),
    "usage_format": Key(TEXT, 'usage_format = "plain"', "What your logs are, where they do not say it: costcalc formats list.", slip="no-such-format"),
    "by": Key(TEXT, 'by = "provider,model"', "The lines of a report: also region, or any column of your log.", slip="unknown-column"),
    "revenue": Key(TEXT, 'revenue = "24000 USD"', "What you earn in the period of a log, or a table of it; in place of margin.", _read_by(lambda text: read_revenue(text, "revenue")), slip="missing-fx", flag="--revenue"),
    "margin": Key(TEXT, 'margin = "60%"', "Today's gross margin; in place of revenue.", _read_by(lambda text: read_margin(text, "margin"))),
    "floor": Key(TEXT, 'floor = "50%"', "The lowest margin that you accept.", _read_by(lambda text: read_margin(text, "floor"))),
    "move_to": Key(TEXT, 'move_to = "alibaba/qwen-flash"', "How much traffic would have to move there?", slip="unknown-target"),
    "memory": Key(TEXT, 'memory = "256MB"', "What counting may use; the rest goes to a temporary folder.", _read_by(read_memory)),
    "threads": Key(TEXT, "threads = 4", "Cores for counting; else all that have 32 MB each.", _read_by(read_threads)),
    "fiscal_year_starts": Key(TEXT, "fiscal_year_starts = 4", "4 is April: --quarter 2026-Q4 is January to March 2027; totals by such years.", _read_by(read_first_month)),
    "pricebooks": Key(TEXTS, 'pricebooks = ["our-rates.yaml"]', "Your own prices, discounts and commitments, laid over the shipped ones; paths relative to this file.", flag="--pricebook"),
    "formats": Key(TEXTS, 'formats = ["ours.yaml"]', "Formats of your own logs: costcalc init format LOG -o ours.yaml writes one.", flag="--format-file"),
    "regions": Key(TABLE, '[regions]\nalibaba = "intl"', "Which of a provider's lists: provider = region."),
    "aliases": Key(TABLE, '[aliases]\n"our-fast-model" = "alibaba/qwen-plus"', "What a name in your logs means: name = provider/model."),
    "map": Key(TABLE, f"[map]\n{_COLUMN}", "What a column of your logs holds: costcalc's name = your column, in files that have it."),
    "fx": Key(TABLE, '[fx]\n"EUR/USD" = 1.15', "Your own exchange rates: what one unit is in the second currency; by month: {2026-09 = 1.15, 2026-10 = 1.14}.", _rates),
    "maps": Key(TABLES, f'[[maps]]\nfiles = "logs/gateway-*.csv"\n{_COLUMN}', "As [map], for some files only: those of a glob, from this folder, or those of a format, format = \"plain\".", _maps),
    "allow_unpriced": Key(FLAG, "allow_unpriced = false", "true: usage without a price is listed, and the exit code is 0 all the same."),
    "allow_refused": Key(FLAG, "allow_refused = false", "The same for rows that contradict themselves."),
}  # fmt: skip
