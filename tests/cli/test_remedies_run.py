"""Remedies that are commands or flags, typed as they are printed: the error is gone, in a folder whose names have spaces."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.cli.test_remedies import remedy_of
from tests.kit import write_csv

ROW = {"date": "2026-09-01", "provider": "alibaba", "model": "qwen3-max", "input_tokens": 1_000_000, "output_tokens": 9}
CARD = {
    "provider": "alibaba",
    "model": "qwen3-max",
    "meter": "input_tokens",
    "price": 2,
    "per": "1M",
    "currency": "CNY",
    "from": "2026-09-01",
}
LITELLM = {
    "gpt-5": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 1e-05,
    }
}


@pytest.fixture
def folder(tmp_path):
    """A log of two days, one beside a workbook, a bill of other days and one without a currency, prices to import."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    write_csv(folder / "my usage.csv", ROW, {**ROW, "date": "2026-09-30"})
    (folder / "logs").mkdir()
    write_csv(folder / "logs" / "aug.csv", ROW)
    (folder / "logs" / "sep.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    write_csv(folder / "bill.csv", {"date": "2026-07-01", "amount": 5, "currency": "USD"})
    write_csv(folder / "bare.csv", {"date": "2026-09-01", "model": "qwen3-max", "amount": 5})
    write_csv(folder / "two.csv", ROW, {**ROW, "provider": "openai", "model": "gpt-5"})
    write_csv(folder / "odd.csv", {"date": "2026-09-01", "model": "qwen3-max", "paid in all": 5})
    write_csv(
        folder / "rates.csv",
        CARD,
        {**CARD, "meter": "output_tokens"},
        {**CARD, "provider": "openai", "model": "gpt-5", "currency": "USD"},
    )
    write_csv(folder / "later.csv", {**CARD, "from": "2026-11-01", "price": 3})
    (folder / "model_prices_and_context_window.json").write_text(json.dumps(LITELLM), encoding="utf-8")
    return folder


# What goes wrong, the flags of its remedy ("!": without a value), and the exit codes that are then right.
CASES = {
    "allow-refused": (["cost", "logs"], ["--allow-refused!"], {0}),
    "allow-refused of check": (["check", "logs", "--max-cost", "5000USD"], ["--allow-refused!"], {0}),
    "whole": (["reconcile", "my usage.csv", "--invoice", "bill.csv"], ["--whole!"], {1}),
    "currency of a bill": (["reconcile", "two.csv", "--invoice", "bare.csv"], ["--currency"], {1}),
    "a limit": (["check", "my usage.csv"], ["--max-cost"], {0}),
    "months of a table": (["project", "my usage.csv", "--hike", "alibaba=3@2027-01-01"], ["--months"], {0}),
    "days of the log": (["cost", "my usage.csv", "--since", "2027-01-01"], ["--month", "-since"], {0}),
    "over a file": (["init", "budgets", "-o", "my usage.csv"], ["--force!"], {0}),
    "an ending": (["cost", "my usage.csv", "-o", "x.foo"], ["--format=csv"], {0}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_with_the_flags_of_the_remedy(case, folder, run_costcalc):
    words, flags, codes = CASES[case]
    wrong = run_costcalc(*words, cwd=folder, columns=400)
    assert wrong.code in (2, 3), wrong.out + wrong.err
    text = re.search(r"= remedy: +(.*)", wrong.err)[1]
    more = []
    for each in flags:
        if each.startswith("-since"):
            place = words.index("--since")
            words = [*words[:place], *words[place + 2 :]]
            continue
        name, _, value = each.rstrip("!").partition("=")
        assert name in text
        # A scenario that is named in the remedy's example of another command is the same one.
        more += (
            [name] if each.endswith("!") else [name, value or re.search(rf"{name} ([^\s;]+?),?(?:[\s;]|$)", text)[1]]
        )
    right = run_costcalc(*words, *more, cwd=folder)
    assert right.code in codes, right.out + right.err


def test_a_baseline(folder, run_costcalc):
    """A ledger of `costcalc scan -o` of that name, or any usage."""
    words = ("check", "my usage.csv", "--max-rise", "5%")
    text = remedy_of(run_costcalc(*words, cwd=folder))
    name = re.search(r"--baseline (\S+):", text)[1]
    scan = shlex.split(re.search(r"costcalc (scan -o)", text)[1])
    assert run_costcalc(scan[0], "my usage.csv", scan[1], name, cwd=folder).code == 0
    assert run_costcalc(*words, "--baseline", name, cwd=folder).code == 0
    assert run_costcalc(*words, "--baseline", "my usage.csv", cwd=folder).code == 0


def test_budgets_that_init_writes(folder, run_costcalc):
    text = remedy_of(run_costcalc("check", "my usage.csv", cwd=folder))
    start = shlex.split(re.search(r"costcalc (init budgets)", text)[1])
    told = run_costcalc(*start, "-o", "my budgets.yaml", cwd=folder)
    assert told.code == 0
    command = shlex.split((told.out + told.err).partition("Next: costcalc ")[2].replace("usage.csv", '"my usage.csv"'))
    assert run_costcalc(*command, cwd=folder).code in (0, 1), command


def test_a_pricebook_that_is_there_is_added_to(folder, run_costcalc):
    words = ["prices", "import", "rates.csv", "-o", "my rates.yaml", "--provider", "alibaba"]
    assert run_costcalc(*words, cwd=folder).code == 0
    words[2] = "later.csv"
    wrong = run_costcalc(*words, cwd=folder, columns=400)
    assert wrong.code == 2
    onto = shlex.split(remedy_of(wrong).partition(" adds")[0])
    right = run_costcalc(*words, *onto, cwd=folder)
    assert right.code == 0, right.out + right.err
    assert "2026-11-01" in (folder / "my rates.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("more", [["-o", "a folder/"], ["-o", "one.yaml", "--provider", "alibaba"]])
def test_a_card_of_several_lists(more, folder, run_costcalc):
    wrong = run_costcalc("prices", "import", "rates.csv", "-o", "both.yaml", cwd=folder)
    assert "name a folder with -o, or one of them with --provider" in remedy_of(wrong)
    assert run_costcalc("prices", "import", "rates.csv", *more, cwd=folder).code == 0


def test_the_prices_of_a_tool_that_is_not_installed(folder, run_costcalc, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "litellm", None)
    wrong = run_costcalc("prices", "import", "litellm", cwd=folder)
    if wrong.code == 2:  # else it is installed here
        command = shlex.split(remedy_of(wrong).partition("costcalc ")[2])
        assert run_costcalc(*command, "-o", "l.yaml", cwd=folder).code == 0


def test_the_column_of_an_invoice(folder, run_costcalc):
    words = ("reconcile", "my usage.csv", "--invoice", "odd.csv")
    wrong = run_costcalc(*words, cwd=folder, columns=400)
    assert wrong.code == 2
    text = re.search(r"(--invoice-map) amount=COLUMN", remedy_of(wrong))
    right = run_costcalc(*words, text[1], "amount=paid in all", "--currency", "CNY", cwd=folder)
    assert right.code == 1, right.err


def test_a_tolerance_as_it_is_expected(folder, run_costcalc):
    words = ("reconcile", "my usage.csv", "--invoice", "bare.csv", "--currency", "CNY")
    wrong = run_costcalc(*words, "--tolerance", "x", cwd=folder)
    text = re.search(r"expected: .*: (\S+)", wrong.err)
    assert run_costcalc(*words, "--tolerance", text[1], cwd=folder).code == 1


def test_more_memory(run_costcalc, tmp_path):
    """What needs more than 64 MB: the remedy asks for four times as much, or for one core."""
    log = tmp_path / "wide.csv"
    with log.open("w", encoding="utf-8") as out:
        out.write("date,provider,model,customer,input_tokens,output_tokens\n")
        out.writelines(f"2026-09-01,openai,gpt-5,a customer of a long name {i:09d},{i},1\n" for i in range(300_000))
    words = ("cost", "wide.csv", "--by", "customer")
    wrong = run_costcalc(*words, "--memory", "64MB", "--threads", "2", cwd=tmp_path)
    assert wrong.code == 2
    more = shlex.split(re.search(r"\((--memory \w+)\)", wrong.err)[1])
    assert run_costcalc(*words, *more, "--threads", "2", cwd=tmp_path).code == 0


def test_a_ledger_scanned_again_by_the_name_that_it_lacks(folder, run_costcalc):
    write_csv(folder / "named.csv", {**ROW, "customer": "a"})
    assert run_costcalc("scan", "named.csv", "-o", "l.parquet", cwd=folder).code == 0
    wrong = run_costcalc("cost", "l.parquet", "--by", "customer", cwd=folder)
    by = shlex.split(re.search(r"scan the log again with (--by \w+)", wrong.err)[1])
    assert run_costcalc("scan", "named.csv", "-o", "l.parquet", *by, cwd=folder).code == 0
    assert run_costcalc("cost", "l.parquet", *by, cwd=folder).code == 0


@pytest.mark.parametrize("words", [["prices", "diff", "2026-01-01", "2026-01-01"], ["prices", "events", "xx"]])
def test_a_command_of_its_own(words, folder, run_costcalc):
    wrong = run_costcalc(*words, cwd=folder)
    assert wrong.code == 2
    command = re.search(r"costcalc ([a-z0-9 -]+?)(?: lists them)?$", remedy_of(wrong))
    assert run_costcalc(*shlex.split(command[1]), cwd=folder).code == 0


@pytest.mark.parametrize("given", [[], ["--scenario", "efficiency"], ["--scenario", "april-2026"]])
def test_something_to_set_beside_a_scenario(given, folder, run_costcalc):
    wrong = run_costcalc("compare", "my usage.csv", *given, cwd=folder, columns=400)
    single, two, shares = (shlex.split(part) for part in remedy_of(wrong).split("; "))
    assert run_costcalc("project", "my usage.csv", *single[3:5], cwd=folder).code == 0
    assert run_costcalc("compare", "my usage.csv", *two[:4], cwd=folder).code == 0
    assert run_costcalc("compare", "my usage.csv", *shares[:4], cwd=folder).code == 0
