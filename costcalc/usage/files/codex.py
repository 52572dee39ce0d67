"""Codex sessions: the totals that a session counts up become one usage an event, with the model of its turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from costcalc.usage.files.unfold import Numbered, Record, read_exact

_MARKS = ('"token_count"', '"turn_context"', '"session_meta"')  # no other line says anything of usage
_PAUSE = 1  # seconds: what a fork copies of its parent is written without a pause, and before anything of its own
Counts = Mapping[str, int]


def sessions(lines: Iterable[Numbered]) -> Iterator[Numbered]:
    """One record an event that counts new tokens. A session without any is a record too; so is a line that was cut.

    `usage` is what was added to the session's total; of one request (`requests` is 1) it is what the event says that
    the last request took. Totals that are said again are no usage.
    """
    session = _Session()
    begins, found = 1, False
    for number, line in lines:
        text = line.rstrip()
        if not text.endswith("}"):
            yield number, text
            continue
        if session.is_replay:
            session.notice_pause(text)
        if not any(mark in text for mark in _MARKS):
            continue
        event = read_exact(text)
        if event is None:
            yield number, text
            continue
        record = session.take(event)
        begins = begins if found else number
        if record is not None:
            found = True
            yield number, json.dumps(record)
    if not found:
        yield begins, json.dumps(session.record(session.time))


class _Session:
    """What the lines so far say of the session and of its turn."""

    def __init__(self) -> None:
        self.named: Record = {}
        self.model: Any = None
        self.total: Counts = {}
        self.is_replay = False
        self.time: str | None = None
        self._before: datetime | None = None

    def notice_pause(self, line: str) -> None:
        """A pause ends what a fork repeats of its parent. The time stands at the line's begin, which may be long."""
        time = _time_of(line[:200].partition('"timestamp"')[2].partition('"')[2].partition('"')[0])
        if time is None:
            return
        if self._before is not None and (time - self._before).total_seconds() > _PAUSE:
            self.is_replay = False
        self._before = time

    def take(self, event: Record) -> Record | None:
        """The usage that an event adds; None: it adds none."""
        payload = event.get("payload")
        if not isinstance(payload, dict):
            return None
        self.time = self.time or event.get("timestamp")
        match event.get("type"), payload.get("type"):
            case "session_meta", _:
                self._begin(event, payload)
            case "turn_context", _:
                self.model = payload.get("model") or self.model
            case "event_msg", "token_count":
                return self._counted(event, payload.get("info"))
        return None

    def _begin(self, event: Record, payload: Record) -> None:
        if self.named:
            return  # a fork holds the beginning of its parent too
        self.named = {key: payload.get(key) for key in ("id", "cwd", "cli_version", "originator", "model_provider")}
        self.is_replay, self._before = bool(payload.get("forked_from_id")), _time_of(event.get("timestamp"))

    def _counted(self, event: Record, info: object) -> Record | None:
        if not isinstance(info, dict):
            return None
        total, last = _counts(info.get("total_token_usage")), _counts(info.get("last_token_usage"))
        added = _difference(total, self.total) if total else last
        if added is None:  # the total began anew
            added = last or total
        if total:
            self.total = total
        if not any(added.values()):
            return None
        self.model = info.get("model") or self.model
        record = self.record(event.get("timestamp"))
        said = f"{sorted(total.items())}" if total and self.named.get("id") else None
        return {**record, "usage": added, "total": said, "requests": 1 if added == (last or added) else None}

    def record(self, time: object) -> Record:
        return {"timestamp": time, "session": self.named, "model": self.model, "replay": self.is_replay}


def _time_of(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _counts(usage: object) -> dict[str, int]:
    members = usage.items() if isinstance(usage, dict) else ()
    return {name: count for name, count in members if isinstance(count, int) and not isinstance(count, bool)}


def _difference(total: Counts, before: Counts) -> dict[str, int] | None:
    """What was added to every count; None: one has become less."""
    added = {name: count - before.get(name, 0) for name, count in total.items()}
    return None if min(added.values(), default=0) < 0 else added
