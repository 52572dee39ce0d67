"""Packed records: the same values again, of the classes that were named and of no other."""

from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.packed import pack, unpack


@dataclass(frozen=True)
class Leaf:
    """What a tree holds."""

    value: object
    names: tuple[str, ...] = ()
    more: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Other:
    """A record that is not asked for."""

    value: object = None


plain = st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.fractions() | st.times().map(lambda each: each.replace(fold=0))  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.frozensets(st.integers())
        | st.dictionaries(st.text() | st.dates(), inner)
        | st.builds(Leaf, inner, st.lists(st.text()).map(tuple), st.dictionaries(st.text(), inner))
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back(value):
    found = unpack(pack(value), (Leaf,))
    assert found == value
    assert pack(found) == pack(value)


def test_it_is_one_line_without_the_defaults_at_the_end():
    assert pack(Leaf("a\nb")) == '["Leaf","a\\nb"]'
    assert (
        pack((date(2026, 1, 2), time(9, 30), Fraction(1, 3))) == '["()",["day",739618],["time","09:30:00"],["/",1,3]]'
    )


def test_only_the_classes_that_are_named_are_made():
    with pytest.raises(LookupError):
        unpack(pack(Other()), (Leaf,))
    for text in ('["eval","1"]', '["__import__","os"]', '["builtins.open","/etc/passwd"]'):
        with pytest.raises(LookupError):
            unpack(text, (Leaf,))


def test_what_is_no_data_is_not_packed():
    with pytest.raises(TypeError, match="function cannot be packed"):
        pack([lambda: 0])
