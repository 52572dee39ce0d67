"""What is billed by the second of video, the piece, the page or the character: counted and priced like all else."""

import pytest


@pytest.mark.parametrize(
    ("provider", "model", "column", "count", "cost"),
    [
        ("alibaba", "wan2.7-t2v", "video_seconds", "12.5", "12.50 CNY"),
        ("zhipu", "cogvideox-3", "videos", "3", "3.00 CNY"),
        ("mistral", "mistral-ocr-latest", "pages", "1000", "4.00 USD"),
        ("elevenlabs", "eleven_v3", "characters", "100000", "8.00 USD"),
    ],
)
def test_each_meter_has_a_price_of_its_own(run_costcalc, tmp_path, provider, model, column, count, cost):
    log = tmp_path / "usage.csv"
    log.write_text(
        f"date,provider,model,requests,{column}\n2026-11-30,{provider},{model},1,{count}\n", encoding="utf-8"
    )
    run = run_costcalc("cost", log)
    assert (run.code, run.err) == (0, "")
    assert cost in run.out
