"""What wrong usage is answered, word for word: a file `NAME.*` here, and beside it `NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.problems import CostcalcError, problem_text
from tests.usage.kit import counted

HERE = Path(__file__).parent
PLAIN = "timestamp,model,input_tokens,cached_tokens,output_tokens,team\n"
GOOD = "2026-09-01T10:00:00Z,qwen3-max,1200,0,300,search\n"
BODY = '{"created": 1788256800, "model": "qwen3-max", "usage": {"prompt_tokens": 12, "completion_tokens": 3}}\n'

# Name → (file, its text or bytes or those of several files, what is asked).
CASES = {
    "unreadable-file": ("nowhere.csv", None, {}),
    "no-file-matches": ("logs/*.csv", None, {}),
    "empty-file": ("usage.csv", "", {}),
    "header-only": ("usage.csv", PLAIN, {}),
    "no-text": ("usage.csv", b"\xd0\xcf\x11\xe0\x00\x00", {}),
    "damaged-archive": ("usage.zip", b"PK\x03\x04\x00\x00\x00", {}),
    "unknown-format": ("usage.jsonl", '{"speed": 3}\n', {}),
    "no-such-format": ("usage.csv", PLAIN + GOOD, {"usage_format": "openai-usages"}),
    "two-columns-one-meaning": ("usage.csv", "date,model,input_tokens,Prompt Tokens\n2026-09-01,m,1,1\n", {}),
    "unknown-column": ("usage.csv", PLAIN + GOOD, {"mapping": {"input_tokens": "input_tokns"}}),
    "unknown-dimension": ("usage.csv", PLAIN + GOOD, {"by": ("taem",)}),
    "missing-columns": ("usage.csv", "customer,when\nacme,2026-09-01\n", {}),
    "missing-export-column": ("usage.csv", "usage_input_tokens_no_cache,model_version\n1,claude-x\n", {}),
    "unknown-zone": ("usage.csv", PLAIN + GOOD, {"timezone": "Mars/Olympus"}),
    "bad-count": ("usage.csv", PLAIN + GOOD + "2026-09-01T10:00:00Z,qwen3-max,1e-3,0,300,search\n", {}),
    "bad-count-in-json": ("usage.jsonl", BODY + BODY.replace("12", "12.5"), {}),
    "part-larger-than-whole": ("usage.csv", PLAIN + "2026-09-01T10:00:00Z,qwen3-max,1000,3000,300,search\n", {}),
    "bad-time": ("usage.csv", PLAIN + "yesterday,qwen3-max,1,0,1,search\n", {}),
    "ambiguous-dates": ("usage.csv", PLAIN + "01/09/2026,qwen3-max,1,0,1,search\n", {}),
    "bad-pattern": ("usage.csv", PLAIN + GOOD, {"mapping": {"timestamp": "timestamp as dd/mm/yyyy hh:mm"}}),
    "only-counts-are-multiplied": ("usage.csv", PLAIN + GOOD, {"mapping": {"team": "team", "model": "model*1000"}}),
    "no-object-on-the-way": (
        "usage.csv",
        'date,model,output_tokens,meta\n2026-09-01,m,5,"{""u"":{""n"":7}}"\n2026-09-01,m,5,"{""u"":7}"\n',
        {"mapping": {"input_tokens": "meta::u.n"}},
    ),
    "no-time": ("usage.csv", PLAIN + ",qwen3-max,1,0,1,search\n", {}),
    "bad-span": (
        "usage.csv",
        "time,bucket_end,model,input_tokens\n2026-09-02T00:00:00Z,2026-09-01T00:00:00Z,m,1\n",
        {},
    ),
    "bad-cost": ("usage.csv", "date,model,input_tokens,cost_usd\n2026-09-01,m,1,$0.10\n", {}),
    "truncated-json": ("usage.jsonl", BODY + BODY[:60], {}),
    "malformed-json": ("usage.jsonl", BODY + "Connection reset by peer\n" + BODY, {}),
    "json-that-is-no-object": ("usage.jsonl", BODY + "[1, 2]\n", {}),
    "malformed-row": ("usage.csv", PLAIN + GOOD + "2026-09-01T10:00:00Z,qwen3-max,1,234,0,300,search\n", {}),
    "unclosed-quote": ("usage.csv", PLAIN + '2026-09-01T10:00:00Z,"qwen3-max,1,0,300,search\n' + GOOD, {}),
    "not-utf8": ("usage.csv", PLAIN.encode() + GOOD.encode() * 9000 + GOOD.encode().replace(b"qwen3", b"qwen\xff"), {}),
    "no-usage-found": ("usage.jsonl", BODY + '{"created": 1788256800, "usage": {"units": 5}}\n', {}),
    "told-twice": (
        "logs",
        {
            "logs/batch.json": '{"object": "batch", "created_at": 1788256800, "model": "m", "usage": {"input_tokens": 5}}\n',
            "logs/output.jsonl": '{"custom_id": "a", "response": {"body": {"created": 1788256800, "model": "m",'
            ' "usage": {"prompt_tokens": 5, "total_tokens": 5}}}}\n',
        },
        {},
    ),
    "unread-file": (
        "logs",
        {
            "logs/aug.csv": PLAIN + GOOD,
            "logs/sep.xls": b"\xd0\xcf\x11\xe0",
            "logs/oct.log": BODY,
            "logs/nov.csv": "day,model,n_completion\n2026-11-01,m,5\n",
        },
        {},
    ),
    "control-characters": ("usage.csv", PLAIN + "2026-09-01T10:00:00Z,\x1b[31m[red]x[/red],-1,0,300,search\n", {}),
}


def answered(name, folder, monkeypatch):
    """Everything that is said about a case, as it is shown."""
    file, text, asked = CASES[name]
    monkeypatch.chdir(folder)
    for path, content in (text if isinstance(text, dict) else {file: text} if text is not None else {}).items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
    asked = dict(asked)
    try:
        ledger = counted(file, *asked.pop("by", ()), **asked)
    except CostcalcError as error:
        return f"{error}\n"
    shown = "".join(f"{problem_text(problem)}\n" for problem in ledger.problems)
    return f"{shown}({ledger.refused_rows} refused, {sum(group.rows for group in ledger.groups)} counted)\n"


@pytest.mark.parametrize("name", CASES)
def test_wrong_usage_is_answered_with(name, tmp_path, monkeypatch, request):
    said = answered(name, tmp_path, monkeypatch)
    golden = HERE / f"{name}.txt"
    if request.config.getoption("--update", default=False):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


def test_every_answer_has_its_case():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
