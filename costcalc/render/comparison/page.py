"""The page of a comparison: what it rests on, which scenario costs what, and which customers turn unprofitable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.render.blocks import Block, Facts, Gap, Note, Notes, Rest, noted
from costcalc.render.comparison.columns import columns_of, figures_of_months
from costcalc.render.comparison.customers import customer_blocks, line_blocks, turned_blocks
from costcalc.render.comparison.grids import (
    assumed_blocks,
    cost_grid,
    end_blocks,
    knows_margin,
    shows_profit,
    usage_grid,
)
from costcalc.render.coverage import coverage_note
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.header import FactRow, header
from costcalc.render.plan.doubts import absent_text, qualities, volume_text
from costcalc.render.plan.phrases import horizon_text
from costcalc.render.words import (
    amount_text,
    figure_text,
    listed_text,
    long_month_text,
    money_text,
    month_text,
    plain_percent,
)
from costcalc.reports.comparison import Alternative, Comparison

_SOURCES = {"scenario": "by the scenarios' own rules"}
_HORIZONS = {"--months": "--months", "scenarios": "the longest horizon that a scenario states"}


def headline_blocks(comparison: Comparison) -> Iterator[Note]:
    """The cheapest and the most expensive, and whose margin gives way."""
    when = long_month_text(comparison.months[-1])
    yield Note(f"{_ranking(comparison, when)}.", "strong")
    if comparison.floor is None or not knows_margin(comparison):
        return
    word = plain_percent(comparison.floor)
    today = comparison.today.months[0].before.margin
    broken = [each for each in comparison.scenarios if each.first_below_floor]
    if today is not None and today < comparison.floor:
        yield Note(f"Margin is below {word} today already.", "loud")
    elif broken:
        named = ", ".join(f"{each.name} ({month_text(each.first_below_floor.month)})" for each in broken if each.first_below_floor)  # fmt: skip
        yield Note(f"Margin falls below {word} with {named}.", "loud")
    else:
        known = [each.name for each in comparison.scenarios if each.last.after.margin is not None]
        all_of_them = len(known) == len(comparison.scenarios)
        yield Note(
            f"Margin stays at or above {word} with {'all of them' if all_of_them else listed_text(known)}.", "strong"
        )


def _ranking(comparison: Comparison, when: str) -> str:
    """The cheapest and the dearest scenario; one that lacks prices which today's usage has is neither."""
    lacking = [each for each in comparison.scenarios if _lacks(each) > _lacks(comparison.today)]
    ranked = sorted((e for e in comparison.scenarios if e not in lacking), key=lambda each: each.last.after.cost)
    names = listed_text([each.name for each in lacking]) if lacking else ""
    if not ranked:
        return f"Nobody knows what {names} {'cost' if len(lacking) > 1 else 'costs'} in {when}, for want of prices"
    cheap, dear = ranked[0], ranked[-1]
    beside = f"; {names} cannot be ranked, for want of prices" if lacking else ""
    if lacking and cheap is dear:
        return f"In {when} {cheap.name} costs {_cost(cheap, comparison)}{beside}"
    if cheap.last.after.cost == dear.last.after.cost:
        return f"All scenarios cost the same in {when}: {_cost(cheap, comparison)}{beside}"
    costs = f"{cheap.name} costs least, {_cost(cheap, comparison)}; {dear.name} most, {_cost(dear, comparison)}"
    return f"In {when} {costs}{beside}"


def _lacks(alternative: Alternative) -> Fraction:
    """The share of the last month's tokens that has no price."""
    last = alternative.last
    return last.unpriced_tokens / last.tokens if last.tokens else Fraction()


def comparison_blocks(comparison: Comparison, is_wide: bool) -> Sequence[Block]:
    """What the page of a comparison is made of."""
    columns = columns_of(comparison, is_wide)
    return [
        _header(comparison),
        cost_grid(comparison, columns, is_wide),
        *_table_notes(comparison, is_wide),
        *end_blocks(comparison, columns, is_wide),
        *assumed_blocks(comparison, columns),
        *turned_blocks(comparison),
        *_titles(comparison),
        *_gaps(comparison),
        Gap(),
        Rest([
            ("tokens", [Gap(), usage_grid(comparison, columns)]),
            ("customers", [*customer_blocks(comparison, columns, is_wide)]),
            ("lines", [*line_blocks(comparison, columns)]), ("what to test", [*_to_test(comparison)]),
        ]),
        *_doubts(comparison),
    ]  # fmt: skip


def _header(comparison: Comparison) -> Facts:
    why = _HORIZONS.get(comparison.horizon_source)
    rows: list[FactRow] = [("months", (horizon_text(comparison.months), "the same for all", *([why] if why else [])))]
    sources = {each.revenue_source for each in comparison.alternatives if each.revenue_source}
    if sources:
        rows.append(("revenue", tuple(_revenue(comparison, sorted(sources)))))
    return header(comparison, comparison.rates_used, rows, revenue_source=comparison.revenue_sources)


