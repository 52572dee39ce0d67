"""`costcalc report`: a page or a chart, to a file or onwards."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

RISE = ("examples/usage.csv", "--hike", "alibaba=34", "--revenue", "24000")


def test_the_page_is_one_file_with_the_words_of_project(run_costcalc, tmp_path):
    run = run_costcalc("report", *RISE, "-o", tmp_path / "report.html")
    assert (run.code, run.out, run.err) == (0, "", f"{tmp_path / 'report.html'} is written\n")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Cost a month rises from 9,652.99 USD (today) to 10,524.47 USD in September 2027" in page


def test_it_goes_where_it_is_piped(run_costcalc, tmp_path):
    piped = run_costcalc("report", *RISE)
    run_costcalc("report", *RISE, "-o", tmp_path / "report.html")
    assert piped.code == 0
    assert piped.out == (tmp_path / "report.html").read_text(encoding="utf-8")
    assert run_costcalc("report", *RISE, "-o", "-").out == piped.out


def test_the_same_usage_makes_the_same_page(run_costcalc):
    assert run_costcalc("report", *RISE).out == run_costcalc("report", *RISE).out


def test_the_scenario_s_horizon_holds_and_months_go_first(run_costcalc):
    assert "12 months, Oct 2026 – Sep 2027" in run_costcalc("report", *RISE).out
    assert "3 months, Oct 2026 – Dec 2026" in run_costcalc("report", *RISE, "--months", "3").out


@pytest.mark.parametrize("name", ["bridge", "months"])
def test_a_chart_is_an_svg_of_its_own(run_costcalc, tmp_path, name):
    run = run_costcalc("report", *RISE, "--chart", name, "-o", tmp_path / "chart.svg")
    assert run.code == 0
    text = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "10,524.47" in text
    assert run_costcalc("report", *RISE, "--chart", name).out == text


def test_a_chart_is_a_png(run_costcalc, tmp_path):
    pytest.importorskip("resvg_py")
    assert run_costcalc("report", *RISE, "--chart", "months", "-o", tmp_path / "chart.png").code == 0
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_unpriced_usage_is_said_on_the_page_and_by_the_exit_code(run_costcalc, tmp_path):
    usage = tmp_path / "usage.csv"
    usage.write_text(
        "date,model,input_tokens,output_tokens\n2026-09-01,qwen3-max,1000,100\n2026-09-30,nobody-1,1000,100\n"
    )
    run = run_costcalc("report", usage, "--hike", "alibaba=34")
    assert run.code == 3
    assert "Some usage has no price" in run.out
    assert "nobody-1" in run.out
    assert run_costcalc("report", usage, "--hike", "alibaba=34", "--allow-unpriced").code == 0
