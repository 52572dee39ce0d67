"""The update: what enough catalogues agree on, written into the books with source and day; the rest is for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import chain, count
from pathlib import Path

from costcalc.money import exact_text
from costcalc.pricebook.importers.builder import Imported, NotTaken
from costcalc.pricebook.importers.decided import Contradiction
from costcalc.pricebook.importers.edits import Edits
from costcalc.pricebook.importers.figures import NOWHERE, PER_MILLION, block_of, mode_and_labels
from costcalc.pricebook.importers.figures import ImportedPrice as Price
from costcalc.pricebook.importers.onto import DecisiveDays, add_onto, in_force
from costcalc.pricebook.importers.survey import Said, Subject, Survey, SurveyFinding, newest_reading
from costcalc.pricebook.model import Book, Model, PriceBlock, Source
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.write import source_line

_PER = {"requests": 1_000, "web_searches": 1_000}


@dataclass(frozen=True)
class Update:
    """What a run found, and the files as they are after it."""

    day: date
    others: Sequence[Imported]
    subjects: Sequence[Subject]  # the most used first
    agreed: int
    explained: Mapping[str, int]  # figures that are not ours, by the reason
    open: Sequence[Contradiction]
    news: frozenset[tuple[str, ...]]  # of the open ones, those that the last run did not have
    expired: Sequence[str]  # decisions that are believed no longer, or that nothing needs any more
    files: Mapping[Path, str] = field(default_factory=dict)
    refused: Sequence[NotTaken] = ()

    @property
    def changed(self) -> list[Subject]:
        return [each for each in self.subjects if each.taken and not each.is_new]

    @property
    def new(self) -> list[Subject]:
        return [each for each in self.subjects if each.taken and each.is_new]

    @property
    def ended(self) -> list[Subject]:
        return [each for each in self.subjects if each.ended]

    @property
    def alone(self) -> list[Subject]:
        """Names that one catalogue alone has."""
        return [each for each in self.subjects if each.is_new and not each.taken and not each.disputed]


def update(survey: Survey, providers: Sequence[str], before: Sequence[Contradiction]) -> Update:
    """What there is to do until nothing is left to do: what a round adds, the next one compares. Nothing is written."""
    report = _round(survey, providers, before, {})
    done: dict[Path, str] = {}
    subjects = list(report.subjects)
    while report.files != done:
        done = dict(report.files)
        books = [_as_written(book, done) for book in survey.pricebook.all_books()]
        survey = replace(survey, pricebook=Pricebook(tuple(books)), agreed=0, explained=Counter())
        report = _round(survey, providers, before, done)
        subjects = _both(subjects, report.subjects)
    return replace(report, subjects=subjects)


def _as_written(book: Book, files: Mapping[Path, str]) -> Book:
    text = files.get(Path(book.file))
    return parse_book(text, book.file) if text is not None else book


def _both(first: Sequence[Subject], later: Sequence[Subject]) -> list[Subject]:
    """What was done in earlier rounds and in a later one, and what the later one leaves to a person."""
    now = {(each.book.file, each.model, each.starts): each for each in later}
    found = []
    for each in first:
        again = now.pop((each.book.file, each.model, each.starts), None)
        more = again.findings if again else ()
        if each.taken or each.ended or again:
            found.append(replace(each, findings=(*each.taken, *more)))
    return [*found, *now.values()]


def _round(
    survey: Survey, providers: Sequence[str], before: Sequence[Contradiction], done: Mapping[Path, str]
) -> Update:
    """What there is to do beside what was done."""
    subjects = survey.subjects(providers)
    by_book: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.taken or subject.end:
            by_book.setdefault(subject.book.file, []).append(subject)
    files: dict[Path, str] = dict(done)
    refused: list[NotTaken] = []
    for file, found in by_book.items():
        text = done.get(Path(file)) or Path(file).read_bytes().decode("utf-8-sig")
        text, left = _with_prices(text, file, found, survey)
        files[Path(file)] = _with_ends(text, file, found, survey)
        refused += left
    known = {each.figures: each.since for each in before}
    left_open = [
        replace(each, since=known.get(each.figures, f"{survey.day}")) for subject in subjects for each in _open(subject)
    ]
    gone = [f"{each.models}: believed until {each.until}" for each in survey.decided if each.until < survey.day]
    idle = [f"{each.models}: nothing differs any more" for each in survey.decided if each not in survey.used]
    return Update(
        survey.day, survey.others, subjects, survey.agreed, survey.explained, left_open,
        frozenset(each.figures for each in left_open if each.figures not in known),
        [*gone, *([] if providers else idle)], files, refused,
    )  # fmt: skip


def _with_prices(text: str, file: str, subjects: Sequence[Subject], survey: Survey) -> tuple[str, list[NotTaken]]:
    """The file with what enough catalogues agree on: a block for another figure, and what a block lacks put into it."""
    book, sources, day = subjects[0].book, _Sources(subjects[0].book.sources), survey.day
    models: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.taken:
            models.setdefault(subject.model, []).append(subject)
    offered = {}
    for name, found in models.items():
        blocks = [_block(each, sources, day) for each in sorted(found, key=lambda each: each.starts or date.min)]
        is_host = all(model.resold for model in book.models.values())
        made_as = _made_as(name, survey.pricebook) if is_host else ""
        offered[name] = Model(name, tuple(blocks), NOWHERE, resold=is_host, made_as=made_as)
    if not offered:
        return text, []
    read = replace(book, models=offered, sources=sources.by_key, schedules={}, modifiers={})
    addition = add_onto(text, file, read, DecisiveDays(day, day, own=True, fills=True))
    return addition.text, [*addition.refused, *addition.passed_over]


def _block(subject: Subject, sources: _Sources, day: date) -> PriceBlock:
    """The figures of a model that are taken over, from the day that a catalogue gives, else from today on."""
    said = [each for finding in subject.taken for each in finding.voices]
    read = min(each.read for each in said)
    starts = subject.starts or (None if subject.is_new else _since(subject, said, day))
    prices = []
    for finding in subject.taken:
        tier, said_mode, meter, over = finding.figure
        mode, labels = mode_and_labels(said_mode)
        per = PER_MILLION if meter.endswith("_tokens") else _PER.get(meter, 1)
        prices.append(
            Price(meter, finding.price * per, per, tier, over, mode=mode, labels=labels, source=sources.of(finding))
        )
    block = block_of(prices, starts, read, source=prices[0].source)
    return replace(block, status="announced") if starts and starts > day else block


def _since(subject: Subject, said: Iterable[Said], day: date) -> date:
    """The day that a catalogue gives, if it lies after all days on which our price was seen; else today."""
    base = in_force(subject.book.models[subject.model], day)
    assert base
    seen = max(newest_reading(subject.book, base), base.observed or date.min, base.starts or date.min)
    return max((each.starts for each in said if each.starts and seen < each.starts <= day), default=day)


def _made_as(name: str, pricebook: Pricebook) -> str:
    """What its maker calls a model, as the book of another host says that sells it under the same name."""
    found = (book.models[name].made_as for book in pricebook.all_books() if name in book.models)
    return next((made_as for made_as in found if made_as), "")


class _Sources:
    """The sources of what is taken over, named by the first catalogue: the page that it names, and who agrees."""

    def __init__(self, known: Mapping[str, Source]) -> None:
        self.by_key = dict(known)

    def of(self, finding: SurveyFinding) -> str:
        said = finding.voices
        first = said[0]
        page, _, _ = first.source.url.partition(" [via ")
        via = [*dict.fromkeys(each.data for each in said), *(["decided"] if finding.decided else [])]
        url = f"{page} [via {'; '.join(via)}]"
        read = f"{min(each.read for each in said)}"
        known = next((key for key, source in self.by_key.items() if (source.url, source.read) == (url, read)), "")
        if not known:
            name = first.data.replace(" ", "-")
            names = chain([name], (f"{name}-{number}" for number in count(2)))
            known = next(key for key in names if key not in self.by_key)
            self.by_key[known] = Source(known, url, read, "secondary")
        return known


def _with_ends(text: str, file: str, subjects: Sequence[Subject], survey: Survey) -> str:
    """The file with the ends that catalogues agree on, each with who says so."""
    found = [subject for subject in subjects if subject.end]
    if not found:
        return text
    edits, sources = Edits(text, file), dict(parse_book(text, file).sources)
    known = set(sources)
    for subject in found:
        end, book = subject.end, subject.book
        assert end
        source = _who_ends(subject, survey, sources)
        lines = [f"retired: {end.day} [{source}]"]
        if end.successor in book.models and end.successor != subject.model:
            lines.append(f"successor: {end.successor}")
        edits.insert_in(subject.model, lines)
    edits.append_to("sources", [source_line(sources[key]) for key in sources if key not in known])
    parse_book(edits.text(), file)  # what is written can be read
    return edits.text()


def _who_ends(subject: Subject, survey: Survey, sources: dict[str, Source]) -> str:
    """The key of the source that gives the day; a new one is added to the sources."""
    dated = [name for name, each in subject.ended if each.day]
    others = [name for name, each in subject.ended if not each.day]
    also = f"; {' and '.join(others)} without a day" if others else ""
    origin = next(each.origin for each in survey.others if each.origin.name == dated[0])
    url = f"{origin.url} [dates of {' and '.join(dated)}{also}]"
    found = next((key for key, each in sources.items() if (each.url, each.read) == (url, f"{survey.day}")), "")
    if not found:
        key = f"ends-{'-'.join(name.partition(' ')[0] for name in (*dated, *others))}"
        found = f"{key}-{survey.day}" if key in sources else key
        sources[found] = Source(found, url, f"{survey.day}", "secondary")
    return found


def _open(subject: Subject) -> Iterable[Contradiction]:
    book = subject.book
    for finding in subject.disputed:
        tier, mode, meter, above = finding.figure
        said = "; ".join(f"{each.data}: {_text(meter, each.price)}" for each in finding.said)
        place = (book.provider, book.region, subject.model, tier, mode, meter, f"{above or ''}")
        yield Contradiction("", *place, _text(meter, finding.ours), said)


def _text(meter: str, price: Fraction | None) -> str:
    per = PER_MILLION if meter.endswith("_tokens") else 1
    return "" if price is None else exact_text(price * per, 12)
