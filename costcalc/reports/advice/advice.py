"""Advising: proposals are found in the log, each is run on top of the base, and what goes together is run as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

from costcalc.calendar import Month
from costcalc.months.horizon import Horizon, schedules_of
from costcalc.months.matching import matches
from costcalc.months.members import bits
from costcalc.months.reading import IN_PARTS
from costcalc.months.run import Run
from costcalc.months.segments import Names, Segment
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.schedule import edges_utc
from costcalc.problems import fail
from costcalc.rating.model import PriceKey, RateUsed
from costcalc.rating.totals import Totals, total_of
from costcalc.reports.advice.clock import peak_models, shifted
from costcalc.reports.advice.groups import Group, groups_of
from costcalc.reports.advice.model import Advice, Aside, Benchmark, Candidate, Together
from costcalc.reports.advice.options import FEWER, OFF_PEAK_SHARE, AdviceOptions
from costcalc.reports.advice.proposals import KINDS, FoundProposals, Proposal, SearchedUsage, proposals_of, with_changes
from costcalc.reports.advice.siblings import Siblings, self_hosted_models
from costcalc.reports.plan.case import Case, coverage, totals
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.changes import Efficiency, Move
from costcalc.scenario.figure import Span, fixed
from costcalc.scenario.items import Scenario
from costcalc.scenario.where import Where

_BENCHMARKS = 5  # models
_SHORTER = Efficiency(Where({}), Span(), "output", fixed(-FEWER))


def advice(horizon: Horizon, options: AdviceOptions) -> Advice:
    """What could be saved on top of the base. The horizon knows the base and `options.probes`.

    CostcalcError: what `Case` refuses; numbers to take that are none, or that move the same usage twice.
    """
    first = _case(horizon, options, options.scenario)
    position = options.position(horizon.months)
    ended = _ended(options.to, horizon, horizon.months[position])
    wished = replace(options, to=tuple(target for target in options.to if target not in ended))
    found, models = _found(horizon, first, wished, position)
    plain = MonthRuns(
        first, options, [_leaner(options.scenario, _SHORTER), *_bundles(found.proposals, first, cache=False)]
    )
    ran = list(_ran(found.proposals, plain, first))
    ranked = sorted(ran, key=lambda one: (-one.saving, one.proposal.kind, one.proposal.source, one.proposal.target))
    priced = [one for one in ranked if one.is_priced]
    candidates = [replace(one, number=n) for n, one in enumerate((one for one in priced if one.saving > 0), 1)]
    return Advice(
        options=options,
        usage=first.usage,
        rating=horizon.rating,
        currency=horizon.currency,
        months=horizon.months,
        month=horizon.months[position],
        base=plain.base,
        candidates=candidates,
        dearer=[one for one in priced if one.saving <= 0],
        unpriced=[one for one in ranked if not one.is_priced],
        served=list(dict.fromkeys(group.served for group in models)),
        ended=ended,
        together=_together(first, options, candidates, position),
        fewer_tokens=list(_benchmarks(models, plain)),
        off_peak=list(_off_peak(plain)),
        asides=[Aside(kind, found.looked_at[kind], found.left[kind]) for kind in KINDS],
        revenue_source=first.source,
        coverage=coverage(plain.case, plain.run.months, plain.run.months[-1]),
        rates_used=tuple(plain.rates),
        has_means=any(one.proposal.is_mean and one.proposal.where.lengths for one in ran),
        is_labelled=options.short in horizon.ledger.cuts.input_lengths,
        is_priced=plain.run.is_complete and horizon.rating.is_complete,
    )


class MonthRuns:
    """Runs of the month that is looked at, over a horizon that knows some scenarios."""

    def __init__(self, first: Case, options: AdviceOptions, scenarios: Sequence[Scenario]) -> None:
        known = first.horizon
        # Where nothing changes with time but by announcement, the first month alone is what it is among twelve.
        settings = known.options if options.position(known.months) else replace(known.options, months=1)
        self.options = options
        self.horizon = Horizon(known.ledger, known.pricebook, known.fx, settings, scenarios, known)
        self.case = _case(self.horizon, options, options.scenario, first.usage)
        self.rates: dict[RateUsed, None] = {}
        self.run = self.month_of(options.scenario)
        self.base = self.total(self.run)

    def month_of(self, scenario: Scenario) -> Run:
        run = self.case.run(usage=scenario.usage, last_only=True)
        self.rates |= dict.fromkeys(run.rates_used)
        return run

    def total(self, run: Run) -> Totals:
        return totals(self.case, run)[-1]


def _ran(proposals: Sequence[Proposal], plain: MonthRuns, first: Case) -> Iterator[Candidate]:
    """Each proposal with its own run. Cached shares are raised customer by customer: those runs keep apart more."""
    base, cached = plain.options.scenario, list(_bundles(proposals, first, cache=True))
    apart = MonthRuns(first, plain.options, cached) if cached else plain
    for proposal in proposals:
        trials = apart if proposal.kind == "cache" else plain
        scenario = _scenario(base, [proposal])
        run = trials.month_of(scenario)
        notes = tuple(note for note in run.notes if note not in trials.run.notes)
        is_priced = run.months[-1].unpriced <= trials.run.months[-1].unpriced
        yield Candidate(
            0, proposal, scenario, trials.base, trials.total(run), trials.horizon.segments.days, notes, is_priced
        )
    plain.rates |= apart.rates


def _case(horizon: Horizon, options: AdviceOptions, scenario: Scenario, usage: UsageSummary | None = None) -> Case:
    return Case(horizon, PlanOptions(scenario, options.changes, (), options.earned, options.floor), usage)


def _found(
    horizon: Horizon, case: Case, options: AdviceOptions, position: int
) -> tuple[FoundProposals, Sequence[Group]]:
    """The proposals, and the usage by model."""
    run = case.run(reading=IN_PARTS, last_only=position == -1)
    month = totals(case, run)[position]
    groups = groups_of(horizon, run, position, options.groups, options.short)
    models = groups_of(horizon, run, position, (), options.short) if options.groups else groups
    day, last_day = horizon.months[position].first, horizon.months[-1].first
    log = SearchedUsage(
        groups, models, month.cost + month.other, horizon.segments.days,
        lambda where: _is_moved(where, options.scenario.usage.moves, horizon),
        lambda target: _can_follow(target, horizon),
        lambda group: any(_has_ended(key, day, horizon) for key in group.keys),
    )  # fmt: skip
    own_hosted = list(self_hosted_models(horizon.pricebook, day))
    return proposals_of(log, options, Siblings(horizon.pricebook, day, last_day), own_hosted), models


def _is_moved(where: Where, moves: Sequence[Move], horizon: Horizon) -> bool:
    mine = _touched(where, horizon) if moves else 0
    return any(mine & _touched(move.where, horizon) for move in moves)


def _can_follow(target: str, horizon: Horizon) -> bool:
    """Whether the log was counted with the hours at which the target changes its price."""
    found = horizon.pricebook.resolve(target)
    if not isinstance(found, ResolvedModel):
        return True  # the horizon says what is wrong
    edges = {edge for schedule in schedules_of(horizon.pricebook, found).values() for edge in edges_utc(schedule)}
    has_instants = any(group.until is None and not group.naive for group in horizon.ledger.groups)
    return not has_instants or edges <= {*horizon.ledger.cuts.day_edges}


def _has_ended(key: PriceKey, day: date, horizon: Horizon) -> bool:
    end = horizon.pricebook.book(key.provider, key.region).models[key.model].end
    return end is not None and end.day <= day


def _ended(targets: Sequence[str], horizon: Horizon, month: Month) -> dict[str, date]:
    """Those that can no longer be bought at the end of the month, and from when on."""
    found = {target: horizon.pricebook.resolve(target) for target in targets}
    models = {name: horizon.pricebook.model(one) for name, one in found.items() if isinstance(one, ResolvedModel)}
    return {name: model.end.day for name, model in models.items() if model.end and model.end.day < month.next.first}


def _bundles(proposals: Sequence[Proposal], first: Case, *, cache: bool) -> Iterator[Scenario]:
    """Scenarios that hold these proposals, as few as there can be without two moves of the same usage in one."""
    bundles: list[tuple[list[Proposal], int]] = []
    for proposal in proposals:
        if (proposal.kind == "cache") is not cache:
            continue
        mine = _touched(proposal.where, first.horizon)
        place = next((at for at, (_, taken) in enumerate(bundles) if not taken & mine), len(bundles))
        held, taken = bundles[place] if place < len(bundles) else ([], 0)
        bundles[place : place + 1] = [([*held, proposal], taken | mine)]
    return (_scenario(first.scenario, held) for held, _ in bundles)


def _scenario(base: Scenario, proposals: Iterable[Proposal]) -> Scenario:
    return replace(base, usage=with_changes(base.usage, proposals))


def _leaner(base: Scenario, change: Efficiency) -> Scenario:
    return replace(base, usage=replace(base.usage, efficiency=(*base.usage.efficiency, change)))


def _together(first: Case, options: AdviceOptions, candidates: Sequence[Candidate], position: int) -> Together | None:
    """The plan, run as it will be read back: by itself, over the same log."""
    base, horizon = first.scenario, first.horizon
    chosen = _best_of_each(candidates, horizon) if options.take is None else _taken(candidates, options.take, horizon)
    if not chosen:
        return None
    scenario = replace(
        _scenario(base, [one.proposal for one in chosen]),
        name=f"{base.name}, with advice" if base.name else "Advice",
        horizon=len(horizon.months),
        currency=base.currency if base.fx else horizon.currency,
    )
    own = Horizon(horizon.ledger, horizon.pricebook, horizon.fx, horizon.options, [scenario], horizon)
    planned = _case(own, options, scenario, first.usage)
    before, months = totals(first, first.run()), totals(planned, planned.run())
    return Together(
        tuple(one.number for one in chosen),
        scenario,
        before[position],
        months[position],
        total_of(before).served - total_of(months).served,
        sum((one.saving for one in chosen), Fraction()),
    )


def _best_of_each(candidates: Sequence[Candidate], horizon: Horizon) -> list[Candidate]:
    """Best first, each on usage that none before it touches."""
    chosen: list[Candidate] = []
    taken = 0
    for candidate in candidates:
        mine = _touched(candidate.proposal.where, horizon)
        if not candidate.is_planned or mine & taken:
            continue
        chosen.append(candidate)
        taken |= mine
    return chosen


def _taken(candidates: Sequence[Candidate], numbers: Sequence[int], horizon: Horizon) -> list[Candidate]:
    by_number = {one.number: one for one in candidates}
    wrong = [number for number in numbers if number not in by_number]
    if wrong:
        raise fail(
            "no-such-candidate", f"there is no candidate {wrong[0]}",
            expected=f"1 to {len(by_number)}" if by_number else "none: nothing was found to take",
            remedy="run advise without --take to see their numbers: they are by saving, and change with the log",
        )  # fmt: skip
    chosen = [by_number[number] for number in dict.fromkeys(numbers)]
    movers = [one for one in chosen if isinstance(one.proposal.change, Move)]
    for position, one in enumerate(movers):
        for other in movers[position + 1 :]:
            if _touched(one.proposal.where, horizon) & _touched(other.proposal.where, horizon):
                raise fail(
                    "overlapping-candidates", f"candidates {one.number} and {other.number} move the same usage",
                    remedy="take one of them",
                )  # fmt: skip
    return chosen


def _touched(where: Where, horizon: Horizon) -> int:
    """The parts of the segments that are meant, a bit each; a segment need not know what a proposal tells apart."""

    def found(segment: Segment, names: Names) -> bool:
        return matches(where, replace(segment, names={**segment.names, **names}))

    segments = horizon.segments.segments
    return bits(segment.members.among(tuple(where.names), partial(found, segment)) for segment in segments)


def _benchmarks(models: Sequence[Group], trials: MonthRuns) -> Iterator[Benchmark]:
    """The dearest models, each with shorter answers."""
    served = list(dict.fromkeys(group.served for group in models if group.all.cost and group.is_named))
    for name in served[:_BENCHMARKS]:
        shorter = _leaner(trials.options.scenario, replace(_SHORTER, where=Where({"model": (name,)})))
        saving = trials.base.cost - trials.total(trials.month_of(shorter)).cost
        if saving:
            yield Benchmark(name, FEWER, saving)


def _off_peak(trials: MonthRuns) -> Iterator[Benchmark]:
    """What a share of each model's peak usage would cost less off peak."""
    options = trials.options
    for provider, model in peak_models(trials.horizon):
        moved = shifted(trials.horizon, (provider, model), OFF_PEAK_SHARE)
        case = _case(moved, options, options.scenario, trials.case.usage)
        saving = trials.base.cost - totals(case, case.run(last_only=True))[-1].cost
        if saving > 0:
            yield Benchmark(f"{provider}/{model}", OFF_PEAK_SHARE, saving)
