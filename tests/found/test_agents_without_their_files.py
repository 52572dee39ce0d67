"""A session of Claude Code that was read without the files of the agents that it started: their usage is not counted."""

from __future__ import annotations

import json

import pytest


def line(i, agent="", **more):
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    own = {"agentId": agent, "isSidechain": True} if agent else {"isSidechain": False}
    return {
        "type": "assistant", "sessionId": "s", "uuid": f"u{agent}{i}", "requestId": f"r{agent}{i}",
        "timestamp": "2026-09-01T00:00:00Z", **own,
        "message": {"id": f"m{agent}{i}", "model": "claude-sonnet-4-6", "role": "assistant", "usage": usage}, **more,
    }  # fmt: skip


def answer(*agents, status="completed"):
    told = {
        "type": "user",
        "sessionId": "s",
        "timestamp": "2026-09-01T00:00:01Z",
        "message": {"role": "user", "content": []},
    }
    return [
        {**told, "uuid": f"t{agent}", "toolUseResult": {"status": status, "agentId": agent, "totalTokens": 99}}
        for agent in agents
    ]


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")


@pytest.fixture
def session(tmp_path):
    """Two agents, of which one runs on by itself; a text that speaks of a third."""
    spoken = line(3, text='so I saw "agentId": "c3" in it')
    write(tmp_path / "p" / "s.jsonl", line(1), *answer("a1"), *answer("b2", status="async_launched"), line(2), spoken)
    return tmp_path


def notes(run_costcalc, folder, *files):
    found = run_costcalc("cost", *files, "--json", cwd=folder).json
    return found["usage"]["tokens"], [note for note in found["usage"]["notes"] if "agent" in note]


def test_the_session_alone(session, run_costcalc):
    tokens, said = notes(run_costcalc, session, "p/s.jsonl")
    assert tokens == 45
    assert said == [
        "p/s.jsonl: 2 agents started, of which no file was read: their usage is not counted. Claude Code keeps"
        " agent-a1.jsonl, agent-b2.jsonl in p/s/subagents or beside the session; name the folder to read all of it"
    ]
    page = run_costcalc("cost", "p/s.jsonl", "--notes", cwd=session, columns=300)
    assert said[0] in page.out


@pytest.mark.parametrize("place", ["p/s/subagents", "p"])
def test_with_their_files_as_the_note_says(place, session, run_costcalc):
    for agent in ("a1", "b2"):
        write(session / place / f"agent-{agent}.jsonl", line(1, agent), line(2, agent))
    assert notes(run_costcalc, session, "p") == (105, [])
    tokens, (said,) = notes(run_costcalc, session, "p/s.jsonl", f"{place}/agent-b2.jsonl")
    assert tokens == 75
    assert "1 agent started" in said


def test_lines_of_an_agent_within_the_session(session, run_costcalc):
    write(session / "p" / "s.jsonl", line(1), *answer("a1"), line(1, "a1"))
    assert notes(run_costcalc, session, "p/s.jsonl") == (30, [])


def test_an_answer_of_earlier_versions_whose_agent_stands_in_the_session(session, run_costcalc):
    told = answer("x")[0]
    del told["toolUseResult"]["agentId"]
    write(session / "p" / "s.jsonl", line(1), told, line(2, isSidechain=True))
    assert notes(run_costcalc, session, "p/s.jsonl") == (30, [])
