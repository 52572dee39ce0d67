"""Stopping: Ctrl-C, a request to end and a closed terminal end a command in order: nothing of it is left, one line says it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_SAID = {"SIGINT": "Interrupted.", "SIGTERM": "Terminated.", "SIGHUP": "Hung up."}
_SIGNALS = {signal.Signals[name]: text for name, text in _SAID.items() if name in signal.Signals.__members__}
Handler = Any  # a function, a number, or None, as `signal.signal` has it
_SHELL = 128  # added to a signal's number, as shells do
_UNHEARD_SECONDS = 0.2  # after so long without its handler, a signal is sent again
_UNHEEDED_SECONDS = 5.0  # after so long at work in spite of its handler, too


class Stopped(BaseException):
    """A signal asked for the end. No handler of exceptions takes it for an error."""


def stoppable(command: Callable[[], int]) -> int:
    """The exit code of a command; 128 and the signal's number where one ended it."""
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        # Raised alone, the engine now and then waits for its other threads, which know of nothing.
        if sessions := sys.modules.get("costcalc.usage.files.session"):
            sessions.interrupt_sessions()
        raise Stopped

    before = _set(dict.fromkeys(_ours(), stop))
    try:
        with _insisting(came), _unraised():
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


@contextmanager
def _unraised() -> Iterator[None]:
    """Within, nothing is said of a signal that came in a destructor: it is sent again."""
    before = sys.unraisablehook

    def say(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, Stopped):
            before(unraisable)

    sys.unraisablehook = say
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def _insisting(came: Collection[int]) -> Iterator[None]:
    """Within, a signal is sent again until it is heard.

    Python hands a signal on between two of its own steps. One that comes within a step that then waits, as for a pipe
    that nobody writes to, would be heard when the wait is over; one that is raised in a destructor would be dropped.
    """
    if not _ours() or not hasattr(signal, "pthread_kill"):
        yield
        return
    main, ended = threading.get_ident(), threading.Event()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def insist() -> None:
        number = 0
        while number not in _SIGNALS:
            if not (byte := os.read(reading, 1)):
                return
            number = byte[0]
        while not ended.wait(_UNHEEDED_SECONDS if came else _UNHEARD_SECONDS):
            signal.pthread_kill(main, number)

    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    insisting = threading.Thread(target=insist, name="insisting", daemon=True)
    insisting.start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(before)
        os.close(writing)
        insisting.join()
        os.close(reading)


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
