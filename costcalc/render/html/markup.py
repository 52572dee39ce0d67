"""Markup: tags as text; whatever comes from a log, a scenario or a pricebook goes through `text`."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from costcalc.problems import visible

_HIDES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def text(written: str) -> str:
    """The text as it is read, whatever HTML or control characters it looks like; for contents and attributes."""
    return escape(visible(written), quote=True)


def tag(name: str, content: str = "", kind: str = "", **attributes: str) -> str:
    """`<td class="n" data-k="after">…</td>`; the content is markup already, attributes are texts."""
    listed = {"class": kind, **attributes} if kind else attributes
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in listed.items())
    return f"<{name}{written}>{content}</{name}>"


def data(identity: str, value: Any) -> str:
    """A value for the page's script; nothing in it ends the element."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for sign, code in _HIDES.items():
        written = written.replace(sign, code)
    return f'<script type="application/json" id="{identity}">{written}</script>'
