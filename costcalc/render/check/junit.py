"""JUnit XML: a test case for every budget and period, so that a CI lists them beside its tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from costcalc.budget.model import Budget
from costcalc.problems import visible
from costcalc.render.check.phrases import period_text, place_text, sentence
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding

SUITE = "costcalc check"


def check_junit(check: Check) -> str:
    """The check as JUnit XML. A broken budget is a failure, an incomplete one an error, a warning is output."""
    root = Element("testsuites", {"name": SUITE} | _counts(check.findings))
    for file in dict.fromkeys(_class_of(budget) for budget in check.budgets):
        of_file = [finding for finding in check.findings if _class_of(finding.budget) == file]
        suite = SubElement(root, "testsuite", {"name": visible(file)} | _counts(of_file) | {"skipped": "0"})
        for finding in of_file:
            _case(suite, finding, check)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    failures = sum(finding.status == "broken" for finding in findings)
    errors = sum(finding.status == "incomplete" for finding in findings)
    return {"tests": str(len(findings)), "failures": str(failures), "errors": str(errors), "time": "0"}


def _case(suite: Element, finding: Finding, check: Check) -> None:
    period = period_text(finding.period)
    name = f"{finding.budget.name}, {period}" if period else finding.budget.name
    case = SubElement(suite, "testcase", classname=visible(_class_of(finding.budget)), name=visible(name), time="0")
    text = visible(sentence(finding, check.currency))
    if finding.status in ("broken", "incomplete"):
        kind = "failure" if finding.status == "broken" else "error"
        result = SubElement(case, kind, message=text, type=f"budget-{finding.status}")
        result.text = visible(f"{place_text(finding)}: {finding.budget.name}: ") + text
    else:
        SubElement(case, "system-out").text = ("warning: " if finding.status == "warn" else "") + text


def _class_of(budget: Budget) -> str:
    return budget.place.file if budget.place else "command line"
