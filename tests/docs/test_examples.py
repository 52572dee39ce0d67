"""Every example in README.md and docs/*.md is run, and does what the page says.

How a page is written:

* In a ```console or ```sh block a line that begins with `$ ` is a command (`\\` at its end continues it). The lines
  below it, up to the next command, are what it prints, on both streams; with no lines its output is not compared.
  A line `...` stands for any lines. A command exits 0, unless `# exits 3` stands at its end.
  Lines of a block before its first `$ ` are not run: an install line, for instance.
* The ```python blocks of a page are run one after the other, as one program.
* A block whose first line says a name, ```yaml budgets.yaml, is written to that file first.
* `<!-- not run -->` on the line before a block leaves the block alone.

Commands run in a new folder that holds a copy of examples/, one folder a page: in this process, or by a shell where
they are more than words for costcalc. `pytest tests/docs --update` writes the output shown anew, where it holds no
`...`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPO_ROOT, Run, screen

PAGES = [path for path in (REPO_ROOT / "README.md", *sorted((REPO_ROOT / "docs").glob("**/*.md"))) if path.exists()]
LEFT_ALONE = "<!-- not run -->"

_FENCE = re.compile(r"(?P<indent> *)```(?P<language>\w+)?(?: +(?P<file>[\w./-]+))? *")
_SHELL = re.compile(r"[|<>;&$`*?]")  # what a shell may read as more than a word
_EXITS = re.compile(r"\s+# exits (\d+)\s*$")


@dataclass
class Block:
    """A fenced block of a page."""

    line: int  # 1-based, of its first line of text
    language: str
    file: str  # to be written under this name, if any
    lines: list[str] = field(default_factory=list)


@dataclass
class Example:
    """A command, what it prints and how it exits."""

    line: int  # 1-based, of its `$ ` line
    command: str
    exit_code: int
    shown: list[str]
    shown_at: int  # 1-based line of the first line shown


def blocks(text: str) -> Iterator[Block]:
    block, indent, before = None, "", ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.fullmatch(line)
        if block is not None and fence and not fence["language"]:
            yield block
            block = None
        elif block is not None:
            block.lines.append(line.removeprefix(indent))
        elif fence:
            language = "" if before.strip() == LEFT_ALONE else (fence["language"] or "")
            block = Block(number + 1, language, fence["file"] or "" if language else "")
            indent = fence["indent"]
        before = line


def examples(block: Block) -> list[Example]:
    found: list[Example] = []
    lines = iter(enumerate(block.lines, block.line))
    for number, line in lines:
        if line.startswith("$ "):
            last, command = number, line[2:]
            while command.endswith("\\"):
                last, more = next(lines)
                command = f"{command[:-1].rstrip()} {more.removeprefix('>').strip()}"
            exits = _EXITS.search(command)
            found.append(Example(number, _EXITS.sub("", command), int(exits[1]) if exits else 0, [], last + 1))
        elif found:
            found[-1].shown.append(line)
    return found


def matches(printed: list[str], shown: list[str]) -> bool:
    """Whether the lines printed are the lines shown, where `...` stands for any number of lines."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(matches(printed[skipped:], shown[1:]) for skipped in range(len(printed) + 1))
    return bool(printed) and printed[0] == shown[0] and matches(printed[1:], shown[1:])


def trimmed(lines: list[str]) -> list[str]:
    """The lines without the blanks at their ends and without the empty lines around them."""
    return "\n".join(line.rstrip() for line in lines).strip("\n").splitlines()


class Desk:
    """A folder with the examples in it, in which commands are run as a reader would run them."""

    def __init__(self, folder: Path, run_costcalc: Callable[..., Run]) -> None:
        self.folder, self.run_costcalc = folder / "desk", run_costcalc
        self.folder.mkdir()
        if (REPO_ROOT / "examples").is_dir():
            shutil.copytree(REPO_ROOT / "examples", self.folder / "examples")
        programs = folder / "bin"
        programs.mkdir()
        program = programs / "costcalc"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m costcalc "$@"\n')
        program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COSTCALC_", "FORCE_COLOR"))}
        paths = {"PATH": f"{programs}{os.pathsep}{kept['PATH']}", "PYTHONPATH": str(REPO_ROOT)}
        self.env = kept | screen() | paths

    def run(self, command: str) -> tuple[int, str]:
        """Its exit code, and what it prints on both streams."""
        words = shlex.split(command)
        if words[0] == "costcalc" and not _SHELL.search(command):
            done = self.run_costcalc(*words[1:], cwd=self.folder)
            return done.code, done.both
        shell = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        return shell.returncode, shell.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO_ROOT)))
