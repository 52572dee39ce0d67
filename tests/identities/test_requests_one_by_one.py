"""A second computation of scenarios: every request of a random log changed and priced one by one, by rules written here."""

from __future__ import annotations

from fractions import Fraction as F

from hypothesis import given
from hypothesis import strategies as st

from costcalc.scenario.changes import Efficiency, Escalation, Growth, Mix, Move, Rescale, UsageChanges
from costcalc.scenario.figure import Span, fixed
from costcalc.scenario.where import Length, Where
from tests.identities.plans import TOKENS, case, horizon, months_of, plan
from tests.kit import about, book, examples, model, prices

# (input above, output above): price of a million of input, of output. The last that a request is above holds.
STEPS = {
    "small": [((0, 0), (1, 4)), ((1_000, 0), (2, 6)), ((4_000, 0), (F("3.5"), 9))],
    "large": [((0, 0), (5, 20)), ((0, 500), (6, 24)), ((2_500, 0), (8, 30)), ((2_500, 500), (9, 40))],
}
BOOKS = prices(
    book(
        model(
            "small",
            (
                "2020-01-01",
                "bands:\n  - {input_up_to: 1_000, input_tokens: 1 per 1M, output_tokens: 4 per 1M}\n"
                "  - {input_above: 1_000, input_up_to: 4_000, input_tokens: 2 per 1M, output_tokens: 6 per 1M}\n"
                "  - {input_above: 4_000, input_tokens: 3.5 per 1M, output_tokens: 9 per 1M}\n",
            ),
        ),
        model(
            "large",
            (
                "2020-01-01",
                "bands:\n"
                "  - {input_up_to: 2_500, output_up_to: 500, input_tokens: 5 per 1M, output_tokens: 20 per 1M}\n"
                "  - {input_up_to: 2_500, output_above: 500, input_tokens: 6 per 1M, output_tokens: 24 per 1M}\n"
                "  - {input_above: 2_500, output_up_to: 500, input_tokens: 8 per 1M, output_tokens: 30 per 1M}\n"
                "  - {input_above: 2_500, output_above: 500, input_tokens: 9 per 1M, output_tokens: 40 per 1M}\n",
            ),
        ),
    )
)
LENGTHS = st.sampled_from(
    [0, 1, 499, 500, 501, 999, 1_000, 1_001, 1_250, 1_999, 2_000, 2_500, 2_501, 3_999, 4_000, 9_000]
)


@st.composite
def request(draw):
    return {
        "time": f"2026-09-{draw(st.sampled_from([1, 30])):02d}T12:00:00Z",
        "provider": "acme",
        "model": draw(st.sampled_from(["small", "large"])),
        "customer": draw(st.sampled_from(["a", "b"])),
        "requests": 1,
        "input_tokens": draw(LENGTHS | st.integers(0, 5_000)),
        "output_tokens": draw(LENGTHS | st.integers(0, 1_000)),
    }


REQUESTS = st.lists(request(), min_size=1, max_size=8).map(
    lambda found: [{**found[0], "time": "2026-09-01T00:00:00Z"}, *found, {**found[0], "time": "2026-09-30T23:00:00Z"}]
)
FACTORS = st.sampled_from(["0.5", "0.8", "1", "1.25", "2", "2.5", "4", "0.3333"]).map(F)
SHARES = st.sampled_from(["0", "0.25", "0.5", "1"]).map(F)
WHO = st.sampled_from([None, "a", "b"])
SHORT = st.none() | st.sampled_from([500, 1_000, 2_500])


def where(who, short=None):
    return Where(
        {"customer": (who,)} if who else {}, (Length("input_tokens", 0, short, f"<= {short}"),) if short else ()
    )


def means(change, one):
    who, short = change
    return who in (None, one["customer"]) and (short is None or one["input_tokens"] <= short)


def price(name, given, made):
    """Dollars of one request of so many tokens."""
    fits = [rates for (above, output_above), rates in STEPS[name] if (given > above or not above) and (made > output_above or not output_above)]  # fmt: skip
    return (fits[-1][0] * given + fits[-1][1] * made) / F(1_000_000)


