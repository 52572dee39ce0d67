"""Wrapping: help breaks its lines between words; an option or a name that is cut in two cannot be copied."""

from __future__ import annotations

from typing import Any


def keep_words_whole() -> None:
    """Typer's own wrapper breaks at hyphens and within long words, and no setting reaches it."""
    from typer._click._textwrap import TextWrapper

    TextWrapper.wordsep_re = TextWrapper.wordsep_simple_re
    TextWrapper._handle_long_word = _on_its_own_line  # type: ignore[method-assign, assignment]


def _on_its_own_line(self: Any, chunks: list[str], line: list[str], length: int, width: int) -> None:
    if not line:
        line.append(chunks.pop())
