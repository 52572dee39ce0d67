"""Advice on logs small enough to be computed by hand: what is found, what it saves, and what goes together."""

from dataclasses import replace
from fractions import Fraction as F

import pytest

from costcalc.api import outlook
from costcalc.api.advice import advise
from costcalc.problems import CostcalcError
from costcalc.render.advice.phrases import what_text
from costcalc.reports.advice.siblings import name_of
from tests.conftest import REPO_ROOT
from tests.kit import book, flat, model, prices, rates, write_csv

BATCH = "service_tiers: {batch: {all: 50% of standard}}\n"
MAX = model("acme-max", ("2026-01-01", rates(input_tokens="10", cache_read_tokens="1", output_tokens="30") + BATCH))
UNCACHED = model("acme-max", ("2026-01-01", rates(input_tokens="10", output_tokens="30") + BATCH))
MINI = flat("acme-mini", input_tokens="1", output_tokens="3")
TEAM = REPO_ROOT / "examples" / "team"
# 31 days of October at a tenth of ten days of September each.
MONTH = 31


def day(feature, requests, input_tokens, output_tokens, number=1, **words):
    row = {"date": f"2026-09-{number:02d}", "provider": "acme", "model": "acme-max", "feature": feature}
    return row | {"requests": requests, "input_tokens": input_tokens, "output_tokens": output_tokens} | words


def log(tmp_path, *made):
    """Ten days alike."""
    rows = [row | {"date": f"2026-09-{number:02d}"} for number in range(1, 11) for row in made]
    return write_csv(tmp_path / "usage.csv", *rows)


# Tags: 1.0 M × 10 + 0.2 M × 30 = 16 USD a day. Reports: 0.2 M × 10 + 0.02 M × 30 = 2.60 USD a day.
TAGS = day("tags", 2_000, 1_000_000, 200_000)
REPORTS = day("reports", 10, 200_000, 20_000)
BILL = MONTH * (F(16) + F("2.6"))


@pytest.fixture
def usage(tmp_path):
    return log(tmp_path, TAGS, REPORTS)


def found(result):
    return [(one.proposal.kind, one.proposal.names, one.proposal.target, one.saving) for one in result.candidates]


def test_candidates_are_found_in_the_log_and_ranked_by_what_they_save(usage):
    """acme-mini costs a tenth of acme-max; batch half; of the reports' input 50% from the cache costs a tenth."""
    result = advise(usage, prices=prices(book(MAX, MINI)))
    assert result.bill == BILL
    tags, reports = (("feature", "tags"),), (("feature", "reports"),)
    # Of 0.2 M input 0.1 M is read at 1 and a tenth of that written at 10, like plain input: 0.1 M × (10 − 1) saved.
    cached = MONTH * F("0.1") * (10 - 1)
    assert found(result) == [
        ("sibling", (), "acme/acme-mini", BILL * F(9, 10)),
        ("move", tags, "acme/acme-mini", MONTH * 16 * F(9, 10)),
        ("batch", tags, "", MONTH * 16 * F(1, 2)),
        ("batch", reports, "", MONTH * F("2.6") * F(1, 2)),
        ("cache", reports, "", cached),
    ]
    assert [one.number for one in result.candidates] == [1, 2, 3, 4, 5]


def test_each_says_what_it_touches(usage):
    one = advise(usage, prices=prices(book(MAX, MINI))).candidates[1]
    assert (one.requests_a_day, one.tokens_a_request) == (2_000, 600)
    assert one.touched_share == F(16) / F("18.6")
    assert one.saving_share == F("14.4") / F("18.6")


def test_each_says_what_to_test_and_nothing_is_said_to_be_as_good(usage):
    for one in advise(usage, prices=prices(book(MAX, MINI))).candidates:
        assert "test" in one.proposal.quality
        assert one.proposal.change.quality == one.proposal.quality


@pytest.mark.parametrize("base", [{}, {"hikes": "acme=50"}])
def test_a_saving_is_the_difference_of_two_outlooks(usage, base):
    """Each candidate's scenario given to `outlook`: the same month, to the last digit."""
    world = prices(book(MAX, MINI))
    result = advise(usage, prices=world, months=3, **base)
    month = -1 if base else 0
    for one in result.candidates:
        whole = outlook(usage, prices=world, months=3, scenario=one.scenario)
        plain = outlook(usage, prices=world, months=3, **base)
        assert one.saving == plain.months[month].after.cost - whole.months[month].after.cost


