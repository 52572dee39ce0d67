"""Self-hosted prices: from a GPU's hour, its throughput and its use to a token, exactly, without the known traps."""

from fractions import Fraction
from pathlib import Path

import pytest

import costcalc
from costcalc.calendar import Month
from costcalc.money import Money, round_half_up
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.read import parse_book, read_book
from costcalc.pricebook.selfhosted import SelfHosted, derivation
from costcalc.pricebook.write import book_text
from tests.kit import book, flat, model, prices, usage

EXAMPLE = Path(__file__).parents[2] / "examples" / "selfhosted.yaml"


def served(**facts) -> SelfHosted:
    """A GPU of 2.50 an hour that does 700 tokens a second of either kind, unless said otherwise."""
    speeds = {"input_tokens": Fraction(700), "output_tokens": Fraction(700)}
    known = {"gpu_hour": Money(Fraction("2.5"), "USD"), "per_second": speeds, "utilisation": Fraction(1)}
    return SelfHosted(**(known | facts))


def lines(**facts: str) -> str:
    known = {
        "gpu_hour": "2.50 USD",
        "input_tokens_per_second": "7_000 per replica",
        "output_tokens_per_second": "700 per replica",
        "utilisation": "100%",
    }
    return "self_hosted: {" + ", ".join(f"{key}: {value}" for key, value in (known | facts).items()) + "}\n"


def block_of(**facts: str):
    found = prices(book(model("m", ("2026-01-01", lines(**facts))), provider="selfhosted"))
    return found.pricebook.books[0].models["m"].blocks[0]


@pytest.mark.parametrize(("utilisation", "per_million"), [("1", "0.99"), ("0.4", "2.48"), ("0.1", "9.92")])
def test_a_million_tokens_at_700_a_second(utilisation, per_million):
    """2.50 ÷ (700 × 3600 × utilisation) × 10⁶."""
    price = served(utilisation=Fraction(utilisation)).per_million("output_tokens")
    assert price == Fraction("2.5") / (700 * 3600 * Fraction(utilisation)) * 10**6
    assert f"{round_half_up(price, 2)}" == per_million


def test_a_gpu_that_is_always_on_costs_the_same_idle_or_busy():
    """730 hours at 2.50 are 1,825, not the 730 that a calculator gets by multiplying with 40%."""
    idle = served(utilisation=Fraction(2, 5))
    assert idle.hourly * 730 == 1825
    assert idle.hourly == served().hourly


def test_a_month_has_its_own_hours():
    assert [served().monthly(Month(2026, month)) for month in (2, 4, 5)] == [
        Fraction("2.5") * 28 * 24,  # 1,680
        Fraction("2.5") * 30 * 24,  # 1,800
        Fraction("2.5") * 31 * 24,  # 1,860
    ]


def test_a_spare_replica_is_paid_for_and_serves_nothing():
    """Two replicas of two GPUs and one to spare: 6 × 2.50 = 15 an hour for 2 × 700 tokens a second."""
    found = served(gpus=2, replicas=2, spare=1)
    assert (found.paid_gpus, found.hourly) == (6, 15)
    assert found.per_million("output_tokens") == Fraction(15 * 10**6, 2 * 700 * 3600)


def test_a_fixed_cost_is_in_the_month_and_in_no_token():
    fixed = served(fixed_per_month=Money(Fraction(300), "USD"))
    assert fixed.per_million("input_tokens") == served().per_million("input_tokens")
    assert fixed.monthly(Month(2026, 4)) == 1800 + 300


def test_a_quarter_of_the_use_is_four_times_the_price():
    """A use of 25% quadruples the price: 1.00 at full use is 4.00, and an API at 2.00 is beaten above 50% only."""
    full = served(gpu_hour=Money(Fraction("2.52"), "USD"))  # 2.52 ÷ (700 × 3600) × 10⁶ = 1.00
    assert full.per_million("output_tokens") == 1
    use = {share: served(gpu_hour=full.gpu_hour, utilisation=share) for share in (Fraction(1, 4), Fraction(1, 2))}
    assert [found.per_million("output_tokens") for found in use.values()] == [4, 2]


