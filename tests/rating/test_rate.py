"""Rating: which evidence wins, what a rise does to a bill, and what stays unpriced."""

from dataclasses import replace
from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from costcalc.usage.ledger import Cuts
from costcalc.usage.store import write_ledger
from tests.kit import book, flat, model, prices, rates, usage

HUNDRED = prices(book(flat("m", input_tokens="100", output_tokens="300")))
MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}


def project(path, *rows, prices=HUNDRED, **options):
    return costcalc.project(usage(path, *rows), prices=prices, **options)


class TestListOrBilled:
    """list 100, billed 80, +34%."""

    BILLED = {**MILLION, "billed_cost": "80", "currency": "USD"}

    @pytest.mark.parametrize(
        ("basis", "before", "then", "evidence"),
        [
            ("list", "100", "134", "list"),
            ("billed", "80", "107.20", "billed"),
            ("auto", "80", "107.20", "billed"),
        ],
    )
    def test_a_contract_survives_a_rise(self, basis, before, then, evidence, tmp_path):
        found = project(tmp_path, self.BILLED, hikes={"acme": 34}, basis=basis)
        assert (found.total.before, found.total.mid) == (Fraction(before), Fraction(then))
        assert [charge.basis for charge in found.rating.charges] == [evidence]

    @pytest.mark.parametrize(("basis", "before"), [("list", 100), ("billed", 70), ("auto", 100)])
    def test_a_cost_that_a_gateway_computed_does_not_beat_the_list(self, basis, before, tmp_path):
        assert project(tmp_path, {**MILLION, "cost": "70"}, basis=basis).total.before == before

    @pytest.mark.parametrize(("basis", "evidence"), [("auto", "computed"), ("billed", "computed")])
    def test_it_stands_in_where_there_is_no_price(self, basis, evidence, tmp_path):
        found = project(tmp_path, {**MILLION, "model": "mine", "cost": "70"}, basis=basis, hikes={"acme": 34})
        assert [(charge.basis, charge.cost.before, charge.cost.mid) for charge in found.rating.charges] == [
            (evidence, 70, 70 * Fraction("1.34"))
        ]
        assert found.is_complete

    def test_on_the_list_alone_it_does_not(self, tmp_path):
        found = project(tmp_path, {**MILLION, "model": "mine", "cost": "70"}, basis="list")
        assert not found.is_complete
        assert found.total.before == 0
        assert [part.tokens for part in found.rating.unpriced] == [1_000_000]

    def test_a_bill_of_0_is_a_bill(self, tmp_path):
        found = project(tmp_path, {**MILLION, "billed_cost": "0"}, hikes={"acme": 34})
        assert [(charge.basis, charge.cost.before, charge.cost.mid) for charge in found.rating.charges] == [
            ("billed", 0, 0)
        ]

    def test_a_row_without_a_bill_is_not_a_bill_of_0(self, tmp_path):
        found = project(tmp_path, {**MILLION, "billed_cost": "80"}, {**MILLION, "billed_cost": ""})
        assert found.total.before == 80 + 100

    def test_a_refund_is_a_negative_cost_beside_the_others(self, tmp_path):
        found = project(
            tmp_path, {**MILLION, "billed_cost": "80"}, {"input_tokens": 0, "output_tokens": 0, "billed_cost": "-5"}
        )
        assert found.total.before == 75


