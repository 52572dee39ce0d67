"""Onto: what another list adds to a pricebook file. History is added to, never edited: the file keeps every line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from costcalc.pricebook.importers.builder import NotTaken
from costcalc.pricebook.importers.differences import Difference, differences, joined, lacking, laid_over
from costcalc.pricebook.importers.edits import Edits
from costcalc.pricebook.importers.figures import NOWHERE
from costcalc.pricebook.importers.fill import Fill
from costcalc.pricebook.model import NEVER_APPLIES, Book, Model, PriceBlock, Section, Source
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.pricebook.write import block_lines, default_source, model_lines, schedule_lines, source_line
from costcalc.problems import Place, fail


@dataclass(frozen=True, slots=True)
class AddedBlock:
    """A block that was added to a model, or filled, and the figures for which it was."""

    model: str
    starts: date | None
    differences: tuple[Difference, ...] = ()  # none: the model is new, or the card ends and the list holds again
    is_new: bool = False
    is_filled: bool = False  # the figures went into a block that is there


@dataclass(frozen=True, slots=True)
class Addition:
    """The file with what was added to it."""

    text: str
    changes: tuple[AddedBlock, ...]
    refused: tuple[NotTaken, ...]  # would have changed what the file says of the past
    passed_over: tuple[NotTaken, ...]  # cannot be compared


@dataclass(frozen=True, slots=True)
class DecisiveDays:
    """The days that decide: from when prices are taken over, and up to when the file is history."""

    start: date
    today: date
    own: bool = False  # a rate card: every block begins on its own day, and ends before the next one of the card
    fills: bool = False  # figures that a block lacks go into it: none of its own has changed


def add_onto(text: str, file: str, offered: Book, days: DecisiveDays) -> Addition:
    """The file with a new block wherever the offered book names another figure from `days.start` on."""
    book = parse_book(text, file)
    if (book.currency, book.provider) != (offered.currency, offered.provider):
        raise fail(
            "book-differs", f"{file} is a list of {book.provider} in {book.currency}",
            expected=f"one of {offered.provider} in {offered.currency}", remedy="name the pricebook of that provider",
        )  # fmt: skip
    adding = _Adding(book, offered, days, Edits(text, file))
    for model in offered.models.values():
        adding.add(model)
    adding.declare()
    added = adding.edits.text()
    _check_past(book, added, file, adding.filled)
    return Addition(added, tuple(adding.changes), tuple(adding.refused), tuple(adding.passed_over))


@dataclass
class _Adding:
    book: Book
    offered: Book
    days: DecisiveDays
    edits: Edits
    changes: list[AddedBlock] = field(default_factory=list)
    refused: list[NotTaken] = field(default_factory=list)
    passed_over: list[NotTaken] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)  # by their key in the offered book: what the file calls it
    schedules: list[str] = field(default_factory=list)
    filled: set[Place] = field(default_factory=set)  # blocks of the file
    _found: dict[str, str] = field(default_factory=dict)  # model of the file -> how its name was found

    def add(self, model: Model) -> None:
        name, how = self._name(model.name)
        if name is None:
            self._add_model(model)
        elif how not in ("exact", "alias"):
            self._compare_inherited(model, name, how)
        elif name in self._found:
            self._pass(model, f'"{name}" was compared under another name already')
        else:
            self._found[name] = how
            self._add_blocks(model, self.book.models[name])

    def declare(self) -> None:
        """Sources and schedules that the added blocks name."""
        if self.sources:
            self.edits.append_to("sources", [source_line(source) for source in self.sources.values()])
        for name in dict.fromkeys(self.schedules):
            if name not in self.book.schedules:
                self.edits.append_to("schedules", schedule_lines(self.offered.schedules[name]))

    def _name(self, name: str) -> tuple[str | None, str]:
        found = Pricebook((self.book,)).resolve(name, self.book.provider)
        return (found.model, found.how) if isinstance(found, ResolvedModel) else (None, "")

    def _add_model(self, model: Model) -> None:
        """A model that the file does not have: all of its history is new."""
        blocks = tuple(self._with_own_words(block) for block in model.blocks)
        taken = {name for known in self.book.models.values() for name in (known.name, *known.aliases)}
        new = replace(model, blocks=blocks, aliases=tuple(name for name in model.aliases if name not in taken))
        self.edits.append_to("models", ["", *model_lines(new, default_source(self.book))])
        self.changes.append(AddedBlock(model.name, model.blocks[0].starts, is_new=True))

    def _add_blocks(self, model: Model, ours: Model) -> None:
        """A block on each day from which the offered model names other figures than the file does."""
        latest: PriceBlock | None = None
        under: PriceBlock | None = None  # the block of the file over which the latest one lies
        for day, theirs in self._offers(model):
            base = in_force(ours, day)
            if any(start <= day for start in ours.redirects):
                self._pass(model, "the file bills it as another model")
                return
            if base is None:
                self._refuse(model, day, f"{ours.place} has no price of that day, only of later ones")
                return
            if base.withdrawn:
                self._pass(model, f"the file has withdrawn its price: {base.withdrawn}")
                continue
            if bool(base.schedule) != bool(theirs.schedule) and not theirs.withdrawn and base.standard.off_peak:
                self._pass(model, "the file prices it by the hour, the other list does not")
                return
            if base is not under:
                latest, under = None, base
            current = latest or base
            found = [] if theirs.withdrawn else differences(current, theirs)
            if not found and (not theirs.withdrawn or current is base):
                continue
            if self._is_lacking(base, found, day) and current is base:
                ours = self._fill(model, ours, base, theirs, found)
                continue
            if reason := self._why_not(model, ours, base, day):
                self._refuse(model, day, reason)
                return
            latest = base if theirs.withdrawn else self._merged(base, theirs)
            new = replace(latest, starts=day, observed=None, place=NOWHERE)
            self.edits.insert_block(ours.name, day, block_lines(new, default_source(self.book)))
            self.changes.append(AddedBlock(ours.name, day, tuple(found)))

    def _is_lacking(self, base: PriceBlock, found: Sequence[Difference], day: date) -> bool:
        """Whether the figures are none that the block has, and may stand in it."""
        is_its_day = day <= self.days.today or base.starts == day
        return self.days.fills and is_its_day and bool(found) and not any(each.is_own for each in found)

    def _fill(
        self, model: Model, ours: Model, base: PriceBlock, theirs: PriceBlock, found: Sequence[Difference]
    ) -> Model:
        """Our model with what the block lacks put into it."""
        if left := differences(joined(base, theirs), theirs):
            self._pass(model, f"{left[0].tier} is a share of the standard price in the file, and does not cost that")
            return ours
        own = self._with_own_words(lacking(base, theirs))
        Fill(self.edits, lambda key: self._seen(key, base)).block(base, own)
        self.filled.add(base.place)
        self.changes.append(AddedBlock(ours.name, base.starts or base.observed, tuple(found), is_filled=True))
        filled = joined(base, own)
        return replace(ours, blocks=tuple(filled if each is base else each for each in ours.blocks))

    def _seen(self, key: str, base: PriceBlock) -> date | None:
        """Since when a price of this source is known; None: for all of the block, which is announced or began then."""
        if base.starts and base.starts > self.days.today:
            return None
        sources = [*self.sources.values(), *self.book.sources.values()]
        read = next((day for source in sources if source.key == key and (day := source.first_day)), self.days.today)
        if read == (base.starts or base.observed):
            return None
        return self.days.today if base.starts and read < base.starts else read

    def _offers(self, model: Model) -> Iterator[tuple[date, PriceBlock]]:
        """The offered blocks with the days from which they are to hold: those of the past only where they say so."""
        before = [block for block in model.blocks if block.starts is None or block.starts <= self.days.start]
        if before and not self.days.own:
            yield self.days.start, before[-1]
        for block in model.blocks:
            if self.days.own:
                if block.starts or not self._is_past(model, block):
                    yield block.starts or self.days.start, block
            elif block.starts and block.starts > self.days.start:
                yield block.starts, block

    def _is_past(self, model: Model, block: PriceBlock) -> bool:
        """Whether the card ends what it says without a first day before that could begin."""
        return any(each.starts and each.starts <= self.days.start for each in model.blocks if each is not block)

    def _why_not(self, model: Model, ours: Model, base: PriceBlock, day: date) -> str:
        """Why a block from this day on would change what the file says already; "" where it would not."""
        later = [block for block in ours.blocks if block.starts and block.starts >= day]
        past = [block for block in later if block.starts and (block.starts == day or block.starts <= self.days.today)]
        if past:
            return f"{past[0].place} has a block of {past[0].starts} already"
        if base.observed and day <= base.observed:
            return f"{base.place} was seen in force on {base.observed}"
        ends = min((block.starts for block in model.blocks if block.starts and block.starts > day), default=date.max)
        inside = [block for block in later if block.starts and block.starts < ends]
        if self.days.own and inside:
            return f"{inside[0].place} would end it on {inside[0].starts}: keep the card in a book of its own"
        return ""

    def _compare_inherited(self, model: Model, name: str, how: str) -> None:
        """A name that only inherits its prices: it is not entered, and said where it costs something else."""
        ours, offers = self.book.models[name], list(self._offers(model))
        if not offers:
            return
        day, theirs = offers[0]
        base = in_force(ours, day)
        if base and not base.withdrawn and not theirs.withdrawn and differences(base, theirs):
            self._pass(model, f'by its {how} it means "{name}", which costs something else in the file')

    def _merged(self, base: PriceBlock, theirs: PriceBlock) -> PriceBlock:
        own = self._with_own_words(theirs)
        return replace(laid_over(base, own, own.source), schedule=base.schedule or own.schedule)

    def _with_own_words(self, block: PriceBlock) -> PriceBlock:
        """The block with its sources called as the file calls them."""
        if block.schedule:
            self.schedules.append(block.schedule)
        return replace(
            block,
            source=self._key(block.source),
            standard=self._section(block.standard),
            service_tiers={name: self._section(section) for name, section in block.service_tiers.items()},
        )

    def _section(self, section: Section) -> Section:
        return section.mapped(lambda _, rate: replace(rate, source=self._key(rate.source)))

    def _key(self, key: str) -> str:
        """The file's key of an offered source: the same one read again on another day is another source."""
        if key not in self.sources and (source := self.offered.sources.get(key)):
            known = {**self.book.sources, **{taken.key: taken for taken in self.sources.values()}}
            for other in self.book.sources.values():
                if replace(other, key=key) == source:
                    return other.key
            name = key if key not in known else f"{key}-{source.read}"
            number = 2
            while name in known:
                name, number = f"{key}-{source.read}-{number}", number + 1
            self.sources[key] = replace(source, key=name)
        return self.sources[key].key if key in self.sources else key

    def _refuse(self, model: Model, day: date, why: str) -> None:
        self.refused.append(NotTaken(self.book.provider, model.name, f"a block from {day} on", why))

    def _pass(self, model: Model, why: str) -> None:
        self.passed_over.append(NotTaken(self.book.provider, model.name, "its prices", why))


def in_force(model: Model, day: date) -> PriceBlock | None:
    """The block of the day, whatever else the model is billed as."""
    blocks: Sequence[PriceBlock] = [block for block in model.blocks if block.status not in NEVER_APPLIES]
    found = [block for block in blocks if block.starts is None or block.starts <= day]
    return found[-1] if found else None


def _check_past(book: Book, text: str, file: str, filled: Collection[Place]) -> None:
    """Every block that the file had is still there, word for word, or says at least that. CostcalcError: its layout."""
    after = parse_book(text, file)
    for name, model in book.models.items():
        found = after.models[name].blocks
        kept = [replace(block, place=NOWHERE) for block in found]
        for block in model.blocks:
            is_there = (
                any(each.starts == block.starts and not differences(each, block) for each in found)
                if block.place in filled
                else replace(block, place=NOWHERE) in kept
            )
            if not is_there:
                raise fail(
                    "cannot-add", f'the prices of "{name}" would have changed', place=model.place,
                    remedy="write each day in a line of its own, and notes without lines that begin with #",
                )  # fmt: skip
