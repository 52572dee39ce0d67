"""Records: what the standard decorator makes of a class, ours makes too."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
from dataclasses import field, replace

import pytest

import costcalc
from costcalc import records


def both(**words):
    """The same class by the standard decorator and by ours."""

    def made(decorator):
        @decorator(**words)
        class Point:
            x: int
            y: int = 2
            seen: list = field(default_factory=list, compare=False, repr=False)

            def __post_init__(self) -> None:
                self.seen.append("made")

        return Point

    return made(dataclasses.dataclass), made(records.dataclass)


KINDS = [
    {"frozen": frozen, "slots": slots, "eq": eq} for frozen in (True, False) for slots in (True, False) for eq in (True, False)
]  # fmt: skip


@pytest.mark.parametrize("words", KINDS)
def test_as_the_standard_one_does(words):
    answers = []
    for cls in both(**words):
        one, other = cls(1), cls(x=1, y=2)
        changed = replace(one, y=3)
        answers.append(
            (
                repr(one).rpartition(".")[2], one == other, one != changed, one == (1, 2), (one.x, changed.y, one.seen),
                [each.name for each in dataclasses.fields(cls)], dataclasses.asdict(one), cls.__match_args__,
                hasattr(one, "__dict__"), one.seen is not other.seen, copy.copy(one).x, cls.__hash__ is None,
                words["eq"] and words["frozen"] and hash(one) == hash(other),
            )
        )  # fmt: skip
    assert answers[0] == answers[1]


@pytest.mark.parametrize("words", [{}, {"unknown": 1}, {"x": 1, "z": 2}])
def test_what_is_missing_or_too_much_is_an_error(words):
    for cls in both(frozen=True, slots=True):
        with pytest.raises(TypeError):
            cls(**words)


@pytest.mark.parametrize("slots", [True, False])
def test_what_is_frozen_stays(slots):
    for cls in both(frozen=True, slots=slots):
        one = cls(1)
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
            one.x = 2
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
            del one.x
        assert one.x == 1


@records.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: str = ""


@records.dataclass(frozen=True)
class Wider(Kept):
    c: int = 0

    def __repr__(self) -> str:
        return "its own"


@records.dataclass(frozen=True, slots=True)
class Single:
    only: str


@records.dataclass
class Plain:
    count: int = 0


@records.dataclass(frozen=True, slots=True, order=True)
class Ordered:
    rank: int


def test_what_is_pickled_comes_back():
    assert [pickle.loads(pickle.dumps(each)) for each in (Kept(1, "b"), Single("x"))] == [Kept(1, "b"), Single("x")]


def test_fields_are_inherited_and_a_class_keeps_what_it_says_itself():
    assert (Wider(1, "b", 3), Wider(1, "b", 3) == Kept(1, "b")) == (Wider(a=1, b="b", c=3), False)
    assert repr(Wider(1)) == "its own"


def test_a_single_field_hashes_as_a_record_of_one():
    assert {Single("x"): 1}[Single("x")] == 1
    assert Single("x") != "x"


def test_the_signature_is_that_of_the_fields():
    """Asked before a record was made, and of a class that inherits."""

    @records.dataclass(frozen=True, slots=True)
    class Fresh:
        a: int
        b: str = "x"

    @records.dataclass(frozen=True)
    class Below(Fresh):
        pass

    assert [str(inspect.signature(cls)) for cls in (Fresh, Below)] == ["(a, b='x')"] * 2
    assert (Below(1), Fresh(1).b) == (Below(a=1, b="x"), "x")


def test_bare_and_ordered():
    plain = Plain()
    plain.count += 1
    assert (plain, Plain.__hash__) == (Plain(1), None)
    assert sorted([Ordered(2), Ordered(1)]) == [Ordered(1), Ordered(2)]


PLAIN_RUN = """
import sys
from costcalc.__main__ import main
assert main(["project", sys.argv[1], "--hike", "alibaba=34"]) == 0
sys.stdout = sys.stderr
print("\\n".join(sys.modules))
"""


@pytest.fixture(scope="module")
def modules_of_a_plain_run(repo_root):
    """Those of a second run: the first one fills the cache."""
    command = [sys.executable, "-c", PLAIN_RUN, "examples/usage.csv"]
    for _ in range(2):
        found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repo_root)
    return found.stderr.split()


@pytest.mark.parametrize(
    "room",
    [
        "costcalc.months", "costcalc.reports.advice", "costcalc.reports.plan.case", "costcalc.reports.comparison",
        "costcalc.reports.forecast", "costcalc.reports.plan.ahead", "costcalc.reports.prices", "costcalc.reports.simulation",
        "costcalc.reports.workings", "costcalc.budget", "costcalc.render.html", "costcalc.render.json_",
        "costcalc.render.plan.ahead", "costcalc.render.plan.months", "costcalc.render.workbook", "costcalc.pricebook.importers", "numpy", "pandas",
        "pyarrow", "xlsxwriter", "holidays", "yaml",
    ],
)  # fmt: skip
def test_a_plain_projection_imports_nothing_of(room, modules_of_a_plain_run):
    """Start-up is most of what a small run takes: what it does not use is not read."""
    assert [name for name in modules_of_a_plain_run if name == room or name.startswith(f"{room}.")] == []


def test_a_plain_projection_defines_its_records_cheaply(modules_of_a_plain_run, repo_root):
    """Each class made by the standard decorator costs half a millisecond of every run."""
    paths = [
        repo_root / f"{name.replace('.', '/')}.py" for name in modules_of_a_plain_run if name.startswith("costcalc.")
    ]
    slow = [
        path.name
        for path in paths
        if path.is_file() and re.search(r"^from dataclasses import .*\bdataclass\b", path.read_text(encoding="utf-8"), re.MULTILINE)
        and path.name != "records.py"
    ]  # fmt: skip
    assert slow == []


def test_every_module_can_be_imported():
    """A record of the one kind that inherits from one of the other fails where it is defined."""
    for module in pkgutil.walk_packages(costcalc.__path__, "costcalc."):
        importlib.import_module(module.name)
