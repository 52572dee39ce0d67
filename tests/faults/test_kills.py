"""Every command that writes, ended in the middle of it: the target is the old file or the whole new one, and nothing is left.

A process that is killed outright cannot tidy up: the next one that writes there does. Half of the kills come just before
a change of files, the others at any time. `DEEP=20` tries twenty times as many.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest

from tests.faults.doomed import server
from tests.kit import DEEP, kept_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are not copied here")

LOG = "date,provider,model,customer,input_tokens,output_tokens\n" + "".join(
    f"2026-10-{day:02d},alibaba,qwen-plus,customer {day},{day}000,500\n" for day in range(1, 31)
)
BUDGETS = "budgets:\n  - {name: all, each: month, limit: 1 USD}\n"
CARD = "provider,model,meter,price,per,currency,from\nacme,chat-1,input_tokens,2,1000000,USD,2026-01-01\n"
BOOK = """\
provider: acme
currency: USD
timezone: UTC
sources:
  page: {url: https://acme.example/prices, read: 2026-06-01, confidence: official}
models:
  chat-1:
    prices:
      2026-01-01: {source: page, input_tokens: 2 per 1M, output_tokens: 8 per 1M}
"""
LITELLM = {"chat-1": {"litellm_provider": "acme", "input_cost_per_token": 3e-6, "output_cost_per_token": 9e-6}}
MODELS_DEV = {"acme": {"models": {"chat-1": {"cost": {"input": 3, "output": 9}}}}}
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
CODES = {signal.SIGKILL: (-9,), signal.SIGTERM: (143, -15), signal.SIGINT: (130,)}  # -15: before it hears signals
LEFT = re.compile(r"(\..*\.)?costcalc-[0-9a-f]{16}(\.part)?")
OLD = b"the old file\n"


@dataclass(frozen=True)
class Writer:
    """A command, what it writes over, and what lies beside it."""

    words: str
    over: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    code: int = 0

    @property
    def id(self) -> str:
        return self.words.split(" -o ")[0].replace(" ", "-") + "-" + ",".join(self.over)


def _to(words: str, *over: str, code: int = 0, **beside: str) -> Writer:
    outputs = "".join(f" -o {name}" for name in over)
    return Writer(words + outputs, over, {name.replace("_", "."): text for name, text in beside.items()}, code)


WRITERS = (
    *(_to("cost u.csv --by customer", f"out.{ending}") for ending in ("csv", "json", "md", "txt", "xlsx", "parquet", "focus.csv", "focus.parquet")),
    _to("cost u.csv", "a.csv", "b.json", "c.parquet"),
    _to("report u.csv --hike any=20", "out.html"),
    _to("report u.csv --hike any=20 --chart bridge", "out.svg"),
    _to("check u.csv --budgets b.yaml", "out.xml", "out.sarif", "out.md", b_yaml=BUDGETS),
    _to("scan u.csv --by customer", "ledger.parquet"),
    Writer("advise u.csv -o plan.yaml"),
    *(_to(f"init {name} --force", "begun") for name in ("config", "scenario", "budgets", "self-hosted")),
    _to("init format u.csv --force", "begun.yaml"),
    Writer("init prices mine.csv --force -o lists", (), {"mine.csv": LOG.replace("qwen-plus", "of-our-own")}),
    Writer("prices import card.csv -o acme.yaml", (), {"card.csv": CARD}),
    Writer(
        "prices update --from others --into books --on 2026-11-30 --write", (),
        {"books/acme.yaml": BOOK, "others/model_prices_and_context_window.json": json.dumps(LITELLM), "others/api.json": json.dumps(MODELS_DEV)},
    ),
    _to("prices diff 2026-01-01 2026-09-30 --provider alibaba", "out.csv", "out.json"),
)  # fmt: skip


def _content(path: Path) -> bytes:
    """What a file says; a workbook whole or not, without the second in which it was made."""
    content = path.read_bytes()
    if path.suffix != ".xlsx" or content == OLD:
        return content
    with ZipFile(path) as book:
        return repr([(name, book.read(name)) for name in book.namelist() if name != "docProps/core.xml"]).encode()


@dataclass(frozen=True)
class Place:
    """The folder of a writer, with one for temporary files beside it, and one for the cache of books."""

    home: Path
    cache: Path

    @property
    def folder(self) -> Path:
        return self.home / "here"

    @property
    def env(self) -> dict[str, str]:
        return {"TMPDIR": str(self.home / "temporary"), "XDG_CACHE_HOME": str(self.cache)}

    def laid_out(self, writer: Writer) -> dict[str, bytes]:
        """As it is before the command runs."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.home / "temporary").mkdir(exist_ok=True)
        for name, text in {"u.csv": LOG, **writer.beside}.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        for name in writer.over:
            (self.folder / name).write_bytes(OLD)
        return self.files()

    def files(self) -> dict[str, bytes]:
        """What is in the folder, but for what a killed process left."""
        found = [path for path in self.folder.rglob("*") if path.is_file() and not LEFT.fullmatch(path.name)]
        return {path.relative_to(self.folder).as_posix(): _content(path) for path in found}

    def litter(self) -> list[Path]:
        left = [path for root in (self.folder, self.cache) for path in root.rglob("*") if LEFT.fullmatch(path.name)]
        # Python's own look at whether a folder for temporary files can be written to is a file of these bytes.
        looks = ("blat", "")
        beside = [
            path for path in (self.home / "temporary").iterdir() if path.is_dir() or path.read_text() not in looks
        ]
        return [*left, *beside]

    def an_hour_later(self) -> None:
        for path in self.litter():
            os.utime(path, (0, 0))


@pytest.fixture(scope="module")
def run():
    with server() as found:
        yield found


@pytest.fixture(scope="module")
def cache(run) -> Path:
    """A cache of books that is filled."""
    place = Place(kept_folder(), kept_folder())
    place.laid_out(WRITERS[0])
    assert run(["cost", "u.csv"], place.folder, place.env)["code"] == 0
    return place.cache


@pytest.fixture
def place(tmp_path, cache) -> Place:
    return Place(tmp_path, cache)


def _ends(random: Random, usual: Mapping[str, float], count: int) -> Iterator[dict[str, float]]:
    for number in range(count):
        end = {"signal": SIGNALS[number % len(SIGNALS)]}
        if random.random() < 0.5:
            yield end | {"change": random.randrange(1, int(usual["changes"]) + 1)}
        else:
            yield end | {"seconds": random.uniform(0.001, usual["seconds"])}


@pytest.mark.slow
@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.id)
def test_a_writer_that_is_ended_leaves_the_old_file_or_the_new_one(run, place, tallied, writer):
    words = writer.words.split()
    before = place.laid_out(writer)
    usual = run(words, place.folder, place.env)
    after = place.files()
    assert usual["code"] in (0, 1), usual["said"]
    assert (before != after, place.litter()) == (True, [])

    kills = 0
    for end in _ends(Random(writer.words), usual, 3 * DEEP):
        place.laid_out(writer)
        was_left = place.litter()
        ended = run(words, place.folder, place.env, **end)
        assert ended["code"] in (usual["code"], *CODES[end["signal"]]), (end, ended)
        assert "Traceback" not in ended["said"], (end, ended["said"])
        for name, content in place.files().items():
            assert content in (before.get(name), after.get(name)), f"{end}: {name} is broken"
        assert before.keys() - place.files().keys() == set(), end
        if end["signal"] != signal.SIGKILL:
            assert place.litter() in (was_left, []), (end, place.litter())
        kills += ended["code"] != usual["code"]

    place.an_hour_later()
    place.laid_out(writer)
    assert run(words, place.folder, place.env)["code"] == usual["code"]
    assert (place.files() == after, place.litter()) == (True, [])
    tallied("kills of writers", kills=kills, broken_targets=0, litter=0)


