"""What the tests share: the command line in this process, golden files, an odd time zone for the machine."""

from __future__ import annotations

import difflib
import gc
import io
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.kit import DEEP, OWN_FOLDER

REPO_ROOT = Path(__file__).resolve().parent.parent
ODD_ZONE = "Pacific/Kiritimati"  # UTC+14: whatever reads the machine's zone gives another day almost always

MEMORY = Path("/dev/shm")  # the tests make forty thousand small files: on a disk that takes a tenth of their time
ENOUGH = 4 << 30  # bytes; they need a fifth of it


def in_memory() -> Path | None:
    """The folder whose files are in memory, where it is large enough and programs may run in it; None: the usual one."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    found = os.statvfs(MEMORY)
    is_enough = found.f_bavail * found.f_frsize >= ENOUGH
    return MEMORY if is_enough and not found.f_flag & os.ST_NOEXEC else None


os.environ["TZ"] = ODD_ZONE
if "PYTEST_XDIST_WORKER" not in os.environ:  # which is given the folder of the session
    os.environ[OWN_FOLDER] = tempfile.mkdtemp(prefix="costcalc-tests-", dir=in_memory())
    # A folder of temporary files of our own: every run looks through it for what others left, and the machine's may be full.
    os.environ["TMPDIR"] = tempfile.mkdtemp(dir=os.environ[OWN_FOLDER])
    tempfile.tempdir = None
    for folder in (OWN_FOLDER, "TMPDIR"):  # a database server runs as somebody else
        Path(os.environ[folder]).chmod(0o711)
# The machine's own cache is left alone; what books say is kept by their content from one session to the next.
os.environ["XDG_CACHE_HOME"] = str(REPO_ROOT / "build" / "cache")
if sys.dont_write_bytecode:  # by the environment: every program that a test starts would compile the whole package anew
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(REPO_ROOT / "build" / "pycache")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
if hasattr(time, "tzset"):
    time.tzset()

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=100 * DEEP, print_blob=True)
settings.load_profile("deep" if DEEP > 1 else "ci" if os.environ.get("CI") else "local")


def _refused(self: socket.socket, address: object) -> None:
    raise AssertionError(f"a test wants to reach {address}: costcalc opens no connection of its own")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test opens a connection, but for those that say so with the mark `network`."""
    if "network" not in request.keywords:
        monkeypatch.setattr(socket.socket, "connect", _refused)
        monkeypatch.setattr(socket.socket, "connect_ex", _refused)


# Tests of figures, by folder or file; and those among them that are of the engine itself: its limits and its threads.
# Like these, tests of faults have an engine for each run, locked as it is.
OF_FIGURES = {
    "advice", "budget", "cases", "check", "cli", "docs", "exports", "forecast", "identities", "outlook", "prices", "rating",
    "reconcile", "render", "reports", "scenario", "usage", "test_example.py", "test_found.py",
}  # fmt: skip
OF_ENGINES = {"test_copies.py", "test_limits.py", "test_many_files.py", "test_remedies_run.py"}


@pytest.fixture(scope="session")
def one_engine() -> Any:
    """An engine that is made once: making one takes as long as counting a few rows."""
    import duckdb

    folder = Path(tempfile.mkdtemp(dir=os.environ[OWN_FOLDER]))
    with duckdb.connect() as engine:
        engine.execute(f"SET threads = 1; SET temp_directory = '{folder}'")
        yield engine


@pytest.fixture(autouse=True)
def _shared_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of figures have sessions of one engine, each with tables of its own."""
    if request.path.name in OF_ENGINES or OF_FIGURES.isdisjoint({request.path.name, request.path.parent.name}):
        return
    from costcalc.usage.files.session import AS_WRITTEN
    from costcalc.usage.sql import engine

    one = request.getfixturevalue("one_engine")

    def session(*given: object, is_quick: bool = False, **more: object) -> Any:
        own = one.cursor()
        own.execute("SET TimeZone = 'UTC'; SET python_enable_replacements = false; SET enable_progress_bar = false")
        if is_quick:
            own.execute(AS_WRITTEN)
        return own

    monkeypatch.setattr(engine, "locked_session", session)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def tallied(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """`tallied("rows of tables", inputs=1000, refused=12)`: what a test of faults tried, for the table at the end."""
    return lambda what, **counts: record_property("fault", (what, counts))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was made to fail, and what came of it. A traceback, a lost row or a broken target fails its test."""
    found: dict[str, dict[str, int]] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "fault":
                counts = found.setdefault(value[0], {})
                counts |= {word: counts.get(word, 0) + number for word, number in value[1].items()}
    if found:
        terminalreporter.section("faults")
        for what, counts in sorted(found.items()):
            said = ", ".join(f"{word.replace('_', ' ')} {number:,}" for word, number in counts.items())
            terminalreporter.write_line(f"{what:<28}{said}")
        failed = sum("faults" in report.nodeid for report in terminalreporter.getreports("failed"))
        inputs = sum(counts.get("inputs", 0) for counts in found.values())
        terminalreporter.write_line(
            f"{'in all':<28}inputs {inputs:,}, tests with a traceback, a lost row, a broken target or litter {failed}"
        )


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ[OWN_FOLDER], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files and documented output anew")


