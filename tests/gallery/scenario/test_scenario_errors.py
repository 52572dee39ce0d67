"""What a wrong scenario is answered: every file here beside the exact text of its problems."""

from pathlib import Path

import pytest

from costcalc.pricebook.events import load_events
from costcalc.problems import CostcalcError
from costcalc.scenario.read import parse_scenario

SCENARIOS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_wrong_scenario_is_answered_with(path: Path, request: pytest.FixtureRequest):
    events = {event.id: event for event in load_events()}
    with pytest.raises(CostcalcError) as error:
        parse_scenario(path.read_text(encoding="utf-8"), path.name, events)
    answer = path.with_suffix(".txt")
    if request.config.getoption("--update"):
        answer.write_text(f"{error.value}\n", encoding="utf-8")
    assert f"{error.value}\n" == answer.read_text(encoding="utf-8")
    assert error.value.exit_code == 2
    assert all(problem.place and problem.place.line and problem.place.column for problem in error.value.problems)


def test_every_answer_has_its_scenario():
    assert {path.stem for path in Path(__file__).parent.glob("*.txt")} == {path.stem for path in SCENARIOS}