class TestRiseOfOneMeterOnABill:
    """List 100 for input and 300 for output; billed 200 for both: half the list."""

    BOTH = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "billed_cost": "200"}

    def test_it_rises_by_its_share_of_the_list(self, tmp_path):
        """Output is 300 of 400: +20% of it is +15% of the bill."""
        found = project(tmp_path, self.BOTH, hikes={"acme:output_tokens": 20})
        assert (found.total.before, found.total.mid) == (200, 230)
        assert [(touched.cost, touched.not_applied) for touched in found.log.changes] == [(150, 0)]

    def test_tokens_are_the_whole_of_it(self, tmp_path):
        assert project(tmp_path, self.BOTH, hikes={"acme:tokens": 34}).total.mid == 200 * Fraction("1.34")

    def test_storage_is_none_of_it(self, tmp_path):
        found = project(tmp_path, self.BOTH, hikes={"acme:storage": 34})
        assert found.total.mid == 200
        assert [(touched.cost, touched.not_applied) for touched in found.log.changes] == [(0, 0)]

    def test_with_a_rise_of_everything_both_compound(self, tmp_path):
        """(100 × 1.1 + 300 × 1.1 × 1.2) ÷ 400 = 1.265."""
        found = project(tmp_path, self.BOTH, hikes=["acme=10", "acme:output_tokens=20"])
        assert found.total.mid == 200 * Fraction("1.265")

    def test_without_a_list_it_is_not_applied_and_said(self, tmp_path):
        found = project(tmp_path, {**self.BOTH, "model": "mine"}, hikes=["acme:output_tokens=20", "acme=10"])
        assert found.total.mid == 220
        assert [(touched.cost, touched.not_applied) for touched in found.log.changes] == [(0, 200), (200, 0)]

    def test_without_tokens_neither(self, tmp_path):
        found = project(
            tmp_path, {"input_tokens": 0, "output_tokens": 0, "billed_cost": "200"}, hikes={"acme:output_tokens": 20}
        )
        assert found.total.mid == 200
        assert [touched.not_applied for touched in found.log.changes] == [200]

    def test_a_new_rate_goes_by_the_list_too(self, tmp_path):
        """Output at 400 instead of 300: the list goes from 400 to 500."""
        found = project(tmp_path, self.BOTH, hikes=["acme/m:output_tokens==400/1M"])
        assert found.total.mid == 200 * Fraction(500, 400)

    def test_a_bill_of_one_meter_needs_no_list(self, tmp_path):
        """Only the rises that cover the meter of the bill count: 1.34, not 1.34 × 1.2."""
        ledger = costcalc.scan(usage(tmp_path, {**MILLION, "model": "mine", "billed_cost": "200"}), prices=HUNDRED)
        (group,) = ledger.groups
        billed = replace(ledger, groups=[replace(group, billed_meter="input_tokens")])
        hikes = ["acme:output_tokens=20", "acme:input_tokens=34"]
        assert costcalc.project(billed, hikes=hikes, prices=HUNDRED).total.mid == 200 * Fraction("1.34")


class TestUnpriced:
    def test_it_is_listed_with_its_tokens_and_never_0(self, tmp_path):
        found = project(tmp_path, MILLION, {"model": "mine", "input_tokens": 300, "output_tokens": 20})
        assert [(part.model, part.tokens, part.rows) for part in found.rating.unpriced] == [("mine", 320, 1)]
        assert found.rating.priced_share == 1 - Fraction(320, 1_000_320)
        assert not found.is_complete

    def test_a_part_without_a_price_is_billed_with_its_whole(self, tmp_path):
        found = project(tmp_path, {"input_tokens": 1_000_000, "cached_input_tokens": 400_000, "output_tokens": 0})
        assert found.total.before == 100
        assert found.is_complete

    def test_a_meter_without_a_price_leaves_the_rest_priced_and_the_total_incomplete(self, tmp_path):
        found = project(tmp_path, {**MILLION, "web_searches": 3})
        assert found.total.before == 100
        assert [(part.meter, part.tokens) for part in found.rating.unpriced] == [("web_searches", 0)]
        assert not found.is_complete

    def test_two_names_of_one_provider_lose_nothing(self, tmp_path):
        """1,000,000 tokens under one name and 2,000,000 under the other: 3,000,000 without a price, 70 + 80 billed."""
        named = prices(book(flat("m", input_tokens="100", output_tokens="300"), head="names: [acme-cloud]\n"))
        rows = [
            {**MILLION, "model": "mine"},
            {**MILLION, "model": "mine", "provider": "acme-cloud", "input_tokens": 2_000_000},
            {**MILLION, "model": "bare", "billed_cost": "70"},
            {**MILLION, "model": "bare", "billed_cost": "80", "provider": "acme-cloud"},
        ]
        found = project(tmp_path, *rows, prices=named)
        assert [(part.tokens, part.rows) for part in found.rating.unpriced] == [(3_000_000, 2)]
        assert found.total.before == 70 + 80

    def test_tokens_without_a_price_leave_the_request_unpriced(self, tmp_path):
        no_output = prices(book(flat("m", input_tokens="100")))
        found = project(tmp_path, {"input_tokens": 1_000_000, "output_tokens": 5}, prices=no_output)
        assert found.total.before == 0
        assert [part.tokens for part in found.rating.unpriced] == [1_000_005]

    def test_what_lies_above_a_top_band_that_ends(self, tmp_path):
        block = "bands:\n  - {input_up_to: 32_000, input_tokens: 1 per 1M}\n  - {input_above: 32_000, input_up_to: 252_000, input_tokens: 2 per 1M}\n"
        ends = prices(book(model("m", ("2020-01-01", block))))
        at = "2026-09-01T08:00:00Z"
        rows = [{"timestamp": at, "input_tokens": count, "output_tokens": 0} for count in (252_000, 252_001)]
        found = project(tmp_path, *rows, prices=ends)
        assert found.total.before == 252_000 * Fraction(2, 10**6)
        assert [(part.tokens, "252,000" in part.reason) for part in found.rating.unpriced] == [(252_001, True)]


