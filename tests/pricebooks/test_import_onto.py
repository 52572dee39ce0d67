"""Prices of others onto a file of ours: a block more, never a word less."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.importers.onto import Addition, DecisiveDays, add_onto
from costcalc.pricebook.read import parse_book
from costcalc.problems import CostcalcError

TODAY = date(2026, 11, 24)
FROM_TODAY = DecisiveDays(TODAY, TODAY)
FILE = """\
# Prices of Acme.
provider: acme
currency: USD
timezone: UTC
sources:
  page: {url: https://acme.example/prices, read: 2026-01-02, confidence: official}

models:
  acme-1:
    aliases: [acme-one]
    prices:
      at least since 2025-01-01:
        source: page
        input_tokens:      3 per 1M   # as on the page
        cache_read_tokens: 0.3 per 1M
        output_tokens:     15 per 1M
        service_tiers:
          batch: {all: 50% of standard}

  # The large one.
  acme-2:
    prices:
      2026-01-01:
        source: page
        input_tokens:  10 per 1M
        output_tokens: 50 per 1M
        bands:
          - {input_above: 200_000, input_tokens: 20 per 1M, output_tokens: 75 per 1M}
      2027-01-01:
        source: page
        status: announced
        input_tokens:  12 per 1M
        output_tokens: 60 per 1M
"""
OFFER = """\
provider: acme
currency: USD
timezone: UTC
sources: {{catalogue: {{url: https://catalogue.example, read: 2026-11-24, confidence: secondary}}}}
models:
  {model}:
    prices:
      at least since 2026-11-24: {{source: catalogue, {rates}}}
"""


def add(model: str, rates: str, *, text: str = FILE, days: DecisiveDays = FROM_TODAY, more: str = "") -> Addition:
    offered = parse_book(OFFER.format(model=model, rates=rates) + more)
    return add_onto(text, "acme.yaml", offered, days)


def added_lines(addition: Addition, text: str = FILE) -> list[str]:
    """Every line that is new; the old ones must all be there, in their order."""
    old, new = text.splitlines(), addition.text.splitlines()
    added = []
    for line in new:
        if old and line == old[0]:
            old.pop(0)
        else:
            added.append(line)
    assert old == []
    return added


def price_on(addition: Addition, model: str, position: int = -1):
    return parse_book(addition.text).models[model].blocks[position]


def test_the_same_figures_add_nothing():
    addition = add("acme-1", "input_tokens: 3 per 1M, output_tokens: 0.015 per 1K")
    assert addition.text == FILE
    assert addition.changes == addition.refused == ()


def test_another_figure_adds_a_complete_block_and_its_source():
    addition = add("acme-1", "input_tokens: 4 per 1M, output_tokens: 15 per 1M")
    assert added_lines(addition) == [
        "  catalogue: {url: https://catalogue.example, read: 2026-11-24, confidence: secondary}",
        "      2026-11-24:",
        "        source: catalogue",
        "        input_tokens:      4 per 1M",
        "        cache_read_tokens: 0.3 per 1M [page]",
        "        output_tokens:     15 per 1M",
        "        service_tiers:",
        "          batch: {all: 50% of standard}",
    ]
    (change,) = addition.changes
    assert [(d.meter, d.ours, d.theirs) for d in change.differences] == [
        ("input_tokens", Fraction(3, 10**6), Fraction(4, 10**6))
    ]


def test_a_name_of_ours_is_compared_with_what_it_means():
    assert add("acme-one", "input_tokens: 4 per 1M").changes[0].model == "acme-1"
    assert add("acme-1-20250101", "input_tokens: 3 per 1M").passed_over == ()
    (passed,) = add("acme-1-20250101", "input_tokens: 5 per 1M").passed_over
    assert passed.why == 'by its date suffix it means "acme-1", which costs something else in the file'


def test_a_part_at_the_price_of_its_whole_is_no_difference():
    assert add("acme-1", "input_tokens: 3 per 1M, reasoning_tokens: 15 per 1M, output_tokens: 15 per 1M").changes == ()


def test_a_surcharge_that_the_other_list_does_not_know_is_a_difference():
    (change,) = add("acme-2", "input_tokens: 10 per 1M, output_tokens: 50 per 1M").changes
    assert [(d.meter, d.input_over, d.ours, d.theirs) for d in change.differences] == [
        ("input_tokens", 200_000, Fraction(20, 10**6), Fraction(10, 10**6)),
        ("output_tokens", 200_000, Fraction(75, 10**6), Fraction(50, 10**6)),
    ]


def test_a_block_goes_before_one_that_is_announced_for_later():
    addition = add("acme-2", "input_tokens: 9 per 1M", days=DecisiveDays(date(2026, 12, 1), TODAY))
    days = [block.starts for block in parse_book(addition.text).models["acme-2"].blocks]
    assert days == [date(2026, 1, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert price_on(addition, "acme-2").standard.rates["input_tokens"].price == 12


def test_the_past_is_refused():
    for day in (date(2025, 6, 1), date(2026, 1, 1)):
        addition = add("acme-2", "input_tokens: 9 per 1M", days=DecisiveDays(day, TODAY))
        assert addition.text == FILE
    assert addition.refused[0].why == "acme.yaml:23:7 has a block of 2026-01-01 already"
    (refused,) = add("acme-1", "input_tokens: 9 per 1M", days=DecisiveDays(date(2025, 1, 1), TODAY)).refused
    assert refused.why == "acme.yaml:12:7 was seen in force on 2025-01-01"


def test_a_new_model_comes_with_its_history():
    addition = add(
        "acme-3", "input_tokens: 1 per 1M", more="      2027-02-01: {source: catalogue, input_tokens: 2 per 1M}\n"
    )
    assert added_lines(addition)[1:] == [
        "",
        "  acme-3:",
        "    prices:",
        "      at least since 2026-11-24:",
        "        source: catalogue",
        "        input_tokens: 1 per 1M",
        "      2027-02-01:",
        "        source: catalogue",
        "        input_tokens: 2 per 1M",
    ]


def test_what_is_published_for_later_is_added_too():
    addition = add(
        "acme-1", "input_tokens: 3 per 1M", more="      2027-02-01: {source: catalogue, input_tokens: 6 per 1M}\n"
    )
    assert [change.starts for change in addition.changes] == [date(2027, 2, 1)]


def test_a_card_that_ends_gives_the_list_back():
    card = DecisiveDays(TODAY, TODAY, own=True)
    more = "      2027-03-01: {source: catalogue, withdrawn: the rate card ends here}\n"
    addition = add("acme-1", "input_tokens: 2 per 1M", days=card, more=more)
    assert price_on(addition, "acme-1", 1).standard.rates["input_tokens"].price == 2
    assert price_on(addition, "acme-1", 2).starts == date(2027, 3, 1)
    assert price_on(addition, "acme-1", 2).standard.rates["input_tokens"].price == 3
    (refused,) = add("acme-2", "input_tokens: 2 per 1M", days=card, more=more).refused
    assert refused.why == "acme.yaml:29:7 would end it on 2027-01-01: keep the card in a book of its own"


def test_line_ends_and_files_without_sources_stay_as_they_are():
    plain = "provider: acme\r\ncurrency: USD\r\ntimezone: UTC\r\nmodels:\r\n  m:\r\n    prices:\r\n      2026-01-01: {input_tokens: 1 per 1M}\r\n"
    addition = add("m", "input_tokens: 2 per 1M", text=plain)
    assert addition.text.startswith("provider: acme\r\ncurrency: USD\r\ntimezone: UTC\r\nsources:\r\n  catalogue:")
    assert addition.text.endswith(
        "      2026-11-24:\r\n        source: catalogue\r\n        input_tokens: 2 per 1M\r\n"
    )


def test_a_file_in_one_line_is_not_torn_apart():
    text = (
        "provider: acme\ncurrency: USD\ntimezone: UTC\nmodels: {m: {prices: {2026-01-01: {input_tokens: 1 per 1M}}}}\n"
    )
    with pytest.raises(CostcalcError, match='"2026-01-01" does not begin its line'):
        add("m", "input_tokens: 2 per 1M", text=text)


def test_a_section_that_is_there_and_empty_gives_way(tmp_path):
    text = FILE.replace("sources:\n  page: {url: https://acme.example/prices, read: 2026-01-02, confidence: official}\n", "sources: {}\n").replace("        source: page\n", "")  # fmt: skip
    addition = add("acme-1", "input_tokens: 4 per 1M", text=text)
    assert addition.text.count("sources:") == 1
    assert parse_book(addition.text).sources["catalogue"].read == "2026-11-24"


def test_a_card_that_ended_before_the_day_is_no_block_of_that_day():
    card = parse_book(
        OFFER.format(model="acme-1", rates="input_tokens: 2 per 1M").replace("at least since 2026-11-24", "at least since 2026-11-23")
        + "      2026-11-24: {source: catalogue, withdrawn: the rate card ends here}\n"
    )  # fmt: skip
    addition = add_onto(FILE, "acme.yaml", card, DecisiveDays(TODAY, TODAY, own=True))
    assert (addition.text, addition.changes) == (FILE, ())


def test_a_figure_that_is_merely_new_goes_into_the_block_in_force(run_costcalc, tmp_path):
    """No price changed, so no block begins; the day on which it was seen stands beside it."""
    bands = "        bands:\n          - {input_above: 200_000, input_tokens: 20 per 1M, output_tokens: 75 per 1M}\n"
    (tmp_path / "acme.yaml").write_text(FILE.replace(bands, ""), encoding="utf-8")
    cost = {"input_cost_per_token": 10e-6, "output_cost_per_token": 50e-6, "cache_read_input_token_cost": 1e-6}
    (tmp_path / "map.json").write_text(json.dumps({"acme-2": {"litellm_provider": "acme", **cost}}), encoding="utf-8")
    run = run_costcalc(
        "prices", "import", "litellm", "map.json", "--onto", "acme.yaml", "-o", "acme.yaml", "--from", "2026-06-01", cwd=tmp_path
    )  # fmt: skip
    assert "0 blocks added, 1 block filled" in run.out
    after = parse_book((tmp_path / "acme.yaml").read_text(encoding="utf-8"))
    first, announced = after.models["acme-2"].blocks
    assert (first.starts, announced.starts) == (date(2026, 1, 1), date(2027, 1, 1))
    rate = first.standard.rates["cache_read_tokens"]
    assert (rate.price, rate.source, rate.observed is not None) == (1, "litellm", True)
