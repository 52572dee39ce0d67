"""Checks of one book: what a reader of YAML cannot see, because each figure alone is well formed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.money import exact_text
from costcalc.pricebook.model import Book, Bounds
from costcalc.problems import Problem
from costcalc.reports.prices.family import Families
from costcalc.reports.prices.figures import BlockSection, RateText, figures_of, parts_of
from costcalc.reports.prices.rates import per_units
from costcalc.yamldoc import Document, Map, Node, Scalar, line_of

_CACHED = (("cache_read_tokens", "input_tokens"), ("cache_read_explicit_tokens", "input_tokens"))
_CHEAPER_TIERS = ("batch", "flex")
_DEARER_TIERS = ("priority", "fast", "ultrafast")
_MAIN = ("input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A problem; a warning may be true, and somebody should look."""

    problem: Problem
    is_error: bool = True


def check_book(book: Book, document: Document, families: Families) -> Iterator[LintFinding]:
    """Everything that is wrong or doubtful in a book that can be read; with machines of one's own a meter may well be free."""
    yield from _check_sources(book, document)
    yield from _check_currency(book, document)
    for part in parts_of(book, document):
        figures = list(figures_of(part))
        is_free = part.block.self_hosted is not None or all(
            not rate.price for section in part.block.sections() for rate in section.all_rates()
        )
        for figure in figures:
            yield from _check_figure(figure, document, families, is_free)
        yield from _check_source(part, figures, document)
        yield from _check_gaps(part, figures, document)
        yield from _check_cached(figures, document)
        yield from _check_tier(part, figures, document)
        yield from _check_rise(part, figures, document)


def _check_figure(figure: RateText, document: Document, families: Families, is_free: bool) -> Iterator[LintFinding]:
    if not figure.rate.price and not is_free:
        yield _found(
            figure.text, document, "price-of-zero", f"{figure.meter} costs nothing", is_error=False,
            remedy="zero means free; leave the meter out where its price is not known",
        )  # fmt: skip
    if slip := slip_problem(figure, document, families):
        yield LintFinding(slip)


def slip_problem(figure: RateText, document: Document, families: Families) -> Problem | None:
    """A figure so far off what its meter costs that its unit is wrong."""
    slip = families.slip(figure)
    if slip is None:
        return None
    middle, whose = slip
    per = per_units(figure.meter)
    times = figure.of_one / middle
    off = f"{int(times):,} times" if times > 1 else f"one {int(1 / times):,}th of"
    return _found(
        figure.text, document, "unit-slip", f'"{figure.text}" is {off} the median of {whose}',
        expected=f"something like {exact_text(middle * per, 6)} per {_units(per)}",
        remedy="check the unit: per 1M, per 1K or per 1; if it is right, say so in the block: corrected: WHY",
    ).problem  # fmt: skip


