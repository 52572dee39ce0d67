"""The survey: what the price data of others says on a day, beside our books, figure by figure and name by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.importers.decided import Decision
from costcalc.pricebook.importers.differences import beside, priced
from costcalc.pricebook.importers.figures import NOWHERE
from costcalc.pricebook.importers.shelf import Ended, Imported, Origin
from costcalc.pricebook.model import NEVER_APPLIES, STANDARD, Book, Model, PriceBlock, Section, Source
from costcalc.pricebook.resolve import Pricebook, ResolvedModel

ENOUGH = 2  # catalogues that say the same: what one of them has alone is looked at, not taken
_MADE_OF = {"model-prices": "models.dev", "rates": "models.dev"}  # catalogues that have their figures from another one
_NOISE = Fraction(1, 10_000)  # what floating point and converted units leave of one price
Figure = tuple[str, str, str, int]  # service tier, mode, meter, above so many tokens of input
_NOTHING = PriceBlock(None, Section(), {}, NOWHERE)


@dataclass(frozen=True, slots=True)
class Said:
    """What one catalogue says a unit costs, since when (None: it does not say), and of whom it has that."""

    data: str
    read: date
    price: Fraction
    starts: date | None
    source: Source


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure on which we and others differ, or that we do not have."""

    figure: Figure
    ours: Fraction | None
    said: tuple[Said, ...]
    has_base: bool = True  # whether our list prices this very meter for the shortest requests, which come first

    @property
    def is_one_price(self) -> bool:
        return all(same(each.price, self.said[0].price) for each in self.said)

    @property
    def price(self) -> Fraction:
        """What is said of it, as the plainest of those writes it who say it first."""
        return min(
            (each.price for each in self.said if same(each.price, self.said[0].price)), key=lambda p: p.denominator
        )

    @property
    def agreed(self) -> Fraction | None:
        """The one price that enough catalogues name and none contradicts, as the plainest of them writes it."""
        names = {each.data.partition(" ")[0] for each in self.said}
        if len({_MADE_OF.get(name, name) for name in names}) < ENOUGH or not self.is_one_price:
            return None
        return self.price

    @property
    def is_disputed(self) -> bool:
        """Whether a person has to decide: catalogues differ, or one of them alone contradicts us."""
        return self.agreed is None and (self.ours is not None or not self.is_one_price)


@dataclass(frozen=True, slots=True)
class Subject:
    """A model of one of our lists, or one that the list lacks, and what others say of it."""

    book: Book
    model: str
    is_new: bool = False
    starts: date | None = None  # of a price that is announced for a later day
    findings: tuple[Finding, ...] = ()
    ended: tuple[tuple[str, Ended], ...] = ()  # by the catalogue that says so
    use: int = 0

    @property
    def taken(self) -> tuple[Finding, ...]:
        """The figures that may be taken over."""
        found = [each for each in self.findings if each.agreed is not None and not self._is_repeated(each)]
        if self.starts and found:  # an announcement: what belongs to it is taken with it
            found += [each for each in self.findings if len(each.said) == 1]
        open_ = {
            _part(each.figure) for each in self.findings if each not in found and each.ours is None and _is_whole(each)
        }
        based = {each.figure[:3] for each in found if not each.figure[3]}
        found = [each for each in found if each.has_base or each.figure[:3] in based]
        if self.is_new and any((tier, mode) == (STANDARD, "") for tier, mode, _ in open_):
            return ()
        kept = tuple(each for each in found if each.ours is not None or _part(each.figure) not in open_)
        is_priced = any(_part(each.figure) == (STANDARD, "", 0) and _is_whole(each) for each in kept)
        return kept if is_priced or not self.is_new else ()

    def _is_repeated(self, finding: Finding) -> bool:
        """Whether it is the price of the shortest requests again, at the lengths at which others have one."""
        tier, mode, meter, above = finding.figure
        shortest = next((each for each in self.findings if each.figure == (tier, mode, meter, 0)), None)
        return bool(above) and finding.ours is None and shortest is not None and shortest.agreed == finding.agreed

    @property
    def disputed(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.is_disputed and each not in self.taken)

    @property
    def end(self) -> Ended | None:
        """The end to be taken over: the day that all catalogues name which name one."""
        dated = [each for _, each in self.ended if each.day]
        return dated[0] if len({each.day for each in dated}) == 1 else None


