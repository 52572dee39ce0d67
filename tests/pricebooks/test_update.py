"""`costcalc prices update`: what two catalogues agree on goes into the books, the rest to a person."""

from __future__ import annotations

import csv
import json
from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.importers.onto import DecisiveDays, add_onto
from costcalc.pricebook.importers.survey import Said, standing
from costcalc.pricebook.model import Source
from costcalc.pricebook.read import parse_book, read_book

BOOK = """\
# Acme's list.
provider: acme
currency: USD
timezone: UTC
checked: 2026-06-01
sources:
  page: {url: https://acme.example/prices, read: 2026-06-01, confidence: official}

models:
  chat-1:
    prices:
      2026-01-01:
        source: page
        input_tokens:  2 per 1M
        output_tokens: 8 per 1M
        thinking: {output_tokens: 16 per 1M}
        service_tiers:
          batch: {input_tokens: 1 per 1M, output_tokens: 4 per 1M}

  chat-2:
    prices:
      2026-01-01: {source: page, input_tokens: 5 per 1M, output_tokens: 20 per 1M}
"""


def litellm(**models: dict[str, object]) -> dict[str, object]:
    return {name: {"litellm_provider": "acme", **entry} for name, entry in models.items()}


def per_token(price_in: float, price_out: float, **more: object) -> dict[str, object]:
    return {"input_cost_per_token": price_in / 10**6, "output_cost_per_token": price_out / 10**6, **more}


def models_dev(**models: dict[str, object]) -> dict[str, object]:
    return {"acme": {"models": models}}


def cost(price_in: float, price_out: float, **more: object) -> dict[str, object]:
    return {"cost": {"input": price_in, "output": price_out}, **more}


@pytest.fixture
def update(run_costcalc, tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "books/acme.yaml").write_text(BOOK, encoding="utf-8")

    def run(one: object, other: object, *args: str, on: str = "2026-11-30"):
        (tmp_path / "others/model_prices_and_context_window.json").write_text(json.dumps(one), encoding="utf-8")
        (tmp_path / "others/api.json").write_text(json.dumps(other), encoding="utf-8")
        return run_costcalc(
            "prices", "update", "--from", "others", "--into", "books", "--on", on, "--json", *args, cwd=tmp_path
        )

    run.folder = tmp_path / "books"
    return run


def names(found: list[dict[str, object]]) -> list[object]:
    return [each["model"] for each in found]


def test_what_two_catalogues_agree_on_is_a_block_with_source_and_day(update):
    found = update(litellm(**{"chat-1": per_token(3, 12)}), models_dev(**{"chat-1": cost(3, 12)}), "--write").json
    (changed,) = found["changed"]
    assert [(each["meter"], each["ours"], each["said"][0]["price"]) for each in changed["taken"]] == [
        ("input_tokens", "0.000002", "0.000003"), ("output_tokens", "0.000008", "0.000012"),
    ]  # fmt: skip
    text = (update.folder / "acme.yaml").read_text(encoding="utf-8")
    assert text.startswith(BOOK[: BOOK.index("\nmodels")].rstrip())
    book = read_book(update.folder / "acme.yaml")
    before, after = book.models["chat-1"].blocks
    assert before.standard.rates["input_tokens"].price == 2
    assert (after.starts, after.standard.rates["input_tokens"].price) == (date(2026, 11, 30), 3)
    source = book.sources[after.standard.rates["input_tokens"].source]
    assert (source.key, source.read, source.confidence) == ("litellm", "2026-11-30", "secondary")
    assert source.url.endswith("[via litellm; models.dev]")
    assert update(litellm(), models_dev()).code == 2  # nothing in them
    again = update(litellm(**{"chat-1": per_token(3, 12)}), models_dev(**{"chat-1": cost(3, 12)})).json
    assert (again["changed"], again["to_decide"], again["agreed"]) == ([], [], 4)


