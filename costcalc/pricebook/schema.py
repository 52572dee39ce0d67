"""Schema: the JSON Schema of pricebook files, from the fields that reading them uses, for editors to complete.

It says less than reading does: what one place of a file says of another (a source that is declared nowhere, two
bands of one length, a name that means two models) only reading finds.
"""

from __future__ import annotations

from costcalc.pricebook.fields import BOOK, DEFINITIONS
from costcalc.pricebook.fields_terms import TERM_KEYS
from costcalc.yamlfields import DIALECT, Schema, any_of


def schema() -> Schema:
    """The schema of a pricebook file, of a file of terms, or of both in one."""
    found = BOOK.schema()
    only_terms = {"propertyNames": {"enum": [*TERM_KEYS, "note"]}, **any_of(TERM_KEYS)}
    return {
        "$schema": DIALECT,
        "title": "costcalc pricebook",
        **found,
        "required": [],
        "anyOf": [{"required": found["required"]}, only_terms],
        "definitions": {name: table.schema() for name, table in DEFINITIONS.items()},
    }
