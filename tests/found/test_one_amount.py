"""One amount has one figure on a page, a share is of the bill it stands beside, and advice under a rise looks at the same month."""

import re

USAGE = "examples/usage.csv"


def words(page):
    return " ".join(page.out.split())


def test_an_undated_rise_is_looked_at_in_the_month_that_no_rise_is(run_costcalc):
    """The rise alone tells the answers apart: not a year of list changes that were announced."""
    plain, raised = (run_costcalc("advise", USAGE, *more, "--json").json for more in ((), ("--hike", "alibaba=34")))
    assert (plain["month"], raised["month"]) == ("2026-10", "2026-10")
    what = [{(each["kind"], each["target"]) for each in answer["candidates"]} for answer in (plain, raised)]
    assert what[0] == what[1]
    page = words(run_costcalc("advise", USAGE, "--hike", "alibaba=34"))
    assert "looked at October 2026, the first month to come, at the log's daily rate" in page


def test_a_rise_with_a_day_to_come_and_a_horizon_are_looked_at_in_the_last_month(run_costcalc, tmp_path):
    dated = run_costcalc("advise", USAGE, "--hike", "alibaba=34@2027-01-01", "--json").json
    past = run_costcalc("advise", USAGE, "--hike", "alibaba=34@2026-09-10", "--json").json
    assert (dated["month"], past["month"]) == ("2027-09", "2026-10")
    scenario = tmp_path / "half.yaml"
    scenario.write_text("scenario: half a year\nhorizon: 6 months\nprices:\n  - {what: alibaba, change: +34%}\n")
    assert run_costcalc("advise", USAGE, "--scenario", scenario, "--json").json["month"] == "2027-03"


def test_a_saving_that_two_candidates_have_is_one_figure(run_costcalc):
    """The one in the plan is rounded with the plan; batch of the same bill saves the same."""
    rows = run_costcalc("advise", USAGE, "--json").json["candidates"]
    batch, sibling = rows[:2]
    assert float(batch["saving"]["exact"]) - float(sibling["saving"]["exact"]) < 1e-6
    assert batch["saving"]["rounded"] == sibling["saving"]["rounded"]


def test_what_is_spent_is_one_figure_in_the_sentence_and_in_the_table(run_costcalc):
    page = words(run_costcalc("forecast", USAGE, "--until", "2026-09-10"))
    spent = re.search(r"([\d,.]+) USD spent so far", page)[1]
    assert f"Spent 1–9 Sep {spent} USD exact" in page
    coming, whole = re.search(r"To come 10–30 Sep ([\d,.]+) .* September 2026 ([\d,.]+) USD", page).groups()
    cents = [int(text.replace(",", "").replace(".", "")) for text in (spent, coming, whole)]
    assert cents[0] + cents[1] == cents[2]


def test_a_share_is_of_the_bill_that_is_shown_and_the_one_before_is_that_of_project(run_costcalc):
    page = words(run_costcalc("explain", USAGE, "--hike", "alibaba=34", "--notes"))
    assert "4.75 B tokens · 25% of the bill (20% before)" in page  # 2,586.61 of 10,506.25, 1,930.31 of 9,637.87
    assert "6.03 B tokens · 8% of the bill (7% before)" in page
    assert "alibaba +34% · 27% of the bill before" in page
    table = run_costcalc("project", USAGE, "--hike", "alibaba=34").out
    shown = {line.split()[0]: line.split()[-1] for line in table.splitlines() if line.startswith("    q")}
    assert shown == {"qwen3-max": "20%", "qwen-plus": "7%"}


def test_without_a_rise_there_is_one_bill(run_costcalc):
    assert "4.75 B tokens · 20% of the bill └─" in words(run_costcalc("explain", USAGE, "--notes"))
