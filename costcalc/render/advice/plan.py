"""The plan of advice as a scenario file: comments say what each entry saves by itself, and what all do together."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.render.advice.figures import saving_money
from costcalc.render.advice.phrases import where_text
from costcalc.render.words import count_text, listed_text, long_month_text, money_text, percent_text, share_text
from costcalc.reports.advice.model import Advice, Candidate, Together
from costcalc.scenario.write import Written, scenario_yaml

OPENING = "A plan that costcalc advise found"  # the first words of each


def plan_yaml(advice: Advice) -> str:
    """The plan as YAML text, read back by `project --scenario`.

    ValueError: there is no plan, or the base holds a price change that no file can say.
    """
    together = advice.together
    if together is None:
        raise ValueError("nothing was found to write")
    by_change = {id(one.proposal.change): one for one in advice.candidates if one.number in together.numbers}

    def above(entry: Written) -> str:
        found = by_change.get(id(entry))
        return _comment(found, advice) if found else ""

    return scenario_yaml(together.scenario, _head(together, advice), above)


def _head(together: Together, advice: Advice) -> Iterator[str]:
    month = long_month_text(advice.month)
    saving = saving_money(together, advice)
    numbers = f"its candidates {listed_text(together.numbers)}, run together"
    if len(together.numbers) == 1:
        numbers = f"its candidate {together.numbers[0]}"
    yield f"{OPENING}: {numbers}."
    yield f"In {month} it saves {saving}; in all {len(advice.months)} months {money_text(together.whole_saving, advice.currency)}."
    yield "Nothing here says that quality stays: each quality below is a test that is still to be made."
    yield ""
    own = any(
        one.proposal.target.startswith("selfhosted/") for one in advice.candidates if one.number in together.numbers
    )
    pricebook = " --pricebook YOUR-MODELS.yaml" if own else ""
    yield f"  costcalc project USAGE --scenario THIS-FILE{pricebook}"
    yield ""


def _comment(one: Candidate, advice: Advice) -> str:
    month, saving = long_month_text(advice.month), saving_money(one, advice)
    share = f", {percent_text(one.saving_share)} of the bill" if one.saving_share is not None else ""
    touched = f" It touches {share_text(one.touched_share)} of the bill" if one.touched_share is not None else ""
    requests = f", {count_text(one.requests_a_day)} requests a day" if one.requests_a_day is not None else ""
    where = where_text(one.proposal)
    return f"{one.number}. By itself it saves {saving} in {month}{share}.{touched}{requests} ({where})."