def test_with_a_change_to_come_the_last_month_counts_and_without_one_the_first(usage):
    """A rise over the whole log moves no month: it would seem to reveal what a later one saves."""
    world = prices(book(MAX, MINI))
    assert str(advise(usage, prices=world, months=3).month) == "2026-10"
    assert str(advise(usage, prices=world, months=3, hikes="acme=50").month) == "2026-10"
    raised = advise(usage, prices=world, months=3, hikes="acme=50@2026-11-01")
    assert str(raised.month) == "2026-12"
    assert raised.bill == BILL * F(3, 2)  # December has 31 days too
    assert raised.candidates[0].saving == BILL * F(3, 2) * F(9, 10)


def test_margin_points_and_the_rise_of_your_own_prices_that_brings_the_same(usage):
    """Revenue of 372 in ten days is 1,153.20 in October: a margin of (1,153.20 − 576.60) ÷ 1,153.20 = 50%."""
    one = advise(usage, prices=prices(book(MAX, MINI)), revenue="372").candidates[0]
    # 57.66 of cost are left: a margin of 95%. At today's cost that takes a revenue of 576.60 ÷ 5% = 11,532.
    assert one.margin_points == F(45, 100)
    assert one.own_rise == F(11_532) / F("1153.2") - 1


def test_short_requests_of_a_longer_group_move_alone(tmp_path):
    """Rows of one request each: the log itself says which are short."""
    short = [day("chat", 1, 1_000, 100) for _ in range(4)]
    long = [day("chat", 1, 9_000, 100) for _ in range(2)]
    usage = log(tmp_path, *short, *long)
    result = advise(usage, prices=prices(book(MAX, MINI)), often=4)
    move = next(one for one in result.candidates if one.proposal.kind == "move")
    assert str(move.proposal.where) == "feature chat, model acme/acme-max, input <= 2000"
    # Four requests a day of 1,000 × 10 + 100 × 30 millionths: 0.052 USD, of which nine tenths are saved.
    assert move.saving == MONTH * F("0.052") * F(9, 10)
    assert not move.proposal.is_mean
    fewer = advise(usage, prices=prices(book(MAX, MINI)), often=5)
    assert not [one for one in fewer.candidates if one.proposal.kind == "move"]
    assert fewer.asides[0].reasons == {"rare": 1}


class TestCache:
    # Chats with prompts of 5,000 tokens; one of them caches 60%.
    GOOD = day("chat", 20, 100_000, 1_000, cached_input_tokens=60_000)
    POOR = day("agents", 20, 100_000, 1_000, cached_input_tokens=5_000)

    def test_a_group_is_raised_to_what_the_best_like_it_reaches(self, tmp_path):
        result = advise(log(tmp_path, self.GOOD, self.POOR), prices=prices(book(MAX)))
        one = next(one for one in result.candidates if one.proposal.kind == "cache")
        assert (one.proposal.names, one.proposal.cached) == ((("feature", "agents"),), F(1, 20))
        assert one.proposal.change.amount.low == F(60, 100)
        # 55,000 tokens more are read at 1 instead of 10; a tenth of them written at 10, as plain input is billed.
        assert one.saving == MONTH * F("0.055") * (10 - 1)
        assert "as feature chat does" in one.proposal.quality

    def test_a_written_prefix_is_paid_for(self, tmp_path):
        made = rates(input_tokens="10", cache_read_tokens="1", cache_write_tokens="12.5", output_tokens="30")
        dear = model("acme-max", ("2026-01-01", made))
        result = advise(log(tmp_path, self.GOOD, self.POOR), prices=prices(book(dear)))
        one = next(one for one in result.candidates if one.proposal.kind == "cache")
        # 5,500 tokens of the 55,000 are written at 12.50 instead of read as input at 10.
        assert one.saving == MONTH * (F("0.055") * (10 - 1) - F("0.0055") * F("2.5"))

    def test_prompts_that_no_provider_caches_are_left_aside(self, tmp_path):
        result = advise(log(tmp_path, day("tags", 2_000, 1_000_000, 1_000)), prices=prices(book(MAX)))
        aside = next(aside for aside in result.asides if aside.kind == "cache")
        assert aside.reasons == {"too-short": 1}


