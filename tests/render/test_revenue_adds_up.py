"""The revenue of lines that are all of it adds up to the revenue that is shown for all of them."""

import re

import costcalc
from tests.render.made import drawn

LOG = "date,provider,model,customer,input_tokens,output_tokens,revenue\n"


def test_three_customers_of_a_third_of_a_coin_more_are_the_total(tmp_path):
    rows = [
        f"2026-09-{n:02},openai,gpt-5-mini,c{n},1000000,1000,{amount}"
        for n, amount in enumerate(("461.40", "8500.40", "2935.40"), 1)
    ]
    (tmp_path / "log.csv").write_text(LOG + "\n".join(rows) + "\n")
    answer = costcalc.project(tmp_path / "log.csv", hikes=["openai=10"], by="customer", currency="USD")
    page = drawn(answer.page(), 120)
    shown = dict(re.findall(r"^  (c\d|Total) +([\d,]+) +\d+\.\d%", page, re.MULTILINE))
    found = {name: int(coins.replace(",", "")) for name, coins in shown.items()}
    assert found["Total"] == 11_897 == found["c1"] + found["c2"] + found["c3"]
