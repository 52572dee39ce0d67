"""Answers: fewer tokens, moved traffic, and the rise at which a margin meets its floor."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from tests.kit import book, flat, model, prices, usage

F = Fraction
MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}
CHEAP = {**MILLION, "provider": "cheap", "model": "small"}
DEAR = {**MILLION, "provider": "dear", "model": "large"}
# 100 at acme; a million tokens cost 40 at cheap, 80 at near and 120 at dear.
BOOKS = prices(
    book(flat("m", input_tokens="100", output_tokens="300")),
    book(flat("small", input_tokens="40", output_tokens="120"), provider="cheap"),
    book(flat("small", input_tokens="80", output_tokens="240"), provider="near"),
    book(flat("large", input_tokens="120", output_tokens="360"), provider="dear"),
)


def project(path, *rows, prices=BOOKS, **options):
    return costcalc.project(usage(path, *rows), prices=prices, **options)


class TestFewerTokens:
    def test_1_minus_1_over_1_34(self, tmp_path):
        (answer,) = project(tmp_path, MILLION, hikes={"acme": 34}).answers.tokens
        assert (answer.provider, answer.fewer) == ("acme", 1 - 1 / F("1.34"))
        assert round(float(answer.fewer * 100), 1) == 25.4

    def test_saving_them_restores_the_cost(self, tmp_path):
        found = project(tmp_path, MILLION, hikes={"acme": 34})
        assert found.total.mid * (1 - found.answers.tokens[0].fewer) == found.total.before

    def test_one_answer_for_each_provider_that_rises(self, tmp_path):
        rows = [MILLION, CHEAP, DEAR]
        found = project(tmp_path, *rows, hikes={"acme": 34, "cheap": 25})
        assert [(each.provider, each.fewer) for each in found.answers.tokens] == [
            ("acme", 1 - 1 / F("1.34")),
            ("cheap", F(1, 5)),
        ]

    def test_what_falls_elsewhere_need_not_be_saved_again(self, tmp_path):
        """Up 34 and 10, down 12: of each only 32 of 44."""
        found = project(tmp_path, MILLION, CHEAP, DEAR, hikes={"acme": 34, "cheap": 25, "dear": -10})
        acme, cheap = (each.fewer for each in found.answers.tokens)
        assert (acme, cheap) == (F(34, 134) * F(32, 44), F(10, 50) * F(32, 44))
        assert 134 * (1 - acme) + 50 * (1 - cheap) + 108 == found.total.before

    def test_where_all_falls_more_than_it_rises_nothing_need_be_saved(self, tmp_path):
        assert project(tmp_path, MILLION, DEAR, hikes={"acme": 5, "dear": -10}).answers.tokens == []

    def test_of_revenue_that_some_rows_state_only_those_rows(self, tmp_path):
        """100 of revenue 300; beside it 40 that nobody pays for, which falls: 34 are to be saved all the same."""
        rows = [{**MILLION, "customer": "a", "revenue": "300"}, {**CHEAP, "customer": "b", "revenue": ""}]
        (answer,) = project(tmp_path, *rows, hikes={"acme": 34, "cheap": -50}).answers.tokens
        assert answer.fewer == 1 - 1 / F("1.34")

    def test_a_fee_is_not_saved_with_the_tokens(self, tmp_path):
        """100 of tokens and 100 of searches, up by 10%: 20 of 110."""
        searching = prices(book(flat("m", input_tokens="100", output_tokens="300", web_searches="10")))
        row = {**MILLION, "web_searches": 10_000_000}
        found = project(tmp_path, row, prices=searching, hikes={"acme": 10})
        (answer,) = found.answers.tokens
        assert found.total.mid - answer.fewer * 110 == found.total.before == 200

    def test_where_all_tokens_do_not_suffice_it_is_unknown(self, tmp_path):
        searching = prices(book(flat("m", input_tokens="100", output_tokens="300", web_searches="10")))
        row = {"input_tokens": 10_000, "output_tokens": 0, "web_searches": 10_000_000}
        (answer,) = project(tmp_path, row, prices=searching, hikes={"acme": 10}).answers.tokens
        assert answer.fewer is None

    def test_where_a_part_rises_it_is_by_the_whole_of_the_provider(self, tmp_path):
        """100 and 300; the output rises by 20% to 360: 1 − 400 ÷ 460."""
        row = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
        (answer,) = project(tmp_path, row, hikes={"acme:output_tokens": 20}).answers.tokens
        assert answer.fewer == 1 - F(400, 460)

    def test_no_rise_no_answer(self, tmp_path):
        assert project(tmp_path, MILLION).answers.tokens == []


class TestMovedTraffic:
    def move(self, path, target, *rows, hike=34, **options):
        return project(path, *(rows or [MILLION]), hikes={"acme": hike}, move_to=target, **options).answers.moves[0]

    def test_lost_34_saved_94_a_million_moved(self, tmp_path):
        """134 at acme, 40 at cheap: 34 ÷ 94 of the traffic."""
        answer = self.move(tmp_path, "cheap/small")
        assert (answer.to, answer.share) == ("cheap/small", F(34, 94))
        assert (answer.lost, answer.saved_at_most) == (34, 94)
        share = answer.share
        assert (1 - share) * 134 + share * 40 == 100

    def test_all_of_it_may_not_suffice(self, tmp_path):
        """Beside 100 at another provider that rises too: lost 34 + 100, and moving all of acme saves 94."""
        rows = [MILLION, CHEAP]
        found = project(tmp_path, *rows, hikes={"acme": 34, "cheap": 250}, move_to="near/small").answers.moves[0]
        assert found.lost == 34 + 100
        assert found.saved_at_most == (134 + 140) - (80 + 80)
        answer = project(tmp_path, MILLION, hikes={"acme": 34, "near": 60}, move_to="near/small").answers.moves[0]
        assert (answer.share, answer.saved_at_most, answer.lost) == (None, 134 - 128, 34)
        assert answer.reason == "even all of it does not suffice"

    def test_a_dearer_target_does_not_help(self, tmp_path):
        answer = self.move(tmp_path, "dear/large", hike=10)
        assert (answer.share, answer.reason) == (None, "it costs more than staying")

    def test_the_targets_own_rise_counts(self, tmp_path):
        """cheap doubles to 80: 34 ÷ (134 − 80)."""
        found = project(tmp_path, MILLION, hikes={"acme": 34, "cheap": 100}, move_to="cheap/small")
        assert found.answers.moves[0].share == F(34, 54)

    def test_only_the_raised_traffic_moves(self, tmp_path):
        rows = [MILLION, DEAR]
        assert self.move(tmp_path, "cheap/small", *rows).share == F(34, 94)

    def test_what_is_there_already_does_not_move(self, tmp_path):
        rows = [MILLION, CHEAP]
        answer = project(tmp_path, *rows, hikes={"any": 10}, move_to="cheap/small").answers.moves[0]
        assert (answer.lost, answer.saved_at_most) == (10 + 4, 110 - 44)
        assert answer.share == F(14, 66)

    def test_unpriced_usage_neither_moves_nor_counts(self, tmp_path):
        no_output = prices(
            book(flat("m", input_tokens="100", output_tokens="300"), flat("n", input_tokens="1")),
            book(flat("small", input_tokens="40", output_tokens="120"), provider="cheap"),
        )
        rows = [MILLION, {"model": "n", "input_tokens": 0, "output_tokens": 5_000_000}]
        answer = project(tmp_path, *rows, prices=no_output, hikes={"acme": 34}, move_to="cheap/small").answers.moves[0]
        assert answer.share == F(34, 94)

    def test_where_nothing_rises_nothing_need_move(self, tmp_path):
        answer = project(tmp_path, MILLION, move_to="cheap/small").answers.moves[0]
        assert (answer.share, answer.reason) == (None, "nothing rises")

    def test_a_target_without_a_price_for_it_says_so(self, tmp_path):
        """The target has no price above 32,000 tokens of a request."""
        short = book(
            model("s", ("2020-01-01", "bands:\n  - {input_up_to: 32_000, input_tokens: 1 per 1M}\n")), provider="short"
        )
        both = prices(book(flat("m", input_tokens="100", output_tokens="300")), short)
        row = {"timestamp": "2026-09-01T08:00:00Z", **MILLION}
        answer = self.move(tmp_path, "short/s", row, prices=both)
        assert (answer.share, answer.reason) == (None, "it has no price for all of this usage")

    def test_the_targets_price_day_counts(self, tmp_path):
        """cheap costs 40 until the 10th and 80 from then: 94 saved before, 54 after."""
        blocks = [
            (day, f"input_tokens: {price} per 1M\noutput_tokens: 1 per 1M\n")
            for day, price in (("2020-01-01", 40), ("2026-09-10", 80))
        ]
        both = prices(
            book(flat("m", input_tokens="100", output_tokens="300")), book(model("small", *blocks), provider="cheap")
        )
        rows = [{"date": day, **MILLION} for day in ("2026-09-09", "2026-09-10")]
        answer = self.move(tmp_path, "cheap/small", *rows, prices=both)
        assert (answer.saved_at_most, answer.share) == (94 + 54, F(68, 148))

    def test_a_bill_moves_at_what_was_billed(self, tmp_path):
        """Billed 50: 67 with the rise; cheap's list of 40 saves 27, and 17 were lost."""
        answer = self.move(tmp_path, "cheap/small", {**MILLION, "billed_cost": "50"})
        assert (answer.lost, answer.saved_at_most, answer.share) == (17, 27, F(17, 27))

    def test_an_unknown_target_is_named_with_near_ones(self, tmp_path):
        with pytest.raises(CostcalcError, match="cheap/small") as caught:
            self.move(tmp_path, "cheap/smal")
        assert (caught.value.exit_code, caught.value.problems[0].code) == (2, "unknown-target")


class TestHikeLimits:
    def limits(self, path, *rows, **options):
        found = project(path, *(rows or [MILLION]), **options)
        return [(limit.margin, limit.rise) for limit in found.answers.rises]

    def test_where_the_margin_meets_zero_and_the_floor(self, tmp_path):
        """Revenue 200, cost 100, all of it raised: zero at +100%, a floor of 40% at +20%."""
        found = self.limits(tmp_path, hikes={"acme": 34}, revenue=200, floor="40%")
        assert found == [(0, 1), (F("0.4"), F("0.2"))]

    def test_only_what_rises_counts(self, tmp_path):
        """Half of a cost of 140 stays: (200 − 140) ÷ 100."""
        rows = [MILLION, CHEAP]
        assert self.limits(tmp_path, *rows, hikes={"acme": 34}, revenue=200) == [(0, F(60, 100))]

    def test_without_revenue_there_is_none(self, tmp_path):
        assert self.limits(tmp_path, hikes={"acme": 34}) == []
