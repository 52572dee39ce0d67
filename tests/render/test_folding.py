"""Folding: a screen shows the first of several details in full and says how to see the others; files have all."""

USAGE = "examples/usage.csv"
SHEET = ("prices", "show", "alibaba/qwen-plus")


def test_an_explanation_opens_the_largest_line(shown_costcalc):
    run = shown_costcalc("explain", USAGE)
    assert (run.out.count("price in force"), run.out.count("price seen by")) == (1, 0)
    assert "alibaba / qwen-plus" in run.out
    assert "How each of these comes about: --notes" in run.out
    assert len(run.out.splitlines()) <= 40


def test_the_chain_of_every_line_is_there_with_notes_and_in_files(shown_costcalc, tmp_path):
    whole = shown_costcalc("explain", USAGE, "--notes").out
    assert (whole.count("price in force"), whole.count("price seen by")) == (4, 1)
    assert "How each" not in whole
    assert shown_costcalc("explain", USAGE, "-o", tmp_path / "why.md").code == 0
    assert (tmp_path / "why.md").read_text(encoding="utf-8").count("price in force") == 4


def test_a_single_line_is_never_folded(shown_costcalc):
    run = shown_costcalc("explain", USAGE, "--line", "model=qwen-plus")
    assert "price seen by" in run.out
    assert "comes about: --notes" not in run.out


def test_of_several_sources_one_is_shown_and_the_others_are_counted(shown_costcalc):
    short, whole = shown_costcalc(*SHEET).out, shown_costcalc(*SHEET, "--notes").out
    assert ("1 more source: --notes" in short, "1 more source" in whole) == (True, False)
    assert ("billing-for-alibaba-cloud" in short, "billing-for-alibaba-cloud" in whole) == (False, True)
    assert "book     alibaba-cn.yaml" in short


def test_files_about_prices_have_every_source_and_every_note(shown_costcalc, tmp_path):
    """The notes of a sheet were in no Markdown at all."""
    shown_costcalc(*SHEET, "-o", tmp_path / "sheet.md")
    text = (tmp_path / "sheet.md").read_text(encoding="utf-8")
    assert [word in text for word in ("billing-for-alibaba-cloud", "Batch is half of the list price", "--notes")] == [
        True, True, False,
    ]  # fmt: skip


AHEAD = ("project", USAGE, "--scenario", "all-at-once", "--revenue", "24000", "--floor", "55%")


def test_a_scenario_says_in_short_what_all_shows_whole(shown_costcalc, tmp_path):
    """Causes, models, customers, machines and tests are counted on a screen; what restores the margin is never folded."""
    short, whole = shown_costcalc(*AHEAD).out, shown_costcalc(*AHEAD, "--all").out
    line = next(line for line in short.splitlines() if " more lines (what adds and saves, " in line)
    shown_costcalc(*AHEAD, "-o", tmp_path / "page.txt")
    for said in ("What adds and saves", "Customer  ", "So the scenario says; no figure here tests it."):
        assert [said in text for text in (short, whole, (tmp_path / "page.txt").read_text())] == [False, True, True]
    assert [text.count("What restores the margin") for text in (short, whole)] == [1, 1]
    assert len(short.splitlines()) < len(whole.splitlines()) / 2
    assert 40 < int(line.split()[0]) < len(whole.splitlines()) - len(short.splitlines()) + 30
    assert "more rows: --all" in short
    assert "--all" not in whole


def test_what_is_loud_is_said_though_its_table_is_folded(shown_costcalc):
    words = (
        "examples/team/usage.csv",
        "--scenario",
        "examples/team/all-at-once.yaml",
        "--pricebook",
        "examples/selfhosted.yaml",
    )
    out = shown_costcalc("project", *words).out
    assert out.index("! 1 customer turns unprofitable: newco.") < out.index("more lines (")


def test_a_copy_that_is_left_out_is_never_folded(tmp_path, run_costcalc):
    text = "date,model,requests,input_tokens,output_tokens\n2026-09-01,qwen3-max,100,1000000,200000\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(text)
    page = " ".join(run_costcalc("cost", ".", cwd=tmp_path).out.split())
    assert "./b.csv holds the same as ./a.csv, and is left out" in page
    assert "1 more note" not in page.partition("b.csv holds")[0]