def test_tiers_and_thinking_move_with_the_standard_price(update):
    update(litellm(**{"chat-1": per_token(3, 12)}), models_dev(**{"chat-1": cost(3, 12)}), "--write")
    block = read_book(update.folder / "acme.yaml").models["chat-1"].blocks[-1]
    batch = block.service_tiers["batch"].rates
    assert (batch["input_tokens"].price, batch["output_tokens"].price) == (Fraction(3, 2), 6)
    assert batch["input_tokens"].source == "page"
    assert block.standard.thinking.rates["output_tokens"].price == 24
    assert block.note == "batch: moved with the standard price, at the same share of it"


def test_what_they_contradict_each_other_on_is_left_to_a_person_and_no_news_the_next_time(update):
    one, other = litellm(**{"chat-1": per_token(3, 8)}), models_dev(**{"chat-1": cost(4, 8)})
    found = update(one, other, "--write").json
    assert (found["changed"], found["written"]) == ([], ["books/contradictions.csv", "books/VERSION"])
    assert (update.folder / "VERSION").read_text(encoding="utf-8") == "2026.11.30 1\n"
    assert (update.folder / "acme.yaml").read_text(encoding="utf-8") == BOOK
    (row,) = csv.DictReader((update.folder / "contradictions.csv").read_text(encoding="utf-8").splitlines())
    assert (row["since"], row["model"], row["meter"], row["ours"]) == ("2026-11-30", "chat-1", "input_tokens", "2")
    assert row["said"] == "litellm: 3; models.dev: 4"
    page = update(one, other, "--write", on="2026-12-15")
    (row,) = csv.DictReader((update.folder / "contradictions.csv").read_text(encoding="utf-8").splitlines())
    assert row["since"] == "2026-11-30"
    assert names(page.json["to_decide"]) == ["chat-1"]


def test_one_catalogue_alone_changes_nothing(update):
    found = update(
        litellm(**{"chat-1": per_token(3, 8), "chat-9": per_token(1, 2)}), models_dev(**{"chat-2": cost(5, 20)})
    ).json
    assert (found["changed"], found["new"]) == ([], [])
    assert (names(found["to_decide"]), names(found["one_alone"])) == (["chat-1"], ["chat-9"])


def test_a_decision_holds_until_its_day_and_goes_when_nothing_needs_it(update):
    one, other = litellm(**{"chat-1": per_token(3, 8)}), models_dev(**{"chat-1": cost(3, 8)})
    (update.folder / "decided.csv").write_text(
        "models,data,tiers,meters,above,whose,until,why,source\n"
        "acme/chat-1,*,*,input_tokens,,ours,2026-12-31,The page says 2.,https://acme.example/prices\n"
        "acme/chat-7,*,*,*,,ours,2026-12-31,It has gone.,https://acme.example/prices\n",
        encoding="utf-8",
    )
    found = update(one, other).json
    assert (found["changed"], found["to_decide"], found["explained"]) == ([], [], 2)
    assert found["look_again"] == ["acme/chat-7: nothing differs any more"]
    later = update(one, other, on="2027-01-01").json
    assert names(later["changed"]) == ["chat-1"]
    assert later["look_again"][0] == "acme/chat-1: believed until 2026-12-31"


def test_a_decision_for_theirs_takes_the_price_and_sets_the_others_aside(update):
    one, other = litellm(**{"chat-1": per_token(3, 8)}), models_dev(**{"chat-1": cost(4, 8)})
    (update.folder / "decided.csv").write_text(
        "models,data,tiers,meters,above,whose,until,why,source\n"
        "acme/chat-1,models.dev,*,*,,theirs,2026-12-31,The page says 4.,https://acme.example/prices\n",
        encoding="utf-8",
    )
    found = update(one, other, "--write").json
    assert (names(found["changed"]), found["to_decide"]) == (["chat-1"], [])
    book = read_book(update.folder / "acme.yaml")
    rate = book.models["chat-1"].blocks[-1].standard.rates["input_tokens"]
    assert (rate.price, book.sources[rate.source].url) == (4, "https://models.dev/api.json [via models.dev; decided]")
    again = update(one, other, on="2026-12-01").json
    assert (again["changed"], again["to_decide"], again["look_again"]) == ([], [], [])


