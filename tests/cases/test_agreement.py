"""No case that was collected is missing here, and the costs agree with what was collected."""

import csv
from fractions import Fraction

from tests.cases.table import CASES, REFUSED, UNPRICED

# Cases that stand in a test of their own, with the figure that the collection expects.
ELSEWHERE = {
    "ZONE-01": Fraction("1.608"),  # test_rises
    "ZONE-03": Fraction("0.018"),  # test_library
    "NUM-01": Fraction("15.7"),  # test_library
    "HIKE-01": Fraction(134),  # test_rises
    "HIKE-02": Fraction("147.4"),
    "HIKE-04": Fraction("113.6"),
    "HIKE-05": Fraction("0.33"),  # the margin with the rise
}


def test_every_collected_case_is_here_with_its_cost(shared):
    ours = {name: case.expected for name, case in CASES.items()} | ELSEWHERE
    with (shared / "research" / "correctness-cases.csv").open(newline="", encoding="utf-8") as file:
        theirs = {line["id"]: line["expected_cost"] for line in csv.DictReader(file)}
    words = {"ERROR": REFUSED, "UNPRICED": UNPRICED}
    assert ours == {name: words.get(cost) or Fraction(cost) for name, cost in theirs.items()}
    assert len(theirs) == 51
