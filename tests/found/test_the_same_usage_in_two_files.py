"""The same usage in two files is counted once, or refused with both named; what only looks alike is added up."""

from __future__ import annotations

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.store import write_ledger
from tests.usage.kit import counted, write

DAILY = "date,{key},model,custom_llm_provider,prompt_tokens,completion_tokens,spend,api_requests,cache_read_input_tokens,cache_creation_input_tokens\n{day},{who},gpt-5-mini,openai,100,10,0.5,1,0,0\n"
SPEND = "request_id,call_type,spend,startTime,model,custom_llm_provider,prompt_tokens,completion_tokens\n"
ACTIVITY = "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug\n"


def daily(folder, key, day="2026-09-01"):
    return write(folder, DAILY.format(key=key, who="x", day=day), f"{key} {day}.csv")


def refusal(*usage):
    with pytest.raises(CostcalcError) as raised:
        counted([*usage])
    assert {problem.code for problem in raised.value.problems} == {"counted-twice"}
    return str(raised.value)


@pytest.mark.parametrize(("one", "other"), [("user_id", "team_id"), ("user_id", "tag"), ("team_id", "organization_id")])
def test_tables_of_users_and_teams_hold_the_same_usage(tmp_path, one, other):
    paths = daily(tmp_path, one), daily(tmp_path, other)
    said = refusal(*paths)
    assert all(str(path) in said for path in paths)
    assert counted(paths[0]).totals["input_tokens"] == 100  # the remedy


def test_tables_of_other_days_are_added_up(tmp_path):
    ledger = counted([daily(tmp_path, "user_id"), daily(tmp_path, "team_id", "2026-09-02")])
    assert ledger.totals["input_tokens"] == 200


def test_both_are_counted_where_that_was_chosen(tmp_path):
    """The other remedy: a ledger each."""
    ledgers = []
    for key in ("user_id", "team_id"):
        ledgers.append(tmp_path / f"{key}.parquet")
        write_ledger(counted(daily(tmp_path, key)), ledgers[-1])
    assert counted(ledgers).totals["input_tokens"] == 200


def spend_logs(folder, *rows):
    return write(folder, SPEND + "".join(f"{row}\n" for row in rows), "spend.csv")


def test_an_aggregate_beside_its_detail(tmp_path):
    """Each day and model of the daily table comes to the tokens of the single requests."""
    detail = spend_logs(
        tmp_path,
        "a,acompletion,0.2,2026-09-01T10:00:00Z,gpt-5-mini,openai,60,4",
        "b,acompletion,0.3,2026-09-01T11:00:00Z,gpt-5-mini,openai,40,6",
        "c,acompletion,0.5,2026-09-02T11:00:00Z,gpt-5-mini,openai,100,10",
    )
    days = write(
        tmp_path,
        DAILY.format(key="user_id", who="x", day="2026-09-01")
        + DAILY.format(key="user_id", who="x", day="2026-09-02").split("\n")[1],
        "daily.csv",
    )
    said = refusal(detail, days)
    assert "the same tokens of each model and day" in said


def test_two_tools_with_tokens_of_their_own_are_added_up(tmp_path):
    detail = spend_logs(
        tmp_path,
        "a,acompletion,0.2,2026-09-01T10:00:00Z,gpt-5-mini,openai,61,4",
        "c,acompletion,0.5,2026-09-02T11:00:00Z,gpt-5-mini,openai,99,10",
    )
    assert counted([detail, daily(tmp_path, "user_id")]).totals["input_tokens"] == 260


BILL = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n"
    "1788220800,1788307200,2026-09-01,2026-09-02,0.5,usd,\n"
)


def test_a_bill_of_another_provider_is_added_up(tmp_path):
    usage = write(tmp_path, "date,provider,model,input_tokens\n2026-09-01,anthropic,claude-sonnet-5,100\n", "u.csv")
    bill = write(tmp_path, BILL, "cost.csv")
    assert counted([usage, bill]).totals["input_tokens"] == 100


def test_a_bill_of_other_days_is_added_up(tmp_path):
    usage = write(tmp_path, "date,provider,model,input_tokens\n2026-10-01,openai,gpt-5-mini,100\n", "u.csv")
    bill = write(tmp_path, BILL, "cost.csv")
    assert counted([usage, bill]).totals["input_tokens"] == 100
    same = write(tmp_path, "date,provider,model,input_tokens\n2026-09-01,openai,gpt-5-mini,100\n", "same.csv")
    assert "it bills the usage that" in refusal(same, bill)


