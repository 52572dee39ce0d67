"""The workbook: costcalc's own figures before anyone computes, the same after, and the engine's for any other hike."""

import csv
import io
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

import costcalc
from costcalc.money import round_half_up
from costcalc.render.workbook.turned import ROUNDED
from tests.exports.office import column, figures, recalculated, stored

USAGE = "examples/usage.csv"
HIKES = ["alibaba=34", "baidu=5..30", "*/qwen*:output_tokens=10@2026-09-15"]


@pytest.fixture(scope="module")
def projection(repo_root):
    return costcalc.project(str(repo_root / USAGE), hikes=HIKES, revenue=30000, months=6)


@pytest.fixture(scope="module")
def scaled(repo_root):
    return costcalc.project(str(repo_root / USAGE), hikes="alibaba=5..34", pass_through="60%")


@pytest.fixture(scope="module")
def ahead(repo_root):
    return costcalc.outlook(str(repo_root / "examples/team/usage.csv"), scenario=str(repo_root / "examples/team/all-at-once.yaml"), **words_ahead(repo_root))  # fmt: skip


def words_ahead(repo_root):
    prices = costcalc.read_prices([str(repo_root / "examples" / "selfhosted.yaml")])
    return {"prices": prices, "revenue": 24000, "by": ("provider",)}


