"""Configuration: which file is read, what is wrong with it, and that a report names every line that took effect."""

from __future__ import annotations

import pytest

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
        ('currency = "EUR"\n', (), "costcalc.toml:1: error[missing-fx]: currency of the configuration: no exchange rate"),
        ('currency = "EUR"\n', ("--currency", "EUR"), "error[missing-fx]: no exchange rate"),
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
