"""The start of pricebooks of one's own: an entry for each model without a price, to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from costcalc.problems import visible
from costcalc.render.words import amount_text, price_text
from costcalc.reports.prices.missing import Missing, MissingList, MissingModel, NearModel
from costcalc.yamltext import word

FILL_IN = "FILL_IN"
ALIASES = "aliases.yaml"
_SHOWN = ("input_tokens", "cache_read_tokens", "output_tokens")


def starting_files(missing: Missing, usage: str) -> Mapping[str, str]:
    """File name -> text: one for each provider's list, and one for names that the log gives no provider."""
    return {
        _file_of(each.provider): "".join(f"{line}\n" for line in _lines(each, missing, usage)) for each in missing.lists
    }


def _file_of(provider: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', provider).strip('.-')}.yaml" if provider else ALIASES


def _lines(each: MissingList, missing: Missing, usage: str) -> Iterator[str]:
    yield f"# Models of {usage} that no pricebook prices. Every {FILL_IN} is yours to replace; what is not known is left out."
    if not each.provider:
        yield "# The log names no provider of them: say which model of which provider each is."
        yield "aliases:"
        for model in each.models:
            yield from _about(model)
            such = f", such as {_target(model)}" if model.near else ""
            yield f"  {word(model.name)}: {FILL_IN}  # PROVIDER/MODEL{such}"
        return
    yield f"# Is one of them a known model by another name? Then delete its entry, and say so: --alias {_in_a_line(each.models[0].name)}={_target(each.models[0])}"
    yield f"provider: {word(each.provider)}"
    if each.region:
        yield f"region: {word(each.region)}  # laid over the list that ships"
    yield f"currency: {each.currency}" + ("" if each.region else "  # of its prices")
    yield f"timezone: {each.timezone}" + ("" if each.region else "  # in which its days begin")
    yield "models:"
    for model in each.models:
        yield from _about(model)
        yield f"  {word(model.name)}:"
        yield "    prices:"
        yield f"      at least since {missing.since.isoformat()}:"
        yield f"        input_tokens: {FILL_IN} per 1M"
        yield f"        # cache_read_tokens: {FILL_IN} per 1M"
        yield f"        output_tokens: {FILL_IN} per 1M"


def _target(model: MissingModel) -> str:
    """What it may be: the nearest that is known."""
    return f"{model.near[0].provider}/{model.near[0].listed.name}" if model.near else "PROVIDER/MODEL"


def _about(model: MissingModel) -> Iterator[str]:
    yield f"  # {amount_text(model.tokens)} tokens; {_in_a_line(model.reason)}."
    for near in model.near:
        yield f"  # near: {near.provider}/{near.listed.name}{_prices(near)}"


def _prices(near: NearModel) -> str:
    """`: input_tokens 1.20, output_tokens 4.80 USD per 1M`."""
    known = [(meter, near.listed.prices[meter].of_one * 1_000_000) for meter in _SHOWN if meter in near.listed.prices]
    return (
        f": {', '.join(f'{meter} {price_text(price)}' for meter, price in known)} {near.currency} per 1M"
        if known
        else ""
    )


def _in_a_line(text: str) -> str:
    return visible(" ".join(text.split()))