CHANGED = {  # name → the cells that a reader sets, what the engine is asked instead
    "half": ({"hike_1": 0.5}, ["alibaba=50", *HIKES[1:]], 30000),
    "none-and-less": ({"hike_1": 0.0, "hike_3": -0.2}, ["alibaba=0", HIKES[1], "*/qwen*:output_tokens=-20@2026-09-15"], 30000),
    "more-than-double": ({"hike_3": 1.25}, [*HIKES[:2], "*/qwen*:output_tokens=125@2026-09-15"], 30000),
    "revenue": ({"revenue": 41234.5, "hike_1": 0.12}, ["alibaba=12", *HIKES[1:]], "41234.50"),
}  # fmt: skip
SHARES = ["0%", "45%", "100%"]


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    """What two of the customers paid."""
    path = tmp_path_factory.mktemp("paid") / "revenue.csv"
    path.write_text(
        "customer,month,amount,currency\nacme,2026-09,9000,USD\nborealis,2026-09,400,USD\n", encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def customers(repo_root, paid):
    return costcalc.project(str(repo_root / USAGE), hikes="alibaba=34", by="customer", revenue=paid, months=3)


@pytest.fixture(scope="module")
def in_euros(repo_root):
    return costcalc.project(str(repo_root / USAGE), hikes="alibaba=34", revenue="24000 EUR", currency="USD", months=3)


@pytest.fixture(scope="module")
def customers_ahead(repo_root, paid):
    return costcalc.outlook(str(repo_root / USAGE), scenario="efficiency", revenue=paid)


GROWN = (
    "scenario: Grown\nhorizon: 3 months\nprices:\n  - {what: alibaba, change: +34%}\ngrowth:\n  - {each month: +5%}\n"
)


def grown(repo_root, folder, hike="34", **words):
    """Months to come that grow, with a rise."""
    path = folder / "grown.yaml"
    path.write_text(GROWN.replace("34", hike), encoding="utf-8")
    return costcalc.outlook(str(repo_root / USAGE), scenario=str(path), **words)


@pytest.fixture(scope="module")
def paid_ahead(repo_root, paid, tmp_path_factory):
    return grown(repo_root, tmp_path_factory.mktemp("ahead"), revenue=paid)


@pytest.fixture(scope="module")
def turned(projection, scaled, ahead, customers, customers_ahead, paid_ahead, in_euros, repo_root, tmp_path_factory):
    """Every workbook that LibreOffice is asked to compute, by its name."""
    content, share, months = projection.to_xlsx(), scaled.to_xlsx(), ahead.to_xlsx()
    calm = dict.fromkeys(_hikes(openpyxl.load_workbook(io.BytesIO(months))), 0.0)
    books = {
        "same": (content, {}),
        "ends": (content, {"hike_2_high": 0.6, "hike_2_low": 0.0, "hike_2": 0.3}),
        **{name: (content, cells) for name, (cells, _, _) in CHANGED.items()},
        **{each: (share, {"pass_through": float(each[:-1]) / 100}) for each in SHARES},
        "months": (months, {}),
        "calm-months": (months, {**calm, "revenue_change": 0.1}),
        "grown": (content, {"growth": 0.05}),
        "first-half": (content, {"hike_1": 0.5}),
        "customers": (customers.to_xlsx(), {"hike_1": 0.5}),
        "customers-paying-more": (customers.to_xlsx(), {"hike_1": 0.5, "growth": 0.05, "revenue": 2 * 9400}),
        "customers-ahead": (customers_ahead.to_xlsx(), {}),
        "in-euros": (in_euros.to_xlsx(), {}),
        "paid-ahead": (paid_ahead.to_xlsx(), {}),
        "paid-ahead-doubled": (paid_ahead.to_xlsx(), {"hike_1": 1.0, "revenue_change": 0.1}),
        "earned-ahead-doubled": (
            grown(repo_root, tmp_path_factory.mktemp("earned"), revenue=24000).to_xlsx(),
            {"hike_1": 1.0},
        ),
    }
    return recalculated(books, tmp_path_factory.mktemp("turned"))


def cents(values):
    return [Decimal(f"{value:.2f}") for value in values if isinstance(value, int | float)]


def lines_of(result):
    """Cost with the rise of each line as the CSV writes it, in its order."""
    header, *rows = (line.split(",") for line in result.to_csv().splitlines())
    return [Decimal(row[header.index("cost")]) for row in rows]


def total_of(result):
    return sum(lines_of(result))


def assert_adds_up(lines, total):
    """Each line is rounded by itself, and the total by itself: every line may be half a coin off."""
    assert abs(sum(lines) - total) <= len(lines) * Decimal("0.005")


def test_the_sheets_are_those_that_finance_expects(projection, tmp_path):
    book = stored(projection.to_xlsx(), tmp_path)
    assert book.sheetnames == [
        "Summary",
        "Months",
        "Providers",
        "Customers",
        "Lines",
        "Assumptions",
        "Unpriced",
        "Sources",
    ]
    assert book["Lines"].freeze_panes == "C5"
    assert {"revenue", "pass_through", "hike_1", "hike_2", "hike_3", "rise_1"} <= set(book.defined_names)


def test_costcalc_s_own_figures_show_before_anyone_reckons(projection, tmp_path):
    book = stored(projection.to_xlsx(), tmp_path)
    *lines, total = cents(column(book, "Lines", "With the rise"))
    exact = [line.cost.mid for line in projection.report.log.lines]
    assert lines == [round_half_up(cost, 2) for cost in exact]
    assert total == total_of(projection) == round_half_up(sum(exact), 2)
    assert_adds_up(lines, total)
    assert book["Lines"]["A2"].value == ROUNDED
    *months, whole = cents(column(book, "Months", "With the rise"))
    assert_adds_up(months, whole)


@pytest.mark.parametrize(
    ("made", "name", "least"),
    [
        ("projection", "same", 100),
        ("paid_ahead", "paid-ahead", 60),
    ],
)
def test_a_spreadsheet_reckons_exactly_the_same_figures(made, name, least, turned, request, tmp_path):
    ours, theirs = stored(request.getfixturevalue(made).to_xlsx(), tmp_path), turned[name]
    compared = 0
    for sheet in ours.sheetnames:
        for mine, other in zip(figures(ours, sheet), figures(theirs, sheet), strict=False):
            for one, two in zip(mine, other, strict=False):
                if isinstance(one, int | float):
                    assert two == pytest.approx(one, rel=1e-11, abs=1e-9), (sheet, one, two)
                    compared += 1
    assert compared > least


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_cell_gives_what_the_engine_gives(projection, turned, repo_root, name):
    book, (_, hikes, revenue) = turned[name], CHANGED[name]
    engine = costcalc.project(str(repo_root / USAGE), hikes=hikes, revenue=revenue, months=6)
    names, *_ = zip(*(line.split(",")[:2] for line in projection.to_csv().splitlines()[1:]), strict=True)
    *lines, total = cents(column(book, "Lines", "With the rise"))
    assert total == total_of(engine)
    exact = {line.key: line.cost.mid for line in engine.report.log.lines}
    assert lines == [round_half_up(exact[line.key], 2) for line in projection.report.log.lines]
    *months, whole = cents(column(book, "Months", "With the rise"))
    header, *rows = (line.split(",") for line in engine.to_csv("months").splitlines())
    assert whole == sum(Decimal(row[header.index("cost")]) for row in rows)
    assert_adds_up(months, whole)
    assert len(names) == len(lines)
    margin = next(row[1] for row in figures(book, "Summary") if row[0] == "Gross margin with the rise")
    assert margin == pytest.approx(float(engine.report.log.outcome.after.margin), abs=1e-12)


def test_low_and_high_follow_their_own_cells(turned, repo_root):
    book = turned["ends"]
    engine = costcalc.project(str(repo_root / USAGE), hikes=[HIKES[0], "baidu=0..60", HIKES[2]], revenue=30000)
    shown = {row[0]: row[2] for row in figures(book, "Summary") if row[0]}
    total = engine.report.total
    assert shown["Cost, lowest reading"] == pytest.approx(round(float(total.low), 2), abs=1e-9)
    assert shown["Cost, highest reading"] == pytest.approx(round(float(total.high), 2), abs=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_the_pass_through_scales_what_it_scales(turned, repo_root, share):
    book = turned[share]
    engine = costcalc.project(str(repo_root / USAGE), hikes="alibaba=5..34", pass_through=share)
    assert cents(column(book, "Lines", "With the rise"))[-1] == total_of(engine)


def test_an_outlook_turns_month_by_month(ahead, turned, repo_root, tmp_path):
    *months, total = cents(column(turned["months"], "Months", "With scenario"))
    assert months == [round_half_up(month.after.cost, 2) for month in ahead.report.months]
    assert total == sum(Decimal(row["cost"]) for row in csv.DictReader(io.StringIO(ahead.to_csv("months"))))
    book = turned["calm-months"]
    *calm, calm_total = cents(column(book, "Months", "With scenario"))
    assert_adds_up(calm, calm_total)
    assert calm_total < total
    engine = costcalc.outlook(str(repo_root / "examples/team/usage.csv"), scenario=str(_without_prices(repo_root, tmp_path)), **words_ahead(repo_root))  # fmt: skip
    assert calm_total == Decimal(round(sum(month.after.cost for month in engine.report.months) * 100)) / 100
    last = engine.report.last.after
    assert column(book, "Months", "Margin")[-2] == pytest.approx(float(1 - last.all_costs / (last.revenue * 11 / 10)))


def test_growth_is_a_cell_that_the_months_follow(projection, turned, repo_root, tmp_path):
    """5% more usage and revenue each month, beside what the engine makes of a scenario that says so."""
    book = turned["grown"]
    scenario = tmp_path / "grown.yaml"
    scenario.write_text("scenario: Grown\nhorizon: 6 months\ngrowth:\n  - {each month: +5%}\nprices:\n" + "".join(
        f"  - {{what: '{what}', change: '{change}'{more}}}\n"
        for what, change, more in (
            ("alibaba", "+34%", ""), ("baidu", "5%..30%", ""), ("*/qwen*:output_tokens", "+10%", ", from: 2026-09-15")
        )
    ), encoding="utf-8")  # fmt: skip
    engine = costcalc.outlook(str(repo_root / USAGE), scenario=str(scenario), revenue=30000).report
    *months, total = column(book, "Months", "With the rise")
    assert months == pytest.approx([float(month.after.cost) for month in engine.months], abs=0.006)
    assert total == pytest.approx(float(engine.whole.cost.mid), abs=0.006)
    earned = column(book, "Months", "Revenue")[:-1]
    assert earned == pytest.approx([float(month.after.revenue) for month in engine.months], rel=1e-9)
    assert column(book, "Months", "Margin")[:-1] == pytest.approx([float(m.after.margin) for m in engine.months])
    tokens = column(book, "Months", "Tokens")[:-1]
    assert tokens == pytest.approx([float(month.tokens) for month in engine.months], rel=1e-9)
    now = projection.report.months
    grown = [float(month.before.cost) * 1.05**number for number, month in enumerate(now, 1)]
    assert column(book, "Months", "Before")[:-1] == pytest.approx(grown, abs=0.006)


def test_providers_follow_the_lines_and_add_up_to_them(turned, repo_root):
    book = turned["first-half"]
    engine = costcalc.project(str(repo_root / USAGE), hikes=["alibaba=50", *HIKES[1:]], by="provider").report.log
    shown = dict(zip(column(book, "Providers", "Provider"), column(book, "Providers", "With the rise"), strict=True))
    assert shown.pop("Total") == column(book, "Lines", "With the rise")[-1]
    assert shown == pytest.approx({line.key[0]: float(round_half_up(line.cost.mid, 2)) for line in engine.lines})


def test_customers_stand_with_their_margins_the_worst_first(turned, customers_ahead):
    book = turned["customers-ahead"]
    customers = customers_ahead.report.customers
    assert column(book, "Customers", "Customer") == [each.name for each in customers]
    for name, of in (("Margin before", "today"), ("Margin", "last")):
        known = [float(getattr(each, of).margin) for each in customers if getattr(each, of).margin is not None]
        assert [value for value in column(book, "Customers", name) if value not in (None, "")] == pytest.approx(known)
    assert any(each.last.margin is not None for each in customers)


def test_customers_of_a_log_follow_the_hikes(turned, paid, repo_root):
    book = turned["customers"]
    engine = costcalc.project(str(repo_root / USAGE), hikes="alibaba=50", by="customer", revenue=paid).report.log
    margins = {line.key[0]: line.earned.after.margin for line in engine.lines if line.earned}
    shown = dict(zip(column(book, "Customers", "Customer"), column(book, "Customers", "Margin"), strict=True))
    assert {name: shown[name] for name in margins} == pytest.approx(
        {name: float(each) for name, each in margins.items()}
    )
    assert len(margins) == 2


def test_months_of_a_table_of_revenue_follow_the_hikes_the_growth_and_the_revenue(turned, customers, paid, repo_root):
    """Two of the customers pay, and the margin is of their part of the cost: twice the revenue, half of it each."""
    engine = costcalc.project(str(repo_root / USAGE), hikes="alibaba=50", by="customer", revenue=paid, months=3).report
    book = turned["customers-paying-more"]
    earned = [2 * float(each.after.revenue) * 1.05**n for n, each in enumerate(engine.months, 1)]
    assert column(book, "Months", "Revenue")[:-1] == pytest.approx(earned)
    for name, of in (("Margin before", "before"), ("Part margin", "after")):
        margins = [float(1 - getattr(each, of).covered / each.after.revenue / 2) for each in engine.months]
        assert column(book, "Months", name)[:-1] == pytest.approx(margins)
    assert 0 < engine.months[0].after.covered < engine.months[0].after.cost
    assert customers.report.log.outcome.after.revenue == 9400


def test_revenue_in_another_currency_is_converted_by_the_month(turned, in_euros, tmp_path):
    months = in_euros.report.months
    assert [round(float(each.after.margin), 3) for each in months] == [0.609] * 3  # 1 − 9,395.49 EUR ÷ 24,000 EUR
    for book in (turned["in-euros"], stored(in_euros.to_xlsx(), tmp_path)):
        assert column(book, "Months", "Revenue")[:-1] == pytest.approx([float(each.after.revenue) for each in months])
        assert column(book, "Months", "Margin")[:-1] == pytest.approx([float(each.after.margin) for each in months])


def test_margins_and_customers_of_months_to_come_follow_the_hikes_and_the_revenue(turned, paid, repo_root, tmp_path):
    """The rise of 34% set to 100% and 10% more revenue, beside what the engine makes of a scenario that says 100%."""
    engine = grown(repo_root, tmp_path, "100", revenue=paid).report
    book = turned["paid-ahead-doubled"]
    margins = [float(1 - each.after.covered / each.after.revenue / Fraction("1.1")) for each in engine.months]
    assert column(book, "Months", "Part margin")[:-1] == pytest.approx(margins)
    assert book["Summary"]["C6"].value == pytest.approx(margins[-1])
    shown = {row[0]: row for row in figures(book, "Customers")[4:]}
    assert {name: row[2] for name, row in shown.items()} == pytest.approx(
        {each.name: float(each.last.served) for each in engine.customers}
    )
    known = {each.name: each.last for each in engine.customers if each.last.revenue is not None}
    assert {name for name, row in shown.items() if row[6] not in (None, "")} == set(known)
    for name, last in known.items():
        revenue = last.revenue * Fraction("1.1")
        expected = (revenue, revenue - last.covered, 1 - last.covered / revenue)
        assert (shown[name][3], shown[name][4], shown[name][6]) == pytest.approx(tuple(map(float, expected)))


def test_customers_without_a_revenue_of_their_own_follow_the_hikes(turned, repo_root, tmp_path):
    engine = grown(repo_root, tmp_path, "100", revenue=24000).report
    book = turned["earned-ahead-doubled"]
    costs = dict(
        zip(column(book, "Customers", "Customer"), column(book, "Customers", "Cost, with scenario"), strict=True)
    )
    assert costs == pytest.approx({each.name: float(each.last.served) for each in engine.customers})
    assert column(book, "Months", "Margin")[:-1] == pytest.approx([float(each.after.margin) for each in engine.months])


def test_what_no_cell_turns_is_marked(repo_root, ahead, tmp_path):
    """Ends of a range ahead, and what is before, stand; the sheet of assumptions says so."""
    book = stored(ahead.to_xlsx(), tmp_path)
    assert book["Assumptions"]["A2"].value.endswith(", except what is marked before or as computed.")
    assert column(book, "Months", "Lowest, as computed")
    assert "Cost, lowest reading, as computed" in [row[0] for row in figures(book, "Summary")]


def test_a_cut_is_no_rise_and_a_scenario_is_a_scenario(repo_root, tmp_path):
    made = costcalc.project(str(repo_root / USAGE), hikes="alibaba=-20", revenue=30000, months=2)
    cut = stored(made.to_xlsx(), tmp_path)
    scenario = stored(costcalc.outlook(str(repo_root / USAGE), scenario="efficiency").to_xlsx(), tmp_path)
    for book, title in ((cut, "With the cut"), (scenario, "With scenario")):
        assert book["Summary"]["C3"].value == title
        texts = [str(cell) for sheet in book.sheetnames for row in figures(book, sheet) for cell in row if cell]
        assert not [text for text in texts if "with the rise" in text.lower() or "rises" in text.lower()]
    assert cut["Summary"]["A1"].value == "What the cuts do to cost and margin"
    assert [cut["Lines"]["F4"].value, cut["Months"]["E4"].value] == ["With the cut"] * 2
    said = {row[0]: row[1] for row in figures(cut, "Summary") if row[0]}
    won = 100 * float(made.report.log.outcome.after.margin - made.report.log.outcome.before.margin)
    assert said["Change of the margin, in points"] == pytest.approx(won)
    assert won > 0
    assert said["To earn the same money: change of your prices"] < 0
    assert "Gross margin with the cut" in said
    assert not [name for name in said if name.startswith("Lost")]


def _hikes(book):
    return [name for name in book.defined_names if name.startswith("hike_") and name.count("_") == 1]


def _without_prices(repo_root, folder):
    """The same scenario with no price changes."""
    text = (repo_root / "examples/team/all-at-once.yaml").read_text(encoding="utf-8")
    kept = []
    inside = False
    for line in text.splitlines():
        inside = line.startswith("prices:") or (inside and line.startswith((" ", "#")))
        kept += [] if inside else [line]
    path = folder / "calm.yaml"
    path.write_text("\n".join(kept), encoding="utf-8")
    return path


def test_names_are_text_and_no_formula(repo_root, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "date,provider,model,team,input_tokens,output_tokens\n"
        "2026-09-01,alibaba,qwen3-max,\"=cmd|' /C calc'!A0\",1000000,1000\n"
        "2026-09-01,alibaba,qwen3-max,+1+1,1000000,1000\n"
        "2026-09-01,alibaba,qwen3-max,http://example.org,1000000,1000\n",
        encoding="utf-8",
    )
    path = tmp_path / "made.xlsx"
    path.write_bytes(costcalc.project(str(log), hikes="alibaba=34", by="team").to_xlsx())
    sheet = openpyxl.load_workbook(path)["Lines"]
    found = [(sheet.cell(r, 1).value, sheet.cell(r, 1).data_type, sheet.cell(r, 1).hyperlink) for r in range(5, 8)]
    assert {value for value, _, _ in found} == {"=cmd|' /C calc'!A0", "+1+1", "http://example.org"}
    assert all(kind == "s" and link is None for _, kind, link in found)


def test_a_cost_report_has_its_workbook(run_costcalc, tmp_path):
    run = run_costcalc("cost", USAGE, "--by", "customer", "-o", tmp_path / "cost.xlsx")
    assert run.code == 0
    book = openpyxl.load_workbook(tmp_path / "cost.xlsx", data_only=True)
    assert book["Summary"]["B3"].value == 9637.87


def test_a_contract_with_a_minimum_is_said_to_stand(repo_root, tmp_path):
    made = costcalc.project(str(repo_root / USAGE), hikes="alibaba/qwen3-max:output_tokens==20/1M")
    note = stored(made.to_xlsx(), tmp_path)["Assumptions"]["A2"].value
    assert note.startswith("The price changes are new rates")


def test_without_its_package_the_remedy_is_one_line(run_costcalc, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    run = run_costcalc("cost", USAGE, "-o", tmp_path / "cost.xlsx")
    assert run.code == 2
    assert "error[missing-extra]" in run.err
    assert "pip install 'costcalc[xlsx]'" in run.err