class TestThinking:
    """1 M output of which 800 K reasoning; thinking mode prices all output at 4.00, else 1.20."""

    BOOK = prices(
        book(
            model(
                "m",
                (
                    "2020-01-01",
                    rates(input_tokens="0.4", output_tokens="1.2") + "thinking: {output_tokens: 4 per 1M}\n",
                ),
            )
        )
    )

    def test_all_output_of_a_thinking_request_has_the_thinking_price(self, tmp_path):
        """4.00, not 0.8 × 4.00 + 0.2 × 1.20 = 3.44."""
        row = {"input_tokens": 0, "output_tokens": 1_000_000, "reasoning_tokens": 800_000}
        assert project(tmp_path, row, prices=self.BOOK).total.before == 4

    def test_the_mode_counts_and_not_the_reasoning(self, tmp_path):
        row = {"input_tokens": 0, "output_tokens": 1_000_000, "thinking": "true"}
        assert project(tmp_path, row, prices=self.BOOK).total.before == 4

    def test_without_thinking_it_is_the_plain_price(self, tmp_path):
        row = {"input_tokens": 0, "output_tokens": 1_000_000, "reasoning_tokens": 0}
        assert project(tmp_path, row, prices=self.BOOK).total.before == Fraction("1.2")

    def test_a_rise_reaches_the_thinking_price(self, tmp_path):
        row = {"input_tokens": 0, "output_tokens": 1_000_000, "reasoning_tokens": 800_000}
        assert project(tmp_path, row, prices=self.BOOK, hikes={"acme:output_tokens": 25}).total.mid == 5


class TestServiceTiers:
    """Batch is half of standard; flex has prices of its own."""

    BOOK = prices(
        book(
            model(
                "m",
                (
                    "2020-01-01",
                    rates(input_tokens="2", output_tokens="8")
                    + "service_tiers:\n  batch: {all: 50% of standard}\n  flex: {input_tokens: 1.5 per 1M, output_tokens: 6 per 1M}\n",
                ),
            )
        )
    )
    BOTH = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}

    @pytest.mark.parametrize(("tier", "cost"), [("", 10), ("default", 10), ("batch", 5), ("flex", Fraction("7.5"))])
    def test_each_tier_has_its_price(self, tier, cost, tmp_path):
        assert project(tmp_path, {**self.BOTH, "service_tier": tier}, prices=self.BOOK).total.before == cost

    def test_a_tier_without_a_price_is_unpriced(self, tmp_path):
        found = project(tmp_path, {**self.BOTH, "service_tier": "priority"}, prices=self.BOOK)
        assert [(part.tokens, "priority" in part.reason) for part in found.rating.unpriced] == [(2_000_000, True)]

    @pytest.mark.parametrize(("tier", "cost"), [("", 2 + 10), ("batch", 1 + 5), ("flex", Fraction("7.5"))])
    def test_a_new_standard_rate_takes_relative_tiers_along(self, tier, cost, tmp_path):
        """Output at 10: batch follows to 5, flex keeps its 6."""
        hikes = ["acme/m:output_tokens==10/1M"]
        found = project(tmp_path, {**self.BOTH, "service_tier": tier}, prices=self.BOOK, hikes=hikes)
        assert found.total.mid == cost

    @pytest.mark.parametrize("tier", ["", "batch", "flex"])
    def test_a_percentage_reaches_every_tier(self, tier, tmp_path):
        found = project(tmp_path, {**self.BOTH, "service_tier": tier}, prices=self.BOOK, hikes={"acme": 34})
        assert found.total.mid == found.total.before * Fraction("1.34")


