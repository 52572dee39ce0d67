"""Stopping: Ctrl-C, a request to end and a closed terminal end a command in order: nothing of it is left, one line says it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

_SAID = {"SIGINT": "Interrupted.", "SIGTERM": "Terminated.", "SIGHUP": "Hung up."}
_SIGNALS = {signal.Signals[name]: text for name, text in _SAID.items() if name in signal.Signals.__members__}
Handler = Any  # a function, a number, or None, as `signal.signal` has it
_SHELL = 128  # added to a signal's number, as shells do


class Stopped(BaseException):
    """A signal asked for the end. No handler of exceptions takes it for an error."""


def stoppable(command: Callable[[], int]) -> int:
    """The exit code of a command; 128 and the signal's number where one ended it."""
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        # Raised alone, the engine now and then waits for its other threads, which know of nothing.
        if sessions := sys.modules.get("costcalc.usage.session"):
            sessions.interrupt_sessions()
        raise Stopped

    before = _set(dict.fromkeys(_ours(), stop))
    try:
        return command()
    except BaseException as error:
        # What the engine was at work on when the signal came ends with an error of its own.
        if not came and not (isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted"):
            raise
    finally:
        _set(dict.fromkeys(before, signal.SIG_IGN))
        _remove_temporary()
        if not came:  # else the process is at its end, and another signal says nothing new
            _set(before)
    number = came[0] if came else signal.SIGINT
    with suppress(OSError):  # of a terminal that was closed
        sys.stderr.write(f"{_SIGNALS[signal.Signals(number)]}\n")
        sys.stderr.flush()
    return _SHELL + number


def _ours() -> list[signal.Signals]:
    """The signals to take: none outside the main thread, and none that whoever started us ignores (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [each for each in _SIGNALS if signal.getsignal(each) != signal.SIG_IGN]


def _set(handlers: Mapping[signal.Signals, Handler]) -> dict[signal.Signals, Handler]:
    """Hand the signals over; what they went to before."""
    return {each: signal.signal(each, handler) for each, handler in handlers.items()}


def _remove_temporary() -> None:
    """What a second signal kept from being removed in its place."""
    from costcalc.files import remove_temporary

    remove_temporary()
