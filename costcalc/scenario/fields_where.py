"""Where, as written: globs over names, lengths of a request, hours of the day."""

from __future__ import annotations

import re
from datetime import time
from fractions import Fraction

from costcalc.calendar import zone
from costcalc.money import read_number
from costcalc.scenario.where import LENGTH_METERS, Hours, Length, Where
from costcalc.yamldoc import Document, Node, Scalar, Sequence
from costcalc.yamlfields import ANY_TEXT, Entry, Kind, Schema, YamlField, pattern
from costcalc.yamltext import flow, free, free_list

_COUNT = r"\d+(?:_\d+)*(?:\.\d+)?[KM]?"
_LENGTH = re.compile(rf"(<=|<|>=|>)\s*({_COUNT})", re.ASCII | re.IGNORECASE)
_LENGTHS = re.compile(rf"({_COUNT})\.\.({_COUNT})", re.ASCII | re.IGNORECASE)
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_HOURS = re.compile(rf"({_CLOCK})-({_CLOCK}|24:00)(?: (\S+))?", re.ASCII)
_THOUSANDS = {"K": 1_000, "M": 1_000_000}


def _read(entry: Entry, node: Node) -> Where:
    document = entry.document
    names: dict[str, tuple[str, ...]] = {}
    lengths: list[Length] = []
    hours = None
    for key, value in document.map_at(node, "where"):
        if key.text in LENGTH_METERS:
            if (text := document.text_at(value, key.text)) and (length := _length(document, key.text, text)):
                lengths.append(length)
        elif key.text == "hours":
            text = document.text_at(value, key.text)
            hours = _hours(document, text) if text else None
        elif globs := _globs(document, key.text, value):
            names[key.text] = globs
    return Where(names, tuple(lengths), hours, node.place)


def _globs(document: Document, name: str, node: Node) -> tuple[str, ...]:
    texts = document.texts_at(node, name)
    if isinstance(node, Sequence) and not node.items:
        document.report(node, "empty-where", f'"{name}" chooses nothing', expected=f"{name}: [one, another]")
    return tuple(text.text for text in texts)


def _length(document: Document, meter: str, text: Scalar) -> Length | None:
    over, up_to = _bounds(text.text.strip())
    if over is None:
        document.report(
            text,
            "bad-length",
            f'"{text.text}" is not a length of a request',
            expected='"<= 2000", "> 128K", 2000..8000',
        )
        return None
    if up_to is not None and up_to <= over:
        document.report(text, "bad-length", f'no request is of the length "{text.text}"', expected="low..high")
        return None
    return Length(meter, over, up_to, text.text.strip())


def _bounds(written: str) -> tuple[int | None, int | None]:
    """Strictly above the first, up to and including the second. (None, None): not a length."""
    if match := _LENGTHS.fullmatch(written):
        low, high = _count(match[1]), _count(match[2])
        return (None, None) if low is None or high is None else (max(0, low - 1), high)
    match = _LENGTH.fullmatch(written)
    count = _count(match[2]) if match else None
    if match is None or count is None:
        return None, None
    below = {"<=": count, "<": count - 1}
    return (0, below[match[1]]) if match[1] in below else (max(0, count - 1) if match[1] == ">=" else count, None)


def _count(text: str) -> int | None:
    """`2000`, `128K`, `1.5M`: whole tokens."""
    unit = text[-1].upper()
    count = read_number(text.rstrip("kKmM")) * _THOUSANDS.get(unit, 1)
    return int(count) if Fraction(count).denominator == 1 else None


def _hours(document: Document, text: Scalar) -> Hours | None:
    written = text.text.strip()
    match = _HOURS.fullmatch(written)
    if match is None or match[1] == match[2] or (match[1], match[2]) == ("00:00", "24:00"):
        document.report(text, "bad-hours", f'"{text.text}" are not hours', expected="22:00-06:00 Asia/Shanghai")
        return None
    try:
        zone(match[3] or "UTC")
    except ValueError:
        document.report(text, "bad-hours", f'no time zone is called "{match[3]}"', expected="22:00-06:00 Asia/Shanghai")
        return None
    return Hours(_clock(match[1]), _clock(match[2]), match[3] or "UTC", written)


def _clock(text: str) -> time:
    return time() if text == "24:00" else time.fromisoformat(text)


# --- writing and schema ---------------------------------------------------------------------------------------------------
def _written(where: Where) -> str:
    names = {name: free_list(globs) for name, globs in where.names.items()}
    lengths = {length.meter: free(length.written or _length_text(length)) for length in where.lengths}
    hours = {"hours": free(where.hours.written or _hours_text(where.hours))} if where.hours else {}
    return flow({**names, **lengths, **hours})


def _length_text(length: Length) -> str:
    if length.up_to is None:
        return f"> {length.over}"
    return f"{length.over + 1}..{length.up_to}" if length.over else f"<= {length.up_to}"


def _hours_text(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M} {hours.timezone}"


def _schema() -> Schema:
    lengths = pattern("|".join(each.pattern.replace("KM", "KMkm") for each in (_LENGTH, _LENGTHS)))
    texts = {"anyOf": [ANY_TEXT, {"type": "array", "minItems": 1, "items": ANY_TEXT}]}
    own = {**dict.fromkeys(LENGTH_METERS, lengths), "hours": pattern(_HOURS.pattern)}
    return {"type": "object", "properties": own, "additionalProperties": texts}


WHERE = YamlField(
    "where", Kind(_read, _schema, "{model: qwen*}", _written, is_text=False),
    "Which usage: provider, model, region, service_tier or any column of the log, the length of a request (input_tokens: \"> 128K\") and hours; all of it if nothing is said.",
    default=Where(), catches="a column of the log", of=lambda record: None if record.where.is_all else record.where,
)  # fmt: skip
