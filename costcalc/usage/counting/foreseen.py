"""Foreseen: the names and times of a table, looked at before its rows are added up: what the question does not tell
apart is then one group from the start. A row that nobody looked at is told, and all are counted again without it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from costcalc.usage.counting.joining import insert
from costcalc.usage.formats.paths import quoted
from costcalc.usage.ledger import Cuts, Edges, Joining, Written
from costcalc.usage.reading.readings import Reading
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.labels import Foreseen, final_names, segment_of, time_edges
from costcalc.usage.sql.rows import RowQuery

_LARGE = 4 << 20  # bytes: a smaller table is counted before it is looked at
_MANY_CUTS = 100  # more than prices have
_MOST = 200_000  # names and times that are told apart beforehand
_NAMES = ("provider", "model", "region", "naive")
_SEEN = tuple(f"k_{name}" for name in (*_NAMES, "from_at"))


def is_worth_a_look(reading: Reading, rows: RowQuery, cuts: Cuts) -> bool:
    """Whether rows would fall into many groups, and reading them twice is cheap."""
    told = reading.spec.dedupe and reading.copies  # each row from its copies, which takes all of them
    if reading.sources[0].kind not in ("table", "parquet") or told or "ended" in rows.columns:
        return False
    names = any(name.startswith("d") and name[1:].isdigit() for name in rows.columns)
    return (names or _are_many(cuts)) and sum(source.size for source in reading.files) > _LARGE


def are_lengths_few(reading: Reading, cuts: Cuts, *, reads_little: bool) -> bool:
    """Whether the lengths of the rows are soon told one by one, sooner than thousands of cuts are planned."""
    return reads_little or (_are_many(cuts) and sum(source.size for source in reading.files) <= _LARGE)


def _are_many(cuts: Cuts) -> bool:
    return len(cuts.input_lengths) + len(cuts.output_lengths) > _MANY_CUTS


def foresee(engine: Engine, rows: RowQuery, cuts: Cuts, joining: Joining, number: int) -> Foreseen | None:
    """Looks at the names and times. None: they cannot be read so, or are too many."""
    import duckdb

    names = tuple(name for name in _NAMES if name in rows.columns)
    texts = {name: quoted(text) for name, text in rows.constants.items() if name in _NAMES}
    raw = {name: name if name in names else f"CAST({texts.get(name, 'NULL')} AS VARCHAR)" for name in _NAMES[:3]}
    raw |= {"naive": "naive" if "naive" in names else "false"}
    labels = f"{segment_of('started', time_edges(cuts))} AS from_at, CAST(NULL AS BIGINT) AS to_at"
    listed = ", ".join([*(f"{sql} AS {name}" for name, sql in raw.items()), labels])
    known = final_names(cuts)
    named = ", ".join(f"{known[name.removeprefix('k_')]} AS {name}" for name in _SEEN)
    try:
        engine.session.execute(
            f"CREATE TEMP TABLE seen AS SELECT *, {named} FROM (SELECT DISTINCT {listed} FROM ({rows.sql}) WHERE started IS NOT NULL)"
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None  # the counting will say why
    try:
        if engine.fetch("SELECT count(*) FROM seen")[0][0] > _MOST:
            return None
        return _Looked(engine, joining, number, names).foreseen()
    finally:
        for table in ("seen", "times", "meant"):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


class _Looked:
    """The names and times that were seen, while they are given their meaning."""

    def __init__(self, engine: Engine, joining: Joining, number: int, names: tuple[str, ...]) -> None:
        self.engine, self.joining, self.names, self.table = engine, joining, names, f"foreseen_{number}"
        self.edges: dict[Edges, int] = {}

    def foreseen(self) -> Foreseen:
        seen = ", ".join(_SEEN)
        self.engine.execute(
            f"CREATE TEMP TABLE times AS SELECT row_number() OVER () AS id, * FROM (SELECT DISTINCT {seen} FROM seen)"
        )
        self.engine.execute("CREATE TEMP TABLE meant (id BIGINT, period BIGINT, lengths BIGINT)")
        insert(self.engine, "meant", self._meant(self.engine.fetch(f"SELECT id, {seen} FROM times")))
        kept = ", ".join([*(f"seen.{name}" for name in self.names), "seen.from_at AS slot", "period", "lengths"])
        same = " AND ".join(f"seen.{name} IS NOT DISTINCT FROM times.{name}" for name in _SEEN)
        self.engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {self.table} AS SELECT {kept} FROM seen JOIN times ON {same} JOIN meant USING (id)"
        )
        return Foreseen(self.table, self.names, list(self.edges))

    def _meant(self, rows: Sequence[tuple[int, str | None, str, str | None, bool, int]]) -> list[tuple[int, int, int]]:
        """By number, the begin of the first time that means the same, and which lengths count."""
        first: dict[Hashable, int] = {}
        places: dict[Hashable, int] = {}  # of names whose times are told apart alike
        known: dict[Written, tuple[int, int]] = {}
        periods: dict[tuple[int, bool, int], int] = {}
        found = []
        for number, provider, model, region, naive, at in sorted(rows, key=lambda row: row[-1]):
            written: Written = (provider, model, region)
            if written not in known:
                treated = self.joining.treated(written)
                known[written] = (
                    places.setdefault(treated.times, len(places)),
                    self.edges.setdefault(treated.lengths, len(self.edges)),
                )
            alike, lengths = known[written]
            period = periods.get((alike, naive, at))
            if period is None:
                period = first.setdefault((alike, naive, self.joining.time(written, at, None, naive)), at)
                periods[alike, naive, at] = period
            found.append((number, period, lengths))
        return found
