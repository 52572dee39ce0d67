"""Loading: a user's book adds models to a list or replaces them, and all problems come together."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest

from costcalc.calendar import Month
from costcalc.pricebook.load import load_fx, load_pricebook
from costcalc.problems import CostcalcError

OWN = """
provider: openai
names: [our-openai]
region: global
currency: USD
timezone: UTC
models:
  gpt-5:
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 8 per 1M}
  gpt-own:
    prices:
      2026-01-01: {input_tokens: 3 per 1M}
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def price(books, provider: str, region: str, model: str) -> Fraction:
    found = books.block_on(provider, region, model, date(2026, 6, 1)).block
    assert found is not None
    return found.standard.rates["input_tokens"].price


def test_every_provider_and_its_default_list():
    defaults = {provider: books[0].region for provider, books in load_pricebook().by_provider.read.items()}
    assert defaults == {
        "alibaba": "cn-beijing",
        "antgroup": "cn",
        "anthropic": "global",
        "arcee": "global",
        "aws": "global",
        "baichuan": "cn",
        "baidu": "cn",
        "black_forest_labs": "global",
        "cohere": "global",
        "deepgram": "global",
        "deepseek": "global",
        "elevenlabs": "global",
        "google": "global",
        "jina": "global",
        "meta": "global",
        "minimax": "cn",
        "mistral": "global",
        "moonshot": "cn",
        "openai": "global",
        "perplexity": "global",
        "runwayml": "global",
        "selfhosted": "global",
        "sensenova": "cn",
        "soniox": "global",
        "stepfun": "cn",
        "taichu": "cn",
        "tencent": "cn",
        "voyage": "global",
        "volcengine": "cn-beijing",
        "xai": "global",
        "xiaomi": "cn",
        "zeroone": "cn",
        "zhipu": "cn",
    }


def test_the_books_of_hosts_are_read_when_they_are_asked_for():
    books = load_pricebook()
    hosts = {*books.by_provider.unread}
    assert {"azure", "bedrock", "groq", "openrouter", "vertex_ai"} <= hosts
    assert not hosts & {book.provider for book in books.books}
    assert {book.provider for book in books.all_books()} == {*books.by_provider} >= hosts


def test_a_book_of_ones_own_lies_over_that_of_a_host(tmp_path):
    text = "provider: groq\ncurrency: USD\ntimezone: UTC\nmodels:\n  our-model:\n    prices:\n"
    books = load_pricebook([write(tmp_path, "groq.yaml", f"{text}      2026-01-01: {{input_tokens: 7 per 1M}}\n")])
    assert price(books, "groq", "global", "our-model") == 7
    assert "llama-3.3-70b-versatile" in books.book("groq", "global").models


def test_who_has_a_list_besides_the_default_one_says_why_it_is_that_one():
    for provider, books in load_pricebook().by_provider.items():
        assert len(books) == 1 or books[0].note.startswith("The default list of"), provider


def test_models_of_a_users_book_win_and_the_others_stay(tmp_path):
    books = load_pricebook([write(tmp_path, "mine.yaml", OWN)])
    assert price(books, "openai", "global", "gpt-5") == 1
    assert price(books, "openai", "global", "gpt-own") == 3
    assert price(books, "openai", "global", "gpt-5-mini") == Fraction("0.25")
    assert len(books.by_provider["openai"]) == 1
    assert books.provider_named("our-openai") == books.provider_named("open-ai") == "openai"


def test_a_later_book_of_the_user_wins_over_an_earlier_one(tmp_path):
    paths = [write(tmp_path, "a.yaml", OWN), write(tmp_path, "b.yaml", OWN.replace("3 per 1M", "4 per 1M"))]
    assert price(load_pricebook(paths), "openai", "global", "gpt-own") == 4
    assert price(load_pricebook([tmp_path]), "openai", "global", "gpt-own") == 4
    assert price(load_pricebook(paths[::-1]), "openai", "global", "gpt-own") == 3


def test_a_new_provider_and_a_default_list_of_ones_own(tmp_path):
    write(tmp_path, "self.yaml", OWN.replace("provider: openai", "provider: selfhosted"))
    write(
        tmp_path,
        "intl.yaml",
        OWN.replace("provider: openai", "provider: alibaba\ndefault: true").replace("global", "eu"),
    )
    books = load_pricebook([tmp_path])
    assert price(books, "selfhosted", "global", "gpt-own") == 3
    assert books.by_provider["alibaba"][0].region == "eu"


def test_all_problems_of_all_files_come_together(tmp_path):
    paths = [
        write(tmp_path, "a.yaml", OWN.replace("3 per 1M", "3.00")),
        write(tmp_path, "b.yaml", OWN.replace("timezone: UTC", "timezone: Mars/Base")),
        tmp_path / "c.yaml",
        tmp_path / "empty",
    ]
    (tmp_path / "empty").mkdir()
    with pytest.raises(CostcalcError) as error:
        load_pricebook(paths)
    assert [(Path(problem.place.file).name, problem.code) for problem in error.value.problems if problem.place] == [
        ("a.yaml", "bad-rate"),
        ("b.yaml", "unknown-zone"),
        ("c.yaml", "unreadable-file"),
        ("empty", "no-pricebooks"),
    ]


def test_a_list_in_another_currency_is_not_laid_over(tmp_path):
    with pytest.raises(CostcalcError) as error:
        load_pricebook([write(tmp_path, "mine.yaml", OWN.replace("USD", "EUR"))])
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("book-differs", "openai in global is a list in USD, UTC")


def test_a_source_key_does_not_change_its_meaning(tmp_path):
    own = OWN.replace("models:", "sources: {pricing: {url: ours}}\nmodels:")
    with pytest.raises(CostcalcError) as error:
        load_pricebook([write(tmp_path, "mine.yaml", own)])
    (problem,) = error.value.problems
    assert (problem.code, problem.remedy) == ("key-means-two-things", "give your source another key")


def test_exchange_rates_of_the_user_replace_their_pair_and_are_no_pricebook(tmp_path):
    write(tmp_path, "mine.yaml", OWN)
    write(tmp_path, "fx.yaml", "bases: {bank: {url: ours}}\nfx: {CNY/USD: {2026-09: {bank: 0.15}}}\n")
    assert load_fx([tmp_path]).rate("CNY", "USD", Month(2026, 9)).rate == Fraction("0.15")
    assert load_fx([tmp_path / "mine.yaml"]).rate("USD", "CNY", Month(2026, 9)).rate == Fraction("6.7089")
    assert load_pricebook([tmp_path, tmp_path / "fx.yaml"]).provider_named("openai") == "openai"