def test_the_examples_of_a_page_do_what_it_says(page, tmp_path, run_costcalc, request):
    text, desk = page.read_text(encoding="utf-8"), Desk(tmp_path, run_costcalc)
    found = list(blocks(text))
    for block in found:
        if block.file:
            path = desk.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(block.lines) + "\n", encoding="utf-8")
    failures: list[str] = []
    anew: list[tuple[Example, list[str]]] = []
    for example in [one for block in found if block.language in ("console", "sh") for one in examples(block)]:
        code, said = desk.run(example.command)
        printed, shown = trimmed(said.splitlines()), trimmed(example.shown)
        at = f"{page.name}:{example.line}: $ {example.command}"
        if code != example.exit_code:
            failures.append(f"{at}\nexits {code}, the page says {example.exit_code}:\n{said}")
        elif shown and not matches(printed, shown):
            if request.config.getoption("--update") and "..." not in [line.strip() for line in shown]:
                anew.append((example, printed))
            else:
                failures.append("\n".join([at, "shows:", *shown, "prints:", *printed]))
    if anew:
        write_anew(page, anew)
    assert not failures, "\n\n".join(failures)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO_ROOT)))
def test_the_python_of_a_page_runs(page, tmp_path, run_costcalc, monkeypatch):
    found = list(blocks(page.read_text(encoding="utf-8")))
    program = "\n\n".join("\n".join(block.lines) for block in found if block.language == "python" and not block.file)
    if not program:
        pytest.skip("no Python on this page")
    monkeypatch.chdir(Desk(tmp_path, run_costcalc).folder)
    exec(compile(program, page.name, "exec"), {"__name__": "__main__"})


ROLES = sorted((REPO_ROOT / "docs" / "how-to").glob("*.md"))


@pytest.mark.parametrize("page", ROLES, ids=lambda page: page.stem)
def test_a_role_comes_to_its_answer_in_three_commands(page: Path):
    """All that stands before the page's first section, typed in this order."""
    before, section, _ = page.read_text(encoding="utf-8").partition("\n## ")
    commands = [one for block in blocks(before) if block.language == "console" for one in examples(block)]
    assert section
    assert 1 <= len([one for one in commands if one.command.startswith("costcalc ")]) <= 3


_READERS: dict[str, Callable[[str], object]] = {"toml": tomllib.loads, "yaml": yaml.safe_load}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO_ROOT)))
def test_what_a_page_says_to_write_can_be_read(page: Path):
    """YAML and TOML, also where no command of the page reads it."""
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language in _READERS:
            assert _READERS[block.language]("\n".join(block.lines)), f"{page.name}:{block.line}"


def test_the_readme_fits_a_screen():
    """What sells it, one picture, the install, three commands; the rest by link."""
    text = (REPO_ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert text.count("](docs/pictures/") == 1


def write_anew(page: Path, changes: list[tuple[Example, list[str]]]) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    for example, printed in reversed(changes):
        start = example.shown_at - 1
        kept = len(example.shown)
        while kept and not example.shown[kept - 1].strip():
            kept -= 1  # empty lines before the next command stay
        lines[start : start + kept] = printed
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_how_a_page_is_read():
    page = """
```sh
python3 -m venv .venv
```
<!-- not run -->
```console
$ rm -r everything
```
```yaml budgets.yaml
budgets: []
```
```console
$ costcalc cost a.csv \\
    --by team   # exits 3
one

...
last
$ costcalc --version
```
"""
    found = list(blocks(page))
    assert [(block.language, block.file) for block in found] == [
        ("sh", ""),
        ("", ""),
        ("yaml", "budgets.yaml"),
        ("console", ""),
    ]
    assert examples(found[0]) == []
    first, second = examples(found[3])
    assert (first.command, first.exit_code, first.line, first.shown_at) == ("costcalc cost a.csv --by team", 3, 13, 15)
    assert first.shown == ["one", "", "...", "last"]
    assert (second.command, second.exit_code, second.shown) == ("costcalc --version", 0, [])
    assert matches(["one", "", "x", "y", "last"], first.shown)
    assert not matches(["one", "", "x"], first.shown)
    assert not matches(["one", "", "x", "last", "more"], first.shown)
