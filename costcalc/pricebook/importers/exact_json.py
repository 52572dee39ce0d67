"""JSON whose numbers stay exact: 1.5e-07 is 0.15 per million, not the float beside it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.files import read_text
from costcalc.money import read_number
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.yamldoc import line_of


def read_json(path: Path | str) -> Any:
    """The file's value; every number a Fraction. CostcalcError: unreadable, not JSON, or a key that stands twice."""
    return parse_json(read_text(path), str(path))


def parse_json(text: str, file: str = "<json>") -> Any:
    """The text's value, likewise."""
    try:
        return json.loads(
            text, parse_float=read_number, parse_int=Fraction, parse_constant=_refused, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        problem = Problem(
            "bad-json", f"not JSON: {error.msg}", place, line_of(text, error.lineno), remedy="download it again"
        )
        raise CostcalcError([problem]) from error
    except (ValueError, RecursionError) as error:
        raise fail("bad-json", f"cannot take this JSON: {error}", place=Place(file)) from error


def as_map(value: Any) -> dict[str, Any]:
    """The value as an object; an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise ValueError(f'the key "{key}" stands twice, with two values')
        found[key] = value
    return found
