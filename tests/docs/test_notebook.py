"""The worked notebook does what it shows: every cell is run, every output compared."""

import json

import pytest

from tests.conftest import REPO_ROOT
from tests.docs.notebooks import cells, run

NOTEBOOK = REPO_ROOT / "examples" / "notebook.ipynb"
pytest.importorskip("pandas")


def test_the_notebook_shows_what_its_cells_give(request):
    """`pytest --update` writes the outputs anew."""
    made = list(run(NOTEBOOK))
    document = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    if request.config.getoption("--update"):
        for cell, outputs in zip(code, made, strict=True):
            cell["outputs"] = outputs
        NOTEBOOK.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    assert made
    for cell, outputs in zip(code, made, strict=True):
        assert cell["outputs"] == outputs, "".join(cell["source"])


def test_the_notebook_is_one_that_every_program_reads():
    document = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    for cell in cells(NOTEBOOK):
        assert {"cell_type", "id", "metadata", "source"} <= set(cell)
        if cell["cell_type"] == "code":
            assert cell["execution_count"] is None
    assert sum(bool(cell.get("outputs")) for cell in cells(NOTEBOOK)) >= 8


def test_a_wrong_output_is_noticed(tmp_path):
    """The runner runs cells in order and gives what they show."""
    path = tmp_path / "small.ipynb"
    sources = ["x = 1\nprint(x)", "x += 1\nx"]
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [source]} for source in sources]}))
    assert list(run(path)) == [
        [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}],
        [{"data": {"text/plain": ["2"]}, "metadata": {}, "output_type": "display_data"}],
    ]
