"""The start of a format file: what the names and the first rows of a log let guess, for its owner to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from costcalc.meters import meters
from costcalc.problems import Place, fail
from costcalc.usage.files.addresses import spoken
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats import plain
from costcalc.usage.formats.names import are_counts, shown_path, stated
from costcalc.usage.opening import looked_into, opened
from costcalc.usage.reading.readings import samples_of
from costcalc.usage.reading.recognition import choose
from costcalc.yamltext import free

_CACHES = ("cache_read_tokens", "cache_write_tokens")
_LONGEST = 60  # characters of a value that is a name and no prose
_MOST = 12  # dimensions


def start_of_format(log: str, name: str) -> str:
    """A commented format file for logs like this one, filled in as far as can be guessed.

    CostcalcError: the log cannot be read, or a format that is known reads it already.
    """
    with opened([log]) as (sources, engine, _, left, _):
        kept, logs, types = looked_into(sources, engine, left)
        if kept or len(logs) != 1:
            raise fail("not-one-log", f"{spoken(log)} is not one log", remedy="name one file that holds rows of usage")
        return _start_of(logs[0], name, types.get(logs[0].path, {}))


def _start_of(source: ReadableFile, name: str, types: Mapping[str, str]) -> str:
    spec, why = choose(source, {}, None)
    if spec is not None:
        raise fail(
            "known-format", f"the format {spec.name} reads this log: {why}", place=Place(source.shown),
            remedy=f"costcalc formats show {spec.name} prints how, and is a start for one of your own",
        )  # fmt: skip
    samples = samples_of([source], types)
    columns = list(dict.fromkeys((*source.header, *source.scalars, *samples)))
    guessed = plain.guessed_mapping(columns, samples)
    return "".join(f"{line}\n" for line in _lines(source, name, guessed, columns, samples))


def _lines(
    source: ReadableFile,
    name: str,
    guessed: Mapping[str, str],
    columns: Sequence[str],
    samples: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    def said(meaning: str, wanted: str) -> str:
        column = guessed.get(meaning)
        if column is None:
            return f"FILL_IN  # not found: the column of {wanted}"
        first = next((text for text in samples.get(column, ()) if text), "")
        return f"{free(column)}{f'  # such as {free(first)}' if first else ''}"

    kind = "json" if source.kind == "json" else "table"
    yield f"# How costcalc reads logs like {source.shown}. It was guessed from names and first rows: check every line."
    yield f"format: {free(name)}"
    yield f"title: {free(f'our {name} log')}"
    yield f"reads: {kind}"
    yield "# A file that has all of these is read by this format, whatever others know."
    yield f"recognise: [[{', '.join(free(column) for column in _marks(guessed, columns))}]]"
    yield f"time: {{field: {free(guessed.get('timestamp', 'FILL_IN'))}, as: plain}}  # or as: unix, unix-ms, naive-day …"
    yield f"model: {said('model', 'the model')}"
    if "provider" in guessed:
        yield f"provider: {{field: {free(guessed['provider'])}}}"
    yield f"requests: {said('requests', 'requests') if 'requests' in guessed else 'one  # a row is one request; none: it does not say'}"
    yield "# Cached tokens lie inside the input, reasoning inside the output. Parts that stand beside are added up:"
    yield "# input_tokens: [fresh, cached]."
    yield "meters:"
    for meter, terms in _meters(guessed).items():
        shown = ", ".join(free(term) for term in terms)
        yield f"  {meter}: {f'[{shown}]' if len(terms) > 1 else shown}"
    used = {*guessed.values()}
    for column in columns:
        if column not in used and shown_path(column) == column and _has_numbers(samples.get(column, ())):
            yield f"  # not read, a number: {free(column)}, such as {free(samples[column][0])}"
    yield "# cost: {amount: COLUMN, kind: billed, currency: USD}  # or kind: computed, estimated"
    if names := [column for column in columns if column not in used and _is_name(samples.get(column, ()))][:_MOST]:
        yield "dimensions:  # for --by and --where"
        yield from (f"  {free(column.rpartition('.')[2])}: {free(column)}" for column in names)
    yield "other_columns: no"


def _meters(guessed: Mapping[str, str]) -> dict[str, list[str]]:
    found = {name: [guessed[name]] for name in guessed if name in meters().by_name and name != "requests"}
    if fresh := guessed.get("uncached_input_tokens"):
        found = {"input_tokens": [fresh, *(guessed[name] for name in _CACHES if name in guessed)], **found}
    wanted = ("input_tokens", "output_tokens")
    return {**{name: found.get(name, ["FILL_IN"]) for name in wanted}, **found}


def _marks(guessed: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    """Names that other logs hardly have all together."""
    marks = [guessed[name] for name in ("timestamp", "model", "input_tokens", "output_tokens") if name in guessed]
    return marks or list(columns[:4])


def _has_numbers(texts: Sequence[str]) -> bool:
    return bool(stated(texts)) and are_counts(texts)


def _is_name(texts: Sequence[str]) -> bool:
    """Whether a column holds names: short texts that repeat no prose."""
    said = stated(texts)
    return bool(said) and not are_counts(said) and all(len(text) <= _LONGEST and "\n" not in text for text in said)
