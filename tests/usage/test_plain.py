"""The plain usage file: what its names mean, how its numbers, times and bands are read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from costcalc.problems import CostcalcError
from tests.usage.kit import codes, counted, counts, only, write

HEAD = "timestamp,model,input_tokens,output_tokens"
NOON = "2026-09-01T12:00:00Z"


def epoch(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def plain(tmp_path):
    """Scans a plain file: the header, then the rows."""

    def scanned(*rows, **choice):
        by = choice.pop("by", ())
        return counted(write(tmp_path, "\n".join(rows) + "\n"), *by, **choice)

    return scanned


class TestNames:
    @pytest.mark.parametrize(
        "header",
        [
            "timestamp,model,input_tokens,cached_tokens,output_tokens",
            "Time,Model Name,Prompt Tokens,Cached Input Tokens,Completion Tokens",
            "created_at,model-id,tokens_in,cache_hits,tokens_out",
            "Date Time,LLM,in_tokens,cache_read_tokens,out_tokens",
            "ts,MODEL,prompt,cached,completion",
        ],
    )
    def test_case_spaces_dashes_and_underscores_do_not_matter(self, plain, header):
        ledger = plain(header, f"{NOON},m,100,40,7")
        assert counts(ledger) == {"input_tokens": 100, "cache_read_tokens": 40, "output_tokens": 7}

    def test_a_bare_input_that_holds_prose_is_no_count(self, plain):
        ledger = plain("time,model,input,output,prompt_tokens,completion_tokens", f"{NOON},m,Hello you,Hi,9,2")
        assert counts(ledger) == {"input_tokens": 9, "output_tokens": 2}
        assert ledger.available_dimensions == ("input", "output")

    def test_uncached_input_stands_beside_the_cached(self, plain):
        ledger = plain("time,model,uncached_input_tokens,cached_tokens,cache_writes,output", f"{NOON},m,10,90,5,1")
        assert counts(ledger)["input_tokens"] == 105

    def test_every_other_column_is_a_dimension(self, plain):
        ledger = plain(f"{HEAD},team,total_tokens", f"{NOON},m,1,2,search,3", by=("Team",))
        assert ledger.available_dimensions == ("team",)
        assert only(ledger).dimensions == ("search",)

    def test_columns_of_your_own_are_named_by_map(self, plain):
        mapping = {"input_tokens": "a", "output_tokens": "b", "customer": "c"}
        ledger = plain("time,model,a,b,c", f"{NOON},m,1,2,acme", by=("customer",), mapping=mapping)
        assert counts(ledger) == {"input_tokens": 1, "output_tokens": 2}
        assert only(ledger).dimensions == ("acme",)

    def test_what_is_mapped_wins_over_a_name(self, plain):
        ledger = plain(f"{HEAD},real_input", f"{NOON},m,1,2,30", mapping={"input_tokens": "real_input"})
        assert ledger.totals["input_tokens"] == 30

    def test_written_for_five_minutes_and_for_an_hour(self, plain):
        ledger = plain(f"{HEAD},cache_write_5m_tokens,cache_write_1h_tokens", f"{NOON},m,100,1,30,20")
        assert ledger.totals["cache_write_tokens"] == 50
        assert ledger.totals["cache_write_1h_tokens"] == 20

    def test_meters_that_are_no_tokens_keep_six_decimals(self, plain):
        ledger = plain("month,model,gpu_hours,storage_gb_months", "2026-09,h100,1.5,0.0000015")
        assert ledger.totals["gpu_hours"] == 1_500_000
        assert ledger.totals["storage_gb_months"] == 2  # 1.5 millionths, half-up


class TestNumbers:
    @pytest.mark.parametrize(("text", "count"), [("123", 123), ("31422.0", 31422), ("", 0), (" 7 ", 7), ("007", 7)])
    def test_whole_numbers_are_counts(self, plain, text, count):
        assert plain(HEAD, f"{NOON},m,{text},1").totals["input_tokens"] == count

    @pytest.mark.parametrize("text", ["31422.7", "1_000", "-5", "12abc", "0x10", "1" + "0" * 18, "Infinity"])
    def test_other_numbers_are_refused(self, plain, text):
        ledger = plain(HEAD, f"{NOON},m,{text},1", f"{NOON},m,5,1")
        assert codes(ledger) == ["bad-count"]
        assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (1, 5)

    def test_sums_are_exact_beyond_64_bits(self, plain):
        ledger = plain(HEAD, *[f"{NOON},m,{10**18 - 1},1"] * 20)
        assert ledger.totals["input_tokens"] == 20 * (10**18 - 1)

    def test_costs_are_exact(self, plain):
        ledger = plain(f"{HEAD},cost_usd", *[f"{NOON},m,1,1,0.1"] * 3, f"{NOON},m,1,1,7.75e-06")
        assert only(ledger).billed == Fraction("0.30000775")
        assert (only(ledger).billed_currency, only(ledger).cost_kind) == ("USD", "computed")

    def test_a_cost_of_0_is_a_value_and_none_is_none(self, plain):
        ledger = plain(f"{HEAD},billed_cost,currency", f"{NOON},m,1,1,0,cny", f"{NOON},m,1,1,,cny")
        assert [(group.billed, group.billed_currency, group.cost_kind) for group in ledger.groups] == [
            (None, None, None),
            (0, "CNY", "billed"),
        ]

    def test_decimals_beyond_the_24th_are_noted(self, plain):
        ledger = plain(f"{HEAD},cost", f"{NOON},m,1,1,0.1234567890123456789012345")
        assert only(ledger).billed == Fraction("0.123456789012345678901235")
        assert list(ledger.notes) == ["amounts with more than 24 decimals, rounded there: 1"]

    def test_trailing_zeros_are_no_decimals(self, plain):
        ledger = plain(f"{HEAD},cost", f"{NOON},m,1,1,0.003400000000000000000000000000000000")
        assert (only(ledger).billed, list(ledger.notes)) == (Fraction("0.0034"), [])

    @pytest.mark.parametrize("text", ["$1", "free", "Infinity", "1_0"])
    def test_what_is_no_amount_is_refused(self, plain, text):
        assert codes(plain(f"{HEAD},cost", f'{NOON},m,1,1,"{text}"')) == ["bad-cost"]

    def test_revenue_is_summed_beside_the_cost(self, plain):
        ledger = plain(f"{HEAD},revenue_eur", f"{NOON},m,1,1,0.10", f"{NOON},m,1,1,0.20")
        assert (only(ledger).revenue, only(ledger).revenue_currency) == (Fraction("0.3"), "EUR")


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2026-09-01T12:34:56Z", "2026-09-01T12:34:56"),
            ("2026-09-01 12:34:56.789", "2026-09-01T12:34:56"),
            ("2026-09-01T12:34:56+08:00", "2026-09-01T04:34:56"),
            ("2026-09-01T12:34:56-0530", "2026-09-01T18:04:56"),
            (str(epoch("2026-09-01T12:34:56")), "2026-09-01T12:34:56"),
            (f"{epoch('2026-09-01T12:34:56')}.5", "2026-09-01T12:34:56"),
            (f"{epoch('2026-09-01T12:34:56')}123", "2026-09-01T12:34:56"),
        ],
    )
    def test_instants(self, plain, text, instant):
        ledger = plain(HEAD, f"{text},m,1,1")
        assert (ledger.first_instant, ledger.last_instant) == (epoch(instant), epoch(instant) + 1)
        assert (only(ledger).until, only(ledger).naive, only(ledger).requests) == (None, False, 1)

    def test_a_time_without_a_zone_is_in_the_reports(self, plain):
        ledger = plain(HEAD, "2026-07-01 01:00:00,m,1,1", timezone="Europe/Berlin")
        assert ledger.first_instant == epoch("2026-06-30T23:00:00")

    @pytest.mark.parametrize("text", ["2026-09-01", "2026/9/1", "20260901"])
    def test_a_day_is_a_naive_bucket(self, plain, text):
        group = only(plain(HEAD, f"{text},m,1,1"))
        assert (group.at, group.until, group.naive) == (epoch("2026-09-01"), epoch("2026-09-02"), True)
        assert (group.requests, group.band_basis) == (None, "unknown")

    def test_a_month_is_a_naive_bucket(self, plain):
        group = only(plain(HEAD, "2026-12,m,1,1"))
        assert (group.at, group.until, group.naive) == (epoch("2026-12-01"), epoch("2027-01-01"), True)

    def test_of_several_times_the_most_precise_counts(self, plain):
        ledger = plain("month,date,timestamp,model,input_tokens", f"2026-08,2026-08-31,{NOON},m,1")
        assert ledger.first_instant == epoch("2026-09-01T12:00:00")

    def test_a_clock_time_beside_a_day_is_no_time(self, plain):
        assert plain("date,time,model,input_tokens", "2026-09-01,10:15,m,1").first_instant == epoch("2026-09-01")

    @pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "infinity", "12", "9999-01-01"])
    def test_what_is_no_time_is_refused(self, plain, text):
        assert codes(plain(HEAD, f"{text},m,1,1")) == ["bad-time"]

    def test_since_and_until_are_half_open_days_of_the_report(self, plain):
        rows = [f"2026-09-0{day}T{hour}:00:00Z,m,1,1" for day in (1, 2, 3) for hour in ("00", "22")]
        chosen = {"since": date(2026, 9, 2), "until": date(2026, 9, 3)}
        assert plain(HEAD, *rows, **chosen).totals["input_tokens"] == 2
        # Berlin's 2 September is 22:00 UTC on the 1st to 22:00 on the 2nd.
        edges = {"day_edges": (0, 79_200), "timezone": "Europe/Berlin"}
        assert plain(HEAD, *rows, **chosen, **edges).first_instant == epoch("2026-09-01T22:00:00")

    def test_a_naive_day_is_chosen_by_its_name(self, plain):
        rows = [f"2026-09-0{day},m,1,1" for day in (1, 2, 3)]
        ledger = plain(HEAD, *rows, since=date(2026, 9, 2), until=date(2026, 9, 3), timezone="Asia/Shanghai")
        assert only(ledger).at == epoch("2026-09-02")

    def test_segments_of_the_day(self, plain):
        """Edges at 00:00 and 16:00 UTC: midnight in London and in Shanghai."""
        rows = [f"2026-09-01T{clock}Z,m,1,1" for clock in ("00:00:00", "15:59:59", "16:00:00", "23:59:59")]
        found = [(group.at, group.rows) for group in plain(HEAD, *rows, day_edges=(0, 57_600)).groups]
        assert found == [(epoch("2026-09-01"), 2), (epoch("2026-09-01T16:00:00"), 2)]

    def test_schedule_edges_cut_only_the_models_with_a_schedule(self, plain):
        rows = [
            f"2026-09-01T{hour}:30:00Z,{model},1,1" for hour in ("00", "03") for model in ("Off-Peak", "flat", "v4-x")
        ]
        cuts = {
            "schedule_edges": (3_600,),
            "scheduled_names": frozenset({"off-peak"}),
            "scheduled_patterns": ("v4-.*",),
        }
        found = [(group.model, group.at - epoch("2026-09-01")) for group in plain(HEAD, *rows, **cuts).groups]
        assert sorted(found) == [("Off-Peak", 0), ("Off-Peak", 3_600), ("flat", 0), ("v4-x", 0), ("v4-x", 3_600)]


class TestBands:
    def test_a_cut_belongs_to_the_band_below_it(self, plain):
        rows = [f"{NOON},m,{length},1" for length in (1, 200, 201, 1000, 1001)]
        found = [(group.input_over, group.rows) for group in plain(HEAD, *rows, input_lengths=(200, 1000)).groups]
        assert found == [(0, 2), (200, 2), (1000, 1)]

    def test_several_requests_have_the_band_of_their_mean(self, plain):
        """300,000 tokens of 10 requests are 30,000 each; of one request they are 300,000."""
        rows = ["2026-09-01,m,300000,1,10", "2026-09-01,m,300000,1,1", "2026-09-01,m,300000,1,"]
        ledger = plain(f"date,{HEAD.partition(',')[2]},requests", *rows, input_lengths=(200_000,))
        found = {(group.requests, group.band_basis, group.input_over) for group in ledger.groups}
        assert found == {(10, "mean", 0), (1, "request", 200_000), (None, "unknown", 0)}

    def test_output_lengths_are_labelled_too(self, plain):
        assert only(plain(HEAD, f"{NOON},m,1,9", output_lengths=(8,))).output_over == 8


class TestLabels:
    def test_thinking_is_stated_or_counted(self, plain):
        ledger = plain(
            f"{HEAD},thinking,reasoning_tokens", *(f"{NOON},m,1,9,{end}" for end in ("yes,0", "no,3", "no,0", ","))
        )
        assert [(group.thinking, group.rows) for group in ledger.groups] == [(False, 2), (True, 2)]

    @pytest.mark.parametrize("word", ["", "default", "AUTO", "on_demand", "standard_only"])
    def test_the_standard_tier_has_many_names(self, plain, word):
        assert only(plain(f"{HEAD},service_tier", f"{NOON},m,1,1,{word}")).service_tier == "standard"

    def test_providers_are_lower_case_and_trimmed(self, plain):
        ledger = plain(f"{HEAD},vendor", f"{NOON},m,1,1,OpenAI", f"{NOON},m,1,1, openai ")
        assert (only(ledger).provider, only(ledger).rows) == ("openai", 2)

    def test_where_takes_globs_without_regard_to_case(self, plain):
        rows = [f"{NOON},{model},1,1,{team}" for model in ("qwen3-max", "gpt-5") for team in ("Search", "chat", "")]
        chosen = plain(f"{HEAD},team", *rows, where={"model": ("QWEN*",), "team": ("search", "")})
        assert only(chosen).rows == 2

    def test_where_that_nothing_meets_is_an_error(self, plain):
        """A total of 0 would say that nothing was used."""
        rows = [f"{NOON},qwen3-max,1,1,search"]
        with pytest.raises(CostcalcError, match="nothing-matches") as raised:
            plain(f"{HEAD},team", *rows, where={"model": ("qwen",), "team": ("serch",)})
        assert [(p.message, p.nearest) for p in raised.value.problems] == [
            ("--where model=qwen: no row has such a model", ("qwen3-max",)),
            ("--where team=serch: no row has such a team", ("search",)),
        ]

    def test_where_that_is_met_outside_the_time_asked_for_is_none(self, plain):
        rows = [f"{NOON},m,1,1,a", "2027-01-01T00:00:00Z,m,1,1,b"]
        with pytest.raises(CostcalcError, match=r"nothing-chosen.*\n.*team=b is in it from 2027-01-01 to 2027-01-01"):
            plain(f"{HEAD},team", *rows, where={"team": ("b",)}, until=date(2027, 1, 1))

    @pytest.mark.parametrize("names", ["team,team", "team,Team", "the team,the-team"])
    def test_of_two_columns_of_one_name_none_is_guessed(self, plain, names):
        rows = (f"{HEAD},{names}", f"{NOON},m,1,1,a,b")
        assert only(plain(*rows)).rows == 1
        with pytest.raises(CostcalcError, match="two-columns-one-meaning"):
            plain(*rows, by=(names.partition(",")[0],))

    def test_names_that_are_code_stay_text(self, plain):
        """A column and a model that would be SQL, markup or a formula elsewhere."""
        name = "x'; DROP TABLE counted; --"
        ledger = plain(f'{HEAD},"te""am"', f'{NOON},"{name}",1,1,=cmd()', by=('te"am',))
        assert (only(ledger).model, only(ledger).dimensions) == (name, ("=cmd()",))


def test_two_columns_of_one_meaning_are_an_error(plain):
    with pytest.raises(CostcalcError, match="two-columns-one-meaning"):
        plain(f"{HEAD},prompt_tokens", f"{NOON},m,1,1,1")


def test_all_missing_columns_are_named_together(plain):
    with pytest.raises(CostcalcError) as error:
        plain("customer,team", "a,b")
    assert [problem.code for problem in error.value.problems] == ["missing-column"] * 3
