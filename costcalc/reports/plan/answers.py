"""Answers: what restores a margin, over the log or in the last month. Each, run, meets it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import Month
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.reports.plan.moving import Pays
    from costcalc.scenario.changes import Move


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The rise of one's own prices, volume unchanged, at which a margin is met."""

    margin: Fraction
    rise: Fraction | None  # None: no price would do; below 0: there is room


@dataclass(frozen=True, slots=True)
class MoveShare:
    """The share of some traffic that must move to a target."""

    to: str  # PROVIDER/MODEL
    share: Fraction | None  # of the whole share once it has come in; 0: it is met without the move
    margin: Fraction | None = None  # that is met then; None: over the log, where the cost is what it was
    move: Move | None = None  # of the scenario; None: what is asked for is the traffic that rises
    reason: str = ""  # why there is no share
    in_steps: bool = False  # whole replicas: the smallest share that does
    region: str = ""  # the list that the target is priced with, over the log
    saved_at_most: Fraction | None = None  # if all of it moved, over the log
    lost: Fraction | None = None  # what the rises cost, over the log
    pays: Pays | None = None  # when all of it would cost no more there, over the log


@dataclass(frozen=True, slots=True)
class TokenSaving:
    """The share of tokens to save, each request in the band it has."""

    fewer: Fraction | None  # None: even all of them do not suffice
    provider: str = ""  # whose tokens; "": all
    margin: Fraction | None = None  # that is met then; None: over the log, where what is lost comes back
    in_steps: bool = False


@dataclass(frozen=True, slots=True)
class FurtherRise:
    """The rise at which a margin is met; below 0: it is past it."""

    margin: Fraction
    rise: Fraction
    provider: str = ""  # a further rise of its every price; "": over the log, the rise of all that the scenario raises


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The volume at which a self-hosted target costs what staying costs, whole replicas."""

    target: str  # PROVIDER/MODEL
    volume: Fraction | None  # times what moves there in the last month; None: never, or nothing to pay
    requests: Fraction | None  # a month, at that volume; None: the log does not say
    replicas: int  # that carry it
    busy: Fraction | None  # the share of their hours in which they are busy then
    reason: str = ""
    pays_from: Month | None = (
        None  # the month from which on to the last one moving costs no more than staying; None: in none
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What restores the margin: of the log where the plan is of the log, else of the last month."""

    hold: PriceAnswer | None = None  # the margin before; None: revenue unknown
    floor: PriceAnswer | None = None  # None: no floor was given
    recover: Fraction | None = None  # the rise of one's own prices that brings the lost money back, over the log
    moves: Sequence[MoveShare] = ()
    tokens: Sequence[TokenSaving] = ()
    rises: Sequence[FurtherRise] = ()
    break_even: Sequence[BreakEven] = ()
