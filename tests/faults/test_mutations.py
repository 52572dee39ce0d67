"""Inputs made wrong by chance: an answer, or exit 2 or 3 with words; nothing is lost, and nothing is a bug.

The seeds are the same ones each time; `DEEP=20` tries twenty times as many: thousands.
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
READ_BY = (
    ("prices", "lint", "FILE"), ("scenarios", "lint", "FILE"), ("budgets", "lint", "FILE"), ("cost", "u.csv", "--format-file", "FILE"),
    ("cost", "u.csv", "--pricebook", "FILE"), ("project", "u.csv", "--scenario", "FILE"), ("check", "u.csv", "--budgets", "FILE"),
)  # fmt: skip
ASKED = (
    ("cost", "FILE", "--json"), ("project", "FILE", "--hike", "alibaba=34"), ("formats", "detect", "FILE"), ("cost", "FILE", "--each", "day", "--csv"),
)  # fmt: skip
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
@pytest.mark.parametrize(("sources", "commands", "count"), [(LOGS, ASKED, 8), (WRITTEN, READ_BY, 12)], ids=["logs", "written"])  # fmt: skip
def test_a_file_made_wrong_is_answered(run_costcalc, here, sources, commands, count, part):
    for number in range(part * count * DEEP, (part + 1) * count * DEEP):
        random = Random(number)
        source, words = random.choice(sources), random.choice(commands)
        file = here / f"in{source.suffix}"
        file.write_bytes(mutated(source.read_bytes(), random))
        words = [word.replace("FILE", file.name) for word in words]
        _is_answered(run_costcalc(*words, cwd=here), number, words)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_row_of_a_table_with_wrong_cells_is_counted_or_refused(run_costcalc, here, part):
    """Cells are replaced, not the shape: as many rows go in as come out."""
    whole = [["2026-10-01", "alibaba", "qwen-plus", str(n), str(2 * n), "team"] for n in range(1, 21)]
    for number in range(part * 3 * DEEP, (part + 1) * 3 * DEEP):
        random, rows = Random(number), [list(row) for row in whole]
        for _ in range(random.randrange(1, 6)):
            word = random.choice(NASTY).decode("utf-8", "ignore").replace("\x00", "").replace("\r", "")
            random.choice(rows)[random.randrange(6)] = word
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerows([["date", "provider", "model", "input_tokens", "output_tokens", "team"], *rows])
        (here / "cells.csv").write_text(text.getvalue(), encoding="utf-8")
        run = run_costcalc("cost", "cells.csv", "--json", cwd=here)
        assert run.code in (0, 3), f"input {number}: {run.err}"
        assert rows_in(run.json["usage"]) == len(rows), f"input {number}: {run.err}"


@pytest.mark.parametrize("part", range(PARTS))
def test_a_word_that_means_nothing_is_answered(run_costcalc, here, part):
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
