"""Ages: how long ago the prices that a log was charged with were read at their source."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.reports.check.finding import Finding
from costcalc.reports.check.log import BudgetedLog
from costcalc.reports.prices.stale import StaleModel, stale

NOT_SAID = "no source says when it was read"
NONE_USED = "no price of a pricebook is used"
_ANY_AGE = -1  # days: every model is older


def age_findings(budget: Budget, log: BudgetedLog) -> Iterator[Finding]:
    """One finding: of the oldest price that the usage was charged with."""
    charged = {(c.key.provider, c.key.region, c.key.model) for c in log.spend(budget.where).rating.charges if c.key and c.is_priced}  # fmt: skip
    every = stale(log.pricebook, log.options.today, _ANY_AGE).models
    used = [model for model in every if (model.provider, model.region, model.model) in charged]
    if not used:
        yield Finding(budget, "ok", "days", budget.limit, None, reason=NONE_USED)
        return
    oldest = max(used, key=lambda model: (model.age is None, model.age or 0))
    if oldest.age is None:
        yield Finding(budget, "broken", "days", budget.limit, None, reason=NOT_SAID, source=_name(oldest))
        return
    broken = oldest.age > budget.limit
    yield Finding(
        budget, "broken" if broken else "ok", "days", budget.limit, Fraction(oldest.age), source=_name(oldest)
    )


def _name(model: StaleModel) -> str:
    return f"{model.provider}/{model.model}"
