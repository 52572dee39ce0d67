"""The survey: what the price data of others says on a day, beside our books, figure by figure and name by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.importers.builder import Ended, Imported, Origin
from costcalc.pricebook.importers.decided import END, Decision
from costcalc.pricebook.importers.differences import beside, sections
from costcalc.pricebook.importers.figures import NOWHERE
from costcalc.pricebook.model import NEVER_APPLIES, STANDARD, Book, Model, PriceBlock, Section, Source
from costcalc.pricebook.resolve import Pricebook, ResolvedModel

ENOUGH = 2  # catalogues that say the same: what one of them has alone is looked at, not taken
_MADE_OF = {"model-prices": "models.dev", "rates": "models.dev"}  # catalogues that have their figures from another one
_NOISE = Fraction(1, 1_000)  # what floating point, converted units and a last digit leave of one price
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
    is_dated: bool = False  # whether `read` is the day of the data itself

    @property
    def maker(self) -> str:
        """The catalogue that has the figures, of one that takes them from it."""
        name = self.data.partition(" ")[0]
        return _MADE_OF.get(name, name)

    @property
    def seen(self) -> date | None:
        """The last day on which it is known to have held; None: no day is known."""
        return max(self.read, self.starts or self.read) if self.is_dated else self.starts

    @property
    def since(self) -> date | None:
        """The first day on which it is known to have held."""
        return self.starts or (self.read if self.is_dated else None)


@dataclass(frozen=True, slots=True)
class SurveyFinding:
    """A figure on which we and others differ, or that we do not have."""

    figure: Figure
    ours: Fraction | None
    said: tuple[Said, ...]
    has_base: bool = True  # whether our list prices this very meter for the shortest requests, which come first
    is_own: bool = True  # whether ours is a price of this very meter, not that of its whole
    decided: Said | None = None  # whose price a person took

    @property
    def voices(self) -> tuple[Said, ...]:
        """Those whose price stands; of none, all."""
        stands = self.decided or standing(self.said)
        return tuple(each for each in self.said if stands and same(each.price, stands.price)) or self.said

    @property
    def price(self) -> Fraction:
        """What is said of it, as the plainest of those writes it who say it first."""
        said = self.voices
        return min((each.price for each in said if same(each.price, said[0].price)), key=lambda p: p.denominator)

    @property
    def agreed(self) -> Fraction | None:
        """The price that a person took, or that stands by what catalogues say."""
        return self.price if self.decided or standing(self.said) else None

    @property
    def is_disputed(self) -> bool:
        """Whether a person has to decide: catalogues differ, or one of them alone contradicts us."""
        is_one_price = all(same(each.price, self.said[0].price) for each in self.said)
        return self.agreed is None and ((self.ours is not None and self.is_own) or not is_one_price)


@dataclass(frozen=True, slots=True)
class Subject:
    """A model of one of our lists, or one that the list lacks, and what others say of it."""

    book: Book
    model: str
    is_new: bool = False
    starts: date | None = None  # of a price that is announced for a later day
    findings: tuple[SurveyFinding, ...] = ()
    ended: tuple[tuple[str, Ended], ...] = ()  # by the catalogue that says so
    use: int = 0

    @property
    def taken(self) -> tuple[SurveyFinding, ...]:
        """The figures that may be taken over."""
        found = [each for each in self.findings if each.agreed is not None and not self._is_repeated(each)]
        if self.starts and found:  # an announcement: what belongs to it is taken with it
            found += [each for each in self.findings if len(each.said) == 1 and each not in found]
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

    def _is_repeated(self, finding: SurveyFinding) -> bool:
        """Whether it is the price of the shortest requests again, at the lengths at which others have one."""
        tier, mode, meter, above = finding.figure
        shortest = next((each for each in self.findings if each.figure == (tier, mode, meter, 0)), None)
        return bool(above) and finding.ours is None and shortest is not None and shortest.agreed == finding.agreed

    @property
    def disputed(self) -> tuple[SurveyFinding, ...]:
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
    explained: Counter[str] = field(default_factory=Counter)  # figures that are not ours, by the reason
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

    def decision(self, said: Said, names: Iterable[str], figure: Figure) -> Decision | None:
        tier, _, meter, above = figure
        found = (each for each in self.decided if each.until >= self.day)
        decision = next((each for each in found if each.covers(said.data, names, tier, meter, above)), None)
        if decision:
            self.used.add(decision)
        return decision

    def keeps(self, name: str) -> bool:
        """Whether a person decided that a model which others call ended stays, until somebody knows the day."""
        found = [
            each for each in self.decided if each.meters == END and each.until >= self.day and each.is_about([name])
        ]
        self.used.update(found)
        return bool(found)


class _List:
    """One list of ours beside the same list as others have it."""

    def __init__(self, survey: Survey, book: Book) -> None:
        self.survey, self.book = survey, book
        self.alone = Pricebook((book,))
        self.said: dict[tuple[str, date | None], dict[Figure, list[Said]]] = defaultdict(lambda: defaultdict(list))
        self.ours: dict[tuple[str, date | None], dict[Figure, Fraction | None]] = defaultdict(dict)
        self.own: dict[tuple[str, date | None], set[Figure]] = defaultdict(set)  # figures of ours of that very meter
        # What catalogues say that have one price for every length, by tier, mode and meter.
        self.flat: dict[tuple[str, date | None], dict[tuple[str, str, str], list[Said]]] = defaultdict(
            lambda: defaultdict(list)
        )
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
        """All that one catalogue says of the list; of two names of one model ours counts, else the first."""
        heard = set()
        for model in sorted(other.models.values(), key=lambda each: each.name not in self.book.models):
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
            ours_read = self.book.sources.get(each.our_source)
            source = other.sources.get(each.source) or Source("", origin.url, f"{origin.read}", "secondary")
            said = Said(origin.name, origin.read, each.theirs, block.starts, source, origin.is_dated)
            if (not each.theirs and each.ours != 0) or (each.meter == "reasoning_tokens" and ours.standard.thinking):
                continue  # 0 is free, or unknown; our list has the price of all output in thinking mode
            is_flat = not any(sections(block)[each.tier].all_bands())
            is_ours = each.ours is not None and same(each.ours, each.theirs)
            if is_flat and not each.input_over:
                self.flat[place][figure[:3]].append(said)
            if each.input_over and is_flat and not is_ours:
                self._explain(each.is_own, "one price for every length")
                continue  # whether it leaves lengths out, nobody knows
            if not starts and ours_read and origin.read < self._read(ours_read) and not is_ours:
                self._explain(each.is_own, "read before ours")
                continue
            self.ours[place][figure] = each.ours
            self.said[place][figure].append(said)

    def _read(self, source: Source) -> date:
        """The day on which a price of ours was read; of what only a catalogue without days says, none is known."""
        _, _, via = source.url.partition("[via ")
        names = {word.partition(" ")[0] for word in via.rstrip("]").split("; ")} if via else set()
        undated = {each.origin.name.partition(" ")[0] for each in self.survey.others if not each.origin.is_dated}
        return date.min if names and names <= undated else source.first_day or date.min

    def _explain(self, is_own: bool, why: str) -> None:
        """A figure that is not ours, where ours is a price of the very meter."""
        if is_own:
            self.survey.explained[why] += 1

    def _meant(self, model: Model) -> str | None:
        """Our model that the other list's one is, by its name or an alias of it."""
        for name in (model.name, *model.aliases):
            found = self.alone.resolve(name, self.book.provider, self.book.region)
            if isinstance(found, ResolvedModel):
                return found.model
        return None

    def _block(self, name: str, starts: date | None) -> PriceBlock | None:
        return self.alone.block_on(self.book.provider, self.book.region, name, starts or self.survey.day).block

    def _finding(self, name: str, starts: date | None, figure: Figure, said: Sequence[Said]) -> SurveyFinding | None:
        """The figure, if somebody contradicts us and neither a person nor what others say decides why."""
        place, survey = (name, starts), self.survey
        ours, is_own = self.ours[place].get(figure), figure in self.own[place]
        names = [f"{self.book.provider}/{each}" for each in self.called[name]]
        ours_too = [each for each in said if ours is not None and same(each.price, ours)]
        survey.agreed += len(ours_too)
        if figure[3] and ours == self.ours[place].get((*figure[:3], 0)):  # neither do we tell lengths apart
            ours_too += [each for each in self.flat[place][figure[:3]] if same(each.price, ours or Fraction(0))]
        left, taken = [], None
        for each in (each for each in said if each not in ours_too):
            decision = survey.decision(each, names, figure)
            if decision and decision.takes and decision.is_of(each.data):
                taken = taken or each
            if decision:
                self._explain(is_own, "decided")
            else:
                left.append(each)
        has_base = not figure[3] or (*figure[:3], 0) in self.own[place]
        if taken and (is_own or len({each.maker for each in said}) >= ENOUGH):
            return SurveyFinding(figure, ours, (taken,), has_base, is_own, taken)
        stands = standing((*ours_too, *left))
        if stands and ours is not None and same(stands.price, ours):
            for _ in left:
                self._explain(is_own, "outvoted")
            return None
        return SurveyFinding(figure, ours, (*ours_too, *left), has_base, is_own) if left else None

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
            if len(by_data) >= ENOUGH and not self.survey.keeps(f"{self.book.provider}/{name}"):
                yield Subject(self.book, name, ended=tuple(by_data.items()))


