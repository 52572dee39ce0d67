"""Writing scenarios: a scenario as the YAML text that is read back as the same scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from textwrap import wrap

from costcalc.money import Money, exact_text
from costcalc.scenario.changes import Efficiency, Escalation, Growth, Mix, Move, Rescale, UsageChange
from costcalc.scenario.figure import NOTHING, ONCE, Figure, Span
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange
from costcalc.scenario.revenue import TRIANGULAR, Fee, OwnPrice
from costcalc.scenario.where import Hours, Length, Where
from costcalc.yamltext import flow, free, free_list, word

Written = PriceItem | UsageChange | Fee | OwnPrice
Parts = dict[str, str]  # keys with their values as YAML

_LINE = 118
_DECIMALS = 12  # of a figure that no decimal writes out, one third for instance


def scenario_yaml(
    scenario: Scenario, head: Iterable[str] = (), above: Callable[[Written], str] = lambda entry: ""
) -> str:
    """The scenario as YAML text.

    `head` are lines of comment at its top, `above` says what stands over an entry as a comment. A figure that no
    decimal writes out is cut after 12 decimals. ValueError: a price change that no file can say.
    """
    lines = [f"# {line}".rstrip() for line in head]
    lines.append(f"scenario: {word(scenario.name)}")
    lines += [f"note: {word(scenario.note)}"] if scenario.note else []
    lines += [f"horizon: {_months(scenario.horizon)}"] if scenario.horizon else []
    lines += [f"fiscal_year_starts: {scenario.fiscal_year_starts}"] if scenario.fiscal_year_starts else []
    lines += [f"currency: {scenario.currency}"] if scenario.currency else []
    lines += [f"fx: {flow(_fx(scenario))}"] if scenario.fx else []
    usage, business = scenario.usage, scenario.business
    sections: dict[str, tuple[Written, ...]] = {
        "prices": scenario.items, "growth": usage.growth, "mix": usage.mix, "escalation": usage.escalation,
        "moves": usage.moves, "efficiency": usage.efficiency,
        "revenue": (*business.revenue, *business.own_prices), "other_costs": business.other_costs,
    }  # fmt: skip
    for name, entries in sections.items():
        if entries:
            lines += ["", f"{name}:", *(line for entry in entries for line in _entry(entry, above(entry)))]
    if scenario.simulation != TRIANGULAR:
        lines += ["", f"simulate: {flow(_simulation(scenario))}"]
    return "\n".join([*lines, ""])


def _entry(entry: Written, comment: str) -> Iterator[str]:
    """In one line where it fits, else a line a key."""
    for paragraph in comment.splitlines():
        yield from (f"  # {line}" for line in wrap(paragraph, _LINE - 4) or [""])
    parts = _parts(entry)
    line = f"  - {flow(parts)}"
    if len(line) <= _LINE:
        yield line
        return
    for position, (key, value) in enumerate(parts.items()):
        yield f"  {'  ' if position else '- '}{key}: {value}"


def _parts(entry: Written) -> Parts:
    match entry:
        case PriceItem():
            parts = _price(entry)
        case Fee():
            parts = _fee(entry)
        case OwnPrice():
            parts = _own_price(entry)
        case Growth():
            parts = _growth(entry)
        case Mix():
            parts = _mix(entry)
        case Escalation():
            parts = _escalation(entry)
        case Move():
            parts = _move(entry)
        case Efficiency():
            parts = _efficiency(entry)
    where = {} if isinstance(entry, PriceItem) or entry.where.is_all else {"where": _where(entry.where)}
    return {**where, **parts, **({"note": free(entry.note)} if entry.note else {})}


def _price(item: PriceItem) -> Parts:
    parts = {"event": free(item.event.id)} if item.event is not None else _hikes(item.hikes)
    if item.pass_through is not None:
        parts["pass_through"] = _percent(item.pass_through)
    return {**parts, **({"distribution": item.distribution} if item.distribution else {})}


def _hikes(hikes: tuple[PriceChange, ...]) -> Parts:
    first, last = hikes[0], hikes[-1]
    if first.event or first.until_day or first.middle is not None:
        raise ValueError(f"a scenario file cannot say {first.written}")
    parts = {"what": free(str(first.selector)), **_change(first)}
    if len(hikes) > 1:
        parts["change"] += " each month"
    if first.from_day:
        parts["from"] = f"{first.from_day}"
    if len(hikes) > 1 and last.from_day:
        end = last.from_day
        parts["until"] = f"{end.year + end.month // 12:04d}-{end.month % 12 + 1:02d}-01"
    return parts


def _change(hike: PriceChange) -> Parts:
    """As a rise; as a promotion that ends where only that can be written out."""
    if hike.new_rate is not None:
        return {"change": f"={exact_text(hike.new_rate * 1_000_000)}/1M"}
    rise = Figure(hike.low, hike.high)
    if rise.low > 0 and not _is_decimal(rise):
        discount = Figure(rise.low / (1 + rise.low), rise.high / (1 + rise.high))
        if _is_decimal(discount):
            return {"discount_ends": _percent(discount)}
    return {"change": _signed(rise)}


def _growth(growth: Growth) -> Parts:
    parts = {"meters": free_list(growth.meter_word.split(", "))} if growth.meters is not None else {}
    drawn = [growth.rate, *growth.table.values()]
    match growth.shape:
        case "table":
            parts["by month"] = flow({f"{month}": _signed(figure) for month, figure in growth.table.items()})
        case "step":
            parts["change"] = _signed(growth.rate)
        case "linear":
            parts["each month"] = f"{_signed(growth.rate)} of today"
        case "compound":
            parts["each month"] = _signed(growth.rate)
    return {**parts, **_span(growth.span), **_distribution(*drawn)}


def _mix(mix: Mix) -> Parts:
    meters = flow({name: _rescale(rescale) for name, rescale in mix.meters.items()})
    drawn = [figure for rescale in mix.meters.values() for figure in (rescale.factor, rescale.more)]
    return {"share": _percent(mix.share), "meters": meters, **_span(mix.span), **_distribution(mix.share, *drawn)}


def _escalation(escalation: Escalation) -> Parts:
    share = {"share": _percent(escalation.share)} if escalation.share != ONCE else {}
    return {
        **share, "first": free(escalation.first), "escalated": _percent(escalation.escalated),
        **_tokens(escalation.tokens), "quality": free(escalation.quality), **_span(escalation.span),
        **_distribution(escalation.share, escalation.escalated, escalation.tokens),
    }  # fmt: skip


def _move(move: Move) -> Parts:
    return {
        "share": _percent(move.share), "to": free(move.to),
        **({"service_tier": free(move.service_tier)} if move.service_tier != "standard" else {}),
        **_tokens(move.tokens),
        **({"paid_replicas": f"{move.paid_replicas}"} if move.paid_replicas is not None else {}),
        "quality": free(move.quality), **_span(move.span), **_distribution(move.share, move.tokens),
    }  # fmt: skip


def _efficiency(change: Efficiency) -> Parts:
    figure = _signed(change.amount) if change.lever not in ("cache_read_share", "batch") else _percent(change.amount)
    reads = {"reads_per_write": _number(change.reads_per_write)} if change.reads_per_write != ONCE else {}
    quality = {"quality": free(change.quality)} if change.quality else {}
    return {
        change.lever: figure, **reads, **_span(change.span), **quality,
        **_distribution(change.amount, change.reads_per_write),
    }  # fmt: skip


def _fee(fee: Fee) -> Parts:
    seats = {"seats": f"{fee.seats}"} if fee.per == "seat and month" else {}
    return {"per": fee.per, **seats, "amount": _money(fee.amount), **_span(fee.span)}


def _own_price(change: OwnPrice) -> Parts:
    lost = {"customers_lost": _percent(change.lost)} if change.lost != NOTHING else {}
    return {"change": _signed(change.change), **lost, **_span(change.span), **_distribution(change.change, change.lost)}


def _where(where: Where) -> str:
    names = {name: free_list(globs) for name, globs in where.names.items()}
    lengths = {length.meter: free(length.written or _length(length)) for length in where.lengths}
    hours = {"hours": free(where.hours.written or _hours(where.hours))} if where.hours else {}
    return flow({**names, **lengths, **hours})


def _length(length: Length) -> str:
    if length.up_to is None:
        return f"> {length.over}"
    return f"{length.over + 1}..{length.up_to}" if length.over else f"<= {length.up_to}"


def _hours(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M} {hours.timezone}"


def _fx(scenario: Scenario) -> Parts:
    return {
        currency: exact_text(path) if isinstance(path, Fraction)
        else flow({f"{month}": exact_text(rate) for month, rate in path.items()})
        for currency, path in scenario.fx.items()
    }  # fmt: skip


def _simulation(scenario: Scenario) -> Parts:
    fx = {currency: f"{_decimal(spread * 100)}%" for currency, spread in scenario.simulation.fx.items()}
    return {"distribution": scenario.simulation.distribution, **({"fx": flow(fx)} if fx else {})}


def _span(span: Span) -> Parts:
    days = {"from": span.from_day, "until": span.until_day}
    ramp = {"ramp": _months(span.ramp_months)} if span.ramp_months > 1 else {}
    return {**{key: f"{day}" for key, day in days.items() if day}, **ramp}


def _distribution(*figures: Figure) -> Parts:
    """What the ranges of an entry are drawn from: a file says it once for all of them."""
    found = next((figure.distribution for figure in figures if figure.is_range and figure.distribution), "")
    return {"distribution": found} if found else {}


def _tokens(figure: Figure) -> Parts:
    return {"tokens": f"x{_number(figure)}"} if figure != ONCE else {}


def _rescale(rescale: Rescale) -> str:
    factor = f"x{_number(rescale.factor)}" if rescale.factor != ONCE or rescale.more == NOTHING else ""
    more = f"+{_number(rescale.more)} per request" if rescale.more != NOTHING else ""
    return f"{factor} {more}".strip()


def _percent(figure: Figure) -> str:
    return f"{_number(Figure(figure.low * 100, figure.high * 100))}%"


def _signed(figure: Figure) -> str:
    return f"{'+' if figure.low > 0 else ''}{_percent(figure)}"


def _number(figure: Figure) -> str:
    low, high = _decimal(figure.low), _decimal(figure.high)
    return f"{low}..{high}" if figure.is_range else low


def _decimal(value: Fraction) -> str:
    return exact_text(value, _DECIMALS)


def _is_decimal(figure: Figure) -> bool:
    """Whether its percentages can be written out."""
    return all(Fraction(_decimal(end * 100)) == end * 100 for end in (figure.low, figure.high))


def _months(count: int) -> str:
    return f"{count} month{'s' if count != 1 else ''}"


def _money(money: Money) -> str:
    return f"{exact_text(money.amount)} {money.currency}".strip()
