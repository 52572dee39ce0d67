"""The plain usage file: a table whose column names say what they hold. Names become a format; the rest are dimensions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.usage.formats import Cost, FormatSpec, Shape, Term, Text, Time

NAME = "plain"

# Every meaning with the names people give it, written without case, spaces, dashes and underscores.
_SYNONYMS = {
    "timestamp": "timestamp time datetime ts createdat created starttime startedat requesttime requestedat eventtime "
    "occurredat loggedat timestamputc timeutc createdatutc",
    "date": "date day usagedate dateutc utcdate dayutc",
    "month": "month period billingmonth usagemonth yearmonth",
    "until": "until bucketend periodend",
    "provider": "provider vendor platform modelprovider llmprovider providername",
    "model": "model modelname modelid llm llmmodel modelversion",
    "region": "region location regionid cloudregion",
    "service_tier": "servicetier tier processingtier pricingtier",
    "thinking": "thinking thinkingmode isthinking thinkingenabled enablethinking",
    "input_tokens": "inputtokens prompttokens tokensin intokens intok input prompt tokensinput tokensprompt "
    "inputtokencount prompttokencount numinputtokens totalinputtokens inputtoken prompttoken ntokensin ninput",
    "uncached_input_tokens": "uncachedinputtokens inputuncachedtokens uncachedtokens noncachedinputtokens "
    "freshinputtokens cachemisstokens promptcachemisstokens inputtokensnocache cachemisses uncached",
    "output_tokens": "outputtokens completiontokens tokensout outtokens outtok output completion completions "
    "tokensoutput tokenscompletion outputtokencount completiontokencount candidatestokencount numoutputtokens "
    "totaloutputtokens outputtoken completiontoken generatedtokens ntokensout noutput",
    "cache_read_tokens": "cachereadtokens cachedtokens cachedinputtokens cachereadinputtokens inputcachedtokens "
    "cachehits cachehittokens promptcachehittokens cached cachedprompttokens cacheread cachereads tokenscached "
    "cachedcontenttokencount cachedinput",
    "cache_read_explicit_tokens": "cachereadexplicittokens explicitcachetokens explicitcachehittokens",
    "cache_write_tokens": "cachewritetokens cachecreationtokens cachecreationinputtokens cachewrites "
    "cachewriteinputtokens cachecreation cachewrite inputcachewritetokens",
    "cache_write_5m_tokens": "cachewrite5mtokens cachewrite5m ephemeral5minputtokens cachecreation5mtokens",
    "cache_write_1h_tokens": "cachewrite1htokens cachewrite1h ephemeral1hinputtokens cachecreation1htokens",
    "reasoning_tokens": "reasoningtokens reasoningoutputtokens thinkingtokens thoughtstokens thoughtstokencount "
    "reasoning thoughts tokensreasoning outputreasoningtokens",
    "audio_input_tokens": "audioinputtokens inputaudiotokens audiointokens audioin",
    "audio_output_tokens": "audiooutputtokens outputaudiotokens audioouttokens audioout",
    "image_input_tokens": "imageinputtokens inputimagetokens imageintokens",
    "image_output_tokens": "imageoutputtokens outputimagetokens imageouttokens",
    "video_input_tokens": "videoinputtokens inputvideotokens videointokens",
    "cache_read_audio_tokens": "cachereadaudiotokens cachedaudiotokens inputcachedaudiotokens",
    "requests": "requests calls count numrequests requestcount nrequests apirequests nummodelrequests callcount "
    "numcalls ncalls apicalls totalrequests requestscount",
    "web_searches": "websearches websearchcount websearchrequests searches",
    "images": "images imagecount numimages generatedimages",
    "audio_seconds": "audioseconds secondsofaudio",
    "cache_storage_token_hours": "cachestoragetokenhours",
    "gpu_hours": "gpuhours gpuhrs gpuh",
    "instance_hours": "instancehours instancehrs",
    "instance_months": "instancemonths",
    "storage_gb_months": "storagegbmonths storagegbmonth gbmonths gbmonth",
    "cost": "cost totalcost spend computedcost estimatedcost",
    "billed_cost": "billedcost amountdue billed billedamount invoicedcost invoicedamount",
    "currency": "currency costcurrency billingcurrency currencycode",
    "revenue": "revenue income sales turnover",
    "revenue_currency": "revenuecurrency",
}
_TOTALS = frozenset(["totaltokens", "tokens", "total", "tokenstotal", "totaltokencount", "tokencount"])  # never priced
_TIMES = ("timestamp", "date", "month")  # the most precise first
_BARE = frozenset(
    ["input", "prompt", "output", "completion", "completions", "reasoning", "thoughts", "images", "searches"]
)
_CURRENCIES = frozenset(
    [
        "usd",
        "eur",
        "cny",
        "gbp",
        "jpy",
        "krw",
        "inr",
        "chf",
        "cad",
        "aud",
        "sgd",
        "hkd",
        "brl",
        "sek",
        "nok",
        "dkk",
        "pln",
        "twd",
    ]
)
_NUMBER = re.compile(r"\d+(\.0*)?")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What each column of a header means; the others are dimensions."""

    meanings: Mapping[str, str]  # meaning → column as written
    currencies: Mapping[str, str]  # "cost", "billed_cost" or "revenue" → currency that its column's name ends with
    dimensions: tuple[str, ...]  # columns as written
    dropped: frozenset[str] = frozenset()


