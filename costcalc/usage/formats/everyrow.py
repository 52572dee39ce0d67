"""What --map says of every row alike: `model==gpt-5-mini`. It changes what the rows say, never how they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.usage.formats.failed import NO, YES, as_said
from costcalc.usage.formats.ids import REQUEST_ID
from costcalc.usage.formats.model import FormatSpec, Shape, Text
from costcalc.usage.formats.names import canonical, meaning_by_name

FAILED = "failed"
# What may be said of every row.
SAME = ("provider", "model", "region", "service_tier", "currency", FAILED, REQUEST_ID)


def is_constant(name: str, written: str, header: Collection[str]) -> bool:
    """Whether this gives every row one text; a column may have a name that begins with `=`."""
    return written.startswith("=") and written not in header and meaning_by_name().get(canonical(name)) in SAME


def is_of_failed(name: str, written: str, header: Collection[str]) -> bool:
    """Whether this names the column that says how a call ended: it changes nothing of how the rest is read."""
    return meaning_by_name().get(canonical(name)) == FAILED and not is_constant(name, written, header)


def constant_of(name: str, written: str, file: str) -> str:
    """The text that every row has. CostcalcError: there is none."""
    text = written.removeprefix("=").strip()
    if not text:
        problem = Problem(
            "empty-constant",
            f"--map {name}={written}: nothing stands behind the second =",
            Place(file, 1),
            expected=f"what every row has as its {name}",
            remedy=f"say it, as in --map {name}==NAME, or leave this --map out",
        )
        raise CostcalcError([problem])
    meaning = meaning_by_name()[canonical(name)]
    if meaning == FAILED and text.lower() not in (*YES, *NO):
        expected = "no: every call is counted; yes: none that says that it failed"
        raise _wrong(name, text, file, f'"{text}" is neither yes nor no', expected, "that says how a call ended")
    if meaning == REQUEST_ID and text.lower() not in NO:
        expected = "no: every row counts, whatever its id"
        raise _wrong(name, text, file, "no two requests have one id", expected, "of the ids")
    return text


def _wrong(name: str, text: str, file: str, why: str, no: str, column: str) -> CostcalcError:
    """Of what no row can have there. `no`: what a no says, `column`: what a column of it holds."""
    problem = Problem(
        "empty-constant",
        f"--map {name}=={text}: {why}",
        Place(file, 1),
        expected=no,
        remedy=f"write --map {name}==no, or --map {name}=COLUMN for the column {column}",
    )
    return CostcalcError([problem])


def constants_of(mapping: Mapping[str, str], header: Collection[str], file: str) -> dict[str, str]:
    """Meaning → the text that every row has. CostcalcError: one of them is empty."""
    return {
        meaning_by_name()[canonical(name)]: constant_of(name, written, file)
        for name, written in mapping.items()
        if is_constant(name, written, header)
    }


def with_constants(spec: FormatSpec, constants: Mapping[str, str]) -> FormatSpec:
    """The format with every row saying these."""
    if not constants:
        return spec
    if FAILED in constants:
        spec = as_said(spec, constants[FAILED])
    if REQUEST_ID in constants:
        spec = replace(spec, dedupe=None, replies=None)
    shapes = tuple(_said(shape, constants) for shape in spec.shapes)
    parts = tuple(replace(part, shape=_said(part.shape, constants)) for part in spec.parts)
    return replace(spec, shapes=shapes, parts=parts)


def _said(shape: Shape, constants: Mapping[str, str]) -> Shape:
    said = {meaning: Text(constant=text) for meaning, text in constants.items()}
    currency = said.get("currency")
    return replace(
        shape,
        provider=said.get("provider", shape.provider),
        model=said.get("model", shape.model),
        region=said.get("region", shape.region),
        service_tier=said.get("service_tier", shape.service_tier),
        cost=replace(shape.cost, currency=currency) if currency and shape.cost else shape.cost,
    )
