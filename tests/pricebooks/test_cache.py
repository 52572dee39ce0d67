"""The cache of books: the same as reading, another one when a byte changes, never in the way."""

import os
import pickle
from hashlib import sha256

import pytest

from costcalc import cache
from costcalc.meters import meters
from costcalc.pricebook.cache import cached_books
from costcalc.pricebook.load import load_fx
from costcalc.pricebook.read import read_book
from costcalc.usage.formats.read import shipped_formats
from tests.kit import book, flat


class Forgetful(dict):
    def __setitem__(self, key, value):
        """Each call is that of a new process."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_HELD", Forgetful())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path / "cache" / "costcalc"


class Reader:
    """Counts how often the files were read."""

    def __init__(self, path, clean=True):
        self.path, self.clean, self.times = path, clean, 0

    def __call__(self):
        self.times += 1
        return [read_book(self.path)], self.clean


def priced(tmp_path, price):
    path = tmp_path / "book.yaml"
    path.write_text(book(flat("m", input_tokens=price)))
    return path


def test_what_was_read_once_is_the_same_without_reading(tmp_path):
    path = priced(tmp_path, "1")
    read = Reader(path)
    assert cached_books([path], read) == cached_books([path], read) == [read_book(path)]
    assert read.times == 1


def test_a_changed_digit_is_read_anew(tmp_path):
    read = Reader(priced(tmp_path, "1.00"))
    before = read.path.stat()
    cached_books([read.path], read)
    priced(tmp_path, "2.00")
    os.utime(read.path, ns=(before.st_atime_ns, before.st_mtime_ns))  # the same size and time: only the content differs
    (found,) = cached_books([read.path], read)
    assert found.models["m"].blocks[0].standard.rates["input_tokens"].price == 2
    assert read.times == 2


def test_within_a_process_it_is_the_very_same_until_a_file_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_HELD", {})
    read = Reader(priced(tmp_path, "1"))
    first = cached_books([read.path], read)
    assert cached_books([read.path], read) is first
    priced(tmp_path, "2")
    (found,) = cached_books([read.path], read)
    assert found.models["m"].blocks[0].standard.rates["input_tokens"].price == 2
    assert read.times == 2


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[1]"])
def test_a_damaged_cache_is_read_anew(tmp_path, folder, content):
    read = Reader(priced(tmp_path, "1"))
    cached_books([read.path], read)
    (kept,) = folder.iterdir()
    kept.write_bytes(content)
    assert cached_books([read.path], read) == [read_book(read.path)]
    assert read.times == 2


def test_one_changed_byte_anywhere_is_read_anew(tmp_path, folder):
    read = Reader(priced(tmp_path, "1"))
    cached_books([read.path], read)
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        kept.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert cached_books([read.path], read) == [read_book(read.path)]
    assert read.times == 4


def test_only_the_models_that_are_asked_for_are_made(tmp_path):
    path = tmp_path / "book.yaml"
    path.write_text(book(flat("m", input_tokens="1"), flat("n", input_tokens="2")))
    read = Reader(path)
    cached_books([path], read)
    (found,) = cached_books([path], read)
    assert list(found.models) == ["m", "n"]
    assert found.models["n"] == read_book(path).models["n"]
    assert list(found.models._made) == ["n"]


def test_a_wrong_file_is_not_kept(tmp_path, folder):
    read = Reader(priced(tmp_path, "1"), clean=False)
    cached_books([read.path], read)
    assert not folder.exists()


def test_without_a_cache_it_reads(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("COSTCALC_NO_CACHE", "1")
    read = Reader(priced(tmp_path, "1"))
    cached_books([read.path], read)
    cached_books([read.path], read)
    assert (read.times, folder.exists()) == (2, False)


def test_a_folder_that_cannot_be_written_is_no_problem(tmp_path, folder):
    folder.parent.write_text("a file where the folder should be")
    read = Reader(priced(tmp_path, "1"))
    assert cached_books([read.path], read) == [read_book(read.path)]


def test_few_old_ones_are_kept(tmp_path, folder):
    for price in range(1, 9):
        read = Reader(priced(tmp_path, str(price)))
        cached_books([read.path], read)
    assert len(list(folder.iterdir())) == cache._KEPT


@pytest.mark.parametrize("read", [meters, shipped_formats, load_fx], ids=["meters", "formats", "fx"])
def test_what_ships_is_the_same_from_the_cache(read, folder):
    """Meters, formats and exchange rates are read without a YAML parser the second time."""
    getattr(read, "cache_clear", lambda: None)()
    first = read()
    assert len(list(folder.iterdir())) >= 1
    getattr(read, "cache_clear", lambda: None)()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("costcalc.yamldoc.parse_yaml", None)
        patch.setattr("costcalc.yamldoc.read_yaml", None)
        assert read() == first


def test_nothing_in_a_cache_file_runs(tmp_path, folder):
    """Whoever can write the file, and its digest, gets no further than data."""
    read, ran = Reader(priced(tmp_path, "1")), tmp_path / "ran"
    cached_books([read.path], read)
    (kept,) = folder.iterdir()

    class Evil:
        def __reduce__(self):
            return open, (str(ran), "w")

    for payload in (pickle.dumps(Evil()), b'[["open", "%s", "w"]]\n[]' % str(ran).encode()):
        kept.write_bytes(sha256(payload).digest() + payload)
        assert cached_books([read.path], read) == [read_book(read.path)]
    assert read.times == 3
    assert not ran.exists()