@dataclass(frozen=True, slots=True)
class Run:
    """What one command did."""

    code: int
    out: str
    err: str
    out_bytes: bytes
    both: str  # the two streams as a terminal shows them

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    return REPO_ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Logs and facts of others that lie beside the checkout and are not part of the project."""
    folder = REPO_ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder of samples beside the checkout")
    return folder


@pytest.fixture
def run_costcalc(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """The command line in this process: `run_costcalc("project", "examples/usage.csv", "--hike", "alibaba=34")`.

    It runs in the checkout unless `cwd` says otherwise; `stdin` is text or bytes.
    """

    def run(
        *args: str | Path,
        stdin: str | bytes = b"",
        columns: int = 80,
        cwd: Path = REPO_ROOT,
        env: dict[str, str] | None = None,
    ) -> Run:
        from costcalc.__main__ import main

        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("COSTCALC_")]:
                patch.delenv(name)
            for name, value in (screen(columns) | (env or {})).items():
                patch.setenv(name, value)
            patch.delenv("FORCE_COLOR", raising=False)
            patch.chdir(cwd)
            both = io.BytesIO()
            out, err = _text_stream(beside=both), _text_stream(beside=both)
            patch.setattr(sys, "stdin", _text_stream(stdin.encode() if isinstance(stdin, str) else stdin))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = _exit_code(main, [str(arg) for arg in args])
            written = [_bytes(stream) for stream in (out, err)]
        said = [text.decode("utf-8", "replace") for text in (*written, both.getvalue())]
        return Run(code, said[0], said[1], written[0], said[2])

    return run


@pytest.fixture(scope="module")
def _answers() -> dict[str, Any]:
    return {}


@pytest.fixture
def shown_costcalc(
    run_costcalc: Callable[..., Run], _answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """`run_costcalc` for files that stay as they are: of one question the library gives one answer, however it is shown."""
    from costcalc.cli.answers import Configured

    ask, looks = Configured.ask, {"output", "format_", "as_json", "notes", "no_pager"}

    def asked(self: Configured, ctx: Any, question: Any, *usage: object, **more: Any) -> Any:
        words = {name: value for name, value in ctx.params.items() if name not in looks}
        place = repr((question.__name__, usage, words))
        if place not in _answers:
            _answers[place] = ask(self, ctx, question, *usage, **more)
        return _answers[place]

    monkeypatch.setattr(Configured, "ask", asked)
    return run_costcalc


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with tests/golden/NAME as a whole; `pytest --update` writes the file anew."""

    def check(name: str, text: str) -> None:
        path = REPO_ROOT / "tests" / "golden" / name
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        if not path.exists():
            pytest.fail(f"{path.relative_to(REPO_ROOT)} is missing: run pytest with --update and read it")
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            lines = difflib.unified_diff(expected.splitlines(), text.splitlines(), name, "now", lineterm="")
            pytest.fail("\n".join(lines), pytrace=False)

    return check


def screen(columns: int = 80) -> dict[str, str]:
    """The environment of a plain screen of that width in an odd zone."""
    return {
        "NO_COLOR": "1",
        "COLUMNS": str(columns),
        "LINES": "40",
        "TERM": "xterm",
        "TZ": ODD_ZONE,
        "PYTHONIOENCODING": "utf-8",
    }


def _exit_code(main: Callable[[Sequence[str]], int], args: list[str]) -> int:
    try:
        return main(args)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)


class _Copied(io.BytesIO):
    """What is written goes to another stream too."""

    def __init__(self, content: bytes, beside: io.BytesIO) -> None:
        super().__init__(content)
        self._beside = beside

    def write(self, content: Any) -> int:
        self._beside.write(content)
        return super().write(content)


def _text_stream(content: bytes = b"", beside: io.BytesIO | None = None) -> io.TextIOWrapper:
    buffer = _Copied(content, beside) if beside is not None else io.BytesIO(content)
    return io.TextIOWrapper(buffer, encoding="utf-8", newline="", write_through=True)


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
