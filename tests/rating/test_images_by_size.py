"""Images whose price depends on their size and quality: by what the log says of them, and never by a guess."""

import json

import pytest

from costcalc.pricebook.hosts import LABELS_OF_HOSTS
from costcalc.pricebook.load import shelf_of_hosts
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.summary import summaries
from costcalc.problems import CostcalcError

MODEL = "openai/gpt-image-2"


def log_of(tmp_path, *rows, head="date,provider,model,requests,images,image_quality,image_size"):
    file = tmp_path / "images.csv"
    file.write_text("\n".join([head, *(f"2026-11-30,fal,{MODEL},1,{row}" for row in rows)]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ("10,high,1024x1024", "2.11 USD"),  # 10 × 0.211
        ("10,low,1024x1024", "0.06 USD"),
        ("10,high,3840x2160", "4.01 USD"),
        ("10,High,1024-x-1024", "2.11 USD"),  # as others write a size
        ("10,high,1024*1024", "2.11 USD"),
        ("10,high,1024 × 1024", "2.11 USD"),
    ],
)
def test_an_image_costs_what_its_size_and_quality_do(run_costcalc, tmp_path, said, cost):
    run = run_costcalc("cost", log_of(tmp_path, said))
    assert (run.code, run.err) == (0, "")
    assert cost in run.out


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "10,,",
            "its price depends on image_quality and image_size, and the log does not say image_quality and "
            "image_size: --map image_quality=COLUMN",
        ),
        (
            "10,high,",
            "its price depends on image_quality and image_size, and the log does not say image_size: "
            "--map image_size=COLUMN",
        ),
        ("10,high,512x512", "no images price for image_quality high, image_size 512x512"),
        ("10,hd,1024x1024", "no images price for image_quality hd, image_size 1024x1024"),
    ],
)
def test_what_the_log_lacks_is_said(run_costcalc, tmp_path, said, reason):
    run = run_costcalc("cost", log_of(tmp_path, said), "--json")
    assert run.code == 3
    assert [part["reason"] for part in run.json["unpriced"]] == [reason]


def test_columns_of_other_names_are_mapped(run_costcalc, tmp_path):
    file = log_of(tmp_path, "2,high,1024x1024", head="date,provider,model,requests,images,quality,size")
    assert run_costcalc("cost", file).code == 3
    run = run_costcalc("cost", file, "--map", "image_size=size", "--map", "image_quality=quality")
    assert (run.code, run.err) == (0, "")
    assert "0.42 USD" in run.out  # 2 × 0.211


def test_sizes_of_one_log_are_kept_apart(run_costcalc, tmp_path):
    """10 × 0.211 and 10 × 0.006; the third row does not say its size."""
    file = log_of(tmp_path, "10,high,1024x1024", "10,low,1024x1024", "10,,")
    run = run_costcalc("cost", file, "--by", "image_quality", "--json")
    assert run.code == 3
    assert run.json["total"]["exact"] == "2.17"
    assert [part["rows"] for part in run.json["unpriced"]] == [1]


def test_openais_old_export_says_the_size(run_costcalc, tmp_path):
    """DALL·E 2 by size alone: 10 × 0.018; DALL·E 3 by quality too, which the export does not say; 12,345 × 0.000015."""
    file = tmp_path / "activity.csv"
    file.write_text(
        "n_context_tokens_total,n_generated_tokens_total,usage_type,model,timestamp,num_requests,num_images,image_size,num_characters\n"
        ",,dalle,dall-e-2,1745452800,10,10,512x512,\n"
        ",,dalle,dall-e-3,1745452800,10,10,1024x1024,\n"
        ",,tts,tts-1,1745452800,5,,,12345\n",
        encoding="utf-8",
    )
    run = run_costcalc("cost", file, "--json")
    assert run.code == 3
    assert run.json["total"]["exact"] == "0.365175"
    assert [(part["model"], part["reason"]) for part in run.json["unpriced"]] == [
        (
            "dall-e-3",
            "its price depends on image_quality and image_size, and the log does not say image_quality: "
            "--map image_quality=COLUMN",
        )
    ]


def test_an_explanation_says_for_which_rows_a_price_is(run_costcalc, tmp_path):
    found = run_costcalc("explain", log_of(tmp_path, "10,high,1024x1024"), "--json")
    assert found.code == 0
    assert [price["band"]["labels"] for line in found.json["lines"] for price in line["prices"]] == [
        "image_quality high, image_size 1024x1024"
    ]


