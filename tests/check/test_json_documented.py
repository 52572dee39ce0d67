"""docs/json.md names every field of a check, with its type, and no other."""

import json
from pathlib import Path

from tests.check.desk import checked, days
from tests.check.made import everything
from tests.render.test_json_documented import documented, fields

# What every report has is seen with values elsewhere.
OWN = ("schema", "currency", "status", "exit_code", "cost", "budgets", "compared")
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
    told = {name: kind for name, kind in documented("costcalc.check/1").items() if name.startswith(OWN)}
    own = {name: types for name, types in printed.items() if name.startswith(OWN)}
    # What is null as a whole has fields elsewhere.
    own = {name: types for name, types in own.items() if types or name in told}
    assert set(own) == set(told)
    assert not {name: types for name, types in own.items() if not types <= ALLOWED[told[name]]}
    assert not [name for name, types in own.items() if not types], "a field that is never seen"
