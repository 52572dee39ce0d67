"""Overlay: which file a price comes from where several lie over one another, and which terms name nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from costcalc.meters import meters
from costcalc.pricebook.model import Model
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import Pricebook, Unresolved
from costcalc.pricebook.terms import Commitment, Discount
from costcalc.problems import Place, Problem, nearest_names
from costcalc.records import dataclass
from costcalc.selectors import Selector, read_selector


@dataclass(frozen=True, slots=True)
class FileLayer:
    """What one file says of a model. The first layer wins; those beneath it price nothing."""

    place: Place
    model: Model


def precedence(pricebook: Pricebook, provider: str, region: str, model: str) -> tuple[FileLayer, ...]:
    """The files that price this model on this list: the one that wins, then what lies beneath it."""
    layers: dict[Place, FileLayer] = {}
    book = next((book for book in pricebook.by_provider.get(provider, ()) if book.region == region), None)
    while book is not None:
        if found := book.models.get(model):
            layers.setdefault(found.place, FileLayer(found.place, found))
        book = book.below
    return tuple(layers.values())


def term_problems(pricebook: Pricebook) -> list[Problem]:
    """Terms that name no model of these books: they could never apply, so a slip is meant."""
    terms = pricebook.terms
    selected: tuple[tuple[str, tuple[Discount | Commitment, ...]], ...] = (
        ("discount", terms.discounts),
        ("commitment", terms.commitments),
    )
    problems = [
        _unknown_selector(f'the {what} of "{term.selector}"', term.selector, term.place, pricebook)
        for what, listed in selected
        for term in listed
        if not pricebook.has_any(term.selector)
    ]
    return [*problems, *alias_problems(pricebook, terms.aliases, terms.alias_places)]


def _names(pricebook: Pricebook) -> Iterator[tuple[str, str]]:
    return ((book.provider, name) for book in pricebook.books for name in book.models)


def unknown_meter(what: str, selector: Selector, place: Place | None, pricebook: Pricebook) -> Problem | None:
    """That the word behind the last `:` of a name that nothing has is nearly a meter; None where it is nothing like one."""
    head, _, word = str(selector).rpartition(":")
    near = nearest_names(word.replace("-", "_"), meters().words()) if head else ()
    if not near or not pricebook.has_any(read_selector(head)):
        return None
    message = f'{what}: no meter is called "{word}"'
    return Problem("unknown-meter", message, place, nearest=near, remedy=f"write {head}:{near[0]}")


def _unknown_selector(what: str, selector: Selector, place: Place, pricebook: Pricebook) -> Problem:
    if problem := unknown_meter(what, selector, place, pricebook):
        return problem
    providers = sorted(pricebook.by_provider)
    if selector.provider == "*" or selector.provider in providers:
        near = nearest_names(str(selector), [f"{provider}/{name}" for provider, name in _names(pricebook)])
    else:
        near = nearest_names(selector.provider, providers)
    return Problem(
        "unknown-selector", f"{what} names nothing that a pricebook knows", place, nearest=near,
        remedy="correct the name, or add a pricebook that has it",
    )  # fmt: skip


def alias_problems(pricebook: Pricebook, aliases: Mapping[str, str], places: Mapping[str, Place]) -> Iterator[Problem]:
    """Aliases that mean no model: they could only make usage unpriced."""
    listed = pricebook.at_list()
    for name, written in aliases.items():
        target = written.strip().lower()
        found = listed.resolve(target)
        if isinstance(found, Unresolved) and target not in pricebook.known_names():
            yield Problem(
                "unknown-target", f'the alias "{name}" means "{written}": {found.reason}', places.get(name),
                nearest=nearest_models(pricebook, [target])[target], remedy="name a model of the pricebooks as PROVIDER/MODEL",
            )  # fmt: skip