def test_a_kill_while_the_books_are_cached_leaves_a_cache_that_is_whole_or_none(run, tmp_path, tallied):
    """What a killed process left beside the cache goes with the next one that fills it."""
    words, first = ["cost", "u.csv"], Place(tmp_path, tmp_path / "cache")
    first.laid_out(WRITERS[0])
    usual = run(words, first.folder, first.env)
    whole = {path.name: path.read_bytes() for path in first.cache.rglob("*.json")}
    assert whole
    kills = 0
    for end in _ends(Random("cache"), usual, 6 * DEEP):
        for path in first.cache.rglob("*.json"):
            path.unlink()
        ended = run(words, first.folder, first.env, **end)
        assert {path.name: path.read_bytes() for path in first.cache.rglob("*.json")}.items() <= whole.items(), end
        kills += ended["code"] != 0
    first.an_hour_later()
    for path in first.cache.rglob("*.json"):
        path.unlink()
    assert run(words, first.folder, first.env)["said"] == usual["said"]
    assert ({path.name: path.read_bytes() for path in first.cache.rglob("*.json")}, first.litter()) == (whole, [])
    tallied("kills of writers", kills=kills, broken_targets=0, litter=0)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.id)
def test_a_writer_for_which_the_disk_is_full_says_so_and_leaves_the_old_file(run, place, tallied, writer):
    """No file may be larger than so many bytes: the write fails in the middle, as on a full disk."""
    words = writer.words.split()
    before = place.laid_out(writer)
    for largest in (1, 700, 7_000)[:: 1 if DEEP > 1 else 2]:
        place.laid_out(writer)
        ended = run(words, place.folder, place.env, largest=largest)
        assert ended["code"] in (0, 1, 2), ended
        assert "met a bug" not in ended["said"]
        if ended["code"] == 2:
            assert "error[" in ended["said"]
        changed = {name for name, content in place.files().items() if content != before.get(name)}
        assert ended["code"] != 2 or len(changed) < max(len(writer.over), 3), changed
        assert all(place.files()[name] for name in changed)
        assert place.litter() == []
        if largest == 1:
            assert (ended["code"], changed) == (2, set()), ended
    tallied("full disks", inputs=2, broken_targets=0, litter=0)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not shutil.which("mount") or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False).returncode:  # fmt: skip
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.xlsx", "out.parquet", "out.focus.csv"])
def test_a_disk_that_is_really_full_or_read_only(run, place, small_disk, tallied, name):
    place.laid_out(WRITERS[0])
    (small_disk / name).write_bytes(OLD)
    words = ["cost", "u.csv", "--by", "customer", "-o", str(small_disk / name)]
    for reason in ("No space left on device", "It is read-only"):
        if reason.startswith("No"):
            with suppress(OSError), (small_disk / "other").open("wb", buffering=0) as other:
                while other.write(bytes(4_096)):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        ended = run(words, place.folder, place.env)
        assert (ended["code"], f"error[unwritable-file]: cannot write the file: {reason}" in ended["said"]) == (2, True), ended  # fmt: skip
        assert ((small_disk / name).read_bytes(), place.litter()) == (OLD, [])
        assert {path.name for path in small_disk.iterdir()} == {name, "other"}
    tallied("full disks", inputs=2, broken_targets=0, litter=0)


