"""Times: the SQL that reads when a row was used. Instants and ends are epoch seconds; naive days lie in UTC."""

from __future__ import annotations

from costcalc.usage.formats.model import Time
from costcalc.usage.formats.paths import SourceColumn, quoted

_ZONED = "(Z|z|:[0-9.]+ ?[A-Za-z+-].*)$"
# An offset that no clock has: beyond 14 hours, or of 60 minutes and more. The engine would move the time by it.
_NO_OFFSET = (
    "[+-](1[5-9]|[2-9][0-9]|14(:?00)*:?(0[1-9]|[1-9][0-9])|[0-9]{2}:?[6-9][0-9]|[0-9]{2}:?[0-9]{2}:?[6-9][0-9])"
)
NO_ZONE = f":[0-9.]+ ?{_NO_OFFSET}"
_CLOCK = ("%H", "%I")  # of a pattern that says the time of day


def time_sql(time: Time, text: str, zone: str) -> dict[str, str]:
    """`started`, and where they are known `ended` and `naive`, of a text; `zone`: of times written without one."""
    return _patterned(time.pattern, text, zone) if time.pattern else _TIME_SQL[time.kind](text, zone)


def typed_time_sql(column: SourceColumn, zone: str) -> dict[str, str]:
    """The same of a column with a type of its own."""
    if column.kind == "day":
        started = f"epoch_us(CAST({column.sql} AS TIMESTAMP)) // 1000000"
        return {"started": started, "ended": f"{started} + 86400", "naive": "true"}
    if column.kind == "naive":
        # Nanoseconds, as older frames keep them, have no zone of their own in the engine.
        zoned = f"timezone({quoted(zone)}, CAST({column.sql} AS TIMESTAMP))"
        return {"started": f"epoch_us({zoned}) // 1000000"}
    if column.kind == "instant":
        return {"started": f"epoch_us({column.sql}) // 1000000"}
    return _plain_time(column.text, zone)


def _patterned(pattern: str, x: str, zone: str) -> dict[str, str]:
    """Times written as the format file says, in the engine's own letters: `%b %d, %Y`."""
    written = f"try_strptime({x}, {quoted(pattern)})"
    if not any(mark in pattern for mark in _CLOCK):
        started = f"epoch_us({written}) // 1000000"
        return {"started": started, "ended": f"{started} + 86400", "naive": "true"}
    if "%z" not in pattern:
        return {"started": f"epoch_us(timezone({quoted(zone)}, {written})) // 1000000"}
    wrong = f"regexp_matches({x}, {quoted(_NO_OFFSET + ('[0-9:]*$' if pattern.endswith('%z') else ''))})"
    return {"started": f"CASE WHEN NOT {wrong} THEN epoch_us({written}) // 1000000 END"}


def _instant(x: str, zone: str) -> str:
    """Epoch seconds of a written instant; without a zone of its own it is read in `zone`."""
    absolute = _absolute(x)
    if zone != "UTC":
        local = f"timezone({quoted(zone)}, TRY_CAST({x} AS TIMESTAMP))"
        absolute = f"CASE WHEN regexp_matches({x}, {quoted(_ZONED)}) THEN {absolute} ELSE {local} END"
    return f"epoch_us({absolute}) // 1000000"


def _absolute(x: str) -> str:
    """The instant that a text with a zone of its own is, or one of UTC."""
    wrong = f"right({x}, 1) <> 'Z' AND regexp_matches({x}, {quoted(NO_ZONE)})"
    return f"CASE WHEN {wrong} THEN NULL ELSE TRY_CAST({x} AS TIMESTAMPTZ) END"


def _instant_time(x: str, zone: str) -> dict[str, str]:
    return {"started": _instant(x, zone)}


def _iso_instant_time(x: str, zone: str) -> dict[str, str]:
    """Instants alone: a day is none."""
    return {"started": f"CASE WHEN strlen({x}) > 10 THEN {_instant(x, zone)} END"}


def _unix_time(x: str, zone: str) -> dict[str, str]:
    number = f"TRY_CAST({x} AS BIGINT)"
    whole = f"CAST({number} AS VARCHAR) = {x} AND {number} BETWEEN 100000000 AND 9999999999"
    part = f"regexp_full_match({x}, '[0-9]{{9,10}}[.][0-9]*') THEN CAST(split_part({x}, '.', 1) AS BIGINT)"
    return {"started": f"CASE WHEN {whole} THEN {number} WHEN {part} END"}