def test_a_decision_says_whose_price_it_is(update):
    (update.folder / "decided.csv").write_text(
        "models,data,tiers,meters,above,whose,until,why,source\nacme/*,*,*,*,,mine,2026-12-31,So.,https://acme.example\n",
        encoding="utf-8",
    )
    run = update(litellm(**{"chat-1": per_token(3, 8)}), models_dev(**{"chat-1": cost(4, 8)}))
    assert (run.code, '"mine" is not whose' in run.err) == (2, True)


DAY = date(2026, 11, 30)


def said(data: str, price: int, read: str = "", starts: str = "") -> Said:
    """What a catalogue says: of a day of its own (`read`), or of none."""
    day = date.fromisoformat(read) if read else DAY
    return Said(data, day, Fraction(price), date.fromisoformat(starts) if starts else None, Source("", ""), bool(read))


@pytest.mark.parametrize(
    ("voices", "stands"),
    [
        ([said("a", 2), said("b", 2)], 2),
        ([said("a", 2)], None),  # one alone
        ([said("model-prices", 2, "2026-10-26"), said("rates", 2, "2026-09-28")], None),  # both made of models.dev
        ([said("a", 2), said("b", 3)], None),
        ([said("a", 2, "2026-10-26"), said("b", 2), said("c", 3)], 2),  # most, and one of them dated
        ([said("a", 2), said("b", 2), said("c", 3)], None),  # most, but nobody knows of when
        ([said("a", 2, "2026-10-26"), said("b", 2), said("c", 3, "2026-09-23")], 2),  # the other was read before
        ([said("a", 2, "2026-09-23"), said("b", 2), said("c", 3, "2026-10-26")], None),  # the other was read later
        ([said("a", 2, "2026-10-26"), said("b", 2), said("c", 3, "2026-10-30", "2025-01-01")], 2),  # it is no news
        (
            [said("a", 2, "2026-09-23"), said("b", 4, "2026-09-28"), said("c", 3, "", "2026-11-09")],
            3,
        ),  # began after all
        ([said("a", 2, "2026-09-23"), said("b", 4), said("c", 3, "", "2026-11-09")], None),  # b may be newer
    ],
)
def test_whose_price_stands_of_those_that_catalogues_name(voices, stands):
    found = standing(voices)
    assert (found.price if found else None) == stands


def test_a_model_that_a_run_adds_is_compared_in_full_by_the_same_run(update):
    """A third catalogue calls it by its day: only when the book has the model is it known to be that."""
    third = update.folder.parent / "others/llm-prices/data/acme.json"
    third.parent.mkdir(parents=True)
    history = [{"input": 1, "output": 3, "input_cached": None, "from_date": None, "to_date": None}]
    entry = {"id": "chat-3-2026-06-01", "name": "Chat 3", "price_history": history}
    third.write_text(json.dumps({"vendor": "acme", "models": [entry]}), encoding="utf-8")
    data = litellm(**{"chat-3": per_token(1, 2)}), models_dev(**{"chat-3": cost(1, 2)})
    report = update(*data, "--write").json
    assert (names(report["new"]), names(report["to_decide"])) == (["chat-3"], ["chat-3"])
    again = update(*data).json
    assert [names(again[part]) for part in ("changed", "new", "to_decide")] == [[], [], ["chat-3"]]


def test_a_new_model_and_what_the_last_one_of_the_file_lacks_do_not_mix(update):
    last = (
        BOOK
        + "\n  chat-9:\n    prices:\n      2026-01-01:\n        source: page\n        input_tokens: 1 per 1M\n        output_tokens: 2 per 1M\n"
    )
    (update.folder / "acme.yaml").write_text(last, encoding="utf-8")
    one = {"chat-0": per_token(1, 2), "chat-9": per_token(1, 2, **FLEX_PER_TOKEN)}
    other = {"chat-0": cost(1, 2), "chat-9": {**cost(1, 2), "experimental": flex(input=1.5, output=6)}}
    assert update(litellm(**one), models_dev(**other), "--write").code == 0
    models = read_book(update.folder / "acme.yaml").models
    assert [list(models[name].blocks[0].service_tiers) for name in ("chat-0", "chat-9")] == [[], ["flex"]]


