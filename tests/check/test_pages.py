"""The page of a check, whole, and as a comment of a pull request."""

import re
from pathlib import Path

import pytest

from costcalc.render.pages import page_of
from tests.check.desk import checked, days
from tests.check.made import everything
from tests.render.made import drawn
from tests.render.screens import fits_every_screen


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Files are called by their own names."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("width", [80, 120])
def test_a_page_with_one_of_everything(golden, tmp_path, width):
    golden(f"check-everything-{width}.txt", drawn(page_of(everything(Path()).report), width))


def test_a_page_of_what_is_incomplete(golden):
    text = "- {name: all, limit: 5 USD}\n- {name: priced, unpriced_at_most: 1%}"
    result = checked(Path(), [*days(1, 3), *days(4, 4, 1, model="unknown")], text)
    golden("check-incomplete-80.txt", drawn(page_of(result.report)))
    fits_every_screen(page_of(result.report))


def test_a_comment_of_a_pull_request(golden, tmp_path):
    golden("check-everything.md", everything(Path()).to_markdown("search-service"))


def test_nothing_is_lost_on_any_screen():
    fits_every_screen(page_of(everything(Path()).report))


def test_what_lies_beside_a_limit_is_not_shown_on_it(tmp_path):
    page = drawn(page_of(checked(tmp_path, days(1, 3), "- {name: all, limit: 2.999 USD}").report), 120)
    assert "0.001 USD over the limit of 3.00 USD" in page
    share = checked(
        tmp_path, [*days(1, 1, 9996), *days(1, 1, 4, model="unknown")], "- {name: g, unpriced_at_most: 0.03%}"
    )
    assert "0.04% of the tokens" in drawn(page_of(share.report), 120)


def test_direction_and_state_are_told_without_colour(tmp_path):
    page = drawn(page_of(everything(Path()).report), 120)
    assert re.search(r"all usage .* \+20\.00 USD, \+14\.3% ↑ .*", page)
    assert {"broken", "warns", "holds"} <= set(page.split())