class TestPlan:
    def test_it_takes_the_best_of_each_group_and_never_batch(self, usage):
        result = advise(usage, prices=prices(book(MAX, MINI)))
        assert result.together.numbers == (1,)  # the whole model: all else touches the same usage
        only_batch = advise(usage, prices=prices(book(UNCACHED)))
        assert {one.proposal.kind for one in only_batch.candidates} == {"batch"}
        assert only_batch.together is None

    def test_of_whole_models_it_takes_the_nearest_step(self, usage):
        tiny = flat("acme-tiny", input_tokens="0.1", output_tokens="0.3")
        result = advise(usage, prices=prices(book(MAX, MINI, tiny)))
        steps = [(one.proposal.target, one.number) for one in result.candidates if one.proposal.kind == "sibling"]
        assert steps == [("acme/acme-tiny", 1), ("acme/acme-mini", 2)]
        assert 1 not in result.together.numbers
        assert 2 in result.together.numbers

    def test_what_is_taken_is_one_run_and_not_the_sum(self, usage):
        """The move of the tags (446.40) and batch of the reports (40.30) do not meet; batch of what moved does nothing."""
        world = prices(book(MAX, MINI))
        apart = advise(usage, prices=world, take=(2, 4)).together
        assert (apart.saving, apart.singly) == (F("446.4") + F("40.3"), F("446.4") + F("40.3"))
        same = advise(usage, prices=world, take=(2, 3)).together
        assert (same.saving, same.singly) == (F("446.4"), F("446.4") + MONTH * 8)

    def test_two_moves_of_the_same_usage_are_refused(self, usage):
        with pytest.raises(CostcalcError, match="candidates 1 and 2 move the same usage"):
            advise(usage, prices=prices(book(MAX, MINI)), take=(1, 2))

    def test_it_is_the_file_that_is_read_back(self, usage, tmp_path):
        """Written, read and run by `outlook`: the same month and the same year, to the last digit."""
        world = prices(book(MAX, MINI))
        result = advise(usage, prices=world, take=(2, 4, 5), hikes="acme=50")
        path = tmp_path / "plan.yaml"
        path.write_text(result.to_yaml(), encoding="utf-8")
        again, base = outlook(usage, prices=world, scenario=path), outlook(usage, prices=world, hikes="acme=50")
        planned, usual = again.months[0].after.cost, base.months[0].after.cost
        assert planned == result.together.outcome.cost
        assert usual - planned == result.together.saving
        assert base.whole.after.cost - again.whole.after.cost == result.together.whole_saving

    def test_the_worked_example_under_its_own_scenario(self, tmp_path):
        """Growth, mix, escalation, moves and rises beneath: the plan's file gives its figure exactly."""
        from costcalc.api import read_prices

        world = read_prices([REPO_ROOT / "examples" / "selfhosted.yaml"])
        base = TEAM / "all-at-once.yaml"
        some = {"customer": ("lumen", "newco", "harbor", "opal", "wren")}
        result = advise(TEAM / "usage.csv", prices=world, scenario=base, where=some)
        path = tmp_path / "plan.yaml"
        path.write_text(result.to_yaml(), encoding="utf-8")
        again = outlook(TEAM / "usage.csv", prices=world, scenario=path, where=some)
        assert again.last.after.cost == result.together.outcome.cost
        assert again.last.after.revenue == result.together.outcome.revenue
        moved = {move.where.names.get("feature") for move in result.options.scenario.usage.moves}
        planned = [one for one in result.candidates if one.number in result.together.numbers]
        assert not [one for one in planned if one.proposal.target and one.proposal.names in moved]


