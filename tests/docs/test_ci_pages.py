"""The pipelines of docs/ci: their YAML is what GitLab reads, and their shell lines do in a fresh repository what the pages say.

The package registry of GitLab and Jenkins' archive are a folder here: `curl` is a script that keeps what it is given.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPO_ROOT
from tests.docs.test_examples import blocks

CURL = """\
#!/bin/sh
# curl --fail --header "JOB-TOKEN: …" (--upload-file FILE | --output FILE) ADDRESS
test "$1 $2 $3" = "--fail --header JOB-TOKEN: secret" || exit 22
case $4 in
  --upload-file) mkdir -p "$STORE/$(dirname "$6")" && cp "$5" "$STORE/$6" ;;
  --output) test -f "$STORE/$6" || exit 22; cp "$STORE/$6" "$5" ;;
  *) exit 2 ;;
esac
"""
GITLAB = {"CI_API_V4_URL": "api/v4", "CI_PROJECT_ID": "7", "CI_JOB_TOKEN": "secret"}
COUNTED = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")


def fenced(page: str, language: str) -> str:
    text = (REPO_ROOT / "docs" / "ci" / page).read_text(encoding="utf-8")
    (found,) = (block for block in blocks(text) if block.language == language)
    return "\n".join(found.lines)


class Repository:
    """A git repository with a log under usage/ and budgets, as the pages assume it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tools = folder / "repo", folder / "tools"
        (self.folder / "usage").mkdir(parents=True)
        (self.folder / ".venv" / "bin").mkdir(parents=True)
        self.tools.mkdir()
        (self.tools / "curl").write_text(CURL, encoding="utf-8")
        program = f'#!/bin/sh\nexec "{sys.executable}" -m costcalc "$@"\n'
        for path in (self.tools / "costcalc", self.folder / ".venv" / "bin" / "costcalc"):
            path.write_text(program, encoding="utf-8")
        for path in (self.tools / "curl", self.tools / "costcalc", self.folder / ".venv" / "bin" / "costcalc"):
            path.chmod(0o755)
        budgets = (REPO_ROOT / "examples" / "budgets.yaml").read_text(encoding="utf-8")
        (self.folder / "budgets.yaml").write_text(budgets, encoding="utf-8")
        (self.folder / ".gitignore").write_text(".venv\n", encoding="utf-8")
        self.log(after=False)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("usage of the first half of September")

    def log(self, *, after: bool, times: int = 1) -> None:
        """The first half of the example log, or the second one so many times as large."""
        with (REPO_ROOT / "examples" / "usage.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if (row["date"] >= "2026-09-16") is after]
        with (self.folder / "usage" / "september.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(row | {name: int(row[name] or 0) * times for name in COUNTED} for row in rows)

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=ci", "-c", "user.email=ci@example.com")
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def run(self, lines: Sequence[str], variables: dict[str, str] | None = None) -> int:
        """The exit code of a job: lines one after the other, up to the first that fails, from a clean working tree."""
        self.git("clean", "--quiet", "--force", "--exclude", "main.parquet")
        environ = {**os.environ, **(variables or {}), "STORE": str(self.tools), "PYTHONPATH": str(REPO_ROOT)}
        environ["PATH"] = f"{self.tools}{os.pathsep}{environ['PATH']}"
        return next((code for line in lines if (code := subprocess.call(["sh", "-c", line], cwd=self.folder, env=environ))), 0)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_the_gitlab_pipeline_has_the_keys_that_gitlab_reads():
    pipeline = yaml.safe_load(fenced("gitlab.md", "yaml"))
    assert {*pipeline} == {"image", "variables", "before_script", "baseline", "budgets"}
    assert pipeline["before_script"][-1] == "pip install --quiet costcalc"
    assert pipeline["baseline"]["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    assert pipeline["budgets"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert pipeline["budgets"]["artifacts"]["reports"] == {"junit": "check.xml"}
    for job in ("baseline", "budgets"):
        assert all(isinstance(line, str) for line in pipeline[job]["script"])


def test_the_gitlab_jobs_keep_a_baseline_and_check_against_it(repository):
    pipeline = yaml.safe_load(fenced("gitlab.md", "yaml"))
    address = os.path.expandvars(re.sub(r"\$(\w+)", lambda name: GITLAB[name[1]], pipeline["variables"]["BASELINE"]))
    variables, main, change = (
        GITLAB | {"BASELINE": address},
        pipeline["baseline"]["script"],
        pipeline["budgets"]["script"],
    )
    assert repository.run(change, variables) == 22  # no baseline yet: it fails at the download
    assert repository.run(main, variables) == 0
    repository.git("checkout", "--quiet", "-b", "change")
    repository.log(after=True)
    repository.commit("the second half")
    assert repository.run(change, variables) == 0
    assert "<testsuite" in (repository.folder / "check.xml").read_text(encoding="utf-8")
    assert "+0.2%" in (repository.folder / "check.md").read_text(encoding="utf-8")
    repository.log(after=True, times=2)
    repository.commit("twice as much")
    assert repository.run(change, variables) == 1
    assert "<failure" in (repository.folder / "check.xml").read_text(encoding="utf-8")


def test_the_jenkins_stages_keep_a_baseline_and_check_against_it(repository):
    pipeline = fenced("jenkins.md", "groovy")
    assert pipeline.count("{") - pipeline.count("${") == pipeline.count("}") - pipeline.count("${")
    assert re.findall(r"stage\('(\w+)'\)", pipeline) == ["Install", "Baseline", "Budgets"]
    assert re.findall(r"archiveArtifacts artifacts: '(.*?)'|filter: '(.*?)'", pipeline) == [
        ("main.parquet", ""), ("", "main.parquet"),
    ]  # fmt: skip
    install, main, change = re.findall(r"\bsh '(.*)'", pipeline)
    assert install == "python -m venv .venv && .venv/bin/pip install --quiet costcalc"
    assert repository.run([change]) == 2  # no baseline
    assert repository.run([main]) == 0
    repository.log(after=True)
    assert repository.run([change]) == 0
    assert "<testsuite" in (repository.folder / "check.xml").read_text(encoding="utf-8")
    repository.log(after=True, times=2)
    assert repository.run([change]) == 1