def test_a_folder_that_cannot_be_made(run, place):
    place.laid_out(WRITERS[0])
    (place.folder / "mine.csv").write_text(LOG.replace("qwen-plus", "of-our-own"))
    ended = run(["init", "prices", "mine.csv", "-o", "u.csv/lists"], place.folder, place.env)
    assert (ended["code"], "error[unwritable-file]" in ended["said"]) == (2, True), ended


def test_odd_targets(run, place):
    """A folder, a link, a pipe, a device, standard output by another name."""
    place.laid_out(WRITERS[0])
    (place.folder / "folder.csv").mkdir()
    (place.folder / "link.csv").symlink_to("real.csv")
    for target, code, says in (
        ("folder.csv", 2, "Is a directory"),
        ("link.csv", 0, "link.csv is written"),
        ("/dev/full", 2, "No space left on device"),
        ("/dev/null", 0, "/dev/null is written"),
        ("nowhere/out.csv", 2, "No such file or directory"),
        ("/dev/stdout", 0, "provider,model,"),
    ):
        ended = run(["cost", "u.csv", "--format", "csv", "-o", target], place.folder, place.env)
        assert (ended["code"], says in ended["said"]) == (code, True), ended
    assert (place.folder / "link.csv").readlink() == Path("real.csv")
    assert (place.folder / "real.csv").read_text().startswith("provider,model,")
    os.mkfifo(place.folder / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((place.folder / "pipe").read_text()), daemon=True)
    reader.start()
    assert run(["cost", "u.csv", "--format", "csv", "-o", "pipe"], place.folder, place.env)["code"] == 0
    reader.join(20)
    assert got[0].startswith("provider,model,")
    assert place.litter() == []


def test_standard_output_that_is_added_to_is_not_written_over(run, place):
    place.laid_out(WRITERS[0])
    log = place.folder / "log"
    log.write_text("what was there\n")
    words = [sys.executable, "-m", "costcalc", "cost", "u.csv", "--json", "-o", "/dev/stdout"]
    with log.open("a") as out:
        subprocess.run(words, cwd=place.folder, env=os.environ | place.env, stdout=out, check=True)
    assert log.read_text().startswith("what was there\n{\n")