class TestExchange:
    """A list in CNY; September at 7 CNY for a dollar, October at 8."""

    FX = "USD/CNY: {2026-09: {stated: 7}, 2026-10: {stated: 8}}"
    BOOK = book(flat("m", input_tokens="56", output_tokens="0"), currency="CNY", timezone="Asia/Shanghai")
    PRICES = prices(BOOK, fx=FX)

    @pytest.mark.parametrize(("day", "dollars"), [("2026-09-30", 8), ("2026-10-01", 7)])
    def test_the_month_of_the_price_day_decides(self, day, dollars, tmp_path):
        found = project(tmp_path, {**MILLION, "date": day}, prices=self.PRICES, currency="USD")
        assert found.total.before == dollars

    def test_the_price_day_is_the_providers(self, tmp_path):
        """20:00 UTC on 30 September is October in Shanghai."""
        found = project(tmp_path, {**MILLION, "timestamp": "2026-09-30T20:00:00Z"}, prices=self.PRICES, currency="USD")
        assert found.total.before == 7

    def test_the_newest_month_is_held_and_said(self, tmp_path):
        found = project(tmp_path, {**MILLION, "date": "2027-03-15"}, prices=self.PRICES, currency="USD")
        assert found.total.before == 7
        assert [(str(rate.month), str(rate.month_used), rate.held) for rate in found.rates_used] == [
            ("2027-03", "2026-10", True)
        ]

    def test_a_month_before_the_table_has_no_rate(self, tmp_path):
        with pytest.raises(CostcalcError, match="missing-fx"):
            project(tmp_path, {**MILLION, "date": "2026-08-31"}, prices=self.PRICES, currency="USD")

    def test_another_pair_is_an_error(self, tmp_path):
        with pytest.raises(CostcalcError, match="no exchange rate from CNY to EUR") as caught:
            project(tmp_path, MILLION, prices=self.PRICES, currency="EUR")
        assert caught.value.exit_code == 2

    def test_the_one_currency_of_all_charges_needs_no_rate(self, tmp_path):
        found = project(tmp_path, MILLION, prices=self.PRICES)
        assert (found.currency, found.total.before) == ("CNY", 56)

    def test_two_currencies_are_reported_in_dollars(self, tmp_path):
        two = prices(self.BOOK, book(flat("d", input_tokens="5", output_tokens="0"), provider="other"), fx=self.FX)
        found = project(tmp_path, MILLION, {**MILLION, "provider": "other", "model": "d"}, prices=two)
        assert (found.currency, found.total.before) == ("USD", 8 + 5)

    def test_a_bill_in_another_currency_does_not_decide_where_the_list_does(self, tmp_path):
        row = {**MILLION, "billed_cost": "7", "currency": "USD"}
        assert project(tmp_path, row, prices=self.PRICES, basis="list").currency == "CNY"
        assert project(tmp_path, row, prices=self.PRICES, basis="auto").currency == "USD"

    def test_an_amount_without_a_currency_is_in_the_reports(self, tmp_path):
        found = project(tmp_path, {**MILLION, "billed_cost": "7"}, prices=self.PRICES, currency="USD")
        assert found.total.before == 7

    def test_a_rise_commutes_with_the_exchange(self, tmp_path):
        found = project(tmp_path, MILLION, prices=self.PRICES, currency="USD", hikes={"acme": 34})
        assert found.total.mid == 8 * Fraction("1.34")


