"""The JSON Schema of pricebook files: it takes what reading takes, and refuses what a schema can refuse."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.schema import schema
from costcalc.problems import CostcalcError
from costcalc.yamldoc import Map, Node, Scalar, parse_yaml
from tests.conftest import REPO_ROOT
from tests.kit import book, flat

VALIDATOR = Draft7Validator(schema())
SHIPPED = [path for path in sorted(shipped_folder().glob("*.yaml")) if path.name not in ("fx.yaml", "events.yaml")]
EXAMPLES = [REPO_ROOT / "examples" / "selfhosted.yaml"]
GALLERY = sorted((REPO_ROOT / "tests" / "gallery" / "pricebook").glob("*.yaml"))
# What is wrong there is not in one place: a name that is declared nowhere, two things that contradict each other.
BEYOND = {"duplicate-key", "name-twice", "overlapping-bands", "syntax", "unknown-source"}


def as_an_editor_sees(node: Node) -> Any:
    """The file with YAML's own types: whole numbers, decimals and flags are no texts to an editor."""
    if isinstance(node, Map):
        return {key.text: as_an_editor_sees(value) for key, value in node}
    if not isinstance(node, Scalar):
        return [as_an_editor_sees(item) for item in node]
    if node.text in ("true", "false"):
        return node.text == "true"
    if re.fullmatch(r"-?\d+", node.text):
        return int(node.text)
    return float(node.text) if re.fullmatch(r"-?\d+\.\d+", node.text) else node.text


def faults(text: str) -> list[str]:
    found = VALIDATOR.iter_errors(as_an_editor_sees(parse_yaml(text).root))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


def test_it_is_a_schema():
    Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("path", [*SHIPPED, *EXAMPLES], ids=lambda path: path.stem)
def test_every_shipped_file_is_taken(path: Path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_where_a_schema_can(path: Path):
    try:
        found = faults(path.read_text(encoding="utf-8"))
    except CostcalcError:  # not even YAML, or a key that stands twice
        found = []
    assert bool(found) == (path.stem not in BEYOND)


@pytest.mark.parametrize(
    "text",
    [
        "discounts:\n  - {what: openai, percent: 12.5%, from: 2026-01-01}\naliases: {chat: openai/gpt-5}\n",
        "commitments: [{what: any, each: month, amount: 1_000 USD}]\nnote: ours\n",
        book(flat("m", input_tokens="3"), head="checked: 2026-09-01\n") + "discounts: [{what: acme, percent: 5%}]\n",
        book("m: {prices: {at least since 2026-01-01: {bands: [{input_up_to: 32_000, input_tokens: 1 per 1K}]}}}\n"),
        book("m: {prices: {2026-01-01: {withdrawn: it has gone}}}\n"),
    ],
)
def test_what_reading_takes_is_taken(text):
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("note: nothing else\n", ""),
        ("discounts: [{what: openai, percent: 0.125}]\n", "discounts/0/percent"),
        ("commitments: [{what: openai, each: year, amount: 5 USD}]\n", "commitments/0/each"),
        (book("m: {prices: {2026-13-01: {input_tokens: 3 per 1M}}}\n"), "models/m/prices"),
        (book("m: {prices: {2026-01-01: {input_tokens: 3}}}\n"), "models/m/prices/2026-01-01/input_tokens"),
        (
            book("m: {prices: {2026-01-01: {input_tokens: 50% of standard}}}\n"),
            "models/m/prices/2026-01-01/input_tokens",
        ),
        (book("m: {prices: {2026-01-01: {off_peak: {input_tokens: 3 per 1M}}}}\n"), "models/m/prices/2026-01-01"),
        (
            book("m: {prices: {2026-01-01: {self_hosted: {gpu_hour: 2 USD}}}}\n"),
            "models/m/prices/2026-01-01/self_hosted",
        ),
        (book("m: {note: without prices}\n"), "models/m"),
    ],
)
def test_it_says_where(text, place):
    found = faults(text)
    assert found
    assert {fault.partition(":")[0] for fault in found} == {place}


def test_every_key_says_what_it_is():
    """An editor shows the description beside the key."""
    top = schema()["properties"]
    assert [key for key, value in top.items() if "description" not in value and "$ref" not in value] == []
