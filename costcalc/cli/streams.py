"""Streams: one that was closed, or whose reader has gone, takes what is written to it and says nothing; a log of GitHub
Actions takes no orders from what is written to it.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from typing import TextIO

# Orders as a runner finds them: `::name` where a line begins, `##[name]` anywhere.
_ORDER = re.compile(r"^(\s*:)(?=:)|(##)(?=\[)", re.MULTILINE)
_APART = "\u2060"  # a word joiner: it shows nothing, and is no letter of an order


def prepare_streams() -> None:
    """Open what is closed, to nowhere; let pipes lose their readers. The exit code stays that of the answer."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            # The lowest number that is free is this one: nothing else that is opened may get it.
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
        elif number:
            if _is_pipe(stream, number):
                stream = _patient(stream, number, _Harmless if under_actions() else io.TextIOWrapper)
                setattr(sys, name, stream)
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a sign that the encoding lacks, a name that is no text


def _is_pipe(stream: object, number: int) -> bool:
    try:
        own = stream.fileno() == number  # type: ignore[attr-defined]
        return own and stat.S_ISFIFO(os.fstat(number).st_mode)
    except (AttributeError, OSError, ValueError):
        return False  # of a test, or of a notebook


def under_actions() -> bool:
    """Whether a runner of GitHub Actions reads what is written."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


class _Harmless(io.TextIOWrapper):
    """A pipe to a runner: names of files, budgets and models in it are no orders."""

    _last = ""  # of the line so far: an order may come in two parts

    def write(self, text: str) -> int:
        harmless = _ORDER.sub(lambda order: order[0] + _APART, self._last + text).removeprefix(self._last)
        self._last = (self._last + text)[-2:].rpartition("\n")[2]
        return super().write(harmless)


def write_orders(stream: TextIO, text: str) -> None:
    """Write what a runner shall carry out."""
    if isinstance(stream, _Harmless):
        io.TextIOWrapper.write(stream, text)
    else:
        stream.write(text)


def _patient(stream: io.TextIOWrapper, number: int, kind: type[io.TextIOWrapper]) -> io.TextIOWrapper:
    stream.flush()
    buffer = io.BufferedWriter(_Pipe(number, "wb", closefd=False))  # type: ignore[type-var]
    return kind(
        buffer, stream.encoding, stream.errors, line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )  # fmt: skip


class _Pipe(io.FileIO):
    """A pipe that may lose its reader: `| head` for one."""

    def write(self, content: bytes) -> int:  # type: ignore[override]
        try:
            return super().write(content) or 0
        except BrokenPipeError:
            return len(content)
