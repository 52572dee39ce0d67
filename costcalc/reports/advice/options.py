"""Options: what advice is asked for, and from which size on something is worth proposing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.changes import Efficiency, UsageChanges
from costcalc.scenario.figure import NOTHING, Span
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.where import Length, Where

SHORT = 2_000  # input tokens of one request
OFTEN = 1_000  # requests a day
LEAST = Fraction(1, 100)  # of the bill
CACHEABLE = 1_024  # input tokens of one request: providers cache no shorter prompt
READS_PER_WRITE = 10  # of what more is read from the cache; assumed
LIKELY_CACHED = Fraction(1, 2)  # of the input, where no other group of the model shows what is reached
GAP = Fraction(1, 10)  # a cached share must lie so far below what another group reaches
CHEAPER = Fraction(1, 10)  # a sibling must cost so much less
OFF_PEAK_SHARE = Fraction(1, 2)  # of the peak traffic that is priced at off-peak hours
FEWER = Fraction(1, 10)  # output tokens, of the benchmark

NO_CHANGES, UNSTATED = PriceChanges(), StatedRevenue()


@dataclass(frozen=True, slots=True)
class AdviceOptions:
    """What is asked, and the thresholds, which the page shows."""

    scenario: Scenario  # the base: what happens anyway
    changes: PriceChanges = NO_CHANGES  # the base's, at its pass-through
    groups: tuple[str, ...] = ()  # columns of the log that part the usage of one model
    earned: StatedRevenue = UNSTATED
    floor: Fraction | None = None
    short: int = SHORT
    often: int = OFTEN
    least: Fraction = LEAST
    to: tuple[str, ...] = ()  # PROVIDER/MODEL: targets that the caller wishes to see
    take: tuple[int, ...] | None = None  # the plan's numbers; None: the best of each group

    @property
    def has_base(self) -> bool:
        """Whether anything but the announced prices is looked at."""
        base = self.scenario
        return bool(base.items or base.usage or base.business or base.fx)

    def position(self, months: Sequence[Month]) -> int:
        """Of the months to come the one that is looked at: the last where the base comes to something with time.

        A rise without a day does not, nor one whose days lie before those months.
        """
        base, first = self.scenario, months[0].first
        changes = base.horizon or base.usage or base.business or base.fx
        return -1 if changes or any(day > first for day in self.changes.days()) else 0


def short_requests(options: AdviceOptions, names: dict[str, tuple[str, ...]]) -> Where:
    """The usage of these names whose input is short."""
    return Where(names, (Length("input_tokens", 0, options.short, f"<= {options.short}"),))


def probes(options: AdviceOptions) -> Scenario:
    """What the scan must label before anything is known of the log: short requests, and shorter answers."""
    shorter = Efficiency(Where({}), Span(), "output", NOTHING)
    short = Efficiency(short_requests(options, {}), Span(), "output", NOTHING)
    return Scenario("", usage=UsageChanges(efficiency=(short, shorter)))
