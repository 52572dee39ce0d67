"""Commented starts, and the scenarios that ship: valid as they stand, and with every example in them switched on."""

import json
import os
import re

import pytest

from costcalc.cli.config import KEYS, read_config
from costcalc.pricebook.events import load_events
from costcalc.scenario.read import SCENARIO, parse_scenario, shipped_text

EVENTS = {event.id: event for event in load_events()}


def switched_on(text: str) -> str:
    """Every example of a start without the sign before it."""
    text = re.sub(r"^  # - ", "  - ", text, flags=re.MULTILINE)
    return re.sub(r"^# (?=(note|currency|fx|simulate): )", "", text, flags=re.MULTILINE)


def test_a_scenario_to_start_from_runs_as_it_stands(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    run = run_costcalc("init", "scenario", "-o", plan)
    assert (run.code, run.out) == (0, f"{plan} is written. Next: costcalc project usage.csv --scenario {plan}\n")
    assert run_costcalc("project", "examples/usage.csv", "--scenario", plan, "--months", "12").code == 0


def test_every_example_in_it_is_valid_and_every_key_is_there(run_costcalc):
    text = run_costcalc("init", "scenario").out
    scenario = parse_scenario(switched_on(text), "all.yaml", EVENTS)
    assert all(getattr(scenario.usage, name) for name in ("growth", "mix", "escalation", "moves", "efficiency"))
    assert scenario.business.revenue
    assert scenario.business.own_prices
    assert scenario.business.other_costs
    assert scenario.fx
    assert scenario.note
    assert scenario.simulation.fx
    assert all(re.search(rf"^(# )?{key}:", text, re.MULTILINE) for key in SCENARIO.keys)
    assert max(map(len, text.splitlines())) <= 120


def test_the_configuration_has_every_key_and_sets_none(run_costcalc, tmp_path):
    text = run_costcalc("init", "config").out
    file = tmp_path / "costcalc.toml"
    file.write_text(text, encoding="utf-8")
    assert read_config(file).values == {}
    examples = re.sub(r"^# (?=[a-z_]+ = |\[|\")", "", text, flags=re.MULTILINE)
    file.write_text(examples, encoding="utf-8")
    assert set(read_config(file).values) == set(KEYS)


def test_a_file_is_not_written_over_unless_that_is_said(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenario: Mine\n")
    refused = run_costcalc("init", "scenario", "-o", plan)
    assert (refused.code, plan.read_text()) == (2, "scenario: Mine\n")
    assert run_costcalc("init", "scenario", "-o", plan, "--force").code == 0
    assert plan.read_text(encoding="utf-8") == run_costcalc("init", "scenario").out
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_the_file_may_be_read_as_any_new_file(run_costcalc, tmp_path):
    run_costcalc("init", "scenario", "-o", tmp_path / "plan.yaml")
    (tmp_path / "other").touch()
    assert (tmp_path / "plan.yaml").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_that_cannot_be_renamed_leaves_nothing_behind(run_costcalc, tmp_path):
    (tmp_path / "plan.yaml").mkdir()
    run = run_costcalc("init", "scenario", "-o", tmp_path / "plan.yaml", "--force")
    assert (run.code, "unwritable-file" in run.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


def test_scenarios_are_listed_with_what_they_change(run_costcalc):
    found = run_costcalc("scenarios", "list", "--json").json
    assert found["schema"] == "costcalc.scenarios/1"
    by_name = {each["name"]: each for each in found["scenarios"]}
    assert by_name["all-at-once"]["changes"] == ["prices", "growth", "mix", "moves", "efficiency"]
    assert (by_name["hybrid"]["title"], by_name["hybrid"]["horizon_months"]) == (
        "Short requests move to a small model",
        12,
    )
    page = run_costcalc("scenarios", "list").out
    assert all(name in page for name in by_name)
    assert max(map(len, page.splitlines())) <= 80


def test_a_scenario_is_shown_as_it_ships_and_its_schema_is_json(run_costcalc):
    assert run_costcalc("scenarios", "show", "hybrid").out == shipped_text("hybrid")
    assert json.loads(run_costcalc("scenarios", "schema").out)["title"] == "costcalc scenario"


GATEWAY = {
    "when": "2026-09-01T10:00:00Z", "llm": {"name": "gpt-5-mini"}, "org": "acme",
    "use": {"prompt": 1_000_000, "cached": 0, "completion": 0, "took_ms": 12},
}  # fmt: skip


@pytest.fixture
def gateway(tmp_path):
    (tmp_path / "gateway.jsonl").write_text(json.dumps(GATEWAY) + "\n", encoding="utf-8")
    return tmp_path


def test_a_format_is_filled_in_from_a_log_that_nothing_reads(gateway, run_costcalc):
    """1 M tokens of input at 0.25 USD."""
    assert run_costcalc("cost", "gateway.jsonl", cwd=gateway).code == 2
    made = run_costcalc("init", "format", "gateway.jsonl", "-o", "ours.yaml", cwd=gateway)
    assert (made.code, made.out.split()[:3]) == (0, ["ours.yaml", "is", "written."])
    assert "# not read, a number: use.took_ms" in (gateway / "ours.yaml").read_text(encoding="utf-8")
    answer = run_costcalc("cost", "gateway.jsonl", "--format-file", "ours.yaml", "--by", "org", "--json", cwd=gateway)
    assert (answer.code, answer.json["total"]["rounded"]) == (0, "0.25")
    assert [line["names"] for line in answer.json["lines"]] == [{"org": "acme"}]


def test_the_configuration_names_formats_and_the_page_says_so(gateway, run_costcalc):
    run_costcalc("init", "format", "gateway.jsonl", "-o", "ours.yaml", cwd=gateway)
    (gateway / "costcalc.toml").write_text('formats = ["ours.yaml"]\n\n[[maps]]\nformat = "ours"\nteam = "org"\n')
    page = run_costcalc("cost", "gateway.jsonl", cwd=gateway)
    assert page.code == 0, page.err
    assert "formats = ours.yaml (costcalc.toml:1)" in page.out


def test_a_format_of_ones_own_goes_before_those_that_ship(gateway, run_costcalc):
    (gateway / "codex.yaml").write_text(
        "format: mine\nreads: json\nrecognise: [[when]]\ntime: {field: when, as: instant}\nmodel: llm.name\n"
        "requests: none\nmeters: {output_tokens: use.prompt}\nother_columns: no\nignored: [took_ms, cached, completion]\n"
    )
    detected = run_costcalc("formats", "detect", "gateway.jsonl", "--format-file", "codex.yaml", "--json", cwd=gateway)
    (file,) = detected.json["files"]
    assert (file["format"], {"column": "use.prompt", "read_as": "output_tokens"} in file["columns"]) == ("mine", True)


@pytest.mark.parametrize(
    ("log", "said"),
    [("known.csv", "error[known-format]: the format cursor reads this log"), ("nowhere.csv", "nowhere.csv")],
)
def test_what_is_known_already_needs_no_format(gateway, run_costcalc, log, said):
    (gateway / "known.csv").write_text(
        "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens\n2026-09-01,gpt-5-mini,1,2,3,4\n"
    )
    run = run_costcalc("init", "format", log, cwd=gateway)
    assert (run.code, said in run.err) == (2, True), run.err


def test_a_wrong_format_file_is_answered_with_its_lines(gateway, run_costcalc):
    (gateway / "bad.yaml").write_text("format: bad\nreads: json\nmeters: {tokens_in: a}\n")
    run = run_costcalc("cost", "gateway.jsonl", "--format-file", "bad.yaml", cwd=gateway)
    assert run.code == 2
    assert 'bad.yaml:3:10: error[unknown-meter]: no meter is called "tokens_in"' in run.err


def test_machines_of_ones_own_name_their_file_and_are_clean(run_costcalc, tmp_path):
    assert run_costcalc("init", "self-hosted", "-o", "machines.yaml", cwd=tmp_path).code == 0
    text = (tmp_path / "machines.yaml").read_text(encoding="utf-8")
    assert "costcalc cost usage.csv --pricebook machines.yaml\n" in text
    assert "examples/" not in text
    lint = run_costcalc("prices", "lint", "machines.yaml", cwd=tmp_path)
    assert (lint.code, "price-of-zero" in lint.out + lint.err) == (0, False)


class TestPrices:
    """`init prices LOG`: what no pricebook prices, as files to fill in."""

    @pytest.fixture
    def log(self, tmp_path):
        path = tmp_path / "usage.csv"
        path.write_text(
            "date,provider,model,input_tokens,output_tokens\n"
            "2026-09-02,openai,gpt-5.6-lunar,100000,20000\n"
            "2026-09-01,snowflake,prod: gpt,50000,1000\n"
            "2026-09-03,,fast-chat,3000,100\n"
            "2026-09-03,alibaba,qwen3-max,3000,100\n"
        )
        return path

    def test_a_file_for_each_list_and_one_for_names_alone(self, run_costcalc, log, tmp_path):
        run = run_costcalc("init", "prices", log, "-o", tmp_path / "ours")
        assert (run.code, sorted(path.name for path in (tmp_path / "ours").iterdir())) == (
            0, ["aliases.yaml", "openai.yaml", "snowflake.yaml"],
        )  # fmt: skip
        openai = (tmp_path / "ours" / "openai.yaml").read_text()
        assert "region: global" in openai
        assert "# near: openai/gpt-5.6-luna: input_tokens" in openai
        assert "at least since 2026-09-01:" in openai

    def test_what_is_filled_in_prices_the_log(self, run_costcalc, log, tmp_path):
        assert run_costcalc("cost", log).code == 3
        run_costcalc("init", "prices", log, "-o", tmp_path / "ours")
        for path in (tmp_path / "ours").iterdir():
            with_alias = path.read_text().replace("fast-chat: FILL_IN", "fast-chat: openai/gpt-5-mini")
            path.write_text(with_alias.replace("FILL_IN per", "2 per"))
        run = run_costcalc("cost", log, "--pricebook", tmp_path / "ours", "--json")
        assert run.code == 0, run.err
        costs = {tuple(line["names"].values()): line["cost"]["exact"] for line in run.json["lines"]}
        assert costs["snowflake", "prod: gpt"] == "0.102"  # 51,000 tokens at 2.00 per million
        assert costs["openai", "gpt-5.6-lunar"] == "0.24"

    def test_what_is_left_open_is_said_with_its_place(self, run_costcalc, log, tmp_path):
        run_costcalc("init", "prices", log, "-o", tmp_path / "ours")
        run = run_costcalc("cost", log, "--pricebook", tmp_path / "ours")
        assert run.code == 2
        assert "snowflake.yaml:11:" in run.err

    def test_the_next_step_is_to_fill_it_in(self, run_costcalc, log, tmp_path):
        run = run_costcalc("init", "prices", log, "--where", "model=fast-chat", "-o", "mp", cwd=tmp_path)
        assert "Next: replace every FILL_IN, and then: costcalc cost " in run.out
        early = run_costcalc("cost", log, "--pricebook", "mp", cwd=tmp_path)
        assert (early.code, '"FILL_IN"' in early.err) == (2, True)

    @pytest.mark.parametrize("to", ["file", "output"])
    def test_several_lists_are_one_file_that_is_read(self, run_costcalc, log, tmp_path, to):
        path = tmp_path / "all.yaml"
        run = run_costcalc("init", "prices", log, *(["-o", path] if to == "file" else []))
        text = path.read_text() if to == "file" else run.out
        assert text.count("provider: ") > 1
        path.write_text(text.replace("FILL_IN per", "2 per").replace("FILL_IN  #", "openai/gpt-5-mini  #"))
        cost = run_costcalc("cost", log, "--pricebook", path, "--json")
        assert (cost.code, cost.json["priced"]["share"]) == (0, "1")

    def test_every_list_of_a_file_is_read_with_its_own_places(self, run_costcalc, log, tmp_path):
        path = tmp_path / "all.yaml"
        run_costcalc("init", "prices", log, "-o", path)
        lines = path.read_text().splitlines()
        open_ = [number for number, line in enumerate(lines, 1) if "FILL_IN per" in line and "#" not in line]
        for command in (("cost", log, "--pricebook", path), ("prices", "lint", path)):
            err = run_costcalc(*command).err
            assert [number for number in open_ if f"all.yaml:{number}:" not in err] == []

    def test_of_standard_input_the_next_step_names_a_log_that_can_be_read_again(self, run_costcalc, log, tmp_path):
        piped = log.read_text()
        page = run_costcalc("cost", "-", stdin=piped).out
        assert "costcalc init prices LOG -o my-prices.yaml" in page
        assert "once the log is in a file" in page
        run = run_costcalc("init", "prices", "-", "-o", tmp_path / "all.yaml", stdin=piped)
        assert "costcalc cost LOG --pricebook" in run.out
        assert "Models of standard input" in (tmp_path / "all.yaml").read_text()

    def test_one_list_may_be_one_file(self, run_costcalc, log, tmp_path):
        one = ("init", "prices", log, "--where", "provider=snowflake", "-o", tmp_path / "snowflake.yaml")
        assert run_costcalc(*one).code == 0
        assert "provider: snowflake" in (tmp_path / "snowflake.yaml").read_text()
        assert "file-exists" in run_costcalc(*one).err

    def test_where_every_model_has_a_price_nothing_is_begun(self, run_costcalc, log):
        run = run_costcalc("init", "prices", log, "--where", "provider=alibaba")
        assert (run.code, run.out) == (0, "")
        assert "Every model has a price" in run.err

    def test_rows_that_name_no_model_are_given_one_and_not_begun_as_an_alias(self, run_costcalc, tmp_path):
        nameless = tmp_path / "nameless.csv"
        nameless.write_text("date,model,input_tokens,output_tokens\n2026-09-01,,100,20\n")
        page = run_costcalc("cost", nameless).out
        assert ("--map model==NAME" in page, "init prices" in page) == (True, False)
        run = run_costcalc("init", "prices", nameless)
        assert (run.code, run.out, "--map model==NAME" in run.err) == (0, "", True)

    def test_rows_that_name_no_model_beside_others_are_not_renamed_with_them(self, run_costcalc, tmp_path):
        mixed = tmp_path / "mixed.csv"
        mixed.write_text("date,model,input_tokens,output_tokens\n2026-09-01,,100,20\n2026-09-01,gpt-5-mini,100,20\n")
        page = run_costcalc("cost", mixed).out
        assert ("no model named" in page, "--map" in page, "init prices" in page) == (True, False, False)

    def test_the_page_says_what_ends_it(self, run_costcalc, log):
        page = " ".join(run_costcalc("cost", log).out.replace("\\", " ").split())
        assert "If gpt-5.6-lunar is a known model by another name: --alias" in page
        assert f"costcalc init prices {log} -o my-prices" in page

    def test_names_may_hold_braces_and_breaks(self, run_costcalc, tmp_path):
        log = tmp_path / "a{b}.csv"
        log.write_text('date,provider,model,input_tokens,output_tokens\n2026-09-02,acme,"x\ny: z",100,20\n')
        run = run_costcalc("init", "prices", log, "-o", tmp_path / "acme.yaml")
        assert (run.code, "--pricebook" in run.out) == (0, True), run.err
        text = (tmp_path / "acme.yaml").read_text().replace("FILL_IN per", "2 per")
        (tmp_path / "acme.yaml").write_text(text)
        assert run_costcalc("cost", log, "--pricebook", tmp_path / "acme.yaml").code == 0
