"""Events: in their documented scope until the list holds them; what reaches tokens is an assumption that is said."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from tests.kit import usage

# An instance at 5.899 CNY an hour and a million input tokens of qwen3-max at 2.50 CNY, before and after 18 April.
HOURS = {"provider": "alibaba", "model": "ecs.gn7i-c8g1.2xlarge", "instance_hours": 1000}
TOKENS = {"provider": "alibaba", "model": "qwen3-max", "requests": 1000, "input_tokens": 1_000_000, "output_tokens": 0}
MARCH, JUNE = {"date": "2026-03-10"}, {"date": "2026-06-10"}


def project(path, *rows, **options):
    return costcalc.project(usage(path, *rows), hikes=["@alibaba-2026-04-compute"], **options)


def test_before_its_day_an_event_raises_what_it_documents(tmp_path):
    found = project(tmp_path, {**HOURS, **MARCH})
    assert found.total.before == 5899
    assert (found.total.low, found.total.high) == (5899 * Fraction("1.05"), 5899 * Fraction("1.34"))
    assert found.log.changes[0].included == 0


def test_from_its_day_on_the_bill_contains_it_already(tmp_path):
    found = project(tmp_path, {**HOURS, **JUNE})
    assert found.total.before == found.total.high == 5899
    assert (found.log.changes[0].cost, found.log.changes[0].included) == (0, 5899)


def test_tokens_are_out_of_its_scope_unless_something_is_passed_through(tmp_path):
    assert project(tmp_path, {**TOKENS, **JUNE}, pass_through="0%").total.high == Fraction("2.50")
    assert project(tmp_path, {**TOKENS, **JUNE}, pass_through="50%").total.high == Fraction("2.50") * Fraction("1.17")
    assert project(tmp_path, {**TOKENS, **JUNE}, pass_through="100%").total.high == Fraction("2.50") * Fraction("1.34")


def test_without_a_pass_through_three_stand_side_by_side(tmp_path):
    found = project(tmp_path, {**TOKENS, **JUNE}, revenue="5")
    assert [(each.share, each.outcome.high.cost) for each in found.log.pass_throughs] == [
        (0, Fraction("2.50")),
        (Fraction(1, 2), Fraction("2.925")),
        (1, Fraction("3.35")),
    ]
    assert found.log.pass_throughs[2].outcome.high.margin == (5 - Fraction("3.35")) / 5
    assert project(tmp_path, {**TOKENS, **JUNE}, pass_through="60%").log.pass_throughs == []


def test_the_named_scenario_is_the_four_events_of_april(tmp_path):
    found = costcalc.project(usage(tmp_path, {**HOURS, **MARCH}), scenario="april-2026")
    assert [each.change.event for each in found.log.changes] == [
        "alibaba-2026-04-compute",
        "alibaba-2026-04-cpfs",
        "baidu-2026-04-compute",
        "baidu-2026-04-pfs",
    ]
    assert found.total.high == 5899 * Fraction("1.34")


def test_a_scenario_file_of_your_own(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text(
        "scenario: What we expect\n"
        "prices:\n"
        "  - {event: alibaba-2026-04-compute, pass_through: 50%}\n"
        "  - {what: alibaba/qwen3-max, change: +10%}\n"
    )
    found = costcalc.project(usage(tmp_path, {**TOKENS, **JUNE}), scenario=file)
    assert found.total.high == Fraction("2.50") * Fraction("1.17") * Fraction("1.10")
    assert found.log.pass_throughs == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("scenario: x\nprices: [{event: alibaba-2026-04-computer}]\n", ["unknown-event"]),
        ("scenario: x\nprices: [{what: alibaba, change: 0.34}]\n", ["bad-hike"]),
        ("scenario: x\nprices: [{what: alibaba}, {event: alibaba-2026-04-compute, on: 2026-05-01}]\n",
         ["missing-key", "event-with-change"]),
        ("scenario: x\nprices: [{what: alibaba, change: 5..34, pass_through: 160%}]\n", ["bad-share"]),
        ("prices: alibaba\nprice: []\n", ["missing-key", "unknown-key", "wrong-shape"]),
    ],
)  # fmt: skip
def test_a_wrong_scenario_file_is_refused_with_every_problem(text, codes, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(CostcalcError) as error:
        costcalc.project(usage(tmp_path, {**TOKENS, **JUNE}), scenario=file)
    assert sorted(problem.code for problem in error.value.problems) == sorted(codes)
    assert all(problem.place.line for problem in error.value.problems)
