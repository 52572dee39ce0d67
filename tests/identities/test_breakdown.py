"""Lines that the engine adds up are those that are rated group by group, to the last digit."""

import copy
import pickle
import tempfile
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.money import exact_text, round_half_up
from costcalc.problems import CostcalcError
from costcalc.rating.periods import Periods
from costcalc.rating.rate import RatingOptions
from costcalc.render.rows import lines_in
from costcalc.render.tree import table_of
from costcalc.usage.store import write_ledger
from tests.identities.logs import BOOKS, LOGS
from tests.identities.plans import HIKES
from tests.identities.test_joining import counted, said
from tests.kit import book, examples, flat, model, prices, rates, usage

few = examples(6)
SPENT = LOGS.map(lambda log: [{**row, "revenue": ""} for row in log])
EARNED = st.one_of(SPENT, LOGS, LOGS.map(lambda log: [{**row, "revenue": row["revenue"] or "0.25"} for row in log]))
BY = st.sampled_from([("customer",), ("model", "customer"), ("customer", "service_tier"), ("day", "customer"), ("customer", "month")])  # fmt: skip


@few
@given(EARNED, BY, st.sampled_from([None, "day", "month"]))
def test_a_cost_by_customer(log, by, each):
    path, ledger = counted(log)
    words = {"by": by, "each": each}
    assert answer(costcalc.cost, path, **words) == answer(costcalc.cost, ledger, **words)


@few
@given(EARNED, BY, HIKES)
def test_a_projection_by_customer(log, by, hikes):
    path, ledger = counted(log, hikes)
    words = {"hikes": hikes, "by": by}
    assert answer(costcalc.project, path, **words) == answer(costcalc.project, ledger, **words)


@few
@given(EARNED, BY)
def test_it_is_all_of_the_usage(log, by):
    path, whole = counted(log)
    apart = costcalc.scan(
        path, by=by, prices=BOOKS, joining=Periods(BOOKS.pricebook, RatingOptions(by), takes_apart=True)
    )
    assert apart.breakdown
    assert apart.in_full.totals == whole.totals
    assert apart.in_full.requests == whole.requests
    for name in ("billed", "revenue"):
        assert sum(getattr(group, name) or 0 for group in apart.in_full.groups) == sum(
            getattr(group, name) or 0 for group in whole.groups
        )


@examples(4)
@given(EARNED, BY, st.sampled_from([None, "day", "month"]), HIKES)
def test_a_stored_ledger_is_added_up_as_its_log_is(log, by, each, hikes):
    path, ledger = counted(log, hikes)
    stored = path.with_suffix(".parquet")
    write_ledger(ledger, stored)
    for ask, words in ((costcalc.cost, {"each": each}), (costcalc.project, {"hikes": hikes})):
        kept, counted_again = (answer(ask, each, by=by, **words) for each in (stored, ledger))
        for found in (kept, counted_again):
            if isinstance(found, tuple):
                found[0]["usage"]["files"] = []  # they are called otherwise
        assert kept == counted_again


def answer(ask, usage, **words):
    """An answer's JSON, files and rows. How far an assumption reaches is told for all customers together, however shown."""
    answers = []
    found = said(lambda *usage, **words: answers.append(ask(*usage, **words)) or answers[0], usage, **words)
    if not isinstance(found, dict) or "assumptions" not in found:
        return found
    return {**found, "assumptions": {each["code"] for each in found["assumptions"]}}, *files(answers[0])


