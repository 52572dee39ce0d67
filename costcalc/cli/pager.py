"""Pager: a page longer than the terminal goes through the reader's own pager, if there is one."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_LESS = "FRX"  # as git has it: end at once where all fits, keep colours, leave the text on the screen


def show(console: Console, page: RenderableType, is_paged: bool) -> None:
    """Print the page; through the pager where standard output is a terminal that is too low for it."""
    command = pager() if is_paged and console.is_terminal and not console.legacy_windows else None
    if command is None:
        console.print(page, crop=False)  # lines to paste may be longer
        return
    with console.capture() as captured:
        console.print(page, crop=False)
    text = captured.get()
    if text.count("\n") < console.height or not _through(command, text):
        sys.stdout.write(text)


def pager() -> list[str] | None:
    """$PAGER, else less where it is installed; none in CI, on a dumb terminal, or where PAGER is empty or cat."""
    if os.environ.get("CI") or os.environ.get("TERM", "dumb") == "dumb":
        return None
    named = os.environ.get("PAGER")
    try:
        words = shlex.split("less" if named is None else named)
    except ValueError:  # a quote is not closed
        return None
    if not words or words == ["cat"]:
        return None
    program = shutil.which(words[0])
    return [program, *words[1:]] if program else None


def _through(command: list[str], text: str) -> bool:
    """Whether the pager ran. What stops it is a key of its own; Ctrl-C is for it alone."""
    import signal
    import subprocess

    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        env = os.environ | {"LESS": os.environ.get("LESS", _LESS)}
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=env, restore_signals=True) as running:
            running.communicate(text.encode())
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
