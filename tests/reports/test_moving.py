"""When moving pays: each answer, put into the book of the machines, makes both sides cost the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc
from costcalc.calendar import Month
from costcalc.render.words import long_month_text

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
    def run(book: str, log: str = LOG, hike: int = 50):
        for name, text in (("acme.yaml", LIST), ("mine.yaml", book), ("log.csv", log)):
            (tmp_path / name).write_text(text)
        prices = costcalc.read_prices(pricebooks=[tmp_path / "acme.yaml", tmp_path / "mine.yaml"])
        found = costcalc.project(tmp_path / "log.csv", hikes={"acme": hike}, move_to="selfhosted/mine", prices=prices)
        (answer,) = found.report.answers.moves
        return answer

    return run


def test_what_it_costs_here_and_there(moved):
    """Here 600M × 3 + 150M × 9 = 3,150 USD. There 167 busy hours of the 288 that one replica gives: 720 of 1.50 = 1,080."""
    pays = moved(machines()).pays
    assert (pays.stays, pays.there, pays.replicas) == (3150, 1080, 1)
    assert pays.change == Fraction(1080, 3150) - 1


def test_spare_ones_and_the_fixed_cost_are_paid_for(moved):
    assert moved(machines(fixed="fixed_per_month: 300 USD\n          spare: 1")).pays.there == 2 * 1080 + 300


def test_as_many_replicas_as_the_load_needs(moved):
    """At 20% one replica gives 144 busy hours, and 167 are needed."""
    pays = moved(machines(utilisation="20%")).pays
    assert (pays.there, pays.replicas) == (2160, 2)


def test_a_share_that_moves_pays_for_whole_replicas(moved):
    """The rise costs 1,050; a replica 1,080 more: 2,130 of the 3,150 must move. With 1,100 beside them all do not do."""
    assert moved(machines()).share == Fraction(2130, 3150)
    dear = moved(machines(fixed="fixed_per_month: 1_100 USD"))
    assert (dear.share, dear.reason) == (None, "even all of it does not suffice")


def test_the_share_is_carried_by_the_replicas_that_it_pays(moved):
    """At 10% a replica gives 72 hours, 0.432 of the load, worth 1,360.80, for 1,080: 1,050 lost would need four."""
    assert moved(machines(utilisation="10%")).share is None
    assert moved(machines(utilisation="20%")).share == Fraction(1050 + 1080, 3150)  # 0.676 of 0.864
    assert moved(machines("0.75 USD", utilisation="10%")).share == Fraction(1050 + 2 * 540, 3150)  # 0.676 of 0.864


def test_a_small_log_does_not_pay_for_a_machine(moved):
    small = moved(machines(), LOG.replace("000000", "0000"))
    assert small.pays.there > small.pays.stays
    assert (small.share, small.pays.machines.volume_from) == (None, Fraction(1080 * 100, 3150))
    assert small.reason == "it costs more than staying at this volume, on whole machines"


def test_usage_of_the_target_itself_has_its_replicas_paid(moved):
    """The replica that is there has 288 hours; 100 are the log's own, and 167 move: nothing more is paid."""
    own = LOG + "2026-09-15,selfhosted,mine,720000000,0\n"
    answer = moved(machines(), own)
    assert (answer.pays.there, answer.pays.machines) == (0, None)
    assert answer.share == Fraction(1050, 3150)


def test_the_scenario_costs_the_same(tmp_path, moved):
    """The log of September, carried on in November, which has as many days."""
    moved(machines(fixed="fixed_per_month: 300 USD\n          spare: 1"))
    (tmp_path / "plan.yaml").write_text(
        "scenario: move\nhorizon: 2 months\nprices:\n  - {what: acme, change: +50%}\n"
        "moves: [{where: {provider: acme}, to: selfhosted/mine, share: 100%, quality: assumed}]\n"
    )
    prices = costcalc.read_prices(pricebooks=[tmp_path / "acme.yaml", tmp_path / "mine.yaml"])
    plan = costcalc.project(tmp_path / "log.csv", scenario=tmp_path / "plan.yaml", prices=prices).report
    assert plan.last.after.cost == 2 * 1080 + 300


