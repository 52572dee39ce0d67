"""Under GitHub Actions: annotations on the budget's own line, escaped as GitHub wants, and the step's summary."""

import re
from pathlib import Path

import pytest

from costcalc.problems import Place
from costcalc.render.check.github import annotation
from tests.check.desk import days
from tests.kit import book, flat, write_csv

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it: the first `::` after the name ends the properties."""
    level, written, message = COMMAND.fullmatch(line).groups()
    properties = dict(part.split("=", 1) for part in written.split(","))
    codes = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}

    def plain(text: str) -> str:
        return re.sub("|".join(codes), lambda match: codes[match[0]], text)

    return level, {name: plain(value) for name, value in properties.items()}, plain(message)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "100% of it",
        "%0A::error::another",
        "a:b,c=d",
        "::set-output name=x::y",
        "first\nsecond",
        "one%25two%3A",
        "名前, 日本",
        "<script>alert(1)</script>",
        "`code` | $(rm)",
    ],
)
def test_any_text_comes_back_as_it_was(text):
    line = annotation("error", text.replace("\n", " "), text, Place("b.yaml", 3, 5))
    assert "\n" not in line
    level, properties, message = parsed(line)
    assert (level, properties["title"], message) == ("error", text.replace("\n", " "), text)
    assert (properties["file"], properties["line"], properties["col"]) == ("b.yaml", "3", "5")


def test_control_characters_are_written_out():
    line = annotation("error", "\x1b[31mred\r", "a\x1b]0;t\x07\r\nb", Place("x\ny.yaml", 1, 1))
    assert parsed(line)[1] == {"file": "x\\ny.yaml", "line": "1", "col": "1", "title": "\\x1b[31mred\\r"}
    assert parsed(line)[2] == "a\\x1b]0;t\\x07\\r\nb"


def test_files_are_named_from_the_checkout(tmp_path):
    inside = Place(str(tmp_path / "ci" / "b.yaml"), 3)
    assert parsed(annotation("error", "t", "m", inside, tmp_path))[1]["file"] == "ci/b.yaml"
    outside = Place("/elsewhere/b.yaml", 3)
    assert parsed(annotation("error", "t", "m", outside, tmp_path))[1]["file"] == "/elsewhere/b.yaml"
    assert "file" not in parsed(annotation("error", "t", "m", None, tmp_path))[1]


@pytest.fixture
def desk(tmp_path, run_costcalc):
    """A checkout with a log of 6 USD, and the command under GitHub Actions in it."""
    write_csv(tmp_path / "usage.csv", *days(1, 6))
    (tmp_path / "book.yaml").write_text(book(flat("m", input_tokens="1", output_tokens="2")))
    (tmp_path / "budgets.yaml").write_text("budgets:\n  - {name: all, limit: 5 USD}\n  - {name: near, limit: 6M tokens, warn_at: 50%}\n")  # fmt: skip
    summary = tmp_path / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path), "GITHUB_STEP_SUMMARY": str(summary)}

    def run(*args: str, **more: str):
        return run_costcalc("check", "usage.csv", "--pricebook", "book.yaml", *args, cwd=tmp_path, env=env | more)

    run.summary = summary
    run.folder = tmp_path
    return run


def test_a_broken_budget_is_annotated_at_its_line_and_the_summary_is_added_to(desk):
    desk.summary.write_text("before\n")
    run = desk()
    assert run.code == 1
    first, second = (parsed(line) for line in run.err.splitlines())
    assert first[:2] == ("error", {"file": "budgets.yaml", "line": "2", "col": "5", "title": "budget broken: all"})
    assert first[2] == "6.00 USD on 1–6 Sep 2026, 1.00 USD over the limit of 5.00 USD; it broke on 6 Sep 2026."
    assert (second[0], second[1]["line"]) == ("warning", "3")
    written = desk.summary.read_text(encoding="utf-8")
    assert written.startswith("before\n<!-- costcalc:check -->\n### 1 of 2 budgets is broken, 1 warns\n")


def test_annotations_do_not_touch_what_is_written_to_standard_output(desk):
    run = desk("--format", "json")
    assert run.json["status"] == "broken"
    assert run.err.startswith("::error ")


def test_annotations_can_be_asked_for_anywhere_and_come_once(desk, run_costcalc):
    asked = desk("--format", "github")
    assert (asked.out.count("::error "), asked.err) == (1, "")
    away = run_costcalc("check", "usage.csv", "--pricebook", "book.yaml", "--format", "github", cwd=desk.folder)
    assert away.out == asked.out


def test_nothing_of_it_elsewhere(desk, run_costcalc):
    run = run_costcalc("check", "usage.csv", "--pricebook", "book.yaml", cwd=desk.folder)
    assert (run.code, run.err, desk.summary.exists()) == (1, "", False)


def test_a_wrong_budgets_file_is_annotated_where_it_is_wrong(desk):
    (desk.folder / "budgets.yaml").write_text("budgets:\n  - {name: all, limt: 5 USD}\n")
    run = desk()
    assert run.code == 2
    commands = [parsed(line) for line in run.err.splitlines() if line.startswith("::")]
    assert {(level, found["file"], found["line"]) for level, found, _ in commands} == {("error", "budgets.yaml", "2")}
    assert "no key" in desk.summary.read_text(encoding="utf-8")


def test_a_summary_that_cannot_be_written_is_one_clear_error(desk):
    run = desk(GITHUB_STEP_SUMMARY=str(desk.folder / "no" / "such.md"))
    assert (run.code, "unwritable-file" in run.err, "Traceback" in run.err) == (2, True, False)


def test_several_files_of_one_check(desk):
    run = desk(
        "-o", "-", "-o", "c.md", "-o", "c.sarif", "-o", "c.xml", "-o", "c.json", "-o", "c.csv", "--tag", "team-a"
    )
    assert run.code == 1
    assert "1 of 2 budgets is broken" in run.out
    assert Path(desk.folder / "c.md").read_text(encoding="utf-8").startswith("<!-- costcalc:check team-a -->\n")
    assert all((desk.folder / f"c.{ending}").stat().st_size for ending in ("sarif", "xml", "json", "csv"))
