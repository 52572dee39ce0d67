"""Clock: what usage at peak hours would cost off peak. No scenario moves hours, so this is no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from fractions import Fraction

from costcalc.forecasts.cells import Cell, Cells
from costcalc.forecasts.horizon import Horizon


def peak_models(horizon: Horizon) -> list[tuple[str, str]]:
    """(provider, model) of all usage at peak hours."""
    return list(dict.fromkeys(cell.home for cell in horizon.cells.cells if _is_peak(cell)))


def shifted(horizon: Horizon, home: tuple[str, str], share: Fraction) -> Horizon:
    """The horizon with a share of a model's peak usage at its off-peak price; all else stays."""
    moved = copy(horizon)
    cells = horizon.cells
    moved.cells = replace(cells, cells=list(_shifted(cells, home, share)))
    return moved


def _shifted(cells: Cells, home: tuple[str, str], share: Fraction) -> Iterator[Cell]:
    for cell in cells.cells:
        key = cell.kind.key
        if key is None or cell.home != home or not _is_peak(cell):
            yield cell
            continue
        yield _part(cell, 1 - share)
        part = _part(cell, share)
        yield replace(part, kind=replace(part.kind, key=replace(key, off_peak=True)))


def _is_peak(cell: Cell) -> bool:
    return cell.kind.key is not None and cell.kind.key.off_peak is False


def _part(cell: Cell, share: Fraction) -> Cell:
    return replace(
        cell,
        members=cell.members.times(float(share)),
        counts=_times(cell.counts, share),
        requests=None if cell.requests is None else cell.requests * share,
        billed=None if cell.billed is None else cell.billed * share,
        listed=None if cell.listed is None else cell.listed * share,
    )


def _times(counts: Mapping[str, Fraction], share: Fraction) -> dict[str, Fraction]:
    return {name: count * share for name, count in counts.items()}
