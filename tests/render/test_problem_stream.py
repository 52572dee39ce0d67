"""Problems on a stream: plain in a pipe, the level in colour where somebody watches."""

import io

import pytest

from costcalc.problems import Place, Problem
from costcalc.render.problems import write_problems

PROBLEMS = [Problem("bad-count", "a count of \x1b[31m", Place("u.csv", 3)), Problem("empty-file", "nothing in it")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_plain_text():
    stream = io.StringIO()
    write_problems(PROBLEMS, stream)
    assert stream.getvalue() == "u.csv:3: error[bad-count]: a count of \\x1b[31m\n\nerror[empty-file]: nothing in it\n"


def test_a_terminal_gets_the_level_in_colour(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    write_problems(PROBLEMS[:1], stream, "warning")
    assert stream.getvalue() == "u.csv:3: \x1b[1;33mwarning[bad-count]\x1b[0m: a count of \\x1b[31m\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(name, value, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    stream = Terminal()
    write_problems(PROBLEMS, stream)
    assert "\x1b" not in stream.getvalue()


def test_no_problems_are_no_output():
    stream = io.StringIO()
    write_problems([], stream)
    assert stream.getvalue() == ""
