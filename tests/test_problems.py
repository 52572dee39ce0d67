"""Problems: what is wrong, where, what is near, what to do; a name from a log cannot drive a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names, problem_text, visible


def test_a_problem_is_drawn_with_its_place_and_remedy():
    problem = Problem(
        "unknown-meter",
        'no meter is called "cached_read_tokens"',
        Place("pricebooks/anthropic.yaml", 13, 9),
        excerpt="        cached_read_tokens:      0.50 per 1M",
        width=18,
        nearest=("cache_read_tokens", "cache_write_tokens"),
        remedy="correct the name, or declare the meter in meters.yaml",
    )
    assert problem_text(problem) == (
        'pricebooks/anthropic.yaml:13:9: error[unknown-meter]: no meter is called "cached_read_tokens"\n'
        "   |\n"
        "13 |         cached_read_tokens:      0.50 per 1M\n"
        "   |         ^^^^^^^^^^^^^^^^^^\n"
        "   = nearest:  cache_read_tokens, cache_write_tokens\n"
        "   = remedy:   correct the name, or declare the meter in meters.yaml"
    )


def test_a_problem_without_a_place_is_one_line_and_its_notes():
    assert problem_text(Problem("empty-file", "nothing to read", remedy="export again"), "warning") == (
        "warning[empty-file]: nothing to read\n  = remedy:   export again"
    )


def test_all_problems_come_sorted_by_place():
    error = CostcalcError([Problem("b", "2", Place("f", 10)), Problem("a", "1", Place("f", 9)), Problem("c", "0")])
    assert [problem.code for problem in error.problems] == ["c", "a", "b"]
    assert error.exit_code == 2
    assert str(error).splitlines()[0] == "error[c]: 0"


def test_fail_makes_an_error_of_one_problem():
    error = fail("empty-file", "nothing to read", place=Place("u.csv"))
    assert str(error) == "u.csv: error[empty-file]: nothing to read"


def test_near_names_are_suggested_without_regard_to_case():
    assert nearest_names("Alibab", ("alibaba", "baidu", "openai")) == ("alibaba",)
    assert nearest_names("zzz", ("alibaba",)) == ()


def test_control_characters_are_written_out():
    assert (
        visible("\x1b[31mred\x1b[0m\r\n\t\u202e\u200b\x00\x9b")
        == "\\x1b[31mred\\x1b[0m\\r\\n\\t\\u202e\\u200b\\x00\\x9b"
    )
    assert visible("通义千问 – é 😀 [red]x[/red] =cmd()") == "通义千问 – é 😀 [red]x[/red] =cmd()"


@given(st.text(st.characters(), max_size=40), st.integers(0, 50), st.integers(0, 50))
def test_nothing_in_a_problem_drives_a_terminal(text, column, width):
    place = Place(text, 3, column)
    shown = problem_text(Problem("x", text, place, text, width, text, (text,), text))
    assert all(char.isprintable() or char in "\n\u00a0\u3000" for char in shown)
    assert shown.count("\n") <= 6


@pytest.mark.parametrize(
    ("excerpt", "column", "width", "drawn"),
    [
        ("a\tb: x", 3, 1, ["a\\tb: x", "   ^"]),  # the tab is written with two characters
        ("模型: x", 5, 1, ["模型: x", "      ^"]),  # a Chinese character takes two columns
        ("e\u0301: x", 4, 1, ["e\u0301: x", "  ^"]),  # a combining accent takes none
        ("a: '模'", 4, 99, ["a: '模'", "   ^^^^"]),  # the mark ends with the line
        ("abc", 4, 1, ["abc", "   ^"]),
    ],
)
def test_the_mark_stands_under_its_text(excerpt, column, width, drawn):
    lines = problem_text(Problem("x", "y", Place("f", 7, column), excerpt, width)).splitlines()
    assert lines[2:4] == [f"7 | {drawn[0]}", f"  | {drawn[1]}"]


def test_a_long_line_is_cut_around_its_mark():
    line = "a" * 5_000 + "BAD" + "c" * 5_000
    shown = problem_text(Problem("x", "y", Place("f", 1, 5_001), line, 3)).splitlines()
    assert shown[2] == "1 | …" + "a" * 100 + "BAD" + "c" * 100 + "…"
    assert shown[3] == "  | " + " " * 101 + "^^^"
