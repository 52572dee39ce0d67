"""A model's end: read, written, shown, and never bought in advice."""

from __future__ import annotations

from datetime import date

import pytest

import costcalc
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import End, Model
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.write import book_text
from costcalc.problems import CostcalcError

BOOK = """
provider: acme
currency: USD
timezone: UTC
sources:
  notice: {url: https://acme.example/retirements, read: 2026-11-20}
models:
  small:
    retired: 2027-01-14 [notice]
    successor: small-2
    prices:
      2026-01-01: {source: notice, input_tokens: 1 per 1M, output_tokens: 2 per 1M}
  small-2:
    made_as: maker/small-2b
    prices:
      2026-01-01: {source: notice, input_tokens: 0.5 per 1M, output_tokens: 1 per 1M}
"""
BOOKS = load_pricebook()


def model(name: str, provider: str) -> Model:
    found = BOOKS.resolve(name, provider)
    return BOOKS.model(found)


def test_an_end_is_read_and_written():
    book = parse_book(BOOK)
    assert book.models["small"].end == End(date(2027, 1, 14), "small-2", "notice")
    assert book.models["small-2"].end is None
    assert book.models["small-2"].names == ("small-2", "small-2b")
    again = parse_book(book_text(book))
    assert again.models["small"].end == book.models["small"].end
    assert again.models["small-2"].made_as == "maker/small-2b"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (BOOK.replace("successor: small-2", "successor: smal-2"), "unknown-successor"),
        (BOOK.replace("[notice]\n    succ", "[nobody]\n    succ"), "unknown-source"),
        (BOOK.replace("2027-01-14 [notice]", "in January"), "bad-date"),
        (BOOK.replace("    retired: 2027-01-14 [notice]\n", ""), "successor-without-end"),
        (BOOK.replace("maker/small-2b", "small-2b"), "bad-maker"),
    ],
)
def test_what_is_no_end_is_refused(written, code):
    with pytest.raises(CostcalcError) as raised:
        parse_book(written)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_every_end_that_ships_names_its_source():
    ends = [(book, each.end) for book in BOOKS.books for each in book.models.values() if each.end]
    assert len(ends) > 50
    assert [end for book, end in ends if end.source not in book.sources] == []


@pytest.mark.parametrize(
    ("name", "provider", "day", "ended"),
    [
        ("gpt-4o", "openai", date(2027, 1, 13), None),
        ("gpt-4o", "openai", date(2027, 1, 14), End(date(2027, 1, 14), "gpt-6-luna", "litellm-ends")),
        ("gemini-3.5-flash", "google", date(2026, 10, 8), End(date(2026, 10, 8), "gemini-3.6-flash")),
        ("qwen-turbo", "alibaba", date(2026, 10, 9), None),
        ("qwen-turbo", "alibaba", date(2026, 10, 10), End(date(2026, 10, 10), "", "decommissioning")),
    ],
)
def test_when_a_model_has_ended(name, provider, day, ended):
    assert model(name, provider).ending_on(day) == ended


def test_the_list_and_the_sheet_say_when_it_ends(run_costcalc):
    listed = run_costcalc("prices", "list", "openai/gpt-4o", "--on", "2026-11-29", "--json").json
    (found,) = [each for each in listed["lists"][0]["models"] if each["model"] == "gpt-4o"]
    assert (found["retired"], found["successor"]) == ("2027-01-14", "gpt-6-luna")
    page = run_costcalc("prices", "show", "openai/gpt-4o", "--on", "2026-11-29").out
    assert "on 14 Jan 2027: it cannot be bought from then on" in page
    assert "openai names gpt-6-luna in its place" in page
    assert "Billed: xai/grok-3 as grok-4.3." in run_costcalc("prices", "list", "xai/grok-3", "--on", "2026-11-29").out
    listed = " ".join(run_costcalc("prices", "list", "openai/gpt-4*", "--on", "2026-11-29").out.split())
    assert "from 14 Jan 2027 on openai/gpt-4.1, openai/gpt-4.1-mini, openai/gpt-4o, openai/gpt-4o-mini." in listed


def test_months_to_come_say_which_model_ends_within_them(run_costcalc, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "timestamp,provider,model,input_tokens,output_tokens\n"
        "2026-11-01T00:00:00Z,openai,gpt-4o,1000,1000\n"
        "2026-11-10T00:00:00Z,openai,gpt-5.6-luna,1000,1000\n"
    )
    plans = tmp_path / "still.yaml", tmp_path / "more.yaml"
    for plan, rise in zip(plans, ("0%", "5%"), strict=True):
        plan.write_text(f"scenario: {plan.stem}\nprices:\n  - {{what: openai, change: +{rise}}}\n")
    scenarios = [word for plan in plans for word in ("--scenario", plan)]
    compared = [run_costcalc("compare", log, *scenarios, "--months", months, "--notes") for months in ("6", "1")]
    assert ["gpt-4o: cannot be bought from 2027-01-14 on" in " ".join(run.out.split()) for run in compared] == [
        True,
        False,
    ]
    six, one = (run_costcalc("project", str(log), "--months", months, "--notes").out for months in ("6", "1"))
    said = "openai/gpt-4o: cannot be bought from 2027-01-14 on"
    assert said in " ".join(six.split())
    assert "gpt-5.6-luna: cannot" not in six
    assert "cannot be bought" not in one


