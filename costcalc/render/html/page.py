"""The page of a handout as one HTML file: it opens offline, prints, and asks nobody for anything."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files

from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.charts.palette import DARK, FONT, LIGHT, chart_style
from costcalc.render.html.elements import blocks_html, data, facts_html, note_html, tag, text
from costcalc.render.html.sections import (
    bridge_html,
    customers_html,
    has_customers,
    headline_html,
    lines_html,
    months_html,
    tiles_html,
)
from costcalc.render.html.sources import sources_html
from costcalc.render.html.turning import turning_json
from costcalc.render.opening import unfolded
from costcalc.render.plan.answers import answer_blocks, break_even_blocks, replica_blocks, ways_of
from costcalc.render.plan.bridge import bridge_note
from costcalc.render.plan.doubts import assumed_blocks, gap_blocks, test_blocks
from costcalc.render.plan.header import plan_header
from costcalc.render.plan.months import month_notes
from costcalc.render.plan.phrases import horizon_text
from costcalc.render.words import long_month_text, plain_percent
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import Plan
from costcalc.reports.sliders import TOO_LARGE, Slider

FOLLOW = (
    "This turns the scenario's price changes and nothing else. Headline, charts, months, lines, customers and the"
    " rise of your own prices follow, computed as costcalc does it, to the cent; shares to move, tokens to save, machines and"
    " assumptions stay as the scenario has them."
)
FIXED = "The sliders do not turn this: it is as the scenario has it."
_PASSES = {
    "ranges": "Pass-through of the rises given as a range",
    "events": "How much of the compute rises reaches tokens",
    "both": "Pass-through of ranges and compute rises",
}


def handout_html(handout: Handout) -> str:
    """The whole page."""
    plan = handout.plan
    script = _file("page.js")
    turning = turning_json(handout)
    sections = "".join(part for part in _sections(handout, turning is not None) if part)
    body = (
        tag("a", "To the figures", "skip", href="#main")
        + _header(plan)
        + tag("main", sections, id="main")
        + tag("footer", _footer(plan))
        + (data("figures", turning) if turning is not None else "")
        + f"<script>{script}</script>"
    )
    return f'<!doctype html>\n<html lang="en">\n{_head(plan, script)}\n<body>\n{body}\n</body>\n</html>\n'


def _head(plan: Plan, script: str) -> str:
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"  # fmt: skip
    title = f"{_title(plan)} · costcalc"
    return (
        '<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">{tag("title", text(title))}'
        f"<style>{_style()}</style></head>"
    )


def _style() -> str:
    def variables(colours: Mapping[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    names = {name: f"var(--{name})" for name in LIGHT}
    return (
        f":root{{color-scheme:light dark;--font:{FONT};{variables(LIGHT)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
        f"@media print{{:root{{color-scheme:light;{variables(LIGHT)}}}}}"
        f"{chart_style(names)}\n{_file('page.css')}"
    )


def _header(plan: Plan) -> str:
    """The answer, before anything is explained."""
    months = horizon_text([month.month for month in plan.months])
    gaps = any(isinstance(block, Note) and block.style == "loud" for block in gap_blocks(plan))
    alert = tag("p", 'Some usage has no price or was not counted: the figures lack it. See <a href="#gaps">Unpriced</a>.', "alert") if gaps else ""  # fmt: skip
    said = tag("p", text(f"costcalc report · {months}"), "eyebrow") + tag("h1", text(_title(plan)))
    return tag("header", said + headline_html(plan) + alert + tiles_html(plan))


def _title(plan: Plan) -> str:
    if plan.scenario.name:
        return plan.scenario.name
    return "What price changes do to cost and margin" if plan.changes else "What published prices do to cost and margin"


def _sections(handout: Handout, is_turned: bool) -> Iterator[str]:
    plan = handout.plan
    yield _sliders(handout, is_turned)
    if len(plan.bridge) > 1:
        yield _section("bridge", "From today to then", bridge_html(handout) + note_html(bridge_note(plan)))
    notes = blocks_html(month_notes(plan), "months-notes", "")
    yield _section("months", "Cost and margin by month" if plan.last.after.revenue else "Cost by month", months_html(handout) + notes)  # fmt: skip
    if plan.lines:
        yield _section("lines", _lines_title(plan), lines_html(plan) + blocks_html(_line_notes(plan), "line-notes", ""))  # fmt: skip
    if has_customers(plan):
        yield _section("customers", "Customers", customers_html(plan))
    machines = _drawn([*replica_blocks(plan), *break_even_blocks(plan)])
    if machines:
        yield _section("machines", "Machines of your own", _fixed(is_turned) + blocks_html(machines, "machines", "Replicas in the last month"))  # fmt: skip
    yield _section("answers", "What restores the margin", _answers(plan, is_turned))
    yield from _simulation(plan, is_turned)
    gaps = _drawn(gap_blocks(plan))
    if gaps:
        yield _section("gaps", "Unpriced", blocks_html(gaps, "gap", "Usage without a price"))
    assumed = blocks_html(_drawn([*test_blocks(plan), *assumed_blocks(plan)]), "assumed", "Assumptions")
    yield _section("assumptions", "What this rests on", facts_html(plan_header(plan)) + assumed)
    yield _section("sources", "Where the prices come from", sources_html(handout))


def _section(identity: str, title: str, content: str) -> str:
    return tag("section", tag("h2", text(title), id=f"{identity}-title") + content, id=identity, aria_labelledby=f"{identity}-title")  # fmt: skip


def _drawn(blocks: Iterable[Block]) -> list[Block]:
    return [block for block in unfolded(blocks) if not isinstance(block, Gap)]


def _sliders(handout: Handout, is_turned: bool) -> str:
    """Of the rises, and of what is passed through where that is not the same; without the script they are not there, and the page says why."""
    found = handout.sliders
    if isinstance(found, str) or not is_turned:
        reason = found if isinstance(found, str) else TOO_LARGE
        return tag("p", text(reason), "quiet")
    rise = (
        "Rise, as a share of the scenario's"
        if not found.rise.is_hike
        else f"Rise of {found.hike.selector if found.hike else ''}"
    )
    fixed = f" New rates stay: {', '.join(change.written for change in found.fixed)}." if found.fixed else ""
    sliders = _slider("rise", rise, found.rise)
    if found.what_passes in _PASSES:
        sliders += _slider("passed", _PASSES[found.what_passes], found.passed)
    line = tag("p", tag("span", "", id="turned", aria_live="polite") + text(f"{FOLLOW}{fixed}"), id="turned-line")  # fmt: skip
    button = tag("button", "Back to the scenario", type="button", id="reset")
    title = tag("h2", "What if they rise by more, or less?", id="sliders-title")
    content = tag("div", title + button, "asked") + tag("div", sliders, "sliders") + line
    noscript = '<noscript><p class="quiet">Without its script the page has no sliders and no sorting; its figures are the scenario\'s.</p></noscript>'
    return f'<section id="sliders" aria-labelledby="sliders-title" hidden>{content}</section>{noscript}'


def _slider(name: str, label: str, slider: Slider) -> str:
    def shown(ticks: int) -> str:
        return plain_percent(slider.shown * ticks, signed=slider.is_hike)

    attributes = {
        "type": "range", "id": f"slider-{name}", "min": "0", "max": str(slider.most), "step": "1", "value": str(slider.start),
        "aria-valuetext": shown(slider.start),
    }  # fmt: skip
    written = "".join(f' {key}="{text(value)}"' for key, value in attributes.items())
    ends = tag("div", "".join(tag("span", text(shown(tick))) for tick in (0, slider.most)), "ends", aria_hidden="true")
    output = tag("output", text(shown(slider.start)), id=f"shown-{name}", for_=f"slider-{name}")
    return tag("div", tag("label", text(label), for_=f"slider-{name}") + output + f"<input{written}>" + ends, "slider")


def _fixed(is_turned: bool) -> str:
    return tag("p", text(FIXED), "quiet fixed") if is_turned else ""


def _answers(plan: Plan, is_turned: bool) -> str:
    """Each way on its own; the price of one's own follows the sliders."""
    if plan.last.after.revenue is None:
        return blocks_html(_drawn(answer_blocks(plan)), "answers", "")
    rows, place = [], 0
    for ways in ways_of(plan):
        items = []
        if ways.price:
            items.append(tag("dd", text(ways.price), data_way=str(place)))
            place += 1
        items += [tag("dd", text(other)) for other in ways.others]
        rows.append(tag("div", tag("dt", text(ways.label)) + "".join(items)))
    intro = tag("p", text(f"In {long_month_text(plan.last.month)}, each on its own:"))
    others = any(ways.others for ways in ways_of(plan))
    fixed = tag("p", text("The sliders turn the rise of your own prices; the other ways are as the scenario has them."), "quiet fixed") if is_turned and others else ""  # fmt: skip
    return intro + fixed + tag("dl", "".join(rows), "facts") if rows else tag("p", "Nothing needs to be restored.")


def _simulation(plan: Plan, is_turned: bool) -> Iterator[str]:
    if plan.simulation:
        from costcalc.render.simulation import simulation_blocks

        blocks = _drawn(simulation_blocks(plan, plan.simulation, True))
        yield _section("simulation", "What the ranges may come to", _fixed(is_turned) + blocks_html(blocks, "draws", "Simulation"))  # fmt: skip


def _lines_title(plan: Plan) -> str:
    names = [name.replace("_", " ") for name in plan.by]
    return (
        "Providers and models"
        if plan.by == ("provider", "model")
        else f"By {' and '.join(names)}"
        if names
        else "Lines"
    )


def _line_notes(plan: Plan) -> Iterator[Note]:
    if any(line.last_after and not line.last_before for line in plan.lines):
        yield Note("new: nothing of today's usage is served there.", "quiet")


def _footer(plan: Plan) -> str:
    return tag("p", "Made by costcalc. Every figure is exact and rounded only here; columns add up to their totals. This file is whole: it sends nothing and loads nothing.")  # fmt: skip


def _file(name: str) -> str:
    return files("costcalc.render.html").joinpath(name).read_text(encoding="utf-8")
