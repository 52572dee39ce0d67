"""The command that a page prints to take its figures apart: pasted, it comes to the figure that was shown."""

from __future__ import annotations

import shlex
from decimal import Decimal

import pytest

from tests.kit import write_csv

BOOK = """\
provider: acme
region: eu
currency: USD
timezone: UTC
models:
  m:
    prices:
      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 10 per 1M}
discounts:
  - {what: acme, percent: 10%}
"""
CONFIG = '[aliases]\n"our-model" = "openai/gpt-5-mini"\n'


@pytest.fixture
def folder(tmp_path):
    """Two teams, three providers, thirty days; a column that only --map explains, and a name that only an alias does."""
    days = [f"2026-09-{day:02d}" for day in range(1, 31)]
    rows = [
        {"date": day, "provider": who, "model": model, "team": team, "input_tokens": 900_000 + 7 * at, "output_tokens": 90_000 + at, "cost": "0.9", "spent": 12_345 * at}
        for at, day in enumerate(days)
        for who, model, team in (("alibaba", "qwen3-max", "search"), ("alibaba", "qwen-plus", "ads & co"), ("openai", "gpt-5-mini", "search"), ("acme", "m", "search"))
    ]  # fmt: skip
    write_csv(tmp_path / "usage.csv", *rows)
    write_csv(tmp_path / "our usage.csv", *rows)
    write_csv(tmp_path / "named.csv", *({**row, "provider": "", "model": "our-model"} for row in rows[:40]))
    (tmp_path / "acme.yaml").write_text(BOOK, encoding="utf-8")
    (tmp_path / "names.toml").write_text(CONFIG, encoding="utf-8")
    rises = "scenario: Rises\nprices:\n  - {what: alibaba, change: +20%}\n  - {what: openai, change: 5..15%}\n"
    (tmp_path / "rises.yaml").write_text(rises, encoding="utf-8")
    growth = rises + "growth:\n  - {each month: 2%}\n"
    (tmp_path / "growth.yaml").write_text(growth, encoding="utf-8")
    return tmp_path


CALLS = [
    "cost usage.csv --pricebook acme.yaml",
    "cost usage.csv --pricebook acme.yaml --by team",
    "cost 'our usage.csv' --pricebook acme.yaml --each month --by model,meter",
    "cost usage.csv --where 'team=ads & co' --region alibaba=intl",
    "cost usage.csv --where provider=alibaba --since 2026-09-10 --until 2026-09-20 --currency CNY",
    "cost usage.csv --where provider=openai --basis billed",
    "cost usage.csv --map output_tokens=spent+output_tokens --where provider=openai --usage-format plain",
    "cost named.csv --config names.toml --timezone Asia/Shanghai",
    "cost usage.csv named.csv --pricebook acme.yaml --config names.toml --allocate proportional",
    "project usage.csv --pricebook acme.yaml --hike alibaba=34,openai=-5 --by team --revenue 900",
    "project usage.csv --where provider=alibaba --hike 'alibaba/qwen*=5..34' --pass-through 60% --region alibaba=intl",
    "project usage.csv --pricebook acme.yaml --hike alibaba=34 --hike openai=10@2026-12-01 --months 6",
    "project usage.csv --pricebook acme.yaml --hike alibaba=34@2026-12-01 --months 6",
    "project usage.csv --pricebook acme.yaml --scenario rises.yaml --hike acme=3 --currency CNY",
    "project usage.csv --pricebook acme.yaml --scenario april-2026 --pass-through 50%",
    "forecast usage.csv --pricebook acme.yaml --where team=search --budget 5000 --until 2026-09-29",
    "forecast usage.csv --pricebook acme.yaml --since 2026-09-03 --to year-end --currency CNY",
]


@pytest.mark.parametrize("call", CALLS)
def test_the_command_on_the_page_explains_its_figure(call, folder, run_costcalc):
    words = shlex.split(call)
    page = run_costcalc(*words, cwd=folder, columns=60)
    assert page.code == 0, page.out + page.err
    explained = run_costcalc(*pasted(page.out), "--json", cwd=folder)
    assert explained.code == 0, explained.err
    figure = shown(run_costcalc(*words, "--json", cwd=folder).json)
    assert figure == Decimal(explained.json["total"]["with_the_scenario"]["exact"])
    assert figure > 0


def test_months_to_come_lead_to_the_log_that_they_carry_on(folder, run_costcalc):
    words = (
        "project",
        "usage.csv",
        "--pricebook",
        "acme.yaml",
        "--scenario",
        "growth.yaml",
        "--region",
        "alibaba=intl",
    )
    page = run_costcalc(*words, cwd=folder)
    assert "What the log comes to, taken apart:" in page.out
    explained = run_costcalc(*pasted(page.out), "--json", cwd=folder)
    cost = run_costcalc(
        "cost", "usage.csv", "--pricebook", "acme.yaml", "--region", "alibaba=intl", "--json", cwd=folder
    )
    assert explained.json["total"]["with_the_scenario"] == cost.json["total"]


def test_a_month_in_which_nothing_is_spent_leads_to_the_log(folder, run_costcalc):
    page = run_costcalc("forecast", "usage.csv", "--pricebook", "acme.yaml", cwd=folder)
    assert pasted(page.out) == ["explain", "usage.csv", "--pricebook", "acme.yaml"]


def test_what_the_environment_says_is_repeated(folder, run_costcalc):
    page = run_costcalc("cost", "usage.csv", "--where", "provider=openai", cwd=folder, env={"COSTCALC_CURRENCY": "CNY"})
    assert "configured COSTCALC_CURRENCY = CNY (environment)" in " ".join(page.out.split())
    assert run_costcalc(*pasted(page.out), "--json", cwd=folder).json["currency"] == "CNY"


def test_markdown_holds_the_command_whole(folder, run_costcalc):
    text = run_costcalc("cost", "usage.csv", "--where", "team=ads & co", "--format", "md", cwd=folder).out
    assert "```sh\ncostcalc explain usage.csv --where 'team=ads & co'\n```" in text


def pasted(page: str) -> list[str]:
    """The arguments of the command that a page ends with."""
    _, _, command = page.rpartition("costcalc explain")
    program, *words = shlex.split("explain" + command.replace("\\\n", " "))
    return [program, *words]


def shown(answer) -> Decimal:
    if over := answer.get("over_the_log"):
        return Decimal(over["with_the_scenario"]["cost"]["exact"])
    return Decimal(answer["spent" if "spent" in answer else "total"]["exact"])