def files(found):
    """The lines as CSV, Parquet and a frame, and the rows of the page."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as written:
        written.write(found.to_parquet())
        written.flush()
        stored = duckdb.read_parquet(written.name)
        parquet = stored.columns, [str(each) for each in stored.types], stored.fetchall()
    frame = found.to_frame()
    rows = table_of(found.rating, lines_in(found.report)).rows
    shown = [(row.name, row.level, row.folded, row.cost, row.figures, row.share, row.of) for row in rows]
    return found.to_csv(), parquet, [*frame.dtypes], frame.astype(object).where(frame.notna(), None).to_dict(), shown


PLAIN = prices(book(flat("m", input_tokens="2", output_tokens="8")))


def test_what_lacks_a_price_is_said_of_the_customer_that_used_it(tmp_path):
    """Images have no price here: of one customer's usage, and of nobody else's."""
    log = usage(
        tmp_path,
        {"date": "2026-09-01", "model": "m", "customer": "a", "input_tokens": 1_000_000, "images": 0},
        {"date": "2026-09-01", "model": "m", "customer": "b", "input_tokens": 1_000_000, "images": 3},
    )
    by_customer, whole = (costcalc.cost(log, by=by, prices=PLAIN) for by in (["customer"], ["model"]))
    assert {line.key: line.cost.before for line in by_customer.lines} == {("a",): 2, ("b",): 2}
    assert [(part.line, part.meter) for part in by_customer.rating.unpriced] == [(("b",), "images")]
    assert by_customer.total == whole.total == 4


def test_a_price_of_many_digits_is_rounded_once(tmp_path):
    """Thirty rises of a third: more digits than the engine's integers keep. The lines are off by less than 10⁻¹⁵."""
    rows = [
        {"date": "2026-09-01", "model": "m", "customer": f"c{i}", "input_tokens": 1 + 7_919 * i, "output_tokens": 3}
        for i in range(50)
    ]
    hikes = [f"acme/m=3.14159265{i}" for i in range(9)]
    found = costcalc.project(usage(tmp_path, *rows), hikes=hikes, by="customer", prices=PLAIN)
    assert abs(sum(line.cost.mid for line in found.log.lines) - found.total.mid) < 1e-15
    assert sum(line.cost.before for line in found.log.lines) == found.total.before


def test_sums_that_no_integer_of_the_engine_holds_are_refused(tmp_path):
    dear = prices(book(model("m", ("2020-01-01", rates(input_tokens="3000.000000000001")))))
    rows = [{"date": "2026-09-01", "model": "m", "customer": "a", "input_tokens": 10**18 - 1, "requests": 1}]
    hikes = [f"acme/m=3.14159265{i}" for i in range(9)]
    with pytest.raises(CostcalcError, match="counts-too-large"):
        costcalc.project(usage(tmp_path, *rows), hikes=hikes, by="customer", prices=dear)


def test_a_bill_by_customer_rises_with_its_own_part(tmp_path):
    rows = [
        {"date": "2026-09-01", "model": "m", "customer": name, "input_tokens": 1_000_000, "output_tokens": 500_000 * i,
         "billed_cost": f"{1 + i}.5", "currency": "USD"}
        for i, name in enumerate("ab")
    ]  # fmt: skip
    found = costcalc.project(usage(tmp_path, *rows), hikes="acme:output_tokens=50", by="customer", prices=PLAIN)
    # b's list: 2 of input and 4 of output, which becomes 6: 8/6 of the bill of 2.5.
    assert {line.key: (line.cost.before, float(line.cost.mid)) for line in found.log.lines} == {
        ("a",): (1.5, 1.5),
        ("b",): (2.5, pytest.approx(2.5 * 8 / 6)),
    }


ODD = ["=1+1", "-x", "＝a", '"quoted"', "a,b", "tab\there", "line\nbreak", "\u202egnp", "客户", "'", "plain", ""]


def test_names_are_as_harmless_in_the_file_of_many_lines(tmp_path):
    rows = [{"date": "2026-09-01", "model": "m", "customer": name, "input_tokens": 1_000_000} for name in ODD]
    log = usage(tmp_path, *rows)
    for by in (["customer"], ["model", "customer"]):
        assert files(costcalc.cost(log, by=by, prices=PLAIN)) == files(costcalc.cost(whole(log), by=by, prices=PLAIN))


