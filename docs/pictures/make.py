"""Makes the pictures of the README from the example log: a page of the terminal as SVG, the page of `report` as PNG.

    python docs/pictures/make.py

It needs `pip install '.[browser]'` and a Chromium of the system (COSTCALC_BROWSER names another one).
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

import costcalc
from costcalc import api
from costcalc.render.pages import page_of

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
USAGE = "usage.csv"  # in the folder of the examples: pages show what was typed
COLUMNS = 84
# Colours of which each can be read on the ground.
THEME = TerminalTheme(
    (16, 21, 27),
    (232, 237, 243),
    [(70, 80, 92), (255, 140, 120), (82, 208, 160), (240, 200, 110), (116, 184, 255), (210, 160, 255), (90, 210, 220), (232, 237, 243)],
)  # fmt: skip
# A picture in a README loads no fonts, so it names only those that are there.
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_VIEW = {"width": 1120, "height": 1240}
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")


def terminal() -> None:
    """`costcalc project` as it stands on a screen."""
    found = costcalc.project(USAGE, hikes={"alibaba": 34}, revenue=24_000)
    assert isinstance(found, costcalc.PlanResult)
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, highlight=False, markup=False)
    console.print("$ costcalc project usage.csv --hike alibaba=34 --revenue 24000", style="bold")
    console.print(page_of(found.report))
    svg = console.export_svg(title="costcalc", theme=THEME, unique_id="costcalc")
    (HERE / "project.svg").write_text(_FONTS.sub("", svg), encoding="utf-8")


def page() -> None:
    """`costcalc report` at the top of the page, in the light and in the dark."""
    from playwright.sync_api import sync_playwright

    found = api.outlook(USAGE, scenario="all-at-once", revenue=24_000, floor="55%")
    browser = os.environ.get("COSTCALC_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(found.to_html(), encoding="utf-8")
        started = playwright.chromium.launch(executable_path=browser, args=list(_FLAGS))
        for scheme in ("light", "dark"):
            shown = started.new_page(viewport=_VIEW, color_scheme=scheme)
            shown.goto(path.as_uri())
            shown.screenshot(path=HERE / f"report-{scheme}.png")
        started.close()


if __name__ == "__main__":
    os.chdir(EXAMPLES)
    terminal()
    page()
