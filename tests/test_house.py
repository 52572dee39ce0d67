"""The house: what is built and installed is what is tested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPO_ROOT, screen

MAIN_JOB = ("project", str(REPO_ROOT / "examples" / "usage.csv"), "--hike", "alibaba=34")


def tracked(pattern: str, folder: str) -> set[str]:
    return {path.relative_to(REPO_ROOT / folder).as_posix() for path in (REPO_ROOT / folder).rglob(pattern)}


def build(kind: str, source: Path, target: Path) -> Path:
    """The wheel or sdist of the sources, built without the network."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)],
        cwd=source,
        env=env,
        check=True,
        capture_output=True,
    )
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", REPO_ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the unpacked sdist, as an index would serve it: whatever the sdist forgets is missed here."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment outside the checkout that holds the wheel; its libraries are this environment's."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    places = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=places))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Paths in a .pth file come last and their own .pth files are not read: an editable costcalc stays out of sight.
    libraries = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    return Path(sysconfig.get_path("scripts", "venv", vars=places)) / "python"


def run_installed(python: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [str(python), *args],
        cwd=cwd,
        env=kept | screen(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.wheel
def test_the_wheel_holds_the_code_and_all_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packaged = {name.removeprefix("costcalc/") for name in names if name.startswith("costcalc/")}
    data = tracked("*.yaml", "costcalc") | tracked("*.py", "costcalc") | {"py.typed"}
    books = {f"pricebooks/{name}" for kind in ("*.yaml", "*.csv", "VERSION") for name in tracked(kind, "pricebooks")}
    assert data | books <= packaged
    assert {name.split("/")[0] for name in names} == {"costcalc", f"costcalc-{version()}.dist-info"}
    assert not [name for name in packaged - books if "__pycache__" in name or name.endswith((".pyc", ".csv", ".jsonl"))]
    assert wheel.stat().st_size < 3_000_000


@pytest.mark.wheel
def test_the_installed_wheel_works_as_the_checkout_does(installed, tmp_path, run_costcalc):
    found = run_installed(installed, "-c", "import costcalc; print(costcalc.__file__)", cwd=tmp_path)
    assert Path(found.stdout.strip()).is_relative_to(installed.parent.parent), found.stdout + found.stderr
    elsewhere = run_installed(installed, "-m", "costcalc", *MAIN_JOB, cwd=tmp_path)
    here = run_costcalc(*MAIN_JOB, cwd=tmp_path)
    assert (elsewhere.returncode, elsewhere.stdout, elsewhere.stderr) == (here.code, here.out, here.err)
    assert here.code == 0
    assert "alibaba" in here.out


@pytest.mark.wheel
def test_newer_price_data_of_a_package_of_its_own_is_taken_and_said(installed, tmp_path):
    """Built as a release does, of a checkout with one price more, and put beside costcalc outside of it."""
    source = tmp_path / "checkout"
    shutil.copytree(REPO_ROOT / "pricebooks", source / "pricebooks")
    shutil.copytree(REPO_ROOT / "costcalc-prices", source / "costcalc-prices")
    (source / "pricebooks/acme.yaml").write_text(
        "provider: acme\ncurrency: USD\ntimezone: UTC\nsource: https://acme.example/prices\n"
        "models:\n  chat-1:\n    prices:\n      2026-01-01: {input_tokens: 2 per 1M}\n"
    )
    site = Path(
        run_installed(installed, "-c", "import costcalc; print(costcalc.__path__[0])", cwd=tmp_path).stdout.strip()
    ).parent
    own = run_installed(installed, "-m", "costcalc", "--version", cwd=tmp_path).stdout
    day = own.split("prices of ")[1].strip()
    for made, taken in ((f"{day} 1", False), ("2020.1.2 1", False), ("2099.1.2 9", False), ("2099.1.2 1", True)):
        (source / "pricebooks/VERSION").write_text(f"{made}\n")
        data = build("wheel", source / "costcalc-prices", tmp_path / made.replace(" ", "-"))
        assert data.name.startswith(f"costcalc_prices-{made.split()[0]}-")
        with zipfile.ZipFile(data) as archive:
            archive.extractall(site)
        said = run_installed(installed, "-m", "costcalc", "--version", cwd=tmp_path).stdout
        listed = run_installed(installed, "-m", "costcalc", "prices", "list", "acme", cwd=tmp_path)
        shutil.rmtree(site / "costcalc_prices")
        if taken:
            assert said.endswith(f"prices of 2099.1.2 of costcalc-prices, newer than its own of {day}\n")
            assert "2099.1.2 of costcalc-prices" in listed.stdout
            assert "chat-1" in listed.stdout
        else:
            assert (said, listed.returncode) == (own, 2)


@pytest.mark.wheel
def test_the_sdist_holds_no_leftovers(sdist):
    with tarfile.open(sdist) as archive:
        names = ["/".join(name.split("/")[1:]) for name in archive.getnames()]
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "tests/conftest.py"} <= set(names)
    assert not [name for name in names if re.search(r"(^|/)(\.venv|\.git|__pycache__|benchmarks/data)(/|$)", name)]


def test_the_command_says_its_version(run_costcalc):
    run = run_costcalc("--version")
    assert (run.code, run.err) == (0, "")
    assert version() in run.out


def test_the_command_starts_without_pandas_and_what_only_some_runs_need(tmp_path):
    heavy = ("pandas", "pyarrow", "numpy", "holidays", "babel", "duckdb", "rich")
    program = f"import sys, costcalc.__main__ as m; m.main(['--help']); print([n for n in {heavy} if n in sys.modules])"
    env = {name: value for name, value in os.environ.items() if not name.startswith("COSTCALC_")}
    env |= screen() | {"PYTHONPATH": str(REPO_ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stdout + done.stderr


def test_no_file_names_a_machine():
    """Paths of the machine it was written on mean nothing to a reader."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO_ROOT, capture_output=True, encoding="utf-8")
    if listed.returncode:
        pytest.skip("not a git checkout")
    named = [name for name in listed.stdout.split("\0") if name and names_a_machine(REPO_ROOT / name)]
    assert named == []


def names_a_machine(path: Path) -> bool:
    if not path.is_file():
        return False
    return bool(re.search(rb"(?<![\w./-])/(work|root|home/\w+|Users/\w+)/", path.read_bytes()))


def version() -> str:
    project = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
