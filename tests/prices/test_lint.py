from textwrap import indent

import pytest

from costcalc.reports.prices.lint import lint
from tests.conftest import REPO_ROOT

HEAD = """provider: acme
region: {region}
currency: {currency}
timezone: UTC
sources:
  page: {{url: "https://acme.example", read: 2026-09-01, confidence: official}}
models:
  m:
    prices:
      2026-01-01:
        source: page
"""


def codes(path, body, region="global", currency="USD"):
    file = path / "acme.yaml"
    lines = "".join(f"        {line}\n" for line in body.strip("\n").splitlines())
    file.write_text(HEAD.format(region=region, currency=currency) + lines, encoding="utf-8")
    report = lint([file])
    return [p.code for p in report.errors], [p.code for p in report.warnings]


FINE = "input_tokens: 3 per 1M\noutput_tokens: 15 per 1M\n"


def test_the_shipped_books_are_clean():
    report = lint()
    assert report.errors == ()
    assert report.warnings == ()
    assert report.files == len(list((REPO_ROOT / "pricebooks").glob("**/*.yaml")))


def test_a_book_without_fault_is_clean(tmp_path):
    assert codes(tmp_path, FINE) == ([], [])


@pytest.mark.parametrize(
    ("body", "errors", "warnings"),
    [
        ("input_tokens: 3 per 1M\noutput_tokens: 15 per 1K", ["unit-slip"], []),  # 15,000 per million
        ("input_tokens: 0.0001 per 1M\noutput_tokens: 15 per 1M", ["unit-slip"], []),
        ("input_tokens: 0 per 1M\noutput_tokens: 15 per 1M", [], ["price-of-zero"]),
        (FINE + "cache_read_tokens: 4 per 1M", ["cached-dearer"], []),
        (FINE + "service_tiers:\n  batch: {input_tokens: 4 per 1M, output_tokens: 7 per 1M}", ["batch-dearer"], []),
        (FINE + "service_tiers:\n  batch: {all: 150% of standard}", ["batch-dearer"], []),
        (FINE + "service_tiers:\n  priority: {input_tokens: 6 per 1M}", [], ["tier-without-meter"]),
        (
            FINE + "service_tiers:\n  priority: {input_tokens: 2 per 1M, output_tokens: 30 per 1M}",
            [],
            ["priority-cheaper"],
        ),
        (FINE + "service_tiers:\n  fast: {all: 80% of standard}", [], ["priority-cheaper"]),
        ("input_tokens: 0.02 per 1M\nservice_tiers:\n  batch: {input_tokens: 0.01 per 1M}", [], []),  # an embedding
        ("input_tokens: 0 per 1M\noutput_tokens: 0 per 1M", [], []),  # free
        (
            "bands:\n  - {input_up_to: 100, input_tokens: 1 per 1M, output_tokens: 1 per 1M}\n"
            "  - {input_above: 200, input_tokens: 1 per 1M, output_tokens: 1 per 1M}",
            ["band-gap"],
            [],
        ),
        (
            "bands:\n  - {input_up_to: 200, input_tokens: 1 per 1M, output_tokens: 1 per 1M}\n"
            "  - {input_above: 100, input_tokens: 1 per 1M}",
            ["overlapping-bands"],
            [],
        ),
        ("inputt_tokens: 3 per 1M", ["unknown-meter"], []),
    ],
)
def test_what_is_wrong_is_named_once(tmp_path, body, errors, warnings):
    assert codes(tmp_path, body) == (errors, warnings)


@pytest.mark.parametrize(
    ("day", "note", "codes_of"),
    [
        ("2026-01-01", "", ["rise-without-tier"]),
        ("2026-01-01", "note: The page keeps batch where it was.\n", []),
        ("at least since 2026-01-01", "", ["rise-without-tier"]),
    ],
)
def test_a_tier_that_stays_behind_a_rise_is_a_doubt(tmp_path, day, note, codes_of):
    tiers = "service_tiers: {flex: {input_tokens: 1 per 1M, output_tokens: 5 per 1M}}\n"
    file = tmp_path / "acme.yaml"
    first, second = (
        f"{prices}{tiers}{said}"
        for prices, said in (
            ("input_tokens: 2 per 1M\noutput_tokens: 10 per 1M\n", ""),
            ("input_tokens: 3 per 1M\noutput_tokens: 15 per 1M\n", note),
        )
    )
    blocks = "".join(
        f"      {start}:\n{indent(body, ' ' * 8)}" for start, body in ((day, first), ("2026-06-01", second))
    )
    file.write_text(
        f"provider: acme\ncurrency: USD\ntimezone: UTC\nsource: https://acme.example\nmodels:\n  m:\n    prices:\n{blocks}"
    )
    report = lint([file])
    assert ([each.code for each in report.errors], [each.code for each in report.warnings]) == ([], codes_of)


def test_a_currency_unlike_its_region_is_a_doubt(tmp_path):
    assert codes(tmp_path, FINE, region="cn") == ([], ["currency-unlike-region"])
    assert codes(tmp_path, FINE, region="cn-usd") == ([], [])


def test_a_rate_without_a_source_is_named_once_a_block(tmp_path):
    file = tmp_path / "acme.yaml"
    file.write_text("provider: acme\ncurrency: USD\ntimezone: UTC\nmodels:\n  m:\n    prices:\n      2026-01-01: {input_tokens: 3 per 1M, output_tokens: 9 per 1M}\n")  # fmt: skip
    (problem,) = lint([file]).errors
    assert (problem.code, problem.place.line) == ("missing-source", 7)


def test_all_problems_of_all_files_come_in_one_run(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("provider: acme\ncurrency: USD\ntimezone: UTC\nmodels:\n  m:\n    prices:\n      2026-99-01: {input_tokens: 3 per 1M}\n")  # fmt: skip
    assert [problem.place.file[-6:] for problem in lint([tmp_path]).errors] == ["a.yaml", "b.yaml"]


def test_two_files_for_one_list_contradict_each_other(tmp_path):
    for name in ("a", "b"):
        lines = "".join(f"        {line}\n" for line in FINE.splitlines())
        (tmp_path / f"{name}.yaml").write_text(HEAD.format(region="global", currency="USD") + lines)
    assert [problem.code for problem in lint([tmp_path]).errors] == ["list-twice", "list-twice"]


def test_terms_that_name_nothing_are_named(tmp_path):
    (tmp_path / "terms.yaml").write_text(
        "discounts:\n  - {what: openia, percent: 5%}\n  - {what: openai, percent: 5%}\n"
    )
    assert [(problem.code, problem.place.line) for problem in lint([tmp_path]).errors] == [("unknown-selector", 2)]


def test_the_exit_code_is_2_only_for_errors(run_costcalc, tmp_path):
    assert run_costcalc("prices", "lint").code == 0
    (tmp_path / "x.yaml").write_text("provider: x\n")
    assert run_costcalc("prices", "lint", tmp_path).code == 2
