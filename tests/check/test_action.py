"""The GitHub Action: its own steps, run as a runner runs them, with a `gh` that writes down what it is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.check.desk import days
from tests.conftest import REPO_ROOT, screen
from tests.kit import book, flat, write_csv

ACTION = yaml.safe_load((REPO_ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]

# It answers a listing with the comments of comments.json through jq's words, and notes every call.
GH = """\
#!{python}
import json, os, re, sys
from pathlib import Path
here = Path(__file__).resolve().parent
args = sys.argv[1:]
body = next((arg[5:] for arg in args if arg.startswith("body=@")), None)
call = {{"args": args, "token": os.environ.get("GH_TOKEN"), "body": Path(body[1:]).read_text() if body else None}}
with (here / "calls.jsonl").open("a") as out:
    out.write(json.dumps(call) + "\\n")
if (here / "refuse").exists():
    sys.exit("HTTP 403: Resource not accessible by integration")
if "graphql" in args:
    print("github-actions[bot]")
elif "--jq" in args:
    assert '$ENV.COSTCALC_MARK' in args[args.index("--jq") + 1]
    mark, login = os.environ["COSTCALC_MARK"], os.environ["COSTCALC_LOGIN"]
    assert '.user.login == $ENV.COSTCALC_LOGIN' in args[args.index("--jq") + 1]
    for comment in json.loads((here / "comments.json").read_text()):
        if comment["user"]["login"] == login and (comment["body"] or "").split("\\n")[0].rstrip("\\r") == mark:
            print(comment["id"])
"""


@dataclass
class Runner:
    """As much of a runner as the action needs: expressions, environment files, and conditions of steps."""

    folder: Path
    inputs: dict[str, str]
    pull_request: int | None = 7
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)  # by step id
    log: str = ""

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    def value(self, expression: str) -> str:
        known = {
            **{f"inputs.{name}": self.inputs.get(name, str(about.get("default", ""))) for name, about in ACTION["inputs"].items()},
            "runner.temp": str(self.temp),
            "github.action_path": str(REPO_ROOT),
            "github.repository": "acme/app",
            "github.event.pull_request.number": "" if self.pull_request is None else str(self.pull_request),
            **{f"steps.{step}.outputs.{name}": value for step, found in self.outputs.items() for name, value in found.items()},
        }  # fmt: skip
        return known[expression]

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: self.value(match[1]), text)

    def holds(self, condition: str) -> bool:
        parts = [part.strip().partition(" != ") for part in condition.split("&&")]
        return all(self.value(name) != word.strip("'") for name, _, word in parts)

    def run(self) -> int:
        """The exit code of the first step that fails; 0 if none does."""
        for step in STEPS:
            if "if" in step and not self.holds(step["if"]):
                continue
            code = self._step(step)
            if code:
                return code
        return 0

    def _step(self, step: Mapping[str, Any]) -> int:
        written = self.temp / "output"
        written.write_text("")
        env = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ} | {"PIP_NO_COMPILE": "1"}
        env |= screen() | {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPO_ROOT),
        }
        env |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(self.folder / "app"), "GITHUB_OUTPUT": str(written)}
        env |= {"GITHUB_STEP_SUMMARY": str(self.temp / "summary.md")}
        env |= {name: self.filled(str(value)) for name, value in step.get("env", {}).items()}
        # A runner starts bash with these options for `shell: bash`.
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder / "app" / self.filled(step.get("working-directory", ".")),
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        self.log += done.stdout
        if "id" in step:
            self.outputs[step["id"]] = dict(line.split("=", 1) for line in written.read_text().splitlines())
        return done.returncode

    @property
    def calls(self) -> list[Any]:
        path = self.folder / "bin" / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def runner(tmp_path):
    """A checkout whose log costs 6 USD, on a runner in which costcalc is installed already."""
    if shutil.which("bash") is None:
        pytest.skip("no bash")
    app, programs = tmp_path / "app" / "ci", tmp_path / "bin"
    app.mkdir(parents=True)
    programs.mkdir()
    write_csv(app / "usage of us.csv", *days(1, 6))
    (app / "book.yaml").write_text(book(flat("m", input_tokens="1", output_tokens="2")))
    (app / "budgets.yaml").write_text("budgets:\n  - {name: all, limit: 5 USD}\n")
    (programs / "gh").write_text(GH.format(python=sys.executable))
    (programs / "gh").chmod(0o755)
    (programs / "comments.json").write_text("[]")
    (tmp_path / "temp").mkdir()
    inputs = {
        "usage": "usage of us.csv",
        "args": "--pricebook\nbook.yaml",
        "working-directory": "ci",
        "token": "secret",
    }
    made = Runner(tmp_path, inputs)
    made.inputs["python"] = str(_stand_in(tmp_path))
    return made


def _stand_in(folder: Path) -> Path:
    """A Python whose `-I -m venv FOLDER` makes one that has this environment's libraries; its pip notes what it installs."""
    program = folder / "bin" / "python-of-the-runner"
    program.write_text(
        f'#!/bin/sh\nmkdir -p "$4/bin"\ncat > "$4/bin/python" <<\'END\'\n#!/bin/sh\n'
        f'[ "$1" = -I ] || exit 9\nif [ "$3" = pip ]; then shift 3; echo "pip $*" >> {folder}/pip.log; exit 0; fi\nexec {sys.executable} "$@"\nEND\n'
        'chmod +x "$4/bin/python"\n'
    )
    program.chmod(0o755)
    return program


