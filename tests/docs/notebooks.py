"""Notebooks: their cells run in order in one namespace; what a cell shows is what a notebook would show."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Output = dict[str, Any]


def run(path: Path) -> Iterator[list[Output]]:
    """The outputs of each code cell, run in the notebook's own folder."""
    names: dict[str, Any] = {"__name__": "__main__"}
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        for cell in cells(path):
            if cell["cell_type"] == "code":
                yield _outputs("".join(cell["source"]), names)
    finally:
        os.chdir(before)


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def _outputs(source: str, names: dict[str, Any]) -> list[Output]:
    """What is printed, and the value of the last line where it is an expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    found: list[Output] = []
    if printed.getvalue():
        found.append({"name": "stdout", "output_type": "stream", "text": lines_of(printed.getvalue())})
    if value is not None:
        found.append({"data": _data(value), "metadata": {}, "output_type": "display_data"})
    return found


def _data(value: Any) -> dict[str, list[str]]:
    """As a notebook keeps it; of a frame the plain text alone, which does not change with the version of pandas."""
    if hasattr(value, "to_string"):
        return {"text/plain": lines_of(value.to_string(index=False))}
    html = value._repr_html_() if hasattr(value, "_repr_html_") else None
    return {"text/html": lines_of(html)} if html else {"text/plain": lines_of(repr(value))}


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)
