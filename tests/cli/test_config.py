"""Configuration: which file is read, what is wrong with it, and that a report names every line that took effect."""

from __future__ import annotations

import os
from errno import EACCES
from pathlib import Path

import pytest

from costcalc.__main__ import main
from tests.conftest import REPO_ROOT
from tests.kit import write_csv

ROW = {"date": "2026-09-01", "provider": "alibaba", "model": "qwen-plus", "input_tokens": 1_000_000, "output_tokens": 0}


@pytest.fixture
def folder(tmp_path):
    """A repository with a log two folders below its root."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "logs").mkdir()
    write_csv(tmp_path / "repo" / "logs" / "usage.csv", ROW, {**ROW, "model": "our-model"})
    return tmp_path / "repo" / "logs"


def configure(path, text):
    (path / "costcalc.toml").write_text(text, encoding="utf-8")


ALIAS = '# ours\n[aliases]\n"our-model" = "alibaba/qwen-flash"\n"other" = "alibaba/qwen-max"\n'


def test_an_alias_of_a_parent_folder_is_named_with_its_line(folder, run_costcalc):
    configure(folder.parent, ALIAS)
    page = run_costcalc("cost", "usage.csv", cwd=folder)
    assert "configured aliases.our-model = alibaba/qwen-flash (../costcalc.toml:3)" in " ".join(page.out.split())
    assert "other" not in page.out  # no row has that name: it did nothing
    for command in (("cost",), ("project",), ("explain",), ("check", "--max-cost", "5USD"), ("compare", "--scenario", "hybrid", "--scenario", "efficiency"), ("advise",)):  # fmt: skip
        found = run_costcalc(command[0], "usage.csv", *command[1:], "--json", cwd=folder).json
        assert found["configuration"] == [
            {"key": "aliases.our-model", "value": "alibaba/qwen-flash", "file": "../costcalc.toml", "line": 3}
        ], command
    explained = run_costcalc("explain", "usage.csv", cwd=folder)
    assert "aliases.our-model = alibaba/qwen-flash (../costcalc.toml:3)" in explained.out


def test_an_alias_may_be_a_flag_and_goes_before_the_configuration(folder, run_costcalc):
    """1 M tokens of qwen-plus at 0.80 CNY each, once by its own name and once as our-model."""
    words = ("cost", "usage.csv", "--alias", "our-model=alibaba/qwen-plus")
    page = run_costcalc(*words, cwd=folder)
    assert page.code == 0, page.err
    assert "costcalc explain usage.csv --alias our-model=alibaba/qwen-plus" in " ".join(page.out.split())
    configure(folder, ALIAS)
    found = run_costcalc(*words, "--json", cwd=folder).json
    assert [line["names"]["model"] for line in found["lines"]] == ["qwen-plus"]
    assert found["configuration"] == []


@pytest.mark.parametrize(
    ("alias", "said"),
    [
        ("our-model=alibaba/qwen-pluss", "error[unknown-target]: the alias"),
        ("our-model", 'error[bad-option]: --alias "our-model" is not of the form NAME=PROVIDER/MODEL'),
    ],
)
def test_a_wrong_alias_is_refused(folder, run_costcalc, alias, said):
    run = run_costcalc("cost", "usage.csv", "--alias", alias, cwd=folder)
    assert (run.code, said in run.err) == (2, True), run.err


def test_the_search_ends_at_the_root_of_the_repository(folder, run_costcalc):
    configure(folder.parent.parent, ALIAS)
    page = run_costcalc("cost", "usage.csv", cwd=folder)
    assert page.code == 3  # our-model is nobody's
    assert "configured" not in page.out


def test_the_search_ends_at_the_home_folder(tmp_path, run_costcalc, monkeypatch):
    home = tmp_path / "above" / "home"
    (home / "work").mkdir(parents=True)
    write_csv(home / "work" / "usage.csv", {**ROW, "model": "our-model"})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    configure(home.parent, ALIAS)
    assert run_costcalc("cost", "usage.csv", cwd=home / "work").code == 3
    configure(home, ALIAS)
    assert run_costcalc("cost", "usage.csv", cwd=home / "work").code == 0


def test_outside_of_both_this_folder_alone_is_looked_at(tmp_path, run_costcalc, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "elsewhere"))
    (tmp_path / "shared" / "logs").mkdir(parents=True)
    write_csv(tmp_path / "shared" / "logs" / "usage.csv", {**ROW, "model": "our-model"})
    configure(tmp_path / "shared", ALIAS)
    assert run_costcalc("cost", "usage.csv", cwd=tmp_path / "shared" / "logs").code == 3
    configure(tmp_path / "shared" / "logs", ALIAS)
    assert run_costcalc("cost", "usage.csv", cwd=tmp_path / "shared" / "logs").code == 0


def settings(run_costcalc, folder, *words, **more):
    found = run_costcalc(*words, "--json", cwd=folder, **more)
    return {each["key"]: (each["value"], each["line"]) for each in found.json["configuration"]}


def test_every_text_that_no_flag_replaced_is_named(folder, run_costcalc):
    configure(
        folder, 'currency = "CNY"\nbasis = "list"\ntimezone = "UTC"\nmargin = "60%"\nby = "model"\nfloor = "10%"\n'
    )
    words = ("usage.csv", "--where", "model=qwen-plus")
    assert settings(run_costcalc, folder, "cost", *words) == {
        "currency": ("CNY", 1),
        "basis": ("list", 2),
        "by": ("model", 5),
    }
    assert settings(run_costcalc, folder, "cost", *words, "--currency", "USD", "--by", "provider") == {
        "basis": ("list", 2)
    }
    assert settings(run_costcalc, folder, "project", *words, "--hike", "alibaba=5") == {
        "currency": ("CNY", 1), "basis": ("list", 2), "margin": ("60%", 4), "by": ("model", 5), "floor": ("10%", 6),
    }  # fmt: skip
    earned = settings(run_costcalc, folder, "project", *words, "--hike", "alibaba=5", "--revenue", "100")
    assert "margin" not in earned
    env = {"COSTCALC_CURRENCY": "USD"}
    assert settings(run_costcalc, folder, "cost", *words, env=env)["COSTCALC_CURRENCY"] == ("USD", None)


def test_a_region_is_named_where_it_is_another_list_than_the_default(folder, run_costcalc):
    configure(folder, '[regions]\nalibaba = "intl"\nopenai = "global"\n')
    words = ("cost", "usage.csv", "--where", "model=qwen-plus")
    assert settings(run_costcalc, folder, *words) == {"regions.alibaba": ("intl", 2)}
    assert settings(run_costcalc, folder, *words, "--region", "alibaba=cn-beijing") == {}


BOOK = """\
provider: alibaba
region: cn-beijing
currency: CNY
timezone: Asia/Shanghai
models:
  house-model:
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 2 per 1M}
discounts:
  - {what: alibaba/qwen-*, percent: 10%}
  - {what: openai, percent: 20%}
  - {what: alibaba, percent: 5%, until: 2026-01-01}
