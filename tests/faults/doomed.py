"""A server of processes that come to grief: each is a costcalc that a signal ends, or for which the disk is full.

It runs in a process of its own and has imported everything; a command is a fork of it, and takes as long as its own work.
One request a line of standard input, one answer a line of standard output. As a client: `with server() as run:`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What changes files. Each is announced just before it happens.
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.copyfile", "shutil.rmtree"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
HOME = ("TMPDIR", "XDG_CACHE_HOME", "COSTCALC_NO_CACHE", "GITHUB_STEP_SUMMARY")


@contextmanager
def server() -> Iterator[Callable[..., dict[str, Any]]]:
    """A function that runs one command: `run(words, cwd, env, change=3, signal=9)`, `seconds=0.1`, `largest=1000`."""
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "80"}
    root = Path(__file__).resolve().parents[2]
    words = [sys.executable, "-m", "tests.faults.doomed"]
    with subprocess.Popen(
        words, cwd=root, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        to, back = process.stdin, process.stdout
        assert to is not None
        assert back is not None

        def run(words: list[str], cwd: Path, env: dict[str, str], **end: object) -> dict[str, Any]:
            to.write(json.dumps({"words": words, "cwd": str(cwd), "env": env, **end}) + "\n")
            to.flush()
            found: dict[str, Any] = json.loads(back.readline())
            return found

        yield run
        to.close()


def _serve() -> None:
    _import_everything()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _import_everything() -> None:
    import importlib
    import pkgutil

    import costcalc

    for name in ("duckdb", "numpy", "openpyxl", "xlsxwriter", "holidays", "rich.console", "rich.table"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(costcalc.__path__, "costcalc."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Exit code (negative: a signal's number), what was said, how many changes of files began, how long it took."""
    reading, writing = os.pipe()
    began = time.monotonic()
    if not (child := os.fork()):
        os.close(reading)
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = 130
        try:
            code = _command(asked)
        finally:  # SIGINT while it starts
            os._exit(code)
    os.close(writing)
    if seconds := asked.get("seconds"):
        time.sleep(seconds)
        os.kill(child, asked["signal"])
    said = b""
    while part := os.read(reading, 1 << 16):
        said += part
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said, _, count = said.rpartition(b"\0changes ")
    return {
        "code": code,
        "said": said.decode("utf-8", "replace"),
        "changes": int(count or 0),
        "seconds": time.monotonic() - began,
    }


def _command(asked: dict[str, Any]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for name in HOME:
        os.environ.pop(name, None)
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    tempfile.tempdir = None
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
    if largest := asked.get("largest"):
        import resource

        sys.dont_write_bytecode = True  # what is compiled then is cut, and kept
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    count = 0

    def heard(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        if event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITING):
            count += 1
            if count == asked.get("change"):
                os.kill(os.getpid(), asked["signal"])

    from costcalc.__main__ import main

    sys.addaudithook(heard)
    try:
        code = main(asked["words"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.write(1, b"\0changes %d" % count)
    return code


if __name__ == "__main__":
    _serve()
