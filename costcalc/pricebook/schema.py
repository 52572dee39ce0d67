"""Schema: the JSON Schema of pricebook files, from the fields that reading them uses."""

from __future__ import annotations

from costcalc.pricebook.fields import BOOK, DEFINITIONS
from costcalc.pricebook.fields_terms import TERM_KEYS
from costcalc.yamlfields import Schema, any_of


def schema() -> Schema:
    """The schema of a pricebook file, of a file of terms, or of both in one."""
    found = BOOK.of_file("costcalc pricebook")
    only_terms = {"propertyNames": {"enum": [*TERM_KEYS, "note"]}, **any_of(TERM_KEYS)}
    return {
        **found,
        "required": [],
        "anyOf": [{"required": found["required"]}, only_terms],
        "definitions": {name: table.schema() for name, table in DEFINITIONS.items()},
    }
