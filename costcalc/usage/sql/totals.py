"""Totals: what a row says that its tokens come to, against what was read of it."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.problems import Place, Problem
from costcalc.usage.formats.paths import quoted
from costcalc.usage.formats.uncounted import UncountedSums

# Models whose calls have no output, or no input, that is counted in tokens.
_ONE_SIDED = "embed|rerank|moderation|tts|speech|whisper|transcri|bge-|gte-|e5-|voyage|image|dall-e|imagen|veo|sora|ocr"


def answers_nothing(model: str) -> str:
    """Whether a model's name (SQL) says that its usage has one side alone."""
    return f"regexp_matches(lower(coalesce({model}, '')), {quoted(_ONE_SIDED)})"


def one_sided(sums: UncountedSums, name: str) -> str:
    """A log that counts what went in and nothing that came out, or the reverse."""
    there, lacking = ("input", "output") if sums.inputs else ("output", "input")
    option = f": if a column holds the {lacking}, name it (--map {lacking}_tokens=COLUMN)" if sums.is_plain else ""
    return f"{name}: {sums.place.file} counts {sums.counted:,} tokens of {there} and none of {lacking}{option}"


def lacking_columns(columns: Sequence[str], title: str, place: Place) -> Problem:
    """An export without columns that count what is billed."""
    return _lacking(columns, ", whose tokens are in no figure", title, place)


def lacking_parts(columns: Sequence[str], title: str, place: Place) -> Problem:
    """An export without columns that count what has a price of its own within input and output."""
    return _lacking(columns, ": what they count is priced like the rest of input and output", title, place)


def _lacking(columns: Sequence[str], what: str, title: str, place: Place) -> Problem:
    return Problem(
        "lacking-columns",
        f"the table has no column {' and no '.join(columns)}{what}",
        place,
        expected=f"the columns of the {title}",
        remedy="export it again with all its columns; if it counts none of these, --allow-refused takes it as it is",
    )


def differing_total(column: str, off: tuple[int, int, int], by: int, read: int) -> Problem:
    """Rows whose stated total is another than what was read. `off`: rows, tokens above and below; `by`, `read`: of the first."""
    rows, above, below = off
    how = [f"{above:,} more" if above else "", f"{below:,} fewer" if below else ""]
    several = f"; {rows:,} rows differ, by {' and '.join(filter(None, how))} in all" if rows > 1 else ""
    return Problem(
        "total-differs",
        f"{column} states {read + by:,} tokens, and {read:,} were read{several}",
        expected="input and output that come to the stated total",
        remedy=(
            "find the column that holds the rest and name it (--map), or correct the row"
            if above
            else "some tokens may be counted twice: say which columns count (--map)"
        ),
    )
