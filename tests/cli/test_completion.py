"""Completion as each shell asks for it: what is offered, and that nothing is ever said beside it."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import REPO_ROOT

BREAKS = "=:"
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")


def bash_words(line: str) -> list[str]:
    """The line as bash parts it: `=` and `:` are words of their own."""
    words: list[str] = []
    for word in line.split(" "):
        piece = ""
        for char in word:
            if char in BREAKS:
                words += [piece, char] if piece else [char]
                piece = ""
            else:
                piece += char
        if piece or not word:
            words.append(piece)
    return words


@pytest.fixture
def bash(run_costcalc) -> Callable[[str], list[str]]:
    """What bash is offered for a line whose last word is being typed."""

    def ask(line: str, cwd: Path = REPO_ROOT) -> list[str]:
        words = bash_words(line)
        env = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1), "_COSTCALC_COMPLETE": "complete_bash"}
        run = run_costcalc(env=env, cwd=cwd)
        assert (run.code, run.err) == (0, ""), line
        return run.out.split()

    return ask


def other(run_costcalc, shell: str, line: str, **env: str) -> str:
    asked = {"_TYPER_COMPLETE_ARGS": line, "_COSTCALC_COMPLETE": f"complete_{shell}"}
    run = run_costcalc(env=asked | env)
    assert (run.code, run.err) == (0, "")
    return run.out


def test_commands_and_options(bash):
    assert bash("costcalc pro") == ["project"]
    assert {"project", "cost", "explain", "prices"} <= set(bash("costcalc "))
    assert bash("costcalc prices sh") == ["show"]
    assert bash("costcalc project usage.csv --hi") == ["--hike"]
    assert bash("costcalc explain usage.csv --li") == ["--line"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("costcalc project u.csv --hike alib", ["alibaba=10", "alibaba=20", "alibaba=34", "alibaba=5..34"]),
        ("costcalc project u.csv --hike alibaba/qwen3-m", ["alibaba/qwen3-max=", "alibaba/qwen3-max-preview="]),
        ("costcalc project u.csv --hike alibaba:comp", ["compute=10", "compute=20", "compute=34", "compute=5..34"]),
        ("costcalc project u.csv --hike alibaba=", ["10", "20", "34", "5..34"]),
        ("costcalc project u.csv --hike alibaba=34,baid", ["34,baidu=10", "34,baidu=20", "34,baidu=34", "34,baidu=5..34"]),
        ("costcalc project u.csv --hike @alibaba-2026-04-cp", ["@alibaba-2026-04-cpfs"]),
        ("costcalc explain u.csv --where pro", ["provider=", "project="]),
        ("costcalc explain u.csv --where prov", None),
        ("costcalc explain u.csv --where provider=alib", ["alibaba"]),
        ("costcalc explain u.csv --where provider=alibaba,model=qwen3-max-", ["qwen3-max-preview"]),
        ("costcalc explain u.csv --line meter=web", ["web_searches"]),
        ("costcalc explain u.csv --meter cache_read_e", ["cache_read_explicit_tokens"]),
        ("costcalc project u.csv --move-to openai/gpt-5.6-l", ["openai/gpt-5.6-luna"]),
        ("costcalc project u.csv --region alibaba=intl", ["intl-singapore"]),
        ("costcalc project u.csv --scenario ap", ["april-2026"]),
        ("costcalc project u.csv --by provider,mod", ["provider,model"]),
        ("costcalc prices show openai/gpt-5.6-l", ["openai/gpt-5.6-luna"]),
        ("costcalc prices history gpt-5.6-l", ["gpt-5.6-luna"]),
        ("costcalc prices list moon", ["moonshot"]),
        ("costcalc scenarios show hyb", ["hybrid"]),
        ("costcalc formats show openai-u", ["openai-usage", "openai-usage-api"]),
        ("costcalc cost u.csv --usage-format anthropic-u", ["anthropic-usage", "anthropic-usage-api"]),
        ("costcalc cost u.csv --timezone Asia/Shang", ["Asia/Shanghai"]),
        ("costcalc cost u.csv --currency CN", ["CNY"]),
        ("costcalc cost u.csv --basis b", ["billed"]),
        ("costcalc cost u.csv --format j", ["json"]),
        ("costcalc cost u.csv --each m", ["month"]),
        ("costcalc forecast u.csv --to y", ["year-end"]),
        ("costcalc scan u.csv --engine ", ["embedded", "spark"]),
        ("costcalc cost u.csv --engine spark --remote ", ["sc://localhost:15002"]),
        ("costcalc check u.csv --memory ", ["512MB", "1GB", "2GB", "4GB"]),
        ("costcalc scan u.csv --threads 1", [str(n) for n in range(1, os.cpu_count() + 1) if str(n).startswith("1")]),
    ],
)  # fmt: skip
def test_values_come_from_the_books(line, offered, bash):
    found = bash(line)
    if offered is None:  # one name: with its values, so that no blank is put behind the =
        assert "provider=alibaba" in found
        assert all(word.startswith("provider=") for word in found)
    else:
        assert found == offered


@pytest.mark.parametrize(
    "line", ["costcalc cost usa", "costcalc cost u.csv -o ou", "costcalc cost u.csv --pricebook r"]
)
def test_files_are_left_to_the_shell(line, bash):
    assert bash(line) == []


@pytest.mark.parametrize(
    "line",
    ["costcalc projekt u.csv --hi", "costcalc prices shw ", "costcalc project --hike x/'", "costcalc cost --top x --z"],
)
def test_a_mistake_in_the_line_offers_nothing_and_says_nothing(line, bash):
    assert bash(line) == []


def test_bash_does_not_part_a_quoted_word(run_costcalc):
    """It will replace all of it, so all of it is offered."""
    words = ["costcalc", "explain", "u.csv", "--where", "'provider=alib"]
    env = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": "4", "_COSTCALC_COMPLETE": "complete_bash"}
    assert run_costcalc(env=env).out.split() == ["provider=alibaba"]


def test_a_broken_file_beside_the_line_says_nothing(bash, tmp_path):
    (tmp_path / "costcalc.toml").write_text("pricebooks = [")
    assert bash("costcalc explain u.csv --where provider=alib", tmp_path) == ["alibaba"]
    (tmp_path / "costcalc.toml").write_text('pricebooks = ["ours.yaml"]')
    (tmp_path / "ours.yaml").write_text("provider: [")
    assert bash("costcalc explain u.csv --where provider=alib", tmp_path) == ["alibaba"]


def test_your_own_pricebooks_are_known(bash, tmp_path):
    (tmp_path / "costcalc.toml").write_text('pricebooks = ["ours.yaml"]')
    (tmp_path / "ours.yaml").write_text(
        "provider: zzz-ours\ncurrency: USD\ntimezone: UTC\nmodels:\n"
        "  tiny:\n    prices:\n      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}\n"
    )
    assert bash("costcalc prices show zzz-ours/", tmp_path) == ["zzz-ours/tiny"]


def test_zsh(run_costcalc):
    assert '"provider=alibaba"' in other(run_costcalc, "zsh", "costcalc explain u.csv --where provider=alib")
    said = other(run_costcalc, "zsh", "costcalc expl")
    assert '"explain":"Which rows, price, band, hike and exchange rate made this figure?"' in said
    assert other(run_costcalc, "zsh", "costcalc cost usa").strip() == "_files"


def test_fish(run_costcalc):
    asked = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert other(run_costcalc, "fish", "costcalc explain u.csv --where provider=alib", **asked).split() == ["provider=alibaba"]  # fmt: skip
    assert other(run_costcalc, "fish", "costcalc expl", **asked).startswith("explain\tWhich rows")


def test_powershell(run_costcalc):
    line = "costcalc explain u.csv --where provider=alib"
    asked = {"_TYPER_COMPLETE_WORD_TO_COMPLETE": "provider=alib"}
    assert other(run_costcalc, "pwsh", line, **asked).startswith("provider=alibaba")


@pytest.mark.parametrize(
    ("shell", "holds"),
    [
        ("bash", "complete -o default -F _costcalc_completion costcalc"),
        ("zsh", "#compdef costcalc"),
        ("fish", "complete --command costcalc"),
        ("pwsh", "Register-ArgumentCompleter -Native -CommandName costcalc"),
    ],
)
def test_each_shell_gets_its_script(shell, holds, run_costcalc):
    run = run_costcalc(env={"_COSTCALC_COMPLETE": f"source_{shell}"})
    assert (run.code, run.err) == (0, "")
    assert holds in run.out


@contextmanager
def a_bash_line(tmp_path: Path) -> Iterator[Callable[[str, str], str]]:
    """A real bash on a terminal of its own, in which the script is loaded: type something, wait for what must appear."""
    program = tmp_path / "bin" / "costcalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m costcalc "$@"\n')
    program.chmod(0o755)
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("COSTCALC_", "_COSTCALC"))},
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPO_ROOT),
        "TERM": "dumb",
        "INPUTRC": "/dev/null",
    }
    script = subprocess.run(
        [program], env=env | {"_COSTCALC_COMPLETE": "source_bash"}, capture_output=True, encoding="utf-8", check=True
    )
    setup = tmp_path / "bashrc"
    setup.write_text(f"PS1='ready> '\nset +o history\n{script.stdout}\n")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execvpe("bash", ["bash", "--noprofile", "--rcfile", str(setup), "-i"], env)

    def typed(keys: str, wanted: str) -> str:
        os.write(terminal, keys.encode())
        seen, until = "", time.monotonic() + 60
        while wanted not in seen and time.monotonic() < until:
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 4096).decode("utf-8", "replace").replace("\x07", "")
        return seen

    try:
        typed("", "ready> ")
        yield typed
    finally:
        os.write(terminal, b"\x15exit\n")
        os.close(terminal)
        os.waitpid(pid, 0)


@needs_bash
@pytest.mark.slow
def test_a_real_bash_completes_a_line(tmp_path):
    with a_bash_line(tmp_path) as typed:
        assert "costcalc project" in typed("costcalc proj\t", "project ")
        assert "usage.csv --hike" in typed("usage.csv --hik\t", "--hike ")
        assert "baidu=" in typed("baid\t", "baidu=")
        completed = typed("30 --where provider=opena\t", "openai")
        assert "openai" in completed
        assert "'" not in completed


@needs_bash
def test_a_real_bash_gets_its_replies(tmp_path):
    """The function that the script defines, asked as readline asks it."""
    program = shlex.quote(sys.executable)
    asked = f"""
    costcalc() {{ {program} -m costcalc "$@"; }}
    eval "$(_COSTCALC_COMPLETE=source_bash {program} -m costcalc)"
    complete -p costcalc
    """
    run = subprocess.run(
        ["bash", "--norc", "-c", asked],
        env=os.environ | {"PYTHONPATH": str(REPO_ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout.strip() == "complete -o default -F _costcalc_completion costcalc"


@needs_bash
def test_it_installs_itself_into_the_home_of_a_shell(tmp_path):
    run = subprocess.run(
        ["bash", "-c", f"{shlex.quote(sys.executable)} -m costcalc --install-completion; true"],
        env=os.environ | {"PYTHONPATH": str(REPO_ROOT), "HOME": str(tmp_path), "SHELL": shutil.which("bash") or ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "completion installed" in run.stdout, run.stderr
    (script,) = (tmp_path / ".bash_completions").glob("*.sh")
    assert str(script) in (tmp_path / ".bashrc").read_text()
