"""A table of rises and cuts becomes events of ours."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.events import read_events
from tests.pricebooks.test_facts import FACTS

HEAD = "id,provider,product_scope,meter_scope,change_pct_low,change_pct_high,announced_on,effective_on,source_url,confidence,note\n"
RISE = 'acme-2026-10-rise,acme,"chat-1, all tiers",input;output;cached_input,20,25,2026-10,2026-10-05,https://acme.example/a ; https://acme.example/b,official,"Up: a quarter."\n'
LATER = "acme-2099-cut,acme,chat-2,all,-10,-10,,2099-01,https://acme.example/c,secondary,\n"


def imported(run_costcalc, tmp_path, rows: str, *args: str):
    (tmp_path / "hikes.csv").write_text(HEAD + rows, encoding="utf-8")
    return run_costcalc("prices", "import", "events", "hikes.csv", *args, cwd=tmp_path)


def test_a_row_is_an_event_with_its_meters_days_and_sources(run_costcalc, tmp_path):
    assert imported(run_costcalc, tmp_path, RISE + LATER, "-o", "events.yaml").code == 0
    rise, cut = read_events(tmp_path / "events.yaml")
    assert (rise.id, rise.provider, rise.scope, rise.note) == (
        "acme-2026-10-rise",
        "acme",
        "chat-1, all tiers",
        "Up: a quarter.",
    )
    assert rise.meters == ("input_tokens", "output_tokens", "cache_read_tokens")
    assert (rise.low, rise.high, rise.announced, rise.effective_from) == (20, 25, "2026-10", date(2026, 10, 5))
    assert rise.sources == ("https://acme.example/a", "https://acme.example/b")
    assert (cut.meters, cut.low, cut.high, cut.status, rise.status) == (
        (),
        Fraction(-10),
        Fraction(-10),
        "announced",
        "in_force",
    )


def test_what_a_file_has_stays_and_the_rest_is_added(run_costcalc, tmp_path):
    imported(run_costcalc, tmp_path, RISE, "-o", "events.yaml")
    before = (tmp_path / "events.yaml").read_text(encoding="utf-8")
    run = imported(
        run_costcalc,
        tmp_path,
        RISE.replace("20,25", "50,50") + LATER,
        "--onto",
        "events.yaml",
        "-o",
        "events.yaml",
        "--json",
    )
    assert json.loads(run.out) == {
        "schema": "costcalc.events-import/1", "events": ["acme-2099-cut"], "known": 1, "file": "events.yaml",
    }  # fmt: skip
    assert (tmp_path / "events.yaml").read_text(encoding="utf-8").startswith(before.rstrip())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (RISE.replace("input;output", "input;tokns"), 'no meter is called "tokns"'),
        (RISE.replace("official", "sure"), 'no confidence is called "sure"'),
    ],
)
def test_a_row_that_says_no_event_is_refused(run_costcalc, tmp_path, rows, message):
    run = imported(run_costcalc, tmp_path, rows, "-o", "events.yaml")
    assert (run.code, message in run.err, (tmp_path / "events.yaml").exists()) == (2, True, False)


@pytest.mark.parametrize("table", sorted(FACTS.glob("**/hikes.csv")), ids=lambda path: path.parent.name)
def test_every_event_of_the_facts_can_be_read(run_costcalc, tmp_path, table):
    run = run_costcalc("prices", "import", "events", str(table), "-o", "events.yaml", cwd=tmp_path)
    assert run.code == 0, run.err
    assert len(read_events(tmp_path / "events.yaml")) == len(table.read_text(encoding="utf-8").strip().splitlines()) - 1