def test_a_new_model_needs_all_of_its_prices_agreed(update):
    one = litellm(**{"chat-3": per_token(1, 2), "chat-4": per_token(1, 2)})
    found = update(one, models_dev(**{"chat-3": cost(1, 2), "chat-4": cost(1, 3)}), "--write").json
    assert (names(found["new"]), names(found["to_decide"])) == (["chat-3"], ["chat-4"])
    book = read_book(update.folder / "acme.yaml")
    (block,) = book.models["chat-3"].blocks
    assert (block.starts, block.observed, block.standard.rates["output_tokens"].price) == (None, date(2026, 11, 30), 2)
    assert "chat-4" not in book.models


def test_a_model_that_two_call_ended_gets_the_day_that_one_of_them_has(update):
    one = litellm(**{"chat-1": per_token(2, 8, deprecation_date="2027-03-01", successor_model="acme/chat-2"),
                     "chat-2": per_token(5, 20, deprecation_date="2027-03-01")})  # fmt: skip
    other = models_dev(**{"chat-1": cost(2, 8, status="deprecated"), "chat-2": cost(5, 20)})
    found = update(one, other, "--write").json
    assert [(each["model"], each["retired"]) for each in found["ended"]] == [("chat-1", "2027-03-01")]
    models = read_book(update.folder / "acme.yaml").models
    assert (models["chat-1"].end.day, models["chat-1"].end.successor) == (date(2027, 3, 1), "chat-2")
    assert models["chat-2"].end is None


def test_the_most_used_come_first(update, tmp_path):
    one, other = (make(**{name: price(3, 9) for name in ("chat-1", "chat-2")})
                  for make, price in ((litellm, per_token), (models_dev, cost)))  # fmt: skip
    assert names(update(one, other).json["changed"]) == ["chat-1", "chat-2"]
    (tmp_path / "usage.csv").write_text(
        "date,provider,model,input_tokens,output_tokens\n2026-11-25,acme,chat-2,1000,500\n", encoding="utf-8"
    )
    found = update(one, other, "--usage", "usage.csv").json["changed"]
    assert [(each["model"], each["use"]) for each in found] == [("chat-2", 1500), ("chat-1", 0)]


def test_the_provider_is_looked_for_before_the_data(run_costcalc, tmp_path):
    run = run_costcalc("prices", "update", "opnai", "--from", "nowhere", cwd=tmp_path)
    assert (run.code, 'the books have no provider "opnai"' in run.err, "openai" in run.err) == (2, True, True)


def test_a_folder_without_data_and_a_word_that_is_none_are_refused(run_costcalc, tmp_path):
    (tmp_path / "empty").mkdir()
    for word, message in (("empty", "no price data of others"), ("nowhere", "is no folder")):
        run = run_costcalc("prices", "update", "--from", word, cwd=tmp_path)
        assert (run.code, message in run.err) == (2, True)


def cached(price: float) -> tuple[dict[str, float], dict[str, float]]:
    """The price of a cache read, as litellm and as models.dev write it."""
    return {"cache_read_input_token_cost": price / 10**6}, {"cache_read": price}


def put_in(update, one: dict[str, object], other: dict[str, object], book: str = BOOK, model: str = "chat-1") -> str:
    """The lines of the book that a run added or changed; one run more changes nothing."""
    file = update.folder / "acme.yaml"
    file.write_text(book, encoding="utf-8")
    update(litellm(**{model: one}), models_dev(**{model: other}), "--write")
    text = file.read_text(encoding="utf-8")
    again = update(litellm(**{model: one}), models_dev(**{model: other}), "--write").json
    assert (again["changed"], file.read_text(encoding="utf-8")) == ([], text)
    before = book.splitlines()
    return "\n".join(line.strip() for line in text.splitlines() if line not in before and "url:" not in line)


