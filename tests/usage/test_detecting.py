"""`detect` from Python: what is not read is said by the result and by a warning."""

import pytest

import costcalc
from costcalc.problems import IncompleteWarning


def test_what_is_not_read_is_said_by_the_result_and_a_warning(tmp_path):
    """Of two rows one says that more was cached than came in; nobody knows what video tokens are; a text holds nothing."""
    (tmp_path / "log.csv").write_text(
        "date,model,input_tokens,output_tokens,cached_tokens,video_tokens\n"
        "2026-09-01,gpt-5-mini,10,5,2,7\n2026-09-01,gpt-5-mini,10,5,20,7\n"
    )
    (tmp_path / "readme.txt").write_text("Nothing of use.\n")
    with pytest.warns(IncompleteWarning, match="1 row refused, 1 column in no figure"):
        found = costcalc.detect([tmp_path])
    assert not found.complete
    assert [(file.format, file.rows.counted, file.rows.refused) for file in found.files] == [
        ("plain", 1, 1), ("no usage", 0, 0),
    ]  # fmt: skip
    assert repr(found) == "<DetectionResult: plain, no usage, incomplete>"


def test_a_log_that_is_read_whole_lacks_nothing(tmp_path):
    (tmp_path / "log.csv").write_text("date,model,input_tokens,output_tokens\n2026-09-01,gpt-5-mini,10,5\n")
    found = costcalc.detect(tmp_path / "log.csv")
    assert (found.complete, found.lacks) == (True, "")
    assert found.to_csv().splitlines()[1].endswith("plain,its columns have names that say what they mean,1,0,0")


def test_copies_and_what_holds_no_usage_are_missing_in_no_figure(tmp_path):
    for name in ("log.csv", "again.csv"):
        (tmp_path / name).write_text("date,model,input_tokens,output_tokens\n2026-09-01,gpt-5-mini,10,5\n")
    (tmp_path / "readme.txt").write_text("Nothing of use.\n")
    (tmp_path / "october.csv").write_text("date,model,input_tokens,output_tokens\n")
    found = costcalc.detect([tmp_path])
    assert (found.complete, found.lacks) == (True, "")
    assert sorted((file.path.rpartition("/")[2], file.format) for file in found.files) == [
        ("again.csv", "plain"), ("log.csv", "copy"), ("october.csv", "no usage"), ("readme.txt", "no usage"),
    ]  # fmt: skip
