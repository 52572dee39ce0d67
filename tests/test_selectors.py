"""Selectors: which providers, models and meters a few characters mean."""

import pytest

from costcalc.selectors import glob_matches, read_selector


@pytest.mark.parametrize(
    ("text", "provider", "model", "matches"),
    [
        ("alibaba", "alibaba", "qwen3-max", True),
        ("alibaba", "baidu", "qwen3-max", False),
        ("alibaba", "alibaba-cloud", "qwen3-max", False),
        ("alibaba/qwen3-*", "alibaba", "qwen3-max", True),
        ("alibaba/qwen3-*", "alibaba", "qwen-plus", False),
        ("alibaba/qwen3-*", "openrouter", "qwen3-max", False),
        ("alibaba/qwen3-max", "alibaba", "qwen3-max-preview", False),
        ("any", "alibaba", "qwen3-max", True),
        ("*", "unknown", "", True),
        ("*/qwen*", "openrouter", "qwen3-max", True),
        ("any/qwen*", "openrouter", "qwen3-max", True),
        ("*/qwen*", "openrouter", "x-qwen3", False),
        ("alibaba/*", "alibaba", "qwen3-max", True),
        ("ALIBABA/Qwen3-*", "alibaba", "qwen3-max", True),
        ("alibaba/qwen?-max", "alibaba", "qwen3-max", True),
        ("alibaba/in-house", "alibaba", "In-House", True),
        ("someone", "Someone", "m", True),
        ("openrouter/deepseek/*", "openrouter", "deepseek/deepseek-chat", True),
        ("alibaba", None, "qwen3-max", False),
    ],
)
def test_what_a_selector_matches(text, provider, model, matches):
    assert read_selector(text).matches(provider, model) is matches


@pytest.mark.parametrize(
    ("text", "covered", "left"),
    [
        ("alibaba", ["input_tokens", "storage_gb_months", "requests"], []),
        (
            "alibaba:tokens",
            ["input_tokens", "cache_read_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens"],
            ["gpu_hours", "requests", "storage_gb_months"],
        ),
        ("alibaba:output_tokens", ["output_tokens", "reasoning_tokens"], ["input_tokens"]),
        ("alibaba:output-tokens", ["output_tokens", "reasoning_tokens"], ["input_tokens"]),
        ("alibaba:output_tokens_only", ["output_tokens"], ["input_tokens", "reasoning_tokens"]),
        ("alibaba:storage", ["storage_gb_months", "cache_storage_token_hours"], ["input_tokens", "gpu_hours"]),
        ("alibaba:compute", ["gpu_hours", "instance_hours", "instance_months"], ["storage_gb_months"]),
    ],
)
def test_which_meters_it_covers(text, covered, left):
    selector = read_selector(text)
    assert [meter for meter in [*covered, *left] if selector.covers(meter)] == covered


@pytest.mark.parametrize(
    "text", ["alibaba", "alibaba/qwen3-*", "any", "any:tokens", "*/qwen*", "*/qwen*:output_tokens"]
)
def test_it_is_written_as_it_was_read(text):
    assert str(read_selector(text)) == text
    assert read_selector(str(read_selector(text))) == read_selector(text)


@pytest.mark.parametrize("text", ["", "  ", ":tokens"])
def test_nothing_is_no_selector(text):
    with pytest.raises(ValueError, match="empty"):
        read_selector(text)


def test_a_glob_matches_the_whole_text_without_regard_to_case():
    assert glob_matches("Search*", "search-team")
    assert not glob_matches("search", "search-team")
    assert glob_matches("a?c*", "ABC\nd ")


def test_brackets_of_a_glob_stand_for_themselves():
    """`[test] acme` is a customer's name, in --where as in a selector."""
    assert glob_matches("[test] *", "[test] acme")
    assert not glob_matches("qwen[3]-max", "qwen3-max")
    assert not read_selector("alibaba/qwen[3]-max").matches("alibaba", "qwen3-max")