def test_input_and_output_are_priced_apart():
    rates = block_of().standard.rates
    assert rates["input_tokens"].price == Fraction("2.5") * 10**6 / (7000 * 3600)
    assert rates["output_tokens"].price == Fraction("2.5") * 10**6 / (700 * 3600)
    assert {rate.per_units for rate in rates.values()} == {10**6}


def test_throughput_is_of_a_replica_or_of_a_gpu():
    """Four GPUs of 700 each are a replica of 2,800."""
    of_gpu = block_of(gpus="4", output_tokens_per_second="700 per GPU")
    of_replica = block_of(gpus="4", output_tokens_per_second="2_800 per replica")
    assert of_gpu.standard.rates["output_tokens"] == of_replica.standard.rates["output_tokens"]


def test_the_facts_stay_in_the_model():
    facts = block_of(spare="1", replicas="3", fixed_per_month="300 USD").self_hosted
    assert (facts.spare, facts.replicas, facts.fixed_per_month) == (1, 3, Money(Fraction(300), "USD"))
    assert facts.capacity("output_tokens") == 3 * 700 * 3600


def test_the_derivation_says_every_step():
    found = derivation(served(gpus=2, spare=1, utilisation=Fraction(2, 5), fixed_per_month=Money(Fraction(300), "USD")))
    assert [(step.what, step.formula, step.unit) for step in found.steps] == [
        ("GPUs", "2 × (1 + 1 spare) replicas", "GPU"),
        ("an hour", "2.5 USD × 4", "USD"),
        ("input an hour", "700/s × 1 × 3600 s × 40%", "token"),
        ("1M input", "10 ÷ 1008000 × 10⁶", "USD"),
        ("output an hour", "700/s × 1 × 3600 s × 40%", "token"),
        ("1M output", "10 ÷ 1008000 × 10⁶", "USD"),
        ("fixed, a month", "in no token's price", "USD"),
    ]
    assert [step.value for step in found.steps] == [
        4, 10, 1_008_000, Fraction(10_000_000, 1_008_000), 1_008_000, Fraction(10_000_000, 1_008_000), 300,
    ]  # fmt: skip


def test_other_meters_may_be_priced_beside():
    """Cached input that costs nothing: what is not cached is derived."""
    text = model("m", ("2026-01-01", lines() + "cache_read_tokens: 0 per 1M\n"))
    found = prices(book(text, provider="selfhosted")).pricebook.books[0].models["m"].blocks[0]
    assert found.standard.rates["cache_read_tokens"].price == 0


def test_usage_of_our_own_machines_is_priced(tmp_path):
    """25.2 M tokens of output are ten hours of a GPU at 700 a second: 25.00."""
    terms = prices(book(model("m", ("2026-01-01", lines())), provider="selfhosted"))
    row = {"provider": "selfhosted", "input_tokens": 0, "output_tokens": 25_200_000}
    assert costcalc.cost(usage(tmp_path, row), prices=terms).rating.total.before == 25


def test_traffic_moves_to_our_own_machines(tmp_path):
    """25.2 M tokens of input: 252 at 10 per 1M, an hour of a GPU at 7,000 a second. +34% costs 85.68, and the day of
    the one machine 24 × 2.50: so 145.68 of the 337.68 must move."""
    lists = prices(
        book(flat("dear", input_tokens="10", output_tokens="10")),
        book(model("m", ("2026-01-01", lines())), provider="selfhosted"),
    )
    row = {"model": "dear", "input_tokens": 25_200_000, "output_tokens": 0}
    found = costcalc.project(usage(tmp_path, row), hikes={"acme": 34}, move_to="selfhosted/m", prices=lists)
    assert found.answers.moves[0].share == Fraction("145.68") / Fraction("337.68")


def test_the_example_lies_over_our_list_of_rented_gpus():
    books = load_pricebook([EXAMPLE])
    found = books.resolve("selfhosted/qwen3-8b")
    block = books.block_on(found.provider, found.region, found.model, block_day(books, found)).block
    assert block.self_hosted
    assert derivation(block.self_hosted).steps


def test_the_facts_are_written_and_read_back():
    book = read_book(EXAMPLE)
    again = parse_book(book_text(book))
    for name, one in book.models.items():
        (before,), (after,) = one.blocks, again.models[name].blocks
        assert (after.self_hosted, after.standard) == (before.self_hosted, before.standard)


def block_day(books, found):
    return books.book(found.provider, found.region).models[found.model].blocks[0].starts
