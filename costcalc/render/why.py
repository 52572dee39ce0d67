"""Why: the command that takes a page's figures apart."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from costcalc.render.blocks import Block, Gap, Note
from costcalc.reports.projection import Projection
from costcalc.scenario.model import PriceChange


def why_blocks(projection: Projection) -> Iterator[Block]:
    """The last line of a page: `Why any figure: costcalc explain usage.csv --hike alibaba=34`."""
    if projection.rating.charges:
        yield Gap()
        yield Note(f"Why any figure: {_command(projection)}", "quiet")


def _command(projection: Projection) -> str:
    """Whole where the page knows all of it; a scenario's file and several logs are for the reader to repeat."""
    files = [source.path for source in projection.usage.sources]
    changes = [touched.change for touched in projection.changes]
    if len(files) != 1 or files[0] in ("", "-") or any(change.event or change.place for change in changes):
        return "costcalc explain, with the same usage and options"
    stored, inside, _ = files[0].partition(".parquet (")  # a ledger, and the log that it was counted from
    log = f"{stored}.parquet" if inside else files[0]
    hikes = [f"--hike {shlex.quote(change.written)}" for change in changes if _is_in_the_log(change, projection)]
    return " ".join(["costcalc explain", shlex.quote(log), *hikes])


def _is_in_the_log(change: PriceChange, projection: Projection) -> bool:
    """A hike that begins after the log is in no figure of it."""
    last = projection.usage.last_day
    return change.from_day is None or last is None or change.from_day <= last