def _revenue(comparison: Comparison, sources: Sequence[str]) -> Iterator[str]:
    known = {each.last.before.revenue for each in comparison.alternatives if each.last.before.revenue is not None}
    if len(known) == 1:
        when = month_text(comparison.months[-1])
        yield f"{money_text(known.pop(), comparison.currency)} in {when} at today's usage"
    yield from (_SOURCES.get(source, source) for source in sources)
    unknown = [each.name for each in comparison.scenarios if not each.revenue_source]
    if unknown:
        yield f"unknown for {', '.join(unknown)}"


def _titles(comparison: Comparison) -> Iterator[Block]:
    """What the short names stand for."""
    shares: dict[str, list[str]] = {}
    titles = {"Today": "today's usage at the announced prices"}
    for each in comparison.scenarios:
        choice = each.choice
        titles[choice.short] = choice.scenario.name if choice.scenario.name != choice.short else ""
        if choice.share is not None:
            shares.setdefault(choice.short, []).append(plain_percent(choice.share))
    passed = {name: (f"{listed_text(found)} passed through",) for name, found in shares.items()}
    rows = [(name, ((title,) if title else ()) + passed.get(name, ())) for name, title in titles.items()]
    yield Gap()
    yield Facts([(name, parts) for name, parts in rows if parts])


def _cost(each: Alternative, comparison: Comparison) -> str:
    months, _ = figures_of_months(each, comparison.currency)
    return figure_text(months[-1].mid, each.last.after.cost, comparison.currency)


def _table_notes(comparison: Comparison, is_wide: bool) -> Iterator[Note]:
    yield from _coverage(comparison)
    if knows_margin(comparison):
        what = "Points and Profit" if shows_profit(comparison, is_wide) else "Points"
        yield Note(f"{what}: against today's usage in the same month.", "quiet")
    if idle := [each.name for each in comparison.scenarios if each.changes_nothing]:
        yield Note(f"{listed_text(idle)} {'changes' if len(idle) == 1 else 'change'} nothing in this log.", "loud")
    if open_ones := [each.name for each in comparison.scenarios if each.choice.leaves_open]:
        verb = "leaves" if len(open_ones) == 1 else "leave"
        yield Note(
            f"{', '.join(open_ones)} {verb} open how much of a compute rise reaches tokens: here the rises stand in their "
            "documented scope only. --pass-through 0%,50%,100% sets shares side by side."
        )


def _coverage(comparison: Comparison) -> Iterator[Note]:
    """Once where it is the same for all."""
    if not knows_margin(comparison):
        return
    said: dict[str, list[str]] = {}
    for each in comparison.alternatives:
        if each.last.after.margin is not None and (note := coverage_note(each.coverage)):
            said.setdefault(note, []).append(each.name)
    for note, names in said.items():
        alone = len(said) == 1 and len(names) == len(comparison.alternatives)
        yield Note(note if alone else f"{listed_text(names)}: {note[0].lower()}{note[1:]}")


def _gaps(comparison: Comparison) -> Iterator[Block]:
    yield from missing_blocks(comparison.rating, comparison.usage)
    yield from _unpriced_ahead(comparison)


def _to_test(comparison: Comparison) -> Iterator[Block]:
    if tests := list(_tests(comparison)):
        yield Gap()
        yield Note("To be tested before it is true, as the scenarios say", "strong")
        yield Facts(tests, each_in_a_line=True)


def _doubts(comparison: Comparison) -> Iterator[Block]:
    notes = [*_notes(comparison)]
    if comparison.absent:
        notes.insert(0, Note(f"The scenarios name what this log does not use: {absent_text(comparison.absent)}."))
    yield from noted(notes)
    yield from assumption_blocks(comparison.rating, comparison.usage, ())
    has_ranges = any(each.has_ranges for each in comparison.alternatives)
    yield Notes([Note(volume_text(comparison.usage, has_ranges=has_ranges), "quiet")])


def _unpriced_ahead(comparison: Comparison) -> Iterator[Note]:
    """Tokens of the months to come that have no price; the log may have a price for all of its own."""
    found = [
        (each.name, sum((month.unpriced_tokens for month in each.months), Fraction()))
        for each in comparison.alternatives
    ]
    told = [f"{amount_text(tokens)} ({name})" for name, tokens in found if tokens]
    if told:
        yield Note(
            f"Incomplete: tokens of the months to come have no price and are in no figure: {listed_text(told)}.", "loud"
        )


def _tests(comparison: Comparison) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each scenario says of quality, once where it stands at several pass-throughs."""
    for name, choice in {each.choice.short: each.choice for each in comparison.scenarios}.items():
        if named := qualities(choice.scenario.usage):
            yield name, named


def _notes(comparison: Comparison) -> Iterator[Note]:
    """What the runs say, once for all scenarios and all models of which it is true."""
    said: dict[str, dict[str, None]] = {}
    for each in comparison.scenarios:
        for note in each.notes:
            said.setdefault(note, {})[each.choice.short] = None
    joined: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for note, names in said.items():
        who, colon, what = note.partition(": ")
        joined.setdefault((what if colon else who, tuple(names)), []).append(who if colon else "")
    for (what, those), models in joined.items():
        text = f"{', '.join(models)}: {what}" if any(models) else what
        yield Note(f"With {listed_text(those)}: {text.removesuffix('.')}.")
