"""--alias is understood by every command that prices usage: a name of the log that no book has then has its price."""

from __future__ import annotations

import pytest

LOG = "date,provider,model,customer,requests,input_tokens,output_tokens\n" + "".join(
    f"2026-09-{day:02d},,fast-chat,acme,10,1000000,1000\n" for day in range(1, 21)
)
CALLS = [
    ("cost",),
    ("project", "--hike", "alibaba=34"),
    ("project", "--scenario", "efficiency"),
    ("compare", "--scenario", "april-2026", "--scenario", "efficiency"),
    ("advise",),
    ("report", "--hike", "alibaba=34", "-o", "report.html"),
    ("forecast",),
    ("explain",),
    ("check", "--max-unpriced", "0%"),
    ("init", "prices"),
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_name_is_given_its_model(run_costcalc, tmp_path, call):
    (tmp_path / "usage.csv").write_text(LOG)
    command, options = (call[:2], call[2:]) if call[0] == "init" else (call[:1], call[1:])
    alone = run_costcalc(*command, "usage.csv", *options, cwd=tmp_path)
    named = run_costcalc(*command, "usage.csv", *options, "--alias", "fast-chat=alibaba/qwen-plus", cwd=tmp_path)
    assert named.code == 0, named.err
    assert alone.code != 0 or "fast-chat" in alone.out
    assert "no price" not in named.out + named.err


def test_a_diff_in_money_understands_it_too(run_costcalc, tmp_path):
    (tmp_path / "usage.csv").write_text(LOG)
    call = ("prices", "diff", "2026-01-01", "2026-09-30", "--provider", "alibaba", "--usage", "usage.csv", "--json")
    alone, named = (
        run_costcalc(*call, *more, cwd=tmp_path) for more in ((), ("--alias", "fast-chat=alibaba/qwen-plus"))
    )
    assert (alone.code, named.code) == (3, 0)


def test_a_scan_chooses_by_it(run_costcalc, tmp_path):
    (tmp_path / "usage.csv").write_text(LOG)
    call = ("scan", "usage.csv", "-o", "ledger.parquet", "--where", "provider=alibaba")
    assert run_costcalc(*call, cwd=tmp_path).code != 0
    assert run_costcalc(*call, "--alias", "fast-chat=alibaba/qwen-plus", cwd=tmp_path).code == 0
