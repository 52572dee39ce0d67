"""Inputs that costcalc once read, priced or judged wrongly: each folder is a case, its `case.yaml` says what is right.

The list of cases and their tests: `python -m pytest tests/found --collect-only --quiet`.

    why: <what was wrong, and why the figures below are right; the source where there is one>
    runs:
      - run: cost usage.jsonl          # a command line, in the case's folder
        exit: 0                        # 0 unless said
        total: "0.0445"                # figures of its --json: see `_FIGURES`; left out: not asked
        requests: 1
        says: [web_searches]           # texts that the page holds (both streams), white space folded
        not: [priced 100%]             # texts that it must not hold
      - name: a neighbour              # further runs are neighbours of the case: same kind, other input
        ...

A test that needs more than this is written in Python under the case's name, `test_<case>.py`.
"""

from __future__ import annotations

import json
import shlex
import shutil
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
FOUND = sorted(HERE.glob("*/case.yaml"))
_KEYS = {"name", "run", "exit", "says", "not", "json", "total", "tokens", "requests", "refused", "unpriced", "complete"}


@cache
def _read(path):
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def cases():
    for path in FOUND:
        for number, run in enumerate(_read(path)["runs"]):
            name = run.get("name") or ("" if number == 0 else str(number + 1))
            yield pytest.param(path.parent, run, id=f"{path.parent.name}{': ' * bool(name)}{name}")


@pytest.mark.parametrize(("folder", "run"), [*cases()])
def test_found(folder, run, run_costcalc, tmp_path):
    assert not {*run} - _KEYS, f"unknown keys: {sorted({*run} - _KEYS)}"
    shutil.copytree(folder, tmp_path / "case")
    words = shlex.split(run["run"])
    figures = {key: run[key] for key in _FIGURES if key in run}
    as_json = tmp_path / "answer.json" if figures or "json" in run else None
    also = ["-o", "../answer.json", "-o", "-"] if as_json and "--json" not in words else []  # the page, and the answer
    page = run_costcalc(*words, *_all_notes(words), *also, cwd=tmp_path / "case", columns=200)
    assert page.code == run.get("exit", 0), page.out + page.err
    text = " ".join((page.out + page.err).split())
    assert [said for said in run.get("says", ()) if said not in text] == [], page.out + page.err
    assert [said for said in run.get("not", ()) if said in text] == [], page.out + page.err
    if as_json:
        answer = json.loads(as_json.read_bytes()) if also else page.json
        assert {key: _FIGURES[key](answer) for key in figures} == {
            key: Decimal(value) if key == "total" else value for key, value in figures.items()
        }
        for path, value in run.get("json", {}).items():
            assert _at(answer, path) == value, path


def _all_notes(words):
    """What unfolds the notes of a report's page; nothing where another answer is asked for."""
    reports = {"project", "cost", "compare", "advise", "forecast", "explain", "check", "reconcile"}
    folds = words[0] in reports or words[:2] == ["prices", "show"]
    return ["--notes"] if folds and "--notes" not in words else []


def _at(answer, path):
    """The value at a dotted path: `lines.0.model`."""
    for step in path.split("."):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer


# What `cost --json` says, under the words of a case.
_FIGURES = {
    "total": lambda answer: Decimal(answer["total"]["exact"]),
    "tokens": lambda answer: answer["usage"]["tokens"],
    "requests": lambda answer: answer["usage"]["requests"],
    "refused": lambda answer: answer["usage"]["refused_rows"],
    "unpriced": lambda answer: sorted({f"{part['provider']}/{part['model']}" for part in answer["unpriced"]}),
    "complete": lambda answer: answer["complete"],
}


def test_every_case_has_runs():
    for path in FOUND:
        case = _read(path)
        assert case["why"], path
        assert case["runs"], path