def test_advice_never_moves_usage_to_what_ends(run_costcalc, tmp_path):
    """chat-small costs a tenth of chat-big, and ends on 2027-01-14: a year ahead nobody can buy it."""
    book, log = tmp_path / "acme.yaml", tmp_path / "log.csv"
    prices = "prices: {2026-01-01: {source: notice, input_tokens: %s per 1M, output_tokens: %s per 1M}}"
    head, _, _ = BOOK.partition("models:")
    ends = "retired: 2027-01-14 [notice]"
    book.write_text(
        f"{head}models:\n  chat-big:\n    {prices % (10, 20)}\n  chat-small:\n    {ends}\n    {prices % (1, 2)}\n"
    )
    rows = [f"2026-11-{day:02d}T00:00:00Z,acme,chat-big,100000,100000" for day in range(1, 20)]
    log.write_text("\n".join(["timestamp,provider,model,input_tokens,output_tokens", *rows, ""]))
    asked = ("advise", log, "--pricebook", book, "--json", "--months")
    year, month = (run_costcalc(*asked, months).json for months in ("12", "1"))
    assert "acme/chat-small" in str(month)
    assert "acme/chat-small" not in str(year)


def test_advice_proposes_nothing_for_what_has_ended_by_then(run_costcalc, tmp_path):
    """chat-old ends on 2026-11-15: December is looked at. chat-next ends two months after it."""
    book, log = tmp_path / "acme.yaml", tmp_path / "log.csv"
    price = "input_tokens: %s per 1M, cache_read_tokens: %s per 1M, output_tokens: %s per 1M"
    batch = "service_tiers: {batch: {all: 50%% of standard}}"
    prices = f"prices: {{2026-01-01: {{source: notice, {price}, {batch}}}}}"
    head, _, _ = BOOK.partition("models:")
    models = "".join(
        f"  {name}:\n{end}    {prices % figures}\n"
        for name, end, figures in (
            ("chat-old", "    retired: 2026-11-15 [notice]\n", (10, 1, 20)),
            ("chat-next", "    retired: 2027-02-15 [notice]\n", (10, 1, 20)),
            ("chat-small", "", (1, "0.1", 2)),
        )
    )
    book.write_text(f"{head}models:\n{models}")
    rows = [
        f"2026-11-{day:02d},acme,{name},4000,40000000,400000"
        for day in range(1, 20)
        for name in ("chat-old", "chat-next")
    ]
    log.write_text("\n".join(["date,provider,model,requests,input_tokens,output_tokens", *rows, ""]))
    found = run_costcalc("advise", log, "--pricebook", book, "--json", "--months", "1").json
    proposed = {(each["kind"], each["source"]) for each in found["candidates"]}
    assert {model for _, model in proposed} == {"acme/chat-next"}
    assert {kind for kind, _ in proposed} >= {"batch", "cache", "sibling"}
    left = {(each["kind"], each["reasons"][0]["reason"]) for each in found["left_aside"]}
    assert left == {(kind, "ended") for kind in ("move", "sibling", "seller", "cache", "batch")}
    page = run_costcalc("advise", log, "--pricebook", book, "--months", "1", "--all").out
    assert "of a model that cannot be bought by then" in " ".join(page.split())


@pytest.mark.parametrize(
    ("end", "reason", "noted"),
    [
        ("2026-09-01", "it cannot be bought from 2026-09-01 on", True),
        ("2026-11-15", "", True),
        ("2027-11-15", "", False),
    ],
)
def test_where_traffic_would_move_to_ends_too(tmp_path, end, reason, noted):
    """September's log and three months to come: a target that ended is no answer, one that ends in them is named."""
    (tmp_path / "books.yaml").write_text(
        "provider: acme\ncurrency: USD\ntimezone: UTC\nmodels:\n"
        "  dear: {prices: {2026-01-01: {input_tokens: 10 per 1M}}}\n"
        f"  cheap: {{retired: {end}, prices: {{2026-01-01: {{input_tokens: 1 per 1M}}}}}}\n"
    )
    (tmp_path / "log.csv").write_text("date,provider,model,input_tokens\n2026-09-02,acme,dear,1000000\n")
    found = costcalc.project(
        tmp_path / "log.csv", hikes="acme/dear=34", move_to="acme/cheap", months=3,
        prices=costcalc.read_prices([tmp_path / "books.yaml"]),
    )  # fmt: skip
    assert found.report.answers.moves[0].reason == reason
    assert any("acme/cheap: cannot be bought" in note for note in found.report.notes) == noted
