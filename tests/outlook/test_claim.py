"""The tables of docs/april-2026-claim.md, computed again from the formula on the page."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

import costcalc
from tests.conftest import REPO_ROOT
from tests.outlook.plain_model import Model
from tests.outlook.team_plan import PLAN

F = Fraction
PAGE = (REPO_ROOT / "docs" / "april-2026-claim.md").read_text(encoding="utf-8")
MARGINS = [F(m, 100) for m in (40, 50, 60, 70, 80)]
SHARES = [F(1, 4), F(1, 2), F(1)]


def shown(value, digits):
    """A share in percent, half up."""
    exact = Decimal((value * 100).numerator) / Decimal((value * 100).denominator)
    return str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def table(heading):
    """The figures below a heading, row by row."""
    part = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if re.match(r"\| \d", line)]
    return [[cell.replace("%", "").replace("*", "").strip() for cell in row] for row in rows]


def eaten(margin, share, passed):
    return share * F("0.34") * passed * (1 - margin) / margin


@pytest.mark.parametrize(("heading", "passed"), [("All of 34% arrives", F(1)), ("Half of it arrives", F(1, 2))])
def test_the_share_of_the_profit_that_is_lost(heading, passed):
    assert table(heading) == [
        [shown(m, 0), *(shown(eaten(m, share, passed), 1) for share in SHARES)] for m in MARGINS
    ]  # fmt: skip


def test_bold_is_where_the_claim_holds():
    bold = re.findall(r"\*\*([\d.]+)%\*\*", PAGE.split("### All of")[1].split("### At which")[0])
    every = [eaten(m, share, passed) for passed in (F(1), F(1, 2)) for m in MARGINS for share in SHARES]
    assert bold == [shown(part, 1) for part in every if F("0.20") <= part <= F("0.30")]


def test_the_margins_between_which_it_holds():
    def margin(share, passed, part):
        k = share * F("0.34") * passed
        return shown(k / (k + part), 1)

    assert table("At which margin 20 and 30% are lost") == [
        [shown(s, 0), *(f"{margin(s, p, F('0.30'))} to {margin(s, p, F('0.20'))}" for p in (F(1, 2), F(1)))]
        for s in SHARES
    ]  # fmt: skip


def test_the_pass_through_that_it_takes():
    assert table("How much must be passed through") == [
        [shown(m, 0), *(shown(part * m / (F("0.34") * (1 - m)), 0) for part in (F("0.20"), F("0.30")))] for m in MARGINS
    ]


def sides(log, share):
    """What the scenario of April adds to the cost of the last month: at the middle of the ranges, at their high ends."""
    found = costcalc.compare(
        REPO_ROOT / "examples" / log, ["april-2026", "efficiency"], pass_through=share, by="provider", months=12
    )
    today, april = found.today.last.after.cost, found.scenarios[0].last
    shares = {line.key[0]: line.last_after / today for line in found.today.lines}
    return shares, {"middle of the ranges": april.after.cost / today - 1, "34 and 30%": april.high.cost / today - 1}


def test_where_the_claim_is_true_on_the_two_logs():
    part = PAGE.split("### Side by side, on two logs\n")[1]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in part.splitlines() if line.startswith(("| team", "| usage"))]  # fmt: skip
    logs = {"team": "team/usage.csv", "usage": "usage.csv"}
    known = {(name, share): sides(log, share) for name, log in logs.items() for share in ("100%", "50%")}
    assert len(rows) == 8
    for name, alibaba, baidu, rises, share, added, margins in rows:
        shares, found = known[name, share]
        k = found[rises]
        assert [alibaba, baidu] == [f"{shown(shares[provider], 1)}%" for provider in ("alibaba", "baidu")]
        assert added == f"{shown(k, 1)}%"
        assert margins == f"{shown(k / (k + F('0.30')), 1)} to {shown(k / (k + F('0.20')), 1)}%"


def test_what_the_page_says_of_the_comparison():
    """The log earns 40%; September 2027 at another exchange rate 39.96%."""
    found = costcalc.compare(PLAN["usage"], ["april-2026"], pass_through="0%,50%,100%", margin="40%", months=12)
    april = found.scenarios[2]
    before, high = april.last.before, april.last.high
    assert shown(april.profit_lost, 1) == "17.1"
    assert shown(high.margin, 1) == "28.1"
    assert shown(before.margin - high.margin, 1) == "11.9"
    assert shown((before.profit - high.profit) / before.profit, 1) == "29.7"
    assert "takes 17.1% of the profit" in PAGE
    assert "falls to 28.1%: 11.9 points of 40, or 29.7% of the profit" in PAGE


def test_what_the_page_says_of_the_example():
    before, rise, middle = F("77470.94"), F("15282.81"), F("8800.12")
    k = rise / before
    assert [shown(k * (1 - m) / m, 1) for m in MARGINS[:3]] == ["29.6", "19.7", "13.2"]
    assert [shown(k / (k + part), 1) for part in (F("0.30"), F("0.20"))] == ["39.7", "49.7"]
    assert [shown(middle / before, 1), shown(middle / before / (middle / before + F("0.20")), 1)] == ["11.4", "36.2"]
    team = Model(PLAN)
    margins = [team.run(12, on=on).margin() for on in ((), ("announced", "growth"))]
    assert [shown(margin, 0) for margin in margins] == ["62", "37"]
