"""Unpriced: what has no price, by line, of a ledger whose breakdown knows the names; values are made of what is asked for.

A page shows the largest models and says how many more there are: of a log of very many unknown ones it makes those alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, NamedTuple, overload

from costcalc.pricebook.hosts import host_named
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import LineKey, Unpriced
from costcalc.usage.counting.breakdown import MODEL, REQUESTS, ROWS, Breakdown, Weights
from costcalc.usage.ledger import SourceFile

_SELLER_OF_BILL = {"aws-cur": "bedrock"}  # formats that say by themselves who sold what they bill
_TOKENS = ("input_tokens", "output_tokens")
_AT_ONCE = 10_000
_SUGGESTED = 20  # unknown models that get near names: a log of ten thousand needs no more

Named = tuple[str, str]  # provider and model


class PriceHints:
    """What would give unpriced usage a price: of a host's models the maker's, of unknown ones what is called alike."""

    def __init__(self, pricebook: Pricebook, sources: Iterable[SourceFile] = ()) -> None:
        self.pricebook = pricebook
        formats = {source.format for source in sources}
        self.seller = _SELLER_OF_BILL.get(formats.pop(), "") if len(formats) == 1 else ""

    def makers_model(self, part: Unpriced) -> str | None:
        """None: it is no model of a host without a book."""
        return self.pricebook.makers_model(part.model) if part.key is None and self.is_hosted(part.provider) else None

    def is_hosted(self, provider: str) -> bool:
        return bool(host_named(provider)) and not self.pricebook.provider_named(provider)

    def near(self, models: Sequence[Named]) -> dict[Named, tuple[str, ...]]:
        """Near names for these: of models that are sold by the token, as the usage that asks for them is counted."""
        asked = {each: _asked(*each) for each in models}
        found = nearest_models(self.pricebook, dict.fromkeys(asked.values()), self.seller) if asked else {}
        # What a host's name says of the maker's model is nearer than other models of the host.
        makers = {each: self.pricebook.makers_model(each[1]) for each in asked}
        return {
            each: tuple(
                dict.fromkeys(
                    other for other in (makers[each], *found[name])
                    if other and (other.startswith(f"{each[0]}/") or self.pricebook.sells_tokens(other))
                )
            )
            for each, name in asked.items()
        }  # fmt: skip

    def given(self, unpriced: Sequence[Unpriced]) -> list[Unpriced]:
        """Values with their advice; the largest unknown models get near names."""
        found = [replace(each, makers_model=self.makers_model(each)) if each.key is None else each for each in unpriced]
        unknown = [each for each in found if each.key is None and each.makers_model is None]
        tokens: dict[Named, Fraction] = {}
        for part in unknown:
            if part.model:
                who = (part.provider, part.model)
                tokens[who] = tokens.get(who, Fraction()) + part.tokens
        near = self.near(sorted(tokens, key=lambda who: -tokens[who])[:_SUGGESTED])
        names = [near.get((each.provider, each.model), ()) for each in found]
        return [replace(each, nearest=of) if each.key is None and each.makers_model is None and of else each for each, of in zip(found, names, strict=True)]  # fmt: skip


def _asked(provider: str, model: str) -> str:
    """The model with its provider, whose other models are nearer than those of others."""
    return f"{provider}/{model}" if provider and "/" not in model else model


class Lacking(NamedTuple):
    """A part of a group that has no price."""

    group: int  # its position in the ledger
    part: Unpriced  # the names of the breakdown are still open
    weight: Fraction  # of the group's time
    is_first: bool  # it carries the rows
    knows_requests: bool


class OpenUnpriced(Sequence[Unpriced]):
    """What lacks a price for one reason on one line, as rows of a table in the engine."""

    def __init__(self, breakdown: Breakdown, by: Sequence[str], lacking: Sequence[Lacking], advice: PriceHints) -> None:
        self.breakdown, self.engine, self.advice, self.by = breakdown, breakdown.engine, advice, tuple(by)
        opened = breakdown.opened(by)
        self._spots = [by.index(name) for name in opened]  # of the line, that the breakdown fills in
        self._is_model = [name == MODEL for name in opened]
        more = breakdown.opens_models and MODEL not in opened
        self._columns = [*map(breakdown.column, opened), *([breakdown.column(MODEL)] if more else [])]
        self._model = next((i for i, name in enumerate([*opened, MODEL][: len(self._columns)]) if name == MODEL), None)
        self._unit = lcm(*(each.weight.denominator for each in lacking))
        self._parts: list[Unpriced] = []  # by slot
        self._name = self._made(lacking, [*opened, *([MODEL] if more else [])])

    def _made(self, lacking: Sequence[Lacking], keys: Sequence[str]) -> str:
        slots: dict[tuple[object, ...], int] = {}
        places: dict[tuple[int, Fraction, bool, bool], int] = {}
        weights, rows = [], []
        for group, part, weight, is_first, knows in lacking:
            alike = (part.line, part.provider, part.model, part.reason, part.meter, part.key)
            if alike not in slots:
                slots[alike] = len(slots)
                self._parts.append(part)
            place = (slots[alike], weight, is_first, knows)
            if place not in places:
                places[place] = len(places)
                rows.append((places[place], slots[alike], int(weight * self._unit), int(part.meter is None), int(is_first), int(knows)))  # fmt: skip
            weights.append(Weights(group, places[place], [dict.fromkeys(_TOKENS, 1), {REQUESTS: 1}, {ROWS: 1}]))
        engine, found = self.engine, self.breakdown.table("unpriced")
        engine.execute("CREATE OR REPLACE TEMP TABLE lacking (place BIGINT, slot BIGINT, share BIGINT, is_whole BIGINT, is_first BIGINT, knows BIGINT)")  # fmt: skip
        engine.insert("lacking", rows)
        names = [f"c{i}" for i in range(len(self._columns))]
        named = "".join(f", {column} AS {name}" for column, name in zip(self._columns, names, strict=True))
        sums = f"SELECT place, f0, f1, f2{named} FROM ({self.breakdown.sums(keys, weights, 3)})"
        with engine.in_order():
            engine.execute(
                f"CREATE TEMP TABLE {found} AS SELECT {', '.join(['slot', *names])}, min(place) AS first, "
                "sum(f0 * share * is_whole)::HUGEINT AS tokens, CASE WHEN bool_and(knows = 1) THEN sum(f1 * share)::HUGEINT END AS requests, "
                f"sum(f2 * is_first)::HUGEINT AS rows FROM ({sums}) JOIN lacking USING (place) "
                f"GROUP BY {', '.join(['slot', *names])} ORDER BY {', '.join(['first', *names, 'slot'])}"
            )
        engine.execute(f"CREATE TEMP TABLE slots_of_{found} (slot BIGINT, provider VARCHAR, model VARCHAR, meter VARCHAR, reason VARCHAR, is_unknown BOOLEAN)")  # fmt: skip
        engine.insert(f"slots_of_{found}", [
            (slot, part.provider, part.model, part.meter, part.reason, str(part.key is None and not self.advice.is_hosted(part.provider)))
            for slot, part in enumerate(self._parts)
        ])  # fmt: skip
        return found

    @property
    def _rows(self) -> str:
        """The rows with what is said of them."""
        model = "model" if self._model is None else f"coalesce(c{self._model}, model)"
        return f"(SELECT {self._name}.*, {self._name}.rowid AS row, provider, {model} AS model, meter, reason, is_unknown FROM {self._name} JOIN slots_of_{self._name} USING (slot))"

    @cached_property
    def _length(self) -> int:
        return int(self.engine.fetch(f"SELECT count(*) FROM {self._name}")[0][0])

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, position: int) -> Unpriced: ...
    @overload
    def __getitem__(self, position: slice) -> list[Unpriced]: ...
    def __getitem__(self, position: int | slice) -> Unpriced | list[Unpriced]:
        chosen = range(len(self))[position]
        if isinstance(chosen, int):
            return next(self._from(chosen, chosen + 1))
        return [*self][position] if chosen.step != 1 else [*self._from(chosen.start, chosen.stop)]

    def __iter__(self) -> Iterator[Unpriced]:
        return self._from(0, len(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[list[Unpriced]], tuple[list[Unpriced]]]:
        """A copy is a list: the engine stays where it is."""
        return list, ([*self],)

    @cached_property
    def tokens(self) -> Fraction:
        return Fraction(self.engine.fetch(f"SELECT coalesce(sum(tokens), 0)::HUGEINT FROM {self._name}")[0][0], self._unit)  # fmt: skip

    @cached_property
    def _near(self) -> Mapping[Named, tuple[str, ...]]:
        largest = self.engine.fetch(
            f"SELECT provider, model FROM {self._rows} WHERE is_unknown AND model <> '' GROUP BY ALL ORDER BY sum(tokens) DESC, min(row) LIMIT {_SUGGESTED}"
        )
        return self.advice.near([(provider, model) for provider, model in largest])

    def lines(self, by: Sequence[str] | None = None) -> frozenset[LineKey]:
        """The lines in which something has no price. `by`: told apart by these of their names, or provider and model."""
        asked = self.by if by is None else by
        kept = [i for i, spot in enumerate(self._spots) if self.by[spot] in asked]
        if self._model is not None and MODEL in asked and self._model not in kept:
            kept.append(self._model)
        names = ", ".join(["slot", *(f"c{i}" if i in kept else f"NULL AS c{i}" for i in range(len(self._columns)))])
        found = self.engine.fetch(f"SELECT DISTINCT {names} FROM {self._name}")
        if by is None:
            return frozenset(self._line(self._parts[slot], own) for slot, *own in found)
        places = {name: place for place, name in enumerate(self.by)}
        lines = set()
        for slot, *own in found:
            part = self._parts[slot]
            line = self._line(part, own)
            model = (None if self._model is None else own[self._model]) or part.model
            known = {"provider": part.provider, MODEL: model}
            lines.add(tuple(known[name] if name in known else line[places[name]] for name in by))
        return frozenset(lines)

    def by_model(self, count: int) -> tuple[list[Unpriced], int, Fraction]:
        """The largest, all lines of a model in one value; how many more there are, and their tokens."""
        what = "CASE WHEN provider <> 'unknown' THEN provider || '/' ELSE '' END || coalesce(nullif(model, ''), '(no model)') || coalesce(':' || meter, '')"  # fmt: skip
        found = self.engine.fetch(
            "SELECT row, tokens, count(*) OVER () FROM (SELECT min(row) AS row, sum(tokens)::HUGEINT AS tokens, provider, any_value(what) AS what, reason "
            f"FROM (SELECT *, {what} AS what FROM {self._rows}) GROUP BY provider, model, meter, reason) "
            f"ORDER BY tokens DESC, provider, what, reason LIMIT {count}"
        )
        some = self._some([row for row, _, _ in found])
        values = [replace(some[row], tokens=Fraction(tokens, self._unit)) for row, tokens, _ in found]
        more = found[0][2] - len(found) if found else 0
        return values, more, self.tokens - sum((each.tokens for each in values), Fraction())

    def hosted(self) -> list[Unpriced]:
        """A value of each model of a host without a book."""
        slots = [slot for slot, part in enumerate(self._parts) if part.key is None and self.advice.is_hosted(part.provider)]  # fmt: skip
        chosen = f"slot IN ({', '.join(map(str, slots)) or 'NULL'})"
        found = self.engine.fetch(f"SELECT min(row) AS row FROM {self._rows} WHERE {chosen} GROUP BY provider, model ORDER BY row")  # fmt: skip
        some = self._some([row for (row,) in found])
        return [some[row] for (row,) in found]

    def whole_with_near_names(self) -> Unpriced | None:
        """The largest that has near names and no price at all."""
        named = [who for who, near in self._near.items() if near]
        if not named:
            return None
        self.engine.execute("CREATE OR REPLACE TEMP TABLE with_near (provider VARCHAR, model VARCHAR)")
        self.engine.insert("with_near", named)
        found = self.engine.fetch(f"SELECT row FROM {self._rows} JOIN with_near USING (provider, model) WHERE meter IS NULL AND is_unknown ORDER BY tokens DESC, row LIMIT 1")  # fmt: skip
        return self[found[0][0]] if found else None

    def has_whole(self) -> bool:
        """Whether a model that has a name has no price at all."""
        return bool(self.engine.fetch(f"SELECT 1 FROM {self._rows} WHERE meter IS NULL AND model <> '' LIMIT 1"))

    def nameless(self) -> Fraction:
        """The tokens of rows that name no model."""
        found = self.engine.fetch(f"SELECT coalesce(sum(tokens), 0)::HUGEINT FROM {self._rows} WHERE meter IS NULL AND model = ''")  # fmt: skip
        return Fraction(found[0][0], self._unit)

    def names(self) -> Collection[Named]:
        """The models, with who bills them."""
        return {(provider, model) for provider, model in self.engine.fetch(f"SELECT DISTINCT provider, model FROM {self._rows}")}  # fmt: skip

    def _from(self, start: int, stop: int) -> Iterator[Unpriced]:
        for first in range(start, stop, _AT_ONCE):
            chosen = f"rowid >= {first} AND rowid < {min(first + _AT_ONCE, stop)}"
            for row in self.engine.fetch(f"{self._selected} WHERE {chosen} ORDER BY rowid"):
                yield self._value(row)

    def _some(self, rows: Sequence[int]) -> dict[int, Unpriced]:
        """The values of these rows."""
        found = self.engine.fetch(f"{self._selected} WHERE rowid IN ({', '.join(map(str, rows)) or 'NULL'})")
        return {row[-1]: self._value(row) for row in found}

    @property
    def _selected(self) -> str:
        names = "".join(f", c{i}" for i in range(len(self._columns)))
        return f"SELECT slot, tokens, requests, rows{names}, rowid FROM {self._name}"

    def _value(self, row: Sequence[Any]) -> Unpriced:
        slot, tokens, requests, rows, *names, _ = row
        part = self._parts[slot]
        model = (None if self._model is None else names[self._model]) or part.model
        found = Unpriced(
            self._line(part, names), part.provider, model, part.reason, Fraction(tokens, self._unit),
            None if requests is None else Fraction(requests, self._unit), int(rows), part.meter, part.key,
        )  # fmt: skip
        if part.key is not None:
            return found
        makers = self.advice.makers_model(found)
        near = self._near.get((part.provider, model), ()) if makers is None else ()
        return replace(found, makers_model=makers, nearest=near) if near or makers is not None else found

    def _line(self, part: Unpriced, names: Sequence[str | None]) -> LineKey:
        line = list(part.line)
        for spot, is_model, name in zip(self._spots, self._is_model, names, strict=False):
            line[spot] = (name or line[spot]) if is_model else name
        return tuple(line)
