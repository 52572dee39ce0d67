"""Nearest: the models that may have been meant by a name that no pricebook knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from costcalc.pricebook.hosts import host_in
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import nearest_names

_SUGGESTED = 3
_SLIP = 0.7  # likeness of names that are one, but for a slip
_MARKS = re.compile("[^a-z0-9]")  # that part the words of a name
_LEAST_NAME = 5  # characters of a name that is looked for within others
_WORD = re.compile(r"[a-z]+|[\d.]+")


def nearest_models(pricebook: Pricebook, names: Iterable[str], seller: str = "") -> dict[str, tuple[str, ...]]:
    """For each unknown name the models that may have been meant, as `provider/model`: so they can be copied.

    Those of the `seller`, where one is known, go first.
    """
    full, bare = pricebook.model_names(), tuple(pricebook.known_names())
    found = {}
    for name in names:
        provider, _, model = name.lower().rpartition("/")
        if hosted := host_in(name.lower()):
            full = sorted({*full, *pricebook.models_at(pricebook.provider_named(hosted[0].name) or "")})
        near = [each for known in _by_family(model, bare) for each in _billed_as(pricebook, known, full)]
        named = f"{pricebook.provider_named(provider) or provider}/"
        near.sort(key=lambda each: not each.startswith(named))
        if not near or not near[0].startswith(named):
            near = [*nearest_names(name, [each for each in full if each.startswith(named)]), *near]
        is_known = hosted or isinstance(pricebook.resolve(name), ResolvedModel)
        sellers = [] if is_known else pricebook.sellers_of(name.strip().lower())
        found[name] = tuple(dict.fromkeys((*_run_together(pricebook, model, seller), *sellers, *near)))[:_SUGGESTED]
    return found


def _run_together(pricebook: Pricebook, model: str, seller: str) -> list[str]:
    """The seller's models in whose names this one is written with other marks: NovaPro is amazon.nova-pro-v1:0."""
    wanted = _MARKS.sub("", model)
    if not seller or len(wanted) < _LEAST_NAME:
        return []
    return sorted(
        {each for each in pricebook.models_at(seller) if wanted in _MARKS.sub("", each)},
        key=lambda each: (len(each), each),
    )


def _billed_as(pricebook: Pricebook, name: str, full: Sequence[str]) -> list[str]:
    """A bare name with its home provider, or with every provider that bills it."""
    found = pricebook.resolve(name)
    if isinstance(found, ResolvedModel):
        return [f"{found.provider}/{found.model}"]
    return [each for each in full if each.endswith(f"/{name}")]


@lru_cache(maxsize=200)  # a page, a file and the next question ask for the same names
def _by_family(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The known names that are alike, those first that begin with the same words: gpt-4o-audio is nearest to gpt-4o."""
    own = _WORD.findall(name)
    shared = {each: _equal_at_first(own, _WORD.findall(each.lower())) for each in known}
    most = max(shared.values(), default=0)
    family = [each for each, count in shared.items() if count == most] if most else []
    alike = SequenceMatcher(b=name)

    def likeness(each: str) -> float:
        alike.set_seq1(each.lower())
        return alike.ratio()

    # A slip at the beginning leaves the rest equal; names that have neither in common mislead.
    near = [each for each in nearest_names(name, known) if shared[each] or likeness(each) > _SLIP]
    return tuple(sorted({*family, *near}, key=lambda each: (shared[each], likeness(each), each), reverse=True))


def _equal_at_first(one: Sequence[str], other: Sequence[str]) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