class TestDefaultLists:
    """qwen3-max up to 32K: 2.50 CNY = 0.37 USD on the mainland, 1.20 USD abroad: 3.2 times."""

    ROW = {
        "timestamp": "2026-09-15T02:00:00Z",
        "provider": "alibaba",
        "model": "qwen3-max",
        "input_tokens": 10_000,
        "output_tokens": 0,
    }

    def test_the_mainland_is_the_default_and_the_other_total_is_said(self, tmp_path):
        shipped = costcalc.read_prices()
        found = project(tmp_path, self.ROW, prices=shipped, currency="USD")
        mainland = 10_000 * Fraction("2.50") / 10**6 / Fraction("6.7089")
        assert found.total.before == mainland
        (abroad,) = [other for other in found.log.other_lists if other.region == "intl-singapore"]
        assert abroad.total.before == 10_000 * Fraction("1.20") / 10**6
        assert abroad.default_region == "cn-beijing"
        assert round(float(abroad.total.before / found.total.before), 1) == 3.2
        assert any(note.code == "default-region" and "cn-beijing" in note.text for note in found.rating.assumptions)

    def test_a_stated_region_is_taken_and_nothing_else_is_said(self, tmp_path):
        found = project(tmp_path, {**self.ROW, "region": "intl"}, prices=costcalc.read_prices())
        assert (found.currency, found.total.before) == ("USD", 10_000 * Fraction("1.20") / 10**6)
        assert found.log.other_lists == []
        assert not any(note.code == "default-region" for note in found.rating.assumptions)

    def test_so_is_a_chosen_one(self, tmp_path):
        found = project(tmp_path, self.ROW, prices=costcalc.read_prices(regions={"alibaba": "intl"}))
        assert found.total.before == 10_000 * Fraction("1.20") / 10**6
        assert found.log.other_lists == []


class TestLedgersThatCannotAnswer:
    AT = {"timestamp": "2026-09-01T08:00:00Z", **MILLION}

    def ledger(self, path, **cuts):
        counted = costcalc.scan(usage(path, self.AT), prices=HUNDRED)
        return replace(counted, cuts=replace(Cuts(), **cuts))

    def refused(self, ledger, prices, **options):
        with pytest.raises(CostcalcError) as caught:
            costcalc.cost(ledger, prices=prices, **options)
        return [problem.code for problem in caught.value.problems]

    def test_a_band_it_was_counted_without(self, tmp_path):
        bands = "bands:\n  - {input_up_to: 9, input_tokens: 1 per 1M}\n  - {input_above: 9, input_tokens: 2 per 1M}\n"
        banded = prices(book(model("m", ("2020-01-01", bands + "output_tokens: 1 per 1M\n"))))
        assert self.refused(self.ledger(tmp_path), banded) == ["ledger-without-cut"]

    def test_the_days_of_a_provider_elsewhere(self, tmp_path):
        shanghai = prices(book(flat("m", input_tokens="1", output_tokens="1"), timezone="Asia/Shanghai"))
        assert self.refused(self.ledger(tmp_path), shanghai) == ["ledger-without-day"]

    def test_report_days_of_another_zone(self, tmp_path):
        ledger = self.ledger(tmp_path)
        assert self.refused(ledger, HUNDRED, each="day", timezone="America/Los_Angeles") == ["ledger-without-day"]
        assert costcalc.cost(ledger, prices=HUNDRED, timezone="America/Los_Angeles").rating.total.before == 100

    def test_the_hours_of_a_schedule(self, tmp_path):
        head = "schedules:\n  peak: {timezone: UTC, peak_hours: [09:00-12:00]}\n"
        block = "schedule: peak\ninput_tokens: 2 per 1M\noutput_tokens: 2 per 1M\noff_peak: {input_tokens: 1 per 1M}\n"
        hours = prices(book(model("m", ("2020-01-01", block)), head=head))
        assert self.refused(self.ledger(tmp_path), hours) == ["ledger-without-hours"]

    def test_the_hours_of_a_scenario(self, tmp_path):
        grown = tmp_path / "grown.yaml"
        grown.write_text("scenario: x\ngrowth: [{where: {hours: 09:00-12:00 UTC}, each month: 5%}]\n")
        with pytest.raises(CostcalcError, match="without the hours 09:00-12:00 UTC\n") as caught:
            costcalc.project(self.ledger(tmp_path), prices=HUNDRED, scenario=grown)
        assert [problem.code for problem in caught.value.problems] == ["ledger-without-hours"]

    def test_the_labels_of_a_band(self, tmp_path):
        bands = "bands: [{where: {image_quality: hd}, input_tokens: 4 per 1M}, {input_up_to: 9, input_tokens: 2 per 1M}, {input_above: 9, input_tokens: 3 per 1M}]\n"
        labelled = prices(book(model("m", ("2020-01-01", bands + "output_tokens: 1 per 1M\n"))))
        assert self.refused(self.ledger(tmp_path), labelled) == ["ledger-without-label"]

    def test_a_dimension_it_was_counted_without(self, tmp_path):
        assert self.refused(self.ledger(tmp_path), HUNDRED, by="team") == ["ledger-without-dimension"]

    def test_days_without_a_zone_need_no_edges(self, tmp_path):
        counted = costcalc.scan(usage(tmp_path, MILLION), prices=HUNDRED)
        shanghai = prices(book(flat("m", input_tokens="1", output_tokens="1"), timezone="Asia/Shanghai"))
        assert costcalc.cost(replace(counted, cuts=Cuts()), prices=shanghai).rating.total.before == 1


