"""Contents: which files hold the same text, however it was saved: a byte order mark, line ends and last empty lines aside."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costcalc.usage.files.left import Left
    from costcalc.usage.files.sources import ReadableFile

_STEM = 4096  # bytes of text that tell most files apart
_CHUNK_BYTES = 1 << 20


def stem_of(begin: bytes) -> bytes:
    """A digest of a file's first text: files with the same text share it."""
    text = begin[: 2 * _STEM].removeprefix(BOM_UTF8).replace(b"\r", b"")
    return blake2b(text[:_STEM].rstrip(b"\n"), digest_size=16).digest()


def without_copies(sources: Sequence[ReadableFile], left: Left) -> list[ReadableFile]:
    """Of files that hold the same text, packed or not, the first one: another would count all its usage twice."""
    alike = Counter(source.stem for source in sources)
    first: dict[bytes, str] = {}
    kept = []
    for source in sources:
        if alike[source.stem] > 1 and not source.is_empty:
            same = first.setdefault(_digest_of(source), source.shown)
            if same is not source.shown:
                left.copies[source.shown] = same
                continue
        kept.append(source)
    return kept


def _digest_of(source: ReadableFile) -> bytes:
    digest, held, is_text = blake2b(), b"", source.kind != "parquet"
    with io.FileIO(source.content or source.path) as stream:
        chunk = stream.read(_CHUNK_BYTES)
        if is_text:
            chunk = chunk.removeprefix(BOM_UTF8)
        while chunk:
            text = held + chunk.replace(b"\r", b"") if is_text else chunk
            ended = len(text.rstrip(b"\n")) if is_text else len(text)
            digest.update(text[:ended])
            held, chunk = text[ended:], stream.read(_CHUNK_BYTES)
    return digest.digest()
