"""What a wrong budgets file is answered: every file here beside the exact text of its problems."""

from pathlib import Path

import pytest

from costcalc.budget.read import read_budgets
from costcalc.pricebook.events import load_events
from costcalc.problems import CostcalcError

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_file_is_answered_with(path: Path, request: pytest.FixtureRequest, monkeypatch):
    monkeypatch.chdir(HERE)
    with pytest.raises(CostcalcError) as error:
        read_budgets(path.name, lambda: {event.id: event for event in load_events()})
    answer = path.with_suffix(".txt")
    if request.config.getoption("--update"):
        answer.write_text(f"{error.value}\n", encoding="utf-8")
    assert f"{error.value}\n" == answer.read_text(encoding="utf-8")
    assert error.value.exit_code == 2
    assert all(problem.place and problem.place.line and problem.place.column for problem in error.value.problems)


def test_every_answer_has_its_file():
    assert {path.stem for path in HERE.glob("*.txt")} == {path.stem for path in FILES}