def test_requests_without_any_token_count_are_not_free(tmp_path):
    found = costcalc.cost(usage(tmp_path, {"date": "2026-09-01", "model": "m", "requests": 10}), prices=HUNDRED)
    assert found.total == 0
    assert [part.reason for part in found.rating.unpriced] == [
        "the log counts requests, and their price is by the token"
    ]
    assert not found.is_complete


class TestRowsWithoutTokenCounts:
    """A count that is absent is not a 0, whatever else the log, the file or the row beside it states."""

    COUNTED = {"date": "2026-09-01", "model": "m", "input_tokens": 1_000_000}
    BY_REQUEST = {"date": "2026-09-01", "model": "m", "requests": 10, "cost": "5.00", "currency": "USD"}

    def logs(self, tmp_path, *files):
        for number, row in enumerate(files):
            (tmp_path / str(number)).mkdir()
            usage(tmp_path / str(number), row)
        return tmp_path

    @pytest.mark.parametrize("by", [None, ["customer"]])
    def test_a_stated_cost_stands_beside_a_file_that_counts_tokens(self, by, tmp_path):
        rows = ({**self.COUNTED, "customer": "a"}, {**self.BY_REQUEST, "customer": "b"})
        found = costcalc.cost(self.logs(tmp_path, *rows), prices=HUNDRED, by=by)
        assert (found.total, found.is_complete) == (105, True)

    def test_without_a_stated_cost_they_are_unpriced(self, tmp_path):
        found = costcalc.cost(
            self.logs(tmp_path, self.COUNTED, {**self.BY_REQUEST, "cost": "", "currency": ""}), prices=HUNDRED
        )
        assert (found.total, found.is_complete) == (100, False)
        assert [part.requests for part in found.rating.unpriced] == [10]

    def test_a_blank_cell_is_no_count_and_a_0_is_one(self, tmp_path):
        rows = [{**self.BY_REQUEST, "input_tokens": count} for count in ("1000000", "0", "", "n/a")]
        found = costcalc.cost(usage(tmp_path, *rows), prices=HUNDRED)
        assert {(charge.basis, charge.cost.before) for charge in found.rating.charges} >= {
            ("list", 100),
            ("computed", 10),
        }
        assert found.total == 110

    def test_a_stored_ledger_keeps_them_apart(self, tmp_path):
        (tmp_path / "logs").mkdir()
        logs = self.logs(tmp_path / "logs", self.COUNTED, self.BY_REQUEST)
        write_ledger(costcalc.scan(logs, prices=HUNDRED), tmp_path / "stored.parquet")
        assert costcalc.cost(tmp_path / "stored.parquet", prices=HUNDRED).total == 105

    def test_months_to_come_cost_them_too(self, tmp_path):
        found = costcalc.project(self.logs(tmp_path, self.COUNTED, self.BY_REQUEST), prices=HUNDRED, months=1)
        assert found.months[0].cost.before == 105 * 31

    def test_their_cost_decides_the_currency(self, tmp_path):
        found = costcalc.cost(usage(tmp_path, {**self.BY_REQUEST, "currency": "CNY"}), prices=HUNDRED)
        assert (found.total, found.currency) == (5, "CNY")
