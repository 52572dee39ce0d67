"""Phrases of an explanation: what a step does, since when a price holds, which band it is and why."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.meters import meters
from costcalc.money import minor_digits, round_half_up
from costcalc.pricebook.model import STANDARD, Bounds, Source
from costcalc.problems import Place
from costcalc.rating.model import RateUsed
from costcalc.render.header import change_text
from costcalc.render.prices.words import file_text, label_of, length_text, schedule_text
from costcalc.render.words import count_text, counted, day_text, decimal_text, month_text, plain_percent, price_text
from costcalc.reports.chain import ChainStep
from costcalc.reports.explanation import Leaf, LogName, PriceUsed
from costcalc.reports.prices.rates import per_units

_DIGITS = 6  # of an amount below one unit of its currency, and of a factor
_SIZES = {1_000_000: "1M", 1_000: "1K"}
BANDS = {
    "request": "by the length of each request",
    "stated": "as the export states it",
    "mean": "by the mean length of the rows: Estimate",
    "unknown": "the lowest, the rows do not say of how many requests: Estimate",
    "none": "the lowest, the rows state no tokens",
}
STATED = {
    "billed": "billed by the provider",
    "computed": "computed by a gateway",
    "estimated": "estimated by a tool",
}
_HOW = {
    "alias": "a name that the book gives",
    "pattern": "by a pattern of the book",
    "date suffix": "a dated snapshot",
    "latest": "its newest snapshot",
}
_LISTS = {"default": " (default)", "chosen": " (--region)", "stated": " (as the log says)", "only list": ""}


def number_text(count: Fraction) -> str:
    """`3,230,111,111`, `12.5`: whole counts in full, shared ones with their decimals."""
    return count_text(count) if count.denominator == 1 else price_text(count)


def running_text(amount: Fraction, currency: str) -> str:
    """What a chain comes to so far: to the smallest coin, below one unit with more digits."""
    digits = minor_digits(currency)
    if 0 < abs(amount) < 1:
        digits = max(digits, _DIGITS)
    return decimal_text(round_half_up(amount, digits))


def factor_text(factor: Fraction) -> str:
    """`1.34`, `0.5`: a factor with the digits it needs."""
    return decimal_text(round_half_up(factor, _DIGITS).normalize())


def unit_words(meter: str, count: Fraction) -> str:
    unit = meters().by_name[meter].unit
    return unit if count == 1 else f"{unit}{'es' if unit.endswith('ch') else 's'}"


def leaf_title(leaf: Leaf) -> str:
    if leaf.meter is None:
        return STATED.get(leaf.basis, "nothing was counted that has a price")
    label = label_of(leaf.meter)
    return label if leaf.quoted else f"{label}, {STATED[leaf.basis]}"


def count_nodes(leaf: Leaf) -> Iterator[str]:
    """What the log counts, and what of it has a price of its own."""
    if leaf.meter is None or leaf.quoted is None:
        return
    if leaf.taken:
        parts = " − ".join(f"{number_text(count)} {label_of(part)}" for part, count in leaf.taken.items())
        yield f"{number_text(leaf.reported)} reported − {parts}"
    for part, count in leaf.kept.items():
        yield f"with {number_text(count)} {label_of(part)} in it, which have no price of their own"


def step_text(step: ChainStep, leaf: Leaf) -> str:
    """`× 1.34  alibaba +34%`: what the step does, and why."""
    match step.kind:
        case "price":
            return f"{_count_text(leaf)} × {_price_of(leaf, step.currency)}"
        case "stated":
            return "stated in the log"
        case "due":
            return "at least, for the days of the log"
        case "spent":
            return "less what was spent: the shortfall"
        case "share":
            return f"× {plain_percent(step.times or Fraction())} {_share_name(step.name)}"
        case "hike":
            return f"× {factor_text(step.times or Fraction())} {_hike_text(step)}"
        case "new rate":
            return _new_rate(step, leaf)
        case "by the list":
            return f"× {factor_text(step.times or Fraction())} the hikes, in the proportions of the list"
        case "discount":
            off = plain_percent(1 - (step.times or Fraction()))
            return f"× {factor_text(step.times or Fraction())} contract: {off} off {step.name}{_at(step.place)}"
        case "exchange":
            assert step.rate is not None
            return _exchange_text(step.rate)
    raise AssertionError(step.kind)


def _count_text(leaf: Leaf) -> str:
    assert leaf.meter is not None
    return f"{number_text(leaf.quantity)} {unit_words(leaf.meter, leaf.quantity)}"


def _price_of(leaf: Leaf, currency: str) -> str:
    assert leaf.meter is not None
    assert leaf.quoted is not None
    size = per_units(leaf.meter)
    return f"{price_text(leaf.quoted.price * size)} {currency}{_per(size)}"


def _per(size: int) -> str:
    return "" if size == 1 else f" ÷ {_SIZES[size]}"


def _share_name(name: str) -> str:
    return "at off-peak hours" if name == "off-peak" else f"for {name.replace('_', ' ')}"


def _hike_text(step: ChainStep) -> str:
    assert step.change is not None
    middle = ", its middle" if step.low is not None else ""
    return f"{change_text(step.change)}{middle}"


def _new_rate(step: ChainStep, leaf: Leaf) -> str:
    assert step.change is not None
    assert step.change.new_rate is not None
    assert leaf.meter is not None
    size = per_units(leaf.meter)
    price = f"{price_text(step.change.new_rate * size)} {step.currency}{_per(size)}"
    factor = f": × {factor_text(step.times)}" if step.times is not None else ""
    return f"at {price} instead ({step.change.selector}){factor}"


def _exchange_text(rate: RateUsed) -> str:
    when = "stated" if rate.basis == "stated" else f"average of {month_text(rate.month_used)}"
    held = f", held for {month_text(rate.month)}" if rate.held else ""
    if rate.rate < 1:  # the direction that a table of rates is read in
        return f"÷ {factor_text(1 / rate.rate)} {rate.base} for 1 {rate.quote}, {when}{held}"
    return f"× {factor_text(rate.rate)} {rate.quote} for 1 {rate.base}, {when}{held}"


def _at(place: Place | None) -> str:
    return f" ({place_text(place)})" if place else ""


def place_text(place: Place) -> str:
    """`alibaba.yaml:218`; a file of one's own by its path."""
    line = f":{place.line}" if place.line else ""
    return f"{file_text(place.file)}{line}"