def test_the_price_page_lists_them(run_costcalc):
    shown = run_costcalc("prices", "show", f"fal/{MODEL}", "--json").json["prices"]
    prices = {each["labels"]: each["price"] for each in shown}
    assert len(prices) == 18
    assert prices["image_quality high, image_size 1024x1024"] == "0.211"


def test_the_labels_of_hosts_are_known_before_their_books_are_read():
    books = (book for read in shelf_of_hosts().values() for book in read())
    asked = {label for book in books for each in summaries(book).values() for label in each.labels}
    assert asked == {*LABELS_OF_HOSTS}


BOOK = """
provider: acme
currency: USD
timezone: UTC
models:
  paint:
    prices:
      2026-01-01:
        images: 1 per 1
        bands:
"""


@pytest.mark.parametrize(("size", "cost"), [("", "5.00 USD"), ("low", "5.00 USD"), ("high", "12.00 USD")])
def test_the_fee_of_a_search_is_by_its_size(run_costcalc, tmp_path, size, cost):
    """1,000 requests without tokens at 5 or 12 per 1K; low where a request says nothing, as the page has it."""
    log = tmp_path / "log.csv"
    log.write_text(
        f"date,provider,model,requests,input_tokens,output_tokens,search_context_size\n2026-09-20,perplexity,sonar,1000,0,0,{size}\n",
        encoding="utf-8",
    )
    run = run_costcalc("cost", log)
    assert (run.code, run.err) == (0, "")
    assert cost in run.out


def test_the_us_endpoint_of_xai_costs_a_tenth_more(run_costcalc, tmp_path):
    """1 M of input at 2.00, and at 2.20; an older endpoint of one region costs what the global one does."""
    log = tmp_path / "log.csv"
    rows = "".join(f"2026-11-29,xai,grok-4.7,{region},100000,0\n" for region in ("us",) * 10)
    others = "".join(f"2026-11-29,xai,grok-4.7,{region},100000,0\n" for region in ("", "us-east-1") * 5)
    head = "date,provider,model,region,input_tokens,output_tokens\n"
    for text, cost in ((rows, "2.20 USD"), (others, "2.00 USD")):
        log.write_text(head + text, encoding="utf-8")
        run = run_costcalc("cost", log)
        assert run.code == 0
        assert cost in run.out


def test_a_band_by_label_goes_before_the_price_of_all(run_costcalc, tmp_path):
    """3 × 1 + 2 × 5 = 13."""
    book = tmp_path / "acme.yaml"
    book.write_text(BOOK + "          - {where: {finish: gloss}, images: 5 per 1}\n", encoding="utf-8")
    log = tmp_path / "log.csv"
    log.write_text(
        "date,provider,model,requests,images,finish\n2026-11-30,acme,paint,1,3,matt\n2026-11-30,acme,paint,1,2,Gloss\n",
        encoding="utf-8",
    )
    run = run_costcalc("cost", log, "--pricebook", book)
    assert (run.code, run.err) == (0, "")
    assert "13.00 USD" in run.out


@pytest.mark.parametrize(
    ("bands", "code"),
    [
        ("          - {where: {finish: gloss}, images: 5 per 1}\n" * 2, "overlapping-bands"),
        ("          - {where: {}, images: 5 per 1}\n", "bad-where"),
    ],
)
def test_bands_that_say_nothing_certain_are_refused(bands, code):
    with pytest.raises(CostcalcError) as raised:
        parse_book(BOOK + bands)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_litellm_says_sizes_in_names(run_costcalc, tmp_path):
    """The price without a size is that of one of them: it is left out, and said."""
    entry = {"litellm_provider": "fal_ai", "mode": "image_generation", "source": "https://fal.ai"}
    names = {"fal_ai/new": 0.9, "fal_ai/high/1024-x-1024/new": 0.9, "fal_ai/low/1024-x-1024/new": 0.1}
    file = tmp_path / "map.json"
    file.write_text(
        json.dumps({name: {**entry, "output_cost_per_image": price} for name, price in names.items()}), encoding="utf-8"
    )
    run = run_costcalc("prices", "import", "litellm", file)
    assert run.code == 0, run.err
    assert "{where: {image_quality: high, image_size: 1024x1024}, images: 0.9 per 1}" in run.out
    assert "{where: {image_quality: low, image_size: 1024x1024}, images: 0.1 per 1}" in run.out
    assert "images: 0.9 per 1\n" not in run.out.replace("}, images", "")
