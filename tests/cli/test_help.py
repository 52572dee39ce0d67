"""Help at 80 columns: no line is wider, and no word that is to be typed is broken."""

from __future__ import annotations

import re

import pytest

from costcalc.api.options import options_of
from costcalc.cli.app import command_of, commands

GROUPS = {
    name: tuple(found.list_commands(None))
    for name in commands()
    if hasattr(found := command_of(f"costcalc.cli.{name.replace('-', '_')}", name), "list_commands")
}
CALLS = [(), *((name,) for name in commands()), *((name, inner) for name, found in GROUPS.items() for inner in found)]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_no_line_of_help_is_wider_than_the_screen(run_costcalc, call):
    lines = run_costcalc(*call, "--help").out.splitlines()
    assert lines
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_no_line_of_help_ends_inside_a_word(run_costcalc, call):
    lines = run_costcalc(*call, "--help").out.splitlines()
    assert [line for line in lines if re.search(r"\w[-=]$", line)] == []


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_help_says_what_it_says_to_the_end(run_costcalc, call):
    page = run_costcalc(*call, "--help").out
    assert not re.search(r"\w\.\.\.$", page.partition("Options:")[2], re.MULTILINE)
    assert ("same as --format json" in page) <= ("--format KIND" in page)


@pytest.mark.parametrize("name", ["cost", "project", "advise", "check"])
def test_format_names_every_kind(run_costcalc, name):
    """Those that a wrong one is answered with."""
    page = " ".join(run_costcalc(name, "--help").out.split()).partition("--format KIND ")[2]
    said = re.split(r", | or ", page.partition(", on standard")[0])
    refused = run_costcalc(name, "examples/usage.csv", "--format", "nosuch").err
    assert f"expected: {', '.join(said)}" in refused


def test_what_is_to_be_typed_stands_in_one_piece(run_costcalc):
    """The help of --alias once ended a line behind `fast-`."""
    assert "fast-chat=alibaba/qwen-plus" in run_costcalc("cost", "--help").out


def test_a_word_that_is_too_long_for_its_column_is_not_cut(run_costcalc):
    """At 40 columns the help of an option has 16."""
    lines = run_costcalc("project", "--help", columns=40).out.splitlines()
    assert ":input_tokens_only" in [line.strip() for line in lines]


@pytest.mark.parametrize("name", ["cost", "project", "compare", "advise", "forecast", "explain", "check", "reconcile", "scan"])  # fmt: skip
def test_every_keyword_of_a_question_that_is_a_flag_is_one_of_its_command(name):
    from costcalc import api

    command = command_of(f"costcalc.cli.{name}", name)
    flags = {option.opts[0] for option in command.params}
    said = options_of(vars(getattr(api, name))["group"])
    assert {option.flag_of(word) for word, option in said.items() if option.metavar} <= flags
