"""The hooks of pre-commit: which files they read, and what they say, through pre-commit itself."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig

import pytest
import yaml

from tests.conftest import REPO_ROOT, screen

HOOKS = {
    hook["id"]: hook for hook in yaml.safe_load((REPO_ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
FILES = {
    "costcalc-pricebooks": ("pricebooks/openai.yaml", "our-rates.yaml", "ci/acme.pricebook.yml"),
    "costcalc-scenarios": ("scenarios/april-2026.yaml", "plan.scenario.yaml", "scenario.yml"),
    "costcalc-budgets": ("budgets.yaml", "ci/budgets.yml", "budgets/search.yaml", "search-budget.yaml"),
}
OTHERS = (
    "usage.csv",
    "values.yaml",
    "frates.yaml",
    "mybudgetsx.yaml",
    "docs/budgets.md",
    "scenarios.py",
    "pyrates.yaml.j2",
)
SOUND = {
    "pricebooks/ours.yaml": "provider: ours\ncurrency: USD\ntimezone: UTC\nsource: https://ours.example\nmodels:\n  m:\n    prices:\n      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 2 per 1M}\n",
    "scenarios/plan.yaml": "scenario: A plan\nprices:\n  - {what: any, change: +5%}\n",
    "budgets.yaml": "budgets:\n  - {name: all, limit: 5 USD}\n  - {name: then, scenario: scenarios/plan.yaml, limit: 50 USD}\n",
}  # fmt: skip


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_reads_its_own_files_and_no_others(hook):
    pattern = re.compile(HOOKS[hook]["files"])
    for name, files in FILES.items():
        assert [file for file in files if pattern.search(file)] == (list(files) if name == hook else []), name
    assert not [file for file in OTHERS if pattern.search(file)]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_command_of_a_hook_takes_files(hook, run_costcalc, tmp_path):
    program, *command = shlex.split(HOOKS[hook]["entry"])
    assert program == "costcalc"
    pattern = re.compile(HOOKS[hook]["files"])
    for name, text in SOUND.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (chosen,) = [name for name in SOUND if pattern.search(name)]
    assert run_costcalc(*command, chosen, cwd=tmp_path).code == 0
    (tmp_path / chosen).write_text("nonsense: true\n")
    assert run_costcalc(*command, chosen, cwd=tmp_path).code == 2


@pytest.mark.slow
def test_the_hooks_run_through_pre_commit(tmp_path):
    pytest.importorskip("pre_commit")
    if shutil.which("git") is None:
        pytest.skip("no git")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COSTCALC_", "GIT_"))}
    env |= screen() | {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        # The hooks' environment is made without a package index: what costcalc needs is taken from ours.
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_COMPILE": "1",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }

    def run(*command: str, cwd=None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False)

    hooks = tmp_path / "costcalc"  # only what a commit of the project would hold
    shutil.copytree(
        REPO_ROOT,
        hooks,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", "venv", "focus", "build", "__pycache__", ".*_cache", "data", "tests"
        ),
    )
    desk = tmp_path / "desk"
    for name, text in SOUND.items():
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        (desk / name).write_text(text)
    for folder in (hooks, desk):
        run("git", "init", "-q", cwd=folder)
        run("git", "add", "-A", cwd=folder)
        run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "all", cwd=folder)

    def tried():
        return run(
            sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "--all-files", "--color", "never", cwd=desk
        )

    first = tried()
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.count("Passed") == 3
    (desk / "budgets.yaml").write_text("budgets:\n  - {name: all, limt: 5 USD}\n")
    second = tried()
    assert second.returncode == 1
    assert second.stdout.count("Passed") == 2
    assert "budgets.yaml:2:17: error[unknown-key]" in second.stdout
