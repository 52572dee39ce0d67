"""Answers ahead: what would bring the last month of an outlook to a margin, solved and run again to be sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.scenario.changes import Move


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The rise of one's own prices, volume unchanged, at which the last month meets a margin."""

    margin: Fraction
    rise: Fraction | None  # None: no revenue is known, or no price would do; below 0: there is room


@dataclass(frozen=True, slots=True)
class MoveShare:
    """The share of what a move matches that must move so that the last month meets a margin."""

    move: Move
    margin: Fraction
    share: Fraction | None
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
    """The volume at which a self-hosted target costs what staying costs."""

    target: str  # PROVIDER/MODEL
    share: Fraction | None  # of what its moves match in the last month; above 1: more than there is; None: never
    requests: Fraction | None  # a month, at that share
    replicas: int  # that carry it
    busy: Fraction | None  # the share of their hours in which they are busy then
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnswersAhead:
    """What restores the margin in the last month."""

    hold: PriceAnswer | None  # today's margin; None: revenue unknown
    floor: PriceAnswer | None  # None: no floor was given
    moves: Sequence[MoveShare]
    tokens: TokenSaving | None
    rises: Sequence[FurtherRise]
    break_even: Sequence[BreakEven]
