"""The pager: a page that is longer than the terminal goes through it, and nothing else does."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from costcalc.cli.pager import pager
from tests.conftest import REPO_ROOT
from tests.kit import all_that_comes

SHOUTING = "tr a-z A-Z"


@pytest.fixture
def at_a_terminal(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PAGER", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return monkeypatch


def test_the_pager_is_the_readers_own(at_a_terminal):
    at_a_terminal.setenv("PAGER", SHOUTING)
    program, *words = pager() or []
    assert program.endswith("tr")
    assert words == ["a-z", "A-Z"]


@pytest.mark.parametrize("word", ["", "cat", "no-such-pager --at-all", "'not closed"])
def test_no_pager_is_one(at_a_terminal, word):
    at_a_terminal.setenv("PAGER", word)
    assert pager() is None


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nobody_pages_there(at_a_terminal, name, value):
    at_a_terminal.setenv("PAGER", SHOUTING)
    at_a_terminal.setenv(name, value)
    assert pager() is None


def shown(*words: str, rows: int, **environment: str) -> str:
    """What comes to a terminal of so many rows and 80 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "LINES", "COLUMNS", "PAGER")}
    process = subprocess.Popen(
        [sys.executable, "-m", "costcalc", *words], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, cwd=REPO_ROOT,
        env={**kept, "TERM": "xterm", "NO_COLOR": "1", "PAGER": SHOUTING, **environment},
    )  # fmt: skip
    os.close(theirs)
    found = all_that_comes(ours)
    assert process.wait() == 0
    return found.decode()


COST = ("cost", "examples/usage.csv")


def test_a_page_longer_than_the_terminal_goes_through_the_pager():
    assert "ANTHROPIC" in shown(*COST, rows=12)


def test_a_page_that_fits_does_not():
    assert "anthropic" in shown(*COST, rows=60)


def test_no_pager_is_asked_for():
    assert "anthropic" in shown(*COST, "--no-pager", rows=12)


def test_ci_never_pages():
    assert "anthropic" in shown(*COST, rows=12, CI="true")


def test_a_pipe_never_pages(run_costcalc):
    assert "anthropic" in run_costcalc(*COST, env={"PAGER": SHOUTING, "LINES": "5"}).out