@dataclass
class Survey:
    """Every list that we and others have, on one day."""

    pricebook: Pricebook
    others: Sequence[Imported]
    day: date
    decided: Sequence[Decision] = ()
    use: Callable[[str], int] = lambda name: 0
    agreed: int = 0  # figures that are ours as well
    explained: int = 0  # figures that are not ours for a reason that was decided
    used: set[Decision] = field(default_factory=set)

    def subjects(self, providers: Iterable[str] = ()) -> list[Subject]:
        """What differs, the most used first."""
        wanted = set(providers)
        found = [
            replace(subject, use=self.use(subject.model))
            for book in self.pricebook.all_books()
            if not wanted or book.provider in wanted
            for subject in _List(self, book).subjects()
        ]
        return sorted(found, key=lambda each: (-each.use, each.book.provider, each.book.region, each.model))

    def is_decided(self, said: Said, names: Iterable[str], figure: Figure) -> bool:
        tier, _, meter, above = figure
        for each in self.decided:
            if each.until >= self.day and each.covers(said.data, names, tier, meter, above):
                self.used.add(each)
                return True
        return False


class _List:
    """One list of ours beside the same list as others have it."""

    def __init__(self, survey: Survey, book: Book) -> None:
        self.survey, self.book = survey, book
        self.alone = Pricebook((book,))
        self.said: dict[tuple[str, date | None], dict[Figure, list[Said]]] = defaultdict(lambda: defaultdict(list))
        self.ours: dict[tuple[str, date | None], dict[Figure, Fraction | None]] = defaultdict(dict)
        self.own: dict[tuple[str, date | None], set[Figure]] = defaultdict(set)  # figures of ours of that very meter
        self.called: dict[str, set[str]] = defaultdict(set)  # our name, or theirs where we have none -> every name

    def subjects(self) -> Iterator[Subject]:
        place = (self.book.provider, self.book.region, self.book.currency)
        for imported in self.survey.others:
            for other in imported.books:
                if (other.provider, other.region, other.currency) == place:
                    self._hear(other, imported.origin)
        for (name, starts), figures in self.said.items():
            found = [self._finding(name, starts, figure, said) for figure, said in figures.items()]
            if kept := tuple(each for each in found if each):
                yield Subject(self.book, name, name not in self.book.models, starts, kept)
        yield from self._ends()

    def _hear(self, other: Book, origin: Origin) -> None:
        """All that one catalogue says of the list; of two names of one model the first counts."""
        heard = set()
        for model in other.models.values():
            meant = self._meant(model)
            name = meant or model.name
            self.called[name].update((name, model.name))
            if name not in heard:
                heard.add(name)
                for starts, block in _blocks(model, self.survey.day):
                    self._hear_block((name, starts), block, meant is not None, other, origin)

    def _hear_block(
        self, place: tuple[str, date | None], block: PriceBlock, is_known: bool, other: Book, origin: Origin
    ) -> None:
        name, starts = place
        ours = self._block(name, starts) if is_known else _NOTHING
        if ours is None or (is_known and bool(ours.schedule) != bool(block.schedule)):
            return
        if not is_known and self.book.schedules:
            return  # whether it follows the hours of its list is not said
        for each in beside(ours, block):
            figure = (each.tier, each.mode, each.meter, each.input_over)
            if each.is_own and each.ours is not None:
                self.own[place].add(figure)
            if (not each.theirs and each.ours != 0) or (each.meter == "reasoning_tokens" and ours.standard.thinking):
                continue  # 0 is free, or unknown; our list has the price of all output in thinking mode
            if (
                each.input_over
                and not each.is_own
                and each.theirs == priced(block, each.tier, each.mode, 0).get(each.meter)
            ):
                continue  # they have one price for every length, and we know a length only of its whole
            ours_read = self.book.sources.get(each.our_source)
            if not starts and ours_read and origin.read < (ours_read.first_day or date.min):
                continue  # ours was read later
            source = other.sources.get(each.source) or Source("", origin.url, f"{origin.read}", "secondary")
            self.ours[place][figure] = each.ours
            self.said[place][figure].append(Said(origin.name, origin.read, each.theirs, block.starts, source))

    def _meant(self, model: Model) -> str | None:
        """Our model that the other list's one is, by its name or an alias of it."""
        for name in (model.name, *model.aliases):
            found = self.alone.resolve(name, self.book.provider, self.book.region)
            if isinstance(found, ResolvedModel):
                return found.model
        return None

    def _block(self, name: str, starts: date | None) -> PriceBlock | None:
        return self.alone.block_on(self.book.provider, self.book.region, name, starts or self.survey.day).block

    def _finding(self, name: str, starts: date | None, figure: Figure, said: Sequence[Said]) -> Finding | None:
        """The figure, if somebody contradicts us and nobody decided why."""
        ours = self.ours[name, starts].get(figure)
        names = [f"{self.book.provider}/{each}" for each in self.called[name]]
        ours_too = [each for each in said if ours is not None and same(each.price, ours)]
        differ = [each for each in said if each not in ours_too]
        left = [each for each in differ if not self.survey.is_decided(each, names, figure)]
        self.survey.agreed += len(ours_too)
        self.survey.explained += len(differ) - len(left)
        has_base = not figure[3] or (*figure[:3], 0) in self.own[name, starts]
        return Finding(figure, ours, (*ours_too, *left), has_base) if left else None

    def _ends(self) -> Iterator[Subject]:
        """Models of ours without an end that enough catalogues call ended."""
        called: dict[str, dict[str, Ended]] = defaultdict(dict)
        for data, ended in ((each.origin.name, ended) for each in self.survey.others for ended in each.ended):
            model = self.book.models.get(ended.model)
            if model is None or (ended.provider, ended.region) != (self.book.provider, self.book.region):
                continue
            if not model.end and not model.redirects and not model.ending_on(self.survey.day):
                called[ended.model][data] = ended
        for name, by_data in called.items():
            if len(by_data) >= ENOUGH:
                yield Subject(self.book, name, ended=tuple(by_data.items()))


