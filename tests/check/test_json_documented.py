"""docs/json.md names every field of a check, with its type, and no other."""

import json
import re
from pathlib import Path

from tests.check.desk import checked, days
from tests.check.made import everything
from tests.conftest import REPO_ROOT
from tests.render.test_json_documented import documented, fields

SHARED = ("usage.", "configuration", "basis[]", "unpriced[]", "assumptions[]", "exchange_rates[]", "basis", "unpriced", "assumptions", "exchange_rates")  # fmt: skip
ALLOWED = {"text": {"text"}, "integer": {"integer"}, "flag": {"flag"}, "amount": {"amount"}, "ratio": {"text"}}


def test_every_field_of_a_check_is_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # The daily rate of ten days, one of everything with its gaps, and a check without a file.
    rate = checked(tmp_path, days(1, 10, 3), "- {name: all, each: month, limit: 60 USD}")
    rows = [*days(1, 1, 40, customer="a", revenue=100), *days(2, 2, 10, customer="b", revenue="")]
    part = checked(tmp_path, rows, "- {name: m, margin_at_least: 60%}")
    printed: dict[str, set[str]] = {}
    for result in (
        everything(Path(), gaps=True),
        everything(Path()),
        rate,
        part,
        checked(tmp_path, days(1, 3), max_cost=5),
    ):
        for name, types in fields(json.loads(result.to_json())).items():
            printed.setdefault(name, set()).update(types - {"null"})
    own = {name: types for name, types in printed.items() if not name.startswith(SHARED)}
    told = documented("costcalc.check/1")
    # What is null as a whole has fields elsewhere.
    own = {name: types for name, types in own.items() if types or name in told}
    assert set(own) == set(told)
    assert not {name: types for name, types in own.items() if not types <= ALLOWED[told[name]]}
    assert not [name for name, types in own.items() if not types], "a field that is never seen"


def test_the_fields_that_are_shared_are_named():
    page = (REPO_ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## costcalc.check/1\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    assert "as in `costcalc.plan/1`" in section