def standing(said: Sequence[Said]) -> Said | None:
    """Whose price stands of those that catalogues name for one figure: that of more catalogues than any other, one of
    them dated, unless another is known to have begun after it was last seen; or the one that began after all others
    were last seen. None: a person has to decide.
    """
    groups: list[list[Said]] = []
    for each in said:
        found = next((group for group in groups if same(group[0].price, each.price)), None)
        found.append(each) if found is not None else groups.append([each])
    if len({each.maker for each in said}) < ENOUGH:
        return None
    for group in groups:
        others = [each for other in groups if other is not group for each in other]
        votes = [len({each.maker for each in each_group}) for each_group in groups if each_group is not group]
        is_most = len({each.maker for each in group}) >= max(ENOUGH, *(each + 1 for each in votes), 0)
        seen = max((each.seen for each in group if each.seen), default=None)
        if is_most and (not others or (seen and not any(each.since and each.since > seen for each in others))):
            return group[0]
        began = max((each.starts for each in group if each.starts), default=None)
        if began and others and all(each.seen and each.seen < began for each in others):
            return group[0]
    return None


def _part(figure: Figure) -> tuple[str, str, int]:
    """The part of a block that a figure stands in: not taken over where one of its wholes is open."""
    tier, mode, _, above = figure
    return (tier, mode, above)


def _is_whole(finding: SurveyFinding) -> bool:
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
