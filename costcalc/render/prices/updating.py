"""What an update of the price data found, on the page and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from costcalc.money import exact_text
from costcalc.pricebook.importers.survey import Subject, SurveyFinding
from costcalc.pricebook.importers.update import Update
from costcalc.pricebook.model import STANDARD
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, grid
from costcalc.render.fields import Json
from costcalc.render.prices.importing import LEFT
from costcalc.render.words import counted, day_text

_REASONS = {  # why figures are not ours
    "decided": "differ for a reason that was decided",
    "outvoted": "stand against what more catalogues say with us",
    "read before ours": "were read before ours",
    "one price for every length": "leave lengths out that we tell apart",
}
_SHOWN, _FIGURES = 20, 3  # models of each part of the page, and figures of a model; the JSON has all


def update_blocks(report: Update, written: Sequence[str]) -> Sequence[Block]:
    """What changed, what is new, what ended, what a person has to decide: the most used first."""
    news = [each for each in report.open if each.figures in report.news]
    facts: list[tuple[str, tuple[str, ...]]] = [
        ("read", tuple(f"{each.origin.name} of {day_text(each.origin.read)}" for each in report.others)),
        (
            "figures",
            (f"{report.agreed:,} agree", *(f"{count:,} {_REASONS[why]}" for why, count in report.explained.items())),
        ),
        ("to decide", (counted(len(report.open), "figure"), f"{len(news):,} of them since the last run")),
        ("one alone", (f"{counted(len(report.alone), 'name')} that one catalogue alone has",)),
    ]
    facts += [("look again", tuple(report.expired))] if report.expired else []
    facts += [("refused", tuple(f"{each.provider}/{each.model}: {each.why}" for each in report.refused))] if report.refused else []  # fmt: skip
    facts += [("written", tuple(written))] if written else []
    parts = [
        ("Changed", [(each, _figures(each.taken)) for each in report.changed]),
        ("New", [(each, _figures(each.taken)) for each in report.new]),
        ("Ended", [(each, _end(each)) for each in report.ended]),
        ("To decide", [(each, _disputed(each)) for each in report.subjects if each.disputed]),
    ]
    return [Facts(facts), *(block for title, rows in parts for block in _part(title, rows))]


def _part(title: str, rows: Sequence[tuple[Subject, str]]) -> Iterable[Block]:
    if not rows:
        return
    more = len(rows) - _SHOWN
    shown = [*rows[:_SHOWN], *([None] if more > 0 else [])]
    yield Gap()
    yield grid([
        Column(title, "name", of=lambda row: Cell(_name(row[0]) if row else f"… {more:,} more, see --json")),
        Column("List", "text", of=lambda row: Cell(row[0].book.region if row else "", "quiet")),
        Column("What", "text", of=lambda row: Cell(row[1] if row else "")),
    ], shown)  # fmt: skip


def _name(subject: Subject) -> str:
    return f"{subject.book.provider}/{subject.model}"


def _figures(findings: Sequence[SurveyFinding]) -> str:
    return _some([f"{_where(each)} {_money(each, each.ours)} → {_money(each, each.price)}" for each in findings])


def _disputed(subject: Subject) -> str:
    return _some([
        f"{_where(each)} {_money(each, each.ours)}: "
        + ", ".join(f"{said.data.partition(' ')[0]} {_money(each, said.price)}" for said in each.said)
        for each in subject.disputed
    ], "; ")  # fmt: skip


def _some(parts: Sequence[str], between: str = ", ") -> str:
    """The first of them, and how many more there are."""
    more = len(parts) - _FIGURES
    return between.join([*parts[:_FIGURES], *([f"{more} more"] if more > 0 else [])])


def _end(subject: Subject) -> str:
    said = ", ".join(f"{data.partition(' ')[0]} {each.day or 'without a day'}" for data, each in subject.ended)
    return f"retired {subject.end.day} ({said})" if subject.end else f"called ended: {said}"


def _where(finding: SurveyFinding) -> str:
    tier, mode, meter, above = finding.figure
    words = (tier if tier != STANDARD else "", mode.replace("_", "-"), meter, f"above {above:,}" if above else "")
    return " ".join(word for word in words if word)


def _money(finding: SurveyFinding, price: Fraction | None) -> str:
    per = 1_000_000 if finding.figure[2].endswith("_tokens") else 1
    return "–" if price is None else exact_text(price * per, 6)


SAID = f.fields(data=f.text, price=f.decimal, read=f.text, starts=f.text, url=f.text("source.url"))
FIGURE = f.fields(
    service_tier=f.text("figure.0"), mode=f.said("figure.1"), meter=f.text("figure.2"), input_above=f.integer("figure.3"),
    ours=f.decimal, said=f.each(SAID),
)  # fmt: skip
ENDED = f.fields(data=f.text("0"), day=f.text("1.day"), successor=f.said("1.successor"))
SUBJECT = f.fields(
    provider=f.text("book.provider"), region=f.text("book.region"), model=f.text, use=f.integer, starts=f.text,
    taken=f.each(FIGURE), disputed=f.each(FIGURE), ended=f.each(ENDED), retired=f.text("end.day"),
)  # fmt: skip
UPDATE = f.fields(
    schema=f.constant("costcalc.prices-update/1"), day=f.text("of.day"),
    sources=f.each(f.fields(name=f.text, url=f.text, read=f.text), lambda row, _: (each.origin for each in row["of"].others)),
    agreed=f.integer("of.agreed"), explained=f.integer(lambda row, _: sum(row["of"].explained.values())),
    reasons=f.each(f.fields(reason=f.text("0"), figures=f.integer("1")), lambda row, _: row["of"].explained.items()),
    changed=f.each(SUBJECT, "of.changed"), new=f.each(SUBJECT, "of.new"), ended=f.each(SUBJECT, "of.ended"),
    to_decide=f.each(SUBJECT, lambda row, _: (each for each in row["of"].subjects if each.disputed)),
    one_alone=f.each(SUBJECT, "of.alone"), refused=f.each(LEFT, "of.refused"),
    look_again=f.texts("of.expired"), written=f.texts("written"),
)  # fmt: skip


def update_json(report: Update, written: Sequence[str]) -> Json:
    """See docs/prices.md."""
    return f.object_of(UPDATE, {"of": report, "written": written}, None)