def _unix_ms_time(x: str, zone: str) -> dict[str, str]:
    return {
        "started": f"CASE WHEN regexp_full_match({x}, '[0-9]{{12,13}}([.][0-9]*)?') THEN CAST(split_part({x}, '.', 1) AS BIGINT) // 1000 END"
    }


def _finer_unix(x: str) -> str:
    """Unix time in milliseconds, microseconds or nanoseconds, told by its length."""
    ways = ("12,13}([.][0-9]*)?", 1_000), ("15,16}", 1_000_000), ("18,19}", 1_000_000_000)
    cases = " ".join(
        f"WHEN regexp_full_match({x}, '[0-9]{{{length}') THEN CAST(split_part({x}, '.', 1) AS BIGINT) // {parts}"
        for length, parts in ways
    )
    return f"CASE {cases} END"


def _plain_time(x: str, zone: str) -> dict[str, str]:
    """Whatever people write: instants, Unix seconds and their parts, days, months."""
    instant = _instant(x, zone)
    unix, finer = _unix_time(x, zone)["started"], _finer_unix(x)
    day, month = _day(x), _month(x)
    started = f"CASE WHEN strlen({x}) > 10 THEN coalesce({instant}, {finer}, {unix}) ELSE coalesce({day}, {month}, {unix}) END"
    ended = f"CASE WHEN strlen({x}) <= 10 THEN coalesce({day} + 86400, {_month_end(x)}) END"
    return {
        "started": started,
        "ended": ended,
        "naive": f"(strlen({x}) <= 10 AND coalesce({day}, {month}) IS NOT NULL)",
    }


def _day(x: str) -> str:
    dashed = f"CASE WHEN regexp_full_match({x}, '[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}') THEN {x} "
    plain = f"WHEN regexp_full_match({x}, '(19|20)[0-9]{{6}}') THEN substr({x}, 1, 4) || '-' || substr({x}, 5, 2) || '-' || substr({x}, 7, 2) END"
    return f"epoch_us(TRY_CAST({dashed}{plain} AS TIMESTAMP)) // 1000000"


def _first_of_month(x: str) -> str:
    return f"TRY_CAST(CASE WHEN regexp_full_match({x}, '[0-9]{{4}}[-/][0-9]{{1,2}}') THEN {x} || '-01' END AS DATE)"


def _month(x: str) -> str:
    return f"epoch_us(CAST({_first_of_month(x)} AS TIMESTAMP)) // 1000000"


def _month_end(x: str) -> str:
    return f"epoch_us(CAST({_first_of_month(x)} + INTERVAL 1 MONTH AS TIMESTAMP)) // 1000000"


def _naive_day_time(x: str, zone: str) -> dict[str, str]:
    return {"started": _day(x), "ended": f"{_day(x)} + 86400", "naive": "true"}


def _naive_month_time(x: str, zone: str) -> dict[str, str]:
    return {"started": _month(x), "ended": _month_end(x), "naive": "true"}


def _utc_bucket_time(x: str, zone: str) -> dict[str, str]:
    """A bucket named by its start in UTC: a day, or an hour where a clock time is written."""
    started = f"epoch_us({_absolute(x)}) // 1000000"
    return {"started": started, "ended": f"{started} + CASE WHEN strlen({x}) > 10 THEN 3600 ELSE 86400 END"}


def _utc_day_time(x: str, zone: str) -> dict[str, str]:
    """A day of UTC, whatever clock time is written after it."""
    started = f"epoch_us(TRY_CAST(substr({x}, 1, 10) AS TIMESTAMP)) // 1000000"
    return {"started": started, "ended": f"{started} + 86400"}


def _us_day_time(x: str, zone: str) -> dict[str, str]:
    """A day without a zone, the month first: 08/31/2026; an ISO day is one too."""
    turned = f"regexp_replace(substr({x}, 1, 10), '^([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}})$', '\\3-\\1-\\2')"
    return _naive_day_time(turned, zone)


_TIME_SQL = {
    "instant": _instant_time,
    "iso-instant": _iso_instant_time,
    "unix": _unix_time,
    "unix-ms": _unix_ms_time,
    "plain": _plain_time,
    "naive-day": _naive_day_time,
    "naive-month": _naive_month_time,
    "utc-bucket": _utc_bucket_time,
    "utc-day": _utc_day_time,
    "us-day": _us_day_time,
}
