"""Sources: the pages that prices were read from, and the exchange rates, each with its day."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render.header import rate_parts
from costcalc.render.html.elements import tag, text
from costcalc.render.words import DASH, counted
from costcalc.reports.handout import Handout
from costcalc.reports.sourcing import SourceUsed

_MODELS_SHOWN = 6
_TITLES = ("List", "Models", "Where", "Read")


def sources_html(handout: Handout) -> str:
    """Price lists as a table, exchange rates beneath."""
    lists = _table(handout.sources) if handout.sources else tag("p", "No price list is behind these figures.")
    rates = list(rate_parts(handout.plan.rates_used))
    if not rates:
        return lists
    listed = tag("ul", "".join(tag("li", text(rate)) for rate in rates))
    said = "".join(tag("p", text(f"{source.url}."), "quiet") for source in handout.rates.values())
    return lists + tag("h3", "Exchange rates") + listed + said


def _table(sources: Sequence[SourceUsed]) -> str:
    head = tag("thead", tag("tr", "".join(tag("th", title, "w", scope="col") for title in _TITLES)))
    body = tag("tbody", "".join(_row(source) for source in sources))
    caption = tag("caption", "Price lists, with the page each was read from and the day")
    table = tag("table", caption + head + body, id="sources-table")
    return tag("div", table, "scroll", tabindex="0", role="region", aria_label="Price lists")


def _row(used: SourceUsed) -> str:
    models = list(used.models[:_MODELS_SHOWN])
    if (more := len(used.models) - _MODELS_SHOWN) > 0:
        models.append(f"{counted(more, 'more', 'more')}")
    region = f", {used.region}" if used.region else ""
    name = tag("th", text(f"{used.provider}{region} ({used.currency})"), "w", scope="row")
    cells = (text(", ".join(models)), _where(used), text(_read(used)))
    return tag("tr", name + "".join(tag("td", cell, "w") for cell in cells))


def _where(used: SourceUsed) -> str:
    """The page's address, to be followed where it is one of the web; a book that names none is named itself."""
    written = used.source.url if used.source else ""
    url, _, remark = written.partition(" ")
    if url.startswith(("https://", "http://")):
        link = tag("a", text(url.partition("://")[2].rstrip("/")), href=url, rel="noreferrer noopener")
        return link + (tag("span", text(f" {remark}"), "quiet") if remark else "")
    return text(written or used.file.replace("\\", "/").rpartition("/")[2])


def _read(used: SourceUsed) -> str:
    if used.source and used.source.read:
        return used.source.read
    return used.checked.isoformat() if used.checked else DASH