aliases:
  our-model: alibaba/house-model
"""


def test_terms_and_prices_of_your_own_are_named_where_they_took_effect(folder, run_costcalc):
    (folder / "rates.yaml").write_text(BOOK, encoding="utf-8")
    configure(folder, 'pricebooks = ["rates.yaml"]\n')
    assert settings(run_costcalc, folder, "cost", "usage.csv") == {
        "pricebooks": ("rates.yaml", 1), "discounts.alibaba/qwen-*": ("10% off", 10),
        "aliases.our-model": ("alibaba/house-model", 14),
    }  # fmt: skip
    assert settings(run_costcalc, folder, "cost", "usage.csv", "--basis", "list", "--where", "model=qwen-plus") == {}
    page = run_costcalc("cost", "usage.csv", "--pricebook", "rates.yaml", cwd=folder)
    assert "discounts.alibaba/qwen-* = 10% off (rates.yaml:10)" in page.out


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ('by = "custmer"\n', (), 'costcalc.toml:1: error[unknown-column]: by of the configuration: the usage has no dimension "custmer"'),
        ('\nusage_format = "openia"\n', (), 'costcalc.toml:2: error[no-such-format]: usage_format of the configuration: no usage format is called "openia"'),
        ('move_to = "alibaba/qwen-flsh"\n', (), 'costcalc.toml:1: error[unknown-target]: move_to of the configuration: "alibaba/qwen-flsh"'),
        ('currency = "AED"\n', (), "costcalc.toml:1: error[missing-fx]: currency of the configuration: no exchange rate"),
        ('currency = "AED"\n', ("--currency", "AED"), "error[missing-fx]: no exchange rate"),
        ('[aliases]\n"a" = "alibaba/qwen-flsh"\n', (), 'costcalc.toml:2:1: error[unknown-target]: the alias "a" means "alibaba/qwen-flsh"'),
        ('[aliases]\n"a" = "qwen3-mx"\n', (), "= nearest:  alibaba/qwen3-max"),
        ('margin = "120%"\n', (), 'costcalc.toml:1:1: error[bad-margin]: margin "120%" must be below 100%'),
        ('timezone = "Mars/Olympus"\n', (), "costcalc.toml:1:1: error[unknown-zone]"),
        ('regions = {alibaba = "mars"}\n', (), 'costcalc.toml:1:1: error[unknown-region]: regions: alibaba has no list "mars"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_of_the_line(text, words, said, folder, run_costcalc):
    configure(folder, text)
    page = run_costcalc("project", "usage.csv", "--hike", "alibaba=5", *words, cwd=folder)
    assert page.code == 2
    assert page.err.startswith(said) or said in page.err


class TestMaps:
    """[map] and [[maps]]: what columns are called, where they are."""

    OWN = {"date": "2026-09-01", "model": "gpt-5-mini", "tok_in": 1_000_000, "tok_out": 0}  # 0.25 USD
    OTHER = {"date": "2026-09-01", "model": "gpt-5-mini", "input_tokens": 3_000_000, "output_tokens": 0}

    @pytest.fixture
    def logs(self, folder):
        write_csv(folder / "usage.csv", self.OTHER)
        write_csv(folder / "own.csv", self.OWN)
        return folder

    def total(self, run_costcalc, folder, *files):
        found = run_costcalc("cost", *files, "--json", cwd=folder)
        assert found.code == 0, found.err
        return found.json["total"]["exact"]

    def test_a_map_applies_where_its_columns_are_and_is_silent_elsewhere(self, logs, run_costcalc):
        configure(logs, '[map]\ninput_tokens = "tok_in"\noutput_tokens = "tok_out"\nteam = "dept"\n')
        assert self.total(run_costcalc, logs, "own.csv") == "0.25"
        assert self.total(run_costcalc, logs, "usage.csv") == "0.75"
        assert self.total(run_costcalc, logs, "own.csv", "usage.csv") == "1"
        assert settings(run_costcalc, logs, "cost", "own.csv") == {
            "map.input_tokens": ("tok_in", 2), "map.output_tokens": ("tok_out", 3),
        }  # fmt: skip
        assert settings(run_costcalc, logs, "cost", "usage.csv") == {}
        detected = run_costcalc("formats", "detect", "own.csv", cwd=logs)
        assert "tok_in" in detected.out

    def test_an_export_that_is_known_is_not_read_otherwise_for_one_column_of_a_map(self, logs, run_costcalc):
        export = (REPO_ROOT / "examples" / "anthropic_cost.csv").read_text(encoding="utf-8")
        (logs / "export.csv").write_text(export, encoding="utf-8")
        before = run_costcalc("formats", "detect", "export.csv", "--json", cwd=logs).json["files"][0]["format"]
        configure(logs, '[map]\nprovider = "workspace"\noutput_tokens = "tok_out"\n')
        assert run_costcalc("formats", "detect", "export.csv", "--json", cwd=logs).json["files"][0]["format"] == before

    def test_maps_are_for_files_and_formats(self, logs, run_costcalc):
        text = '[[maps]]\nfiles = "o*.csv"\ninput_tokens = "tok_in"\noutput_tokens = "tok_out"\n\n[[maps]]\nformat = "plain"\nteam = "model"\n'
        configure(logs, text)
        assert self.total(run_costcalc, logs, "own.csv", "usage.csv") == "1"
        found = run_costcalc("cost", "usage.csv", "--by", "team", "--json", cwd=logs).json
        assert found["lines"][0]["names"] == {"team": "gpt-5-mini"}
        assert settings(run_costcalc, logs, "cost", "own.csv") == {
            "maps.input_tokens": ("tok_in", 3), "maps.output_tokens": ("tok_out", 4), "maps.team": ("model", 8),
        }  # fmt: skip

    def test_a_glob_with_a_folder_is_from_the_configuration_s_own(self, logs, run_costcalc):
        text = '[[maps]]\nfiles = "logs/own*.csv"\ninput_tokens = "tok_in"\noutput_tokens = "tok_out"\n'
        configure(logs.parent, text)
        assert self.total(run_costcalc, logs, "own.csv") == "0.25"
        configure(logs.parent, text.replace("logs/", "other/"))
        assert run_costcalc("cost", "own.csv", cwd=logs).code == 2

    def test_a_sum_of_columns_is_there_where_all_of_them_are(self, logs, run_costcalc):
        configure(logs, '[map]\ninput_tokens = "tok_in+tok_out"\n')
        write_csv(logs / "own.csv", {**self.OWN, "tok_out": 1_000_000})
        assert self.total(run_costcalc, logs, "own.csv") == "0.5"
        assert self.total(run_costcalc, logs, "usage.csv") == "0.75"

    def test_a_flag_goes_before_a_map(self, logs, run_costcalc):
        configure(logs, '[map]\ninput_tokens = "tok_out"\noutput_tokens = "tok_in"\n')
        words = ("cost", "own.csv", "--map", "input_tokens=tok_in,output_tokens=tok_out", "--json")
        assert run_costcalc(*words, cwd=logs).json["total"]["exact"] == "0.25"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[[maps]]\nfils = "o*.csv"\ninput_tokens = "a"\n', 'costcalc.toml:2:1: error[unknown-key]: maps has no key "fils"'),
            ('[[maps]]\nteam = "a"\n[[maps]]\nimput_tokens = "a"\n', 'costcalc.toml:4:1: error[unknown-key]: maps has no key "imput_tokens"'),
            ('[[maps]]\nfiles = "o*.csv"\n', "costcalc.toml:1:3: error[missing-key]: an entry of maps names no column"),
            ('[[maps]]\nformat = "plan"\nteam = "a"\n', 'costcalc.toml:2:1: error[no-such-format]: no usage format is called "plan"'),
            ('[[maps]]\nfiles = "own.csv"\ninput_tokens = "tok_inn"\n', 'costcalc.toml:3: error[unknown-column]: input_tokens = "tok_inn": own.csv has no such column'),
            ('maps = ["a"]\n', "costcalc.toml:1:1: error[bad-value]: an entry of maps is not a table of texts"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_with_maps_is_said_of_the_line(self, text, said, logs, run_costcalc):
        configure(logs, text)
        page = run_costcalc("cost", "own.csv", cwd=logs)
        assert page.code == 2
        assert said in page.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('currency = "EUR"\n[fx]\nUSD = 0.5\n', "1 EUR = 2.0000 USD (stated)"),
        ('currency = "EUR"\n[fx]\n"EUR/USD" = 2\n', "1 EUR = 2.0000 USD (stated)"),
        ('currency = "EUR"\n[fx]\nUSD = {2026-09 = "0.1"}\n', "1 EUR = 10.0000 USD (stated)"),
        (
            'currency = "EUR"\n[fx]\nUSD = {2026-07 = "0.1"}\n',
            "1 EUR = 10.0000 USD (stated for Jul 2026, held from Sep 2026)",
        ),
        ('currency = "CNY"\n[fx]\n"USD/CNY" = {2027-06 = 7.5}\n', "1 USD = 6.7089 CNY (Sep 2026)"),
    ],
)
def test_exchange_rates_of_ones_own(run_costcalc, tmp_path, text, said):
    (tmp_path / "usage.csv").write_text(
        "date,model,input_tokens,output_tokens\n2026-09-01,gpt-5-mini,4000000,0\n", encoding="utf-8"
    )
    (tmp_path / "costcalc.toml").write_text(text, encoding="utf-8")
    page = run_costcalc("cost", "usage.csv", cwd=tmp_path).out
    assert said in page
    assert "(costcalc.toml:3)" in page


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[fx]\nUSD = 0.9\n", "fx-without-currency", 2),
        ('currency = "EUR"\n[fx]\nUSD = 0\n', "bad-fx", 3),
        ('currency = "EUR"\n[fx]\nUSD = true\n', "bad-fx", 3),
        ('currency = "EUR"\n[fx]\nEUR = 1\n', "bad-pair", 3),
        ('[fx]\n"EUR/usd" = 1\n', "bad-pair", 2),
        ('[fx]\n"EUR/USD" = {September = 1}\n', "bad-fx", 2),
        ('[fx]\n"USD/CNY" = 7.1\n"CNY/USD" = 0.2\n', "pair-twice", 3),
        ('currency = "CNY"\n[fx]\nUSD = 7.1\n"USD/CNY" = 7.2\n', "pair-twice", 4),
    ],
)
def test_a_rate_that_is_none_is_said_with_its_line(run_costcalc, tmp_path, text, code, line):
    (tmp_path / "costcalc.toml").write_text(text, encoding="utf-8")
    run = run_costcalc("cost", "usage.csv", cwd=tmp_path)
    assert (run.code, f"costcalc.toml:{line}:1: error[{code}]" in run.err) == (2, True)


def test_every_wrong_line_is_said_at_once(run_costcalc, tmp_path):
    text = 'curency = "USD"\n[fx]\n"EUR/usd" = 1\n"EUR/USD" = 0\n[[maps]]\nfiles = "a"\n[[maps]]\nformat = "none"\nx = "y"\n'
    (tmp_path / "costcalc.toml").write_text(text, encoding="utf-8")
    err = run_costcalc("cost", "usage.csv", cwd=tmp_path).err
    codes = {1: "unknown-key", 3: "bad-pair", 4: "bad-fx", 5: "missing-key", 8: "no-such-format"}
    assert [f"costcalc.toml:{line}:" in err and f"error[{code}]" in err for line, code in codes.items()] == [True] * 5


def test_an_endless_number_is_said_with_its_line(run_costcalc, tmp_path):
    (tmp_path / "costcalc.toml").write_text(f'currency = "USD"\nfloor = {"9" * 5000}\n', encoding="utf-8")
    run = run_costcalc("cost", "usage.csv", cwd=tmp_path)
    assert (run.code, run.err[:40]) == (2, "costcalc.toml:2: error[too-large]: a num")
    assert "sys." not in run.err


def test_a_floor_leaves_something_for_the_cost(folder, run_costcalc):
    flag = run_costcalc("project", "usage.csv", "--revenue", "60", "--floor", "150%", cwd=folder)
    assert (flag.code, 'error[bad-margin]: floor "150%" must be below 100%' in flag.err) == (2, True)
    configure(folder, 'floor = "100%"\n')
    said = run_costcalc("project", "usage.csv", cwd=folder)
    assert (said.code, 'costcalc.toml:1:1: error[bad-margin]: floor "100%" must be' in said.err) == (2, True)


def test_a_revenue_without_an_exchange_rate_is_said_with_its_line(folder, run_costcalc):
    configure(folder, ALIAS.replace("# ours", 'currency = "USD"\nrevenue = "60 FOO"'))
    run = run_costcalc("project", "usage.csv", "--hike", "alibaba=34", cwd=folder)
    assert run.code == 2
    assert run.err.startswith(
        "costcalc.toml:2: error[missing-fx]: revenue of the configuration: no exchange rate from FOO to USD"
    )


def test_slips_that_only_the_books_show_are_said_beside_those_of_the_file(folder, run_costcalc):
    """A currency without a rate may be right by itself, in a bill of the same: it is said with other slips, or after the log."""
    text = 'revenue = "60 FOO"\nfloor = "150%"\n[aliases]\nours = "alibaba/no-such-model"\n'
    configure(folder, text)
    run = run_costcalc("project", "usage.csv", "--hike", "alibaba=34", cwd=folder)
    assert [line.split(": ")[:2] for line in run.err.splitlines() if "error[" in line] == [
        ["costcalc.toml:1:1", "error[missing-fx]"],
        ["costcalc.toml:2:1", "error[bad-margin]"],
        ["costcalc.toml:4:1", "error[unknown-target]"],
    ]
    configure(folder, text.replace('floor = "150%"\n', ""))
    run = run_costcalc("cost", "usage.csv", cwd=folder)
    assert [line.split(":")[1] for line in run.err.splitlines() if "error[" in line] == ["1", "3"]
    book = "bases: {stated: {url: me}}\nfx: {FOO/USD: {2026-09: {stated: 2}}}\n"
    (folder / "fx.yaml").write_text(book, encoding="utf-8")
    run = run_costcalc("cost", "usage.csv", "--pricebook", "fx.yaml", cwd=folder)
    assert ("FOO" in run.err, "unknown-target" in run.err) == (False, True)


def test_a_working_folder_that_is_there_no_more_is_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["cost", str(REPO_ROOT / "examples" / "usage.csv")]) == 2
    assert "error[no-folder]: the working folder is there no more" in capsys.readouterr().err


def test_a_folder_that_nobody_may_look_into_holds_no_configuration(tmp_path, run_costcalc, monkeypatch):
    """It was said that its `.git` could not be written."""
    looked_at = os.stat

    def closed(path, *more, **words):
        if Path(os.fsdecode(path)).parent == tmp_path:
            raise PermissionError(EACCES, "Permission denied", path)
        return looked_at(path, *more, **words)

    monkeypatch.setattr(os, "stat", closed)
    assert run_costcalc("cost", REPO_ROOT / "examples" / "usage.csv", cwd=tmp_path).code == 0