def _part(figure: Figure) -> tuple[str, str, int]:
    """The part of a block that a figure stands in: not taken over where one of its wholes is open."""
    tier, mode, _, above = figure
    return (tier, mode, above)


def _is_whole(finding: Finding) -> bool:
    return meters().by_name[finding.figure[2]].part_of is None


def same(first: Fraction, second: Fraction) -> bool:
    """Whether two figures are one price."""
    return abs(first - second) <= _NOISE * max(first, second)


def _blocks(model: Model, day: date) -> Iterator[tuple[date | None, PriceBlock]]:
    """What holds on the day, with None, and what begins later, with its first day."""
    blocks = [block for block in model.blocks if block.status not in NEVER_APPLIES]
    before = [block for block in blocks if block.starts is None or block.starts <= day]
    for block in [*before[-1:], *(each for each in blocks if each.starts and each.starts > day)]:
        if not block.withdrawn:
            yield (block.starts if block.starts and block.starts > day else None), block


def newest_reading(book: Book, block: PriceBlock) -> date:
    """The last day on which a source of the block was read; of a month, its first."""
    keys = {rate.source for section in block.sections() for rate in section.all_rates()} | {block.source}
    return max((day for key in keys if key in book.sources and (day := book.sources[key].first_day)), default=date.min)