def test_a_broken_budget_fails_the_step_and_is_written_in_the_pull_request(runner):
    assert runner.run() == 1
    assert "::error file=ci/budgets.yaml,line=2,col=5,title=budget broken%3A all::6.00 USD" in runner.log
    assert "1 of 1 budget is broken" in runner.log
    assert runner.outputs["check"]["exit-code"] == "1"
    _, listing, posted = runner.calls
    assert "repos/acme/app/issues/7/comments?per_page=100" in listing["args"]
    assert ("POST" in posted["args"], posted["token"]) == (True, "secret")
    assert posted["body"].startswith("<!-- costcalc:check -->\n### 1 of 1 budget is broken\n")
    assert (runner.temp / "summary.md").read_text() == posted["body"] + "\n"
    assert all(Path(runner.outputs["check"][name]).is_file() for name in ("markdown", "sarif", "junit"))


def test_the_comment_that_is_there_is_written_anew(runner):
    us, them = {"login": "github-actions[bot]"}, {"login": "mallory"}
    comments = [
        {"id": 10, "user": them, "body": "<!-- costcalc:check -->\nAll budgets hold."},  # it is not ours to change
        {"id": 11, "user": us, "body": "Look at:\n<!-- costcalc:check -->"},  # somebody quotes it
        {"id": 12, "user": us, "body": None},
        {"id": 13, "user": us, "body": "<!-- costcalc:check other -->\nof another check"},
        {"id": 14, "user": us, "body": "<!-- costcalc:check -->\r\nold"},
    ]
    (runner.folder / "bin" / "comments.json").write_text(json.dumps(comments))
    assert runner.run() == 1
    patched = runner.calls[-1]
    assert {"PATCH", "repos/acme/app/issues/comments/14"} <= set(patched["args"])


def test_checks_with_a_tag_have_a_comment_each(runner):
    runner.inputs["tag"] = "team-a"
    assert runner.run() == 1
    assert runner.calls[-1]["body"].startswith("<!-- costcalc:check team-a -->\n")
    assert "costcalc-check-team-a" in runner.outputs["check"]["sarif"]


def test_a_tag_is_no_path_and_no_output_of_its_own(runner):
    (runner.temp / "kept").mkdir()
    runner.inputs["tag"] = "/../kept\nexit-code=0"
    assert runner.run() == 2
    assert (runner.temp / "kept").is_dir()
    assert runner.outputs["check"]["exit-code"] == "2"
    assert Path(runner.outputs["check"]["sarif"]).parent.parent == runner.temp


def test_a_budget_that_holds_passes(runner):
    runner.inputs["args"] += "\n--max-cost=6USD"
    assert runner.run() == 0
    assert "The budget holds" in runner.calls[-1]["body"]


def test_without_a_token_or_a_pull_request_nothing_is_written(runner):
    runner.inputs["token"] = ""
    assert (runner.run(), runner.calls) == (1, [])
    runner.inputs["token"], runner.pull_request = "secret", None
    assert (runner.run(), runner.calls) == (1, [])


def test_a_token_that_may_not_write_does_not_change_the_outcome(runner):
    (runner.folder / "bin" / "refuse").touch()
    runner.inputs["args"] += "\n--max-cost=6USD"
    assert runner.run() == 0
    assert "::warning title=costcalc::" in runner.log


