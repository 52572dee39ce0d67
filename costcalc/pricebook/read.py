"""Reading pricebook files: strict, with a place for every problem, all problems of a file together."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from pathlib import Path

from costcalc.calendar import read_day, zone
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.pricebook.model import (
    Band,
    Book,
    Bounds,
    End,
    Model,
    Modifier,
    PriceBlock,
    Rate,
    Schedule,
    Section,
    Source,
    Window,
)
from costcalc.pricebook.selfhosted import read_self_hosted
from costcalc.pricebook.terms import TERM_KEYS, Terms, read_terms
from costcalc.problems import Place, nearest_names
from costcalc.yamldoc import Document, Map, Node, Scalar, Sequence, parse_yaml, read_yaml

UNITS = {"1": 1, "1K": 1_000, "1M": 1_000_000}
STATUSES = ("announced", "in_force", "cancelled", "superseded")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

BOOK_KEYS = ("provider", "names", "list_names", "region", "region_names", "default", "currency", "timezone", "source", "checked",
              "date_suffixes", "note", "sources", "schedules", "modifiers", "models")  # fmt: skip
MODEL_KEYS = ("made_as", "aliases", "resold", "redirects", "retired", "successor", "note", "prices")
BLOCK_WORDS = (
    "status",
    "schedule",
    "modifiers",
    "withdrawn",
    "note",
    "corrected",
    "locked_until",
    "service_tiers",
    "self_hosted",
)
NO_FIGURES = frozenset({"status", "schedule", "modifiers", "source", "note", "corrected", "locked_until", "observed"})
SECTION_WORDS = ("bands", "thinking", "off_peak", "all", "observed", "source")
BOUND_WORDS = ("input_above", "input_from", "input_up_to", "input_below",
                "output_above", "output_from", "output_up_to", "output_below")  # fmt: skip

SOURCE_KEYS = ("url", "read", "confidence")
SCHEDULE_KEYS = ("timezone", "peak_days", "peak_hours", "holidays", "note", "source")
MODIFIER_KEYS = ("where", "tokens", "observed", "note", "source")
MODIFIER_SHARE = re.compile(r"(\d[\d_]*(?:\.\d+)?)%", re.ASCII)
REQUIRED_KEYS = ("provider", "currency", "timezone", "models")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
TOKENS = re.compile(r"(\d[\d_]*)(?: tokens)?", re.ASCII)
RATE = re.compile(rf"([\d._]+) per ({'|'.join(UNITS)})(?: observed ([\d-]+))?(?: \[([\w.-]+)\])?")
SHARE = re.compile(r"([\d._]+)% of standard(?: \[([\w.-]+)\])?")
RETIRED = re.compile(r"([\d-]+)(?: \[([\w.-]+)\])?")
OBSERVED_KEY = "at least since "
HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def read_book(path: Path | str) -> Book:
    """The pricebook file. CostcalcError with every problem of the file."""
    return _BookReader(read_yaml(path)).book()


def parse_book(text: str, file: str = "<pricebook>") -> Book:
    """A pricebook from text."""
    return _BookReader(parse_yaml(text, file)).book()


def read_file(path: Path | str) -> tuple[Book | None, Terms]:
    """A file of your own: a pricebook, the terms of your contracts, or both. CostcalcError with all its problems."""
    return _BookReader(read_yaml(path)).file()


def parse_file(text: str, file: str = "<pricebook>") -> tuple[Book | None, Terms]:
    """A pricebook, terms, or both from text."""
    return _BookReader(parse_yaml(text, file)).file()


def read_rate(text: str) -> Rate:
    """`read_rate("3.00 per 1M")`, `read_rate("50% of standard")`; ValueError for anything else.

    A rate whose own start is unknown says since when it is known: `1.00 per 1M observed 2026-11-24`.
    """
    if share := SHARE.fullmatch(text):
        return Rate(read_number(share[1]) / 100, 1, share[2] or "", relative=True)
    match = RATE.fullmatch(text)
    if not match:
        raise ValueError(f"not a rate: {text!r}")
    observed = read_day(match[3]) if match[3] else None
    return Rate(read_number(match[1]), UNITS[match[2]], match[4] or "", observed=observed)


def terms_only(keys: Collection[str]) -> bool:
    """Whether a file with these keys holds no prices, but terms of contracts."""
    return any(key in TERM_KEYS for key in keys) and all(key in (*TERM_KEYS, "note") for key in keys)


class _BookReader:
    def __init__(self, document: Document) -> None:
        self.doc = document
        self.sources: dict[str, Source] = {}
        self.schedules: dict[str, Schedule] = {}
        self.modifiers: dict[str, Modifier] = {}
        self.currency = ""

    def file(self) -> tuple[Book | None, Terms]:
        root = self.doc.map_at(self.doc.root, "a pricebook")
        terms = read_terms(self.doc, root)
        if terms_only(root.entries):
            self.doc.check()
            return None, terms
        return self.book(), terms

    def book(self) -> Book:
        doc = self.doc
        root = doc.map_at(doc.root, "a pricebook", (*BOOK_KEYS, *TERM_KEYS))
        for required in REQUIRED_KEYS:
            if required not in root:
                doc.report(root, "missing-key", f'a pricebook needs the key "{required}"')
        self.sources = {key.text: self._source(key, node) for key, node in doc.map_at(root.get("sources"), "sources")}
        if (url := self._text(root, "source")) and not self.sources.get(url):
            self.sources["book"] = Source("book", url, self._text(root, "checked"))
        self.schedules = {
            key.text: self._schedule(key, node) for key, node in doc.map_at(root.get("schedules"), "schedules")
        }
        self.modifiers = {
            key.text: found
            for key, node in doc.map_at(root.get("modifiers"), "modifiers")
            if (found := self._modifier(key, node))
        }
        self.currency = self._currency(root)
        models = {key.text.lower(): self._model(key, node) for key, node in doc.map_at(root.get("models"), "models")}
        checked = doc.text_at(root.get("checked"), "checked")
        book = Book(
            provider=self._text(root, "provider").lower(),
            region=self._text(root, "region") or "global",
            currency=self.currency,
            timezone=self._zone(root.get("timezone")),
            models=models,
            file=doc.file,
            provider_names=tuple(name.text.lower() for name in doc.texts_at(root.get("names"), "names")),
            list_names=tuple(name.text.lower() for name in doc.texts_at(root.get("list_names"), "list_names")),
            region_names=tuple(name.text.lower() for name in doc.texts_at(root.get("region_names"), "region_names")),
            is_default=self._flag(root, "default"),
            checked=self._day(checked) if checked else None,
            sources=self.sources,
            schedules=self.schedules,
            modifiers=self.modifiers,
            date_suffixes="date_suffixes" not in root or self._flag(root, "date_suffixes"),
            note=self._text(root, "note"),
        )
        self._check_redirects(models, root)
        self._check_names(doc.map_at(root.get("models"), "models"))
        doc.check()
        return book

    def _source(self, key: Scalar, node: Node) -> Source:
        entry = self.doc.map_at(node, f'the source "{key.text}"', SOURCE_KEYS)
        return Source(key.text, self._text(entry, "url"), self._text(entry, "read"), self._text(entry, "confidence"))

    def _schedule(self, key: Scalar, node: Node) -> Schedule:
        entry = self.doc.map_at(node, f'the schedule "{key.text}"', SCHEDULE_KEYS)
        weekdays = self._weekdays(entry.get("peak_days"))
        windows = []
        for hours in self.doc.texts_at(entry.get("peak_hours"), "peak_hours"):
            match = HOURS.fullmatch(hours.text)
            if not match:
                self.doc.report(hours, "bad-hours", f'"{hours.text}" are not hours', expected="09:00-12:00")
                continue
            opens, closes = (time(int(match[i]) % 24, int(match[i + 1])) for i in (1, 3))
            if closes != time() and closes <= opens:
                self.doc.report(hours, "bad-hours", f'"{hours.text}" ends before it begins', remedy="split it at 24:00")
            windows.append(Window(weekdays, opens, closes))
        return Schedule(
            key.text, self._zone(entry.get("timezone")), tuple(windows), self._text(entry, "holidays") or None
        )

    def _modifier(self, key: Scalar, node: Node) -> Modifier | None:
        """`{where: {inference_geo: us}, tokens: 110%}`."""
        doc, what = self.doc, f'the modifier "{key.text}"'
        entry = doc.map_at(node, what, MODIFIER_KEYS)
        labels = [*doc.map_at(entry.get("where"), "where")]
        written = doc.text_at(entry.get("tokens"), "tokens")
        share = MODIFIER_SHARE.fullmatch(written.text) if written else None
        value = doc.text_at(labels[0][1], labels[0][0].text) if len(labels) == 1 else None
        if value is None:
            doc.report(
                key, "bad-modifier", f"{what} is for one label of the log", expected="where: {inference_geo: us}"
            )
        if share is None:
            doc.report(
                written or key, "bad-modifier", f"{what} does not say what its requests cost",
                expected="tokens: 110%, of every token's price",
            )  # fmt: skip
        if value is None or share is None:
            return None
        source = self._source_key(entry.get("source")) if "source" in entry else self._default_source()
        observed = doc.text_at(entry.get("observed"), "observed")
        return Modifier(
            key.text, labels[0][0].text.lower(), value.text.strip().lower(), read_number(share[1]) / 100, source,
            self._day(observed) if observed else None,
        )  # fmt: skip

    def _weekdays(self, node: Node | None) -> frozenset[int]:
        """`Mon-Fri`, `Sat`, or a list of them; every day where nothing is said."""
        found: set[int] = set()
        for text in self.doc.texts_at(node, "peak_days"):
            first, _, last = text.text.partition("-")
            if first not in WEEKDAYS or (last and last not in WEEKDAYS):
                self.doc.report(text, "bad-weekday", f'"{text.text}" are not weekdays', expected="Mon-Fri, or Sat")
                continue
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
            found.update(range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)])
        return frozenset(found) if node is not None else frozenset(range(7))

    def _model(self, key: Scalar, node: Node) -> Model:
        doc = self.doc
        entry = doc.map_at(node, f'the model "{key.text}"', MODEL_KEYS)
        blocks = [self._block(day, block) for day, block in doc.map_at(entry.get("prices"), "prices")]
        if not blocks and "redirects" not in entry:
            doc.report(key, "no-prices", f'the model "{key.text}" has no prices')
        redirects = {}
        for day, target in doc.map_at(entry.get("redirects"), "redirects"):
            if (start := self._day(day)) and isinstance(target, Scalar):
                redirects[start] = target.text.lower()
        blocks.sort(key=lambda block: block.starts or date.min)
        if sum(block.observed is not None for block in blocks) > 1:
            doc.report(key, "two-open-starts", f'the model "{key.text}" has two blocks whose start is unknown')
        return Model(
            key.text.lower(),
            tuple(blocks),
            key.place,
            tuple(alias.text.lower() for alias in doc.texts_at(entry.get("aliases"), "aliases")),
            self._flag(entry, "resold"),
            redirects,
            self._text(entry, "note"),
            self._end(entry),
            self._made_as(entry),
        )

    def _end(self, entry: Map) -> End | None:
        """`retired: 2027-01-14 [litellm]`: the first day without it, and who says so."""
        text, successor = self.doc.text_at(entry.get("retired"), "retired"), self._text(entry, "successor").lower()
        if text is None:
            if successor:
                self.doc.report(
                    entry.key("successor"), "successor-without-end", "a model that stays has no successor",
                    expected="retired: 2027-01-14, the first day without it",
                )  # fmt: skip
            return None
        match = RETIRED.fullmatch(text.text)
        day = self._day(Scalar(match[1], text.place)) if match else None
        if not match:
            self.doc.report(
                text, "bad-date", f'"{text.text}" is not a date',
                expected="2027-01-14, the first day without it; behind it the source in brackets",
            )  # fmt: skip
        if day is None or match is None:
            return None
        source = match[2] or self._default_source()
        if source and source not in self.sources:
            self.doc.report(
                text, "unknown-source", f'no source is called "{source}"', remedy="declare it under sources"
            )
        return End(day, successor, source)

    def _made_as(self, entry: Map) -> str:
        text = self.doc.text_at(entry.get("made_as"), "made_as")
        if text and not all(text.text.partition("/")[::2]):
            self.doc.report(text, "bad-maker", f'"{text.text}" does not say who made it', expected="qwen/qwen3-32b")
        return text.text.lower() if text else ""

    def _block(self, key: Scalar, node: Node) -> PriceBlock:
        doc = self.doc
        observed = None
        if key.text.startswith(OBSERVED_KEY):
            place = Place(key.place.file, key.place.line, key.place.column + len(OBSERVED_KEY))
            starts, observed = None, self._day(Scalar(key.text.removeprefix(OBSERVED_KEY), place))
        else:
            starts = self._day(key)
        entry = doc.map_at(node, f"the block of {key.text}")
        source = self._text(entry, "source") or self._default_source()
        status = doc.text_at(entry.get("status"), "status")
        if status and status.text not in STATUSES:
            doc.report(status, "unknown-status", f'no status is called "{status.text}"', expected=", ".join(STATUSES))
        schedule = doc.text_at(entry.get("schedule"), "schedule")
        if schedule and schedule.text not in self.schedules:
            doc.report(
                schedule,
                "unknown-schedule",
                f'no schedule is called "{schedule.text}"',
                nearest=nearest_names(schedule.text, self.schedules),
                remedy="declare it under schedules",
            )
        tiers = {
            name.text: self._section(tier, f"the service tier {name.text}", source, ())
            for name, tier in doc.map_at(entry.get("service_tiers"), "service_tiers")
        }
        standard = self._section(entry, "a price block", source, BLOCK_WORDS)
        self._check_block(key, entry, standard, schedule is not None)
        facts_node = entry.get("self_hosted")
        facts = read_self_hosted(doc, facts_node, self.currency) if facts_node is not None else None
        if facts:
            derived = {meter: Rate(facts.per_million(meter), UNITS["1M"], source) for meter in facts.per_second}
            for meter in derived.keys() & standard.rates.keys():
                doc.report(
                    entry.key(meter), "priced-twice", f"the price of {meter} follows from self_hosted",
                    remedy="keep one of them",
                )  # fmt: skip
            standard = replace(standard, rates={**derived, **standard.rates})
        return PriceBlock(
            starts,
            standard,
            tiers,
            key.place,
            observed,
            status.text if status else "in_force",
            schedule.text if schedule else None,
            self._text(entry, "withdrawn"),
            source,
            self._text(entry, "note"),
            self._text(entry, "corrected"),
            self._day(locked) if (locked := doc.text_at(entry.get("locked_until"), "locked_until")) else None,
            facts,
            self._modifiers_of(entry),
        )

    def _modifiers_of(self, entry: Map) -> tuple[str, ...]:
        texts = self.doc.texts_at(entry.get("modifiers"), "modifiers")
        for text in texts:
            if text.text not in self.modifiers:
                self.doc.report(
                    text, "unknown-modifier", f'no modifier is called "{text.text}"',
                    nearest=nearest_names(text.text, self.modifiers), remedy="declare it under modifiers",
                )  # fmt: skip
        return tuple(text.text for text in texts)

    def _check_block(self, key: Scalar, entry: Map, standard: Section, scheduled: bool) -> None:
        doc = self.doc
        if not entry.entries.keys() - NO_FIGURES:
            doc.report(key, "empty-block", f"the block of {key.text} has no price", remedy="or write withdrawn: why")
        rates = [*standard.rates.values(), *(rate for band in standard.bands for rate in band.rates.values())]
        if standard.share is not None or any(rate.relative for rate in rates):
            doc.report(
                key, "share-of-itself", f"the block of {key.text} is priced as a share of itself",
                expected="a share of standard only under service_tiers, thinking or off_peak",
            )  # fmt: skip
        if standard.off_peak is not None and not scheduled:
            doc.report(
                entry.key("off_peak"), "off-peak-without-schedule", "nothing says when these off-peak prices hold",
                remedy="name a schedule of the block, and declare it under schedules",
            )  # fmt: skip

    def _section(self, node: Node, what: str, source: str, other_words: tuple[str, ...]) -> Section:
        doc = self.doc
        entry = doc.map_at(node, what)
        source = self._source_key(entry.get("source")) if "source" in entry else source
        observed = doc.text_at(entry.get("observed"), "observed")
        share = doc.text_at(entry.get("all"), "all")
        bands_node = entry.get("bands")
        bands = tuple(self._band(band, source) for band in bands_node) if isinstance(bands_node, Sequence) else ()
        if bands_node is not None and not isinstance(bands_node, Sequence):
            doc.report(bands_node, "wrong-shape", "bands is not a list", expected="- {input_up_to: 32_000, …}")
        inner = {
            word: self._section(child, word, source, ()) if (child := entry.get(word)) is not None else None
            for word in ("thinking", "off_peak")
        }
        self._check_overlaps(entry, bands, bands_node)
        return Section(
            self._rates(entry, source, (*SECTION_WORDS, *other_words)),
            bands,
            inner["thinking"],
            inner["off_peak"],
            self._share(share) if share else None,
            self._day(observed) if observed else None,
        )

    def _share(self, text: Scalar) -> Fraction | None:
        try:
            rate = read_rate(text.text)
        except ValueError:
            rate = None
        if rate is None or not rate.relative:
            self.doc.report(text, "bad-share", f'"{text.text}" is not a share', expected="50% of standard")
            return None
        return rate.price

    def _band(self, node: Node, source: str) -> Band:
        entry = self.doc.map_at(node, "a band")
        if not any(word in entry for word in BOUND_WORDS):
            self.doc.report(node, "band-without-bound", "a band needs a bound", expected=", ".join(BOUND_WORDS))
        lengths = {word: self._tokens(entry.get(word)) for word in BOUND_WORDS if word in entry}
        bounds = Bounds(
            lengths.get("input_above", lengths.get("input_from", 1) - 1),
            lengths.get("input_up_to", lengths["input_below"] - 1 if "input_below" in lengths else None),
            lengths.get("output_above", lengths.get("output_from", 1) - 1),
            lengths.get("output_up_to", lengths["output_below"] - 1 if "output_below" in lengths else None),
        )
        pairs = ((bounds.input_over, bounds.input_up_to), (bounds.output_over, bounds.output_up_to))
        if any(upper is not None and upper <= lower for lower, upper in pairs):
            self.doc.report(node, "empty-band", "no request is that long: the upper bound is not above the lower one")
        return Band(bounds, self._rates(entry, source, BOUND_WORDS))

    def _rates(self, entry: Map, source: str, words: tuple[str, ...]) -> Mapping[str, Rate]:
        known = meters().by_name
        rates = {}
        for key, node in entry:
            if key.text in words:
                continue
            if key.text not in known:
                self.doc.report(
                    key,
                    "unknown-meter",
                    f'no meter is called "{key.text}"',
                    nearest=nearest_names(key.text, [*known, *words]),
                    remedy="correct the name, or declare the meter in meters.yaml",
                )
            elif rate := self._rate(node, source):
                rates[key.text] = rate
        return rates

    def _rate(self, node: Node, source: str) -> Rate | None:
        text = self.doc.text_at(node, "a rate")
        if text is None:
            return None
        try:
            rate = read_rate(text.text)
        except ValueError:
            self.doc.report(
                text,
                "bad-rate",
                f'"{text.text}" is not a rate',
                expected="3.00 per 1M (or per 1K, per 1), or 50% of standard; at its end the source in brackets",
                remedy="write the price with its unit; a price is never negative",
            )
            return None
        if rate.source and rate.source not in self.sources:
            self.doc.report(
                text, "unknown-source", f'no source is called "{rate.source}"', remedy="declare it under sources"
            )
        return rate if rate.source else replace(rate, source=source)

    def _check_overlaps(self, entry: Map, bands: tuple[Band, ...], node: Node | None) -> None:
        """Two bands that hold for one length must not price the same meter."""
        for index, first in enumerate(bands):
            for second in bands[index + 1 :]:
                shared = first.rates.keys() & second.rates.keys()
                if shared and _overlap(first.bounds, second.bounds) and isinstance(node, Sequence):
                    self.doc.report(
                        node.items[bands.index(second)],
                        "overlapping-bands",
                        f"two bands price {min(shared)} for the same length",
                        remedy="write both ends of each band: above is exclusive, up_to is inclusive",
                    )

    def _check_redirects(self, models: Mapping[str, Model], root: Map) -> None:
        for model in models.values():
            for target in model.redirects.values():
                if target not in models:
                    self.doc.report(
                        model.place, "unknown-redirect", f'"{model.name}" is redirected to "{target}", which is not here',
                        nearest=nearest_names(target, models),
                    )  # fmt: skip
            if model.end and model.end.successor and model.end.successor not in models:
                self.doc.report(
                    model.place, "unknown-successor", f'"{model.name}" is succeeded by "{model.end.successor}", which is not here',
                    nearest=nearest_names(model.end.successor, models),
                )  # fmt: skip

    def _check_names(self, models: Map) -> None:
        """One name must not mean two models of a book."""
        meant = {key.text.lower(): key.text for key, _ in models}
        for key, node in models:
            for alias in self.doc.texts_at(node.get("aliases"), "aliases") if isinstance(node, Map) else ():
                other = meant.setdefault(alias.text.lower(), key.text)
                if other != key.text:
                    self.doc.report(
                        alias, "name-twice", f'"{alias.text}" already means the model "{other}"', remedy="keep one"
                    )

    def _tokens(self, node: Node | None) -> int:
        text = self.doc.text_at(node, "a bound")
        match = TOKENS.fullmatch(text.text) if text else None
        if text and not match:
            self.doc.report(text, "bad-bound", f'"{text.text}" is not a number of tokens', expected="200_000")
        return int(match[1]) if match else 1

    def _default_source(self) -> str:
        return "book" if "book" in self.sources else ""

    def _source_key(self, node: Node | None) -> str:
        text = self.doc.text_at(node, "source")
        if text is None:
            return self._default_source()
        if text.text not in self.sources:
            self.doc.report(
                text,
                "unknown-source",
                f'no source is called "{text.text}"',
                nearest=nearest_names(text.text, self.sources),
                remedy="declare it under sources",
            )
        return text.text

    def _currency(self, root: Map) -> str:
        text = self.doc.text_at(root.get("currency"), "currency")
        if text and not CURRENCY.fullmatch(text.text):
            self.doc.report(text, "bad-currency", f'"{text.text}" is not a currency', expected="an ISO 4217 code: USD")
        return text.text if text else ""

    def _zone(self, node: Node | None) -> str:
        text = self.doc.text_at(node, "timezone")
        if text is None:
            return "UTC"
        try:
            zone(text.text)
        except ValueError:
            self.doc.report(text, "unknown-zone", f'no time zone is called "{text.text}"', expected="Asia/Shanghai")
        return text.text

    def _day(self, text: Scalar) -> date | None:
        try:
            return read_day(text.text)
        except ValueError:
            self.doc.report(
                text, "bad-date", f'"{text.text}" is not a date',
                expected="2026-04-18, or: at least since 2026-04-18 (where the start is unknown)",
            )  # fmt: skip
            return None

    def _text(self, entry: Map, key: str) -> str:
        text = self.doc.text_at(entry.get(key), key)
        return text.text if text else ""

    def _flag(self, entry: Map, key: str) -> bool:
        text = self.doc.text_at(entry.get(key), key)
        if text and text.text not in ("true", "false"):
            self.doc.report(text, "bad-flag", f'"{text.text}" is neither true nor false')
        return text is not None and text.text == "true"


def _overlap(first: Bounds, second: Bounds) -> bool:
    return all(
        low < (high if high is not None else 10**18)
        for low, high in (
            (max(first.input_over, second.input_over), _lower(first.input_up_to, second.input_up_to)),
            (max(first.output_over, second.output_over), _lower(first.output_up_to, second.output_up_to)),
        )
    )


def _lower(first: int | None, second: int | None) -> int | None:
    known = [bound for bound in (first, second) if bound is not None]
    return min(known) if known else None
