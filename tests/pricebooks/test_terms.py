"""Terms: contracts and names of your own, in a file beside a pricebook or inside it; and which file a price is from."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.overlay import precedence
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.problems import CostcalcError
from tests.kit import usage

OURS = """
provider: openai
currency: USD
timezone: UTC
models:
  gpt-5:
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 8 per 1M}
discounts:
  - {what: openai, percent: 10%}
"""
PRIVATE = """
provider: openai
region: private-eu
region_names: [eu-private]
currency: EUR
timezone: Europe/Berlin
models:
  gpt-5:
    prices:
      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 9 per 1M}
"""


def written(folder, **files):
    paths = []
    for name, text in files.items():
        paths.append(folder / f"{name}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def test_a_file_may_hold_terms_alone(tmp_path):
    found = load_pricebook(
        written(tmp_path, terms="discounts:\n  - {what: openai/gpt-5, percent: 5%, note: 2026 deal}\n")
    )
    assert [(str(d.selector), d.share, d.note) for d in found.terms.discounts] == [
        ("openai/gpt-5", Fraction(1, 20), "2026 deal")
    ]


def test_terms_stand_beside_prices_too_in_the_order_of_the_files(tmp_path):
    files = written(tmp_path, b=OURS, a="discounts:\n  - {what: any, percent: 5%}\n")
    assert [str(d.selector) for d in load_pricebook(files).terms.discounts] == ["openai", "any"]


def test_an_alias_says_what_a_log_means(tmp_path):
    found = load_pricebook(written(tmp_path, names="aliases:\n  Our-Chat: openai/gpt-5\n"))
    meant = found.resolve("our-chat", provider="our-gateway")
    assert isinstance(meant, ResolvedModel)
    assert (meant.provider, meant.model) == ("openai", "gpt-5")


def test_an_alias_of_the_command_goes_before_one_of_a_file(tmp_path):
    found = load_pricebook(written(tmp_path, names="aliases: {chat: openai/gpt-5}\n"))
    assert found.with_aliases({"chat": "openai/gpt-4o"}).resolve("chat").model == "gpt-4o"


def test_an_alias_prices_a_log(tmp_path):
    files = written(tmp_path, names="aliases: {our-chat: openai/gpt-5}\n", ours=OURS)
    row = {"model": "our-chat", "provider": "our-gateway", "input_tokens": 1_000_000, "output_tokens": 0}
    found = costcalc.cost(usage(tmp_path, row), prices=costcalc.read_prices(files))
    assert found.rating.total.before == Fraction("0.9")  # 1.00 less 10%


def test_a_private_region_is_a_list_of_its_own(tmp_path):
    found = load_pricebook(written(tmp_path, private=PRIVATE))
    assert found.resolve("gpt-5", "openai").region == "global"
    assert found.resolve("gpt-5", "openai", "EU-private").region == "private-eu"


@pytest.mark.parametrize(
    ("text", "code", "near"),
    [
        ("discounts:\n  - {what: opnai, percent: 5%}\n", "unknown-selector", "openai"),
        ("discounts:\n  - {what: 'openai/gpt-5:output_token', percent: 5%}\n", "unknown-meter", "output_tokens"),
        ("commitments:\n  - {what: antropic, each: month, amount: 5 USD}\n", "unknown-selector", "anthropic"),
        ("aliases: {chat: openai/gpt5}\n", "unknown-target", "openai/gpt-5"),
    ],
)
def test_a_term_that_names_nothing_is_refused(text, code, near, tmp_path):
    with pytest.raises(CostcalcError) as error:
        load_pricebook(written(tmp_path, terms=text))
    (problem,) = error.value.problems
    assert problem.code == code
    assert near in problem.nearest
    assert problem.place.line


def test_the_file_laid_on_top_wins(tmp_path):
    again = OURS.replace("1 per 1M", "3 per 1M").partition("discounts")[0]
    found = load_pricebook(written(tmp_path, ours=OURS, top=again))
    layers = precedence(found, "openai", "global", "gpt-5")
    assert [layer.place.file.rpartition("/")[2] for layer in layers] == ["top.yaml", "ours.yaml", "openai.yaml"]
    assert layers[0].model.blocks[0].standard.rates["input_tokens"].price == 3
    assert layers[0].place.line == 6


def test_a_model_that_only_ours_has_has_one_layer():
    found = load_pricebook()
    assert len(precedence(found, "openai", "global", "gpt-5")) == 1
    assert precedence(found, "openai", "global", "gpt-unknown") == ()
    assert precedence(found, "nobody", "global", "gpt-5") == ()


def test_no_shipped_book_holds_terms():
    assert not load_pricebook().terms
    assert not any("discounts:" in path.read_text(encoding="utf-8") for path in shipped_folder().glob("*.yaml"))