def canonical(name: str) -> str:
    """The name without case, spaces, dashes, underscores, dots and brackets."""
    return re.sub(r"[\s\-_.()\[\]/]+", "", name).lower()


@lru_cache
def _meaning_by_name() -> dict[str, str]:
    found = {word: meaning for meaning, words in _SYNONYMS.items() for word in words.split()}
    found.update({canonical(meaning): meaning for meaning in _SYNONYMS})
    return found


def understand(
    header: Sequence[str], samples: Mapping[str, Sequence[str]], mapping: Mapping[str, str], file: str
) -> Understanding:
    """What the columns mean. CostcalcError: two columns of one meaning, or a mapped column that is not there."""
    mapped = _mapped(header, mapping, file)
    claims: dict[str, list[str]] = {}
    currencies: dict[str, str] = {}
    dimensions: list[str] = []
    dropped: set[str] = set()
    for column in header:
        meaning, currency = mapped.get(column) or _meaning_of(column, samples.get(column, ()))
        if meaning in mapped_meanings(mapped) and column not in mapped:
            dimensions.append(column)  # the user said which column has this meaning
        elif meaning:
            claims.setdefault(meaning, []).append(column)
            if currency:
                currencies[meaning] = currency
        elif canonical(column) in _TOTALS:
            dropped.add(column)
        else:
            dimensions.append(column)
    _refuse_double_claims(claims, file)
    meanings = {meaning: columns[0] for meaning, columns in claims.items()}
    _prefer_precise_time(meanings, samples, dropped)
    return Understanding(meanings, currencies, tuple(dimensions), frozenset(dropped))


