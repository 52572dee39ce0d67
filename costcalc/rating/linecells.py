"""Line cells: what a file shows of every line, written as text by the engine: names, coins, exact amounts and shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import count

from costcalc.money import decimals_of, exact_text
from costcalc.rating.linecoins import LineCoins
from costcalc.rating.linetable import STATUS_BITS, LineTable
from costcalc.records import dataclass
from costcalc.usage.formats.paths import quoted
from costcalc.usage.tables import Kind, TextColumn, parquet_of

_AT_ONCE = 245_760  # two of the engine's row groups: one for each core
_MOST: int = 10**38  # below what the engine's integers hold
_ROOM = 100  # sums may grow as much and still be held
_BIGINT: int = 2**63 - 1
_STEP = 15  # decimals at a time: a float's quotient of as many is right to one


@dataclass
class LineCells:
    """Columns of text over the lines of a table, in their order; what is not there is NULL."""

    coins: LineCoins
    columns: list[TextColumn] = field(default_factory=list)
    _layers: list[dict[str, str]] = field(default_factory=list)  # of columns that rest on those before
    _dear: set[int] = field(default_factory=set)  # depths of layers to be computed once
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
        coins = _narrow(coins, 2 * self.coins.most)  # or the difference of two
        if not digits:
            return f"({coins})::VARCHAR"
        one = 10**digits
        whole = f"(abs({coins}) // {one})::VARCHAR || '.' || lpad((abs({coins}) % {one})::VARCHAR, {digits}, '0')"
        return f"CASE WHEN {coins} < 0 THEN '-' ELSE '' END || {whole}"

    def exact_text(self, number: str, unit: int, limit: int = 40, most: int | None = None) -> str:
        """A whole number of a unit in full; one that never ends, with `limit` decimals (half-up). `most`: none is more."""
        lasting = _lasting(unit)
        if lasting == 1 and (whole := self._ended(_narrow(number, most), unit)):
            return whole
        # Decimals that the unit has without what lasts need no division.
        digits = decimals_of(unit // lasting) or 0
        more = 10**digits * lasting // unit
        if digits < limit and more <= _ROOM:
            # One that ends does so within these decimals.
            bound = None if most is None else most * more
            return self._cut(f"({number}) * {more}", str(lasting), lasting, limit - digits, digits, bound)[0]
        cut, _ = self._cut(number, str(unit), unit, limit)
        whole = self._ended(f"({number}) // {lasting}", unit // lasting)
        return f"CASE WHEN ({number}) % {lasting} = 0 THEN {whole} ELSE {cut} END" if whole else cut

    def ratio_text(self, number: str, divisor: str, most: int, limit: int) -> str:
        """A number divided by another, cut likewise; NULL where that is 0. `most`: no divisor is more."""
        if self.table.is_credit:
            number, divisor = f"(({number}) * sign({divisor})::INT)", f"abs({divisor})"
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

    def status_text(self) -> str:
        return f"CASE status {' '.join(f'WHEN {bit} THEN {quoted(name)}' for name, bit in STATUS_BITS.items())} END"

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

    def _cut(self, number: str, divisor: str, most: int, limit: int, digits: int = 0, bound: int | None = None) -> tuple[str, str]:  # fmt: skip
        """Long division, some decimals at a time: the text, and whether something is left after them.

        `digits`: so many of the whole are decimals too; `bound`: no number is more, and the divisor is `most` itself.
        """
        if bound is not None and bound // most < 10**_STEP:
            return self._cut_below(number, most, limit, digits, bound)
        named = self._named(0, {"over": f"({divisor})", "size": f"abs({number})", "sign": f"({number}) < 0"})
        over, size = named["over"], named["size"]
        named |= self._named(1, {"whole": f"{size} // {over}", "left": f"{size} % {over}"})
        self._dear.add(1)
        left, texts, up, depth = self._decimals(named["left"], over, most, limit, 2)
        ready = self._named(depth, {"whole": f"{named['whole']} + {up}", "rest": " || ".join(texts)})
        whole = f"{ready['whole']}::VARCHAR || '.'"
        if digits:
            filled = (
                f"lpad({ready['whole']}::VARCHAR, greatest({digits + 1}, length({ready['whole']}::VARCHAR))::INT, '0')"
            )
            filled = self._named(depth + 1, {"filled": filled})["filled"]
            whole = f"{filled}[:-{digits + 1}] || '.' || {filled}[-{digits}:]"
        text = self._named(depth + 2, {"text": f"{whole} || {ready['rest']}"})["text"]
        nothing = f"({ready['whole']} = 0 AND {ready['rest']} = {quoted('0' * limit)})"
        sign = f"CASE WHEN {named['sign']} AND NOT {nothing} THEN '-' ELSE '' END"
        return f"{sign} || CASE WHEN {left} = 0 THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END", f"{left} <> 0"

    def _cut_below(self, number: str, divisor: int, limit: int, digits: int, bound: int) -> tuple[str, str]:
        """The same of numbers so small that the whole and the first decimals are one quotient that a float knows."""
        first = next(
            width for width in range(min(limit, _STEP), -1, -1)
            if bound * 10**width // divisor < 10**_STEP and bound * 10**width <= _MOST
        )  # fmt: skip
        named = self._named(0, {"size": f"abs({number}) * {10**first}", "sign": f"({number}) < 0"})
        is_small = bound * 10**first <= _BIGINT
        size = f"{named['size']}::BIGINT" if is_small else named["size"]
        quotient, left, depth = self._divided(size, str(divisor), 1, is_small=is_small)
        left, texts, up, depth = self._decimals(left, str(divisor), divisor, limit - first, depth)
        whole = self._named(depth, {"whole": f"{quotient} + {up}"})["whole"]
        rest = self._named(depth, {"rest": " || ".join(texts) if texts else "''"})["rest"]
        shown, one = f"{whole}::VARCHAR || '.'", 10 ** (first + digits)
        if first + digits:
            shown = f"({whole} // {one})::VARCHAR || '.' || lpad(({whole} % {one})::VARCHAR, {first + digits}, '0')"
        text = self._named(depth + 1, {"text": f"{shown} || {rest}"})["text"]
        nothing = f"({whole} = 0 AND {rest} = {quoted('0' * (limit - first))})"
        sign = f"CASE WHEN {named['sign']} AND NOT {nothing} THEN '-' ELSE '' END"
        return f"{sign} || CASE WHEN {left} = 0 THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END", f"{left} <> 0"

    def _decimals(self, left: str, over: str, most: int, limit: int, depth: int) -> tuple[str, list[str], str, int]:
        """Decimals of what a division left: what they leave, their texts, whether the whole is one more, and the next depth."""
        is_small = most * 10 <= _BIGINT
        left = f"{left}::BIGINT" if is_small else left
        step = next(step for step in range(_STEP, 0, -1) if most * 10**step <= (_BIGINT if is_small else _MOST))
        steps = [step] * (limit // step) + [limit % step] * (limit % step > 0)
        chunks = list[str]()
        for width in steps:
            chunk, left, depth = self._divided(f"{left} * {10**width}", over, depth, is_small=is_small)
            chunks.append(chunk)
        up, texts = f"(2 * {left} >= {over})::INT", list[str]()
        for chunk, width in zip(reversed(chunks), reversed(steps), strict=True):
            made = self._named(depth, {"digits": f"{chunk} + {up}"})["digits"]
            texts.insert(0, f"lpad(({made} % {10**width})::VARCHAR, {width}, '0')")
            up, depth = f"({made} = {10**width})::INT", depth + 1
        return left, texts, up, depth

    def _divided(self, number: str, over: str, depth: int, *, is_small: bool) -> tuple[str, str, int]:
        """The quotient, what is left, and the depth of the next."""
        if is_small:
            made = self._named(depth, {"digits": f"({number}) // {over}", "left": f"({number}) % {over}"})
            return made["digits"], made["left"], depth + 1
        # The engine divides its largest integers bit by bit. A float's quotient is off by one at most, and set right.
        guess = self._named(depth, {"guess": f"floor(({number})::DOUBLE / {over}::DOUBLE)::BIGINT"})["guess"]
        rest = self._named(depth + 1, {"rest": f"({number}) - {guess} * {over}::HUGEINT"})["rest"]
        self._dear.add(depth + 1)
        off = f"(({rest} >= {over})::INT - ({rest} < 0)::INT)"
        made = self._named(depth + 2, {"digits": f"{guess} + {off}", "left": f"{rest} - {off} * {over}::HUGEINT"})
        return made["digits"], made["left"], depth + 3

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
        for depth, layer in enumerate(self._layers):
            if layer:
                more = ", ".join(f"{sql} AS {name}" for name, sql in layer.items())
                joined = f"SELECT *, {more} FROM ({joined})"
            if depth in self._dear:
                # Left alone the engine would put a step into those that use it, and compute it again for every use.
                joined = f"WITH dear AS MATERIALIZED ({joined}) SELECT * FROM dear"
        return f"SELECT {selected} FROM ({joined}) AS cells{''.join(self._joins)}"


def _narrow(number: str, most: int | None) -> str:
    """A number as the engine computes faster with it, where none is too large for that."""
    return f"({number})::BIGINT" if most is not None and most <= _BIGINT else number


def _lasting(unit: int) -> int:
    """A whole number without its factors of two and five."""
    for factor in (2, 5):
        while unit % factor == 0:
            unit //= factor
    return unit
