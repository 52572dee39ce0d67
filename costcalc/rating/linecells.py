"""Line cells: what a file shows of every line, written as text by the engine: names, coins, exact amounts and shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import count

from costcalc.money import decimals_of, exact_text
from costcalc.rating.linecoins import LineCoins
from costcalc.rating.linetable import PARTLY, PRICED, UNPRICED, LineTable
from costcalc.records import dataclass
from costcalc.usage.paths import quoted
from costcalc.usage.tables import Kind, TextColumn, parquet_of

_AT_ONCE = 245_760  # two of the engine's row groups: one for each core
_MOST: int = 10**38  # below what the engine's integers hold


@dataclass
class LineCells:
    """Columns of text over the lines of a table, in their order; what is not there is NULL."""

    coins: LineCoins
    columns: list[TextColumn] = field(default_factory=list)
    _layers: list[dict[str, str]] = field(default_factory=list)  # of columns that rest on those before
    _numbers: Iterator[int] = field(default_factory=count)
    _joins: list[str] = field(default_factory=list)

    @property
    def table(self) -> LineTable:
        return self.coins.table

    def add(self, header: str, sql: str, kind: Kind = "text") -> None:
        self.columns.append(TextColumn(header, sql, kind))

    # --- texts -----------------------------------------------------------------------------------------------

    def coin_text(self, coins: str, digits: int) -> str:
        """Whole coins, of which 10 to the power of `digits` make one of the currency."""
        if not digits:
            return f"({coins})::VARCHAR"
        one = 10**digits
        whole = f"(abs({coins}) // {one})::VARCHAR || '.' || lpad((abs({coins}) % {one})::VARCHAR, {digits}, '0')"
        return f"CASE WHEN {coins} < 0 THEN '-' ELSE '' END || {whole}"

    def exact_text(self, number: str, unit: int, limit: int = 40) -> str:
        """A whole number of a unit in full; one that never ends, with `limit` decimals (half-up)."""
        lasting = _lasting(unit)
        ended = f"({number}) % {lasting} = 0"
        whole = self._ended(f"({number}) // {lasting}", unit // lasting)
        if lasting == 1 and whole:
            return whole
        cut, _ = self._cut(number, str(unit), unit, limit)
        return f"CASE WHEN {ended} THEN {whole} ELSE {cut} END" if whole else cut

    def ratio_text(self, number: str, divisor: str, most: int, limit: int) -> str:
        """A number divided by another, cut likewise; NULL where that is 0. `most`: no divisor is more."""
        text, is_cut = self._cut(number, f"nullif({divisor}, 0)", most, limit)
        # One that ends after more decimals is written in full: there are few.
        shared = divisor
        for _ in range(3):
            shared = f"({shared}) // gcd({shared}, {_MOST})"
        ended = f"CASE WHEN {is_cut} THEN ({number}) % ({shared}) = 0 ELSE false END"
        rows = [
            row for page in self.pages(f"line, {number}, {divisor}", f" WHERE {ended}") for row in self.table.engine.fetch(page)
        ]  # fmt: skip
        whole = {str(line): exact_text(Fraction(part, of), limit) for line, part, of in rows}
        return self.swapped("line", text, whole)

    def name_text(self, place: int, nothing: str | None, others: Mapping[str, str]) -> str:
        """A name of the line; `nothing`: what stands where there is none; `others`: what stands in the place of some."""
        empty = "NULL" if nothing is None else quoted(nothing)
        name = f"{self.table.names[place]}::VARCHAR"
        return f"CASE WHEN {name} = '' THEN {empty} ELSE {self.swapped(name, name, others)} END"

    def swapped(self, key: str, text: str, others: Mapping[str, str]) -> str:
        """The text, or what a key has in its place."""
        if not others:
            return text
        name = self.table.breakdown.table("swapped")
        self.table.engine.execute(f"CREATE TEMP TABLE {name} (swap_key VARCHAR, swap_text VARCHAR)")
        self.table.engine.insert(name, [*others.items()])
        self._joins.append(f" LEFT JOIN {name} ON {name}.swap_key = ({key})::VARCHAR")
        return f"coalesce({name}.swap_text, {text})"

    def basis_text(self) -> str:
        listed = {bits: "+".join(self.table.evidence(bits)) for bits in range(1 << len(self.table.bases))}
        return f"CASE bases {' '.join(f'WHEN {bits} THEN {quoted(text)}' for bits, text in listed.items())} END"

    def status_text(self, names: Mapping[int, str]) -> str:
        return f"CASE status {' '.join(f'WHEN {bits} THEN {quoted(names[bits])}' for bits in (PRICED, PARTLY, UNPRICED))} END"

    def _ended(self, number: str, unit: int) -> str | None:
        """A number of a unit whose decimals end; None: later than the engine's integers can say."""
        digits = decimals_of(unit)
        if digits is None or digits > 38:
            return None
        if not digits:
            return f"({number})::VARCHAR"
        found = self._named(0, {"size": f"abs({number})", "sign": f"({number}) < 0"})
        size, sign = found["size"], found["sign"]
        rest = f"lpad(({size} % {unit} * {10**digits // unit})::VARCHAR, {digits}, '0')"
        return f"CASE WHEN {sign} THEN '-' ELSE '' END || rtrim(rtrim(({size} // {unit})::VARCHAR || '.' || {rest}, '0'), '.')"

    def _cut(self, number: str, divisor: str, most: int, limit: int) -> tuple[str, str]:
        """Long division, some digits at a time: the text, and whether something is left after it."""
        step = next(digits for digits in (20, 12, 10, 6, 5, 4, 3, 2, 1) if not limit % digits and most * 10**digits < _MOST)  # fmt: skip
        part = min(20, limit)  # decimals that one integer holds
        named = self._named(0, {"over": f"({divisor})", "size": f"abs({number})", "sign": f"({number}) < 0"})
        over = named["over"]
        named |= self._named(1, {"whole": f"{named['size']} // {over}", "left": f"{named['size']} % {over}"})
        left, chunks = named["left"], list[str]()
        for depth in range(limit // step):
            shifted = f"({left} * {10**step})"
            made = self._named(depth + 2, {"digits": f"{shifted} // {over}", "left": f"{shifted} % {over}"})
            left = made["left"]
            chunks.append(made["digits"])
        depth = limit // step + 2
        parts = []
        for first in range(0, len(chunks), part // step):
            those = chunks[first : first + part // step]
            parts.append(" + ".join(f"{digits} * {10 ** (step * (len(those) - 1 - i))}" for i, digits in enumerate(those)))  # fmt: skip
        up, full = f"(2 * {left} >= {over})::INT", 10**part
        texts = list[str]()
        for digits in reversed(parts):
            made = self._named(depth, {"digits": f"{digits} + {up}"})
            depth += 1
            texts.insert(0, f"lpad(({made['digits']} % {full})::VARCHAR, {part}, '0')")
            up = f"({made['digits']} = {full})::INT"
        ready = self._named(depth, {"whole": f"{named['whole']} + {up}", "rest": " || ".join(texts)})
        text = f"{ready['whole']}::VARCHAR || '.' || {ready['rest']}"
        nothing = f"({ready['whole']} = 0 AND {ready['rest']} = {quoted('0' * limit)})"
        sign = f"CASE WHEN {named['sign']} AND NOT {nothing} THEN '-' ELSE '' END"
        return f"{sign} || CASE WHEN {left} = 0 THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END", f"{left} <> 0"

    def _named(self, depth: int, columns: Mapping[str, str]) -> dict[str, str]:
        """Columns that rest on those less deep, under names of their own."""
        while len(self._layers) <= depth:
            self._layers.append({})
        names = {name: f"{name}_{next(self._numbers)}" for name in columns}
        self._layers[depth] |= {names[name]: sql for name, sql in columns.items()}
        return names

    # --- rows ------------------------------------------------------------------------------------------------

    def pages(self, selected: str, chosen: str = "") -> Iterator[str]:
        """SQL of all lines in their order, page by page."""
        for first in range(0, len(self.table), _AT_ONCE):
            yield f"{self._rows(selected, first, first + _AT_ONCE)}{chosen} ORDER BY line"

    def texts(self) -> Iterator[Sequence[str | None]]:
        """The cells of every line."""
        for page in self.pages(", ".join(column.sql for column in self.columns)):
            yield from self.table.engine.fetch(page)

    def joined(self) -> Iterator[str]:
        """Every line as one text, its cells between commas."""
        cells = " || ',' || ".join(f"coalesce({column.sql}, '')" for column in self.columns)
        for page in self.pages(cells):
            yield from (line for (line,) in self.table.engine.fetch(page))

    def matching(self, place: int, pattern: str) -> list[str]:
        """The names at a place of the lines in which a regular expression is found."""
        name = f"{self.table.names[place]}::VARCHAR"
        distinct = f"SELECT DISTINCT {name} AS name FROM {self.table.name}"
        return [name for (name,) in self.table.engine.fetch(f"SELECT name FROM ({distinct}) WHERE regexp_matches(name, {quoted(pattern)})")]  # fmt: skip

    def parquet(self) -> bytes:
        """All of it as a Parquet file."""
        rows = self._rows(", ".join([*(f"{column.sql} AS t{i}" for i, column in enumerate(self.columns)), "line"]), 0, len(self.table))  # fmt: skip
        return parquet_of(self.table.engine, rows, "line", self.columns)

    def _rows(self, selected: str, first: int, until: int) -> str:
        joined = (
            f"SELECT lines.*, coins.* FROM (SELECT rowid AS row, * FROM {self.table.name} WHERE rowid >= {first} AND rowid < {until}) AS lines "
            f"JOIN {self.coins.name} AS coins ON row = line WHERE line >= {first} AND line < {until}"
        )
        for layer in self._layers:
            if layer:
                joined = f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in layer.items())} FROM ({joined})"
        return f"SELECT {selected} FROM ({joined}) AS cells{''.join(self._joins)}"


def _lasting(unit: int) -> int:
    """A whole number without its factors of two and five."""
    for factor in (2, 5):
        while unit % factor == 0:
            unit //= factor
    return unit
