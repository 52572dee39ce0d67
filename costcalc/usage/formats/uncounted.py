"""Uncounted: columns that look like counts of tokens and are in no figure. The scan adds them up, and they are said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from costcalc.jsondoc import read_json
from costcalc.problems import Place, Problem
from costcalc.records import dataclass
from costcalc.usage.formats.names import last_of, stated

MOST = 24  # columns of one reading that are added up

# Words of names that count tokens, by the meaning that they hint at; the first that matches counts.
_HINTS = {
    "cache_write_tokens": "(cache|缓存|キャッシュ).*(write|writ|creat|写|創)|(write|creat).*cache",
    "cache_read_tokens": "cache|缓存|命中|キャッシュ|캐시",
    "reasoning_tokens": "reason|thought|thinking|推理|思考",
    "output_tokens": "output|completion|generated|candidates|answer_tok|输出|生成|補完|出力|출력|ausgabe|sortie|salida|saída|выход",
    "input_tokens": "input|prompt|context_tok|contexttok|输入|提示|入力|입력|eingabe|entrée|entrada|ввод|вход",
}
_TOKENS = re.compile(r"token|\btok\b|_tok|tok_|tok$|词元|令牌|トークン|토큰|токен|jetons", re.IGNORECASE)
# What a name says that is a limit, a share, a price or a mark, even where it speaks of tokens.
_NO_COUNT = frozenset(re.findall(
    r"\w+",
    "id ids uuid key hash name type kind status code index version format url uri lang language ms us ns sec secs "
    "second seconds latency duration ttft ttl timestamp created updated speed tps rps per avg mean average median p50 "
    "p95 p99 rate ratio share pct percent percentage limit limits above below threshold max maximum min minimum budget "
    "quota remaining window cost costs price prices amount amounts fee fees charge spend usd eur cny credits cents",
))  # fmt: skip
# And what else is counted, where a name does not speak of tokens.
_THINGS = frozenset(re.findall(
    r"\w+",
    "model role text path s minute minutes hour hours time times at date day month year char chars character characters "
    "bytes byte size kb mb words messages message turns turn files file images image calls call retries retry attempts "
    "attempt score rank level temperature port seed tier flag valid enabled user customer account team org project step "
    "iteration run session line row number no nr zip phone age",
))  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
_WHOLE = re.compile(r"\d{1,8}(\.0*)?")  # more digits are a number of a thing or a time
_NUMBER = re.compile(r"\d{1,18}(\.\d*)?|\d{1,3}(,\d{3})+")
_SMALLEST_SHARE = 100  # a column below a hundredth of the tokens counted is none of their size


@dataclass(frozen=True, slots=True)
class Watched:
    """A column that no figure counts, though it may be a count."""

    column: str  # as the file writes it: a name, or a path into JSON
    is_named: bool  # its name says tokens; otherwise only its numbers look alike
    meaning: str = ""  # what the name hints at


def hint(path: str) -> str:
    """The count that a column's name hints at; "" where it hints at none, or says something else."""
    name = last_of(path)
    if _says_other(name):
        return ""
    # Below a name that says tokens every number is one of them: tokens.in, usage.total
    said = name if name == path or not _TOKENS.search(path) else path
    found = (meaning for meaning, pattern in _HINTS.items() if re.search(pattern, said.lower()))
    if (meaning := next(found, "")) or not _TOKENS.search(said):
        return meaning
    return {"in": "input_tokens", "out": "output_tokens"}.get(name.lower(), "tokens")


def _says_other(name: str) -> bool:
    words = words_of(name)
    return bool(words & _NO_COUNT or (words & _THINGS and not _TOKENS.search(name)))


def words_of(name: str) -> set[str]:
    """The words of a name, in lower case: `maxTokens`, `max_tokens`."""
    return {word.lower() for word in _WORD.findall(name)}


def watch(columns: Sequence[str], samples: Mapping[str, Sequence[str]]) -> tuple[Watched, ...]:
    """Which columns are added up beside the figures. `samples`: column → first texts."""
    found = [seen for column in columns if (seen := _watched(column, samples.get(column, ())))]
    # Sure ones first: there may be more columns than are added up.
    return tuple(sorted(found, key=lambda seen: not seen.is_named)[:MOST])


def _watched(column: str, samples: Sequence[str]) -> Watched | None:
    values = stated(samples)
    meaning = hint(column)
    if meaning:
        is_prose = values and not any(_NUMBER.fullmatch(text) for text in values)
        return None if is_prose or (last_of(column) != column and not values) else Watched(column, True, meaning)
    if (
        _says_other(column)
        or last_of(column) != column
        or not values
        or not all(_WHOLE.fullmatch(text) for text in values)
    ):
        return None
    if len(values) > 2 and len(set(values)) == 1:
        return None  # the same number in every row is a setting
    return Watched(column, False)


