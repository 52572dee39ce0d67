"""Words in a dimension, or in place of a model, that may stand for all of the others. Longer names are those of customers."""

from __future__ import annotations

from costcalc.usage.formats.names import last_of

# These stand in place of a day or a model, too.
SUMS = (
    "total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "total général", "合计", "总计",
    "小计", "итого",
)  # fmt: skip
_WORDS = frozenset(
    (
        *SUMS, "all", "overall", "grand totals", "subtotals", "sub-total", "alle", "insgesamt", "zwischensumme",
        "sous-total", "tous", "todos", "всего", "全部", "所有", "合計", "總計", "小計", "総計",
    )
)  # fmt: skip
_ALL = ("all", "alle")
_OF_WHAT = (" name", " id")  # how names of columns end beside what they are of


def words_of_all(path: str) -> frozenset[str]:
    """In lower case: "total", and of a column "team" or "team_name" "all teams" too."""
    name = last_of(path).strip().lower().replace("_", " ").replace("-", " ")
    for ending in _OF_WHAT:
        name = name.removesuffix(ending)
    plurals = {
        name if name.endswith("s") else f"{name}s",
        f"{name}es",
        *([f"{name[:-1]}ies"] if name[-1:] == "y" else []),
    }
    return _WORDS | {f"{word} {plural}" for word in _ALL for plural in plurals}
