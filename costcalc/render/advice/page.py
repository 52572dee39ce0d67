"""The page of advice: candidates by money saved, what to test, the plan of those that go together, and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.render.advice.figures import bill_of, saving_money, singly_figures
from costcalc.render.advice.phrases import (
    KIND_WORDS,
    aside_parts,
    points_text,
    test_text,
    threshold_parts,
    what_text,
    where_text,
)
from costcalc.render.advice.tables import COLUMNS, IN_PLAN
from costcalc.render.blocks import Block, Facts, Gap, Note, Rest, grid, noted
from costcalc.render.columns import columns_of
from costcalc.render.coverage import in_brackets, most_words, part_words
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.header import FactRow, change_text, header
from costcalc.render.opening import lacking_text
from costcalc.render.words import (
    ARROW,
    MINUS,
    counted,
    day_text,
    decimal_text,
    figure_text,
    listed_text,
    long_month_text,
    money_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.advice.model import Advice, Benchmark, Candidate, Together
from costcalc.reports.advice.proposals import Kind

SHOWN = 10  # candidates


def headline_blocks(advice: Advice) -> Iterator[Note]:
    """What the plan saves, or the best of the candidates."""
    if not advice.candidates:
        text = "Nothing found that would save money: below stands what was looked at, and why it was left aside"
    elif advice.together:
        text = _together_text(advice.together, advice)
    else:
        best = advice.candidates[0]
        saving = saving_money(best, advice)
        text = f"{what_text(best.proposal)}, {where_text(best.proposal)}, saves {saving} a month"
    yield Note(f"{lacking_text(advice.rating, advice.usage)}{text}.", "strong")
    yield from (Note(_to_text(target, advice)) for target in advice.options.to)


def _to_text(target: str, advice: Advice) -> str:
    """What came of a target that was asked for: candidates, what it would cost more, or why none of the log could go there."""
    numbers = [one.number for one in advice.candidates if one.proposal.target == target]
    if numbers:
        return f"To {target}: {'candidate' if len(numbers) == 1 else 'candidates'} {listed_text(numbers)}."
    if dearer := [_dearer(one, advice) for one in advice.dearer if one.proposal.target == target]:
        return f"To {target}: nothing that would save money; {dearer[0]}"
    if unpriced := [one.proposal for one in advice.unpriced if one.proposal.target == target]:
        what = f"{what_text(unpriced[0])}, {where_text(unpriced[0])}"
        return f"To {target}: it has no price for all of this usage ({what}), so that what it would cost is not known."
    if day := advice.ended.get(target):
        return f"To {target}: it cannot be bought from {day_text(day)} on."
    if [name.lower() for name in advice.served] == [target.lower()]:
        return f"To {target}: all of this usage is there already."
    return (
        f"To {target}: nothing that would save money. No requests of this log are short ({advice.options.short:,} input tokens) and"
        f" frequent ({advice.options.often:,} a day) enough, or their saving is too small: --short, --often, --least."
    )


def advice_blocks(advice: Advice, is_wide: bool) -> Sequence[Block]:
    """What the page of advice is made of."""
    return [
        _header(advice),
        *_candidates(advice),
        *_plan(advice),
        *_tests(advice),
        *_rest(advice),
        *_notes(advice),
        *missing_blocks(advice.rating, advice.usage),
        *assumption_blocks(advice.rating, advice.usage, ()),
    ]


def _header(advice: Advice) -> Facts:
    rows: list[FactRow] = [
        ("on top of", tuple(_base(advice))),
        ("looked at", tuple(_looked_at(advice))),
        ("proposed", tuple(threshold_parts(advice.options))),
    ]
    if advice.revenue_source and advice.base.margin is not None and advice.base.revenue is not None:
        earned = money_text(advice.base.revenue, advice.currency)
        rows.append(("revenue", (f"{earned} in that month", advice.revenue_source, _margin(advice, advice.base.margin))))  # fmt: skip
    return header(advice, advice.rates_used, rows, revenue_source=advice.revenue_source)


def _margin(advice: Advice, margin: Fraction) -> str:
    of = advice.coverage
    return f"margin{part_words(of)} {most_words(of)}{percent_text(margin)}{in_brackets(of)}"


def _base(advice: Advice) -> Iterator[str]:
    scenario = advice.options.scenario
    if not advice.options.has_base:
        yield "announced prices alone"
        return
    if scenario.name:
        yield scenario.name
    if not scenario.name or scenario.is_only_prices:
        yield from (change_text(change) for change in advice.options.changes)


def _looked_at(advice: Advice) -> Iterator[str]:
    month = long_month_text(advice.month)
    first, last = (
        "the first month to come, at the log's daily rate",
        f"the last of {counted(len(advice.months), 'month')} to come",
    )
    yield f"{month}, {last if advice.options.position(advice.months) else first}"
    what = "with its other costs " if advice.base.other else ""
    yield f"{what}{figure_text(bill_of(advice.base, advice), advice.bill, advice.currency)}"


def _candidates(advice: Advice) -> Iterator[Block]:
    if not advice.candidates:
        return
    yield Gap()
    without = () if any(one.margin_points is not None for one in advice.candidates) else ("margin_points",)
    shown = _shown(advice)
    yield grid(columns_of(COLUMNS, advice, without), shown)
    if left := len(advice.candidates) - len(shown):
        yield Note(f"{counted(left, 'smaller one')} not shown: --json and -o advice.csv hold all.", "quiet")
    if advice.together:
        yield Note(f"{IN_PLAN} in the plan. Each saving is a run of its own; savings of the same usage exclude each other.", "quiet")  # fmt: skip


def _shown(advice: Advice) -> list[Candidate]:
    """The largest, and whatever the plan is made of."""
    planned = advice.together.numbers if advice.together else ()
    return [one for place, one in enumerate(advice.candidates) if place < SHOWN or one.number in planned]


def _plan(advice: Advice) -> Iterator[Block]:
    together = advice.together
    if together is None:
        return
    yield Gap()
    if singly := _singly_text(together, advice):
        yield Note(singly)
    if together.margin_points is not None and advice.base.margin is not None and together.outcome.margin is not None:
        yield Note(_margin_text(together, advice))
    if together.own_rise is not None:
        yield Note(_own_rise_text(together, advice))
    if advice.options.take is None:
        yield Note(
            "The plan takes the best of each group: of whole models the nearest sibling, and batch or another seller"
            " only with --take, for no log says who waits or what a contract allows. -o plan.yaml writes it as a scenario.",
            "quiet",
        )


def _own_rise_text(together: Together, advice: Advice) -> str:
    """What your own prices would have to do instead."""
    rise, best = percent_text(together.own_rise or Fraction(), 2), advice.best
    text = f"Your own prices would have to rise by {rise} to bring the same margin as the plan"
    if best is not None and best.own_rise is not None and together.numbers != (best.number,):
        text += f", and by {percent_text(best.own_rise, 2)} to bring that of candidate {best.number}"
    return f"{text}; volume unchanged."


def _together_text(together: Together, advice: Advice) -> str:
    saving = saving_money(together, advice)
    share = f" ({percent_text(together.saving / advice.bill)} of the bill)" if advice.bill else ""
    which = "candidate" if len(together.numbers) == 1 else "candidates"
    return f"The plan, {which} {listed_text(together.numbers)}, saves {saving} a month{share}"


def _singly_text(together: Together, advice: Advice) -> str:
    """What its candidates save each by itself, where that is not what they save together."""
    if len(together.numbers) == 1:
        return ""
    if together.adds_up:
        return "Its candidates save as much together as singly: they touch different usage."
    shown, whole = singly_figures(together, advice)
    return f"Singly its candidates save {' + '.join(decimal_text(saving) for saving in shown)} = {decimal_text(whole)}."


def _margin_text(together: Together, advice: Advice) -> str:
    before, after = advice.base.margin or Fraction(), together.outcome.margin or Fraction()
    text = f"Margin {percent_text(before)} {ARROW} {percent_text(after)} ({points_text(after - before)} points)"
    floor = advice.options.floor
    if floor is None:
        return f"{text}."
    if after >= floor:
        return f"{text}: at or above the floor of {plain_percent(floor)}{', as before' if before >= floor else ''}."
    return f"{text}: still below the floor of {plain_percent(floor)}."


def _tests(advice: Advice) -> Iterator[Block]:
    """What to test before; candidates that ask for the same stand together."""
    asked: dict[Kind, dict[str, list[int]]] = {}
    for one in _shown(advice):
        asked.setdefault(one.proposal.kind, {}).setdefault(test_text(one.proposal), []).append(one.number)
    if not asked:
        return
    yield Gap()
    yield Note("Test first: nothing here says that quality stays.", "strong")
    yield Facts(
        [
            (KIND_WORDS[kind], [f"{listed_text(numbers)}: {text}" for text, numbers in tests.items()])
            for kind, tests in asked.items()
        ],
        each_in_a_line=True,
    )


def _rest(advice: Advice) -> Iterator[Block]:
    """Where nothing is found it is what was left aside that answers."""
    if not advice.candidates:
        yield from _asides(advice)
        return
    yield Gap()
    yield Rest([("benchmarks", [*_benchmarks(advice)]), ("what was left aside", [*_asides(advice)])])


def _benchmarks(advice: Advice) -> Iterator[Block]:
    kinds = (("fewer output", advice.fewer_tokens), ("off peak", advice.off_peak))
    rows = [
        (f"{plain_percent(found[0].share)} {title}", tuple(_benchmark(one, advice) for one in found))
        for title, found in kinds
        if found
    ]
    if not rows:
        return
    yield Gap()
    yield Note("Benchmarks, a month: fewer output tokens, peak usage at off-peak prices. No scenario file.", "quiet")
    yield Facts(rows)


def _benchmark(one: Benchmark, advice: Advice) -> str:
    return f"{one.served} {money_text(one.saving, advice.currency)}"


def _asides(advice: Advice) -> Iterator[Block]:
    rows = [
        (KIND_WORDS[aside.kind], tuple(aside_parts(aside, advice.options)))
        for aside in advice.asides
        if aside.reasons or not advice.candidates
    ]
    if rows:
        yield Gap()
        yield Note("Left aside", "quiet")
        yield Facts(rows)


def _notes(advice: Advice) -> Iterator[Block]:
    notes = [_dearer(one, advice) for one in advice.dearer if one.proposal.target not in advice.options.to]
    if not advice.is_labelled:
        notes.append(
            f"The ledger was counted without the length {advice.options.short:,}: all of a group is short where its mean"
            " request is. Advice on the log itself tells its requests apart."
        )
    if advice.has_means:
        notes.append("Lengths are the means of rows of many requests: a row is short where its mean request is.")
    notes += dict.fromkeys(f"Candidate {one.number}: {note}." for one in _shown(advice) for note in one.notes)
    return noted(Note(note) for note in notes)


def _dearer(one: Candidate, advice: Advice) -> str:
    what = f"{what_text(one.proposal)}, {where_text(one.proposal)}"
    if one.saving == 0:
        return f"{what}: would change nothing on top of the scenario."
    return f"{what}: would cost {saving_money(one, advice).lstrip(MINUS)} more a month."
