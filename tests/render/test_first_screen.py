"""The first screen: each page opens with its answer, at every width, and keeps its notes folded."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

PAGES = {
    "cost": ("cost", "examples/usage.csv"),
    "project": ("project", "examples/usage.csv", "--hike", "alibaba=34", "--revenue", "24000"),
    "april": ("project", "examples/usage.csv", "--scenario", "april-2026"),
    "ahead": ("project", "examples/usage.csv", "--scenario", "all-at-once", "--revenue", "24000", "--floor", "55%"),
    "compare": ("compare", "examples/usage.csv", "--scenario", "hybrid", "--scenario", "efficiency"),
    "advise": ("advise", "examples/usage.csv"),
    "explain": ("explain", "examples/usage.csv"),
    "forecast": ("forecast", "examples/usage.csv", "--until", "2026-09-20"),
    "events": ("prices", "events", "--provider", "alibaba"),
    "list": ("prices", "list", "baidu", "--on", "2026-11-01"),
    "show": ("prices", "show", "alibaba/qwen3-max", "--on", "2026-11-01"),
    "history": ("prices", "history", "alibaba/qwen3-max", "--on", "2026-11-01"),
    "resolve": ("prices", "resolve", "qwen3-max", "--on", "2026-11-01"),
}
# Words of the answer, each in the first lines of a terminal of 80 columns.
ANSWERS = {
    "cost": ("9,637.87 USD", "321.26 USD a day"),
    "project": ("868.38 USD more (+9.0%)", "10,506.25 USD in all", "56.2%"),
    "april": ("touch nothing in this log", "9,637.87 USD", "10,428.98 USD"),
    "ahead": ("Everything at once: cost a month rises", "22,678.92 USD", "47.4%"),
    "compare": ("costs least",),
    "advise": ("saves 4,106.96 USD a month",),
    "explain": ("the 5 largest of 6 lines",),
    "forecast": ("September 2026 comes to about 9,722 USD",),
    "events": ("11 of 78 events",),
    "list": ("models have a price on 1 Nov 2026",),
    "show": ("costs 2.50 CNY per 1M tokens of input and 10.00 CNY of output", "up to 32K input"),
    "history": ("costs 2.50 CNY per 1M tokens of input", "−58.3% against 23 Sep 2025"),
    "resolve": ("qwen3-max means alibaba/qwen3-max on the list cn-beijing.",),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_screen(shown_costcalc, name, columns, golden):
    out = shown_costcalc(*PAGES[name], columns=columns).out
    pasted = [line for line in out.splitlines() if line.strip().startswith(("costcalc ", "--"))]  # commands are whole
    assert max(cell_len(line) for line in out.splitlines() if line not in pasted) <= columns
    golden(f"screen-{name}-{columns}.txt", "\n".join(out.splitlines()[:24]) + "\n")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_opens_with_its_answer(shown_costcalc, name):
    first = " ".join(" ".join(shown_costcalc(*PAGES[name]).out.splitlines()[:5]).split())
    for words in ANSWERS[name]:
        assert words in first


@pytest.mark.parametrize("name", ["cost", "project"])
def test_the_first_screen_holds_the_whole_table(shown_costcalc, name):
    """24 lines of 80 columns hold the answer and the table down to its total."""
    assert "Total" in "\n".join(shown_costcalc(*PAGES[name]).out.splitlines()[:24])


def test_notes_are_folded_on_the_page_and_whole_in_a_file(shown_costcalc, tmp_path):
    folded = shown_costcalc(*PAGES["cost"]).out
    assert "1 more note: --notes" in folded
    assert "Under alibaba intl-singapore" not in folded
    whole = shown_costcalc(*PAGES["cost"], "--notes").out
    assert "Under alibaba intl-singapore" in whole
    assert "more note" not in whole
    for ending in ("txt", "md"):
        file = tmp_path / f"page.{ending}"
        shown_costcalc(*PAGES["cost"], "-o", file)
        assert "intl-singapore" in file.read_text(encoding="utf-8")


def test_what_is_incomplete_says_so_before_its_figures(run_costcalc, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("date,model,input_tokens,output_tokens\n2026-09-01,qwen3-max,1000,0\n2026-09-01,nobody-9,1000,0\n")
    assert run_costcalc("cost", log).out.strip().startswith("Incomplete (50% of the tokens priced): ")


def test_a_log_without_any_price_says_so(run_costcalc, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("date,model,input_tokens,output_tokens\n2026-09-01,nobody-9,1000,0\n")
    for command in ("cost", "project"):
        assert run_costcalc(command, log).out.strip().startswith("Nothing in this log has a price.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("forecast",), "comes to about 0.000"), (("advise", "--least", "0"), "saves 0.000"),
        (("project", "--hike", "alibaba=34"), "costs 0.000145 USD more (+30.3%): 0.000623 USD in all"),
        (("compare", "--scenario", "efficiency", "--scenario", "april-2026"), None),
    ],
)  # fmt: skip
def test_a_very_small_total_is_never_nothing(words, said, run_costcalc, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "date,provider,model,input_tokens,output_tokens\n2026-09-01,alibaba,qwen3-max,1000,10\n"
        "2026-09-15,openai,gpt-5.6-luna,200,10\n2026-09-30,alibaba,qwen-plus,300,10\n"
    )
    command, *more = words
    first = " ".join(run_costcalc(command, log, *more).out.split("\n\n")[0].split())
    assert "0.00 USD" not in first
    assert said is None or said in first


def lead(page: str) -> str:
    """What opens a page, in one line."""
    return " ".join(page.strip().split("\n\n")[0].split())


def test_a_move_to_what_has_no_price_saves_nothing(run_costcalc, tmp_path):
    """`dall-e-3` is priced by image: no token has a price there, and the cost a month does not fall to nothing."""

    def page(share):
        plan = tmp_path / f"{share}.yaml"
        plan.write_text(
            f"scenario: x\nmoves: [{{share: {share}%, to: openai/dall-e-3, quality: q}}]\n", encoding="utf-8"
        )
        return run_costcalc("project", "examples/usage.csv", "--scenario", plan, "--revenue", "24000").out

    whole = page(100)
    assert lead(whole) == (
        "Incomplete (no price for 100% of the tokens of September 2027): x: cost a month is 9,652.99 USD today;"
        " nothing of September 2027 has a price."
    )
    assert "argin" not in whole
    assert "your prices have room" not in whole
    part = lead(page(40))
    assert part.startswith(
        "Incomplete (no price for 40% of the tokens of September 2027): x: cost a month is 9,652.99 USD today and at"
        " least 5,791.79 USD in September 2027; gross margin of the covered part is 59.8% today and at most 75.9% then"
    )
    assert "60% of the tokens priced" in part


def test_a_dated_rise_shows_what_restores_the_margin_of_its_month(run_costcalc):
    """900.54 of 24,800 USD of December; 10,875.29 ÷ (1 − 59.8%) ÷ 24,800 − 1."""
    page = run_costcalc(
        "project", "examples/usage.csv", "--hike", "alibaba=34@2026-12-01", "--months", "4", "--revenue", "24000"
    ).out
    assert "In December 2026, to recover the money raise your prices by 3.6%; to hold 59.8% by 9.0%." in " ".join(
        page.split()
    )


def test_a_range_around_nothing_says_its_ends(run_costcalc):
    asked = ("project", "examples/usage.csv", "--hike", "alibaba=-20..20", "--revenue", "24000")
    page = run_costcalc(*asked).out
    assert lead(page) == (
        "alibaba −20% to +20% takes the cost of the log from 9,637.87 USD to between 9,127.06 USD and 10,148.68 USD."
    )
    assert "59.8%    (62.0% to 57.7%)" in page
    assert "unchanged" not in page


def test_the_margin_of_a_part_of_the_cost_is_called_so(run_costcalc, tmp_path):
    """Of three customers with 3 USD each two pay, 50 USD together: 1 − 6 ÷ 50."""
    log = tmp_path / "log.csv"
    rows = [
        f"2026-09-0{n},anthropic,claude-sonnet-5,1000000,100000,c{n},{paid}" for n, paid in ((1, 20), (2, ""), (3, 30))
    ]
    head = "date,provider,model,input_tokens,output_tokens,customer,revenue"
    log.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    said = "Margin of the covered part: 67% of the cost has revenue, 100% of the tokens priced."
    assert said in " ".join(run_costcalc("cost", log, "--by", "customer").out.split())
    log.write_text(log.read_text(encoding="utf-8").replace("c2,\n", "c2,10\n"), encoding="utf-8")
    assert "covered part" not in run_costcalc("cost", log, "--by", "customer").out
