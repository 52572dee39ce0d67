"""Restoring: what would bring the last month of an outlook to a margin. Each answer, run, meets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.scenario.changes import Move


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The rise of one's own prices, volume unchanged, at which the last month meets a margin."""

    margin: Fraction
    rise: Fraction | None  # None: no price would do; below 0: there is room


@dataclass(frozen=True, slots=True)
class MoveShare:
    """The share of what a move matches that must move so that the last month meets a margin."""

    move: Move
    margin: Fraction
    share: Fraction | None  # of the whole share once it has come in; 0: it is met without the move
    in_steps: bool = False  # whole replicas: the smallest share that does
    reason: str = ""  # why there is no share


@dataclass(frozen=True, slots=True)
class TokenSaving:
    """The share of all tokens to save, each request in the band it has, so that the last month meets a margin."""

    margin: Fraction
    fewer: Fraction | None  # None: even all of them do not suffice
    in_steps: bool = False


@dataclass(frozen=True, slots=True)
class FurtherRise:
    """The further rise of a provider's every price at which the last month meets a margin; below 0: it is past it."""

    provider: str
    margin: Fraction
    rise: Fraction


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The volume at which a self-hosted target costs what staying costs, whole replicas."""

    target: str  # PROVIDER/MODEL
    volume: Fraction | None  # times what moves there in the last month; None: never, or nothing to pay
    requests: Fraction | None  # a month, at that volume; None: the log does not say
    replicas: int  # that carry it
    busy: Fraction | None  # the share of their hours in which they are busy then
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Restoring:
    """What restores the margin in the last month."""

    hold: PriceAnswer | None = None  # today's margin; None: revenue unknown
    floor: PriceAnswer | None = None  # None: no floor was given
    moves: Sequence[MoveShare] = ()
    tokens: TokenSaving | None = None
    rises: Sequence[FurtherRise] = ()
    break_even: Sequence[BreakEven] = ()