def parts_of(one, changes, n):
    """(share, model, input, output) of one request of today in month n of 1, 2, 3: everything that becomes of it."""
    given, made = F(one["input_tokens"]), F(one["output_tokens"])
    many = F(1)
    for who, rate, shape, side in changes["growth"]:
        if means((who, None), one):
            level = {"compound": (1 + rate) ** n, "linear": 1 + rate * n, "step": 1 + rate}[shape]
            if side == "requests":
                many *= level
            else:
                given, made = given * level, made * level
    asked = [(many, given, made)]
    for who, short, share, times, more, output_times in changes["mix"]:
        if means((who, short), one):
            asked = [
                part
                for many, given, made in asked
                for part in (
                    (many * (1 - share), given, made),
                    (many * share, given * times + more, made * output_times),
                )
            ]
    home = one["model"]
    found = [(many, home, given, made) for many, given, made in asked]
    for who, first, share, again, tokens in changes["escalation"]:
        if means((who, None), one) and first != home:
            found = [
                part
                for many, name, given, made in found
                for part in (
                    (many * (1 - share), name, given, made),
                    (many * share, first, given * tokens, made * tokens),
                    (many * share * again, name, given, made),
                )
            ]
    for who, short, to, share, tokens in changes["moves"]:
        if means((who, short), one):
            found = [
                part
                for many, name, given, made in found
                for part in (
                    [(many, name, given, made)]
                    if name != home or home == to
                    else [(many * (1 - share), name, given, made), (many * share, to, given * tokens, made * tokens)]
                )
            ]
    for who, lever, cut in changes["efficiency"]:
        if means((who, None), one):
            left = 1 - cut
            found = [
                (
                    many * (left if lever == "requests" else 1),
                    name,
                    given * (left if lever == "prompt" else 1),
                    made * (left if lever == "output" else 1),
                )
                for many, name, given, made in found
            ]
    return found


def as_usage(changes):
    return UsageChanges(
        tuple(
            Growth(where(who), Span(), shape, fixed(rate), {}, None if side == "requests" else TOKENS)
            for who, rate, shape, side in changes["growth"]
        ),
        tuple(
            Mix(where(who, short), Span(), fixed(share),
                {"input_tokens": Rescale(fixed(times), fixed(more)), "output_tokens": Rescale(fixed(output_times))})
            for who, short, share, times, more, output_times in changes["mix"]
        ),
        tuple(
            Escalation(where(who), Span(), f"acme/{first}", fixed(again), "untested", fixed(share), fixed(tokens))
            for who, first, share, again, tokens in changes["escalation"]
        ),
        tuple(
            Move(where(who, short), Span(), fixed(share), f"acme/{to}", "untested", fixed(tokens))
            for who, short, to, share, tokens in changes["moves"]
        ),
        tuple(Efficiency(where(who), Span(), lever, fixed(-cut)) for who, lever, cut in changes["efficiency"]),
    )  # fmt: skip


MODELS = st.sampled_from(["small", "large"])
CHANGES = st.fixed_dictionaries({
    "growth": st.lists(st.tuples(WHO, st.sampled_from(["0.1", "0.25", "1", "-0.2"]).map(F), st.sampled_from(["compound", "linear", "step"]),
                                 st.sampled_from(["requests", "tokens"])), max_size=2),
    "mix": st.lists(st.tuples(WHO, SHORT, SHARES, FACTORS, st.sampled_from([0, 1, 500, 3_000]), FACTORS), max_size=1),
    "escalation": st.lists(st.tuples(WHO, MODELS, SHARES, SHARES, FACTORS), max_size=1),
    "moves": st.lists(st.tuples(WHO, SHORT, MODELS, SHARES, FACTORS), max_size=1),
    "efficiency": st.lists(st.tuples(WHO, st.sampled_from(["requests", "prompt", "output"]), st.sampled_from(["0.2", "0.5"]).map(F)), max_size=2),
})  # fmt: skip


@examples(25)
@given(REQUESTS, CHANGES)
def test_the_months_are_the_sum_of_requests_changed_and_priced_one_by_one(log, changes):
    names = {one["customer"] for one in log}
    for kind in changes:
        changes[kind] = [change for change in changes[kind] if change[0] in (None, *names)]
    scenario = plan(as_usage(changes))
    found = case(horizon(log, scenario, prices=BOOKS), scenario).run()
    for n, days in ((1, 31), (2, 30), (3, 31)):
        one_by_one = sum(
            many * price(name, given, made) for one in log for many, name, given, made in parts_of(one, changes, n)
        )
        assert months_of(found)[n - 1] == about(one_by_one * days / 30)
    assert not any("mean length" in note for note in found.notes)