def _check_source(part: BlockSection, figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    without = [figure for figure in figures if not figure.rate.source]
    if without:
        meters = ", ".join(dict.fromkeys(figure.meter for figure in without))
        yield _found(
            without[0].text, document, "missing-source", f"no source says so: {meters}",
            remedy="name a source of the block, or one of the book: source: https://…",
        )  # fmt: skip


def _check_sources(book: Book, document: Document) -> Iterator[LintFinding]:
    root = document.root
    assert isinstance(root, Map)
    written = root.get("sources")
    for key, _ in written if isinstance(written, Map) else ():
        if not book.sources[key.text].url:
            yield _found(key, document, "source-without-url", f'the source "{key.text}" does not say where it is read')


def _check_currency(book: Book, document: Document) -> Iterator[LintFinding]:
    """Mainland lists are in CNY, all others are not; a region that names its currency is what it says."""
    if book.currency.lower() in book.region.split("-"):
        return
    is_mainland = book.region == "cn" or book.region.startswith("cn-")
    if is_mainland == (book.currency == "CNY"):
        return
    root = document.root
    node = root.get("currency") if isinstance(root, Map) else None
    yield _found(
        node or root, document, "currency-unlike-region", f"a list in {book.currency} for the region {book.region}",
        is_error=False, expected="CNY" if is_mainland else "no CNY outside the mainland",
        remedy=f"if it is so, name it in the region: {book.region}-{book.currency.lower()}",
    )  # fmt: skip


def _check_gaps(part: BlockSection, figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    """A length without a price between two that have one."""
    by_meter: dict[str, list[Bounds]] = {}
    for figure in figures:
        if figure.meter not in part.section.rates and not figure.bounds.labels:
            by_meter.setdefault(figure.meter, []).append(figure.bounds)
    node = part.node.get("bands")
    gaps: dict[str, list[str]] = {}
    for meter, bounds in by_meter.items():
        if gap := _gap(bounds):
            gaps.setdefault(gap, []).append(meter)
    for gap, names in gaps.items():
        if node:
            yield _found(
                node, document, "band-gap", f"no price for {gap}, but one above: {', '.join(names)}",
                remedy="write both ends of each band: above is exclusive, up_to is inclusive",
            )  # fmt: skip


def _gap(bounds: Sequence[Bounds]) -> str:
    inputs = sorted({0, *(cut for each in bounds for cut in (each.input_over, each.input_up_to) if cut)})
    outputs = sorted({0, *(cut for each in bounds for cut in (each.output_over, each.output_up_to) if cut)})
    for here in inputs:
        for there in outputs:
            if any(each.holds(here, there) for each in bounds):
                continue
            if any(each.input_over > here or (each.input_over >= here and each.output_over > there) for each in bounds):
                longer = f"requests of just over {here:,} input tokens" if here else "the shortest requests"
                return longer + (f" and over {there:,} output tokens" if there else "")
    return ""


def _check_cached(figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    by_place = {(figure.meter, figure.bounds): figure for figure in figures}
    for cached, whole in _CACHED:
        for (meter, bounds), figure in by_place.items():
            full = by_place.get((whole, bounds))
            if meter == cached and full and figure.rate.relative == full.rate.relative and figure.of_one > full.of_one:
                yield _found(
                    figure.text, document, "cached-dearer", f'{cached} at "{figure.text}" is dearer than {whole}',
                    expected=f"less than {full.text}",
                )  # fmt: skip


def _check_tier(part: BlockSection, figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    """Tiers that are sold as cheaper, and tiers that price only half of a request."""
    standard = part.block.standard
    if part.section is standard or part.mode:
        return
    present = {figure.meter for figure in figures}
    usual = {*standard.rates, *(meter for band in standard.bands for meter in band.rates)} & {
        "input_tokens",
        "output_tokens",
    }
    missing = sorted(usual - present)
    if part.section.share is None and missing and present & usual:
        yield _found(
            figures[0].text, document, "tier-without-meter", f"the tier {part.tier} has no price for {missing[0]}, the standard one has",
            is_error=False, remedy="such requests stay unpriced: add the price, or write 100% of standard",
        )  # fmt: skip
    if part.tier in _DEARER_TIERS:
        yield from _check_dearer(part, figures, document)
    if part.tier not in _CHEAPER_TIERS:
        return
    if part.section.share is not None and part.section.share > 1:
        yield _found(part.node.key("all"), document, "batch-dearer", f"the tier {part.tier} is dearer than standard")
    for figure in figures:
        full = _standard_rate(part, figure)
        if (figure.rate.relative and figure.rate.price > 1) or (full is not None and figure.of_one > full):
            yield _found(
                figure.text, document, "batch-dearer", f'{figure.meter} at "{figure.text}" is dearer in the tier {part.tier} than standard',
                remedy="check which of the two is the standard price",
            )  # fmt: skip


def _check_dearer(part: BlockSection, figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    """Tiers that are paid more for, and cost less; not one that is known only since another block holds."""
    position = part.model.blocks.index(part.block)
    following = part.model.blocks[position + 1].starts if position + 1 < len(part.model.blocks) else None
    if part.section.share is not None and part.section.share < 1:
        yield _found(
            part.node.key("all"), document, "priority-cheaper", f"the tier {part.tier} is cheaper than standard",
            is_error=False, remedy="check which of the two is the standard price",
        )  # fmt: skip
    for figure in figures:
        known, full = figure.rate.observed or part.section.observed, _standard_rate(part, figure)
        if following and known and known >= following:
            continue
        if (figure.rate.relative and figure.rate.price < 1) or (full is not None and figure.of_one < full):
            yield _found(
                figure.text, document, "priority-cheaper",
                f'{figure.meter} at "{figure.text}" is cheaper in the tier {part.tier} than standard', is_error=False,
                remedy="check which of the two is the standard price, and whether both are of one day",
            )  # fmt: skip


def _check_rise(part: BlockSection, figures: Sequence[RateText], document: Document) -> Iterator[LintFinding]:
    """A standard price that moved, and a tier that stayed where it was: its new figures were not read, or forgotten."""
    position = part.model.blocks.index(part.block)
    before = part.model.blocks[position - 1] if position else None
    if part.section is part.block.standard or part.mode or before is None or part.tier not in before.service_tiers:
        return
    was, then, now = before.service_tiers[part.tier], before.standard, part.block.standard
    if part.section.share is not None or was.share is not None or part.block.note or part.block.corrected:
        return
    if was.observed and part.block.starts and was.observed >= part.block.starts:
        return  # what the tier cost before is an estimate
    place = (part.section.bands or now.bands)[0].bounds.input_over if part.section.bands or now.bands else 0
    rates = [section.rates_for(place, 0) for section in (then, now, was, part.section)]
    if not all(meter in each and not each[meter].relative for each in rates for meter in _MAIN):
        return
    costs = [tuple(each[meter].price / each[meter].per_units for meter in _MAIN) for each in rates]
    if all(one != other for one, other in zip(costs[0], costs[1], strict=True)) and costs[2] == costs[3]:
        yield _found(
            figures[0].text if figures else part.node, document, "rise-without-tier", f"the standard price moves here, that of the tier {part.tier} does not",
            is_error=False, remedy="a tier moves with its standard price: correct it, or say in a note of the block why it stays",
        )  # fmt: skip


def _standard_rate(part: BlockSection, figure: RateText) -> Fraction | None:
    if figure.rate.relative:
        return None
    rate = part.block.standard.rates_for(figure.bounds.input_over, figure.bounds.output_over).get(figure.meter)
    return rate.price / rate.per_units if rate else None


def _units(count: int) -> str:
    return {1_000_000: "1M", 1_000: "1K"}.get(count, str(count))


def _found(
    node: Node,
    document: Document,
    code: str,
    message: str,
    *,
    is_error: bool = True,
    expected: str = "",
    remedy: str = "",
) -> LintFinding:
    width = len(node.text) if isinstance(node, Scalar) else 1
    excerpt = line_of(document.text, node.place.line)
    return LintFinding(Problem(code, message, node.place, excerpt, width, expected, (), remedy), is_error)
