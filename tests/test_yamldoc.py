"""YAML with places: texts stay as written, keys stand once, every problem names its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.yamldoc import Map, Scalar, Sequence, parse_yaml, read_yaml


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(CostcalcError) as caught:
        parse_yaml(text, "f.yaml")
    return list(caught.value.problems)


def outcome(text: str) -> list[Problem]:
    try:
        return parse_yaml(text).problems
    except CostcalcError as error:
        return list(error.problems)


@pytest.mark.parametrize(
    "text", ["1e-7", "1:30", "NO", "0.1", "0o17", "2026-04-18", "~", "3.00 per 1M", "1_000", "null"]
)
def test_a_value_stays_the_text_that_was_written(text):
    node = parse_yaml(f"key: {text}").root
    assert isinstance(node, Map)
    assert str(node.get("key")) == text


def test_every_node_knows_its_place():
    root = parse_yaml("a:\n  - x\n  - {b: 模型, c: 'z'}\n", "f.yaml").root
    assert isinstance(root, Map)
    assert root.key("a").place == Place("f.yaml", 1, 1)
    items = root.get("a")
    assert isinstance(items, Sequence)
    first, second = items
    assert first == Scalar("x", Place("f.yaml", 2, 5))
    assert isinstance(second, Map)
    assert second.place == Place("f.yaml", 3, 5)
    assert [value.place.column for _, value in second] == [9, 16]


def test_a_key_that_stands_twice_is_refused_and_all_are_listed():
    found = problems_of("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [(p.code, p.place) for p in found] == [
        ("duplicate-key", Place("f.yaml", 4, 3)),
        ("duplicate-key", Place("f.yaml", 5, 1)),
    ]
    assert found[1].message == 'the key "a" stands twice (first in line 1)'


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1", (2, 1), "did not find expected"),
        ("a: 1\n---\nb: 2", (2, 1), "more than one document"),
        ("a: 1\nb: *x", (2, 4), "anchors and aliases"),
        ("? [a]\n: b", (1, 3), "a key must be a single text"),
        ("a: 1\nbé: \x07", (2, 5), "U+0007"),
        ("\x00", (1, 1), "U+0000"),
        ("a: 1\r\n\x1bb: 2", (2, 1), "U+001B"),
        ("a: \ud800", (1, 4), "U+D800"),
        ("{a: " * 200, (1, 257), "nested more than 64 levels"),
        ("[" * 900, (1, 65), "nested more than 64 levels"),
    ],
)
def test_what_is_not_yaml_is_named_with_its_line(text, place, message):
    if text.startswith("a: [1"):
        text += "\n"
    (problem,) = problems_of(text)
    assert problem.code == "yaml-syntax"
    assert problem.place == Place("f.yaml", *place)
    assert message in problem.message


def test_an_empty_file_is_an_empty_mapping():
    for text in ("", "# only a comment\n"):
        root = parse_yaml(text).root
        assert isinstance(root, Map)
        assert not root.entries


def test_unknown_keys_and_wrong_shapes_come_together():
    document = parse_yaml("limit: 3\nlimti: 4\nnames: {a: b}\ntext: [x]\n", "f.yaml")
    root = document.map_at(document.root, "the budget", ("limit", "names", "text"))
    document.texts_at(root.get("names"), "names")
    document.text_at(root.get("text"), "text")
    document.map_at(root.get("limit"), "limit")
    with pytest.raises(CostcalcError) as caught:
        document.check()
    assert [(p.code, p.place.line if p.place else 0) for p in caught.value.problems] == [
        ("wrong-shape", 1),
        ("unknown-key", 2),
        ("wrong-shape", 3),
        ("wrong-shape", 4),
    ]
    unknown = caught.value.problems[1]
    assert unknown.nearest == ("limit",)
    assert unknown.excerpt == "limti: 4"
    assert unknown.width == 5


def test_one_text_is_a_list_of_one():
    document = parse_yaml("a: x\nb: [x, y]")
    root = document.map_at(document.root, "root")
    assert [str(s) for s in document.texts_at(root.get("a"), "a")] == ["x"]
    assert [str(s) for s in document.texts_at(root.get("b"), "b")] == ["x", "y"]
    assert document.texts_at(root.get("c"), "c") == ()


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "bom.yaml"
    path.write_bytes("\ufeffa: 通义\n".encode())
    root = read_yaml(path).root
    assert isinstance(root, Map)
    assert str(root.get("a")) == "通义"


@pytest.mark.parametrize("content", [None, b"a: \xff\xfe"])
def test_an_unreadable_file_is_a_problem(tmp_path, content):
    path = tmp_path / "f.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CostcalcError, match="unreadable-file"):
        read_yaml(path)


@given(st.text(max_size=60))
def test_any_text_is_a_document_or_problems(text):
    assert all(problem.place for problem in outcome(text))


@given(st.text("ab:-[]{},'\"#&*!|>%@` \n\t?\x85\u2028", max_size=40))
def test_any_punctuation_is_a_document_or_problems(text):
    assert all(problem.place and problem.place.line for problem in outcome(text))
