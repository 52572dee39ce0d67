"""The page of an outlook, from what it rests on to what must be tested before it is true."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render.blocks import Block
from costcalc.render.draw import Page
from costcalc.render.outlook.answers import answer_blocks
from costcalc.render.outlook.bridge import bridge_blocks
from costcalc.render.outlook.customers import customer_blocks
from costcalc.render.outlook.doubts import doubt_blocks
from costcalc.render.outlook.header import outlook_header
from costcalc.render.outlook.headline import headline_blocks
from costcalc.render.outlook.lines import line_blocks
from costcalc.render.outlook.months import month_blocks
from costcalc.render.outlook.replicas import replica_blocks
from costcalc.render.simulation import simulation_blocks
from costcalc.render.why import why_outlook
from costcalc.reports.outlook import Outlook


def outlook_page(outlook: Outlook) -> Page:
    """The page, to be printed on a console of any width."""
    return Page(lambda is_wide: outlook_blocks(outlook, is_wide))


def outlook_blocks(outlook: Outlook, is_wide: bool) -> Sequence[Block]:
    """What the page of an outlook is made of."""
    return [
        outlook_header(outlook),
        *headline_blocks(outlook),
        *month_blocks(outlook, is_wide),
        *bridge_blocks(outlook, is_wide),
        *line_blocks(outlook),
        *customer_blocks(outlook, is_wide),
        *replica_blocks(outlook),
        *(simulation_blocks(outlook, outlook.simulation, is_wide) if outlook.simulation else ()),
        *answer_blocks(outlook),
        *doubt_blocks(outlook),
        *why_outlook(outlook),
    ]
