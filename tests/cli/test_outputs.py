"""Outputs: an answer goes to every place that is named, and to none where one of them cannot be."""

from pathlib import Path

import pytest
import typer

from costcalc.cli.app import app, commands

USAGE = "examples/usage.csv"


def every_command():
    root = typer.main.get_command(app)
    for name in commands():
        command = root.get_command(None, name)
        names = command.list_commands(None) if hasattr(command, "list_commands") else []
        yield from [command.get_command(None, each) for each in names] or [command]


def test_no_command_keeps_only_the_last_of_several_outputs():
    options = [(c.name, each) for c in every_command() for each in c.params if "--output" in each.opts]
    assert len(options) > 20
    assert [name for name, option in options if not option.multiple] == []


def test_an_answer_is_written_to_all_of_them_and_is_the_same_as_alone(run_costcalc, tmp_path):
    names = ("a.csv", "a.json", "a.md", "a.txt", "a.focus.csv")
    run = run_costcalc("cost", USAGE, *(word for name in names for word in ("-o", tmp_path / name)), "-o", "-")
    assert run.code == 0
    assert run.out == run_costcalc("cost", USAGE).out
    for name in names:
        alone = tmp_path / f"alone-{name}"
        run_costcalc("cost", USAGE, "-o", alone)
        assert (tmp_path / name).read_bytes() == alone.read_bytes()
        assert f"{tmp_path / name} is written" in run.err


def test_nothing_is_written_where_one_cannot_be_made(run_costcalc, tmp_path):
    run = run_costcalc("project", USAGE, "--hike", "alibaba=34", "-o", tmp_path / "a.json", "-o", tmp_path / "a.exe")
    assert (run.code, [*tmp_path.iterdir()]) == (2, [])
    table = run_costcalc("project", USAGE, "--table", "months", "-o", tmp_path / "a.json", "-o", tmp_path / "a.csv")
    assert (table.code, [*tmp_path.iterdir()]) == (2, [])


def test_a_plan_and_its_answer_are_written_together(run_costcalc, tmp_path):
    run = run_costcalc(
        "advise", USAGE, "-o", tmp_path / "plan.yaml", "-o", tmp_path / "b.yml", "-o", tmp_path / "all.csv"
    )
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "plan.yaml").read_bytes() == (tmp_path / "b.yml").read_bytes()
    assert (tmp_path / "all.csv").read_text().count("\n") > 1


def test_a_chart_as_two_kinds_of_file(run_costcalc, tmp_path):
    run = run_costcalc("report", USAGE, "--hike", "any=20", "--chart", "bridge", "-o", tmp_path / "a.svg", "-o", "-")
    assert run.code == 0
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == run.out


def test_a_ledger_twice(run_costcalc, tmp_path):
    run = run_costcalc("scan", USAGE, "-o", tmp_path / "a.parquet", "-o", tmp_path / "b.parquet")
    assert run.code == 0
    totals = [run_costcalc("cost", tmp_path / name, "--json").json["total"] for name in ("a.parquet", "b.parquet")]
    assert totals[0] == totals[1]


def test_a_pricebook_goes_to_one_place(run_costcalc, tmp_path):
    card = tmp_path / "card.csv"
    card.write_text("provider,model,input_tokens\nacme,one,2 per 1M\n")
    run = run_costcalc("prices", "import", card, "-o", tmp_path / "a.yaml", "-o", tmp_path / "b.yaml")
    assert (run.code, "several-outputs" in run.err) == (2, True)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ow.csv").write_bytes(Path(USAGE).read_bytes())
    (tmp_path / "r.csv").write_text("customer,month,amount\nacme,2026-09,100\n")
    (tmp_path / "link.csv").symlink_to("ow.csv")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("cost ow.csv", "ow.csv"),
        ("cost ow.csv", "./ow.csv"),
        ("cost ow.csv", "link.csv"),
        ("cost link.csv", "ow.csv"),
        ("cost .", "ow.csv"),
        ("cost o*.csv", "ow.csv"),
        ("compare ow.csv --scenario april-2026", "ow.csv"),
        ("check ow.csv --max-cost 5000USD", "ow.csv"),
        ("reconcile ow.csv --invoice ow.csv", "ow.csv"),
        ("project ow.csv --hike any=5 --revenue r.csv", "r.csv"),
    ],
)
def test_an_output_that_is_also_read_is_an_error_and_stays(run_costcalc, folder, words, output):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run = run_costcalc(*words.split(), "-o", "other.json", "-o", output, cwd=folder)
    assert (run.code, run.out) == (2, "")
    assert f"{output.removeprefix('./')}: error[output-is-input]" in run.err
    assert "name another file" in run.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_ledger_is_not_written_over_either(run_costcalc, folder):
    assert run_costcalc("scan", "ow.csv", "-o", "ow.parquet", cwd=folder).code == 0
    before = (folder / "ow.parquet").read_bytes()
    for command in ("cost", "scan"):
        run = run_costcalc(command, "ow.parquet", "-o", "ow.parquet", cwd=folder)
        assert (run.code, (folder / "ow.parquet").read_bytes()) == (2, before)
        assert "output-is-input" in run.err


def test_what_the_configuration_reads_is_not_written_over(run_costcalc, folder):
    (folder / "costcalc.toml").write_text('revenue = "r.csv"\n')
    run = run_costcalc("cost", "ow.csv", "-o", "r.csv", cwd=folder)
    assert (run.code, (folder / "r.csv").read_text()[:8]) == (2, "customer")


def test_json_and_another_format_contradict_each_other(run_costcalc):
    run = run_costcalc("cost", USAGE, "--json", "--format", "csv")
    assert (run.code, run.out) == (2, "")
    assert "--json and --format csv both say what to print" in run.err
    assert run_costcalc("cost", USAGE, "--json", "--format", "json").json


def test_what_nobody_may_miss_is_said_where_a_file_has_no_room_for_it(run_costcalc, tmp_path):
    """Two thirds of the tokens were left out of a CSV without a word."""
    log = "date,model,input_tokens,output_tokens,status\n2026-09-01,gpt-5-mini,1000,100,200\n2026-09-02,gpt-5-mini,2000,200,429\n"
    (tmp_path / "log.csv").write_text(log, encoding="utf-8")
    said = (
        "! Left out: 1 row, 2,200 tokens (plain): failed calls, which are not billed; --map failed==no counts them.\n"
    )
    for kind in ("csv", "focus"):
        found = run_costcalc("cost", "log.csv", "--format", kind, cwd=tmp_path)
        assert (found.code, found.err) == (0, said)
    both = run_costcalc("cost", "log.csv", "-o", "lines.csv", "-o", "-", cwd=tmp_path)
    assert both.err == "lines.csv is written\n"
    assert "Left out: 1 row" in both.out
