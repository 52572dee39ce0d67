"""The JSON Schema of budget files: it takes what reading takes, and refuses what a schema can refuse."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from costcalc.budget import read
from costcalc.pricebook.events import load_events
from costcalc.yamldoc import parse_yaml
from tests.check.made import BUDGETS
from tests.conftest import REPO_ROOT
from tests.scenario.test_schema import as_an_editor_sees

SCHEMA = read.BUDGETS.of_file("costcalc budgets")
VALIDATOR = Draft7Validator(SCHEMA)
START = REPO_ROOT / "costcalc/cli/starts/budgets.yaml"
GALLERY = sorted((REPO_ROOT / "tests" / "gallery" / "budget").glob("*.yaml"))
# What is wrong there is in another place, or is an order of two figures.
BEYOND = {"names-twice", "unknown-scenario", "no-pass-through", "warning-below-the-floor", "wrong-scenario"}


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_sees(parse_yaml(text).root))]


def switched_on(text: str) -> str:
    """Every example of the start without the sign before it."""
    return re.sub(r"^  # - ", "  - ", text, flags=re.MULTILINE)


def test_it_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


def test_the_start_and_the_example_are_taken():
    for path in (START, REPO_ROOT / "examples" / "budgets.yaml"):
        assert faults(path.read_text(encoding="utf-8")) == []
    assert faults(switched_on(START.read_text(encoding="utf-8"))) == []
    assert faults(f"budgets:\n{BUDGETS}") == []


def test_the_start_shows_every_key_and_reads_with_every_example_switched_on():
    text = START.read_text(encoding="utf-8")
    found = read.parse_budgets(switched_on(text), "budgets.yaml", lambda: {e.id: e for e in load_events()})
    assert len(found) == text.count("- {name")
    assert all(re.search(rf"\b{key}: ", text) for key in read.BUDGET.keys)
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_where_a_schema_can(path: Path):
    assert bool(faults(path.read_text(encoding="utf-8"))) == (path.stem not in BEYOND)
