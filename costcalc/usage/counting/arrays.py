"""Arrays: the counts of a breakdown as columns, for computations that need no exact amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from costcalc.records import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from costcalc.usage.counting.breakdown import Breakdown

REQUESTS, REVENUE, STATED = "requests", "revenue", "stated"


@dataclass(frozen=True, slots=True)
class Arrays:
    """A row for each group and set of names, in their order."""

    groups: NDArray[np.int64]  # its position in the ledger
    values: Mapping[str, Sequence[str | None]]  # by dimension, in their order
    codes: Mapping[str, NDArray[np.int64]]  # by dimension and row, the position of its value
    counts: Mapping[
        str, NDArray[np.float64]
    ]  # by meter; REQUESTS, as far as they are known; REVENUE; STATED cost, times the divisor of its group


def arrays_of(breakdown: Breakdown, by: Sequence[str]) -> Arrays:
    """What the groups come to by these dimensions."""
    engine = breakdown.engine
    keys = {name: breakdown.column(name) for name in by}
    values: dict[str, list[str | None]] = {}
    for place, name in enumerate(by):
        texts = f"SELECT DISTINCT {keys[name]} AS text FROM broken"
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE texts_{place} AS SELECT text, row_number() OVER (ORDER BY text NULLS LAST) - 1 AS code FROM ({texts})"
        )
        values[name] = [text for (text,) in engine.fetch(f"SELECT text FROM texts_{place} ORDER BY code")]
    sums = {
        REQUESTS: "k_requests",
        REVENUE: "k_revenue",
        STATED: "k_cost",
        **{name: f'"k_m_{name}"' for name in breakdown.counted},
    }
    added = "".join(f', CAST(coalesce(sum({sql}), 0) AS DOUBLE) AS "{name}"' for name, sql in sums.items())
    codes = "".join(f", texts_{place}.code AS code_{place}" for place in range(len(by)))
    joins = "".join(
        f" JOIN texts_{place} ON broken.{keys[name]} IS NOT DISTINCT FROM texts_{place}.text"
        for place, name in enumerate(by)
    )
    order = ", ".join(["number", *(f"code_{place}" for place in range(len(by)))])
    found = engine.columns(f"SELECT number{codes}{added} FROM broken{joins} GROUP BY {order} ORDER BY {order}")
    for place in range(len(by)):
        engine.execute(f"DROP TABLE texts_{place}")
    return Arrays(
        found["number"],
        values,
        {name: found[f"code_{place}"] for place, name in enumerate(by)},
        {name: found[name] for name in sums},
    )
