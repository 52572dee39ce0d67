"""The JSON Schema of scenario files: it takes what reading takes, and refuses what a schema can refuse."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from costcalc.problems import CostcalcError
from costcalc.scenario.read import SCENARIO, gallery_folder, parse_scenario
from costcalc.yamldoc import Map, Node, Scalar, parse_yaml
from tests.conftest import REPO_ROOT
from tests.scenario.everything import EVERYTHING

SCHEMA = SCENARIO.of_file("costcalc scenario")
VALIDATOR = Draft7Validator(SCHEMA)
SHIPPED = sorted(gallery_folder().glob("*.yaml"))
EXAMPLES = [*sorted((REPO_ROOT / "examples").glob("scenarios/*.yaml")), REPO_ROOT / "costcalc/cli/starts/scenario.yaml"]
GALLERY = sorted((REPO_ROOT / "tests" / "gallery" / "scenario").glob("*.yaml"))
# What is wrong there is not in one place, or is an order of two numbers.
BEYOND = {"bad-ranges", "circular-escalation", "circular-moves", "overlapping-moves"}


def as_an_editor_sees(node: Node) -> Any:
    """The file with YAML's own types: numbers, flags and nothing are no texts to an editor."""
    if isinstance(node, Map):
        return {key.text: as_an_editor_sees(value) for key, value in node}
    if not isinstance(node, Scalar):
        return [as_an_editor_sees(item) for item in node]
    if node.text in ("true", "false", ""):
        return {"true": True, "false": False, "": None}[node.text]
    if re.fullmatch(r"-?\d+", node.text):
        return int(node.text)
    return float(node.text) if re.fullmatch(r"-?\d+\.\d+", node.text) else node.text


def faults(text: str) -> list[str]:
    found = VALIDATOR.iter_errors(as_an_editor_sees(parse_yaml(text).root))
    return ["/".join(map(str, error.absolute_path)) for error in found]


def test_it_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", [*SHIPPED, *EXAMPLES], ids=lambda path: path.stem)
def test_every_shipped_file_is_taken(path: Path):
    assert faults(path.read_text(encoding="utf-8")) == []


def test_every_form_that_the_specification_shows_is_taken():
    assert faults(EVERYTHING) == []


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_where_a_schema_can(path: Path):
    assert bool(faults(path.read_text(encoding="utf-8"))) == (path.stem not in BEYOND)


# Entries that reading refuses and a schema can refuse, one by one; `where` makes no difference to them.
@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("moves", "{share: 120%, to: a/b, quality: x}"),
        ("moves", "{share: 100.5%, to: a/b, quality: x}"),
        ("moves", "{share: 20%, to: b, quality: x}"),
        ("moves", "{share: 20%, to: a/b}"),
        ("moves", "{share: 20%, to: a/b, quality: ' '}"),
        ("moves", "{share: 20%, to: a/b, quality: x, tokens: 108%}"),
        ("mix", "{share: 20%}"),
        ("mix", "{share: 20%, meters: {tokens: +500 per request}}"),
        ("mix", "{share: 20%, meters: {requests: x2}}"),
        ("growth", "{each month: 8}"),
        ("growth", "{each month: 0.08}"),
        ("growth", "{each month: -120%}"),
        ("growth", "{each month: +8%, change: +8%}"),
        ("growth", "{by month: {2026-13: +8%}}"),
        ("growth", "{by month: {2026-12: +8%}, on: 2027-01-01}"),
        ("growth", "{meters: requests, each month: +8%}"),
        ("escalation", "{first: a/b, escalated: 15%}"),
        ("efficiency", "{output: -20%, batch: 30%}"),
        ("efficiency", "{output: 20%}"),
        ("efficiency", "{output: -120%}"),
        ("efficiency", "{output: -20%, reads_per_write: 20}"),
        ("efficiency", "{output: -20%, where: {input_tokens: 2000}}"),
        ("efficiency", "{output: -20%, ramp: 300 months}"),
        ("prices", "{what: any, change: +8%, until: 2027-01-01}"),
        ("prices", "{what: any, change: +8% each month, on: 2027-01-01}"),
        ("prices", "{event: x, change: +8%}"),
        ("prices", "{what: any}"),
        ("revenue", "{per: seat and month, amount: 20 USD}"),
        ("revenue", "{per: month, seats: 20, amount: 20 USD}"),
        ("revenue", "{per: month, amount: -20 USD}"),
        ("other_costs", "{change: +8%}"),
    ],
)
def test_what_a_schema_refuses_reading_refuses_too(section, entry):
    text = f"scenario: x\n{section}: [{entry}]\n"
    assert any(fault.startswith(section) for fault in faults(text))
    with pytest.raises(CostcalcError):
        parse_scenario(text)


def test_every_key_says_what_it_is():
    """An editor shows the description beside the key."""
    assert [key for key, value in SCHEMA["properties"].items() if "description" not in value] == []
