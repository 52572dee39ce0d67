"""Problems on a stream: plain text, and where somebody watches, the level in colour."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TextIO

from costcalc.problems import Problem, problem_text

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_RESET = "\x1b[0m"


def write_problems(problems: Sequence[Problem], stream: TextIO, level: str = "error") -> None:
    """Every problem with its place and remedy, an empty line between two."""
    texts = [problem_text(problem, level) for problem in problems]
    if _may_colour(stream):
        texts = [_coloured(text, level) for text in texts]
    stream.write("\n\n".join(texts) + "\n" if texts else "")


def _may_colour(stream: TextIO) -> bool:
    """A terminal that is not told otherwise (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _coloured(text: str, level: str) -> str:
    """The first `error[code]` in colour: what follows it comes from a file."""
    return re.sub(rf"{level}\[[\w-]+\]", lambda match: f"{_COLOURS[level]}{match[0]}{_RESET}", text, count=1)
