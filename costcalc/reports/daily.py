"""Daily spend to come: many paths drawn from exponential smoothing with a drift and a weekday season.

Floats live here and nowhere else of a report: a path is an estimate, and no exact figure is made of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_DAYS = 14  # two whole weeks: with fewer, a weekday is seen once and its season cannot be told from chance
_MOST_DAYS = 182  # half a year says how the days to come will be; what lies before it says how they once were
_SCALE_DAYS = 28  # with fewer, days cannot say whether they grow by sums or by percentages
_PATHS = 4000  # the ends of an 80% interval then move by about 1% of its width from one seed to another
_SEED = 20_260_901  # fixed: the same log gives the same forecast
_SMOOTHING = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)  # 0: the level never moves; 1: it is that of the last day
_POWERS = (0.0, 0.5, 1.0)  # of spend: 0 is its logarithm, where noise and growth are percentages; 1, sums
_NOTHING = 1e-18  # squared residuals, in units of the mean day: the days follow the pattern exactly
_EXACT = 1e-9  # a sum that exceeds a limit by less of it has met it: floats do not add up to the last digit
_STEEPEST = 0.95  # of the last day's level: a line does not come from below nothing
_LEAST_LEVEL = 0.02  # of the last day's level: nor does it go there
_HIGHEST = 20.0  # e^20 times the mean day: beyond it a logarithm says nothing


@dataclass(frozen=True, eq=False)
class SpendPaths:
    """What may be spent on each day to come: a path a row, a day a column, all equally likely."""

    spend: Floats

    def scaled(self, factors: Sequence[float]) -> SpendPaths:
        """Every day times its factor: a price that changes."""
        import numpy as np

        return SpendPaths(self.spend * np.asarray(factors))

    def without(self, spent: float) -> SpendPaths:
        """The first day has begun: what of it is still to come."""
        import numpy as np

        rest = self.spend.copy()
        rest[:, 0] = np.maximum(rest[:, 0] - spent, 0.0)
        return SpendPaths(rest)

    def by_day(self, levels: Sequence[float]) -> list[list[float]]:
        """The quantiles of each day."""
        return _quantiles(self.spend, levels)

    def running(self, levels: Sequence[float]) -> list[list[float]]:
        """The quantiles of the sum up to each day. The sum of quantiles is none: days are not all high at once."""
        return _quantiles(self.spend.cumsum(axis=1), levels)

    def between(self, first: int, end: int, levels: Sequence[float]) -> list[float]:
        """The quantiles of the sum of the days [first, end)."""
        return _quantiles(self.spend[:, first:end].sum(axis=1, keepdims=True), levels)[0]

    def breaks(self, limit: float, levels: Sequence[float]) -> tuple[list[int | None], float]:
        """The quantiles of the first day on which the sum exceeds the limit, and the share of paths in which none does.

        None: not among these days.
        """
        import numpy as np

        above = self.spend.cumsum(axis=1) > limit * (1 + _EXACT)
        days = above.shape[1]
        first = np.where(above.any(axis=1), above.argmax(axis=1), days)
        found = [int(day) for day in np.quantile(first, levels, method="inverted_cdf")]
        return [day if day < days else None for day in found], float(np.mean(first == days))


def paths(spend: Sequence[float], first_weekday: int, days: int) -> SpendPaths:
    """Paths of the days after `spend`, which holds LEAST_DAYS days or more; negative days count as zero.

    `first_weekday` is that of spend's first day. What the past leaves open is drawn too: how fast the level moves,
    level, drift, season, the size of the noise, and whether noise is a sum or a percentage; and whether growth is.
    """
    import numpy as np

    past = np.maximum(np.asarray(spend, dtype=float), 0.0)
    skipped = max(len(past) - _MOST_DAYS, 0)
    past, weekday = past[skipped:], first_weekday + skipped
    mean = float(past.mean())
    if mean == 0.0:
        return SpendPaths(np.zeros((_PATHS, days)))
    random = np.random.default_rng(_SEED)
    known, coming = _design(len(past), days, weekday)
    fits = list(_fits(past / mean, known, coming))
    weights = np.exp(np.array([fit.evidence for fit in fits]) - max(fit.evidence for fit in fits))
    counts = random.multinomial(_PATHS, weights / weights.sum())
    drawn = [fit.draw(int(count), random) for fit, count in zip(fits, counts, strict=True) if count]
    return SpendPaths(np.vstack(drawn) * mean)


@dataclass(frozen=True, eq=False)
class _Fit:
    """The days fitted with one smoothing and one power: a regression whose noise is smoothed (an ARIMA(0,1,1))."""

    power: float
    smoothing: float
    known: Floats  # the columns of the known days, and of those to come
    coming: Floats
    days: Floats  # transformed
    mean: Floats  # of the coefficients
    root: Floats  # of their covariance, in units of the noise's variance
    residuals: Floats
    squares: float
    freedom: int
    evidence: float  # the logarithm of the marginal likelihood under flat priors

    def draw(self, count: int, random: np.random.Generator) -> Floats:
        """So many paths, each with a noise, coefficients and residuals of its own."""
        import numpy as np

        noise = np.sqrt(self.squares / random.chisquare(self.freedom, (count, 1)))
        drawn = self.mean + noise * (random.standard_normal((count, len(self.mean))) @ self.root.T)
        age = np.arange(len(self.days))[::-1]
        level = (self.days - drawn @ self.known.T) @ (self.smoothing * (1 - self.smoothing) ** age)
        shape = self.residuals - self.residuals.mean()
        shape = shape / max(float(np.sqrt(np.mean(shape**2))), 1e-300)
        errors = noise * random.choice(shape, (count, len(self.coming)))
        moved = self.smoothing * (np.cumsum(errors, axis=1) - errors)
        return _as_spend(drawn @ self.coming.T + level[:, None] + moved + errors, self.power)


def _design(known: int, coming: int, weekday: int) -> tuple[Floats, Floats]:
    """Level, drift and six weekdays against the seventh, of the known days and of those to come."""
    import numpy as np

    day = np.arange(known + coming)
    week = np.eye(7)[(weekday + day) % 7]
    columns = np.column_stack([np.ones(len(day)), day - (known - 1), week[:, :6] - week[:, 6:]])
    return columns[:known], columns[known:]


def _fits(days: Floats, known: Floats, coming: Floats) -> Iterator[_Fit]:
    """Every smoothing with every power and every course of the drift that these days allow."""
    import numpy as np

    # A day of nothing has no logarithm, and its square root alone says enough of it.
    powers = _POWERS if len(days) >= _SCALE_DAYS and days.min() > 0 else (0.5,)
    age = np.arange(len(days))[:, None] - np.arange(len(days))
    slope = _slope(days, known)
    for smoothing in _SMOOTHING:
        # Each day less what smoothing expected of it: the innovations of whatever is smoothed.
        whiten = np.eye(len(days)) - np.where(age > 0, smoothing * (1 - smoothing) ** np.maximum(age - 1, 0), 0.0)
        for power in powers:
            stretched = (power - 1) * float(np.log(days).sum()) if len(powers) > 1 else 0.0
            yield _fit(days, power, smoothing, known, coming, whiten, stretched)
            if power != 1.0:
                # Noise may be a percentage, and growth a sum all the same: a line that this power bends.
                lines = [_bent(columns, slope, power) for columns in (known, coming)]
                yield _fit(days, power, smoothing, lines[0], lines[1], whiten, stretched)


def _fit(
    days: Floats, power: float, smoothing: float, known: Floats, coming: Floats, whiten: Floats, stretched: float
) -> _Fit:
    import numpy as np

    freedom = len(days) - known.shape[1]
    columns = whiten @ known
    normal = columns.T @ columns
    covariance = np.linalg.inv(normal)
    root = np.linalg.cholesky((covariance + covariance.T) / 2).astype(np.float64)
    values = _transformed(days, power)
    mean = covariance @ (columns.T @ (whiten @ values))
    residuals = whiten @ values - columns @ mean
    squares = float(residuals @ residuals)
    squares = squares if squares > _NOTHING * len(days) else 0.0
    evidence = (
        stretched - 0.5 * float(np.linalg.slogdet(normal)[1]) - 0.5 * freedom * float(np.log(max(squares, _NOTHING)))
    )
    return _Fit(power, smoothing, known, coming, values, mean, root, residuals, squares, freedom, evidence)


def _slope(days: Floats, known: Floats) -> float:
    """By what share of the last day's level a straight line through the days goes up a day."""
    import numpy as np

    level, slope = np.linalg.lstsq(known, days, rcond=None)[0][:2]
    most = _STEEPEST / len(days)
    return float(np.clip(slope / max(float(level), 1e-6), -most, most))


def _bent(columns: Floats, slope: float, power: float) -> Floats:
    """The columns with a drift that is a straight line of spend, as this power shows it; a day's step is 1 at the end."""
    import numpy as np

    if slope == 0.0:
        return columns
    line = np.maximum(1 + slope * columns[:, 1], _LEAST_LEVEL)
    drift = np.log(line) if power == 0 else (line**power - 1) / power
    return np.column_stack([columns[:, 0], drift / slope, columns[:, 2:]])


def _transformed(days: Floats, power: float) -> Floats:
    import numpy as np

    return np.log(days) if power == 0 else days**power / power


def _as_spend(values: Floats, power: float) -> Floats:
    """Back to spend, which is never below zero."""
    import numpy as np

    if power == 0:
        return np.exp(np.minimum(values, _HIGHEST))
    return np.maximum(values * power, 0.0) ** (1 / power)


def _quantiles(values: Floats, levels: Sequence[float]) -> list[list[float]]:
    """A row a column of the values."""
    import numpy as np

    return [[float(quantile) for quantile in row] for row in np.quantile(values, levels, axis=0).T]