def mapped_meanings(mapped: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    return frozenset(meaning for meaning, _ in mapped.values())


def is_currency(word: str) -> bool:
    """Whether a column's name that ends so states its currency."""
    return word in _CURRENCIES


def is_meaning(name: str) -> bool:
    """Whether `--map name=…` names a meaning; other names are dimensions."""
    return canonical(name) in _meaning_by_name()


def _mapped(header: Sequence[str], mapping: Mapping[str, str], file: str) -> dict[str, tuple[str, str]]:
    by_name = {canonical(column): column for column in header}
    found: dict[str, tuple[str, str]] = {}
    problems = []
    for name, column in mapping.items():
        written = column if column in header else by_name.get(canonical(column))
        meaning = _meaning_by_name().get(canonical(name))
        if written is None:
            problems.append(_no_such_column(name, column, header, file))
        elif meaning:
            found[written] = (meaning, "")
    if problems:
        raise CostcalcError(problems)
    return found


def _no_such_column(name: str, column: str, header: Sequence[str], file: str) -> Problem:
    return Problem(
        "unknown-column",
        f'--map {name}={column}: no column is called "{column}"',
        Place(file, 1),
        expected=f"one of {', '.join(header)}",
        nearest=nearest_names(column, header),
        remedy="name a column of the file's first line",
    )


def _meaning_of(column: str, samples: Sequence[str]) -> tuple[str, str]:
    name = canonical(column)
    known = _meaning_by_name()
    if name in known:
        bare = name in _BARE and any(text and not _NUMBER.fullmatch(text) for text in samples)
        return ("", "") if bare else (known[name], "")
    stem, ending = name[:-3], name[-3:]
    if ending in _CURRENCIES and known.get(stem) in ("cost", "billed_cost", "revenue"):
        return known[stem], ending.upper()
    return "", ""


def _refuse_double_claims(claims: Mapping[str, Sequence[str]], file: str) -> None:
    problems = [
        Problem(
            "two-columns-one-meaning",
            f"{' and '.join(_quoted(columns))} both mean {meaning}",
            Place(file, 1),
            expected="one column for each meaning",
            remedy=f"say which one counts: --map {meaning}={columns[0]}",
        )
        for meaning, columns in claims.items()
        if len(columns) > 1
    ]
    if problems:
        raise CostcalcError(problems)


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def _prefer_precise_time(meanings: dict[str, str], samples: Mapping[str, Sequence[str]], dropped: set[str]) -> None:
    """Of several times keep the most precise; a bare clock time ("10:15") beside a date is none."""
    stated = [meaning for meaning in _TIMES if meaning in meanings]
    if len(stated) > 1 and any(re.fullmatch(r"\d{1,2}:.*", text) for text in samples.get(meanings[stated[0]], ())):
        stated = [*stated[1:], stated[0]]
    for meaning in stated[1:]:
        dropped.add(meanings.pop(meaning))


def plain_format(found: Understanding, aliases: Mapping[str, str], file: str) -> FormatSpec:
    """The header's meanings as a format. `aliases`: dimension → column. CostcalcError: no time, model or count."""
    _require(found, file)
    meanings = found.meanings
    names = {**{column: column for column in found.dimensions}, **aliases}
    shape = Shape(
        provider=_text(meanings, "provider"),
        model=_text(meanings, "model"),
        region=_text(meanings, "region"),
        service_tier=_text(meanings, "service_tier"),
        thinking=_text(meanings, "thinking"),
        time=_time(meanings),
        requests=Term((meanings["requests"],)) if "requests" in meanings else "plain",
        meters=_counts(meanings),
        cost=_cost(found),
        revenue=_money(found, "revenue", "computed", "revenue_currency"),
        dimensions={name: Text((column,)) for name, column in names.items()},
    )
    return FormatSpec(NAME, ("table", "json"), (shape,), "plain usage table", ignored=found.dropped)


def names_text() -> str:
    """The names that the plain table knows, for `costcalc formats show plain`."""
    lines = ["# A table whose column names say what they hold; case, spaces, dashes and underscores do not matter."]
    lines += [f"{meaning}: {', '.join(words.split())}" for meaning, words in _SYNONYMS.items()]
    lines.append("# Every other column is a dimension. `--map MEANING=COLUMN` names a column of your own.")
    return "\n".join(lines)


def _text(meanings: Mapping[str, str], meaning: str) -> Text:
    return Text((meanings[meaning],)) if meaning in meanings else Text()


def _time(meanings: Mapping[str, str]) -> Time:
    column = next(meanings[meaning] for meaning in _TIMES if meaning in meanings)
    return Time((column,), "plain", (meanings["until"],) if "until" in meanings else (), zone="")


def _counts(meanings: Mapping[str, str]) -> dict[str, tuple[Term, ...]]:
    """The meters of the header. Cached tokens lie inside the input, unless only the uncached rest is stated."""
    counts: dict[str, tuple[Term, ...]] = {
        name: (Term((meanings[name],)),) for name in meters().by_name if name in meanings and name != "requests"
    }
    timed = [meanings[name] for name in ("cache_write_5m_tokens", "cache_write_1h_tokens") if name in meanings]
    if timed and "cache_write_tokens" not in meanings:
        counts["cache_write_tokens"] = tuple(Term((column,)) for column in timed)
    if "uncached_input_tokens" in meanings and "input_tokens" not in meanings:
        beside = [*counts.get("cache_read_tokens", ()), *counts.get("cache_write_tokens", ())]
        counts["input_tokens"] = (Term((meanings["uncached_input_tokens"],)), *beside)
    return counts


def _cost(found: Understanding) -> Cost | None:
    billed = _money(found, "billed_cost", "billed", "currency")
    return billed or _money(found, "cost", "computed", "currency")


def _money(found: Understanding, meaning: str, kind: str, currency: str) -> Cost | None:
    if meaning not in found.meanings:
        return None
    stated = found.currencies.get(meaning)
    currency_text = Text(constant=stated) if stated else _text(found.meanings, currency)
    return Cost((Term((found.meanings[meaning],)),), kind, currency_text)


def _require(found: Understanding, file: str) -> None:
    counted = set(meters().by_name) | {"uncached_input_tokens", "cost", "billed_cost"}
    token_counts = {name for name in found.meanings if name in counted}
    missing = []
    if not any(meaning in found.meanings for meaning in _TIMES):
        missing.append(("time", "timestamp, date or month"))
    if "model" not in found.meanings:
        missing.append(("model", "model"))
    if not token_counts:
        missing.append(("count", "input_tokens, output_tokens, requests, gpu_hours or cost"))
    elif token_counts == {"requests"} and any("token" in name.lower() for name in (*found.dimensions, *found.dropped)):
        # Requests alone would price as 0 what a column of another name counts.
        missing.append(("tokens", "input_tokens, output_tokens"))
    columns = (*found.meanings.values(), *found.dimensions, *sorted(found.dropped))
    if missing:
        raise CostcalcError([_missing(what, names, columns, file) for what, names in missing])


def _missing(what: str, names: str, columns: Sequence[str], file: str) -> Problem:
    return Problem(
        "missing-column",
        f"no column says the {what}",
        Place(file, 1),
        expected=f"a column such as {names}",
        remedy=f"name it: --map {names.split(',')[0].split(' ')[0]}=COLUMN (columns: {', '.join(columns)})",
    )
