"""What a wrong pricebook is answered: every file here beside the exact text of its problems."""

from pathlib import Path

import pytest

from costcalc.pricebook.read import parse_file
from costcalc.problems import CostcalcError

BOOKS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_wrong_book_is_answered_with(path: Path, request: pytest.FixtureRequest):
    with pytest.raises(CostcalcError) as error:
        parse_file(path.read_text(encoding="utf-8"), path.name)
    answer = path.with_suffix(".txt")
    if request.config.getoption("--update"):
        answer.write_text(f"{error.value}\n", encoding="utf-8")
    assert f"{error.value}\n" == answer.read_text(encoding="utf-8")
    assert error.value.exit_code == 2


def test_every_answer_has_its_book():
    assert {path.stem for path in Path(__file__).parent.glob("*.txt")} == {path.stem for path in BOOKS}
