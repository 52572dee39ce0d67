"""The hike flag: every form that is accepted and what it means, every form that is refused and what is said."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.problems import CostcalcError
from costcalc.scenario.hikes import hikes_from, read_hikes
from tests.kit import percent


def hike(text, **options):
    (change,) = read_hikes([text], **options)
    return change


def refusal(*texts, **options):
    with pytest.raises(CostcalcError) as caught:
        read_hikes(texts, **options)
    assert caught.value.exit_code == 2
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "rise"),
    [
        ("alibaba=34", "34"),
        ("alibaba=+34", "34"),
        ("alibaba=34%", "34"),
        ("alibaba=+34%", "34"),
        ("alibaba=-20%", "-20"),
        ("alibaba=-20", "-20"),
        ("alibaba=0", "0"),
        ("alibaba=1", "1"),
        ("alibaba=-1", "-1"),
        ("alibaba=0.5%", "0.5"),
        ("alibaba=.5%", "0.5"),
        ("alibaba=12.75", "12.75"),
        ("alibaba=-100", "-100"),
        ("alibaba=900", "900"),
        (" alibaba = 34 ", "34"),
        ("ALIBABA=34", "34"),
    ],
)
def test_a_percentage(text, rise):
    change = hike(text)
    assert (change.low, change.high) == (percent(rise), percent(rise))
    assert change.rise("mid") == percent(rise)
    assert not change.is_range
    assert change.new_rate is None
    assert change.from_day is None
    assert change.selector.provider == "alibaba"


@pytest.mark.parametrize("text", ["alibaba=5..34", "alibaba=5%..34%", "alibaba=5..34%", "alibaba=+5..+34"])
def test_a_range_has_a_low_a_middle_and_a_high(text):
    change = hike(text)
    assert [change.rise(end) for end in ("low", "mid", "high")] == [percent("5"), percent("19.5"), percent("34")]
    assert change.is_range


def test_a_range_may_cross_zero_and_touch_minus_one_hundred():
    assert [hike("a=-100..50").rise(end) for end in ("low", "mid", "high")] == [-1, percent("-25"), percent("50")]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("openai/gpt-5:output_tokens==3.40/1M", Fraction("3.40") / 10**6),
        ("openai/gpt-5:output_tokens=3.40/1M", Fraction("3.40") / 10**6),
        ("openai/gpt-5:output_tokens==3.40/1m", Fraction("3.40") / 10**6),
        ("openai/gpt-5:output_tokens==0.5/1K", Fraction("0.5") / 1000),
        ("any:web_searches==0.02/1", Fraction("0.02")),
        ("openai:output_tokens==0/1M", Fraction(0)),
    ],
)
def test_an_absolute_rate_of_one_meter(text, rate):
    change = hike(text)
    assert change.new_rate == rate
    assert len(change.selector.meters) == 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("alibaba=34@2026-12-01", date(2026, 12, 1)),
        ("alibaba=34%@2026-12-01", date(2026, 12, 1)),
        ("alibaba=5..34@2026-12-01", date(2026, 12, 1)),
        ("a:output_tokens==3.40/1M@2026-12-01", date(2026, 12, 1)),
        ("alibaba=34 @2026-12-01", date(2026, 12, 1)),
        ("alibaba=34@2028-02-29", date(2028, 2, 29)),
    ],
)
def test_a_date_after_the_last_at_sign(text, day):
    change = hike(text)
    assert change.from_day == day
    assert not change.applies_on(date(2025, 1, 1))
    assert change.applies_on(day)


@pytest.mark.parametrize(
    ("text", "model", "meters"),
    [
        ("openrouter/deepseek/deepseek-chat:free=34", "deepseek/deepseek-chat:free", None),
        ("bedrock/anthropic.claude-3-haiku-20240307-v1:0=34", "anthropic.claude-3-haiku-20240307-v1:0", None),
        ("google/claude-sonnet-4@20250514=34", "claude-sonnet-4@20250514", None),
        ("google/claude-sonnet-4@2025-05-14=34@2026-12-01", "claude-sonnet-4@2025-05-14", None),
        ("openrouter/m:free:reasoning_tokens=34", "m:free", {"reasoning_tokens"}),
        ("openrouter/m:free:output_tokens_only=34", "m:free", {"output_tokens"}),
        ("bedrock/m-v1:0:web_searches=34", "m-v1:0", {"web_searches"}),
    ],
)
def test_colons_and_at_signs_that_are_parts_of_names(text, model, meters):
    change = hike(text)
    assert change.selector.model == model
    assert change.selector.meters == (frozenset(meters) if meters else None)


def test_a_list_and_repeated_flags_keep_their_order():
    changes = read_hikes(["alibaba=34, baidu=30", "any=10"])
    assert [str(change.selector) for change in changes] == ["alibaba", "baidu", "any"]


def test_nothing_written_changes_nothing():
    assert not read_hikes([])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alibaba", "a selector, an equals sign and a change"),
        ("alibaba=", "a selector, an equals sign and a change"),
        ("=34", "a selector, an equals sign and a change"),
        ("", "a selector, an equals sign and a change"),
        (":tokens=34", "names nothing"),
        ("alibaba=-101", "more than 100%"),
        ("alibaba=-100.01%", "more than 100%"),
        ("alibaba=-150..10", "more than 100%"),
        ("alibaba=34..5", "from high to low"),
        ("alibaba=abc", "is not a change"),
        ("alibaba=34%%", "is not a change"),
        ("alibaba=1e3", "is not a change"),
        ("alibaba=nan", "is not a change"),
        ("alibaba=inf", "is not a change"),
        ("alibaba=34.", "is not a change"),
        ("alibaba=5..", "is not a change"),
        ("alibaba=..34", "is not a change"),
        ("alibaba=5..10..34", "is not a change"),
        ("alibaba=٣٤", "is not a change"),
        ("alibaba=--34", "is not a change"),
        ("alibaba=34@tomorrow", "is not a date"),
        ("alibaba=34@2026-13-01", "not a day of the calendar"),
        ("alibaba=34@2026-02-30", "not a day of the calendar"),
        ("alibaba=34@2026-9-1", "is not a date"),
        ("alibaba=34@", "is not a date"),
        ("alibaba==3.40/1M", "exactly one meter"),
        ("alibaba:tokens==3.40/1M", "exactly one meter"),
        ("alibaba:output_tokens==3.40/2M", "is not a change"),
        ("alibaba:output_tokens==3.40", "is not a change"),
        ("alibaba:output_tokens==-3.40/1M", "is not a change"),
        ("alibaba:output_tokens==3..4/1M", "is not a change"),
    ],
)
def test_a_wrong_hike_is_named(text, said):
    (problem,) = refusal(text)
    assert problem.code == "bad-hike"
    assert said in problem.message
    assert f'"{text}"' in problem.message
    assert problem.expected


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("alibaba=0.34", "did you mean 34?"),
        ("alibaba=+0.34", "did you mean 34?"),
        ("alibaba=.34", "did you mean 34?"),
        ("alibaba=-0.2", "did you mean -20?"),
        ("alibaba=0.345", "did you mean 34.5?"),
        ("alibaba=0.05..0.34", "did you mean 5..34?"),
        ("alibaba=0.5..34", "did you mean 50..34?"),
        ("alibaba=0..0.34", "did you mean 0..34?"),
        ("alibaba=5...34", "did you mean 5..34?"),
        ("alibaba=0.34@2026-12-01", "did you mean 34?"),
    ],
)
def test_a_share_without_a_percent_sign_is_asked_about(text, question):
    (problem,) = refusal(text)
    assert question in problem.remedy


def test_all_wrong_hikes_are_named_together():
    assert len(refusal("alibaba=0.34", "baidu=x,openai=34", "any")) == 3


class TestPassThrough:
    def test_it_scales_ranges(self):
        change = hike("alibaba=5..34", pass_through=Fraction(3, 5))
        assert [change.rise(end) for end in ("low", "mid", "high")] == [percent("3"), percent("11.7"), percent("20.4")]

    def test_it_leaves_stated_rises_alone(self):
        first, second = read_hikes(["alibaba=5..34", "baidu=30"], Fraction(1, 2))
        assert (first.high, second.high) == (percent("17"), percent("30"))

    def test_none_of_it_is_no_rise_but_a_rise_of_nothing(self):
        change = hike("alibaba=5..34", pass_through=Fraction(0))
        assert (change.low, change.high) == (0, 0)

    def test_without_a_range_there_is_nothing_to_scale(self):
        (problem,) = refusal("alibaba=34", pass_through=Fraction(1, 2))
        assert problem.code == "nothing-to-pass-through"

    def test_without_any_hike_neither(self):
        (problem,) = refusal(pass_through=Fraction(1, 2))
        assert problem.code == "nothing-to-pass-through"


class TestFromPython:
    @pytest.mark.parametrize("value", [34, "34", "+34%", Decimal(34), Fraction(34), "34.0"])
    def test_any_exact_number(self, value):
        assert hike(*hikes_from({"alibaba": value})).low == percent("34")

    def test_a_pair_is_a_range(self):
        change = hike(*hikes_from({"alibaba": (5, 34)}))
        assert (change.low, change.high) == (percent("5"), percent("34"))

    @pytest.mark.parametrize(
        "values", [["a=1", "b=2"], ("a=1", "b=2"), iter(["a=1", "b=2"]), "a=1,b=2", {"a": 1, "b": 2}]
    )
    def test_any_collection(self, values):
        assert len(read_hikes(hikes_from(values)).changes) == 2

    def test_none_is_no_hike(self):
        assert hikes_from(None) == []

    def test_what_is_no_hike_does_not_vanish(self):
        with pytest.raises(CostcalcError, match="hikes cannot be of the type int"):
            hikes_from(34)

    @pytest.mark.parametrize(("share", "rise"), [(0.34, "34"), (0.9, "90"), (-0.2, "-20"), (0.0, "0"), (0.345, "34.5")])
    def test_a_float_below_1_is_a_share(self, share, rise):
        assert hike(*hikes_from({"alibaba": share})).low == percent(rise)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (1.0, "write 1 for 1%"),
            (34.0, "write 34 for 34%"),
            (34.5, "write '34.5' for 34.5%"),
            (-1.0, "write -1 for -1%"),
            ((0.05, 1.0), "write 1 for 1%"),
            (float("nan"), "a float is a share"),
            (0.1 + 0.2, "of more than 15 digits"),
            (1 / 3, 'write "33.3333%"'),
        ],
    )
    def test_a_float_that_may_mean_two_things_is_refused(self, change, said):
        with pytest.raises(CostcalcError, match=r"hikes \{'alibaba': ") as refused:
            hikes_from({"alibaba": change})
        assert said in str(refused.value)

    def test_a_share_is_asked_about_here_too(self):
        (problem,) = refusal(*hikes_from({"alibaba": "0.34"}))
        assert "did you mean 34?" in problem.remedy


@pytest.mark.parametrize("change", ["{}", "{}%", "5..{}", "={}/1M"])
def test_a_number_of_endless_digits_is_a_bad_hike_like_any_other(change):
    wrong, other = refusal(f"openai:output_tokens={change.format('9' * 70)}", "alibaba=low")
    assert (wrong.code, other.code) == ("bad-hike", "bad-hike")
    assert wrong.message.startswith('--hike "openai:output_tokens=')
    assert "a number of more than 60 digits: 99999999999999999999…" in wrong.message