@pytest.mark.parametrize(
    ("hike", "tokens"),
    [("acme/m:output_tokens=100", tokens) for tokens in (1, 3, 2**13, 2**20, 3 * 2**15)]
    + [(hike, 2**13) for hike in ("acme/m=34", "acme/m=33.3333333333")],
)
def test_ratios_end_where_they_end(tmp_path, hike, tokens):
    """A share of 1/8192 has 13 decimals, and a rise by a part of the meters may have as many; one of a third is cut."""
    rows = [{"date": "2026-09-01", "model": "m", "customer": "a", "input_tokens": 4, "output_tokens": 1},
            {"date": "2026-09-01", "model": "m", "customer": "b", "input_tokens": tokens * 8 - 8, "output_tokens": 0},
            {"date": "2026-09-01", "model": "m", "customer": "c", "input_tokens": tokens, "output_tokens": 1}]  # fmt: skip
    log = usage(tmp_path, *rows)
    words = {"by": "customer", "hikes": hike, "prices": PLAIN}
    assert files(costcalc.project(log, **words)) == files(costcalc.project(whole(log), **words))


def whole(log):
    """The same without a breakdown."""
    return costcalc.scan(log, by=["customer"], prices=PLAIN)


@pytest.mark.parametrize("bills", [("-1.25", "0.5"), ("-1.25", "3"), ("-1", "-2.5")])
def test_credits_have_a_rise_and_a_share(tmp_path, bills):
    """A credit is below nothing, and so may be the sum of all."""
    rows = [
        {"date": "2026-09-01", "model": "m", "customer": name, "input_tokens": 1000, "billed_cost": bill, "currency": "USD"}
        for name, bill in zip("ab", bills, strict=True)
    ]  # fmt: skip
    log = usage(tmp_path, *rows)
    words = {"by": "customer", "hikes": "acme/m=34", "prices": PLAIN}
    assert files(costcalc.project(log, **words)) == files(costcalc.project(whole(log), **words))


def test_lines_are_a_sequence_of_values(tmp_path):
    rows = [{"date": "2026-09-01", "model": "m", "customer": f"c{i}", "input_tokens": 10 + i} for i in range(9)]
    log = usage(tmp_path, *rows)
    found, plain = (costcalc.cost(each, by="customer", prices=PLAIN).lines for each in (log, whole(log)))
    assert [*found] == [*plain] == copy.deepcopy(found) == pickle.loads(pickle.dumps(found))
    assert (len(found), found[0], found[-1], found[2:4], found[::-3]) == (9, plain[0], plain[-1], plain[2:4], plain[::-3])  # fmt: skip
    with pytest.raises(IndexError):
        found[9]


MANY = 300_000  # more rows than the engine counts at once


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """What so many customers cost, each another amount."""
    log = tmp_path_factory.mktemp("many") / "usage.csv"
    duckdb.sql(
        f"SELECT '2026-09-01' AS date, 'm' AS model, format('c{{:07d}}', i) AS customer, 10_000 + i AS input_tokens FROM range({MANY}) AS r(i)"
    ).write_csv(str(log))
    return costcalc.cost(log, by="customer", prices=PLAIN)


def test_many_lines_are_all_in_the_file(many, tmp_path):
    written = tmp_path / "lines.csv"
    written.write_text(many.to_csv(), encoding="utf-8")
    sums = "count(*), sum(cost::DECIMAL(18, 2)), sum(cost_exact::DECIMAL(18, 8)), count(DISTINCT customer)"
    found = duckdb.sql(f"SELECT {sums} FROM read_csv('{written}', all_varchar = true)").fetchall()
    assert found == [(MANY, round_half_up(many.total, 2), Decimal(exact_text(many.total)), MANY)]


def test_many_lines_are_folded_on_the_page(many):
    rows = table_of(many.rating, many.lines).rows
    assert [(row.name, row.folded) for row in rows] == [
        *((f"c{MANY - 1 - i:07}", 0) for i in range(10)),
        (None, MANY - 10),
    ]
    assert sum((row.cost.before for row in rows), Fraction()) == many.total
    assert sum(row.figures.before for row in rows) == round_half_up(many.total, 2)
    assert sum(row.of.tokens for row in rows) == many.usage.tokens
