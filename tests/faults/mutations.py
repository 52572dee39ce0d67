"""Inputs made wrong on purpose: seeded, so that what fails can be made again from its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

# What people and programs put into files by mistake.
NASTY = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xb3\xa9", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n\r\n", b"{", b"}",
    b"[", b"]", b"[" * 1200, b'{"a":' * 1200, b"NaN", b"-1", b"1e400", b"1e-400", b"9" * 5000, b"0x10", b"1_000", b"1,000",
    b"99999999999999999999999999999999999999", b"-", b"N/A", b"null", b"true", b"\\", b"${HOME}", b"../../etc/passwd",
    b"x" * 140_000, b"2026-13-45", b"9999-12-31T23:59:59Z", b"0001-01-01", b"+292277026596-12-04", b"253402300800",
    "日期".encode(), "\u202e".encode(), b"&a", b"*a", b"!!python/object:os.system", b"? ", b"- - - -", b"%", b"..", b"@", b"=", b"#",
)  # fmt: skip
NUMBER = re.compile(rb"\d+(?:\.\d+)?")
WORD = re.compile(rb"[A-Za-z_][\w-]*")


def mutated(content: bytes, random: Random) -> bytes:
    """The content with one to three things wrong."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        content = random.choice(_WAYS)(content, random)
    return content


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _without(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.randrange(1, 60) :]


def _twice(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    end = start + random.randrange(1, 200)
    return content[:end] + content[start:end] + content[end:]


def _flipped(content: bytes, random: Random) -> bytes:
    if not content:
        return content
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]


def _inserted(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content) + 1)
    return content[:place] + random.choice(NASTY) + content[place:]


def _another(pattern: re.Pattern[bytes]) -> Callable[[bytes, Random], bytes]:
    def replaced(content: bytes, random: Random) -> bytes:
        found = list(pattern.finditer(content))
        if not found:
            return content
        one, other = random.choice(found), random.choice([*NASTY, random.choice(found)[0]])
        return content[: one.start()] + other + content[one.end() :]

    return replaced


def _shuffled(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


_WAYS: Sequence[Callable[[bytes, Random], bytes]] = (
    _cut, _without, _twice, _flipped, _inserted, _inserted, _another(NUMBER), _another(NUMBER), _another(WORD), _shuffled,
)  # fmt: skip


def rows_in(usage: dict[str, Any]) -> int:
    """The rows that an answer accounts for: counted, refused, or left out with a reason."""
    counted = sum(file["rows"] for file in usage["files"])
    return counted + usage["refused_rows"] + sum(skipped["rows"] for skipped in usage["skipped"])
