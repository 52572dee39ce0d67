"""Keywords: those of a question are its options, seen by help(), by inspect and by mypy; a wrong one is named."""

from __future__ import annotations

import inspect
import sys

import pytest

import costcalc
from costcalc.api.options import options_of

QUESTIONS = ["advise", "check", "compare", "cost", "explain", "forecast", "outlook", "project", "reconcile", "scan"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_signature_names_every_keyword_with_its_default(name):
    question = getattr(costcalc, name)
    found = inspect.signature(question).parameters
    options = options_of(vars(question)["group"])
    assert [*found][-len(options) :] == [*options]
    assert {word: found[word].default for word in options} == {word: option.default for word, option in options.items()}
    assert all(found[word].kind is inspect.Parameter.KEYWORD_ONLY for word in options)


@pytest.mark.parametrize("name", QUESTIONS)
def test_help_has_a_line_for_every_keyword(name):
    question = getattr(costcalc, name)
    lines = inspect.getdoc(question).splitlines()
    assert [
        word for word in options_of(vars(question)["group"]) if not any(line.startswith(f"{word}: ") for line in lines)
    ] == []


def test_the_documented_keywords_are_there_with_their_defaults():
    shown = str(inspect.signature(costcalc.project))
    assert shown.startswith("(usage: 'object', *, hikes: ")
    assert "months: int = 0, " in shown
    assert "timezone: str | None = 'UTC'" in shown


@pytest.mark.parametrize(
    ("name", "wrong", "near"),
    [("project", "hike", "hikes"), ("cost", "curency", "currency"), ("check", "max_costs", "max_cost"), ("scan", "wher", "where")],
)  # fmt: skip
def test_a_keyword_that_is_none_is_answered_with_the_nearest(name, wrong, near):
    with pytest.raises(TypeError, match=rf"{name}\(\) has no keyword '{wrong}'; did you mean '{near}'"):
        getattr(costcalc, name)("usage.csv", **{wrong: "x"})


@pytest.mark.parametrize("words", [{"aliases": "our-model=acme/m"}, {"aliases": {"our-model": "acme/m"}}])
def test_names_of_the_log_are_said_in_python_as_on_the_command_line(tmp_path, words):
    log, book = tmp_path / "usage.csv", tmp_path / "acme.yaml"
    log.write_text("date,model,input_tokens\n2026-09-01,our-model,1000000\n")
    book.write_text(
        "provider: acme\nregion: eu\ncurrency: USD\ntimezone: UTC\nmodels:\n  m:\n    prices:\n      2026-01-01: {input_tokens: 2 per 1M}\n"
    )
    assert costcalc.cost(log, pricebooks=[book], **words).total == 2


def test_prices_are_said_once():
    with pytest.raises(costcalc.CostcalcError, match="two-prices"):
        costcalc.cost("usage.csv", prices=costcalc.read_prices(), aliases={"a": "openai/gpt-5-mini"})


def test_texts_choose_as_mappings_do(tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text("date,model,team,input_tokens\n2026-09-01,gpt-5-mini,a,1000000\n2026-09-01,gpt-5-mini,b,3000000\n")
    written = [costcalc.cost(log, where=where).total for where in ("team=a", ["team=a"], {"team": "a"})]
    assert written[0] == written[1] == written[2] == costcalc.cost(log).total / 4


def test_no_function_has_more_than_eight_parameters(repo_root):
    import ast

    found = []
    for folder in ("api", "cli"):
        for path in (repo_root / "costcalc" / folder).glob("*.py"):
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(each, ast.FunctionDef):
                    said = each.args
                    count = len(said.posonlyargs) + len(said.args) + len(said.kwonlyargs)
                    found += [(each.name, count)] if count > 8 else []
    assert found == []


@pytest.mark.slow
def test_mypy_sees_a_wrong_keyword_and_a_wrong_value(tmp_path, repo_root):
    mypy = pytest.importorskip("mypy.api")
    script = tmp_path / "script.py"
    script.write_text(
        "import costcalc\n"
        'costcalc.project("usage.csv", hikes="any=3", months=12, by="customer")\n'
        'costcalc.project("usage.csv", hike="any=3")\n'
        'costcalc.project("usage.csv", months="12")\n'
    )
    options = ["--no-incremental", "--follow-imports=silent", "--python-executable", sys.executable]
    out, _, code = mypy.run([*options, "--config-file", str(repo_root / "pyproject.toml"), str(script)])
    lines = [line for line in out.splitlines() if "script.py:" in line and ": error:" in line]
    assert code == 1
    assert [line.split("script.py:")[1][:1] for line in lines] == ["3", "4"]
