"""Groups: counted rows under their final names. What has the same labels is named once; its counts follow by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from costcalc.usage.engine import Engine
from costcalc.usage.joining import joined
from costcalc.usage.labels import LABELS, final_names, final_sums
from costcalc.usage.ledger import Cuts, Joining
from costcalc.usage.rows import COUNTED


class Groups:
    """Two tables: `heads` (number, names) and `broken` (number, dimensions, sums). Their columns are called `k_NAME`."""

    def __init__(
        self, engine: Engine, cuts: Cuts, chosen: str, priced: Sequence[str], dimensions: Sequence[str], used: Sequence[str],
        joining: Joining | None,
    ) -> None:  # fmt: skip
        """`chosen`: ` AND …`, the rows wanted; `priced`, `dimensions`: by which they are grouped too, as prices ask for
        some and not for the others; `used`: the meters in them.
        """
        self.engine, self.dimensions, self.used = engine, tuple(dimensions), tuple(used)
        self.names = final_names(cuts) | {name: f"nullif(trim({name}), '')" for name in priced}
        self.labels, self.sums = (*LABELS, *priced), final_sums(used)
        self.last_begun = self._name(f"(SELECT * FROM counted WHERE verdict = {COUNTED}{chosen}) AS counted", joining)

    def _name(self, counted: str, joining: Joining | None) -> int | None:
        """Both tables are made. The begin of the last instants' time, which joined ones do not say."""
        engine, labels = self.engine, ", ".join(self.labels)
        named = ", ".join(f'{sql} AS "k_{name}"' for name, sql in self.names.items())
        engine.execute(
            f"CREATE TEMP TABLE kinds AS SELECT row_number() OVER () AS kind, {labels}, {named} FROM (SELECT DISTINCT {labels} FROM {counted})"
        )
        held = engine.fetch(f"SELECT {', '.join(f'count({label})' for label in self.labels)} FROM kinds")[0]
        # A label that no row has tells nothing apart.
        same = [
            f"counted.{label} IS NOT DISTINCT FROM kinds.{label}"
            for label, rows in zip(self.labels, held, strict=True)
            if rows
        ]
        latest = f"SELECT max(coalesce(latest, from_at)) FROM {counted} WHERE to_at IS NULL"
        last = engine.fetch(latest)[0][0] if joining else None
        keys = self._listed(self.names)
        numbered = f"SELECT dense_rank() OVER (ORDER BY {keys}) - 1 AS number, kind, {keys}"
        engine.execute(
            f"CREATE TEMP TABLE numbered AS {numbered} FROM {joined(engine, 'kinds', joining) if joining else 'kinds'}"
        )
        engine.execute(f"CREATE TEMP TABLE heads AS SELECT DISTINCT number, {keys} FROM numbered")
        names = [f"nullif(trim(counted.{name}), '') AS \"k_{name}\"" for name in self.dimensions]
        sums = [f'{sql} AS "k_{name}"' for name, sql in self.sums.items()]
        engine.execute(
            f"CREATE TEMP TABLE broken AS SELECT {', '.join(['number', *names, *sums])} FROM {counted} "
            f"JOIN kinds ON {' AND '.join(same or ['true'])} JOIN numbered USING (kind) GROUP BY ALL"
        )
        engine.execute("DROP TABLE kinds; DROP TABLE numbered")
        return None if last is None else int(last)

    def rows(self) -> list[tuple[Any, ...]]:
        """The groups by all their names: those of `heads`, dimensions, sums; in the order of the names."""
        keys, names, sums = (self._listed(each) for each in (self.names, self.dimensions, self.sums))
        asked = ", ".join(filter(None, [keys, names, sums]))
        at = [*self.names].index("requests_known")  # the dimensions stand before it in the order of groups
        order = ([*self.names][:at], self.dimensions, [*self.names][at:])
        ordered = ", ".join(filter(None, map(self._listed, order)))
        return self.engine.fetch(f"SELECT {asked} FROM broken JOIN heads USING (number) ORDER BY {ordered}")

    def heads(self) -> list[tuple[Any, ...]]:
        """The groups without their dimensions, by their number."""
        keys, sums = self._listed(self.names), self._listed(self.sums)
        added = ", ".join(f'sum("k_{name}") AS "k_{name}"' for name in self.sums)
        return self.engine.fetch(
            f"SELECT {keys}, {sums} FROM heads JOIN (SELECT number, {added} FROM broken GROUP BY number) USING (number) ORDER BY number"
        )

    def _listed(self, names: Iterable[str]) -> str:
        return ", ".join(f'"k_{name}"' for name in names)