def inside_texts(samples: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The numbers inside texts that hold JSON objects: `other::cache_tokens` → its first texts."""
    found: dict[str, list[str]] = {}
    for column, texts in samples.items():
        for text in texts:
            for path, number in _numbers(text):
                found.setdefault(f"{column}::{path}", []).append(number)
    return found


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    if not text.lstrip().startswith("{"):
        return
    try:
        yield from _leaves(read_json(text, parse_float=str, parse_int=str), "")
    except (ValueError, RecursionError):
        return


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        yield path, value


def number_sql(text: str) -> str:
    """The number that a text writes, with or without separators; NULL where it writes none."""
    return f"coalesce(TRY_CAST({text} AS HUGEINT), TRY_CAST(replace(replace({text}, ',', ''), ' ', '') AS HUGEINT))"


@dataclass(frozen=True, slots=True)
class UncountedSums:
    """What the scan found of the watched columns of one reading, and of what was counted beside them."""

    place: Place
    meters: Mapping[str, int]  # tokens that were counted
    amounts: Mapping[str, tuple[int, int]]  # column → its sum and its largest number
    taken: Mapping[str, str]  # meaning → column that has it already
    is_plain: bool  # --map can name the column's meaning
    off: tuple[
        int, int, int
    ]  # rows whose stated total differs from what was read, and by how much it is above, and below

    @property
    def inputs(self) -> int:
        return self.meters["input_tokens"]

    @property
    def outputs(self) -> int:
        return self.meters["output_tokens"]

    @property
    def counted(self) -> int:
        return self.inputs + self.outputs

    def is_repeated(self, seen: Watched) -> bool:
        """Whether the column says again what was counted: the meter that its name hints at, with or without its parts."""
        counts = self.meters
        cached, written = counts["cache_read_tokens"], counts["cache_write_tokens"]
        again = {
            "input_tokens": {self.inputs, self.inputs - cached, self.inputs - cached - written},
            "output_tokens": {self.outputs, self.outputs - counts["reasoning_tokens"]},
            "tokens": {self.counted},
        }.get(seen.meaning, {counts.get(seen.meaning, 0)})
        return self.amounts[seen.column][0] in again

    @property
    def lacks(self) -> str:
        """The side that was not counted where the other was."""
        if bool(self.inputs) == bool(self.outputs):
            return ""
        return "output_tokens" if self.inputs else "input_tokens"


def uncounted_problems(watched: Iterable[Watched], sums: UncountedSums) -> list[Problem]:
    """The columns that surely are usage, each with the option that takes it and the one that leaves it."""
    return [_problem(seen, sums) for seen in watched if _is_usage(seen, sums)]


def uncounted_notes(watched: Iterable[Watched], sums: UncountedSums) -> list[str]:
    """Columns whose numbers are as large as counts of tokens, and whose names do not say what they are."""
    return [
        f'"{seen.column}" ({sums.amounts[seen.column][0]:,} in all) is in no figure: if it counts tokens, say which'
        f" (--map MEANING={seen.column})"
        for seen in watched
        if not seen.is_named and _is_large(seen, sums) and not _is_usage(seen, sums)
    ]


def _is_usage(seen: Watched, sums: UncountedSums) -> bool:
    if seen.is_named:
        return sums.amounts[seen.column][1] > 1 and not sums.is_repeated(seen)  # zeros and ones are a flag
    return bool(sums.lacks) and _is_large(seen, sums)


def _is_large(seen: Watched, sums: UncountedSums) -> bool:
    amount, largest = sums.amounts[seen.column]
    return largest > 1 and amount != sums.counted and amount * _SMALLEST_SHARE >= max(sums.counted, 1)


def _problem(seen: Watched, sums: UncountedSums) -> Problem:
    amount = sums.amounts[seen.column][0]
    return Problem(
        "count-not-read",
        f'"{seen.column}" holds {amount:,} in all, and no figure counts it',
        sums.place,
        expected="a column whose name is known, or that --map names",
        remedy=_remedy(seen, sums),
    )


def _remedy(seen: Watched, sums: UncountedSums) -> str:
    leave = f"to leave it as a dimension: {map_option(seen.column, seen.column)}"
    if not sums.is_plain:
        return f"export it again with the format's own columns; {leave}"
    meaning = seen.meaning if seen.meaning not in ("", "tokens") else sums.lacks or "input_tokens"
    beside = sums.taken.get(meaning)
    column = f"{beside}+{seen.column}" if beside else seen.column
    return f"to count it: {map_option(meaning, column)}; {leave}"


def map_option(name: str, column: str) -> str:
    """`--map NAME=COLUMN` as a shell takes it."""
    text = f"{name}={column}"
    quote = chr(39)
    return (
        f"--map {text}"
        if re.fullmatch(r"[\w.:+=,-]+", text)
        else f"--map {quote}{text.replace(quote, quote + chr(34) + quote + chr(34) + quote)}{quote}"
    )