def test_a_meter_that_a_block_lacks_goes_into_it_with_the_day_on_which_it_was_seen(update):
    one, other = cached(0.2)
    assert put_in(update, per_token(2, 8, **one), {"cost": {"input": 2, "output": 8, **other}}) == (
        "cache_read_tokens: 0.2 per 1M observed 2026-11-30 [litellm]"
    )
    (block,) = read_book(update.folder / "acme.yaml").models["chat-1"].blocks
    assert block.standard.rates["cache_read_tokens"].observed == date(2026, 11, 30)


def test_a_meter_goes_into_a_block_of_one_line_as_well(update):
    one, other = cached(0.5)
    assert put_in(update, per_token(5, 20, **one), {"cost": {"input": 5, "output": 20, **other}}, model="chat-2") == (
        '2026-01-01: {source: page, input_tokens: 5 per 1M, cache_read_tokens: "0.5 per 1M observed 2026-11-30 [litellm]", '
        "output_tokens: 20 per 1M}"
    )


FLEX = {"input": 1.5, "output": 6}
FLEX_PER_TOKEN = {"input_cost_per_token_flex": 1.5e-6, "output_cost_per_token_flex": 6e-6}


def flex(**costs: float) -> dict[str, object]:
    return {"modes": {"flex": {"cost": costs, "provider": {"body": {"service_tier": "flex"}}}}}


@pytest.mark.parametrize(
    ("book", "tiers"),
    [
        (BOOK, ""),
        (BOOK.replace("        service_tiers:\n          batch: {input_tokens: 1 per 1M, output_tokens: 4 per 1M}\n", ""),
         "service_tiers:\n"),
    ],
)  # fmt: skip
def test_a_tier_that_a_block_lacks_goes_into_it(update, book, tiers):
    other = {**cost(2, 8), "experimental": flex(input=1.5, output=6)}
    assert put_in(update, per_token(2, 8, **FLEX_PER_TOKEN), other, book) == (
        f"{tiers}flex: {{source: litellm, observed: 2026-11-30, input_tokens: 1.5 per 1M, output_tokens: 6 per 1M}}"
    )


def test_a_meter_that_a_tier_lacks_goes_into_the_tier(update):
    book = BOOK.replace("batch: {", "flex: {").replace("batch:", "flex:")
    one = per_token(2, 8, cache_read_input_token_cost=2e-7, input_cost_per_token_flex=1e-6,
                    output_cost_per_token_flex=4e-6, cache_read_input_token_cost_flex=1e-7)  # fmt: skip
    other = {**cost(2, 8), "experimental": flex(input=1, output=4, cache_read=0.1)}
    assert put_in(update, one, other, book) == (
        'flex: {input_tokens: 1 per 1M, cache_read_tokens: "0.1 per 1M observed 2026-11-30 [litellm]", output_tokens: 4 per 1M}'
    )


BY_LENGTH = BOOK.replace(
    "        input_tokens:  2 per 1M\n        output_tokens: 8 per 1M\n        thinking: {output_tokens: 16 per 1M}\n",
    "        bands:\n"
    "          - {input_up_to: 200_000, input_tokens: 2 per 1M, output_tokens: 8 per 1M}\n"
    "          - {input_above: 200_000, input_tokens: 4 per 1M, output_tokens: 16 per 1M}  # twice\n",
)


def test_a_meter_that_long_requests_lack_goes_into_their_band(update):
    one = per_token(2, 8, cache_read_input_token_cost=2e-7, input_cost_per_token_above_200k_tokens=4e-6,
                    output_cost_per_token_above_200k_tokens=16e-6,
                    cache_read_input_token_cost_above_200k_tokens=4e-7)  # fmt: skip
    other = cost(2, 8)
    other["cost"] |= {"cache_read": 0.2, "context_over_200k": {"input": 4, "output": 16, "cache_read": 0.4}}
    assert put_in(update, one, other, BY_LENGTH).splitlines() == [
        "cache_read_tokens: 0.2 per 1M observed 2026-11-30 [litellm]",
        '- {input_above: 200_000, input_tokens: 4 per 1M, cache_read_tokens: "0.4 per 1M observed 2026-11-30 [litellm]", '
        "output_tokens: 16 per 1M}  # twice",
    ]


