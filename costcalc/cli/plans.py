"""Plans: the options of commands that look at rises, scenarios and margins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from costcalc import api
from costcalc.cli.config import Config
from costcalc.money import Money
from costcalc.problems import fail
from costcalc.records import dataclass
from costcalc.scenario.items import Scenario

Hike = Annotated[
    list[str] | None,
    typer.Option(
        "--hike",
        metavar="SELECTOR=CHANGE[@DATE]",
        help="A price rise; repeat it, or write a list. A meter is meant with its parts: :input_tokens raises cached input too, :input_tokens_only leaves it.",
        show_default=False,
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="What changes, in a file or a shipped one: april-2026.",
        show_default=False,
    ),
]
PassThrough = Annotated[
    str | None,
    typer.Option(
        "--pass-through",
        metavar="SHARE",
        help="How much of the hikes given as a range arrives: 60%.",
        show_default=False,
    ),
]
RevenueOption = Annotated[
    str | None,
    typer.Option(
        "--revenue",
        metavar="AMOUNT|FILE",
        help="What you earned in the log's period: 52000, '52000 USD'; or by customer: revenue.csv.",
        show_default=False,
    ),
]
MarginOption = Annotated[
    str | None,
    typer.Option(
        "--margin", metavar="SHARE", help="Today's gross margin; implies the revenue: 60%.", show_default=False
    ),
]
Floor = Annotated[
    str | None, typer.Option("--floor", metavar="SHARE", help="The lowest margin you accept: 50%.", show_default=False)
]


@dataclass(frozen=True)
class Changes:
    """What changes: price rises on top of a scenario."""

    hike: Hike = None
    scenario: ScenarioOption = None
    pass_through: PassThrough = None

    def plan(self) -> Scenario:
        """CostcalcError: a rise or a scenario that says nothing."""
        return api.scenario_of(self.scenario, self.hike or ())


@dataclass(frozen=True)
class Earned:
    """What is earned, in money or by a margin."""

    revenue: RevenueOption = None
    margin: MarginOption = None

    def words(self, config: Config) -> dict[str, Any]:
        """The keyword arguments of the library. CostcalcError: both say it."""
        revenue, source, margin = _earned(self.revenue, self.margin, config)
        return {"revenue": revenue, "revenue_source": source, "margin": margin}


@dataclass(frozen=True)
class EarnedAndFloor(Earned):
    """The same, and the least that must be left of it."""

    floor: Floor = None

    def words(self, config: Config) -> dict[str, Any]:
        return {**super().words(config), "floor": self.floor or config.text("floor")}


def _earned(revenue: str | None, margin: str | None, config: Config) -> tuple[Money | Path | None, str, str | None]:
    """(revenue, where it comes from, margin): the flags win; two flags contradict each other."""
    if revenue and margin:
        raise fail("two-revenues", "--revenue and --margin both say what you earn", remedy="give one of them")
    if revenue:
        return api.read_revenue(revenue, "--revenue"), "--revenue", None
    if margin:
        return None, "--margin", margin
    if text := config.text("revenue"):
        return api.read_revenue(text, "revenue", config.folder), "configuration", None
    return None, "configuration", config.text("margin")
