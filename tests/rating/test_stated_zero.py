"""A stated cost of 0 is a value; beside tokens of a model that no list prices it is said, with what leaves it out."""

import json

import pytest

import costcalc

HEAD = "date,provider,model,requests,input_tokens,output_tokens,cost,currency\n"
ROWS = (
    "2026-09-01,acme,super-1,3,1000,100,0,USD\n"
    "2026-09-02,acme,super-1,3,1000,100,0,USD\n"
    "2026-09-03,openai,gpt-5-mini,3,1000,100,0,USD\n"  # the list has a price: a cost that a tool computed gives way
    "2026-09-03,acme,paid,3,1000,100,0.50,USD\n"
)


@pytest.fixture
def log(tmp_path):
    (tmp_path / "usage.csv").write_text(HEAD + ROWS, encoding="utf-8")
    return tmp_path / "usage.csv"


def test_it_is_said_loudly_with_its_rows_and_models_alone(log):
    result = costcalc.cost(log)
    (said,) = [each for each in json.loads(result.to_json())["assumptions"] if each["code"] == "stated-zero"]
    assert (
        said["text"]
        == "2 rows state a cost of 0 for a model that no list prices, and 0 is taken (--basis list: unpriced): acme/super-1"
    )
    assert f"**{said['text']}.**" in result.to_markdown()


def test_by_the_list_it_is_unpriced(log):
    with pytest.warns(costcalc.IncompleteWarning):
        result = costcalc.cost(log, basis="list")
    assert {part.model for part in result.report.rating.unpriced} == {"super-1", "paid"}
    assert "stated-zero" not in {each.code for each in result.report.rating.assumptions}


def test_what_lacks_a_price_is_counted_in_json_by_tokens_and_requests(log):
    with pytest.warns(costcalc.IncompleteWarning):
        found = json.loads(costcalc.cost(log, basis="list").to_json())["priced"]
    assert found == {"share": "0.25", "tokens": 4400, "unpriced_tokens": 3300, "unpriced_requests": 9}
