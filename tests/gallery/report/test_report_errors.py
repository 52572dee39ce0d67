"""What `report` answers when it cannot write what is asked for: the command, its exit code, its exact words."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
USAGE = "date,model,requests,input_tokens,output_tokens\n2026-09-01,qwen3-max,1,1000,100\n2026-09-30,gpt-5-mini,1,1000,100\n"
CASES = {
    "page-on-a-terminal": "report usage.csv --hike alibaba=34",
    "page-of-another-ending": "report usage.csv --hike alibaba=34 -o report.pdf",
    "chart-without-its-name": "report usage.csv --hike alibaba=34 -o chart.svg",
    "chart-as-a-page": "report usage.csv --hike alibaba=34 --chart bridge -o chart.html",
    "unknown-chart": "report usage.csv --hike alibaba=34 --chart mouths -o chart.svg",
    "png-without-its-extra": "report usage.csv --hike alibaba=34 --chart months -o chart.png",
    "report-unwritable": "report usage.csv --hike alibaba=34 -o no/such/folder/report.html",
}


@pytest.mark.parametrize("name", CASES)
def test_a_report_that_cannot_be_written_is_answered_with(name, run_costcalc, tmp_path, monkeypatch, request):
    (tmp_path / "usage.csv").write_text(USAGE, encoding="utf-8")
    if name == "page-on-a-terminal":
        monkeypatch.setattr("costcalc.cli.report._is_terminal", lambda: True)
    if name == "png-without-its-extra":
        monkeypatch.setitem(sys.modules, "resvg_py", None)
    run = run_costcalc(*shlex.split(CASES[name]), cwd=tmp_path)
    assert run.out == ""
    text = f"$ costcalc {CASES[name]}\nexit {run.code}\n{run.err}"
    expected = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        expected.write_text(text, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == text
    assert run.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["usage.csv"]