def price_title(price: PriceUsed) -> str:
    """`list of 28 Feb 2026, up to 32K input, batch, off-peak`."""
    if price.committed is not None:
        return f"commitment {price.committed.commitment.selector}, {month_text(price.committed.month)}"
    leaf = price.leaves[0]
    if leaf.quoted is None and leaf.steps:
        what = label_of(leaf.meter) if leaf.meter else "a cost"
        return f"{what} {STATED[leaf.basis]}, {month_text(price.kind.month)}"
    words = [_since(price), *_variation(price)]
    if price.bounds:
        words.append(length_text(price.bounds))
    return ", ".join(word for word in words if word)


def _since(price: PriceUsed) -> str:
    block = price.quote.block if price.quote else None
    if block is None:
        return "no price asked for"
    if block.starts:
        return f"price in force since {day_text(block.starts)}"
    return f"price seen by {day_text(block.observed)}, start unknown" if block.observed else "price of unknown start"


def _variation(price: PriceUsed) -> Iterator[str]:
    key = price.kind.key
    if key is None:
        return
    if key.service_tier != STANDARD:
        yield key.service_tier.replace("_", " ")
    if key.thinking is not False:
        yield "thinking" if key.thinking else "partly thinking"
    if price.schedule is not None and key.off_peak is not None:
        yield "off-peak" if key.off_peak else "peak"


def price_facts(price: PriceUsed) -> Iterator[str]:
    """Where the price stands, who says it, which band and hours it is, and what is doubtful about it."""
    key, quote = price.kind.key, price.quote
    if price.committed is not None:
        yield f"contract {place_text(price.committed.commitment.place)}"
        return
    if price.leaves[0].quoted is None or key is None or quote is None or quote.block is None:
        return
    lists = "".join(dict.fromkeys(_LISTS.get(name.region_how, "") for name in price.names))
    yield f"book {place_text(quote.block.place)} · {key.provider}, list of {key.region}{lists}"
    for source, named in price.source_of.items():
        whose = f" ({', '.join(label_of(meter) for meter in named)})" if len(price.source_of) > 1 else ""
        yield f"source {source_text(source)}{whose}"
    if price.billed_as:
        yield f"{key.model} is billed as {price.billed_as}"
    yield _band_text(price)
    if price.schedule is not None:
        yield f"hours {schedule_text(price.schedule)}"
    yield from _doubts(price)


def source_text(source: Source) -> str:
    words = [source.url or source.key]
    if source.read:
        words.append(f"read {source.read}")
    if source.confidence:
        words.append(source.confidence)
    return " · ".join(words)


def _band_text(price: PriceUsed) -> str:
    if not price.bounds:
        below = _below_bands(price)
        return f"band {length_text(below)}, {BANDS[price.kind.band_basis]}" if below else "band none: one price at every length"  # fmt: skip
    return f"band {length_text(price.bounds)}" + ("" if price.bounds.labels else f", {BANDS[price.kind.band_basis]}")


def _below_bands(price: PriceUsed) -> Bounds | None:
    """The lengths of the standard rate where longer requests have bands of their own; None where it has none."""
    quote = price.quote
    if quote is None or quote.block is None:
        return None
    meters = {
        leaf.meter
        for leaf in price.leaves
        if leaf.meter and leaf.meter in quote.rates and quote.rates[leaf.meter].from_standard
    }
    bands = [
        band.bounds for band in quote.block.standard.bands if meters & band.rates.keys() and not band.bounds.labels
    ]
    if not bands:
        return None
    by_input, by_output = ([getattr(one, over) for one in bands if getattr(one, over)] for over in ("input_over", "output_over"))  # fmt: skip
    return Bounds(input_up_to=min(by_input, default=None), output_up_to=min(by_output, default=None))


def _doubts(price: PriceUsed) -> Iterator[str]:
    quote = price.quote
    assert quote is not None
    assert quote.block is not None
    if quote.block.self_hosted is not None:
        yield "derived from the facts of your machines: costcalc prices show says how"
    if quote.is_estimate:
        yield "Estimate: the day lies before the price was first seen"
    estimated = quote.estimated_meters & {leaf.meter for leaf in price.leaves}
    if estimated:
        names = ", ".join(label_of(meter) for meter in sorted(estimated))
        yield f"Estimate: {names} priced before the rate was first seen"
    if price.kind.weighted:
        yield "Estimate: rows that span several prices, shared out by hours"
    if quote.is_locked and quote.block.locked_until:
        yield f"locked by contract until {day_text(quote.block.locked_until)}: no hike touches it"
    if quote.block.corrected:
        yield f"corrected: {quote.block.corrected}"


def name_text(name: LogName) -> str:
    return f"the log calls it {name.name}: {_HOW[name.how]}"


def rows_text(rows: int) -> str:
    return counted(rows, "row")
