"""Patience: waits for a server in which Ctrl-C is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_LOOK_SECONDS = 0.1


def patiently(work: Callable[[], T], cancel: Callable[[], object] | None = None) -> T:
    """What the work gives or raises. It runs beside the main thread, which goes on hearing signals; one that ends the
    wait is told to the server by `cancel`.
    """
    outcome: dict[str, Any] = {}
    done = threading.Event()

    def run() -> None:
        try:
            outcome["found"] = work()
        except BaseException as error:
            outcome["error"] = error
        finally:
            done.set()

    threading.Thread(target=run, name="waiting", daemon=True).start()
    try:
        while not done.wait(_LOOK_SECONDS):
            pass
    except BaseException:
        if cancel:
            cancel()
            done.wait(5)
        raise
    if "error" in outcome:
        raise outcome["error"]
    found: T = outcome["found"]
    return found
