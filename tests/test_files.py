"""Files are written whole or not at all."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from costcalc.files import write_whole, written_whole
from costcalc.problems import CostcalcError

OLD, NEW = "old\n" * 50_000, "new\n" * 50_000


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text(OLD, encoding="utf-8")
    return path


def names(path: Path) -> list[str]:
    return sorted(child.name for child in path.parent.iterdir())


def test_the_new_file_takes_the_place_of_the_old(target):
    write_whole(target, NEW)
    assert target.read_text(encoding="utf-8") == NEW
    assert names(target) == ["out.csv"]


def test_what_the_old_file_may_be_read_by_stays(target):
    target.chmod(0o640)
    write_whole(target, NEW)
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_may_be_read_as_any_other(tmp_path):
    (tmp_path / "plain").write_text("")
    write_whole(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(target):
    link = target.with_name("link.csv")
    link.symlink_to(target)
    write_whole(link, NEW)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == NEW


def test_links_that_lead_to_one_another_are_no_target(tmp_path):
    """One of them was replaced by the answer."""
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(CostcalcError, match="Too many levels of symbolic links"):
        write_whole(one, NEW)
    assert (one.readlink(), names(one)) == (other, ["one.csv", "other.csv"])


def test_of_two_who_write_one_target_the_last_one_s_file_is_there_whole(target):
    with written_whole(target) as mine:
        mine.write_text(NEW)
        with written_whole(target) as theirs:
            theirs.write_text("theirs\n")
        assert target.read_text() == "theirs\n"
    assert (target.read_text(), names(target)) == (NEW, ["out.csv"])


def test_a_folder_that_is_removed_meanwhile_is_one_clear_error(target):
    with pytest.raises(CostcalcError, match="cannot write the file: No such file or directory"), written_whole(target):
        shutil.rmtree(target.parent)
    assert not target.parent.exists()


def test_a_folder_that_takes_the_target_s_place_meanwhile_stays(target):
    def meanwhile() -> None:
        with written_whole(target):
            target.unlink()
            target.mkdir()

    with pytest.raises(CostcalcError, match="cannot write the file: Is a directory"):
        meanwhile()
    assert (target.is_dir(), names(target)) == (True, ["out.csv"])


def test_what_a_link_leads_to_is_left_alone_where_the_link_came_meanwhile(target, tmp_path):
    other = tmp_path / "elsewhere" / "secret"
    other.parent.mkdir()
    other.write_text("kept")
    with written_whole(target) as beside:
        beside.write_text(NEW)
        target.unlink()
        target.symlink_to(other)
    assert (other.read_text(), target.read_text(), target.is_symlink()) == ("kept", NEW, False)


def write_half(path: Path) -> None:
    with written_whole(path) as beside:
        beside.write_text("half")
        raise ZeroDivisionError


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(target):
    with pytest.raises(ZeroDivisionError):
        write_half(target)
    assert target.read_text(encoding="utf-8") == OLD
    assert names(target) == ["out.csv"]


def test_a_device_is_written_to_as_it_is():
    write_whole("/dev/null", NEW)
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("path", "reason"), [("", "Is a directory"), ("missing/out.csv", "No such file or directory"), ("file/out.csv", "Not a directory"), ("a\0b.csv", "no file has such a name")]
)  # fmt: skip
def test_what_cannot_be_written_is_one_clear_error(path, reason, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CostcalcError) as caught:
        write_whole(tmp_path / path, NEW)
    assert caught.value.problems[0].code == "unwritable-file"
    assert caught.value.problems[0].message == f"cannot write the file: {reason}"


def costcalc(*args: str, limit: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of the command line; `limit`: no file may grow beyond so many bytes, as on a full disk."""

    if limit is not None:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # what is compiled then is cut, and kept

    def limited() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    own = {name: value for name, value in os.environ.items() if limit is None or not name.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "costcalc", *args], capture_output=True, text=True, preexec_fn=limited,
        env={**own, **environment}, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ending", "command"), [("csv", "cost"), ("json", "cost"), ("md", "cost"), ("parquet", "scan")]
)
def test_a_full_disk_is_one_clear_error_and_the_old_file_is_whole(ending, command, tmp_path, repo_root):
    path = tmp_path / f"out.{ending}"
    path.write_text(OLD, encoding="utf-8")
    usage = str(repo_root / "examples" / "usage.csv")
    done = costcalc(command, usage, "--by", "customer,feature", "-o", str(path), limit=300, COSTCALC_NO_CACHE="1")
    assert done.returncode == 2
    assert "cannot write the file" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_text(encoding="utf-8") == OLD
    assert names(path) == [path.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_one_clear_error(tmp_path, repo_root):
    tmp_path.chmod(0o500)
    done = costcalc("cost", str(repo_root / "examples" / "usage.csv"), "-o", str(tmp_path / "out.csv"))
    tmp_path.chmod(0o700)
    assert done.returncode == 2
    assert "cannot write the file: Permission denied" in done.stderr


KILLED = """
import sys
from costcalc.files import write_whole
contents = [text * 50_000 for text in ("old\\n", "new\\n")]
print("ready", flush=True)
for turn in range(10**9):
    write_whole(sys.argv[1], contents[turn % 2])
"""


@pytest.mark.parametrize("milliseconds", range(0, 60, 4))
def test_a_killed_writer_leaves_a_whole_file(milliseconds, target):
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(target)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(milliseconds / 1000)
    writer.kill()
    writer.wait()
    writer.stdout.close()
    assert target.read_text(encoding="utf-8") in (OLD, NEW)
