"""Running a command: what ends it from outside is no bug of ours."""

from __future__ import annotations

import errno

import pytest

from costcalc.cli import run as running
from costcalc.usage.sql.engine import Engine


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("Query interrupted"), 130, "Interrupted.\n"),
        (
            OSError(errno.ENOSPC, "No space"),
            2,
            "error[disk-full]: the disk is full where the output goes, or temporary files\n"
            "  = remedy:   free space there, set TMPDIR to a folder on a larger disk, or allow more memory (--memory)\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/tmp/x"),
            2,
            "/tmp/x: error[unwritable-file]: cannot read or write here: Permission denied\n  = remedy:   check the folder and its rights\n",
        ),
    ],
)
def test_interrupted_or_full(error, code, said, run_costcalc, monkeypatch):
    def ended(*_: object) -> None:
        raise error

    monkeypatch.setattr(Engine, "fetch", ended)
    found = run_costcalc("cost", "examples/usage.csv")
    assert (found.code, found.err) == (code, said)


def test_anything_else_is_a_bug_in_one_line(run_costcalc, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(Engine, "fetch", broken)
    found = run_costcalc("cost", "examples/usage.csv")
    assert (found.code, "met a bug: RuntimeError: no such luck" in found.err) == (running.BUG_EXIT, True)


def test_without_a_command_it_says_what_there_is(run_costcalc):
    run = run_costcalc()
    assert (run.code, run.err) == (0, "")
    assert run.out == run_costcalc("--help").out


@pytest.mark.parametrize("group", [(), ("prices",), ("init",), ("formats",), ("scenarios",), ("budgets",)])
def test_a_command_that_only_holds_others_prints_its_help(run_costcalc, group):
    bare, asked = run_costcalc(*group), run_costcalc(*group, "--help")
    assert (bare.code, bare.err, bare.out.strip()) == (0, "", asked.out.strip())
    assert asked.out
