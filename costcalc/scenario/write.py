"""Writing scenarios: a scenario as the YAML text that is read back as the same scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap

from costcalc.scenario.changes import UsageChange
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.read import SCENARIO
from costcalc.scenario.revenue import Fee, OwnPrice
from costcalc.yamltext import flow

Written = PriceItem | UsageChange | Fee | OwnPrice

_LINE = 118


def scenario_yaml(
    scenario: Scenario, head: Iterable[str] = (), above: Callable[[Written], str] = lambda entry: ""
) -> str:
    """The scenario as YAML text.

    `head` are lines of comment at its top, `above` says what stands over an entry as a comment. A figure that no
    decimal writes out is cut after 12 decimals. ValueError: a price change that no file can say.
    """
    lines = [f"# {line}".rstrip() for line in head]
    for field, value in SCENARIO.said(scenario):
        table = field.kind.entries
        if table is None:
            lines += ["" for _ in range(field.key == "simulate")]
            lines.append(f"{field.key}: {field.kind.write(value)}")
        else:
            lines += ["", f"{field.key}:"]
            lines += [line for entry in value for line in _entry(table.written(entry), above(entry))]
    return "\n".join([*lines, ""])


def _entry(parts: dict[str, str], comment: str) -> Iterator[str]:
    """In one line where it fits, else a line a key."""
    for paragraph in comment.splitlines():
        yield from (f"  # {line}" for line in wrap(paragraph, _LINE - 4) or [""])
    line = f"  - {flow(parts)}"
    if len(line) <= _LINE:
        yield line
        return
    for position, (key, value) in enumerate(parts.items()):
        yield f"  {'  ' if position else '- '}{key}: {value}"
