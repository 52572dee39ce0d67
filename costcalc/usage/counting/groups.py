"""Groups: counted rows under their final names. What has the same labels is named once; its counts follow by number.

What is earned is earned by a customer, where the log names customers, else by the whole log. Where every row of a
customer states its revenue, each stands against its own cost; else what is stated, on whichever rows, stands against
the whole cost of the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from costcalc.records import dataclass
from costcalc.usage.counting.joining import MADE, joined
from costcalc.usage.ledger import Cuts, Joining
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.labels import LABELS, final_names, final_sums
from costcalc.usage.sql.rows import COUNTED

OPENED = ("called", "written")  # of a model that its head leaves open: how it is shown, and as the log has it
_EARNING = {"earns": " DEFAULT ''", "earns_in": ""}  # labels of a customer, not of a row, and what they are without any


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what rows are added up beside what every price depends on."""

    priced: Sequence[str]  # columns of the log that some price asks for
    dimensions: Sequence[str]  # the others
    used: Sequence[str]  # the meters in the rows
    customer: str | None  # the column that names who earns


class Groups:
    """Two tables: `heads` (number, names) and `broken` (number, dimensions, sums). Their columns are called `k_NAME`."""

    def __init__(
        self, engine: Engine, cuts: Cuts, chosen: str, by: Grouping, joining: Joining | None, *, opens: bool
    ) -> None:
        """`chosen`: ` AND …`, the rows wanted; `opens`: heads may leave open which of very many unknown models they are of."""
        priced, used, customer = by.priced, by.used, by.customer
        self.engine, self.dimensions, self.used = engine, tuple(by.dimensions), tuple(used)
        self.names = final_names(cuts) | {name: f"nullif(trim({name}), '')" for name in priced}
        self.labels, self.sums = (*LABELS, *priced), final_sums(used)
        self.keys = (*(name for name in self.names if name not in priced), *_EARNING, *priced)
        self.customer = f'"k_{customer}"' if customer else "NULL::VARCHAR"
        self.opens = opens
        self.opens_models = False  # some do
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
        relation = "kinds"
        if joining:
            relation, self.opens_models = joined(engine, "kinds", joining, opens=self.opens)
        more = "".join(f', {name} AS "k_{name}"' for name in OPENED) if self.opens_models else ""
        numbered = f"SELECT dense_rank() OVER (ORDER BY {keys}) - 1 AS number, kind, {keys}{more}"
        engine.execute(f"CREATE TEMP TABLE numbered AS {numbered} FROM {relation}")
        engine.execute("; ".join(f"DROP TABLE IF EXISTS {table}" for table in MADE))
        engine.execute(f"CREATE TEMP TABLE heads AS SELECT DISTINCT number, {keys} FROM numbered")
        names = [f"nullif(trim(counted.{name}), '') AS \"k_{name}\"" for name in self.dimensions]
        if self.opens_models:
            names += [f'numbered."k_{name}"' for name in OPENED]
        sums = [f'{sql} AS "k_{name}"' for name, sql in self.sums.items()]
        engine.execute(
            f"CREATE TEMP TABLE broken AS SELECT {', '.join(['number', *names, *sums])} FROM {counted} "
            f"JOIN kinds ON {' AND '.join(same or ['true'])} JOIN numbered USING (kind) GROUP BY ALL"
        )
        engine.execute("DROP TABLE kinds; DROP TABLE numbered")
        self._label_earners(is_apart=bool(joining and joining.takes_apart))
        return None if last is None else int(last)

    def _label_earners(self, *, is_apart: bool) -> None:
        """How the customer of each group earns; `is_apart`: rows that state a revenue and nothing else are groups of their own."""
        engine = self.engine
        if not engine.fetch("SELECT 1 FROM heads WHERE k_revenue_known LIMIT 1"):
            engine.execute(
                "".join(f"ALTER TABLE heads ADD COLUMN k_{name} VARCHAR{how}; " for name, how in _EARNING.items())
            )
            return
        currency = "k_revenue_currency) FILTER (k_revenue_known)"
        engine.execute(
            f"CREATE TEMP TABLE earners AS SELECT {self.customer} AS customer, bool_and(k_revenue_known) AS by_row, "
            f"count(DISTINCT {currency} + bool_or(k_revenue_currency IS NULL AND k_revenue_known)::INT = 1 AS in_one, any_value({currency} AS currency "
            "FROM broken JOIN heads USING (number) GROUP BY ALL HAVING bool_or(k_revenue_known)"
        )
        counts = [f'"k_m_{name}"' for name in self.used]
        is_idle = "false" if not is_apart else " AND ".join(["by_row IS NOT NULL", "NOT k_cost_known", *(f"coalesce({count}, 0) = 0" for count in ["k_requests", *counts])])  # fmt: skip
        how = "CASE WHEN by_row THEN 'row' WHEN NOT by_row THEN 'whole' ELSE '' END"
        own = "CASE WHEN by_row IS NOT NULL THEN CASE WHEN in_one AND NOT k_revenue_known THEN currency ELSE k_revenue_currency END END"
        labelled = (
            f"SELECT broken.*, {how} AS k_earns, {own} AS k_earns_in, {is_idle} AS is_idle FROM broken JOIN heads USING (number) "
            f"LEFT JOIN earners ON earners.customer IS NOT DISTINCT FROM {self.customer}"
        )
        parts = "number, k_earns, k_earns_in, is_idle"
        engine.execute(
            f"CREATE TEMP TABLE parts AS SELECT row_number() OVER (ORDER BY {parts}) - 1 AS part, * FROM (SELECT DISTINCT {parts} FROM ({labelled}))"
        )
        same = " AND ".join(f"parts.{name} IS NOT DISTINCT FROM rows.{name}" for name in parts.split(", "))
        engine.execute(
            f"CREATE TEMP TABLE parted AS SELECT part AS number, rows.* EXCLUDE ({parts}) FROM ({labelled}) AS rows JOIN parts ON {same}; "
            "CREATE TEMP TABLE parted_heads AS SELECT part AS number, heads.* EXCLUDE (number), k_earns, k_earns_in FROM parts JOIN heads USING (number); "
            "DROP TABLE broken; DROP TABLE heads; DROP TABLE parts; DROP TABLE earners; "
            "ALTER TABLE parted RENAME TO broken; ALTER TABLE parted_heads RENAME TO heads"
        )

    def rows(self) -> list[tuple[Any, ...]]:
        """The groups by all their names: those of `heads`, dimensions, sums; in the order of the names."""
        keys, names, sums = (self._listed(each) for each in (self.keys, self.dimensions, self.sums))
        asked = ", ".join(filter(None, [keys, names, sums]))
        at = self.keys.index("requests_known")  # the dimensions stand before it in the order of groups
        order = (self.keys[:at], self.dimensions, self.keys[at:])
        ordered = ", ".join(filter(None, map(self._listed, order)))
        return self.engine.fetch(f"SELECT {asked} FROM broken JOIN heads USING (number) ORDER BY {ordered}")

    def heads(self) -> list[tuple[Any, ...]]:
        """The groups without their dimensions, by their number."""
        keys, sums = self._listed(self.keys), self._listed(self.sums)
        added = ", ".join(f'sum("k_{name}") AS "k_{name}"' for name in self.sums)
        return self.engine.fetch(
            f"SELECT {keys}, {sums} FROM heads JOIN (SELECT number, {added} FROM broken GROUP BY number) USING (number) ORDER BY number"
        )

    def _listed(self, names: Iterable[str]) -> str:
        return ", ".join(f'"k_{name}"' for name in names)
