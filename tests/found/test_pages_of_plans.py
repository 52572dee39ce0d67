"""What a newcomer read on the pages of plans and could not believe."""

import re

import pytest

LOG = "date,provider,model,customer,input_tokens,output_tokens\n2026-09-01,openai,gpt-5.6-luna,acme,60000,4000\n"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_the_headline_changes_by_what_the_total_does(run_costcalc):
    out = run_costcalc("project", "examples/usage.csv", "--where", "feature=chat", "--hike", "any=10").out
    (total,) = re.findall(r"Total .*\+([\d.]+) ", out.split("If your margin")[0])
    assert f"costs {total.split()[0]} USD more" in out


def test_a_cut_is_a_cut_everywhere(run_costcalc, log):
    for words in (("project", log), ("project", "examples/usage.csv", "--where", "model=qwen3-max")):
        out = run_costcalc(*words, "--hike", "any=-20", "--margin", "60%", "--by", "customer", "--notes").out
        assert "with the cut" in out.lower()
        assert "with the rise" not in out.lower()


def test_what_touches_nothing_costs_nothing(run_costcalc):
    out = run_costcalc("project", "examples/usage.csv", "--scenario", "april-2026", "--pass-through", "60%").out
    assert "touch nothing in this log" in out
    assert "2 price changes cost 474.67 USD more" in out
    assert "6 price changes" not in out


def test_where_nothing_is_to_be_restored_one_sentence_says_so(run_costcalc, tmp_path):
    plan, revenue = tmp_path / "gr.yaml", tmp_path / "rv.csv"
    plan.write_text("scenario: g\nhorizon: 3 months\ngrowth: [{each month: 5%}]\n", encoding="utf-8")
    revenue.write_text("customer,revenue\nacme,9000.333\nborealis,777.77\n", encoding="utf-8")
    for given in ("30000", revenue):
        out = run_costcalc(
            "project", "examples/usage.csv", "--scenario", plan, "--by", "customer", "--revenue", given
        ).out
        assert "your prices do already" in out
        assert not re.search(r"\b0\.0% (fewer|less)|by 0\.0%|Without 0\.00", out)


def test_a_report_without_a_rise_has_a_title_that_reads(run_costcalc, log, tmp_path):
    run_costcalc("report", log, "-o", tmp_path / "t.html")
    assert "What published prices do to cost and margin" in (tmp_path / "t.html").read_text(encoding="utf-8")


def test_the_table_of_advice_has_every_candidate_of_the_plan(run_costcalc):
    out = run_costcalc("advise", "examples/usage.csv").out
    plan = re.search(r"The plan, candidates ([\d, and\n]+)", out)
    assert plan
    planned = re.findall(r"\d+", plan[1])
    assert int(max(planned, key=int)) > 10
    assert re.findall(r"^  (\d+)\* ", out, re.MULTILINE) == planned


def test_a_price_below_a_band_says_up_to_where_it_holds(run_costcalc, tmp_path):
    log = tmp_path / "a.csv"
    log.write_text(
        "date,provider,model,requests,input_tokens,output_tokens\n2026-09-01,anthropic,claude-sonnet-4-5,1,60000,4000\n"
    )
    out = run_costcalc("explain", log).out
    assert "band up to 200K input" in out
    assert "at every length" not in out


def test_revenue_that_is_in_no_margin_is_never_folded(run_costcalc, tmp_path):
    revenue = tmp_path / "rv.csv"
    revenue.write_text("customer,revenue\nacme,9000\nzork,777\n", encoding="utf-8")
    out = run_costcalc("project", "examples/usage.csv", "--hike", "alibaba=34", "--revenue", revenue).out
    assert "Revenue in no margin, without usage:" in out
    assert "zork" in out
    assert "more notes: --notes" in out
