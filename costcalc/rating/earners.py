"""Earners: whose revenue a log states, and against which of its rows it stands.

What is earned is earned by a customer, where the log names customers, else by the whole log. Where every row of a
customer states its revenue, each stands against its own cost; else what is stated, on whichever rows, stands against
the whole cost of the customer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Literal

from costcalc.records import dataclass
from costcalc.usage.ledger import UsageGroup, UsageLedger

CUSTOMER = "customer"
Earns = Literal["", "row", "whole"]  # nothing is known; by each row; by all rows together


@dataclass(slots=True)
class _Earner:
    """One customer, or the log."""

    rows: int = 0
    stated: bool = False  # by some row
    silent: bool = False  # some row states none
    currencies: set[str | None] = field(default_factory=set)


class Earners:
    """The customers whose revenue a ledger states."""

    def __init__(self, ledger: UsageLedger) -> None:
        position = ledger.dimensions.index(CUSTOMER) if CUSTOMER in ledger.dimensions else None
        self.unit: Callable[[UsageGroup], str | None] = lambda group: (
            None if position is None else group.dimensions[position]
        )
        self.names_customers = CUSTOMER in ledger.names
        self._found: dict[str | None, _Earner] = {}
        if any(group.revenue is not None for group in ledger.groups):
            for group in ledger.groups:
                self._add(group)

    def _add(self, group: UsageGroup) -> None:
        found = self._found.setdefault(self.unit(group), _Earner())
        found.rows += group.rows
        if group.revenue is None:
            found.silent = True
        else:
            found.stated = True
            found.currencies.add(group.revenue_currency)

    def within(self, part: UsageLedger) -> Earners:
        """Those whose revenue stands against some usage of the ledger: a revenue of all of a customer says nothing of a part.

        Where nobody names customers, a part whose every row states its revenue is as good as a log of its own.
        """
        inside: dict[str | None, int] = {}
        for group in part.groups:
            inside[self.unit(group)] = inside.get(self.unit(group), 0) + group.rows
        found = Earners(part)
        if self.names_customers or not found.by_row:
            found._found = {
                unit: earner
                for unit, earner in self._found.items()
                if not (earner.stated and earner.silent) or inside.get(unit) == earner.rows
            }
        return found

    @property
    def are_known(self) -> bool:
        """Whether any row states a revenue."""
        return bool(self._found)

    @property
    def by_row(self) -> bool:
        """Whether every row of theirs states its own revenue."""
        return not any(earner.stated and earner.silent for earner in self._found.values())

    def earns(self, group: UsageGroup) -> Earns:
        """Whether its revenue is known, and by which rows."""
        found = self._found.get(self.unit(group))
        if found is None or not found.stated:
            return ""
        return "whole" if found.silent else "row"

    def currency(self, group: UsageGroup) -> str | None:
        """Of what its customer earns; where that is in several, its own."""
        found = self._found.get(self.unit(group))
        if found is None or len(found.currencies) != 1 or group.revenue is not None:
            return group.revenue_currency
        return next(iter(found.currencies))

    def in_one_currency(self, unit: str | None) -> bool:
        return unit in self._found and len(self._found[unit].currencies) == 1
