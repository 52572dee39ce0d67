"""Inputs made wrong by chance: an answer, or exit 2 or 3 with words; nothing is lost, and nothing is a bug.

The seeds are the same ones each time, about 18,000 inputs; `DEEP=20` tries twenty times as many.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random

import pytest

from tests.conftest import REPO_ROOT
from tests.faults.mutations import NASTY, mutated, rows_in
from tests.kit import DEEP

LOG = "date,provider,model,input_tokens,output_tokens\n2026-10-01,alibaba,qwen-plus,1000,500\n"
FOUND = REPO_ROOT / "tests" / "found"
LOGS = sorted(
    path for path in FOUND.glob("*/*")
    if path.is_file() and path.suffix not in (".py", ".yaml", ".md") and path.stat().st_size < 20_000
)  # fmt: skip
WRITTEN = sorted(
    path for pattern in ("examples/*.yaml", "examples/team/*.yaml", "costcalc/cli/starts/*.yaml", "costcalc/usage/formats/*.yaml", "pricebooks/*.yaml")
    for path in REPO_ROOT.glob(pattern) if path.stat().st_size < 20_000
)  # fmt: skip
SHORT = [path for path in WRITTEN if path.stat().st_size < 4_000]  # what is linted by the hundred
READ_BY = (
    ("prices", "lint", "FILE"), ("scenarios", "lint", "FILE"), ("budgets", "lint", "FILE"), ("cost", "u.csv", "--format-file", "FILE"),
    ("cost", "u.csv", "--pricebook", "FILE"), ("project", "u.csv", "--scenario", "FILE"), ("check", "u.csv", "--budgets", "FILE"),
)  # fmt: skip
ASKED = (
    ("cost", "FILE", "--json"), ("project", "FILE", "--hike", "alibaba=34"), ("formats", "detect", "FILE"), ("cost", "FILE", "--each", "day", "--format", "csv"),
)  # fmt: skip
WRITTEN_AT_ONCE, ROWS_AT_ONCE = 250, 1_000  # so many inputs of one run: a run for each would take an hour
PARTS = 8  # each a test, for whoever runs tests side by side


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "u.csv").write_text(LOG)
    return tmp_path


def _is_answered(run, number: int, words) -> None:
    assert run.code in (0, 1, 2, 3), f"input {number}, {words}: exit {run.code}\n{run.err}"
    assert run.code in (0, 1) or run.err or run.out, f"input {number}: nothing is said"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("sources", "commands", "count"), [(LOGS, ASKED, 8), (WRITTEN, READ_BY, 6)], ids=["logs", "written"])  # fmt: skip
def test_a_file_made_wrong_is_answered(run_costcalc, here, tallied, sources, commands, count, part):
    for number in range(part * count * DEEP, (part + 1) * count * DEEP):
        random = Random(number)
        source, words = random.choice(sources), random.choice(commands)
        file = here / f"in{source.suffix}"
        file.write_bytes(mutated(source.read_bytes(), random))
        words = [word.replace("FILE", file.name) for word in words]
        _is_answered(run_costcalc(*words, cwd=here), number, words)
    tallied("logs" if sources is LOGS else "files that people write", inputs=count * DEEP)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("words", [("prices", "lint"), ("scenarios", "lint"), ("budgets", "lint")], ids="-".join)
def test_many_files_made_wrong_are_all_linted(run_costcalc, here, tallied, words, part):
    """Read together, each with the problems that it has."""
    names = []
    for number in range(part * WRITTEN_AT_ONCE * DEEP, (part + 1) * WRITTEN_AT_ONCE * DEEP):
        random = Random(number)
        (here / f"{number}.yaml").write_bytes(mutated(random.choice(SHORT).read_bytes(), random))
        names.append(f"{number}.yaml")
    run = run_costcalc(*words, *names, cwd=here)
    _is_answered(run, part, words)
    tallied("files that people write", inputs=len(names))


@pytest.mark.parametrize("part", range(PARTS))
def test_every_row_of_a_table_with_wrong_cells_is_counted_or_refused(run_costcalc, here, tallied, part):
    """Cells are replaced, not the shape: as many rows go in as come out."""
    header, rows = ["date", "provider", "model", "input_tokens", "output_tokens", "team"], []
    for number in range(part * ROWS_AT_ONCE * DEEP, (part + 1) * ROWS_AT_ONCE * DEEP):
        random, row = Random(number), ["2026-10-01", "alibaba", "qwen-plus", str(number), str(2 * number), "team"]
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            row[random.randrange(6)] = _word(random)
        rows.append(row)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [header, ["2026-10-01", "alibaba", "qwen-plus", "1", "2", "team"], *rows]
    )
    (here / "cells.csv").write_text(text.getvalue(), encoding="utf-8")
    run = run_costcalc("cost", "cells.csv", "--json", cwd=here)
    assert run.code in (0, 3), run.err
    assert rows_in(run.json["usage"]) == len(rows) + 1, run.err
    tallied("rows of tables", inputs=len(rows), **_rows(run.json["usage"]))


@pytest.mark.parametrize("part", range(PARTS))
def test_every_line_of_json_that_is_wrong_is_counted_or_refused(run_costcalc, here, tallied, part):
    """Lines are changed within themselves: what is no JSON any more is refused in its place."""
    line = b'{"id":"r%d","object":"chat.completion","created":1790812800,"model":"gpt-5-mini","usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}}'
    lines = []
    for number in range(1 + part * ROWS_AT_ONCE // 2 * DEEP, 1 + (part + 1) * ROWS_AT_ONCE // 2 * DEEP):
        wrong = mutated(line % number, Random(number)).replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\x00", b" ")
        lines.append(wrong if wrong.strip() else b"x")
    (here / "lines.jsonl").write_bytes(b"".join(each + b"\n" for each in [line % 0, *lines]))
    run = run_costcalc("cost", "lines.jsonl", "--json", cwd=here)
    assert run.code in (0, 3), run.err
    assert rows_in(run.json["usage"]) == len(lines) + 1, run.err
    tallied("lines of JSON", inputs=len(lines), **_rows(run.json["usage"]))


def _word(random: Random) -> str:
    return random.choice(NASTY).decode("utf-8", "ignore").replace("\x00", "").replace("\r", "")


def _rows(usage) -> dict[str, int]:
    refused = usage["refused_rows"] + sum(skipped["rows"] for skipped in usage["skipped"])
    return {"rows_in": rows_in(usage), "counted": rows_in(usage) - refused, "refused": refused}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_word_that_means_nothing_is_answered(run_costcalc, here, tallied, part):
    options = ("--hike", "--by", "--where", "--since", "--last", "--month", "--currency", "--margin", "--floor", "--revenue", "--alias", "--region", "--map", "--timezone", "--memory", "--basis", "--scenario", "--format")  # fmt: skip
    usual = ("alibaba=34", "alibaba/qwen*=5..34@2026-12-01", "2026-10", "30d", "60%", "20000 USD", "CNY", "model=qwen*", "Asia/Shanghai", "9" * 4_000 + "d", "1e99")  # fmt: skip
    for number in range(part * 30 * DEEP, (part + 1) * 30 * DEEP):
        random = Random(number)
        word = (
            mutated(random.choice(usual).encode(), random)
            .decode("utf-8", "surrogateescape")
            .replace("\x00", "")[:5_000]
        )
        words = ["project", "u.csv", random.choice(options), word]
        _is_answered(run_costcalc(*words, cwd=here), number, [word[:80] for word in words])
    tallied("words of the command line", inputs=30 * DEEP)