def test_a_changed_figure_and_a_new_one_make_one_block(update):
    one, other = cached(0.3)
    added = put_in(update, per_token(3, 8, **one), {"cost": {"input": 3, "output": 8, **other}})
    assert added.splitlines()[0] == "2026-11-30:"
    first, block = read_book(update.folder / "acme.yaml").models["chat-1"].blocks
    assert list(first.standard.rates) == ["input_tokens", "output_tokens"]
    assert (block.standard.rates["input_tokens"].price, block.standard.rates["cache_read_tokens"].observed) == (3, None)


def test_what_is_a_share_of_the_standard_price_stays_one(update):
    share = BOOK.replace("batch: {input_tokens: 1 per 1M, output_tokens: 4 per 1M}", "flex: {all: 50% of standard}")
    one = per_token(2, 8, cache_read_input_token_cost=2e-7, cache_read_input_token_cost_flex=1e-7)
    other = {"cost": {"input": 2, "output": 8, "cache_read": 0.2}, "experimental": flex(cache_read=0.1)}
    assert put_in(update, one, other, share) == "cache_read_tokens: 0.2 per 1M observed 2026-11-30 [litellm]"
    (update.folder / "acme.yaml").write_text(share, encoding="utf-8")
    one["cache_read_input_token_cost_flex"] = 2e-7
    other["experimental"] = flex(cache_read=0.2)
    found = update(litellm(**{"chat-1": one}), models_dev(**{"chat-1": other}), "--write").json
    assert [each["why"] for each in found["refused"]] == [
        "flex is a share of the standard price in the file, and does not cost that"
    ]
    assert (update.folder / "acme.yaml").read_text(encoding="utf-8") == share


def test_a_model_that_is_billed_as_another_gets_nothing(update):
    redirected = BOOK.replace("  chat-1:\n", "  chat-1:\n    redirects: {2026-10-01: chat-2}\n")
    (update.folder / "acme.yaml").write_text(redirected, encoding="utf-8")
    one, other = cached(0.5)
    data = litellm(**{"chat-1": per_token(5, 20, **one)}), models_dev(**{"chat-1": cost(5, 20)})
    data[1]["acme"]["models"]["chat-1"]["cost"] |= other
    found = update(*data, "--write").json
    assert [each["why"] for each in found["refused"]] == ["the file bills it as another model"]
    assert (update.folder / "acme.yaml").read_text(encoding="utf-8") == redirected


@pytest.mark.parametrize(
    ("starts", "written"),
    [
        ("2026-01-01", "10 per 1K observed 2026-09-23 [a]"),
        ("2026-09-23", "10 per 1K [a]"),  # it was seen on the block's first day
        ("2026-10-08", "10 per 1K observed 2026-11-30 [a]"),  # it was read before the block began
        ("2027-01-01", "10 per 1K [a]"),  # announced with the block
    ],
)
def test_the_day_of_a_figure_is_that_of_its_reading_in_the_block_it_goes_into(starts, written):
    day = date(2026, 11, 30)
    text = BOOK.replace("2026-01-01:\n", f"{starts}:\n")
    offered = parse_book(
        "provider: acme\ncurrency: USD\ntimezone: UTC\nchecked: 2026-09-23\n"
        "sources: {a: {url: https://a.example, read: 2026-09-23, confidence: secondary}}\n"
        f"models: {{chat-1: {{prices: {{{max(starts, '2026-10-14')}: {{source: a, web_searches: 10 per 1K}}}}}}}}\n",
        "a.yaml",
    )
    added = add_onto(text, "acme.yaml", offered, DecisiveDays(day, day, own=True, fills=True))
    assert (added.refused, added.passed_over) == ((), ())
    assert f"        output_tokens: 8 per 1M\n        web_searches:  {written}\n        thinking:" in added.text
    assert len(parse_book(added.text, "acme.yaml").models["chat-1"].blocks) == 1
