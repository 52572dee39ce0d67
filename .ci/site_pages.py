"""Pages that the site has beside docs/: the commands, from the program itself, and the files at the root of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from costcalc.cli.app import app as program

ROOT = Path(__file__).resolve().parent.parent
AT_THE_ROOT = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
_EXAMPLE = re.compile(r"\]\((?:\.\./)+(examples/[^)#]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds them, and the examples that pages link to."""
    files.append(File.generated(config, "commands.md", content="\n".join(_commands())))
    for name, page in AT_THE_ROOT.items():
        files.append(File.generated(config, page, content=_of_the_root((ROOT / name).read_text(encoding="utf-8"))))
    for name in sorted(
        {
            name
            for page in (ROOT / "docs").glob("**/*.md")
            for name in _EXAMPLE.findall(page.read_text(encoding="utf-8"))
        }
    ):
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """A link from docs/ to the root leads to what stands for it here: a folder less to go up."""
    up = "../" * page.file.src_uri.count("/")
    for name, target in AT_THE_ROOT.items():
        markdown = markdown.replace(f"]({up}../{name}", f"]({up}{target}")
    return markdown.replace(f"]({up}../examples/", f"]({up}examples/")


def _of_the_root(text: str) -> str:
    text = text.replace("](docs/", "](")
    for name, page in AT_THE_ROOT.items():
        text = text.replace(f"]({name}", f"]({page}")
    return text


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Written from the program itself: what `costcalc COMMAND --help` says.\n"
    group = typer.main.get_command(program)
    context = typer.Context(group, info_name="costcalc")
    for name in group.list_commands(context):
        yield from _section(group.get_command(context, name), f"costcalc {name}", context, 2)


def _section(command: Any, path: str, parent: Any, level: int) -> Iterator[str]:
    """A command with its help, or a group with each of its own."""
    context = typer.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    context.terminal_width = 100
    yield f"{'#' * level} {path}\n"
    if names := getattr(command, "list_commands", lambda _: [])(context):
        yield f"{command.help or ''}\n"
        for name in names:
            yield from _section(command.get_command(context, name), f"{path} {name}", context, level + 1)
        return
    usage = command.get_help(context)
    yield f"```text\n{usage}\n```\n"