class TestNothing:
    def test_a_log_without_anything_to_save_says_why(self, tmp_path):
        """One cheap model, no cache price, no batch price, no sibling."""
        usage = log(tmp_path, TAGS | {"model": "acme-mini"})
        result = advise(usage, prices=prices(book(MINI)))
        assert (result.candidates, result.together) == ([], None)
        reasons = {aside.kind: dict(aside.reasons) for aside in result.asides}
        assert reasons == {
            "move": {"no-target": 1}, "sibling": {"no-target": 1}, "seller": {"no-target": 1}, "cache": {"no-price": 1},
            "batch": {"no-price": 1},
        }  # fmt: skip

    def test_what_costs_more_is_said_and_not_proposed(self, tmp_path):
        """--to a dearer model: asked for, so answered."""
        usage = log(tmp_path, TAGS | {"model": "acme-mini"})
        result = advise(usage, prices=prices(book(MAX, MINI)), to="acme/acme-max")
        assert [one.saving for one in result.dearer] == [-MONTH * F("14.4")]
        assert not [one for one in result.candidates if one.proposal.target]

    def test_a_target_without_a_price_for_all_of_it_saves_nothing(self, tmp_path):
        """What has no price is not free: half of the prices missing must not look like half of the bill."""
        mini = flat("acme-mini", input_tokens="1")
        usage = log(tmp_path, TAGS | {"model": "acme-max"})
        result = advise(usage, prices=prices(book(MAX, mini)), to="acme/acme-mini")
        assert not [one for one in result.candidates if one.proposal.target == "acme/acme-mini"]
        assert [one.proposal.target for one in result.unpriced] == ["acme/acme-mini"]

    def test_small_groups_are_left_aside(self, tmp_path):
        small = day("notes", 1, 1_000, 10)
        result = advise(log(tmp_path, TAGS, small), prices=prices(book(MAX, MINI)))
        assert not [one for one in result.candidates if one.proposal.names == (("feature", "notes"),)]

    def test_requests_that_nobody_counted_are_no_frequent_ones(self, tmp_path):
        row = {name: value for name, value in TAGS.items() if name != "requests"} | {"rows": 7}
        result = advise(log(tmp_path, row), prices=prices(book(MAX, MINI)))
        assert result.asides[0].reasons == {"uncounted": 1}

    def test_what_the_base_moves_already_is_left_alone(self, usage, tmp_path):
        path = tmp_path / "base.yaml"
        path.write_text(
            'scenario: Base\nmoves:\n  - {where: {feature: tags}, share: 50%, to: acme/acme-mini, quality: "tested"}\n'
        )
        result = advise(usage, prices=prices(book(MAX, MINI)), scenario=path)
        reasons = {aside.kind: dict(aside.reasons) for aside in result.asides}
        assert (reasons["move"], reasons["sibling"]) == ({"moved": 1, "rare": 1}, {"moved": 1})


class TestClock:
    HOURS = 'schedules:\n  day: {timezone: UTC, peak_hours: ["08:00-20:00"]}\n'
    BLOCK = "schedule: day\n" + rates(input_tokens="10", output_tokens="30") + "off_peak: {all: 50% of standard}\n"

    def test_half_of_the_peak_usage_at_off_peak_prices(self, tmp_path):
        """10 USD at noon and 5 at midnight each day: half of the noon's, at half the price, saves 2.50 a day."""
        world = prices(book(model("acme-max", ("2026-01-01", self.BLOCK)), head=self.HOURS))
        rows = [
            {"timestamp": f"2026-09-{number:02d}T{hour}:00:00Z", "provider": "acme", "model": "acme-max", "input_tokens": 10**6, "output_tokens": 0}
            for number in range(1, 11)
            for hour in ("12", "00")
        ]  # fmt: skip
        result = advise(write_csv(tmp_path / "usage.csv", *rows), prices=world)
        assert result.bill == MONTH * 15
        (one,) = result.off_peak
        assert (one.served, one.share, one.saving) == ("acme/acme-max", F(1, 2), MONTH * F("2.5"))


def test_the_benchmark_of_fewer_output_tokens(usage):
    """220,000 output tokens a day at 30 per million: a tenth fewer saves 0.66 USD a day."""
    (one,) = advise(usage, prices=prices(book(MAX, MINI))).fewer_tokens
    assert (one.share, one.saving) == (F(1, 10), MONTH * F("0.66"))


def test_machines_of_your_own_are_paid_whole(usage):
    """One replica of one GPU at 0.05 USD an hour: 744 hours of October cost 37.20, whatever is asked of it."""
    facts = (
        "self_hosted:\n  gpu_hour: 0.05 USD\n  gpus: 1\n  replicas: 1\n  utilisation: 50%\n"
        "  input_tokens_per_second: 10_000 per replica\n  output_tokens_per_second: 1_000 per replica\n"
    )
    own = book(model("small", ("2026-01-01", facts)), provider="selfhosted")
    result = advise(usage, prices=prices(book(MAX), own))
    move = next(one for one in result.candidates if one.proposal.kind == "move")
    assert move.proposal.target == "selfhosted/small"
    assert move.saving == MONTH * 16 - F("37.2")
    assert "count of tokens" in move.proposal.quality


def test_columns_of_the_caller_part_the_usage(tmp_path):
    usage = log(tmp_path, TAGS | {"team": "north"}, TAGS | {"team": "south", "requests": 500})
    result = advise(usage, prices=prices(book(MAX, MINI)), by="team")
    (move,) = [one for one in result.candidates if one.proposal.kind == "move"]
    assert move.proposal.names == (("team", "north"),)


def test_a_stored_ledger_judges_a_group_by_its_mean(usage):
    from costcalc.api import scan

    world = prices(book(MAX, MINI))
    kept = scan(usage, by=("feature",), prices=world)
    result = advise(kept, prices=world)
    assert not result.is_labelled
    assert found(result) == found(advise(usage, prices=world))


