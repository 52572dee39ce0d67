"""Names of models, customers and files are text in every writer: nothing runs, links, colours or parts a row."""

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import openpyxl
import pytest
from rich.console import Console

import costcalc
from costcalc import api

HOSTILE = {
    "formula": "=cmd|' /C calc'!A0",
    "formula of Lotus": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3",
    "wide": "＝1+1",
    "tab": "\t=1+1",
    "line": "a\r\n=1+1\nb",
    "image": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "entity": "&lt;b&gt;&amp;",
    "escape": "\x1b[31mred\x1b]8;;http://evil.example\x07link",
    "C1": "\x9b31m",
    "NUL": "a\x00b",
    "bidi": "safe\u202egpj.exe\u2066x\u2069",
    "zero width": "a\u200bb\ufeffc",
    "Markdown row": "a|b`c`\\|d",
    "Markdown link": "[x](javascript:alert(1)) ![y](http://evil.example/z.png)",
    "Markdown text": "**bold** _it_ # h <http://evil.example>",
    "markup": "[bold red]x[/bold red][link=http://evil.example]y[/link]",
    "workflow command": "::error file=x::pwned",
    "workflow escape": "%0A::set-env name=A::b",
    "XML": "]]><x/><!--",
    "Jinja": "{{7*7}}${{ secrets.X }}{0}%s",
}
_LIVE_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LOG = "::error::`log`.jsonl"
BUDGETS = "budgets:\n" + "".join(
    f"  - {{name: {json.dumps(name)}, where: {{model: gpt-5.6-luna}}, limit: 0.01 USD}}\n"
    for key, name in HOSTILE.items()
    if key not in ("line", "tab", "NUL", "C1", "escape", "bidi", "zero width")  # YAML itself refuses these
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A log, budgets and a bill, all in files of hostile names, of hostile customers, models and providers."""
    folder = tmp_path_factory.mktemp("inert") / "=1+1 [bold]&lt;img src=x onerror=alert(1)&gt;"
    folder.mkdir()
    rows = [
        {"date": f"2026-09-{day:02}", "provider": provider, "model": model, "customer": name, "input_tokens": 10**6,
         "output_tokens": 10**4, "cost": cost, "currency": "USD"}
        for day, name in enumerate(HOSTILE.values(), 1)
        for provider, model, cost in (("openai", "gpt-5.6-luna", None), (name, name, 1), ("openai", name, None))
    ]  # fmt: skip
    # As JSON lines: a CSV with a NUL is refused as no text.
    (folder / LOG).write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    (folder / "budgets.yaml").write_text(BUDGETS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(folder):
    usage = str(folder / LOG)
    by = ("customer", "provider", "model")
    plan = folder / "plan.yaml"
    plan.write_text('scenario: "=1+1 <img src=x onerror=alert(1)> [bold]|`x`"\nhorizon: 2 months\ngrowth:\n  - {meters: tokens, each month: +8%}\nprices:\n  - {what: openai, change: +10%}\n', encoding="utf-8")  # fmt: skip
    return {
        "cost": costcalc.cost(usage, by=by),
        "project": costcalc.project(usage, hikes="any=34", by=by, months=2, revenue=1000),
        "outlook": costcalc.outlook(usage, scenario=str(plan), by=by, revenue=1000),
        "forecast": costcalc.forecast(usage, until="2026-10-31"),
        "check": costcalc.check(usage, budgets=str(folder / "budgets.yaml")),
        "explain": costcalc.explain(usage),
    }


KINDS = {
    "cost": api.CostResult, "project": api.PlanResult, "outlook": api.PlanResult,
    "forecast": api.ForecastResult, "check": api.CheckResult, "explain": api.ExplanationResult,
}  # fmt: skip


def is_csv(text, folder=None):
    assert not _LIVE_CONTROLS.search(text)
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1  # no name parts a row
    for cell in (cell for row in rows[1:] for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r", "+", "＝")), cell
        assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell


def is_json(text, folder=None):
    json.loads(text)
    assert not _LIVE_CONTROLS.search(text.replace("\n", ""))


class Reader(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self):
        super().__init__()
        self.tags, self.acts = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name.startswith("on") or (name in ("href", "src") and not (value or "").startswith(("#", "data:"))):
                self.acts.append((tag, name, value))


def is_html(text, folder=None):
    reader = Reader()
    reader.feed(text)
    assert "img" not in reader.tags
    assert not [act for act in reader.acts if "evil" in str(act) or "alert" in str(act) or act[1].startswith("on")]
    assert reader.tags.count("script") <= 2
    assert "<script>alert" not in text
    assert not _LIVE_CONTROLS.search(text.replace("\n", ""))


def is_xlsx(content, folder):
    path = folder / "made.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.hyperlink is None
            if cell.data_type == "f":
                assert not any(word in cell.value for word in ("cmd", "calc'", "HYPERLINK", "evil")), cell.value
            elif isinstance(cell.value, str):
                assert not _LIVE_CONTROLS.search(cell.value.replace("_x000D_", "").replace("\n", "")), cell.value


def is_markdown(text, folder=None):
    assert not _LIVE_CONTROLS.search(text.replace("\n", ""))
    assert not re.search(r"<(img|script|x/)", text)
    assert not re.search(r"(?<!\\)\]\((javascript|http)", text)
    assert not [line for line in text.splitlines() if line.startswith("::")]


def is_xml(text, folder=None):
    from xml.etree import ElementTree

    root = ElementTree.fromstring(text)
    assert not list(root.iter("x"))
    assert not _LIVE_CONTROLS.search(text.replace("\n", ""))


CHECKS = {
    "to_csv": is_csv, "to_focus": is_csv, "to_json": is_json, "to_sarif": is_json, "_repr_html_": is_html,
    "to_html": is_html, "to_xlsx": is_xlsx, "to_markdown": is_markdown, "to_junit": is_xml,
}  # fmt: skip


WRITERS = [
    (kind, writer)
    for kind, made in KINDS.items()
    for writer in CHECKS
    if hasattr(made, writer) and (kind, writer) != ("project", "to_html")
]  # a page is of months to come


@pytest.mark.parametrize(("kind", "writer"), WRITERS)
def test_nothing_in_a_name_is_live(results, kind, writer, tmp_path):
    CHECKS[writer](getattr(results[kind], writer)(), tmp_path)


@pytest.mark.parametrize("command", [
    ("cost", "--by", "customer,model"), ("project", "--hike", "any=34", "--by", "customer"), ("explain",),
    ("check", "--budgets", "budgets.yaml"), ("formats", "detect"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["table", "md"])
def test_nothing_in_a_name_is_live_on_the_screen(run_costcalc, folder, command, kind):
    name = LOG
    first, *rest = command
    words = [first, *rest[:1], name] if first == "formats" else [first, name, *rest, "--format", kind]
    run = run_costcalc(*words, cwd=folder, env={"GITHUB_ACTIONS": ""})
    assert run.code in (0, 1, 3), run.err
    for text in (run.out, run.err):
        assert not _LIVE_CONTROLS.search(text.replace("\n", ""))
    if kind == "md" and first != "formats":
        is_markdown(run.out)


def test_annotations_keep_to_their_line(run_costcalc, folder):
    run = run_costcalc("check", LOG, "--budgets", "budgets.yaml", cwd=folder, env={"GITHUB_ACTIONS": "true"})  # fmt: skip
    lines = [line for line in (run.out + run.err).splitlines() if line.startswith("::")]
    assert lines
    assert all(re.match(r"::(error|warning|notice|group|endgroup)\b", line) for line in lines)
    assert not any(line.startswith(("::error file=x::", "::set-env")) for line in lines)


def test_a_drawn_name_is_no_markup():
    from costcalc.render.names import shortened

    console = Console(file=io.StringIO(), markup=False, highlight=False, force_terminal=True)
    console.print(shortened(HOSTILE["markup"], 80))
    assert "[bold red]" in console.file.getvalue()


def test_the_table_of_names_is_what_it_says():
    assert any(unicodedata.category(char) == "Cf" for char in HOSTILE["bidi"])
    assert len(set(HOSTILE.values())) == len(HOSTILE)