def test_a_wrong_budgets_file_is_annotated_and_exits_2(runner):
    (runner.folder / "app" / "ci" / "budgets.yaml").write_text("budgets:\n  - {name: all, limt: 5 USD}\n")
    assert runner.run() == 2
    assert "::error file=ci/budgets.yaml,line=2," in runner.log
    assert runner.calls == []  # there is nothing to comment with


def test_inputs_are_never_a_part_of_a_script(runner):
    evil = '$(touch /tmp/x); `id`; " ; exit 0 #'
    runner.inputs |= {"usage": evil, "budgets": evil, "baseline": evil, "tag": ""}
    assert runner.run() == 2
    assert not [step["name"] for step in STEPS if "${{" in step["run"]]


def test_several_files_and_a_baseline_stand_one_a_line(runner):
    folder = runner.folder / "app" / "ci"
    write_csv(folder / "main.csv", *days(1, 6, 2))
    (folder / "more.yaml").write_text("budgets:\n  - {name: growth, max_rise: 0%}\n")
    runner.inputs |= {"budgets": "budgets.yaml\nmore.yaml\n", "baseline": "main.csv", "usage": "usage of us.csv\n"}
    assert runner.run() == 1
    assert "−6.00 USD, −50.0% ↓ against 12.00 USD" in runner.log


def test_what_is_installed_is_this_checkout_unless_a_version_is_named(runner):
    runner.run()
    runner.inputs["costcalc"] = "costcalc==0.1.0"
    runner.run()
    libraries, ours, named = (runner.folder / "pip.log").read_text().splitlines()
    assert libraries.endswith(f" --require-hashes -r {REPO_ROOT / '.ci' / 'requirements.lock'}")
    assert ours.endswith(f" --no-deps --no-build-isolation {REPO_ROOT}")
    assert named.endswith(" costcalc==0.1.0")


def test_every_library_that_costcalc_needs_is_locked_with_its_hashes():
    lock = (REPO_ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==\S+.*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", lock, re.MULTILINE))
    project = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    assert {re.match(r"[\w.-]+", text)[0] for text in needed} <= locked.keys()
    assert locked.keys() == {*re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def test_every_action_of_others_is_named_by_its_commit():
    texts = [path.read_text(encoding="utf-8") for path in sorted((REPO_ROOT / ".github" / "workflows").glob("*.yml"))]
    used = [line for text in texts for line in re.findall(r"uses: (.*)", text)]
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_no_module_of_the_checked_folder_is_run(runner):
    folder, ran = runner.folder / "app" / "ci", runner.folder / "ran"
    (folder / "costcalc").mkdir()
    for name in ("venv.py", "duckdb.py", "typer.py", "costcalc/__init__.py", "costcalc/__main__.py"):
        (folder / name).write_text(f"open({str(ran)!r}, 'a').write(__name__)\n")
    assert runner.run() == 1
    assert not ran.exists()


def test_names_give_a_runner_no_orders(runner):
    folder = runner.folder / "app" / "ci"
    (folder / "budgets.yaml").write_text(
        'budgets:\n  - {name: "::stop-commands::x", limit: 5 USD}\n  - {name: "a ##[add-mask]e", limit: 5 USD}\n'
    )
    assert runner.run() == 1
    orders = [line for line in runner.log.splitlines() if line.strip().startswith("::")]
    assert [line.partition(" ")[0] for line in orders] == ["::error", "::error"]
    assert not [line for line in runner.log.splitlines() if "##[" in line and not line.startswith("::error")]
    assert "2 of 2 budgets are broken" in runner.log


def test_every_input_is_described_and_used():
    text = json.dumps(ACTION["runs"])
    for name, about in ACTION["inputs"].items():
        assert about["description"].endswith(".")
        assert f"inputs.{name}" in text, name
    assert all(step["shell"] == "bash" for step in STEPS)
    page = (REPO_ROOT / "docs" / "ci" / "github.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in (*ACTION["inputs"], *ACTION["outputs"]))


@pytest.mark.slow
def test_the_install_step_makes_an_environment_that_runs(runner):
    """The same step with a real Python; it needs a package index."""
    runner.inputs["python"] = sys.executable
    assert runner.run() in (1, 2) or "pip" in runner.log
    if "Could not find a version" in runner.log or "No matching distribution" in runner.log:
        pytest.skip("no package index at hand")
    assert "1 of 1 budget is broken" in runner.log
