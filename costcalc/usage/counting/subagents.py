"""Subagents: agents that a session of Claude Code started. What they used stands in files of their own.

A session names them where it holds their answers; before they had files of their own, their lines stood within it and
had no name. The files are searched as bytes: to parse every line once more would take as long as to count.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from costcalc.jsondoc import read_json

if TYPE_CHECKING:
    from costcalc.usage.reading.readings import Reading

_FORMAT = "claude-code"
_NAME = re.compile(rb'"agentId": ?"([^"]*)"')
_SHOWN = 3  # files in a note


def missing_agents(readings: Sequence[Reading]) -> list[str]:
    """A note where sessions name agents whose lines are not in the files that were read."""
    sources = [source for reading in readings if reading.spec.name == _FORMAT for source in reading.sources]
    started: dict[str, str] = {}  # agent → session's file
    here: set[str] = set()
    for source in sources:
        for agent, is_answer in _mentions(Path(source.path)):
            if is_answer:
                started.setdefault(agent, source.shown)
            else:
                here.add(agent)
    missing = {agent: file for agent, file in started.items() if agent not in here}
    return [_note(missing)] if missing else []


def _note(missing: dict[str, str]) -> str:
    count, file = len(missing), next(iter(missing.values()))
    session, one = PurePath(file).with_suffix(""), count == 1
    return (
        f"{_listed(dict.fromkeys(missing.values()))}: {count:,} agent{'' if one else 's'} started, of which no file was read:"
        f" {'its' if one else 'their'} usage is not counted. Claude Code keeps {_listed(f'agent-{agent}.jsonl' for agent in missing)}"
        f" in {session / 'subagents'} or beside the session; name the folder to read all of it"
    )


def _listed(names: Iterable[str]) -> str:
    each = list(names)
    return ", ".join(each[:_SHOWN]) + f" and {len(each) - _SHOWN:,} more" * (len(each) > _SHOWN)


def _mentions(path: Path) -> Iterator[tuple[str, bool]]:
    """The agents that lines name: as whose they are (False), or because they hold their answer (True)."""
    if not path.stat().st_size:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        known = set[bytes]()
        for match in _NAME.finditer(data):
            start, end = data.rfind(b"\n", 0, match.start()) + 1, data.find(b"\n", match.end())
            line = data[start : end if end >= 0 else len(data)]
            # Lines of an agent's own say its name over and over.
            if match[1] in known and b'"toolUseResult"' not in line:
                continue
            record = _record(line)
            answer = record.get("toolUseResult")
            if isinstance(agent := record.get("agentId"), str):
                known.add(match[1])
                yield agent, False
            if isinstance(answer, dict) and isinstance(agent := answer.get("agentId"), str):
                yield agent, True


def _record(line: bytes) -> dict[str, object]:
    try:
        found = read_json(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
