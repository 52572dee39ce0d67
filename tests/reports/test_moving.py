"""When moving pays: each answer, put into the book of the machines, makes both sides cost the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc

LIST = """
provider: acme
currency: USD
timezone: UTC
models:
  m:
    prices:
      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 6 per 1M}
"""
LOG = "date,provider,model,input_tokens,output_tokens\n2026-09-01,acme,m,400000000,100000000\n2026-09-30,acme,m,200000000,50000000\n"


def machines(gpu_hour: object = "1.5 USD", utilisation: object = "40%", fixed: str = "") -> str:
    return f"""
provider: selfhosted
region: global
currency: USD
timezone: UTC
models:
  mine:
    prices:
      2026-01-01:
        self_hosted:
          gpu_hour: {gpu_hour}
          input_tokens_per_second: 2_000 per replica
          output_tokens_per_second: 500 per replica
          utilisation: {utilisation}
          {fixed}
"""


@pytest.fixture
def moved(tmp_path):
    def run(book: str):
        for name, text in (("acme.yaml", LIST), ("mine.yaml", book), ("log.csv", LOG)):
            (tmp_path / name).write_text(text)
        prices = costcalc.read_prices(pricebooks=[tmp_path / "acme.yaml", tmp_path / "mine.yaml"])
        found = costcalc.project(tmp_path / "log.csv", hikes={"acme": 50}, move_to="selfhosted/mine", prices=prices)
        (answer,) = found.report.answers.moves
        assert answer.pays is not None
        return answer.pays

    return run


def test_what_it_costs_here_and_there(moved):
    """Here 600M × 3 + 150M × 9 = 3,150 USD. There 600M ÷ 2,880,000 + 150M ÷ 720,000 = 416.67 hours of 1.50 = 625 USD."""
    pays = moved(machines())
    assert (pays.stays, pays.there) == (3150, 625)
    assert pays.change == Fraction(625, 3150) - 1


def test_at_the_price_of_a_gpu_both_cost_the_same(moved):
    pays = moved(machines())
    assert pays.machines.gpu_hour_at_most == Fraction("7.56")  # 1.5 × 3150 ÷ 625
    at_it = moved(machines(gpu_hour="7.56 USD"))
    assert at_it.there == at_it.stays


def test_at_the_utilisation_both_cost_the_same(moved):
    """0.4 × 625 ÷ 3,150 = 5/63; at 15.12 USD an hour all of it costs 6,300 there: 0.4 × 6,300 ÷ 3,150 = 0.8."""
    assert moved(machines()).machines.utilisation_from == Fraction(5, 63)
    dear = moved(machines(gpu_hour="15.12 USD"))
    assert dear.machines.utilisation_from == Fraction("0.8")
    at_it = moved(machines(gpu_hour="15.12 USD", utilisation="80%"))
    assert at_it.there == at_it.stays


def test_at_the_volume_a_set_that_is_paid_for_all_hours_costs_what_staying_costs(moved):
    """30 days of 24 hours at 1.50 are 1,080 USD: 1,080 ÷ 3,150 of the log's volume; with 300 USD beside, 1,380 ÷ 3,150."""
    assert moved(machines()).machines.volume_from == Fraction(1080, 3150)
    with_fixed = moved(machines(fixed="fixed_per_month: 300 USD"))
    assert (with_fixed.machines.volume_from, with_fixed.machines.sets) == (Fraction(1380, 3150), 1)


def test_several_sets_pay_a_large_fixed_cost(moved):
    """A set carries 720 ÷ 416.67 = 1.728 times the log, worth 5,443.20, and costs 1,080: 4,363.20 gained pay 10,000 with 3."""
    found = moved(machines(fixed="fixed_per_month: 10_000 USD")).machines
    assert (found.sets, found.volume_from) == (3, Fraction(13240, 3150))


def test_machines_that_never_pay_say_so(moved):
    found = moved(machines(gpu_hour="40 USD")).machines
    assert (found.volume_from, found.utilisation_from) == (None, None)
    assert found.gpu_hour_at_most == Fraction("7.56")


def test_the_page_answers_in_one_block(run_costcalc):
    out = run_costcalc(
        "project", "examples/usage.csv", "--hike", "alibaba=34", "--pricebook", "examples/selfhosted.yaml",
        "--move-to", "selfhosted/qwen3-8b",
    ).out  # fmt: skip
    block = out[out.index("When does moving to selfhosted/qwen3-8b pay?") :].split("\n\n")[0]
    for word in ("At this volume", "Volume ", "Price of a GPU", "Utilisation"):
        assert word in block
