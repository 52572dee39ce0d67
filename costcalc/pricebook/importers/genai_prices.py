"""genai-prices: the data inside the installed package, with its dated and conditional prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.figures import ImportedPrice, block_of, day_before
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.schedules import Hours, hours_between, other_hours, peak_schedule
from costcalc.pricebook.model import STANDARD, PriceBlock
from costcalc.problems import fail

FIELDS = by_key(
    input_mtok="input_tokens", cache_read_mtok="cache_read_tokens", cache_audio_read_mtok="cache_read_audio_tokens",
    cache_write_mtok="cache_write_tokens", cache_write_1h_mtok="cache_write_1h_tokens",
    input_audio_mtok="audio_input_tokens", input_image_mtok="image_input_tokens",
    input_video_mtok="video_input_tokens", output_mtok="output_tokens", output_reasoning_mtok="reasoning_tokens",
    output_audio_mtok="audio_output_tokens", output_image_mtok="image_output_tokens",
) | {
    "web_searches_kcount": ForeignField("web_searches", 1_000, 1_000),
    "requests_kcount": ForeignField("requests", 1_000, 1_000),
}  # fmt: skip
_HOURLY = {"audio_hours": "audio_seconds", "input_audio_hours": "audio_seconds"}
_TIER_KEYS = frozenset({"processing", "service_tier", "speed"})
_STANDARD_WORDS = frozenset({"default", "standard"})

_Held = TypeVar("_Held")


def installed_version() -> str:
    """`genai-prices 0.2.3`. CostcalcError: it is not installed."""
    try:
        return f"genai-prices {version('genai-prices')}"
    except PackageNotFoundError:
        raise fail(
            "not-installed", "genai-prices is not installed here", remedy="pip install genai-prices"
        ) from None  # fmt: skip


def import_genai_prices(origin: Origin, providers: tuple[str, ...] = (), data: Iterable[Any] | None = None) -> Imported:
    """Every model of the package, in one book a provider."""
    if data is None:
        installed_version()
        data = import_module("genai_prices.data").providers
    builder = Builder(origin, providers)
    for provider in data:
        for model in provider.models if builder.wants(provider.id) else ():
            _Reader(builder, provider.id, model).read()
    return builder.imported()


@dataclass
class _Step:
    """What holds from a day on: figures of every tier, and the figures of some hours."""

    starts: date | None
    figures: list[ImportedPrice]
    hours: list[Hours] = field(default_factory=list)
    hourly: list[ImportedPrice] = field(default_factory=list)


class _Reader(ForeignEntry):
    """One model of the package."""

    def __init__(self, builder: Builder, provider: str, model: Any) -> None:
        super().__init__(builder, home_of(provider), provider, model.id)
        self.model, self.source = model, builder.source(self.home)

    def read(self) -> None:
        aliases = tuple(name for name in _equals(self.model.match) if name != self.name.lower())
        self.put_blocks(self._blocks(self._standard_steps(), self._tier_steps()), aliases)
        if getattr(self.model, "deprecated", None):
            self.end()

    def _standard_steps(self) -> list[_Step]:
        """The dated prices; hours of the day belong to the price that stands before them."""
        prices = self.model.prices
        if not isinstance(prices, Sequence):
            return [_Step(None, self._figures(prices))]
        steps: list[_Step] = []
        for entry in prices:
            constraint, figures = entry.constraint, self._figures(entry.prices)
            if constraint is None or hasattr(constraint, "start_date"):
                steps.append(_Step(getattr(constraint, "start_date", None), figures))
            elif hasattr(constraint, "start_time") and steps:
                self._add_hours(
                    steps[-1], hours_between(_in_utc(constraint.start_time), _in_utc(constraint.end_time)), figures
                )
            else:
                self.leave(f"prices under {type(constraint).__name__}", "a condition that is not known here")
        return sorted(steps, key=lambda step: step.starts or date.min)

    def _add_hours(self, step: _Step, hours: list[Hours], figures: list[ImportedPrice]) -> None:
        if step.hourly and step.hourly != figures:
            self.leave("prices by the hour", "more than two prices a day")
        else:
            step.hours += hours
            step.hourly = figures

    def _tier_steps(self) -> dict[str, dict[date | None, list[ImportedPrice]]]:
        """The figures of each service tier by the day they begin. The first variant that holds is the one taken."""
        found: dict[str, dict[date | None, list[ImportedPrice]]] = {}
        for variant in self.model.price_variants or ():
            tier = self._tier(variant.when)
            if tier is None or (variant.constraint is not None and not hasattr(variant.constraint, "start_date")):
                words = ", ".join(f"{key} {value}" for key, value in variant.when.items())
                self.leave(f"prices for {words}", "a condition that is not known here")
            elif tier != STANDARD:
                starts = getattr(variant.constraint, "start_date", None)
                figures = [replace(figure, tier=tier) for figure in self._figures(variant.prices)]
                found.setdefault(tier, {}).setdefault(starts, figures)
        return found

    def _tier(self, when: Mapping[str, str]) -> str | None:
        if len(when) != 1:
            return None
        ((key, value),) = when.items()
        if key not in _TIER_KEYS:
            return None
        return STANDARD if value in _STANDARD_WORDS else value

    def _blocks(
        self, steps: Sequence[_Step], tiers: Mapping[str, Mapping[date | None, list[ImportedPrice]]]
    ) -> tuple[PriceBlock, ...]:
        """A complete block for each day on which the standard price or that of a tier changes."""
        days = {step.starts for step in steps} | {day for starts in tiers.values() for day in starts}
        ordered = sorted(days, key=lambda day: day or date.min)
        blocks = []
        for position, day in enumerate(ordered):
            step = _latest({step.starts: step for step in steps}, day)
            if step is None or not step.figures:
                continue
            held = [
                figure
                for tier, starts in tiers.items()
                for figure in _filled(tier, _latest(starts, day) or (), step.figures)
            ]
            until = ordered[position + 1] if position + 1 < len(ordered) else None
            blocks.append(self._block(step, held, day, until))
        return tuple(blocks)

    def _block(self, step: _Step, held: list[ImportedPrice], day: date | None, until: date | None) -> PriceBlock:
        origin = self.builder.origin
        read = min(origin.read, day_before(until)) if until else origin.read
        starts = day or (origin.starts if until is None else None)
        figures = [*step.figures, *held]
        if not step.hourly:
            return block_of(figures, starts, read, source=self.source)
        dear, cheap, hours = _dear_first(step)
        figures = [*dear, *(replace(figure, mode="off_peak") for figure in cheap), *held]
        return block_of(figures, starts, read, source=self.source, schedule=self._schedule(hours))

    def _schedule(self, hours: list[Hours]) -> str:
        """The name of the schedule with these peak hours, declared where the book has none yet."""
        known = self.draft.schedules
        schedule = peak_schedule(f"{self.provider}-peak", hours)
        while known.setdefault(schedule.name, schedule) != schedule:
            schedule = replace(schedule, name=f"{schedule.name}-2")
        return schedule.name

    def _figures(self, prices: Any) -> list[ImportedPrice]:
        return [figure for key, value in vars(prices).items() if value is not None for figure in self._of(key, value)]

    def _of(self, key: str, value: Any) -> Iterator[ImportedPrice]:
        steps = [(0, value)] if isinstance(value, Decimal) else [(0, value.base), *((t.start, t.price) for t in value.tiers)]  # fmt: skip
        if key in _HOURLY:
            yield from self._seconds(key, value)
        elif key not in FIELDS:
            self.leave(key)
        else:
            for over, price in steps:
                yield self.figure(FIELDS[key], Fraction(price), over=over)

    def _seconds(self, key: str, value: Any) -> Iterator[ImportedPrice]:
        """A price of an hour as one of 1,000 seconds, where a decimal says it exactly."""
        price = Fraction(value) / 3_600 * 1_000 if isinstance(value, Decimal) else None
        if price is None or 10**12 % price.denominator:
            self.leave(key, "a price of an hour that no decimal says exactly by the second")
        else:
            yield ImportedPrice(_HOURLY[key], price, 1_000)


def _latest(by_day: Mapping[date | None, _Held], day: date | None) -> _Held | None:
    """What holds on a day; None stands for "since ever"."""
    found = [start for start in by_day if start is None or (day is not None and start <= day)]
    return by_day[max(found, key=lambda start: start or date.min)] if found else None


def _filled(tier: str, own: Sequence[ImportedPrice], standard: Sequence[ImportedPrice]) -> list[ImportedPrice]:
    """A variant replaces prices one by one: the tier pays the standard price for what it does not name."""
    named = {figure.meter for figure in own}
    return [*own, *(replace(figure, tier=tier) for figure in standard if own and figure.meter not in named)]


def _dear_first(step: _Step) -> tuple[list[ImportedPrice], list[ImportedPrice], list[Hours]]:
    """The peak price, the price of the other hours, and the peak hours, whichever of the two was written as hours."""
    if sum(figure.price for figure in step.hourly) >= sum(figure.price for figure in step.figures):
        return step.hourly, step.figures, sorted(step.hours)
    return step.figures, step.hourly, other_hours(step.hours)


def _in_utc(clock: time) -> time:
    """A clock time of the package: UTC unless it carries an offset."""
    if clock.tzinfo is None:
        return clock
    return datetime.combine(date(2000, 1, 2), clock).astimezone(UTC).time()


def _equals(match: Any) -> Iterator[str]:
    """The names that mean this model exactly; beginnings and endings of names are no aliases."""
    if hasattr(match, "equals"):
        yield match.equals.lower()
    for clause in getattr(match, "or_", ()):
        yield from _equals(clause)
