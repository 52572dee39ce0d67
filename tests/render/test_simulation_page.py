"""What a simulation says on the page of its outlook."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from costcalc.render.draw import Page
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.simulation import simulation_blocks
from costcalc.reports.plan.model import Plan
from costcalc.reports.simulation import Simulation
from tests.render.made import drawn
from tests.render.outlooks import drawn_outlook
from tests.render.screens import fits_every_screen


@cache
def outlook() -> Plan:
    return drawn_outlook()


def simulated() -> Simulation:
    found = outlook().simulation
    assert found is not None
    return found


def section(simulation: Simulation) -> Page:
    return Page(lambda is_wide: list(simulation_blocks(outlook(), simulation, is_wide)))


def page(width: int, simulation: Simulation | None = None) -> str:
    return drawn(section(simulation or simulated()), width)


@pytest.mark.parametrize("width", [80, 120])
def test_the_section_of_a_simulation(width, golden):
    golden(f"simulation-{width}.txt", page(width))


def test_nothing_is_lost_on_any_screen():
    fits_every_screen(section(simulated()))


def test_it_stands_on_the_page_and_in_markdown():
    assert "Estimate from 500 draws" in drawn(page_of(outlook()), 120)
    assert "Estimate from 500 draws" in markdown_of(outlook())
    assert "Estimate from" not in drawn(page_of(replace(outlook(), simulation=None)), 120)


def test_without_a_floor_nothing_is_said_of_it():
    months = [replace(m, draws=replace(m.draws, below=None), broken=None) for m in simulated().months]
    text = page(120, replace(simulated(), floor=None, months=months))
    assert "Below" not in text
    assert "By then" not in text


def test_a_floor_that_never_breaks_is_said_of_the_draws_alone():
    months = [replace(m, broken=Fraction()) for m in simulated().months]
    text = " ".join(page(120, replace(simulated(), months=months)).split())
    assert "stays at 70% or above in every draw" in text
    assert "0%" not in [line.split()[-1] for line in page(120).splitlines() if line.strip()]


def test_without_revenue_the_swing_is_that_of_the_cost():
    months = [
        replace(m, draws=replace(m.draws, margin=None, profit=None, below=None), broken=None)
        for m in simulated().months
    ]
    whole = replace(simulated().whole, margin=None, profit=None, below=None)
    swings = [replace(swing, profit=None) for swing in simulated().tornado]
    text = page(120, replace(simulated(), months=months, whole=whole, tornado=swings))
    assert "Cost P10" in text
    assert "of the cost of Dec 2026" in text
    assert "margin of" not in text
