"""Fields of files that people write: one table reads, says what is wrong, writes, and gives the schema."""

import json
from dataclasses import dataclass

import pytest
from jsonschema import Draft7Validator

from costcalc.problems import CostcalcError
from costcalc.yamldoc import parse_yaml
from costcalc.yamlfields import (
    FLAG,
    FieldTable,
    YamlField,
    documented,
    first_of,
    inner,
    listed,
    named,
    not_beside,
    one_of,
    only_beside,
    word_of,
)


@dataclass(frozen=True)
class Lamp:
    colour: str
    dim: bool
    on: str | None = None


COLOURS = word_of(("red", "green"), "unknown-colour", 'no colour is called "{}"')
LAMP = FieldTable(
    "a lamp",
    (
        YamlField("colour", COLOURS, "Its colour.", needed=True),
        YamlField("dim", FLAG, "Whether it is dim.", default=False),
        YamlField("on", COLOURS, "Its colour when it is on.", also="from"),
    ),
    lambda _, values: Lamp(**values),
    example="{colour: red}",
)


def read(table: FieldTable, text: str) -> object:
    document = parse_yaml(text, "lamps.yaml")
    found = table.read(document, document.root)
    document.check()
    return found


def problems(table: FieldTable, text: str) -> list[tuple[str, int]]:
    with pytest.raises(CostcalcError) as error:
        read(table, text)
    return [(problem.code, problem.place.line if problem.place else 0) for problem in error.value.problems]


def test_a_record_is_made_of_what_is_said_and_of_defaults():
    assert read(LAMP, "colour: red\n") == Lamp("red", dim=False)


def test_what_is_written_is_read_back_without_what_is_so_by_default():
    lamp = Lamp("green", dim=False, on="red")
    assert LAMP.written(lamp) == {"colour": "green", "from": "red"}
    assert read(LAMP, "".join(f"{key}: {value}\n" for key, value in LAMP.written(lamp).items())) == lamp


def test_all_problems_come_together_each_at_its_line():
    assert problems(LAMP, "colur: red\ndim: maybe\non: blue\nfrom: red\n") == [
        ("missing-key", 1), ("unknown-key", 1), ("bad-value", 2), ("unknown-colour", 3), ("two-days", 4),
    ]  # fmt: skip


def test_the_schema_takes_what_reading_takes():
    validator = Draft7Validator(LAMP.of_file("lamps"))
    right = [{"colour": "red"}, {"colour": "red", "from": "green", "dim": True}]
    wrong = [{}, {"colour": "blue"}, {"colour": "red", "on": "red", "from": "red"}, {"colour": "red", "size": 3}]
    assert [validator.is_valid(each) for each in (*right, *wrong)] == [True] * 2 + [False] * 4
    for each in right:
        read(LAMP, json.dumps(each))
    for each in wrong:
        assert problems(LAMP, json.dumps(each))


def test_lists_names_and_mappings_hold_tables():
    lamps = FieldTable(
        "a house",
        (
            YamlField("all", listed(LAMP, "all"), default=()),
            YamlField("named", named(LAMP, "named"), default={}),
            YamlField("door", inner(LAMP)),
        ),
    )
    red = Lamp("red", dim=False)
    text = "all: [{colour: red}, {colour: red}]\nnamed: {hall: {colour: red}}\ndoor: {colour: red}\n"
    assert read(lamps, text) == {"all": (red, red), "named": {"hall": red}, "door": red}
    assert problems(lamps, "all: {colour: red}\nnamed: [red]\ndoor: red\n") == [
        ("wrong-shape", 1), ("wrong-shape", 2), ("missing-key", 3), ("wrong-shape", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{a: red}", []),
        ("{}", ["missing-key"]),
        ("{a: red, b: red}", ["two"]),
        ("{a: red, c: red}", ["c-beside-a"]),
        ("{b: red, d: red}", ["d-without-c"]),
        ("{b: red, c: red, d: red}", []),
    ],
)
def test_what_keys_say_about_each_other_holds_in_reading_and_in_the_schema(text, codes):
    table = FieldTable(
        "a thing",
        tuple(YamlField(key, COLOURS) for key in "abcd"),
        lambda entry, _: first_of(("a", "b"), entry),
        (
            one_of(("a", "b"), "two", "{a: red}"),
            not_beside("c", ("a",), "c-beside-a", '"c" has no place beside {other}'),
            only_beside("d", ("c",), "d-without-c", '"d" has no place without c'),
        ),
    )
    as_json = {key: "red" for key in "abcd" if f"{key}:" in text}
    assert Draft7Validator(table.schema()).is_valid(as_json) == (not codes)
    if codes:
        assert [code for code, _ in problems(table, text)] == codes
    else:
        assert read(table, text) in ("a", "b")


def test_the_documentation_names_the_key_that_is_written():
    assert [*documented(LAMP.fields)] == [
        ("colour", "red", "Needed. Its colour."), ("dim", "true", "Whether it is dim."), ("from", "red", "Its colour when it is on."),
    ]  # fmt: skip
