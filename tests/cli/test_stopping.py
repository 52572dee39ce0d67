"""Ctrl-C, SIGTERM and SIGHUP in real processes: one line, the shell's exit code, and nothing left behind."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from costcalc.usage.files.session import interrupt_sessions, locked_session

HEADER = "date,provider,model,customer,input_tokens,output_tokens\n"
ENDS = [
    pytest.param(signal.SIGINT, 130, "Interrupted.\n", id="INT"),
    pytest.param(signal.SIGTERM, 143, "Terminated.\n", id="TERM"),
    pytest.param(signal.SIGHUP, 129, "Hung up.\n", id="HUP"),
]
PATIENCE_SECONDS = 60


@dataclass
class Place:
    """A folder for temporary files and one for answers, both empty."""

    temporary: Path
    answers: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.temporary), "COSTCALC_NO_CACHE": "1"}

    def files(self, pattern: str) -> list[Path]:
        return list(self.temporary.rglob(pattern))

    @property
    def leavings(self) -> list[Path]:
        return [*self.files("*"), *self.answers.rglob("*")]


@pytest.fixture
def place(tmp_path):
    found = Place(tmp_path / "temporary", tmp_path / "answers")
    found.temporary.mkdir()
    found.answers.mkdir()
    return found


@pytest.fixture(scope="module")
def wide_log(tmp_path_factory):
    """400,000 rows, each of a customer of its own: their groups do not fit and go to the disk."""
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    with path.open("w") as out:
        out.write(HEADER)
        out.writelines(f"2026-09-01,openai,gpt-5,a customer of a long name {i:09d},{i},1\n" for i in range(400_000))
    return path


@pytest.fixture(scope="module")
def packed_log(tmp_path_factory):
    """Some 600 MB of rows in a small file."""
    path = tmp_path_factory.mktemp("packed") / "log.csv.gz"
    rows = gzip.compress(b"2026-09-01,openai,gpt-5,acme,1000,100\n" * 250_000, 1)
    path.write_bytes(gzip.compress(HEADER.encode()) + rows * 60)
    return path


# As at a shell, also where the tests run in the background and signals are ignored.
HEEDING = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def ended(
    command: list[str], place: Place, number: int, is_time: Callable[[], object], times: int = 1, **more: object
) -> tuple[int, str]:
    """Exit code and standard error of a process that gets a signal as soon as it is time for it."""
    with subprocess.Popen(
        [sys.executable, "-ESc", HEEDING, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=place.environment,
        **more,
    ) as process:  # whose end is waited for, whatever happens: a failure here must not warn in another test
        try:
            limit = time.monotonic() + PATIENCE_SECONDS
            while not is_time():
                assert process.poll() is None, f"it ended by itself: {process.communicate()[1]}"
                assert time.monotonic() < limit, "it never came to that"
                time.sleep(0.002)
            for _ in range(times):
                process.send_signal(number)
                time.sleep(0.05)
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
            return process.returncode, said
        finally:
            process.kill()


def costcalc(*words: object) -> list[str]:
    return [sys.executable, "-m", "costcalc", *map(str, words)]


@pytest.mark.parametrize(("number", "code", "said"), ENDS)
def test_while_standard_input_is_copied(number, code, said, place):
    """The pipe stays open: only the signal can end it."""
    reading, writing = os.pipe()
    os.write(writing, HEADER.encode() + b"2026-09-01,openai,gpt-5,acme,1000,100\n")
    try:
        found = ended(costcalc("cost", "-"), place, number, lambda: place.files("costcalc-*/*"), stdin=reading)
    finally:
        os.close(reading)
        os.close(writing)
    assert (found, place.leavings) == ((code, said), [])


def test_while_what_does_not_fit_is_on_the_disk(place, wide_log):
    command = costcalc("cost", wide_log, "--by", "customer", "-o", place.answers / "lines.csv")
    found = ended(command, place, signal.SIGHUP, lambda: place.files("overflow/*"))
    assert (found, place.leavings) == ((129, "Hung up.\n"), [])


def test_while_a_file_is_unpacked(place, packed_log):
    found = ended(costcalc("cost", packed_log), place, signal.SIGINT, lambda: place.files("costcalc-*/*"))
    assert (found, place.leavings) == ((130, "Interrupted.\n"), [])


def test_while_a_ledger_is_written(place, wide_log, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("".join(wide_log.read_text().splitlines(keepends=True)[:50_000]))
    command = costcalc("scan", log, "--by", "customer", "-o", place.answers / "kept.parquet")
    found = ended(command, place, signal.SIGTERM, lambda: place.files("groups.jsonl"))
    assert (found, place.leavings) == ((143, "Terminated.\n"), [])


WRITING = """
import sys, time
from pathlib import Path
from costcalc.cli.stopping import stoppable
from costcalc.files import temporary_folder, written_whole

def command():
    with written_whole(sys.argv[1]) as beside, temporary_folder() as folder:
        beside.write_text("half")
        try:
            (folder / "begun").touch()
            time.sleep(60)
        finally:
            time.sleep(float(sys.argv[2]))

sys.exit(stoppable(command))
"""


@pytest.mark.parametrize(("number", "code", "said"), ENDS)
def test_while_an_answer_is_written_the_old_one_stays(number, code, said, place):
    old = place.answers / "lines.csv"
    old.write_text("old")
    command = [sys.executable, "-c", WRITING, str(old), "0"]
    found = ended(command, place, number, lambda: place.files("begun"))
    assert (found, old.read_text(), place.leavings) == ((code, said), "old", [old])


def test_a_second_signal_while_the_first_is_answered(place):
    command = [sys.executable, "-c", WRITING, str(place.answers / "lines.csv"), "60"]
    found = ended(command, place, signal.SIGINT, lambda: place.files("begun"), times=3)
    assert (found, place.leavings) == ((130, "Interrupted.\n"), [])


UNHEARD = """
import os, signal, sys, threading, time
from costcalc.cli.stopping import stoppable

def elsewhere():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

def command():
    threading.Thread(target=elsewhere).start()
    os.read(os.pipe()[0], 1)

sys.exit(stoppable(command))
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
def test_a_signal_that_does_not_end_a_wait_is_sent_again():
    """A thread takes the signal, as if it had come between Python's look for signals and the wait."""
    found = subprocess.run(
        [sys.executable, "-c", UNHEARD], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (found.returncode, found.stderr) == (143, "Terminated.\n")


def test_what_nohup_ignores_stays_ignored(place):
    command = [sys.executable, "-c", WRITING.replace("time.sleep(60)", "time.sleep(1)"), str(place.answers / "x"), "0"]
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    found = ended([sys.executable, "-c", ignoring, *command], place, signal.SIGHUP, lambda: place.files("begun"))
    assert (found, [path.name for path in place.leavings]) == ((0, ""), ["x"])


def test_the_handlers_of_a_program_that_calls_us_come_back(run_costcalc):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert run_costcalc("cost", "examples/usage.csv").code == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_session_that_is_closed_keeps_no_other_from_being_interrupted(tmp_path):
    """A signal that comes while somebody still holds the closed session ends the work of the open one."""
    closed, working = locked_session(tmp_path), locked_session(tmp_path)
    closed.close()
    ended = []

    def work():
        with pytest.raises(duckdb.InterruptException):
            working.execute("SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b")
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    while not ended and thread.is_alive():
        interrupt_sessions()
        thread.join(0.05)
    assert ended
    working.close()
