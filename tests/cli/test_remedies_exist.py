"""What the remedies of all errors name is there: every flag, command, subcommand and extra, wherever it is written.

Those that are pasted and run stand in test_remedies.py, test_why.py, tests/found and the galleries.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

import costcalc
from costcalc.cli.app import app

PACKAGE = Path(costcalc.__file__).parent
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
_COMMAND = re.compile(
    r"\bcostcalc (?!does |calls |answers )([a-z]+)\b(?: ([a-z]+)\b)?"
)  # and not the verb of a sentence
_OF_PIP = re.compile(r"pip install( --[a-z-]+)+")  # whose flags are its own
_EXTRA = re.compile(r"costcalc\[(\w+)\]")


def tree(command, name=()):
    """Every command by its words, with its flags."""
    flags = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    found = {name: flags | {"--help"}}
    if hasattr(command, "list_commands"):
        context = command.context_class(command)
        for word in command.list_commands(context):
            found |= tree(command.get_command(context, word), (*name, word))
    return found


COMMANDS = tree(get_command(app))
FLAGS = set().union(*COMMANDS.values())


def texts(node: ast.AST, known: dict[str, ast.AST], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The texts of an expression: its own, with … for what is filled in, and those of what it names in its module."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
        yield "".join(map(str, parts))
        parts_inside = [part for part in node.values if not isinstance(part, ast.Constant)]
    else:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        parts_inside = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.Name) and node.id in known and node.id not in seen:
        yield from texts(known[node.id], known, seen | {node.id})
    for part in parts_inside:
        yield from texts(part, known, seen)


def remedies() -> Iterator[tuple[str, str]]:
    """(where it is written, its text) of every remedy."""
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "remedy" not in source:
            continue
        module = ast.parse(source)
        nodes = [*ast.walk(module)]
        known: dict[str, ast.AST] = {each.name: each for each in nodes if isinstance(each, ast.FunctionDef)}
        for each in module.body:
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                known[each.targets[0].id] = each.value
        for node in nodes:
            assigned = isinstance(node, ast.Assign) and [getattr(each, "id", "") for each in node.targets] == ["remedy"]
            if assigned or (isinstance(node, ast.keyword) and node.arg == "remedy"):
                for text in texts(node.value, known):
                    yield f"{path.relative_to(PACKAGE)}:{node.value.lineno}", text


@pytest.fixture(scope="module")
def found():
    return list(dict.fromkeys(remedies()))


def test_there_are_many(found):
    assert len({place for place, _ in found}) > 200
    assert sum(bool(_FLAG.search(text)) for _, text in found) > 50


def test_every_flag_is_one(found):
    named = [(place, flag) for place, text in found for flag in _FLAG.findall(_OF_PIP.sub("", text))]
    assert [each for each in named if each[1] not in FLAGS] == []


def test_every_command_is_one_and_takes_the_flags_beside_it(found):
    assert [(place, text) for place, text in found if not all(map(_is_command, _commands_in(text)))] == []


def _commands_in(text: str) -> Iterator[tuple[str, str | None, str]]:
    """The first two words behind `costcalc`, and the command as far as it goes."""
    for match in _COMMAND.finditer(text):
        yield *match.groups(), re.split(r"[`;,:)]|\. |, | and ", text[match.start() :])[0]


def _is_command(found: tuple[str, str | None, str]) -> bool:
    first, second, command = found
    words = (first, second) if (first, second) in COMMANDS else (first,)
    is_group = any(len(name) == 2 and name[0] == first for name in COMMANDS)
    is_whole = not is_group or len(words) == 2 or second is None
    return (first,) in COMMANDS and is_whole and {*_FLAG.findall(command)} <= COMMANDS[words]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("try `costcalc formats show cursor`", True), ("try `costcalc formats shew cursor`", False), ("run costcalc cots", False),
        ("costcalc cost LOG --by team", True), ("costcalc cost LOG --bye team", False), ("costcalc does so", True),
    ],
)  # fmt: skip
def test_what_is_a_command(text, is_one):
    assert all(map(_is_command, _commands_in(text))) is is_one


def test_every_extra_is_one(repo_root, found):
    offered = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    named = {extra for _, text in found for extra in _EXTRA.findall(text)}
    assert named
    assert named <= {*offered}
