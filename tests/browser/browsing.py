"""Browsing: a real browser from the system's packages, and what a page shows in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
READ_TABLE = """table => [...table.querySelectorAll("tbody tr, tfoot tr")].map(row =>
  Object.fromEntries([...row.cells].map(cell => [cell.dataset.k, cell.textContent])))"""


@dataclass
class Seen:
    """A page as it stands in the browser, with all that it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def table(self, identity: str) -> list[dict[str, str]]:
        return list(self.page.eval_on_selector(f"#{identity}", READ_TABLE))

    def headline(self) -> list[str]:
        found: list[str] = self.page.eval_on_selector_all("#headline p", "all => all.map(p => p.textContent)")
        return [each.removeprefix("! ") for each in found]

    def tiles(self) -> dict[str, tuple[str, str]]:
        keys = self.page.eval_on_selector_all("[data-tile]", "all => all.map(e => e.dataset.tile)")
        return {key: (self.text(f'[data-tile="{key}"]'), self.text(f'[data-against="{key}"]')) for key in keys}

    def turn(self, slider: str, ticks: int) -> None:
        """The slider at a place, as a hand moves it."""
        move = "(input, ticks) => {input.value = ticks; input.dispatchEvent(new Event('input', {bubbles: true}))}"
        self.page.eval_on_selector(f"#slider-{slider}", move, ticks)


def browser_path() -> str | None:
    named = os.environ.get("COSTCALC_BROWSER")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A browser; the test is skipped where there is none, or nothing to steer it."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install '.[browser]'"
    )
    path = browser_path()
    if path is None:
        pytest.skip("no browser: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(started: Any, html: str, folder: Path, **context: Any) -> Iterator[Seen]:
    """The page in a window of its own, from a file, as a reader opens it."""
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    made = started.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    try:
        seen = Seen(made.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(path.as_uri())
        yield seen
    finally:
        made.close()


def rows_of(table: Any) -> list[dict[str, str]]:
    """A table as it was made here: the texts of its cells."""
    keys = [table.key(place) for place in range(len(table.columns))]
    return [dict(zip(keys, (cell.text for cell in row), strict=True)) for row in (*table.rows, *table.foot)]


def by_name(rows: Sequence[Mapping[str, str]], keys: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows by what names them, with these cells."""
    return {tuple(text for key, text in row.items() if key.startswith("name")): {key: row[key] for key in keys} for row in rows}  # fmt: skip
