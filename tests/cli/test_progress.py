"""The progress line: what it says, where it shows, and that it vanishes."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest

from costcalc.cli import progress
from costcalc.cli.progress import progress_text
from costcalc.usage.progress import COUNTING, Reader, ReadingStep
from tests.kit import all_that_comes

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("step", "seconds", "said"),
    [
        (ReadingStep(COUNTING, 0, 100), 0, "Counting usage: 0%"),
        (ReadingStep(COUNTING, 50 * MILLION, 200 * MILLION, 750_000), 2, "Counting usage: 25%, 50.0 of 200.0 MB, about 750,000 rows, 0:06 left"),
        (ReadingStep(COUNTING, 3_400 * MILLION, 10_000 * MILLION, 52 * MILLION), 60, "Counting usage: 34%, 3.4 of 10.0 GB, about 52,000,000 rows, 1:56 left"),
        (ReadingStep(COUNTING, 1, 10_000, 1), 1, "Counting usage: 0%, 0.0 of 10.0 kB, about 1 rows, 2:46:39 left"),
        (ReadingStep("Copying standard input", 1_234 * MILLION), 9, "Copying standard input: 1.2 GB"),
        (ReadingStep("Counting usage"), 9, "Counting usage"),
        (ReadingStep("Unpacking a\x1b[31m.gz", 5, 10), 1, "Unpacking a\\x1b[31m.gz: 50%, 0.0 of 0.0 kB, 0:01 left"),
    ],
)  # fmt: skip
def test_what_the_line_says(step, seconds, said):
    assert progress_text(step, seconds) == said


def test_files_that_are_read_again_count_once(tmp_path):
    """Two files of 400 and 600 bytes, 10 a row; the first is read twice."""
    paths = [tmp_path / "a", tmp_path / "b"]
    for path, size in zip(paths, (400, 600), strict=True):
        path.write_text("123456789\n" * (size // 10))
    a, b = map(str, paths)
    reader = Reader({a: 400, b: 600})
    assert reader.at(0.5, [a]) == ReadingStep(COUNTING, 200, 1000, 20)
    reader.finish([a])
    assert reader.at(0.25, [a]) == ReadingStep(COUNTING, 100, 1000, 10)
    reader.finish([a])
    assert reader.at(0.5, [b]) == ReadingStep(COUNTING, 700, 1000, 70)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def written(monkeypatch):
    found = []
    monkeypatch.setattr(progress._Line, "_write", lambda line, text: found.append(text))
    return found


def test_nothing_is_shown_in_the_first_second_and_nothing_too_often(written):
    clock = Clock()
    line = progress._Line(clock)
    for clock.now in (0.5, 0.9, 1.0, 1.05, 1.2):
        line.show(ReadingStep(COUNTING, 5, 10))
    line.close()
    assert len(written) == 3
    assert written[-1] == "\r\x1b[K"


def test_a_line_that_was_never_shown_is_not_cleared(written):
    line = progress._Line(Clock())
    line.show(ReadingStep(COUNTING, 5, 10))
    line.close()
    assert written == []


def test_the_time_left_counts_from_the_begin_of_its_step(written):
    """The copy took 10 seconds; half of the counting then takes 2, and so does the rest."""
    clock = Clock()
    line = progress._Line(clock)
    line.show(ReadingStep("Copying standard input", 5))
    clock.now = 10.0
    line.show(ReadingStep(COUNTING, 0, 10))
    clock.now = 12.0
    line.show(ReadingStep(COUNTING, 5, 10))
    assert written[-1].endswith("0:02 left")


@pytest.fixture(scope="module")
def long_log(tmp_path_factory):
    """114 MB: a scan of it by one core takes more than the second that nothing is shown for."""
    path = tmp_path_factory.mktemp("long") / "long.csv"
    row = "2026-09-01,openai,gpt-5,acme,1000,100\n"
    path.write_text("date,provider,model,customer,input_tokens,output_tokens\n" + row * 3_000_000)
    yield path
    path.unlink()


def on_a_terminal(*words: object, **environment: str) -> tuple[bytes, bytes]:
    """Standard output through a pipe, and what came to the terminal that standard error is."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "costcalc", *map(str, words)], stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COSTCALC_NO_CACHE": "1", **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = all_that_comes(ours)
    return process.communicate()[0], shown


@pytest.mark.slow
def test_a_terminal_for_errors_alone_is_enough(long_log):
    out, shown = on_a_terminal("cost", long_log, "--json", "--threads", "1")
    lines = [line for line in shown.decode().split("\r\x1b[K") if line]
    *counting, last = lines
    assert counting
    assert last == "Counted; computing"  # no time left of a step that is over
    for line in counting:
        assert re.fullmatch(r"Counting usage: \d+%(, [\d.]+ of 114.0 MB, about [\d,]+ rows(, \d:\d\d left)?)?", line)
    assert shown.endswith(b"\r\x1b[K")  # it vanishes
    assert b"\x1b[" not in shown.replace(b"\x1b[K", b"")  # no colour is set, whatever NO_COLOR says
    assert out.startswith(b"{")


@pytest.mark.slow
def test_no_terminal_no_line(long_log, run_costcalc):
    assert run_costcalc("cost", long_log, "--threads", "1").err == ""


@pytest.mark.parametrize(
    ("is_terminal", "kind", "is_watched"), [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)]
)
def test_somebody_watches_a_terminal_that_can_clear_a_line(is_terminal, kind, is_watched, monkeypatch):
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    with progress.scan_progress() as tell:
        assert (tell is not None) == is_watched
