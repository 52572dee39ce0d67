"""Explanations: every chain multiplies out to its figure, and the figures add up to the printed total, exactly."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.meters import meters
from costcalc.money import minor_digits, round_half_up
from costcalc.reports.chain import product
from tests.identities.logs import BOOKS, LOGS, PERCENT, ledger, project
from tests.kit import examples, prices

HIKES = st.lists(
    st.sampled_from(
        [
            "any=34",
            "east=5..34",
            "west:output_tokens=20",
            "east=10@2026-09-10",
            "west/plain:input_tokens==4/1M",
            "east/hourly:output_tokens==5/1M@2026-09-05",
            "any:tokens=-20",
        ]
    ),
    max_size=3,
)
# A dated hike must begin within the log: its last row lies on the 28th.
TO_THE_END = LOGS.map(lambda log: [*log, {**log[0], "time": "2026-09-28T12:00:00Z", "until": "", "tier": ""}])
BASES = st.sampled_from(["auto", "list", "billed"])
TERMS = (
    "discounts:\n  - {what: west, percent: 12.5%}\n  - {what: 'east:output_tokens', percent: 10%, from: 2026-09-08}\n"
)
COMMITTED = "commitments:\n  - {what: west, each: month, amount: 3 USD}\n"


def explained(log: list[dict[str, Any]], books: costcalc.Prices = BOOKS, **words: Any) -> costcalc.ExplanationResult:
    return costcalc.explain(ledger((json.dumps(log),)), prices=books, **{"currency": "USD", **words})


@examples(15)
@given(TO_THE_END, HIKES, BASES)
def test_every_chain_multiplies_out_and_all_add_up(log, hikes, basis):
    found = explained(log, hikes=hikes, basis=basis, by=("customer", "provider", "model"))
    leaves = [leaf for _, _, leaf in found.leaves()]
    for leaf in leaves:
        if leaf.steps:
            assert product(leaf.steps) == leaf.steps[-1].amount == leaf.cost.mid
            assert all(
                step.times is not None for step in leaf.steps if step.kind not in ("price", "stated", "new rate")
            )
        else:
            assert leaf.cost.mid == 0
    assert sum((leaf.cost.mid for leaf in leaves), Fraction()) == found.total.mid
    assert sum((leaf.cost.before for leaf in leaves), Fraction()) == found.total.before
    assert found.total == project(log, hikes=hikes, basis=basis).total


@examples(10)
@given(TO_THE_END, HIKES)
def test_under_contracts_too(log, hikes):
    under = costcalc.Prices(BOOKS.pricebook.with_terms(prices(TERMS + COMMITTED).pricebook.terms), BOOKS.fx)
    found = explained(log, under, hikes=hikes)
    for _, price, leaf in found.leaves():
        assert not leaf.steps or leaf.steps[-1].amount == leaf.cost.mid
        assert price.committed is not None or not leaf.steps or product(leaf.steps) == leaf.cost.mid
    assert sum((leaf.cost.mid for _, _, leaf in found.leaves()), Fraction()) == found.total.mid


@examples(10)
@given(LOGS, PERCENT)
def test_without_its_hikes_a_chain_gives_the_cost_before(log, rise):
    found = explained(log, hikes={"any": f"{rise}%", "west": "5..10"})
    for _, _, leaf in found.leaves():
        amount = Fraction()
        for step in leaf.steps:
            factor = Fraction(1) if step.kind == "hike" else step.times
            amount = step.amount if factor is None else amount * factor
        assert amount == leaf.cost.before


@examples(10)
@given(LOGS)
def test_counts_are_those_of_the_log(log):
    """Billable counts are the reported ones less the parts that have a price, and every row stands in one line."""
    found = explained(log, basis="list")
    for _, _, leaf in found.leaves():
        assert leaf.quantity == leaf.reported - sum(leaf.taken.values(), Fraction())
        assert not {*leaf.taken} & {*leaf.kept}
    assert sum(line.rows for line in found.lines) == sum(group.rows for group in ledger((json.dumps(log),)).groups)


@examples(10)
@given(TO_THE_END, HIKES)
def test_the_json_multiplies_out_and_adds_up_by_itself(log, hikes):
    """Read as somebody else would: with fractions, and nothing but the file."""
    data = json.loads(explained(log, hikes=hikes).to_json())
    total, shown = Fraction(), Decimal()
    for line in data["lines"]:
        for price in line["prices"]:
            for meter in price["meters"]:
                amount = Fraction()
                for step in meter["steps"]:
                    if step["kind"] == "price":
                        amount = Fraction(meter["quantity"]) * Fraction(meter["price"]) / meter["per_units"]
                    elif step["times"] is None:
                        amount = Fraction(step["amount"])
                    else:
                        amount *= Fraction(step["times"])
                    assert amount == Fraction(step["amount"])
                assert amount == Fraction(meter["exactly"]["cost"])
                total += amount
                shown += Decimal(meter["cost"]["with_the_scenario"]["rounded"])
    assert total == Fraction(data["total_exactly"])
    assert shown == Decimal(data["total"]["with_the_scenario"]["rounded"]) == round_half_up(total, minor_digits("USD"))


@examples(10)
@given(LOGS, st.sampled_from(["input_tokens", "input_tokens_only", "cache_read_tokens", "output_tokens"]))
def test_a_meter_alone_is_what_its_leaves_cost(log, meter):
    """What is explained of a meter is the lines of that meter and its parts, and what a hike of it raises."""
    found, lines = explained(log, basis="list"), meters().names_of(meter)
    expected = sum((leaf.cost.mid for _, _, leaf in found.leaves() if leaf.meter in lines), Fraction())
    doubled = project(log, basis="list", hikes={f"any:{meter}": 100})
    assert doubled.rating.total.mid - doubled.rating.total.before == expected
    if any(leaf.meter in lines for _, _, leaf in found.leaves()):
        alone = explained(log, basis="list", meter=meter)
        assert alone.explained.mid == expected
        assert alone.total == found.total


@examples(10)
@given(LOGS, st.sampled_from(["west", "east"]))
def test_a_figure_is_the_one_that_the_report_prints(log, provider):
    """To the cent, whatever lines are chosen: half a cent must not fall elsewhere."""
    printed = {
        str(line["names"]): line["cost"]
        for line in json.loads(project(log, hikes={"any": "5..34"}).to_json())["over_the_log"]["lines"]
    }
    words = {"line": {"provider": provider}} if any(row["provider"] == provider for row in log) else {}
    for line in json.loads(explained(log, hikes={"any": "5..34"}, **words).to_json())["lines"]:
        assert line["cost"] == printed[str(line["names"])]
        for name in ("before", "low", "with_the_scenario", "high") if line["cost"] else ():
            leaves = [meter["cost"][name]["rounded"] for price in line["prices"] for meter in price["meters"]]
            assert sum(map(Decimal, leaves)) == Decimal(line["cost"][name]["rounded"])
