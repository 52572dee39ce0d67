"""Form: so much for each unit of some counts. What holds for a sum of usage is then known for every part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REQUESTS, REVENUE, BILLED = "requests", "revenue", "billed"  # counted beside the meters
BESIDE = frozenset({REQUESTS, REVENUE, BILLED})


class Form:
    """A linear form over counts: 3 for each input token, 15 for each output token. Times and plus, like a number."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[str, Any]) -> None:
        self.terms = terms

    def at(self, counts: Mapping[str, Any]) -> Any:
        """The value for these counts."""
        total: Any = 0.0
        for name, factor in self.terms.items():
            count = counts.get(name)
            if count:
                total = total + factor * count
        return total

    def __mul__(self, factor: Any) -> Form:
        return Form({name: each * factor for name, each in self.terms.items()})

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Form:
        return Form({name: each / divisor for name, each in self.terms.items()})

    def __add__(self, more: Any) -> Form:
        if not isinstance(more, Form):
            if more == 0:
                return self
            raise TypeError("a form and a number do not add up")
        terms = dict(self.terms)
        for name, each in more.terms.items():
            terms[name] = terms[name] + each if name in terms else each
        return Form(terms)

    __radd__ = __add__

    def __sub__(self, less: Any) -> Form:
        return self.__add__(less * -1)


def value_of(number: Any, counts: Mapping[str, Any]) -> Any:
    """A number as it is, a form for these counts."""
    return number.at(counts) if type(number) is Form else number