@pytest.mark.parametrize(("growth", "month"), [("+10%", Month(2026, 12)), ("+0%", None), ("+30%", Month(2026, 10))])
def test_the_month_from_which_on_moving_pays(tmp_path, moved, growth, month):
    """Staying costs 2,100 USD in 30 days, one replica 1,080 and 1,500 a month: October 2,387 to 2,616, November 2,541 to
    2,580, December 2,888 to 2,616 at 10% more each month; at 30% October is 2,821."""
    moved(machines(fixed="fixed_per_month: 1_500 USD"))
    (tmp_path / "plan.yaml").write_text(
        f"scenario: move\nhorizon: 3 months\ngrowth: [{{each month: {growth}}}]\n"
        "moves: [{where: {provider: acme}, to: selfhosted/mine, share: 100%, quality: assumed}]\n"
    )
    prices = costcalc.read_prices(pricebooks=[tmp_path / "acme.yaml", tmp_path / "mine.yaml"])
    found = costcalc.project(tmp_path / "log.csv", scenario=tmp_path / "plan.yaml", prices=prices)
    (answer,) = found.report.answers.break_even
    assert answer.pays_from == month
    said = "In none of these months does it pay." if month is None else f"From {long_month_text(month)} on it pays."
    assert said in " ".join(found.to_markdown().split())


def test_at_the_price_of_a_gpu_both_cost_the_same(moved):
    """(3,150 − 300) ÷ 720 = 3.9583… with the fixed cost; without it 4.375."""
    fixed = moved(machines(fixed="fixed_per_month: 300 USD")).pays
    assert fixed.machines.gpu_hour_at_most == Fraction(2850, 720)
    assert moved(machines()).pays.machines.gpu_hour_at_most == Fraction("4.375")
    at_it = moved(machines(gpu_hour="4.375 USD")).pays
    assert at_it.there == at_it.stays


def test_at_the_utilisation_moving_still_pays_and_below_it_does_not(moved):
    """3,150 pay two replicas of 1,080: 166.67 busy hours of 1,440 are 25/216."""
    assert moved(machines()).pays.machines.utilisation_from == Fraction(25, 216)
    above, below = moved(machines(utilisation="11.6%")).pays, moved(machines(utilisation="11.5%")).pays
    assert (above.replicas, below.replicas) == (2, 3)
    assert above.there <= above.stays
    assert below.there > below.stays


def test_at_the_volume_whole_replicas_cost_what_staying_costs(moved):
    """30 days of 24 hours at 1.50 are 1,080 USD: 1,080 ÷ 3,150 of the log's volume; with 300 USD beside, 1,380 ÷ 3,150."""
    assert moved(machines()).pays.machines.volume_from == Fraction(1080, 3150)
    with_fixed = moved(machines(fixed="fixed_per_month: 300 USD")).pays.machines
    assert (with_fixed.volume_from, with_fixed.replicas) == (Fraction(1380, 3150), 1)


def test_several_replicas_pay_a_large_fixed_cost(moved):
    """One carries 288 ÷ 166.67 = 1.728 times the log, worth 5,443.20, for 1,080: 4,363.20 gained pay 10,000 with 3."""
    found = moved(machines(fixed="fixed_per_month: 10_000 USD")).pays.machines
    assert (found.replicas, found.volume_from) == (3, Fraction(13240, 3150))


def test_machines_that_never_pay_say_so(moved):
    found = moved(machines(gpu_hour="40 USD")).pays.machines
    assert (found.volume_from, found.utilisation_from) == (None, None)
    assert found.gpu_hour_at_most == Fraction("4.375")


def test_the_page_of_a_small_log_proposes_no_share(run_costcalc):
    out = run_costcalc(
        "project", "examples/usage.csv", "--hike", "alibaba=34", "--where", "customer=ember", "--pricebook",
        "examples/selfhosted.yaml", "--move-to", "selfhosted/qwen3-32b", "--revenue", "200", columns=200,
    ).out  # fmt: skip
    assert "it does not pay" in out
    assert "of the raised traffic" not in out


def test_the_page_answers_in_one_block(run_costcalc):
    out = run_costcalc(
        "project", "examples/usage.csv", "--hike", "alibaba=34", "--pricebook", "examples/selfhosted.yaml",
        "--move-to", "selfhosted/qwen3-8b",
    ).out  # fmt: skip
    block = out[out.index("When does moving to selfhosted/qwen3-8b pay?") :].split("\n\n")[0]
    for word in ("At this volume", "whole replica", "Volume ", "Price of a GPU", "Utilisation"):
        assert word in block
