"""Moving: when it pays to serve the traffic that rises elsewhere, in one block."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from costcalc.money import round_half_up
from costcalc.render.blocks import Block, Facts, Gap, Note
from costcalc.render.words import counted, decimal_text, money_text, percent_text, plain_percent, price_text
from costcalc.reports.plan.answers import MoveShare
from costcalc.reports.plan.model import Plan
from costcalc.reports.plan.moving import Machines


def moving_blocks(plan: Plan) -> Iterator[Block]:
    """Volume, price of a GPU and use at which a move to the target pays, over the log; nothing where no move was asked for."""
    for answer in plan.answers.moves:
        if answer.pays:
            yield Gap()
            yield Note(f"When does moving to {answer.to} pay?", "strong")
            yield Facts(list(_rows(answer, plan)), each_in_a_line=True)


def _rows(answer: MoveShare, plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    pays = answer.pays
    if pays is None:
        return
    there, here = (money_text(amount, plan.currency) for amount in (pays.there, pays.stays))
    change = f", {percent_text(pays.change, signed=True)}" if pays.change else ""
    no = ": it does not pay" if pays.replicas and pays.there > pays.stays else ""
    on = (
        (f"{counted(pays.replicas, 'whole replica')} there, with spare ones and the fixed cost as written",)
        if pays.replicas
        else ()
    )
    yield "At this volume", (f"{there} there, {here} where it is{change}{no}", *on)
    if pays.machines:
        yield from _on_machines(pays.machines)


def _on_machines(machines: Machines) -> Iterator[tuple[str, tuple[str, ...]]]:
    volume, price, busy = machines.volume_from, machines.gpu_hour_at_most, machines.utilisation_from
    full = f"a replica that is {plain_percent(machines.utilisation)} busy costs more than staying"
    yield (
        "Volume",
        (
            f"from {decimal_text(round_half_up(volume, 2))} times this one, on {counted(machines.replicas, 'replica')}"
            if volume is not None
            else f"at none: {full}",
        ),
    )
    currency, now = machines.gpu_hour.currency, f"as written {price_text(machines.gpu_hour.amount)}"
    cheap = (
        f"up to {price_text(Fraction(floor(price * 10_000), 10_000))} {currency} an hour"
        if price is not None
        else "at none"
    )
    yield "Price of a GPU", (f"{cheap}, {now}",)
    use = f"from {percent_text(busy)} busy" if busy is not None else "at none: always busy they still cost more"
    yield "Utilisation", (f"{use}, as written {plain_percent(machines.utilisation)}",)
