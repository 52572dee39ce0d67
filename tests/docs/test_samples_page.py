"""docs/samples.md: what each sample of an export is read as, every row of it accounted for.

The totals themselves are held against readers of their own in tests/usage/test_samples.py and tests/usage/test_bills.py.
"""

from __future__ import annotations

import csv
import json
from functools import cache

import pytest

from costcalc.reports.detection import detect
from costcalc.usage.formats.read import formats
from tests.conftest import REPO_ROOT
from tests.usage.kit import counted

PAGE = REPO_ROOT / "docs" / "samples.md"
SAMPLES = REPO_ROOT.parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of others lie beside the checkout")
FILES = sorted(
    path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix in (".csv", ".json", ".jsonl")
) if SAMPLES.is_dir() else []  # fmt: skip
HEAD = """# What each export is read as

A sample of each export that costcalc knows, as it is read. This page is written by the tests
(`python -m pytest tests/docs/test_samples_page.py --update`): each file is recognised by its content, every row is
counted, left out for a reason, or refused, and the tokens equal those of a reader of its own of a few lines.

| Export | Format | Rows counted | Left out | Refused | Input | Cached | Output | Cost stated |
|---|---|---:|---|---:|---:|---:|---:|---:|
"""
# A row may become several, or several one: credits of a bill, iterations of an answer, models of a day, lines of a reply.
OF_PARTS = {"gcp-billing", "claude-code", "codex", "raw-anthropic-messages/usage_bodies.jsonl"}


detected = cache(detect)


def line_of(path):
    found = detected(path)
    (file,), ledger = found.files, counted(path)
    reasons = "; ".join(f"{each.rows:,} {each.reason}" for each in found.left_out) or "–"
    totals = [ledger.totals[name] for name in ("input_tokens", "cache_read_tokens", "output_tokens")]
    stated = [group for group in ledger.groups if group.billed is not None]
    currencies = sorted({group.billed_currency or "USD" for group in stated})
    amount = f"{float(sum(group.billed for group in stated)):.10g} {' '.join(currencies)}" if stated else "–"
    numbers = " | ".join(f"{number:,}" if number else "–" for number in totals)
    return (
        f"| {path.relative_to(SAMPLES)} | {file.format} | {file.rows.counted:,} | {reasons} | {file.rows.refused:,} |"
        f" {numbers} | {amount} |"
    )


def rows_in(path):
    """The rows of a table, or the objects of JSON lines, by the standard library."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix == ".csv":
            return sum(1 for _ in csv.DictReader(file))
        return sum(isinstance(json.loads(line), dict) for line in file if line.strip())


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix != ".json"], ids=lambda path: str(path.relative_to(SAMPLES))
)
def test_every_row_is_counted_or_set_aside(path):
    found = detected(path)
    (file,) = found.files
    if not OF_PARTS & {file.format, str(path.relative_to(SAMPLES))}:
        assert file.rows.counted + file.rows.left_out + file.rows.refused == rows_in(path)
    assert sum(each.rows for each in found.left_out) == file.rows.left_out


def test_the_page_says_how_every_sample_is_read(request):
    page = HEAD + "".join(f"{line_of(path)}\n" for path in FILES)
    if request.config.getoption("--update"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
    read = {line.split(" | ")[1] for line in page.splitlines() if line.startswith("| ") and "/" in line}
    assert read <= {*formats()}