def test_ids_are_told_apart_across_files_and_within_one(tmp_path):
    """The row with more tokens stands; rows without an id stay."""
    one = write(tmp_path, ACTIVITY + "g1,2026-09-01 10:00:00,0.1,10,1,0,0,openai/gpt-5-mini\n,2026-09-01 10:00:00,0.1,5,1,0,0,openai/gpt-5-mini\n", "1.csv")  # fmt: skip
    two = write(tmp_path, ACTIVITY + "g1,2026-09-01 10:00:00,0.2,20,1,0,0,openai/gpt-5-mini\n,2026-09-01 10:00:00,0.1,5,1,0,0,openai/gpt-5-mini\ng2,2026-09-01 10:00:00,0.1,7,1,0,0,openai/gpt-5-mini\n", "2.csv")  # fmt: skip
    ledger = counted([one, two])
    assert (ledger.totals["input_tokens"], ledger.requests) == (20 + 5 + 5 + 7, 4)
    assert [(part.rows, part.reason[:38]) for part in ledger.skipped] == [(1, "generations that another row holds too")]


def test_a_copy_of_what_has_ids_is_left_out_too(tmp_path):
    rows = ACTIVITY + "g1,2026-09-01 10:00:00,0.1,10,1,0,0,openai/gpt-5-mini\n"
    one, two = (write(tmp_path, rows, name) for name in ("1.csv", "2.csv"))
    ledger = counted([one, two])
    assert ledger.totals["input_tokens"] == 10
    assert f"{two} holds the same as {one}, and is left out" in ledger.notes


def test_downloads_of_other_columns_share_their_ids(tmp_path):
    """An export of today has a column that one of last year has not, in another order: each generation counts once."""
    now = write(
        tmp_path,
        ACTIVITY
        + "gen-1,2026-09-01 10:00:00,0.1,100,10,0,0,openai/gpt-5-mini\ngen-2,2026-09-02 10:00:00,0.2,200,20,0,0,openai/gpt-5-mini\n",
        "now.csv",
    )
    then = write(
        tmp_path,
        "created_at,generation_id,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,model_permaslug\n"
        "2026-09-02 10:00:00,gen-2,0.2,200,20,0,openai/gpt-5-mini\n2026-09-03 10:00:00,gen-3,0.3,300,30,0,openai/gpt-5-mini\n",
        "then.csv",
    )
    for order in ([now, then], [then, now], [tmp_path]):
        ledger = counted(order)
        assert (ledger.totals["input_tokens"], sum(source.rows for source in ledger.sources)) == (600, 3)
        assert [(part.reason, part.rows) for part in ledger.skipped] == [
            ("generations that another row holds too, of downloads that overlap", 1)
        ]


ONE = '{"request_id": "a", "call_type": "acompletion", "spend": 0.2, "startTime": "2026-09-01T10:00:00Z", "model": "gpt-5-mini", "custom_llm_provider": "openai", "prompt_tokens": 60, "completion_tokens": 4}\n'


@pytest.mark.parametrize("more", ["", ",team_id"], ids=["one header", "another header"])
def test_spend_logs_that_overlap_share_their_ids(tmp_path, more):
    row = "a,acompletion,0.2,2026-09-01T10:00:00Z,gpt-5-mini,openai,60,4"
    first = spend_logs(tmp_path, row, "b,acompletion,0.3,2026-09-01T11:00:00Z,gpt-5-mini,openai,40,6")
    lines = [f"{row}{more and ',x'}", f"c,acompletion,0.3,2026-09-01T12:00:00Z,gpt-5-mini,openai,7,1{more and ',x'}"]
    second = write(tmp_path, SPEND.strip() + more + "\n" + "\n".join(lines) + "\n", "later.csv")
    found = counted([first, second])
    assert (found.totals["input_tokens"], sum(source.rows for source in found.sources)) == (107, 3)
    assert [part.rows for part in found.skipped] == [1]
    as_json = write(tmp_path, ONE, "spend.jsonl")
    assert counted([as_json, as_json.parent]).totals["input_tokens"] == 107


def test_a_ledger_beside_the_log_that_it_was_made_from(tmp_path):
    rows = ("a,acompletion,0.2,2026-09-01T10:00:00Z,gpt-5-mini,openai,60,4",)
    log, ledger = spend_logs(tmp_path, *rows), tmp_path / "usage.parquet"
    write_ledger(counted(log), ledger)
    said = refusal(log, ledger)
    assert str(log) in said
    assert str(ledger) in said
    grown = spend_logs(tmp_path, *rows, "b,acompletion,0.3,2026-09-02T11:00:00Z,gpt-5-mini,openai,40,6")
    refusal(ledger, grown)
    other = spend_logs(
        tmp_path, "b,acompletion,0.3,2026-09-02T11:00:00Z,gpt-5-mini,openai,40,6"
    )  # the name of last month
    assert counted([other, ledger]).totals["input_tokens"] == 100