@pytest.mark.parametrize(
    ("name", "line", "version"),
    [
        ("qwen3.6-flash", ("qwen", "flash"), (3, 6)),
        ("qwen-plus-latest", ("qwen", "plus"), ()),
        ("claude-3-5-haiku", ("claude", "haiku"), (3, 5)),
        ("ernie-4.5-turbo-128k", ("ernie", "turbo"), (4, 5)),
        ("mistral-large-2512", ("mistral", "large"), ()),
    ],
)
def test_a_name_in_its_parts(name, line, version):
    found = name_of(name)
    assert (found.line, found.version, found.other_tasks) == (line, version, frozenset())


@pytest.mark.parametrize(
    "name",
    [
        "qwen3-coder-plus",
        "glm-4.5v",
        "qwen3.6-35b-a3b",
        "gemini-3-pro-preview",
        "qwen-mt-plus",
        "claude-haiku-4.5:batch",
    ],
)
def test_models_for_another_task_are_no_siblings(name):
    assert name_of(name).other_tasks


def test_of_a_line_the_newest_is_meant_and_nothing_dearer(usage):
    """acme-mini 2 replaces acme-mini; acme-air is cheaper for input and dearer for output: no sibling."""
    newer = flat("acme-mini-2", input_tokens="2", output_tokens="3")
    air = flat("acme-air", input_tokens="1", output_tokens="31")
    result = advise(usage, prices=prices(book(MAX, MINI, newer, air)))
    assert {one.proposal.target for one in result.candidates if one.proposal.kind == "sibling"} == {"acme/acme-mini-2"}


def sold(name, price_in, price_out, head=""):
    return model(name, ("2026-01-01", rates(input_tokens=price_in, output_tokens=price_out)), head=head)


def test_the_same_model_at_a_cheaper_seller_is_proposed_and_never_planned(usage):
    """Tags at groq: 1.2 M × 8 + 0.22 M × 20 = 14 USD a day of 18.60; the next asks 9 and 20, the others do not count."""
    made = "resold: true\nmade_as: acme/acme-max\n"
    world = prices(
        book(UNCACHED),
        book(sold("their-acme-max", "8", "20", made), provider="groq"),
        book(sold("vendor/acme-max", "9", "20", "resold: true\n"), provider="novita"),
        book(sold("acme-max", "9.5", "20"), provider="nebius"),
        book(
            sold("acme-max", "1", "2", "retired: 2026-10-01\n"), provider="cerebras"
        ),  # it ends before the horizon does
        book(sold("acme-max:free", "0.1", "0.1", made), provider="openrouter"),  # served in another way
        book(sold("acme-max-2", "1", "1"), provider="fal"),
        book(sold("acme-max", "9.9", "29"), provider="baseten"),  # not a tenth less
    )
    result = advise(usage, prices=world)
    sellers = [one for one in result.candidates if one.proposal.kind == "seller"]
    assert [one.proposal.target for one in sellers] == ["groq/their-acme-max", "novita/vendor/acme-max"]
    assert sellers[0].saving == BILL - MONTH * 14
    assert "the same model, sold by somebody else" in sellers[0].proposal.quality
    assert result.together is None
    assert [one.number for one in advise(usage, prices=world, take=(1,)).candidates if one.is_planned] == []
    assert what_text(sellers[0].proposal) == "acme/acme-max → the same model at groq/their-acme-max"


def test_a_seller_in_another_currency_is_not_compared(usage):
    far = book(sold("acme-max", "1", "2", "resold: true\n"), provider="groq", currency="CNY")
    result = advise(usage, prices=prices(book(UNCACHED), far))
    assert [one for one in result.candidates if one.proposal.target] == []


def test_options_are_checked(usage):
    world = prices(book(MAX, MINI))
    for words, message in (
        ({"by": "region"}, "cannot be grouped"),
        ({"short": 0}, "short"),
        ({"often": -1}, "often"),
        ({"least": "150%"}, "least"),
        ({"take": (9,)}, "no candidate 9"),
        ({"to": "acme/acme-mixi"}, "acme-mixi"),
    ):
        with pytest.raises(CostcalcError, match=message):
            advise(usage, prices=world, **words)


def test_a_candidate_is_a_value(usage):
    one = advise(usage, prices=prices(book(MAX, MINI))).candidates[0]
    assert replace(one, number=2).saving == one.saving
